"""Horizontal stacked bars: pieces, the outline of a limit, hatching beyond it, ranges, and the words around them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explorer.charts.model import Bar, Chart
from explorer.render import legend
from explorer.render.box import Box
from explorer.render.plate import axis_line
from explorer.render.sheet import Sheet, mixed

_NAME_SHARE = 0.26  # of the width, at most


@dataclass(frozen=True)
class Scale:
    """The common scale of all bars: ``left + value * per_unit`` is a point of the sheet, and ``top`` its last value."""

    left: float
    per_unit: float
    top: float
    room: float

    def x(self, value: float) -> float:
        """Where a value stands; beyond the axis it stays at its end."""
        return self.left + min(max(0.0, value), self.top) * self.per_unit

    def beyond(self, value: float) -> bool:
        """Whether a value lies beyond the end of the axis."""
        return value > self.top * (1 + 1e-9)


def over(bar: Bar) -> bool:
    """Whether a bar is longer than its limit."""
    return bar.limit is not None and bar.total > bar.limit * (1 + 1e-9)


def draw_bars(chart: Chart, sheet: Sheet, area: Box) -> Scale:
    """Draw a chart of bars into the area; returns their scale."""
    em = sheet.em
    parts = legend.arrange(legend.part_entries(chart, sheet), area.wide, sheet)
    below = legend.height(parts, sheet) + (0.45 * em if parts else 0.0)
    axis = (1.7 + (1.25 if chart.x.label else 0.0)) * em
    rows = Box(area.left, area.top, area.right, max(area.bottom - below - axis, area.top + em))
    scale = _scale(chart, sheet, rows)
    block = rows.high / len(chart.bars)
    used = min(block, 6.6 * em)
    start = rows.top + (rows.high - used * len(chart.bars)) / 2
    axis_line(chart.x, sheet, (scale.left, scale.x(scale.top)), scale.top, rows.bottom)
    notes = _notes(chart, sheet, scale.room - scale.left, used)
    for i, bar in enumerate(chart.bars):
        strip = Box(rows.left, start + i * used, rows.right, start + (i + 1) * used)
        _row(bar, i, sheet, scale, strip, notes)
    legend.draw(parts, min(scale.left, area.right - _widest(parts, sheet)), area.bottom - below + 0.45 * em, sheet)
    return scale


def _widest(parts: tuple[legend.Placed, ...], sheet: Sheet) -> float:
    return max((p.x + 0.95 * sheet.em + sheet.width(p.text, "small") for p in parts), default=0.0)


def _finite(*values: float | None) -> list[float]:
    return [v for v in values if v is not None and math.isfinite(v)]


def _end(bar: Bar) -> float:
    """The farthest value that a bar draws."""
    return max(_finite(bar.total, bar.limit, bar.high, bar.ghost), default=0.0)


def _top(chart: Chart) -> float:
    given = chart.x.range[1] if chart.x.range is not None else math.nan
    top = given if math.isfinite(given) and given > 0 else max(map(_end, chart.bars), default=0.0)
    return top if top > 0 else 1.0


def _scale(chart: Chart, sheet: Sheet, rows: Box) -> Scale:
    """As wide as the words at the ends of the bars allow."""
    em, top = sheet.em, _top(chart)
    words = [w for b in chart.bars for w in sheet.wrap(b.label, "bold", _NAME_SHARE * rows.wide, 2)]
    names = max((sheet.width(w, "bold") for w in words), default=0.0)
    left = rows.left + 1.05 * em + names + 1.0 * em
    per_unit = (rows.right - left) / top
    for bar in chart.bars:
        end = min(_end(bar), top)
        after = _words_at_end(bar, sheet, per_unit)
        if after and end > 0:
            per_unit = min(per_unit, (rows.right - left - after) / end)
    return Scale(left, max(per_unit, em / top), top, rows.right)


def _words_at_end(bar: Bar, sheet: Sheet, per_unit: float) -> float:
    """Points that the words right of a bar take."""
    em = sheet.em
    if bar.end_label:
        return sheet.width(bar.end_label, "bold") + 0.55 * em
    if bar.limit is None or not bar.limit_label or over(bar):
        return 0.0
    wide = sheet.width(bar.limit_label, "small")
    inside = (bar.limit - bar.total) * 0.9 * per_unit > wide + 1.1 * em
    return 0.0 if inside else wide + 0.5 * em


def _notes(chart: Chart, sheet: Sheet, room: float, block: float) -> list[list[str]]:
    """The lines under each bar: two where they are needed and the bars stay thick enough, else one, else none."""
    for most in (2, 1):
        found = [sheet.wrap(b.note, "small", room, most) for b in chart.bars]
        if 1.3 * sheet.em + max(map(len, found)) * _step(sheet) <= block:
            return found
    return [[] for _ in chart.bars]


def _step(sheet: Sheet) -> float:
    return 1.2 * sheet.size("small")


def _row(bar: Bar, index: int, sheet: Sheet, scale: Scale, block: Box, all_notes: list[list[str]]) -> None:
    em, step, notes = sheet.em, _step(sheet), all_notes[index]
    most = max(map(len, all_notes))
    words = step * most + (0.15 * em if most else 0.0)
    thick = min(max(block.high - words - 0.45 * em, 0.5 * em), 2.1 * em)
    top = block.top + (block.high - thick - words) / 2
    band = Box(scale.left, top, scale.x(max(_finite(bar.total, bar.limit), default=0.0)), top + thick)
    _name(bar, sheet, Box(block.left, top, scale.left - 0.9 * em, top + thick))
    _pieces(bar, index, sheet, scale, band)
    _range(bar, sheet, scale, band)
    _words(bar, sheet, scale, band)
    color = {"bad": sheet.theme.bad, "warn": sheet.theme.warn}.get("bad" if over(bar) else bar.severity, sheet.theme.muted)
    for i, line in enumerate(notes):
        sheet.text(scale.left, band.bottom + 0.15 * em + (i + 0.5) * step, line, "small", color)


def _name(bar: Bar, sheet: Sheet, box: Box) -> None:
    em = sheet.em
    sheet.marker(box.left + 0.36 * em, box.middle, bar.slot, 0.68 * em, rim=False)
    lines = sheet.wrap(bar.label, "bold", box.wide - 1.05 * em, 2 if box.high >= 1.9 * em else 1)
    for i, line in enumerate(lines):
        y = box.middle + (i - (len(lines) - 1) / 2) * 1.15 * em
        sheet.text(box.left + 1.05 * em, y, line, "bold", sheet.theme.text)


def _pieces(bar: Bar, index: int, sheet: Sheet, scale: Scale, band: Box) -> None:
    theme = sheet.theme
    limit = Box(band.left, band.top, scale.x(bar.limit or 0.0), band.bottom)
    if bar.limit is not None:
        sheet.box(limit, mixed(theme.card, theme.track, 0.45))
    at = 0.0
    for i, segment in enumerate(bar.segments):
        value = segment.value if math.isfinite(segment.value) and segment.value > 0 else 0.0
        a, b = scale.x(at), scale.x(at + value)
        at += value
        if b > a:
            sheet.box(Box(a, band.top, b, band.bottom), theme.part(segment.part), name=f"bar-{index}-{i}-{segment.part}")
            if a > band.left and b - a > 3 * sheet.hair:
                sheet.line([(a, band.top), (a, band.bottom)], theme.card, sheet.hair)
    if bar.limit is not None:
        _limit(bar, index, sheet, limit, band)
    if scale.beyond(max(_finite(bar.total, bar.high), default=0.0)):
        for shift in (0.35, 0.75):
            x = band.right - shift * sheet.em
            sheet.line([(x - 0.2 * sheet.em, band.bottom), (x + 0.2 * sheet.em, band.top)], theme.card, 2.5 * sheet.hair)


def _limit(bar: Bar, index: int, sheet: Sheet, limit: Box, band: Box) -> None:
    """The outline up to the limit; what stands beyond it is hatched."""
    theme, bad = sheet.theme, over(bar)
    if bad:
        rest = Box(limit.right, band.top, band.right, band.bottom)
        sheet.box(rest, theme.card, alpha=0.55)
        _hatch(sheet, rest, theme.bad, 0.42 * sheet.em, 1.1 * sheet.hair)
        sheet.box(rest, edge=theme.bad, width=1.3 * sheet.hair, name=f"over-{index}")
    color = theme.bad if bad else mixed(theme.border, theme.muted, 0.4)
    sheet.box(limit, edge=color, width=(2.0 if bad else 1.2) * sheet.hair, name=f"limit-{index}")


def _hatch(sheet: Sheet, box: Box, color: str, step: float, width: float) -> None:
    """Slanted lines across a box."""
    starts = np.arange(box.left - box.high, box.right, step)
    gap = np.full(len(starts), math.nan)
    x = np.column_stack((starts, starts + box.high, gap)).ravel()
    y = np.tile((box.bottom, box.top, math.nan), len(starts))
    sheet.line(np.column_stack((x, y)), color, width, clip=box)


def _range(bar: Bar, sheet: Sheet, scale: Scale, band: Box) -> None:
    """The whisker from low to high, dark on a rim so that it reads on every colour; and the tick of a former end."""
    if bar.ghost is not None and math.isfinite(bar.ghost) and not scale.beyond(bar.ghost):
        x, more = scale.x(bar.ghost), 0.25 * sheet.em
        ends = [(x, band.top - more), (x, band.bottom + more)]
        sheet.line(ends, sheet.theme.slot(bar.slot), 2.0 * sheet.hair, alpha=0.75)
    if len(_finite(bar.low, bar.high)) < 2 or bar.low is None or bar.high is None:
        return
    a, b, y, cap = scale.x(bar.low), scale.x(bar.high), band.middle, 0.2 * band.high
    gap = (math.nan, math.nan)
    path = [(a, y), (b, y), gap, (a, y - cap), (a, y + cap), gap]
    path += [] if scale.beyond(bar.high) else [(b, y - cap), (b, y + cap)]
    sheet.line(path, sheet.theme.card, 4.0 * sheet.hair, alpha=0.75)
    sheet.line(path, sheet.theme.text, 1.7 * sheet.hair)


def _words(bar: Bar, sheet: Sheet, scale: Scale, band: Box) -> None:
    theme, em = sheet.theme, sheet.em
    if bar.limit is not None and bar.limit_label and not over(bar):
        edge, wide = scale.x(bar.limit), sheet.width(bar.limit_label, "small")
        inside = edge - scale.x(bar.total if math.isfinite(bar.total) else 0.0) > wide + 1.0 * em
        if inside:
            sheet.text(edge - 0.5 * em, band.middle, bar.limit_label, "small", theme.muted, "right")
        elif not bar.end_label:
            sheet.text(edge + 0.45 * em, band.middle, bar.limit_label, "small", theme.muted)
    if bar.end_label:
        color = theme.bad if bar.severity == "bad" or over(bar) else theme.text
        x = max(band.right, scale.x(max(_finite(bar.high, 0.0))))
        x += 0.5 * em if x > band.left else 0.0
        label = sheet.fit(bar.end_label, "bold", scale.room - x + 0.1 * em)
        sheet.text(x, band.middle, label, "bold", color)
