"""Gestures: what belongs together in one undo step. A drag is one, and so is a burst of keys or wheel clicks."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QObject, QTimer, Signal

SILENCE_MS = 500
_ids = itertools.count(1)


def new_gesture() -> int:
    """A number that no other gesture of this process has."""
    return next(_ids)


class Burst(QObject):
    """Keys and wheel clicks with less than half a second between them share one gesture."""

    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._id = 0
        self._timer = QTimer(self, singleShot=True, interval=SILENCE_MS)
        self._timer.timeout.connect(self.ended)

    def touch(self) -> int:
        """The gesture of a key press that happens now."""
        if not self._timer.isActive():
            self._id = new_gesture()
        self._timer.start()
        return self._id

    def stop(self) -> None:
        """End the burst at once, if there is one."""
        if self._timer.isActive():
            self._timer.stop()
            self.ended.emit()
