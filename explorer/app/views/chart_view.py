"""A chart with lines and points, live: pyqtgraph draws the curves, everything around them is painted in pixels."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.app.look import Look
from explorer.app.views.canvas import Canvas
from explorer.app.views.curves import Curves
from explorer.app.views.ink import Ink
from explorer.app.views.pointed_view import PointedView
from explorer.charts.axes import columns, fitted
from explorer.charts.model import Axis, Chart


class ChartView(PointedView):
    """Shows a `Chart` that has series."""

    def __init__(self, look: Look | None = None, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._ghost: Chart | None = None
        self._held = self._zoomed = False
        self.canvas = Canvas(self, self)
        self.curves = Curves(self.canvas.port, self.picture.ink)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.canvas)
        self._listen()

    def _listen(self) -> None:
        self.canvas.pointed.connect(self._point)
        self.canvas.left.connect(partial(self._pick, None))
        self.canvas.pressed.connect(partial(self.setFocus, Qt.FocusReason.MouseFocusReason))
        self.canvas.clicked.connect(self._click)
        self.canvas.fit_asked.connect(self.fit)
        self.canvas.port.sigRangeChanged.connect(self._ranged)
        self.canvas.port.sigRangeChangedManually.connect(self._zoom)

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
        self._ghost = self.picture.ghost = chart
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

    def repaint_over(self) -> None:
        """Paint the picked point anew."""
        self.canvas.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.picture.size = self.size()
        self.picture.touch()
        self._lay()
        self._show_tip()


def _kind(chart: Chart) -> tuple[str, str, str]:
    return chart.key, chart.x.scale, chart.y.scale if chart.y else ""
