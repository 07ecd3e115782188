"""Rows of samples with their names, wrapped to the room there is."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.charts.drawings import sample_colors
from explorer.charts.model import MARKS, Chart, Series
from explorer.render.box import Box
from explorer.render.sheet import Sheet

_ROLES = ("roof", "line", "points", "dots")
_MARKED = ("points", "dots")


@dataclass(frozen=True)
class Entry:
    """One sample: a scenario's line (with its marker where it has points) or the colour of a part."""

    label: str
    slot: int | None = None
    color: str = ""
    role: str = "line"
    marked: bool = False
    edge: str = ""


def line_entries(chart: Chart, sheet: Sheet) -> tuple[Entry, ...]:
    """What a chart with lines names: its own list of series, slots or parts, else one entry per scenario and line."""
    by_key = {s.key: s for s in chart.series}
    pointed = {s.slot for s in chart.series if s.role in _MARKED and len(s.x)}
    if chart.legend:
        return tuple(
            _box(label, by_key[key], sheet)
            if key in by_key and by_key[key].role in (*MARKS, "spread")
            else Entry(label, by_key[key].slot, role=by_key[key].role, marked=by_key[key].slot in pointed)
            if key in by_key
            else Entry(label, int(key), marked=int(key) in pointed)
            if key.isdecimal()
            else Entry(label, color=sheet.theme.part(key))
            for key, label in chart.legend
        )
    found: dict[tuple[int, str], Entry] = {}
    lined = {s.slot for s in chart.series if s.role in ("roof", "line") and len(s.x)}
    for series in chart.series:
        if series.role not in _ROLES or not len(series.x) or (series.role in _MARKED and series.slot in lined):
            continue
        entry = Entry(series.label, series.slot, role=series.role, marked=series.slot in pointed)
        found.setdefault((series.slot, series.label), entry)
    return tuple(found.values())


def _box(label: str, series: Series, sheet: Sheet) -> Entry:
    fill, edge = sample_colors(sheet.theme, series)
    return Entry(label, color=fill, edge=edge)


def part_entries(chart: Chart, sheet: Sheet) -> tuple[Entry, ...]:
    """The parts of the bars, in the chart's order or in the order they are stacked."""
    pairs = chart.legend or tuple({(s.part, s.label): None for bar in chart.bars for s in bar.segments})
    return tuple(Entry(label, color=sheet.theme.part(part)) for part, label in pairs)


@dataclass(frozen=True)
class Placed:
    """An entry at its place, its text cut to fit."""

    entry: Entry
    x: float
    row: int
    text: str


def arrange(entries: tuple[Entry, ...], room: float, sheet: Sheet) -> tuple[Placed, ...]:
    """Entries in as many rows as they need, none wider than ``room``."""
    placed: list[Placed] = []
    x, row = 0.0, 0
    for entry in entries:
        sample = _sample(entry, sheet)
        text = sheet.fit(entry.label, "small", room - sample)
        wide = sample + sheet.width(text, "small")
        if x and x + wide > room:
            x, row = 0.0, row + 1
        placed.append(Placed(entry, x, row, text))
        x += wide + 1.3 * sheet.em
    return tuple(placed)


def height(placed: tuple[Placed, ...], sheet: Sheet) -> float:
    """Points from the top of the first row to the bottom of the last."""
    return (placed[-1].row + 1) * _row(sheet) if placed else 0.0


def draw(placed: tuple[Placed, ...], left: float, top: float, sheet: Sheet) -> None:
    """Draw the arranged entries with their top left corner at ``left``, ``top``."""
    em = sheet.em
    for one in placed:
        entry, x, middle = one.entry, left + one.x, top + (one.row + 0.5) * _row(sheet)
        if entry.slot is None:
            side = 0.62 * em
            sheet.box(Box(x, middle - side / 2, x + side, middle + side / 2), entry.color, edge=entry.edge or "none", width=sheet.hair)
        else:
            long = (0.7 if entry.role == "dots" else 2.2) * em
            if entry.role not in _MARKED:
                sheet.series_line([(x, middle), (x + long, middle)], entry.slot, entry.role, None)
            if entry.marked:
                sheet.marker(x + long / 2, middle, entry.slot, 0.6 * em)
        sheet.text(x + _sample(entry, sheet), middle, one.text, "small", sheet.theme.text)


def _sample(entry: Entry, sheet: Sheet) -> float:
    return (0.95 if entry.slot is None else 1.1 if entry.role == "dots" else 2.6) * sheet.em


def _row(sheet: Sheet) -> float:
    return 1.3 * sheet.em
