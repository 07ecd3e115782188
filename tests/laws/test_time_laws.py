"""Laws of the time of a step, over random scenarios."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from law_cases import law, scenarios

from explorer.evaluate import TIME_PARTS, Report, evaluate_study
from explorer.explore import sweep
from explorer.knobs import knob
from explorer.specs import Scenario, matmul_format

ROUNDING = 1 + 1e-9


def _steps(report: Report) -> np.ndarray:
    return report.columns.full(report.values["step_s"])


@law
@given(scenarios(efficiency="ideal"))
def test_calibrated_is_never_faster_than_ideal(scenario: Scenario) -> None:
    report = evaluate_study([scenario, scenario.replace(efficiency="calibrated")])
    if report.valid_plan[0]:
        ideal, calibrated = report.values["step_s"]
        assert calibrated >= ideal / ROUNDING


@law
@given(scenarios())
def test_no_more_flop_per_second_than_the_peak(scenario: Scenario) -> None:
    report = evaluate_study([scenario])
    mfu, step = report.value("mfu", 0), report.value("step_s", 0)
    if mfu is not None and step is not None:
        # Attention stays at 16 bits or more, so it can only be slower than the format's peak. Weights left out count as model FLOP.
        sparse = scenario.job.sparsity != "none" and scenario.job.phase != "training"
        assert 0 < mfu <= ROUNDING * (8.0 if sparse else 1.0)
        table = report.operators
        for work, rate in ((table.hbm_bytes, scenario.chip.hbm_bytes_per_s), (table.sram_bytes, scenario.chip.sram_bytes_per_s)):
            assert rate is None or work.sum(axis=0)[0] <= rate * step * ROUNDING


@law
@given(scenarios(), st.sampled_from((
    "chip.hbm_bytes_per_s", "chip.sram_bytes_per_s", "chip.sram_bytes", "fabric.scale_up.link_bytes_per_s_per_direction",
    "fabric.scale_out.bytes_per_s_per_direction",
)))  # fmt: skip
def test_a_better_machine_is_never_slower(scenario: Scenario, key: str) -> None:
    now = knob(key).get(scenario)
    if now is None:  # not published: no ceiling to move
        return
    assert isinstance(now, float)
    report = sweep(scenario, key, now * np.array([0.25, 0.5, 1.0, 1.3, 2.0, 8.0]))
    if report.valid_plan[0]:
        steps = _steps(report)
        assert np.all(steps[1:] <= steps[:-1] * ROUNDING), steps


@law
@given(scenarios())
def test_a_higher_peak_is_never_slower(scenario: Scenario) -> None:
    name = matmul_format(scenario.job.weight_format, scenario.job.activation_format)
    row = knob(f"chip.peak_{name}_flop_per_s")
    now = row.get(scenario)
    if isinstance(now, float):
        better = [_sparser(row.set(scenario, now * f), f) for f in (0.5, 1.0, 1.7, 4.0)]
        steps = _steps(evaluate_study(better))
        assert np.all(np.isnan(steps)) or np.all(steps[1:] <= steps[:-1] * ROUNDING), steps


def _sparser(scenario: Scenario, factor: float) -> Scenario:
    """With the sparse rates as many times the dense ones as before."""
    sparse = {name: rate * factor for name, rate in scenario.chip.sparse_flop_per_s.items()}
    return scenario.replace(chip=scenario.chip.replace(sparse_flop_per_s=sparse))


@law
@given(scenarios())
def test_the_parts_make_the_step(scenario: Scenario) -> None:
    report = evaluate_study([scenario])
    step = report.value("step_s", 0)
    assert (step is None) == (not report.valid_plan[0])
    if step is not None:
        assert np.all(report.time_parts >= 0)
        assert float(report.time_parts.sum(axis=0)[0]) == pytest.approx(step, rel=1e-12)
        low, high = report.value("step_low_s", 0), report.value("step_high_s", 0)
        assert low is not None
        assert high is not None
        assert 0 < low <= step <= high


@law
@given(scenarios())
def test_one_chip_sends_nothing(scenario: Scenario) -> None:
    alone = scenario.replace(plan=scenario.plan.replace(chips=1, tp=1, pp=1, cp=1, ep=1, expert_tp=0))
    report = evaluate_study([alone])
    assert not report.traffic.count.any()
    assert not report.traffic.time_s.any()
    assert not report.exposed_s.any() or not report.valid_plan[0]
    assert not report.operators.link_bytes.any()


@law
@given(scenarios())
def test_hidden_messages_take_no_longer_than_they_do(scenario: Scenario) -> None:
    report = evaluate_study([scenario])
    if report.valid_plan[0]:
        assert np.all(report.exposed_s >= 0)
        assert np.all(report.exposed_s <= report.traffic.time_s * ROUNDING)


@law
@given(scenarios(phase="training"), st.sampled_from((0, 1, 2, 3)))
def test_recomputation_costs_time_and_not_model_flop(scenario: Scenario, zero: int) -> None:
    kinds = ("none", "selective", "full")
    if scenario.plan.offload == "activations":  # what is computed again need not travel to the host
        scenario = scenario.replace(plan=scenario.plan.replace(offload="none"))
    report = evaluate_study([
        scenario.replace(plan=scenario.plan.replace(recompute=k, zero=zero)) for k in kinds
    ])  # fmt: skip
    if report.valid_plan[0]:
        steps = _steps(report)
        assert np.all(steps[:-1] <= steps[1:] * ROUNDING), steps
        done = report.values["mfu"] * steps
        assert done == pytest.approx([done[0]] * 3, rel=1e-12)


@law
@given(scenarios(phase="training", efficiency="ideal"))
def test_virtual_stages_only_shorten_the_bubble(scenario: Scenario) -> None:
    """Where sends cost nothing, a step is computing and a bubble that falls with the virtual stages."""
    up = scenario.fabric.scale_up.replace(link_bytes_per_s_per_direction=1e24)
    out = scenario.fabric.scale_out.replace(bytes_per_s_per_direction=1e24)
    free = scenario.replace(
        fabric=scenario.fabric.replace(scale_up=up, scale_out=out), plan=scenario.plan.replace(schedule="1f1b")
    )
    report = evaluate_study([free.replace(plan=free.plan.replace(virtual_stages=v)) for v in (1, 2, 4, 8)])
    steps, bubble = report.columns.full(report.values["step_s"]), report.time_parts[list(TIME_PARTS).index("pipeline")]
    able = [i for i in range(4) if report.valid_plan[i]]
    for before, after in pairwise(able):
        assert steps[after] <= steps[before] * ROUNDING
        assert bubble[after] <= bubble[before] * ROUNDING
