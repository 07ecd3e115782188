"""A comparison table as text for the clipboard."""

from __future__ import annotations

import html
from dataclasses import replace

from explorer.charts.model import Cell, Table


def visible_columns(table: Table, differences_only: bool) -> tuple[int, ...]:
    """Indices of the columns that are shown. A lone row differs from nothing, so all of it is shown."""
    every = range(len(table.columns))
    some = tuple(i for i in every if not table.columns[i].same)
    return some if differences_only and len(table.rows) > 1 else tuple(every)


def some_rows(table: Table, rows: list[int]) -> Table:
    """The table with some of its rows only."""
    return replace(table, rows=tuple(table.rows[i] for i in rows), row_labels=tuple(table.row_labels[i] for i in rows), baseline=None)


def as_tsv(table: Table, columns: tuple[int, ...]) -> str:
    """Tab-separated: units in the header, bare numbers below, so that a spreadsheet can reckon with them."""
    return "\n".join("\t".join(_safe(cell) for cell in line) for line in _lines(table, columns)) + "\n"


def as_html(table: Table, columns: tuple[int, ...]) -> str:
    """The same as a table for word processors: what is shown, with its units and changes."""
    head = ["", *(table.columns[i].label for i in columns)]
    rows = [[html.escape(label), *(_marked(row[i]) for i in columns)] for label, row in zip(table.row_labels, table.rows, strict=True)]
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{''.join(f'<th>{html.escape(h)}</th>' for h in head)}</tr>{cells}</table>"


def _shown(cell: Cell) -> str:
    return f"{cell.text} ({cell.change})" if cell.change else cell.text


def _marked(cell: Cell) -> str:
    """As shown; the best of a column is bold."""
    text = html.escape(_shown(cell))
    return f"<b>{text}</b>" if cell.best else text


def _lines(table: Table, columns: tuple[int, ...]) -> list[list[str]]:
    head = ["scenario", *(_head(table, i) for i in columns)]
    return [head, *([label, *(_bare(row[i]) for i in columns)] for label, row in zip(table.row_labels, table.rows, strict=True))]


def _head(table: Table, index: int) -> str:
    column = table.columns[index]
    return f"{column.label} [{column.unit}]" if column.unit not in ("", "1") else column.label


def _bare(cell: Cell) -> str:
    return cell.text if cell.value is None else str(cell.value)


def _safe(text: str) -> str:
    """One cell: no tabs or line breaks, and nothing that a spreadsheet would run as a formula."""
    flat = " ".join(text.split())
    try:
        float(flat)
    except ValueError:
        return f"'{flat}" if flat[:1] in ("=", "+", "-", "@") else flat
    return flat
