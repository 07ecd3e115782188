"""Charts with two axes: lines, roofs, bands, points, marks and their words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.charts.drawings import arrows
from explorer.charts.model import Chart, Series
from explorer.render import legend
from explorer.render.box import Box
from explorer.render.fields import draw_fields
from explorer.render.plate import Plot, draw_plate, fit_plot
from explorer.render.sheet import FloatArray, Sheet
from explorer.render.words import write_words

_LINES = ("roof", "roof_faint", "line", "ghost")
_BAND_ALPHA = 0.16
_DOT = 0.75
_MARK_DASH = (3.0, 2.5)


@dataclass(frozen=True, eq=False)
class Drawn:
    """What words must keep clear of: ``points`` (n, 2) and ``lines`` (m, 4) on the sheet."""

    points: FloatArray
    lines: FloatArray


def has_values(chart: Chart) -> bool:
    """Whether any point of any series can be drawn."""
    return any(np.any(np.isfinite(s.x) & np.isfinite(s.y)) for s in chart.series)


def draw_lines(chart: Chart, sheet: Sheet, area: Box) -> Plot:
    """Draw a chart of series into the area; returns where its axes stand."""
    rows = legend.arrange(legend.line_entries(chart, sheet), area.wide, sheet)
    top = area.top + legend.height(rows, sheet) + (0.5 * sheet.em if rows else 0.0)
    plot = fit_plot(chart, sheet, Box(area.left, top, area.right, area.bottom))
    legend.draw(rows, area.left, area.top, sheet)
    for series in chart.series:
        _band(series, plot, sheet)
    draw_plate(chart, plot, sheet)
    draw_fields(chart, plot, sheet)
    _marks(chart, plot, sheet)
    for role in ("roof_faint", "ghost", "line", "roof"):
        for series in chart.series:
            if series.role == role:
                sheet.series_line(plot.at(series.x, series.y), series.slot, role, plot.box, series.key)
    for series in chart.series:
        if series.role == "dots":
            places = plot.at(series.x, series.y)
            sheet.markers(places[[plot.holds(x, y) for x, y in places.tolist()]], series.slot, _DOT * marker_size(sheet), series.key)
    drawn = _obstacles(chart, plot)
    write_words(chart, plot, sheet, drawn.points, drawn.lines)  # below the markers: no label may hide one
    for series in chart.series:
        if series.role == "arrows":
            _arrows(series, plot, sheet)
    for series in chart.series:
        if series.role == "points":
            _points(series, plot, sheet)
    return plot


def _arrows(series: Series, plot: Plot, sheet: Sheet) -> None:
    color = sheet.theme.slot(series.slot)
    shafts, heads = arrows(plot.at(series.x, series.y).reshape(-1, 4), 0.55 * sheet.em, 0.5 * marker_size(sheet))
    for i, (shaft, head) in enumerate(zip(shafts, heads, strict=True)):
        sheet.line(shaft.reshape(2, 2), color, 1.3 * sheet.hair, clip=plot.box, name=f"{series.key}-{i}")
        sheet.area(head, color, 1.0, plot.box)


def _band(series: Series, plot: Plot, sheet: Sheet) -> None:
    if series.low is None or series.high is None or series.role == "points":
        return
    low, high = plot.at(series.x, series.low), plot.at(series.x, series.high)
    sound = np.isfinite(low).all(axis=1) & np.isfinite(high).all(axis=1)
    if sound.sum() > 1:
        outline = np.concatenate((low[sound], high[sound][::-1]))
        sheet.area(outline, sheet.theme.slot(series.slot), _BAND_ALPHA, plot.box, f"band {series.key}")


def _marks(chart: Chart, plot: Plot, sheet: Sheet) -> None:
    for i, mark in enumerate(chart.marks):
        ends = plot.across(mark)
        if ends is not None:
            color = sheet.theme.muted if mark.slot is None else sheet.theme.slot(mark.slot)
            sheet.line(ends, color, 1.3 * sheet.hair, dash=_MARK_DASH, name=f"mark-{i}")


def _points(series: Series, plot: Plot, sheet: Sheet) -> None:
    places = plot.at(series.x, series.y)
    if series.low is not None and series.high is not None:
        ranges = zip(plot.at(series.x, series.low), plot.at(series.x, series.high), strict=True)
        for ends in (np.array(pair) for pair in ranges):
            if np.isfinite(ends).all():
                sheet.line(ends, sheet.theme.slot(series.slot), 1.5 * sheet.hair, clip=plot.box)
    for i, (x, y) in enumerate(places.tolist()):
        if plot.holds(x, y):
            sheet.marker(x, y, series.slot, marker_size(sheet), name=f"{series.key}-{i}")


def marker_size(sheet: Sheet) -> float:
    """Points across a marker."""
    return 0.68 * sheet.em


def _obstacles(chart: Chart, plot: Plot) -> Drawn:
    dots = [plot.at(s.x, s.y) for s in chart.series if s.role == "points"]
    paths = [plot.at(s.x, s.y) for s in chart.series if s.role in _LINES]
    pieces = [np.hstack((p[:-1], p[1:])) for p in paths if len(p) > 1]
    pieces += [ends.reshape(1, 4) for ends in map(plot.across, chart.marks) if ends is not None]
    points = np.concatenate(dots) if dots else np.empty((0, 2))
    lines = np.concatenate(pieces) if pieces else np.empty((0, 4))
    return Drawn(points[np.isfinite(points).all(axis=1)], lines[np.isfinite(lines).all(axis=1)])


