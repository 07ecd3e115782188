"""A chart with lines and points, live: pyqtgraph draws the curves, everything around them is painted in pixels."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.app.look import Look, plain_look
from explorer.app.views import overlay, pick
from explorer.app.views.canvas import Canvas
from explorer.app.views.curves import Curves
from explorer.app.views.ink import KEYBOARD, Ink
from explorer.app.views.picture import Picture
from explorer.app.views.tip import TipBox
from explorer.charts.axes import columns, fitted
from explorer.charts.model import Axis, Chart

_REACH = 18.0
_FAR = 10**6
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_MOVES: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -_FAR, Qt.Key.Key_End: _FAR}


class ChartView(QWidget):
    """Shows a `Chart` that has series. ``hovered`` carries the read-out under the hand, or nothing.

    ``chosen``: key of the series and index of the point that was clicked, or picked with the keyboard and entered.
    """

    hovered = Signal(str)
    chosen = Signal(str, int)

    def __init__(self, look: Look | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = Picture(Ink(look or plain_look()))
        self._ghost: Chart | None = None
        self._held = self._zoomed = self._keyed = False
        self._picked: pick.Picked | None = None
        self.canvas = Canvas(self, self)
        self.curves = Curves(self.canvas.port, self.picture.ink)
        self.tip = TipBox(self)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.canvas)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._listen()

    def _listen(self) -> None:
        self.canvas.pointed.connect(self._point)
        self.canvas.left.connect(partial(self._pick, None))
        self.canvas.pressed.connect(partial(self.setFocus, Qt.FocusReason.MouseFocusReason))
        self.canvas.clicked.connect(self._click)
        self.canvas.fit_asked.connect(self.fit)
        self.canvas.port.sigRangeChanged.connect(self._ranged)
        self.canvas.port.sigRangeChangedManually.connect(self._zoom)

    @property
    def chart(self) -> Chart:
        """What is shown."""
        return self.picture.chart

    def show_chart(self, chart: Chart) -> None:
        """Bring the view in line with ``chart``; emits nothing."""
        fresh = _kind(chart) != _kind(self.chart)
        self.picture.show(chart)
        self.curves.show(chart, self._ghost)
        if chart.title != self.accessibleName():
            self.setAccessibleName(chart.title)
        if chart.summary != self.accessibleDescription():
            self.setAccessibleDescription(chart.summary)
        if fresh or not (self._held or self._zoomed):
            self.fit()
        self._lay()
        self._show_tip()

    def show_ghost(self, chart: Chart | None) -> None:
        """Faint lines of another state behind the chart, where they differ from it."""
        self._ghost = chart
        self.curves.show(self.chart, chart)
        self.canvas.viewport().update()

    def hold_axes(self, on: bool) -> None:
        """Keep ranges and label places while a drag lasts; fit again at its end."""
        if on == self._held:
            return
        self._held = self.picture.labels.held = on
        if not on:
            self.picture.touch()
            if not self._zoomed:
                self.fit()
            self._lay()

    def set_look(self, look: Look) -> None:
        """Other colours and sizes."""
        self.picture.set_ink(Ink(look))
        self.curves.set_ink(self.picture.ink)
        self._lay()
        self._show_tip()

    def fit(self) -> None:
        """Show all the data, or the range that the chart asks for."""
        self._zoomed = False
        views = fitted(self.chart.x, columns(self.chart, "x")), fitted(self.chart.y or Axis(""), columns(self.chart, "y"))
        if views != self.picture.views:
            self.canvas.port.show_views(*views)

    def _ranged(self, _port: object, views: tuple[list[float], list[float]]) -> None:
        (x0, x1), (y0, y1) = views
        self.picture.views = (float(x0), float(x1)), (float(y0), float(y1))
        self.picture.touch()
        self._lay()

    def _lay(self) -> None:
        self.canvas.put(self.picture.frame(), self.size())
        self.canvas.viewport().update()

    def _zoom(self, _mask: object) -> None:
        self._zoomed = True
        self._pick(None)

    def paint_under(self, painter: QPainter) -> None:
        """Called by the canvas before the curves."""
        self.picture.paint_under(painter, self.devicePixelRatioF())

    def paint_over(self, painter: QPainter) -> None:
        """Called by the canvas after the curves."""
        self.picture.paint_over(painter, self._picked, self._keyed)

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
        self.canvas.viewport().update()
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
        self.canvas.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._keyed = False
        self.setAccessibleDescription(self.chart.summary)
        self._pick(None)
        self.canvas.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.picture.size = self.size()
        self.picture.touch()
        self._lay()
        self._show_tip()


def _kind(chart: Chart) -> tuple[str, str, str]:
    return chart.key, chart.x.scale, chart.y.scale if chart.y else ""
