"""Labels of points, marks and annotations, kept clear of each other and of what is drawn."""

from __future__ import annotations

import numpy as np

from explorer.charts.model import Chart, Mark
from explorer.render.box import Box
from explorer.render.placing import Point, Spot, around, leader, merged, place
from explorer.render.plate import Plot
from explorer.render.sheet import FloatArray, Sheet

_MOST_LINES = 4
_STEP = 1.18  # from line to line, in sizes of the text
_PATCH = 0.82


def write_words(chart: Chart, plot: Plot, sheet: Sheet, points: FloatArray, lines: FloatArray) -> None:
    """Place and write all words of a chart. ``points`` and ``lines`` are what they must not cover."""
    spots = [*_mark_spots(chart, plot, sheet), *_note_spots(chart, plot, sheet), *_name_spots(chart, plot, sheet)]
    box = plot.box
    bounds = Box(box.left + sheet.hair, box.top - 0.3 * sheet.em, box.right + 0.5 * sheet.em, box.bottom - sheet.hair)
    for spot, at in zip(spots, place(spots, bounds, points, lines, 0.4 * sheet.em), strict=True):
        if at is None:
            continue
        (x, y), (wide, high) = spot.corners[at], spot.size
        where = Box(x, y, x + wide, y + high)
        if at >= spot.near:
            sheet.line(leader(where, spot), sheet.theme.muted, 0.9 * sheet.hair)
        if not sheet.transparent:
            sheet.box(where, sheet.theme.card, alpha=_PATCH)
        color = sheet.theme.text if spot.slot is None else sheet.theme.ink(spot.slot)
        for i, line in enumerate(spot.lines):
            middle = where.top + (i + 0.5) * high / len(spot.lines)
            sheet.text(x + 0.12 * sheet.em, middle, line, "small", color)


def _size(lines: tuple[str, ...], sheet: Sheet) -> Point:
    widest = max(sheet.width(line, "small") for line in lines)
    return widest + 0.25 * sheet.em, (1.05 + _STEP * (len(lines) - 1)) * sheet.size("small")


def _mark_spots(chart: Chart, plot: Plot, sheet: Sheet) -> list[Spot]:
    found = []
    for mark in chart.marks:
        ends = plot.across(mark)
        if ends is None or not mark.label:
            continue
        x, em = float(ends[0, 0]), sheet.em
        room = max(x - plot.box.left, plot.box.right - x) - 0.6 * em if mark.axis == "x" else 0.9 * plot.box.wide
        lines = (sheet.fit(mark.label, "small", room),)
        corners = _beside(mark, ends, _size(lines, sheet), plot.box, em)
        found.append(Spot(lines, _size(lines, sheet), corners, len(corners), slot=mark.slot))
    return found


def _beside(mark: Mark, ends: FloatArray, size: Point, box: Box, em: float) -> tuple[Point, ...]:
    wide, high = size
    if mark.axis == "x":
        x = float(ends[0, 0])
        steps = [box.top + 0.15 * em + i * 1.25 * high for i in range(5)]
        steps += [box.bottom - (i + 1) * 1.25 * high for i in range(3)]
        return tuple((left, y) for y in steps for left in (x + 0.3 * em, x - wide - 0.3 * em))
    y = float(ends[0, 1])
    stops = (box.right - wide - 0.2 * em, box.left + 0.4 * em, box.left + (box.wide - wide) / 2)
    return tuple((x, top) for x in stops for top in (y - high - 0.15 * em, y + 0.15 * em))


def _note_spots(chart: Chart, plot: Plot, sheet: Sheet) -> list[Spot]:
    found = []
    for note in chart.annotations:
        x, y = plot.at(np.array([note.x]), np.array([note.y]))[0].tolist()
        if plot.holds(x, y):
            lines = tuple(sheet.wrap(note.text, "small", 0.5 * plot.box.wide, _MOST_LINES))
            if lines:
                size = _size(lines, sheet)
                corners, near = around((x, y), (x, y), size, 0.4 * sheet.em)
                found.append(Spot(lines, size, corners, near, ((x, y),), note.slot))
    return found


def _name_spots(chart: Chart, plot: Plot, sheet: Sheet) -> list[Spot]:
    ends, em = _columns_of_points(chart, plot), sheet.em
    found = []
    for group in merged({n: low for n, (low, _) in ends.items()}, (0.85 * em, 0.85 * em)):
        lines = _packed(group, sheet, min(17 * em, 0.38 * plot.box.wide))
        low = max((ends[n][0] for n in group), key=lambda p: p[1])
        high = min((ends[n][1] for n in group), key=lambda p: p[1])
        size = _size(lines, sheet)
        corners, near = around(low, high, size, 0.5 * em)
        found.append(Spot(lines, size, corners, near, (low, high)))
    return found


def _packed(names: tuple[str, ...], sheet: Sheet, room: float) -> tuple[str, ...]:
    """Names in lines no wider than ``room``, broken between names; those that do not fit are counted."""
    lines: list[str] = []
    for i, name in enumerate(names):
        piece = sheet.fit(name if i == len(names) - 1 else f"{name},", "small", room)
        if lines and sheet.width(f"{lines[-1]} {piece}", "small") <= room:
            lines[-1] = f"{lines[-1]} {piece}"
        elif len(lines) == _MOST_LINES:
            lines[-1] = f"{lines[-1]} +{len(names) - i}"
            break
        else:
            lines.append(piece)
    return tuple(lines)


def _columns_of_points(chart: Chart, plot: Plot) -> dict[str, tuple[Point, Point]]:
    """Lowest and highest place of the points of each name, over all scenarios."""
    found: dict[str, tuple[Point, Point]] = {}
    for series in chart.series:
        for name, (x, y) in zip(series.labels, plot.at(series.x, series.y).tolist(), strict=False):
            if not name or not plot.holds(x, y):
                continue
            low, high = found.get(name, ((x, y), (x, y)))
            found[name] = (x, y) if y > low[1] else low, (x, y) if y < high[1] else high
    return found
