"""What an earlier state leaves behind in a chart: rings where points stood, arrows to where they stand, outlines of thick strokes."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from explorer.app.views import overlay
from explorer.app.views.frame import Frame
from explorer.app.views.ink import Ink
from explorer.charts.axes import FloatArray, to_view
from explorer.charts.drawings import arrows
from explorer.charts.model import Axis, Chart, Series
from explorer.charts.moves import moves

_RING, _PALE = 0.8, 150


class Ghosts:
    """Marks of the state before, kept until chart or ghost is exchanged."""

    def __init__(self) -> None:
        self._of: tuple[Chart | None, Chart | None] = (None, None)
        self._arrows: tuple[Series, ...] = ()
        self._rings: tuple[Series, ...] = ()
        self._strokes: tuple[Series, ...] = ()

    def _look_up(self, chart: Chart, ghost: Chart | None) -> None:
        if self._of[0] is chart and self._of[1] is ghost:
            return
        self._of = chart, ghost
        self._arrows = moves(ghost, chart) if ghost is not None else ()
        now = {s.key: s for s in chart.series}
        moved = [s for s in ghost.series if _moved(s, now.get(s.key))] if ghost is not None and ghost.key == chart.key else []
        led = {a.key.removeprefix("moved-") for a in self._arrows}
        self._rings = tuple(s for s in moved if s.role == "points" and s.key not in led)
        self._strokes = tuple(s for s in moved if s.role == "spread")

    def paint(self, painter: QPainter, chart: Chart, ghost: Chart | None, frame: Frame, ink: Ink) -> None:
        """Under the points of now: the arrows of the chart itself as well."""
        self._look_up(chart, ghost)
        for series in self._strokes:
            _outline(painter, series, chart, frame, ink)
        for series in self._rings:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(ink.pen(ink.theme.slot(series.slot), 1.4 * ink.hair, (), _PALE))
            reach = 0.5 * _RING * overlay.marker_size(ink)
            for x, y in overlay.pixels(series, chart, frame).tolist():
                if frame.holds(x, y):
                    painter.drawEllipse(QPointF(x, y), reach, reach)
        for series in (*(s for s in chart.series if s.role == "arrows"), *self._arrows):
            _arrows(painter, series, chart, frame, ink)


def _moved(before: Series, now: Series | None) -> bool:
    return now is None or len(before.x) != len(now.x) or bool((before.x != now.x).any() or (before.y != now.y).any())


def _ends(series: Series, chart: Chart, frame: Frame) -> FloatArray:
    return frame.px(to_view(series.x, chart.x), to_view(series.y, chart.y or Axis(""))).reshape(-1, 4)


def _arrows(painter: QPainter, series: Series, chart: Chart, frame: Frame, ink: Ink) -> None:
    shafts, heads = arrows(_ends(series, chart, frame), 0.6 * ink.em, 0.5 * overlay.marker_size(ink))
    color = ink.theme.slot(series.slot)
    painter.save()
    painter.setClipRect(frame.rect)
    painter.setPen(ink.pen(color, 1.5 * ink.hair))
    painter.drawLines([QLineF(*row) for row in shafts.tolist()])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink.color(color))
    for head in heads.tolist():
        painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in head]))
    painter.restore()


def _outline(painter: QPainter, series: Series, chart: Chart, frame: Frame, ink: Ink) -> None:
    high = series.size[1] * frame.height / (frame.y[1] - frame.y[0])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(ink.pen(ink.theme.slot(series.slot), 1.2 * ink.hair, (3.0, 2.0)))
    painter.drawRects([QRectF(min(a, b), y - high / 2, abs(b - a), high) for a, y, b, _ in _ends(series, chart, frame).tolist()])
