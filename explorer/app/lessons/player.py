"""Runs a knob through its stops by itself, back and forth between its ends, so that hands are free to point."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.app.lessons.ladder_hand import LadderHand
from explorer.app.widgets.gestures import new_gesture

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
_TICK_MS = 40
_WHOLE_S, _LEAST_STOP_S = 10.0, 0.35  # one way through all stops at 1x; a short ladder takes less
_PAUSE_S = 0.8  # at each end, for the room to look


class Player(QObject):
    """One play is one step to undo. ``changed``: it began, ended, or has another speed."""

    changed = Signal()

    def __init__(self, hand: LadderHand, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hand = hand
        self.key = ""
        self.speed = 1.0
        self._at, self._way, self._rest, self._gesture = 0.0, 1, 0.0, -1
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(lambda: self.advance(_TICK_MS / 1000))

    @property
    def on(self) -> bool:
        """Whether a knob is running."""
        return self._timer.isActive()

    def toggle(self, key: str) -> None:
        """Play ``key``, or pause."""
        if self.on or not key or self._hand.now(key) is None:
            self.stop()
            return
        if key != self.key:
            self.key, self._way = key, 1
        self._at, self._rest, self._gesture = float(self._hand.now(key) or 0), 0.0, new_gesture()
        self._timer.start()
        self.changed.emit()

    def stop(self) -> None:
        """Pause where the knob is."""
        if self.on:
            self._timer.stop()
            self.changed.emit()

    def faster(self, by: int) -> None:
        """The next speed up or down."""
        self.speed = SPEEDS[min(max(SPEEDS.index(self.speed) + by, 0), len(SPEEDS) - 1)]
        self.changed.emit()

    def advance(self, seconds: float) -> None:
        """Move on as far as ``seconds`` reach. An end, or a value that is refused, turns the run round."""
        last = len(self._hand.ladder(self.key).values) - 1
        if last < 1:
            self.stop()
            return
        self._rest -= seconds * self.speed
        if self._rest > 0:
            return
        stop_s = max(_WHOLE_S / last, 0.0) if last > _WHOLE_S / _LEAST_STOP_S else _LEAST_STOP_S
        self._at = min(max(self._at + self._way * seconds * self.speed / stop_s, 0.0), float(last))
        put = self._hand.put(self.key, round(self._at), self._gesture)
        if not put or self._at in (0.0, float(last)):
            self._way, self._rest = self._turned(put, last), _PAUSE_S

    def _turned(self, put: bool, last: int) -> int:
        if not put:
            self._at = float(self._hand.now(self.key) or 0)
            return -self._way
        return 1 if self._at == 0.0 else -1 if self._at == float(last) else self._way
