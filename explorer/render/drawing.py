"""Drawings without axes: links, boxes and words."""

from __future__ import annotations

import math

import numpy as np

from explorer.charts.drawings import blend, fitted, mark_colors
from explorer.charts.model import MARKS, Chart, Series
from explorer.render import legend
from explorer.render.box import Box
from explorer.render.sheet import FloatArray, Sheet


class Place:
    """A drawing in its box of the sheet."""

    def __init__(self, chart: Chart, box: Box) -> None:
        self.x, y_axis = chart.x.range or (0.0, 1.0), chart.y
        self.y = y_axis.range if y_axis is not None and y_axis.range is not None else (0.0, 1.0)
        wide, high = fitted((self.x[1] - self.x[0], self.y[1] - self.y[0]), (box.wide, box.high))
        left, top = box.left + (box.wide - wide) / 2, box.top + (box.high - high) / 2
        self.box = Box(left, top, left + wide, top + high)
        self.per_x, self.per_y = wide / (self.x[1] - self.x[0]), high / (self.y[1] - self.y[0])

    def at(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Points of the sheet, (n, 2)."""
        return np.column_stack((self.box.left + (x - self.x[0]) * self.per_x, self.box.bottom - (y - self.y[0]) * self.per_y))

    def size(self, series: Series) -> tuple[float, float]:
        """Of a mark, in points; chips are square."""
        wide, high = series.size[0] * self.per_x, series.size[1] * self.per_y
        return (min(wide, high),) * 2 if series.key.startswith("chips") else (wide, high)


def draw_drawing(chart: Chart, sheet: Sheet, area: Box) -> None:
    """Draw a chart that is a drawing into the area."""
    entries = legend.arrange(legend.line_entries(chart, sheet), area.wide, sheet)
    legend.draw(entries, area.left, area.top, sheet)
    top = area.top + legend.height(entries, sheet) + 0.4 * sheet.em
    place = Place(chart, Box(area.left, top, area.right, area.bottom))
    for role in ("links", "traffic"):
        for series in chart.series:
            if series.role == role:
                _lines(series, place, sheet)
    for mark in MARKS:
        for series in chart.series:
            if series.role == mark:
                _marks(series, place, sheet)
    for note in chart.annotations:
        x, y = place.at(np.array([note.x]), np.array([note.y]))[0].tolist()
        sheet.text(x, y, sheet.fit(note.text, "small", note.room * place.per_x), "small", sheet.theme.text, "center")


def _lines(series: Series, place: Place, sheet: Sheet) -> None:
    """Pieces one after the other, interrupted."""
    ends = place.at(series.x, series.y).reshape(-1, 2, 2)
    gap = np.full((len(ends), 1, 2), math.nan)
    path = np.concatenate((ends, gap), axis=1).reshape(-1, 2)
    theme = sheet.theme
    if series.role == "links":
        sheet.line(path, blend(theme.border, theme.muted, 0.4), sheet.hair, name=series.key)
    else:
        sheet.line(path, theme.slot(series.slot), sheet.hair * (1.0 + 0.8 * series.weight), name=series.key)


def _marks(series: Series, place: Place, sheet: Sheet) -> None:
    fill, edge = mark_colors(sheet.theme, series.role, series.slot)
    wide, high = place.size(series)
    for i, (x, y) in enumerate(place.at(series.x, series.y).tolist()):
        box = Box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        sheet.box(box, fill, edge=edge, width=sheet.hair, name=f"{series.key}-{i}")
