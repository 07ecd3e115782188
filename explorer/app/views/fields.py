"""What fills the plane of a chart: the cells of a heat map, and the thick strokes of a tornado."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from explorer.app.views.frame import Frame
from explorer.app.views.ink import Ink
from explorer.charts.axes import to_view
from explorer.charts.drawings import cell_color, stroke_color
from explorer.charts.model import Axis, Chart, Series


def paint(painter: QPainter, chart: Chart, frame: Frame, ink: Ink) -> None:
    """Cells and strokes of a chart, if it has any."""
    for series in chart.series:
        if series.role == "cells":
            _cells(painter, series, chart, frame, ink)
        elif series.role == "spread":
            _strokes(painter, series, chart, frame, ink)


def _cells(painter: QPainter, series: Series, chart: Chart, frame: Frame, ink: Ink) -> None:
    if series.shade is None:
        return
    at = frame.px(to_view(series.x, chart.x), to_view(series.y, chart.y or Axis(""))).tolist()
    wide, high = series.size[0] * frame.width / (frame.x[1] - frame.x[0]), series.size[1] * frame.height / (frame.y[1] - frame.y[0])
    for (x, y), shade in zip(at, series.shade.tolist(), strict=True):
        if math.isfinite(shade):
            left, top = round(x - wide / 2), round(y - high / 2)
            box = QRectF(left, top, round(x + wide / 2) - left, round(y + high / 2) - top)
            painter.fillRect(box, ink.color(cell_color(ink.theme, round(shade, 2), series.slot)))


def _strokes(painter: QPainter, series: Series, chart: Chart, frame: Frame, ink: Ink) -> None:
    ends = frame.px(to_view(series.x, chart.x), to_view(series.y, chart.y or Axis(""))).reshape(-1, 4).tolist()
    high = series.size[1] * frame.height / (frame.y[1] - frame.y[0])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink.color(stroke_color(ink.theme, series)))
    painter.drawRects([QRectF(min(a, b), y - high / 2, max(1.0, abs(b - a)), high) for a, y, b, _ in ends])
