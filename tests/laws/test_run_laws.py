"""Laws of whole runs, of power and of scaling, over random scenarios and everything that may be assumed around them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from law_cases import law, scenarios

from explorer.evaluate import evaluate, evaluate_study, lower
from explorer.evaluate.outlook import RESULTS
from explorer.explore import scaling, serving_splits
from explorer.knobs import knob
from explorer.specs import Run, Scenario

ROUNDING = 1 + 1e-9


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Anything that may be assumed, up to the bounds."""
    time = st.floats(0.0, 1e12)
    return Run(
        tokens=draw(st.floats(1.0, 1e18)), chip_mtbf_s=draw(st.floats(1e-9, 1e12)), checkpoint_s=draw(time), restart_s=draw(time),
        checkpoint_interval_s=draw(st.one_of(st.just(0.0), time)), straggler_cv=draw(st.floats(0.0, 1.0)),
        pue=draw(st.floats(1.0, 10.0)), host_w=draw(st.floats(0.0, 1e6)), fleet_fraction=draw(st.floats(1e-9, 1.0)),
        answer_tokens=draw(st.integers(1, 100_000_000)),
    )  # fmt: skip


@law
@given(scenarios(), runs(), st.sampled_from((1, 8, 1000, 131_072, 10_000_000)))
def test_whatever_is_assumed_results_are_finite_or_missing(scenario: Scenario, run: Run, chips: int) -> None:
    large = scenario.replace(run=run, plan=scenario.plan.replace(chips=chips))
    report = evaluate_study([scenario.replace(run=run), large])
    for key in RESULTS:
        values = report.columns.full(report.values[key])
        assert not np.isinf(values).any(), key
        assert np.all(np.isnan(values) | (values >= 0.0)), key
    goodput, waiting = report.values["goodput_fraction"], report.values["straggler_fraction"]
    assert np.all(np.isnan(goodput) | (goodput <= 1.0))
    assert np.all(np.isnan(waiting) | (waiting < 1.0))


@law
@given(scenarios(), st.floats(3.6e7, 1e10), st.floats(0.0, 600.0), st.floats(0.0, 3600.0))
def test_usual_failures_leave_progress_that_falls_with_the_chips(s: Scenario, mtbf: float, write: float, restart: float) -> None:
    c = lower([s.replace(run=s.run.replace(chip_mtbf_s=mtbf, checkpoint_s=write, restart_s=restart))])
    chips = 2.0 ** np.arange(0, 18) * s.plan.tp * s.plan.pp * s.plan.cp
    batch = c.batch * chips / s.plan.chips if s.job.phase == "training" else c.batch
    report = evaluate(c.replace(chips=chips, batch=np.ceil(batch)))
    goodput = report.columns.full(report.values["goodput_fraction"])
    found = goodput[np.isfinite(goodput)]
    if s.job.phase != "training":
        assert not len(found)
        return
    # A step of a day on chips of which one fails every minute is never done, so nothing is left.
    spell = (report.columns.full(report.values["checkpoint_every_s"]) + write + restart) / report.columns.full(report.values["job_mtbf_s"])
    assert np.all((found >= 0.0) & (found <= 1.0))
    assert np.all(goodput[spell < 100.0] > 0.0)
    if s.efficiency == "ideal":
        assert np.all(found == 1.0)
    else:
        # The best interval may be cut to a step's length, and steps differ a little with the chips.
        assert np.all(np.diff(found) <= 1e-3), found
    mtbfs = report.columns.full(report.values["job_mtbf_s"])
    assert np.all(np.isnan(mtbfs) | (np.abs(mtbfs * chips / mtbf - 1) < 1e-9))


@law
@given(scenarios(phase="training"), st.sampled_from((0.25, 0.5, 2.0, 8.0)))
def test_a_faster_machine_trains_sooner_and_a_longer_run_later(scenario: Scenario, factor: float) -> None:
    faster = knob("chip.hbm_bytes_per_s").set(scenario, scenario.chip.hbm_bytes_per_s * 2)
    longer = scenario.replace(run=scenario.run.replace(tokens=scenario.run.tokens * factor))
    report = evaluate_study([scenario, faster, longer])
    time = report.columns.full(report.values["time_to_train_s"])
    if np.isfinite(time[:2]).all():
        assert time[1] <= time[0] * (1 + 1e-3)  # a shorter step may be worth another interval, by a hair
        assert time[2] == time[0] * factor or abs(time[2] / time[0] / factor - 1) < 1e-9
        hours = report.columns.full(report.values["train_chip_h"])
        assert np.allclose(hours, report.columns.chips * time / 3600.0)


@law
@given(scenarios(phase="training"))
def test_nothing_goes_wrong_costs_nothing(scenario: Scenario) -> None:
    """No stragglers, chips that never fail: the run takes its steps and no more."""
    safe = scenario.replace(run=scenario.run.replace(straggler_cv=0.0, chip_mtbf_s=1e12, checkpoint_s=0.0, restart_s=0.0))
    report = evaluate_study([safe])
    rate, run = report.value("tokens_per_s", 0), report.value("run_tokens_per_s", 0)
    if rate is not None and run is not None:
        assert run <= rate * ROUNDING
        assert run >= rate * (1 - 1e-3)


@law
@given(scenarios(), st.floats(3.0, 3000.0))
def test_less_power_is_never_faster_and_stays_behind_the_bound(scenario: Scenario, watts: float) -> None:
    row = knob("chip.tdp_w")
    if row.get(scenario) is None:
        return
    sweep = [row.set(scenario, w) for w in sorted((watts, watts / 3, watts * 2))]
    report = evaluate_study([*sweep, row.set(scenario, watts).replace(efficiency="ideal")])
    steps = report.columns.full(report.values["step_s"])
    if np.isfinite(steps).all():
        assert np.all(np.diff(steps[:3]) <= steps[:2] * 1e-9)
        assert np.all(steps[3] <= steps[:3] * ROUNDING)
        power = report.values["joules_per_token"] * report.values["tokens_per_s"] / report.columns.chips
        assert np.all(power <= report.columns.tdp_w * ROUNDING)


@law
@given(scenarios())
def test_scaling_has_the_scenario_in_it_and_no_infinities(scenario: Scenario) -> None:
    now = evaluate_study([scenario])
    rate = now.value("tokens_per_s_per_chip", 0)
    for found in scaling(scenario).values():
        assert found.chips[0] == scenario.plan.tp * scenario.plan.pp * scenario.plan.cp
        assert found.chips[-1] <= max(131_072, scenario.plan.chips)
        at = int(np.flatnonzero(found.chips == scenario.plan.chips)[0])
        assert found.batch[at] == scenario.job.batch
        if rate is None:
            assert np.isnan(found.tokens_per_s_per_chip[at])
        else:
            assert found.tokens_per_s_per_chip[at] == rate
        for values in (found.tokens_per_s_per_chip, found.run_tokens_per_s_per_chip, found.kept_fraction, found.goodput_fraction):
            assert not np.isinf(values).any()
        both = np.isfinite(found.run_tokens_per_s_per_chip)
        assert np.all(found.run_tokens_per_s_per_chip[both] <= found.tokens_per_s_per_chip[both] * ROUNDING)


@law
@given(scenarios(phase="decode"), st.integers(1, 100_000))
def test_longer_answers_need_fewer_prefill_servers(scenario: Scenario, answer: int) -> None:
    one, two = serving_splits(scenario.replace(run=scenario.run.replace(answer_tokens=n)) for n in (answer, 2 * answer))
    assert (one is None) == (two is None)
    if one is not None and two is not None:
        assert abs(two.prefill_servers * 2 / one.prefill_servers - 1) < 1e-9
        assert two.tokens_per_s_per_chip >= one.tokens_per_s_per_chip
        assert one.first_token_s >= one.prefill_s > 0
        assert all(np.isfinite(v) and v >= 0 for v in one.record().values())
