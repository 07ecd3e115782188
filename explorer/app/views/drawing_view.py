"""A drawing without axes, such as a fabric: boxes, links and words, painted once and kept until something changes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from explorer.app.look import Look
from explorer.app.views import legend, pick
from explorer.app.views.frame import Frame
from explorer.app.views.ink import Ink
from explorer.app.views.picture import Picture
from explorer.app.views.pointed_view import PointedView
from explorer.charts.drawings import fitted, mark_colors
from explorer.charts.model import MARKS, Chart, Series

_SMALLEST = 2.0  # pixels of a mark


class Drawn(Picture):
    """A drawing at its place on the screen."""

    def frame(self) -> Frame:
        """The drawing below its legend, stretched no more than bears looking at."""
        em = self.ink.em
        top = 0.4 * em + self._legend()[1] * legend.row_height(self.ink)
        room = self.size.width() - 1.2 * em, max(10.0, self.size.height() - top - 0.3 * em)
        x, y = self.chart.x.range or (0.0, 1.0), self.chart.y.range if self.chart.y and self.chart.y.range else (0.0, 1.0)
        wide, high = fitted((x[1] - x[0], y[1] - y[0]), room)
        return Frame(0.6 * em + (room[0] - wide) / 2, top + (room[1] - high) / 2, wide, high, x, y)

    def _legend(self) -> tuple[tuple[legend.Placed, ...], int]:
        return legend.arrange(self._entries, self.size.width() - 2 * self.ink.em, self.ink, 1)

    def touch(self) -> None:
        """Forget what was measured, and paint anew."""
        super().touch()
        self._whole: QPixmap | None = None

    def paint(self, painter: QPainter, ratio: float) -> None:
        """The whole drawing, from the pixmap where nothing has changed."""
        if self._whole is None or self._whole.devicePixelRatio() != ratio:
            self._whole = QPixmap(self.size * ratio)
            self._whole.setDevicePixelRatio(ratio)
            self._whole.fill(self.ink.color(self.ink.theme.card))
            inner = QPainter(self._whole)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint(inner)
            inner.end()
        painter.drawPixmap(0, 0, self._whole)

    def _paint(self, painter: QPainter) -> None:
        ink = self.ink
        legend.paint(painter, self._legend()[0], QPointF(ink.em, 0.2 * ink.em), ink)
        for role in ("links", "traffic"):
            for series in self.chart.series:
                if series.role == role:
                    painter.setPen(ink.pen(ink.frame, ink.hair) if role == "links" else self._carrying(series))
                    ends = self.positions()[series.key].reshape(-1, 4).tolist()
                    painter.drawLines([QLineF(*row) for row in ends])
        for role in MARKS:
            for series in self.chart.series:
                if series.role == role:
                    self._marks(painter, series)
        self._words(painter)

    def _carrying(self, series: Series) -> QPen:
        return self.ink.pen(self.ink.theme.slot(series.slot), self.ink.hair * (1.0 + 0.8 * series.weight))

    def box(self, series: Series, index: int) -> QRectF:
        """A mark in pixels."""
        (x, y), (wide, high) = self.positions()[series.key][index].tolist(), self._size(series)
        return QRectF(x - wide / 2, y - high / 2, wide, high)

    def inside(self, series: Series, at: QPointF) -> int | None:
        """The mark that lies under a pixel."""
        wide, high = self._size(series)
        away = np.abs(self.positions()[series.key] - (at.x(), at.y()))
        found = np.flatnonzero((away[:, 0] <= wide / 2) & (away[:, 1] <= high / 2))
        return int(found[0]) if len(found) else None

    def _size(self, series: Series) -> tuple[float, float]:
        on = self.frame()
        wide = series.size[0] * on.width / (on.x[1] - on.x[0])
        high = series.size[1] * on.height / (on.y[1] - on.y[0])
        if series.role != "block" and series.key.startswith("chips"):
            wide = high = min(wide, high)  # chips are square
        return max(_SMALLEST, wide), max(_SMALLEST, high)

    def _marks(self, painter: QPainter, series: Series) -> None:
        fill, edge = mark_colors(self.ink.theme, series.role, series.slot)
        painter.setBrush(self.ink.color(fill))
        painter.setPen(self.ink.pen(edge, self.ink.hair))
        wide, high = self._size(series)
        at = self.positions()[series.key].tolist()
        painter.drawRects([QRectF(x - wide / 2, y - high / 2, wide, high) for x, y in at])

    def _words(self, painter: QPainter) -> None:
        ink, on = self.ink, self.frame()
        per_unit = on.width / (on.x[1] - on.x[0])
        for note in self.chart.annotations:
            text = ink.elided("small", note.text, note.room * per_unit)
            box = QRectF(on.px_x(note.x) - note.room * per_unit / 2, on.px_y(note.y) - ink.em / 2, note.room * per_unit, ink.em)
            ink.write(painter, "small", ink.theme.text, box, text, Qt.AlignmentFlag.AlignHCenter)


class DrawingView(PointedView):
    """Shows a `Chart` that is a drawing."""

    def __init__(self, look: Look | None = None, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.drawn = Drawn(self.picture.ink)
        self.picture = self.drawn
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(60, 60)

    def show_chart(self, chart: Chart) -> None:
        """Bring the view in line with ``chart``; emits nothing."""
        self.picture.show(chart)
        if chart.title != self.accessibleName():
            self.setAccessibleName(chart.title)
        if chart.summary != self.accessibleDescription():
            self.setAccessibleDescription(chart.summary)
        self._show_tip()
        self.update()

    def show_ghost(self, chart: Chart | None) -> None:
        """A drawing has no faint lines of another state."""

    def hold_axes(self, on: bool) -> None:
        """A drawing has no axes."""

    def set_look(self, look: Look) -> None:
        """Other colours and sizes."""
        self.picture.set_ink(Ink(look))
        self._show_tip()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        ink, painter = self.picture.ink, QPainter(self)
        self.drawn.paint(painter, self.devicePixelRatioF())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        series = pick.series_of(self.chart, self._picked)
        if series is not None and self._picked is not None:
            painter.setPen(ink.pen(ink.theme.text, 1.8 * ink.hair))
            painter.drawRect(self.drawn.box(series, self._picked.index).adjusted(-2, -2, 2, 2))
        if self._keyed:
            painter.setPen(ink.pen(ink.theme.accent, 1.5 * ink.hair))
            painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 4, 4)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pick what is under the pointer, else what is near it."""
        self._point(event.position())

    def _near(self, at: QPointF) -> pick.Picked | None:
        for series in reversed(self.chart.series):
            if series.role in MARKS and len(series.tips):
                inside = self.drawn.inside(series, at)
                if inside is not None:
                    return pick.Picked(series.key, inside)
        return super()._near(at)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._pick(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.picture.size = self.size()
        self.picture.touch()
        self._show_tip()
