"""Bars against the baseline: exact ratios, the better direction said, nothing drawn where there is nothing to compare."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.charts import Chart, comparison, scene
from explorer.charts.normalised import normalised
from explorer.specs import Source, Study


def _ends(drawn: Chart, slot: int) -> dict[str, tuple[float, float]]:
    """From and to of every bar of a scenario, by the key of its column."""
    return {
        s.ids[2 * k]: (float(s.x[2 * k]), float(s.x[2 * k + 1])) for s in drawn.series if s.slot == slot for k in range(len(s.x) // 2)
    }  # fmt: skip


@pytest.mark.parametrize("base", [0, 2])
def test_bars_go_from_one_to_the_ratio(study: Study, base: int) -> None:
    there = scene(study.replace(baseline=base))
    drawn, table = normalised(there), comparison(there)
    keys = [c.key for c in table.columns]
    assert not _ends(drawn, base)
    for i in {0, 1, 2} - {base}:
        for key, (start, end) in _ends(drawn, i).items():
            k = keys.index(key)
            now, then = table.rows[i][k].value, table.rows[base][k].value
            assert isinstance(now, float)
            assert isinstance(then, float)
            assert (start, end) == (1.0, now / then)


def test_every_row_says_which_way_is_better(study: Study) -> None:
    drawn = normalised(scene(study))
    assert drawn.y is not None
    for name in drawn.y.names:
        assert name.endswith(("more is better", "less is better"))
    assert {n for n in drawn.y.names if n.startswith("step")} == {"step ◂ less is better"}


def test_what_is_worse_is_pale(study: Study) -> None:
    drawn = normalised(scene(study))
    worse = {i for s in drawn.series if s.weight < 1 and s.slot == 2 for i in s.ids}
    better = {i for s in drawn.series if s.weight == 1 and s.slot == 2 for i in s.ids}
    assert {"usd_per_million_tokens", "memory_total_bytes"} <= worse
    assert {"step_s", "tokens_per_s_per_chip", "joules_per_token"} <= better


def test_what_has_no_price_has_no_bar_and_says_so(study: Study) -> None:
    drawn = normalised(scene(study))
    assert "usd_per_million_tokens" not in _ends(drawn, 1)
    assert "Trainium3: no price" in drawn.subtitle
    without = normalised(scene(study.replace(baseline=1)))
    assert "without $ / M tokens (no price)" in without.subtitle
    assert without.y is not None
    assert not any("$" in n for n in without.y.names)


def test_prices_of_another_kind_are_not_compared(study: Study) -> None:
    offer = study.scenarios[0].offer
    assert offer is not None
    dear = study.scenarios[2].replace(offer=offer.replace(kind="on demand", source=Source(kind="user", ref="somewhere")))
    drawn = normalised(scene(study.with_scenario(2, dear)))
    assert "usd_per_million_tokens" not in _ends(drawn, 2)
    assert "other offer" in drawn.subtitle


def test_what_does_not_fit_has_gained_nothing(study: Study) -> None:
    heavy = study.scenarios[0].replace(job=study.scenarios[0].job.replace(batch=65536))
    drawn = normalised(scene(study.with_scenario(2, heavy)))
    assert not {"step_s", "tokens_per_s_per_chip"} & set(_ends(drawn, 2))
    assert "memory_total_bytes" in _ends(drawn, 2)
    assert "does not fit" in drawn.subtitle


def test_ratios_far_apart_stand_on_a_logarithmic_axis(study: Study) -> None:
    near = study.scenarios[0].replace(chip=study.scenarios[0].chip.replace(hbm_bytes_per_s=3e12))
    linear = normalised(scene(study.replace(scenarios=(study.scenarios[0], near))))
    assert linear.x.scale == "linear"
    assert normalised(scene(study.replace(per="domain"))).x.scale == "log"
    for drawn in (linear, normalised(scene(study))):
        low, high = drawn.x.range or (np.nan, np.nan)
        assert all(low < v < high for s in drawn.series for v in s.x)


def test_one_alone_and_a_plan_that_cannot_be(study: Study) -> None:
    assert "alone" in normalised(scene(study.replace(scenarios=study.scenarios[:1]))).empty
    broken = study.scenarios[0].replace(plan=study.scenarios[0].plan.replace(chips=24, tp=7))
    drawn = normalised(scene(study.with_scenario(0, broken)))
    assert "step_s" not in _ends(drawn, 1)
    assert {"peak", "hbm_bytes"} <= set(_ends(drawn, 1))


def test_without_a_baseline_the_one_in_hand_is_one(study: Study) -> None:
    drawn = normalised(scene(study.replace(baseline=None, active=2)))
    assert drawn.subtitle.startswith("B200 = 1")
