"""A chart with lines and points, live: pyqtgraph draws the curves, everything around them is painted in pixels."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.app.look import Look, plain_look
from explorer.app.views import legend, overlay, pick
from explorer.app.views.axes import FloatArray, columns, fitted
from explorer.app.views.canvas import Canvas
from explorer.app.views.curves import Curves
from explorer.app.views.frame import Frame
from explorer.app.views.ink import Ink
from explorer.app.views.plate import Plate, Setting
from explorer.app.views.tip import TipBox
from explorer.charts.model import Axis, Chart

_REACH = 18.0
_EMPTY = Chart("", "", "", Axis(""))


class ChartView(QWidget):
    """Shows a `Chart` that has series. ``hovered`` carries the read-out under the hand, or nothing."""

    hovered = Signal(str)

    def __init__(self, look: Look | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ink = Ink(look or plain_look())
        self.chart = _EMPTY
        self._ghost: Chart | None = None
        self._held = self._zoomed = False
        self._picked: pick.Picked | None = None
        self._entries: tuple[legend.Entry, ...] = ()
        self._views = ((0.0, 1.0), (0.0, 1.0))
        self._positions: dict[str, FloatArray] | None = None
        self._labels = overlay.Labels()
        self._plate = Plate(self.ink)
        self.canvas = Canvas(self, self)
        self.curves = Curves(self.canvas.port, self.ink)
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
        self.canvas.fit_asked.connect(self.fit)
        self.canvas.port.sigRangeChanged.connect(self._ranged)
        self.canvas.port.sigRangeChangedManually.connect(self._zoom)

    # what the window calls

    def show_chart(self, chart: Chart) -> None:
        """Bring the view in line with ``chart``; emits nothing."""
        other = (chart.key, chart.x.scale, chart.y and chart.y.scale)
        fresh = other != (self.chart.key, self.chart.x.scale, self.chart.y and self.chart.y.scale)
        self.chart = chart
        self._entries = legend.chart_entries(chart, self.ink)
        self.curves.show(chart, self._ghost)
        if chart.title != self.accessibleName():
            self.setAccessibleName(chart.title)
        if chart.summary != self.accessibleDescription():
            self.setAccessibleDescription(chart.summary)
        if fresh or not (self._held or self._zoomed):
            self.fit()
        self._touch()
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
        self._held = self._labels.held = on
        if not on:
            self._labels.stale = True
            if not self._zoomed:
                self.fit()
            self.canvas.viewport().update()

    def set_look(self, look: Look) -> None:
        """Other colours and sizes."""
        self.ink = Ink(look)
        self._plate = Plate(self.ink)
        self.curves.set_ink(self.ink)
        self._entries = legend.chart_entries(self.chart, self.ink)
        self._touch()
        self._show_tip()

    def fit(self) -> None:
        """Show all the data, or the range that the chart asks for."""
        self._zoomed = False
        y_axis = self.chart.y or Axis("")
        views = (fitted(self.chart.x, columns(self.chart, "x")), fitted(y_axis, columns(self.chart, "y")))
        if views != self._views:
            (x0, x1), (y0, y1) = views
            wide, high = x1 - x0, y1 - y0
            self.canvas.port.setLimits(
                xMin=x0 - 4 * wide, xMax=x1 + 4 * wide, yMin=y0 - 4 * high, yMax=y1 + 4 * high,
                minXRange=wide * 1e-3, minYRange=high * 1e-3, maxXRange=wide * 8, maxYRange=high * 8,
            )
            self.canvas.port.setRange(xRange=views[0], yRange=views[1], padding=0)

    # geometry

    def _setting(self) -> Setting:
        return Setting(self.canvas.size(), self.chart.x, self.chart.y or Axis(""), *self._views, self._entries)

    def frame(self) -> Frame:
        """Where the data lie, in pixels."""
        return self._plate.frame(self._setting())

    def positions(self) -> dict[str, FloatArray]:
        """Pixel positions of every series."""
        if self._positions is None:
            frame = self.frame()
            self._positions = {s.key: overlay.pixels(s, self.chart, frame) for s in self.chart.series}
        return self._positions

    def _touch(self) -> None:
        self._positions = None
        self._labels.stale = True
        self.canvas.put(self.frame())
        self.canvas.viewport().update()

    def _ranged(self, _port: object, views: object) -> None:
        (x0, x1), (y0, y1) = self.canvas.port.viewRange()
        self._views = ((float(x0), float(x1)), (float(y0), float(y1)))
        self._touch()

    def _zoom(self, _mask: object) -> None:
        self._zoomed = True
        self._pick(None)

    # painting, called by the canvas

    def paint_under(self, painter: QPainter) -> None:
        """Background, bands and marks."""
        self._plate.draw(painter, self._setting(), self.devicePixelRatioF())
        frame = self.frame()
        painter.save()
        painter.setClipRect(frame.rect)
        overlay.paint_under(painter, self.chart, frame, self.ink)
        painter.restore()

    def paint_over(self, painter: QPainter) -> None:
        """Points, labels and the ring around the picked point."""
        frame, positions = self.frame(), self.positions()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._labels.layout(self.chart, frame, self.ink, positions)
        self._labels.paint(painter, self.ink)
        overlay.paint_points(painter, self.chart, frame, self.ink, positions)
        series = pick.series_of(self.chart, self._picked)
        if series is not None and self._picked is not None:
            x, y = positions[series.key][self._picked.index].tolist()
            size = overlay.marker_size(self.ink)
            painter.setPen(self.ink.pen(self.ink.theme.text, 1.5 * self.ink.hair))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, y), 0.85 * size, 0.85 * size)
        if self.hasFocus():
            painter.setPen(self.ink.pen(self.ink.theme.accent, 1.5 * self.ink.hair))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.rect.adjusted(-1, -1, 1, 1), 3, 3)

    # the hand

    def _point(self, at: QPointF) -> None:
        reach = _REACH * max(1.0, self.ink.look.scale)
        self._pick(pick.nearest(self.chart, self.positions(), at.x(), at.y(), reach))

    def _pick(self, picked: pick.Picked | None) -> None:
        if picked == self._picked:
            return
        self._picked = picked
        self._show_tip()
        self.canvas.viewport().update()
        self.hovered.emit(self.tip.text)

    def _show_tip(self) -> None:
        series = pick.series_of(self.chart, self._picked)
        if series is None or self._picked is None:
            self._picked = None
            self.tip.clear()
            return
        x, y = self.positions()[series.key][self._picked.index].tolist()
        if not self.frame().holds(x, y):
            self.tip.clear()
            return
        self.tip.show_tip(self.ink, series.tips[self._picked.index], QPointF(x, y), overlay.marker_size(self.ink))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right step through the points, Home and End jump, Escape lets go."""
        moves = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -10**6, Qt.Key.Key_End: 10**6}
        key = Qt.Key(event.key())
        if key in moves:
            self._pick(pick.step(self.chart, self._picked, moves[key]))
            self.setAccessibleDescription(self.tip.text or self.chart.summary)
        elif key == Qt.Key.Key_Escape and self._picked is not None:
            self._pick(None)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.canvas.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setAccessibleDescription(self.chart.summary)
        self._pick(None)
        self.canvas.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._touch()
        self._show_tip()
