"""A table arranged: stable, what is missing last, the baseline still the baseline."""

from __future__ import annotations

import pytest

from explorer.charts import Table, comparison, scene
from explorer.charts.model import Cell, Column
from explorer.charts.table_order import GIVEN, Order, best_first, next_order, ordered, without
from explorer.specs import Study


def _table(*values: float | str | None, better: str = "less") -> Table:
    column = Column("k", "k", "1", "", better=better)  # type: ignore[arg-type]
    rows = tuple((Cell(str(v), v),) for v in values)
    return Table("t", (column,), rows, tuple("abcdef"[: len(values)]), tuple(range(len(values))), baseline=0)


@pytest.mark.parametrize(("order", "expected"), [
    (Order("k"), "bdacf e".replace(" ", "")), (Order("k", True), "acfbde"), (GIVEN, "abcdef"), (Order("nothing"), "abcdef"),
])  # fmt: skip
def test_rows_are_sorted_and_equal_ones_stay(order: Order, expected: str) -> None:
    found = ordered(_table(2.0, 1.0, 2.0, 1.0, None, 2.0), order)
    assert "".join(found.row_labels) == expected
    assert found.row_labels[found.baseline or 0] == "a"
    assert [f"{'abcdef'[s]}" for s in found.row_slots] == list(found.row_labels)


def test_words_are_sorted_by_the_alphabet() -> None:
    assert "".join(ordered(_table("network", "HBM", "compute"), Order("k")).row_labels) == "cba"


def test_clicks_go_best_worst_given() -> None:
    for better, down in (("less", False), ("more", True), ("neither", False)):
        column = _table(1.0, better=better).columns[0]
        first = next_order(GIVEN, column)
        assert first == best_first(column) == Order("k", down)
        second = next_order(first, column)
        assert second == Order("k", not down)
        assert next_order(second, column) == GIVEN
    assert next_order(Order("other"), column) == best_first(column)


def test_columns_can_be_left_out(study: Study) -> None:
    table = comparison(scene(study))
    found = without(table, {"plan", "mfu"})
    assert [c.key for c in found.columns] == [c.key for c in table.columns if c.key not in ("plan", "mfu")]
    assert all(len(row) == len(found.columns) for row in found.rows)


def test_the_best_of_each_column_is_marked(study: Study) -> None:
    table = comparison(scene(study))
    keys = [c.key for c in table.columns]
    best = {key: [i for i in range(3) if table.rows[i][k].best] for k, key in enumerate(keys)}
    assert best["step_s"] == best["tokens_per_s"] == best["hbm_bytes_per_s"] == [2]
    assert best["usd_per_million_tokens"] == [0]
    assert best["memory_total_bytes"] == [0, 1]
    assert best["plan"] == best["chips"] == best["fits"] == []
    heavy = study.scenarios[2].replace(job=study.scenarios[2].job.replace(batch=65536))
    table = comparison(scene(study.with_scenario(2, heavy)))
    assert not table.rows[2][keys.index("tokens_per_s")].best
