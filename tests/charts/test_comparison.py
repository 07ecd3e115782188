"""The comparison table: changes against the pinned baseline, prices only beside their own kind."""

from __future__ import annotations

import pytest

from explorer.charts import Cell, Table, comparison, scene
from explorer.specs import Source, Study


def _cell(table: Table, row: int, key: str) -> Cell:
    return table.rows[row][[c.key for c in table.columns].index(key)]


def test_changes_are_the_ratio_to_the_baseline(study: Study) -> None:
    drawn = scene(study)
    table = comparison(drawn)
    assert table.baseline == 0
    steps = drawn.report.values["step_s"]
    for i in (1, 2):
        change = steps[i] / steps[0] - 1
        assert _cell(table, i, "step_s").change == f"▼ {-change:.0%}"
        assert _cell(table, i, "step_s").severity == ("good" if change < 0 else "bad")
        assert _cell(table, i, "step_s").value == steps[i]
    rate = drawn.report.values["tokens_per_s"]
    assert (_cell(table, 1, "tokens_per_s").severity == "good") == (rate[1] > rate[0])
    assert all(not cell.change for cell in table.rows[0])


@pytest.mark.parametrize("baseline", [1, 2, None])
def test_another_baseline_or_none(study: Study, baseline: int | None) -> None:
    table = comparison(scene(study.replace(baseline=baseline)))
    changed = [any(c.change for c in row) for row in table.rows]
    assert changed == [baseline is not None and i != baseline for i in range(3)]


def test_large_ratios_are_factors(study: Study) -> None:
    slow = study.scenarios[0].replace(chip=study.scenarios[0].chip.replace(hbm_bytes_per_s=1e10))
    table = comparison(scene(study.with_scenario(1, slow)))
    assert _cell(table, 1, "step_s").change.startswith("▲ ×")


def test_a_missing_price_stays_missing(study: Study) -> None:
    table = comparison(scene(study.with_scenario(1, study.scenarios[1].replace(offer=None))))
    cell = _cell(table, 1, "usd_per_million_tokens")
    assert (cell.text, cell.value, cell.change) == ("no price", None, "")


def test_other_kinds_of_offer_are_not_compared(study: Study) -> None:
    offer = study.scenarios[0].offer
    assert offer is not None
    dear = offer.replace(kind="on demand", source=Source(kind="user", ref="somewhere"))
    table = comparison(scene(study.with_scenario(2, study.scenarios[2].replace(offer=dear))))
    cell = _cell(table, 2, "usd_per_million_tokens")
    assert (cell.change, cell.severity) == ("other offer", "warn")
    assert cell.value is not None
    same = comparison(scene(study.with_scenario(2, study.scenarios[2].replace(offer=offer))))
    assert "%" in _cell(same, 2, "usd_per_million_tokens").change


def test_what_cannot_be_has_no_numbers(study: Study) -> None:
    broken = study.scenarios[2].replace(plan=study.scenarios[2].plan.replace(chips=24, tp=7))
    table = comparison(scene(study.with_scenario(2, broken)))
    for key in ("step_s", "tokens_per_s", "mfu", "usd_per_million_tokens", "bound"):
        assert _cell(table, 2, key).value is None
    assert _cell(table, 2, "memory_total_bytes").value is not None


def test_what_does_not_fit_is_marked(study: Study) -> None:
    heavy = study.scenarios[0].replace(job=study.scenarios[0].job.replace(batch=65536))
    cell = _cell(comparison(scene(study.with_scenario(0, heavy))), 0, "fits")
    assert (cell.text, cell.severity) == ("no", "bad")


def test_columns_that_all_agree_are_marked_the_same(study: Study) -> None:
    table = comparison(scene(study))
    same = {c.key for c in table.columns if c.same}
    assert "chips" in same
    assert "step_s" not in same
    assert table.note.startswith("Sources: ")


def test_columns_of_a_run_stand_only_where_something_is_trained(study: Study) -> None:
    trained = study.scenarios[0].replace(job=study.scenarios[0].job.replace(phase="training", batch=64))
    runs = {"time_to_train_s", "goodput_fraction", "train_usd", "train_energy_j", "site_power_w"}
    assert not runs & {c.key for c in comparison(scene(study)).columns}
    mixed = comparison(scene(study.with_scenario(0, trained)))
    assert runs <= {c.key for c in mixed.columns}
    assert _cell(mixed, 1, "train_usd").text == "-"
    assert _cell(mixed, 1, "site_power_w").text == "-"
    assert _cell(mixed, 0, "site_power_w").value is not None
    assert _cell(mixed, 0, "time_to_train_s").value is not None
    priceless = comparison(scene(study.with_scenario(0, trained.replace(offer=None)).with_scenario(1, trained)))
    assert _cell(priceless, 0, "train_usd").text == "no price"
