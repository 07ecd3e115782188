"""Scale invariance: all rates twice as high and all delays half as long make everything twice as fast; replicas add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from law_cases import law, scenarios

from explorer.evaluate import Columns, Report, evaluate, evaluate_study, lower
from explorer.evaluate.columns import COLUMN_NAMES
from explorer.specs import Scenario

# In SI units, time is in these: rates (a power is one), and delays.
RATES = [n for n in COLUMN_NAMES if n.endswith(("_per_s", "_w", "_per_chip_h"))]
DELAYS = [n for n in COLUMN_NAMES if n.endswith("_s") and not n.endswith("_per_s")]


def _faster(c: Columns, factor: float) -> Columns:
    """The machine in a film that runs ``factor`` times as fast."""
    rates = {name: getattr(c, name) * factor for name in RATES}
    return c.replace(**rates, **{name: getattr(c, name) / factor for name in DELAYS})


def _column(report: Report, key: str) -> np.ndarray:
    return report.columns.full(report.values[key])


def test_time_is_in_the_columns_that_the_law_scales() -> None:
    assert {"hbm_bytes_per_s", "array_flop_per_s", "out_bytes_per_s", "tdp_w", "usd_per_chip_h"} <= set(RATES)
    assert {"link_latency_s", "host_s", "gemm_step_s", "core_token_s", "ring_step_s", "chip_mtbf_s"} <= set(DELAYS)


@law
@given(scenarios(), st.sampled_from((2.0, 0.25, 1024.0, 3.0)))
def test_a_machine_that_runs_faster_in_everything_is_as_much_faster(scenario: Scenario, factor: float) -> None:
    c = lower([scenario])
    slow, fast = evaluate(c, search=True), evaluate(_faster(c, factor), search=True)
    assert fast.valid_plan.tolist() == slow.valid_plan.tolist()
    for key in ("step_s", "step_low_s", "step_high_s", "network_exposed_s", "time_to_train_s"):
        assert _column(fast, key) == pytest.approx(_column(slow, key) / factor, rel=1e-9, nan_ok=True), key
    for key in ("tokens_per_s", "tokens_per_s_per_user", "run_tokens_per_s"):
        assert _column(fast, key) == pytest.approx(_column(slow, key) * factor, rel=1e-9, nan_ok=True), key
    for key in (
        "mfu", "network_exposed_fraction", "joules_per_token", "usd_per_million_tokens", "goodput_fraction", "memory_total_bytes",
        "largest_batch", "longest_context", "fewest_chips", "train_energy_j", "train_usd",
    ):  # fmt: skip
        assert _column(fast, key) == pytest.approx(_column(slow, key), rel=1e-9, nan_ok=True), key
    assert fast.time_parts == pytest.approx(slow.time_parts / factor, rel=1e-9, nan_ok=True)
    assert np.array_equal(fast.operators.bound, slow.operators.bound)


@law
@given(scenarios(), st.sampled_from((2, 3, 16)))
def test_replicas_that_share_nothing_add_up(scenario: Scenario, more: int) -> None:
    """Inference: twice the chips make twice the tokens, in the same time, unless experts or a replica's stages lie across."""
    plan = scenario.plan
    if scenario.job.phase == "training" or plan.pp > 1 or plan.ep * max(1, plan.expert_tp) > 1:
        return
    many = scenario.replace(plan=scenario.plan.replace(chips=scenario.plan.chips * more))
    report = evaluate_study([scenario, many])
    if not report.valid_plan[0]:
        return
    for key in ("step_s", "memory_total_bytes", "mfu", "largest_batch", "joules_per_token", "tokens_per_s_per_chip"):
        one, all_of = _column(report, key)
        assert all_of == pytest.approx(one, rel=1e-12, nan_ok=True), key
    one, all_of = _column(report, "tokens_per_s")
    assert all_of == pytest.approx(one * more, rel=1e-12)


@law
@given(scenarios(phase="training"), st.sampled_from((2, 4)))
def test_more_micro_batches_take_as_much_longer_as_there_are_more(scenario: Scenario, more: int) -> None:
    """A stage's computing grows with the micro-batches; the bubble, the optimizer and the last messages do not."""
    longer = scenario.replace(job=scenario.job.replace(batch=scenario.job.batch * more))
    report = evaluate_study([scenario, longer])
    if report.valid_plan.all():
        steps, busy = _column(report, "step_s"), report.columns.full(report.step.busy)
        assert busy[1] == pytest.approx(busy[0] * more, rel=1e-9)
        assert steps[0] < steps[1] <= steps[0] * more * (1 + 1e-9)
