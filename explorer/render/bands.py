"""How a table stands on its sheet: how wide its columns are, and in how many bands below each other they fit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from explorer.charts.model import Table
from explorer.errors import ExplorerError
from explorer.render.box import Box
from explorer.render.sheet import SMALLEST_PT, Sheet

HEAD, GAP = 1.5, 0.9  # of a band's header, and between two bands, in sizes of the text
LINE = 1.25  # from line to line of the words below, in sizes of a small text
_ROW, _TALLEST_ROW = 1.3, 2.3
_BETWEEN = 1.1  # at least, between two columns
_SMALLER = 0.96
_MOST_BANDS = 3  # while smaller text still makes them fewer
_NAME_SHARE, _CELL_SHARE = 0.36, 0.3  # of the width, at most
_MARKER = 1.05


@dataclass(frozen=True)
class Lane:
    """A column: points that its values take, its changes with the space before them, and all of it with its header."""

    index: int
    value: float
    change: float
    wide: float


@dataclass(frozen=True)
class Layout:
    """Bands with their columns; points across the names, between columns at least, down a row (0: no room); words below."""

    bands: tuple[tuple[Lane, ...], ...]
    names: float
    between: float
    row: float
    below: tuple[str, ...]


def lay_out(table: Table, sheet: Sheet, area: Box) -> Layout:
    """Fit a table into the area: by smaller text (``sheet.em``) first, then by naming columns instead of showing them.

    Columns that say the same in every row are told once, below. Raises `ExplorerError` where the rows are too many.
    """
    told = [i for i, c in enumerate(table.columns) if c.same]
    shown = [i for i, c in enumerate(table.columns) if not c.same]
    if not shown:
        shown, told = told, []
    best: tuple[float, Layout] | None = None
    for em in _sizes(sheet):
        sheet.em = em
        found = _attempt(table, sheet, area, shown, told)
        if found.row and len(found.bands) <= _MOST_BANDS:
            return found
        best = best or ((em, found) if found.row else None)
    if best:
        sheet.em = best[0]
        return best[1]
    for count in range(len(shown) - 1, 0, -1):
        found = _attempt(table, sheet, area, shown[:count], told)
        if found.row:
            return found
    raise ExplorerError(f"{len(table.rows):,} rows do not fit on so small a picture: choose a larger size")


def _sizes(sheet: Sheet) -> list[float]:
    """Sizes of text to try, down to the smallest that can be read."""
    sizes = [sheet.em]
    while sizes[-1] > SMALLEST_PT:
        sizes.append(max(SMALLEST_PT, sizes[-1] * _SMALLER))
    return sizes


def _attempt(table: Table, sheet: Sheet, area: Box, shown: list[int], told: list[int]) -> Layout:
    names, between = _names(table, sheet, area.wide), _BETWEEN * sheet.em
    room = area.wide - names - between
    lanes = [_lane(table, i, sheet, min(room, _CELL_SHARE * area.wide)) for i in shown]
    parts = [f"{table.columns[i].label} {table.rows[0][i].text}" for i in told]
    missing = [c.label for i, c in enumerate(table.columns) if i not in shown and i not in told]
    words = [f"Same for all: {' · '.join(parts)}"] if parts else []
    words += [f"No room for: {' · '.join(missing)}"] if missing else []
    below = [line for w in words for line in sheet.wrap(w, "small", area.wide, 3)]
    bands = _balanced(lanes, room, between)
    row = _row(len(bands), len(table.rows), area.high - LINE * sheet.size("small") * len(below), sheet, bool(below))
    return Layout(bands, names, between, row, tuple(below))


def _row(bands: int, rows: int, room: float, sheet: Sheet, more: bool) -> float:
    """Points down a row, 0 where that many do not fit; ``more`` leaves a gap below the last band."""
    room -= (bands * HEAD + (bands - 1 + more) * GAP) * sheet.em
    high = room / (bands * rows)
    return min(high, _TALLEST_ROW * sheet.em) if high >= _ROW * sheet.em else 0.0


def _names(table: Table, sheet: Sheet, wide: float) -> float:
    widest = max(sheet.width(n, "base") + tag(table, i, sheet) for i, n in enumerate(table.row_labels))
    return min(_MARKER * sheet.em + widest, _NAME_SHARE * wide)


def tag(table: Table, row: int, sheet: Sheet) -> float:
    """Points of the word ``baseline`` with the space before it, none in other rows."""
    return sheet.width("baseline", "small") + 0.45 * sheet.em if row == table.baseline and len(table.rows) > 1 else 0.0


def _lane(table: Table, index: int, sheet: Sheet, most: float) -> Lane:
    cells = [row[index] for row in table.rows]
    change = max(sheet.width(c.change, "small") for c in cells)
    change = min(change + 0.4 * sheet.em, 0.5 * most) if change else 0.0
    value = min(max(sheet.width(c.text, "bold" if c.best else "base") for c in cells), most - change)
    return Lane(index, value, change, max(value + change, min(sheet.width(table.columns[index].label, "small"), most)))


def _balanced(lanes: list[Lane], room: float, between: float) -> tuple[tuple[Lane, ...], ...]:
    """As few bands as there can be, of equally many columns where their widths allow it."""
    packed = _packed(lanes, room, between)
    ends = [round(len(lanes) * i / len(packed)) for i in range(len(packed) + 1)]
    even = [lanes[a:b] for a, b in pairwise(ends)]
    fit = all(sum(lane.wide for lane in band) + between * (len(band) - 1) <= room for band in even)
    return tuple(map(tuple, even if fit else packed))


def _packed(lanes: list[Lane], room: float, between: float) -> list[list[Lane]]:
    bands: list[list[Lane]] = []
    used = 0.0
    for lane in lanes:
        if bands and used + between + lane.wide <= room:
            bands[-1].append(lane)
            used += between + lane.wide
        else:
            bands.append([lane])
            used = lane.wide
    return bands
