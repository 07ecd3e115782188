"""What fills the plane of a chart: the cells of a heat map, and the thick strokes of a tornado."""

from __future__ import annotations

import math

from explorer.charts.drawings import cell_color, stroke_color
from explorer.charts.model import Chart, Series
from explorer.render.box import Box
from explorer.render.plate import Plot
from explorer.render.sheet import Sheet


def draw_fields(chart: Chart, plot: Plot, sheet: Sheet) -> None:
    """Cells and strokes of a chart, if it has any."""
    for series in chart.series:
        if series.role == "cells":
            _cells(series, plot, sheet)
        elif series.role == "spread":
            _strokes(series, plot, sheet)


def _per_unit(plot: Plot) -> tuple[float, float]:
    return plot.box.wide / (plot.x_view[1] - plot.x_view[0]), plot.box.high / (plot.y_view[1] - plot.y_view[0])


def _cells(series: Series, plot: Plot, sheet: Sheet) -> None:
    if series.shade is None:
        return
    per_x, per_y = _per_unit(plot)
    wide, high = series.size[0] * per_x, series.size[1] * per_y
    for i, ((x, y), shade) in enumerate(zip(plot.at(series.x, series.y).tolist(), series.shade.tolist(), strict=True)):
        if math.isfinite(shade):
            color = cell_color(sheet.theme, shade, series.slot)
            box = Box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
            sheet.box(box, color, edge=color, width=0.3 * sheet.hair, name=f"{series.key}-{i}")


def _strokes(series: Series, plot: Plot, sheet: Sheet) -> None:
    high, color = series.size[1] * _per_unit(plot)[1], stroke_color(sheet.theme, series)
    for i, (a, y, b, _) in enumerate(plot.at(series.x, series.y).reshape(-1, 4).tolist()):
        sheet.box(Box(min(a, b), y - high / 2, max(a, b), y + high / 2), color, name=f"{series.key}-{i}")
