"""The comparison as a picture: scenarios below each other under muted headers, thin lines between them."""

from __future__ import annotations

from explorer.charts.model import Cell, Table
from explorer.render.bands import GAP, HEAD, LINE, Lane, Layout, lay_out, tag
from explorer.render.box import Box
from explorer.render.dress import dress, say
from explorer.render.sheet import Kind, Sheet

_WIDEST_GAP = 5.0  # between two columns, in sizes of the text


def draw_table(table: Table, sheet: Sheet) -> None:
    """Draw all of a table on a sheet."""
    area = dress(table.title, _subtitle(table), table.context, table.note, sheet)
    if not table.rows or not table.columns:
        say("Nothing to compare", sheet, area)
        return
    layout = lay_out(table, sheet, area)
    right, top, em = _right(layout, sheet, area), area.top, sheet.em
    for band in layout.bands:
        high = HEAD * em + layout.row * len(table.rows)
        _band(table, sheet, layout, band, Box(area.left, top, right, top + high))
        top += high + GAP * em
    step = LINE * sheet.size("small")
    for i, line in enumerate(layout.below):
        sheet.text(area.left, top + (i + 0.5) * step, line, "small", sheet.theme.muted)


def _subtitle(table: Table) -> str:
    changed = any(c.change for row in table.rows for c in row)
    said = [f"changes against {table.row_labels[table.baseline]}"] if changed and table.baseline is not None else []
    return "; ".join([*said, *(["bold: best"] if any(c.best for row in table.rows for c in row) else [])])


def _right(layout: Layout, sheet: Sheet, area: Box) -> float:
    """Where every band ends: at the edge of the area, unless its columns would drift apart."""
    loosest = max(_natural(b) + _WIDEST_GAP * sheet.em * len(b) for b in layout.bands)
    return min(area.right, area.left + layout.names + loosest)


def _natural(band: tuple[Lane, ...]) -> float:
    return sum(lane.wide for lane in band)


def _band(table: Table, sheet: Sheet, layout: Layout, band: tuple[Lane, ...], box: Box) -> None:
    """One header and every row below it."""
    theme, head, em = sheet.theme, HEAD * sheet.em, sheet.em
    gap = max(layout.between, (box.wide - layout.names - _natural(band)) / len(band))
    for i, label in enumerate(table.row_labels):
        y = box.top + head + i * layout.row
        color = theme.border if i == 0 else theme.grid
        sheet.line([(box.left, y), (box.right, y)], color, sheet.hair)
        sheet.marker(box.left + 0.36 * em, y + layout.row / 2, table.row_slots[i], 0.68 * em, rim=False)
        _name(table, sheet, i, label, Box(box.left + 1.05 * em, y, box.left + layout.names, y + layout.row))
    left = box.left + layout.names
    for lane in band:
        left += gap
        edge = left + lane.wide - lane.change  # where values end; changes stand beyond it
        title = sheet.fit(table.columns[lane.index].label, "small", lane.wide + 0.1 * sheet.em)
        end = max(edge, left + sheet.width(title, "small"))
        sheet.text(end, box.top + 0.45 * head, title, "small", theme.muted, "right")
        for i, row in enumerate(table.rows):
            _cell(row[lane.index], sheet, lane, edge, box.top + head + (i + 0.5) * layout.row)
        left += lane.wide


def _name(table: Table, sheet: Sheet, row: int, label: str, box: Box) -> None:
    extra = tag(table, row, sheet)
    name = sheet.fit(label, "base", box.wide - extra + 0.1 * sheet.em)
    sheet.text(box.left, box.middle, name, "base", sheet.theme.text)
    if extra:
        at = box.left + sheet.width(name, "base") + 0.45 * sheet.em
        sheet.text(at, box.middle, "baseline", "small", sheet.theme.muted)


def _cell(cell: Cell, sheet: Sheet, lane: Lane, edge: float, middle: float) -> None:
    """The value up to ``edge``, its change beyond; the severity colours the change where there is one."""
    theme = sheet.theme
    told = {"good": theme.good, "bad": theme.bad, "warn": theme.warn, "faint": theme.muted}.get(cell.severity, theme.text)
    kind: Kind = "bold" if cell.best else "base"
    value = sheet.fit(cell.text, kind, lane.value + 0.1 * sheet.em)
    sheet.text(edge, middle, value, kind, theme.text if cell.change else told, "right")
    change = sheet.fit(cell.change, "small", lane.change - 0.3 * sheet.em)
    sheet.text(edge + lane.change, middle, change, "small", told, "right")
