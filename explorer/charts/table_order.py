"""A table arranged: its rows by a column, and only some of its columns. The numbers stay what they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from explorer.charts.model import Cell, Column, Table


@dataclass(frozen=True)
class Order:
    """Rows by the column ``key``; without a key as given. ``down``: the largest first."""

    key: str = ""
    down: bool = False


GIVEN = Order()


def best_first(column: Column) -> Order:
    """The order that puts the best row on top; of a column in which neither way is better, the smallest."""
    return Order(column.key, column.better == "more")


def next_order(now: Order, column: Column) -> Order:
    """What another click on a column's head asks for: best first, worst first, as given."""
    first = best_first(column)
    if now == first:
        return Order(first.key, not first.down)
    return GIVEN if now.key == column.key else first


def ordered(table: Table, order: Order) -> Table:
    """The rows in another order. Equal ones keep theirs, and what has no value stands last either way."""
    keys = [c.key for c in table.columns]
    if order.key not in keys:
        return table
    k = keys.index(order.key)
    known = [i for i, row in enumerate(table.rows) if row[k].value is not None]
    known.sort(key=lambda i: _rank(table.rows[i][k]), reverse=order.down)  # stable in both directions
    rows = [*known, *(i for i, row in enumerate(table.rows) if row[k].value is None)]
    return replace(
        table, rows=tuple(table.rows[i] for i in rows), row_labels=tuple(table.row_labels[i] for i in rows),
        row_slots=tuple(table.row_slots[i] for i in rows), baseline=None if table.baseline is None else rows.index(table.baseline),
    )  # fmt: skip


def _rank(cell: Cell) -> tuple[bool, float, str]:
    """Numbers by size, then words by the alphabet."""
    return (True, 0.0, cell.value.casefold()) if isinstance(cell.value, str) else (False, float(cell.value or 0.0), "")


def without(table: Table, hidden: Collection[str]) -> Table:
    """The table without some columns, by their keys."""
    kept = [k for k, c in enumerate(table.columns) if c.key not in hidden]
    return replace(table, columns=tuple(table.columns[k] for k in kept), rows=tuple(tuple(row[k] for k in kept) for row in table.rows))
