"""What a worksheet has besides words and charts: paragraphs with formulas and gaps, boxes to tick, lines and scales to write on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from explorer.charts.page import Lines, Rich, RunKind, Scale
from explorer.render.box import Box
from explorer.render.flow import flowed
from explorer.render.formulas import draw_formula, formula_size
from explorer.render.listing import Sheets
from explorer.render.sheet import Kind, Sheet

_LINE = 1.36  # from line to line, in sizes of the text
_GAP = 5.5  # width of a gap to write in, in sizes of the text
_BOX = 0.85  # side of a box to tick
_WRITTEN = 2.0  # from line to line of what is written by hand
_INSET = 1.6  # of such a line, in sizes of the text
_LARGE = 1.12  # size of a formula on a line of its own


@dataclass(frozen=True)
class _Bit:
    """Letters of one kind."""

    text: str
    kind: RunKind
    wide: float
    high: float


_Word = list[_Bit]  # bits without a space between them


def draw_rich(sheets: Sheets, block: Rich) -> None:
    """Set a paragraph, over as many sheets as it needs."""
    sheet, kind = sheets.sheet, _kind(block)
    size = _LARGE * sheet.em if block.centred else sheet.size(kind)
    indent = 1.55 * sheet.em if block.box else 0.0
    if block.centred:  # smaller where a line would not hold it
        size *= min(1.0, (sheets.column.wide - _INSET * sheet.em) / sum(formula_size(r.text, size)[0] for r in block.runs))
    first = sheet.width(_lead(block.lead), "bold") + 0.4 * sheet.em if block.lead else 0.0
    color = sheet.theme.muted if block.small else sheet.theme.text
    for i, line in enumerate(_lines(sheet, block, size, sheets.column.wide - indent, first)):
        step = max([_LINE * size, *(bit.high + 0.45 * size for word in line for bit in word)])
        if sheets.column.high < step:
            sheets.turn()
        box, middle = sheets.column, sheets.y + step / 2
        left = box.left + indent
        if i == 0:
            _begin(sheets.sheet, block, box, middle, left, color)
            left += first
        if block.centred:
            left += _INSET * sheet.em
        _draw_line(sheets.sheet, line, left, middle, size, kind, color)
        sheets.y += step
    sheets.y += (0.2 if block.box else 0.45) * sheet.em


def _begin(sheet: Sheet, block: Rich, box: Box, middle: float, left: float, color: str) -> None:
    """The box to tick and the bold words before a paragraph."""
    if block.box:
        side = _BOX * sheet.em
        sheet.box(Box(box.left, middle - side / 2, box.left + side, middle + side / 2), edge=sheet.theme.text, width=2 * sheet.hair)
        if block.box == "ticked":
            x, y = box.left, middle - side / 2
            corners = [(x + 0.18 * side, y + 0.55 * side), (x + 0.42 * side, y + 0.82 * side), (x + 0.95 * side, y - 0.08 * side)]
            sheet.line(corners, sheet.theme.accent, 4 * sheet.hair)
            sheet.texts.append(("[x]", Box(x, y, x + side, y + side)))
    if block.lead:
        sheet.text(left, middle, _lead(block.lead), "bold", color)


def _lead(text: str) -> str:
    return f"{text.rstrip(':')}:"


def _kind(block: Rich) -> Kind:
    return "small" if block.small else "base"


def _lines(sheet: Sheet, block: Rich, size: float, room: float, first: float) -> Iterator[list[_Word]]:
    space = sheet.width("n n", "base") - sheet.width("nn", "base")
    line: list[_Word] = []
    used, begun = first, False
    for word in _words(sheet, block, size, room):
        wide = sum(bit.wide for bit in word)
        if (line or (first and not begun)) and used + (space if line else 0.0) + wide > room:
            yield line
            line, used, begun = [], 0.0, True
        used += (space if line else 0.0) + wide
        line.append(word)
    if line:
        yield line


def _words(sheet: Sheet, block: Rich, size: float, room: float) -> list[_Word]:
    words: list[_Word] = []
    loose = True  # a space stands before what comes next
    for run in block.runs:
        if run.kind in ("formula", "blank"):
            parts = [run.text]
        else:
            parts = [piece for word in run.text.split() for piece in flowed(sheet, word, "bold", room)]
        loose = loose or run.text[:1].isspace() or (not parts and bool(run.text))
        for part in parts:
            bit = _bit(sheet, part, run.kind, size, _kind(block))
            if loose or not words:
                words.append([bit])
            else:
                words[-1].append(bit)
            loose = True
        loose = bool(run.text) and run.text[-1:].isspace()
    return words


def _bit(sheet: Sheet, text: str, kind: RunKind, size: float, plain: Kind) -> _Bit:
    if kind == "blank":
        return _Bit(text, kind, _GAP * sheet.em, sheet.em)
    if kind == "formula":
        return _Bit(text, kind, *formula_size(text, size))
    return _Bit(text, kind, sheet.width(text, _letters(kind, plain)), 0.0)


def _letters(kind: RunKind, plain: Kind) -> Kind:
    """Words in a small paragraph are small, whatever else they are."""
    return plain if plain == "small" or kind not in ("bold", "slanted") else kind


def _draw_line(sheet: Sheet, line: list[_Word], x: float, middle: float, size: float, kind: Kind, color: str) -> None:
    space = sheet.width("n n", "base") - sheet.width("nn", "base")
    for word in line:
        for bit in word:
            if bit.kind == "blank":
                low = middle + 0.5 * sheet.em
                sheet.line([(x + 0.1 * sheet.em, low), (x + bit.wide - 0.1 * sheet.em, low)], sheet.theme.text, sheet.hair)
                sheet.texts.append(("____", Box(x, middle - sheet.em / 2, x + bit.wide, low)))
            elif bit.kind == "formula":
                draw_formula(sheet, x, middle, bit.text, size, color)
            else:
                sheet.text(x, middle, bit.text, _letters(bit.kind, kind), color)
            x += bit.wide
        x += space


def draw_lines_to_write_on(sheets: Sheets, block: Lines) -> None:
    """Rule lines, the first one behind its lead."""
    sheet = sheets.sheet
    for i in range(block.count):
        if sheets.column.high < _WRITTEN * sheet.em:
            sheets.turn()
        box = sheets.column
        left, low = box.left, sheets.y + 0.78 * _WRITTEN * sheet.em
        if i == 0 and block.lead:
            sheets.sheet.text(left, low - 0.42 * sheet.em, _lead(block.lead), "bold", sheet.theme.text)
            left += sheet.width(_lead(block.lead), "bold") + 0.5 * sheet.em
        sheets.sheet.line([(left, low), (box.right, low)], sheet.theme.muted, sheet.hair)
        sheets.y += _WRITTEN * sheet.em
    sheets.y += 0.5 * sheet.em


def draw_scale(sheets: Sheets, block: Scale) -> None:
    """Rule a scale, its ticks with their text below it, its marks above."""
    sheet, em = sheets.sheet, sheets.sheet.em
    if sheets.column.high < 4.6 * em:
        sheets.turn()
        sheet = sheets.sheet
    box, theme = sheets.column, sheet.theme
    left, wide, y = box.left + 3 * em, box.wide - 6 * em, sheets.y + 2.4 * em
    sheet.line([(left, y), (left + wide, y)], theme.text, 2 * sheet.hair)
    for at, text in block.ticks:
        x = left + at * wide
        sheet.line([(x, y - 0.35 * em), (x, y + 0.35 * em)], theme.text, 2 * sheet.hair)
        sheet.text(x, y + 1.05 * em, text, "small", theme.muted, "center")
    for at, text in block.marks:
        x = left + at * wide
        sheet.line([(x, y - 0.9 * em), (x, y + 0.35 * em)], theme.accent, 5 * sheet.hair)
        sheet.text(x, y - 1.5 * em, text, "bold", theme.accent, "center")
    sheets.y += 4.6 * em
