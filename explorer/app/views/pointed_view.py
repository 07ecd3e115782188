"""What a hand or the keyboard points at in a picture: the read-out beside it, and the point that is chosen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from explorer.app.look import Look, plain_look
from explorer.app.views import overlay, pick
from explorer.app.views.ink import KEYBOARD, Ink
from explorer.app.views.picture import Picture
from explorer.app.views.tip import TipBox
from explorer.charts.model import Chart

_REACH = 18.0
_FAR = 10**6
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_MOVES: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -_FAR, Qt.Key.Key_End: _FAR}


class PointedView(QWidget):
    """A picture whose points can be pointed at. ``hovered`` carries the read-out under the hand, or nothing.

    ``chosen``: key of the series and index of the point that was clicked, or picked with the keyboard and entered.
    """

    hovered = Signal(str)
    chosen = Signal(str, int)

    def __init__(self, look: Look | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = Picture(Ink(look or plain_look()))
        self._keyed = False
        self._picked: pick.Picked | None = None
        self.tip = TipBox(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def chart(self) -> Chart:
        """What is shown."""
        return self.picture.chart

    def repaint_over(self) -> None:
        """Paint the picked point anew."""
        self.update()

    def _near(self, at: QPointF) -> pick.Picked | None:
        reach = _REACH * max(1.0, self.picture.ink.look.scale)
        return pick.nearest(self.chart, self.picture.positions(), at.x(), at.y(), reach)

    def _point(self, at: QPointF) -> None:
        self._pick(self._near(at))

    def _click(self, at: QPointF) -> None:
        self._choose(self._near(at))

    def _choose(self, picked: pick.Picked | None) -> None:
        if picked is not None:
            self.chosen.emit(picked.key, picked.index)

    def _pick(self, picked: pick.Picked | None) -> None:
        if picked == self._picked:
            return
        self._picked = picked
        self._show_tip()
        self.repaint_over()
        self.hovered.emit(self.tip.text)

    def _show_tip(self) -> None:
        found = self.picture.point(self._picked)
        if found is None:
            self.tip.clear()
        else:
            self.tip.show_tip(self.picture.ink, found[1], found[0], overlay.marker_size(self.picture.ink))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right step through the points, Home and End jump, Enter chooses, Escape lets go."""
        key = event.key()
        if key in _MOVES:
            self._keyed = True
            self._pick(pick.step(self.chart, self._picked, _MOVES[key]))
            self.setAccessibleDescription(self.tip.text or self.chart.summary)
        elif key in _ENTER and self._picked is not None:
            self._choose(self._picked)
        elif key == Qt.Key.Key_Escape and self._picked is not None:
            self._pick(None)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._keyed = event.reason() in KEYBOARD
        self.repaint_over()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._keyed = False
        self.setAccessibleDescription(self.chart.summary)
        self._pick(None)
        self.repaint_over()
