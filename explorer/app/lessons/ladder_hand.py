"""A hand that moves a knob from stop to stop, from a number in a text or by itself: the same edit as its slider makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.knobs import Ladder, knob

if TYPE_CHECKING:
    from explorer.app.window import Window

_TRAVEL_PX = 640  # the whole of a long ladder
_LEAST_PX, _MOST_PX = 3.0, 26.0  # of one stop


class LadderHand:
    """Edits the document of one window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._gesture, self._from = -1, 0

    def ladder(self, key: str) -> Ladder:
        """The stops of a knob."""
        return self._window.refresher.stops[key]

    def now(self, key: str) -> int | None:
        """The stop next to the present value of the scenario in hand; None where it has none."""
        study = self._window.document.study
        value = knob(key).get(study.scenarios[study.active])
        return None if value is None else self.ladder(key).nearest(value)

    def pull(self, key: str, pixels: float, gesture: int) -> None:
        """As many stops from where the gesture began as ``pixels`` reach."""
        if gesture != self._gesture:
            self._gesture, self._from = gesture, self.now(key) or 0
        each = min(max(_TRAVEL_PX / len(self.ladder(key).values), _LEAST_PX), _MOST_PX)
        self.put(key, self._from + round(pixels / each), gesture)

    def nudge(self, key: str, steps: int, gesture: int) -> None:
        """``steps`` from the present stop."""
        self.put(key, (self.now(key) or 0) + steps, gesture)

    def put(self, key: str, index: int, gesture: int) -> bool:
        """Set a knob to a stop, within its ends; whether that could be."""
        values = self.ladder(key).values
        index = min(max(index, 0), len(values) - 1)
        study = self._window.document.study
        if values[index] == knob(key).get(study.scenarios[study.active]):
            return True
        self._window.refresher.begin_gesture(gesture)
        refused = self._window.document.edit(key, values[index], gesture)
        if refused:
            self._window.knobs.refuse(key, refused)
        return not refused
