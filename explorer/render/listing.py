"""Listings on sheets: columns of running text under a header that stands on every sheet anew."""

from __future__ import annotations

from typing import Protocol

from explorer.charts.page import Listing
from explorer.render.box import Box
from explorer.render.flow import flowed
from explorer.render.sheet import Sheet

_GAP = 0.9  # between two columns, in sizes of the text
_STEP = 1.28  # from line to line, in sizes of a small text
_AIR = 0.5


class Sheets(Protocol):
    """What a listing needs of whoever sets it: the sheet in hand, how far it is filled, and another sheet."""

    sheet: Sheet
    y: float

    @property
    def column(self) -> Box:
        """What is left of the sheet."""

    def turn(self) -> None:
        """Take another sheet."""


def draw_listing(sheets: Sheets, block: Listing) -> None:
    """Set a listing, over as many sheets as it needs."""
    lanes = _lanes(block, sheets.column, sheets.sheet.em)
    head = _cells(sheets.sheet, block.head, lanes, _indents(block, sheets.sheet))
    rows = [_cells(sheets.sheet, row, lanes, ()) for row in block.rows]
    first = _high(sheets.sheet, head) + (_high(sheets.sheet, rows[0]) if rows else 0.0)
    if sheets.column.high < first:
        sheets.turn()
    _row(sheets, head, lanes, block, header=True)
    for row in rows:
        if sheets.column.high < _high(sheets.sheet, row):
            sheets.turn()
            _row(sheets, head, lanes, block, header=True)
        _row(sheets, row, lanes, block, header=False)


def _lanes(block: Listing, box: Box, em: float) -> list[tuple[float, float]]:
    """Left edge and width of each column."""
    count = len(block.head)
    shares = block.shares if len(block.shares) == count else (1.0,) * count
    room = box.wide - _GAP * em * (count - 1)
    lanes, left = [], box.left
    for share in shares:
        wide = room * share / sum(shares)
        lanes.append((left, wide))
        left += wide + _GAP * em
    return lanes


def _indents(block: Listing, sheet: Sheet) -> tuple[float, ...]:
    return tuple(0.95 * sheet.em if s is not None else 0.0 for s in block.slots)


def _cells(
    sheet: Sheet, row: tuple[str, ...], lanes: list[tuple[float, float]], indents: tuple[float, ...]
) -> list[list[str]]:
    """The lines of each cell."""
    rooms = [wide - (indents[i] if i < len(indents) else 0.0) for i, (_, wide) in enumerate(lanes)]
    return [flowed(sheet, text, "small", room) or [""] for text, room in zip(row, rooms, strict=True)]


def _high(sheet: Sheet, cells: list[list[str]]) -> float:
    return max(map(len, cells)) * _STEP * sheet.size("small") + _AIR * sheet.em


def _row(sheets: Sheets, cells: list[list[str]], lanes: list[tuple[float, float]], block: Listing, *, header: bool) -> None:
    sheet, box, top = sheets.sheet, sheets.column, sheets.y
    high, step, em = _high(sheet, cells), _STEP * sheet.size("small"), sheet.em
    for i, (lines, (left, _)) in enumerate(zip(cells, lanes, strict=True)):
        slot = block.slots[i] if header and i < len(block.slots) else None
        if slot is not None:
            sheet.marker(left + 0.36 * em, top + (step + _AIR * em) / 2, slot, 0.6 * em, rim=False)
        color = sheet.theme.muted if header or i == 0 else sheet.theme.text
        for k, line in enumerate(lines):
            x = left + (0.95 * em if slot is not None else 0.0)
            sheet.text(x, top + _AIR * em / 2 + (k + 0.5) * step, line, "small", color)
    y = top + high
    sheet.line([(box.left, y), (box.right, y)], sheet.theme.border if header else sheet.theme.grid, sheet.hair)
    sheets.y = y
