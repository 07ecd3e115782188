"""Laws of single choices in model, job and plan: which way each of them may move time and memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from law_cases import DECODERS, law, scenarios

from explorer.evaluate import TIME_PARTS, Report, evaluate_study
from explorer.evaluate.memory import PARTS
from explorer.evaluate.operators import ROW
from explorer.evaluate.validity import reasons
from explorer.specs import Scenario, Workload

ROUNDING = 1 + 1e-9
MIXED = tuple(kind for kind in DECODERS if "experts" in kind)


def _both(scenario: Scenario, **changes: object) -> tuple[Report, Report]:
    """The scenario, and with some of its job or plan or workload exchanged."""
    changed = scenario
    for part in ("job", "plan", "workload"):
        spec = getattr(changed, part)
        changed = changed.replace(**{part: spec.replace(**{k: v for k, v in changes.items() if k in type(spec).model_fields})})
    return evaluate_study([scenario]), evaluate_study([changed])


def _never_slower(better: Report, worse: Report) -> None:
    if better.valid_plan[0] and worse.valid_plan[0]:
        assert better.values["step_s"][0] <= worse.values["step_s"][0] * ROUNDING


def _never_fuller(better: Report, worse: Report) -> None:
    assert better.memory.total[0] <= worse.memory.total[0] * ROUNDING


@law
@given(scenarios())
def test_operators_are_the_computing_of_a_step(scenario: Scenario) -> None:
    report = evaluate_study([scenario])
    if report.valid_plan[0]:
        parts = dict(zip(TIME_PARTS, report.time_parts[:, 0], strict=True))
        computed = parts["matmul"] + parts["attention"] + parts["elementwise"]
        if scenario.plan.offload == "none":
            computed += parts["optimizer_step"]
        table = report.operators.time_s.sum(axis=0)[0]
        if scenario.plan.offload != "none":
            table -= float(report.passes.update.time_s[0, 0]) if report.passes.update is not None else 0.0
        assert computed == pytest.approx(table * float(report.step.stretch[0]), rel=1e-9)


@law
@given(scenarios(kinds=DECODERS))
def test_structured_sparsity_is_never_slower_or_larger(scenario: Scenario) -> None:
    dense, sparse = _both(scenario.replace(job=scenario.job.replace(sparsity="none")), sparsity="structured")
    _never_slower(sparse, dense)
    if sparse.valid_plan[0]:
        _never_fuller(sparse, dense)
    if scenario.job.phase == "training" and dense.valid_plan[0]:
        assert sparse.values["step_s"][0] == dense.values["step_s"][0]


@law
@given(scenarios())
def test_fused_attention_is_never_slower_and_keeps_less(scenario: Scenario) -> None:
    fused, stored = _both(scenario.replace(plan=scenario.plan.replace(fused_attention=True)), fused_attention=False)
    _never_slower(fused, stored)
    _never_fuller(fused, stored)


@law
@given(scenarios(efficiency="calibrated"))
def test_more_overlap_is_never_slower(scenario: Scenario) -> None:
    best, measured, worst = (
        evaluate_study([scenario.replace(plan=scenario.plan.replace(overlap=overlap))]) for overlap in ("max", "partial", "sum")
    )
    _never_slower(best, measured)
    _never_slower(measured, worst)


@law
@given(scenarios(phase="training"))
def test_a_zero_bubble_schedule_is_never_slower_and_holds_as_much(scenario: Scenario) -> None:
    plain, zero = _both(scenario.replace(plan=scenario.plan.replace(virtual_stages=1, schedule="1f1b")), schedule="zero-bubble")
    _never_slower(zero, plain)
    assert zero.memory.total[0] == plain.memory.total[0]
    if zero.valid_plan[0]:
        parts = list(TIME_PARTS).index("pipeline")
        assert zero.time_parts[parts, 0] <= plain.time_parts[parts, 0] * ROUNDING


@law
@given(scenarios(kinds=tuple(k for k in DECODERS if "window" in k)))
def test_a_window_only_saves(scenario: Scenario) -> None:
    windowed, whole = _both(scenario, window=None)
    _never_slower(windowed, whole)
    _never_fuller(windowed, whole)
    if windowed.valid_plan[0] and scenario.job.phase != "decode":
        assert windowed.values["mfu"][0] * windowed.values["step_s"][0] <= whole.values["mfu"][0] * whole.values["step_s"][0] * ROUNDING


@law
@given(scenarios(kinds=MIXED), st.sampled_from((1.1, 2.0, 10.0)))
def test_uneven_experts_are_never_faster(scenario: Scenario, imbalance: float) -> None:
    even, uneven = _both(scenario.replace(job=scenario.job.replace(expert_imbalance=1.0)), expert_imbalance=imbalance)
    _never_slower(even, uneven)
    _never_fuller(even, uneven)


@law
@given(scenarios(kinds=MIXED), st.integers(0, 4))
def test_fewer_active_experts_are_never_slower(scenario: Scenario, fewer: int) -> None:
    experts = scenario.workload.experts
    assert experts is not None
    less = scenario.workload.replace(experts=experts.replace(active=max(1, experts.active - fewer)))
    light, heavy = evaluate_study([scenario.replace(workload=less)]), evaluate_study([scenario])
    _never_slower(light, heavy)
    _never_fuller(light, heavy)


@law
@given(scenarios(phase="decode", kinds=DECODERS), st.sampled_from((1, 2, 5)), st.floats(0, 1), st.floats(0, 1))
def test_better_guesses_are_never_slower(scenario: Scenario, tokens: int, one: float, other: float) -> None:
    low, high = sorted((one, other))
    job = scenario.job.replace(draft_tokens=tokens, draft_acceptance=low)
    worse, better = _both(scenario.replace(job=job), draft_acceptance=high)
    if worse.valid_plan[0]:
        assert better.values["step_s"][0] == worse.values["step_s"][0]
        assert better.values["tokens_per_s"][0] >= worse.values["tokens_per_s"][0] / ROUNDING
        # At best every guess is accepted: one more than was guessed.
        assert better.values["tokens_per_s"][0] * better.values["step_s"][0] <= scenario.job.batch * (1 + tokens) * better.shape.dp[0] * ROUNDING


@law
@given(scenarios(phase="training"), st.sampled_from((1, 2, 3)))
def test_memory_falls_with_the_replicas_that_share_it(scenario: Scenario, zero: int) -> None:
    """ZeRO 1 to 3, twice the replicas and twice the batch. From two on: a single replica has no buckets to reduce."""
    plan = scenario.plan.replace(zero=zero, offload="none")
    group = plan.tp * plan.pp * plan.cp
    grown = [
        scenario.replace(plan=plan.replace(chips=group * d), job=scenario.job.replace(batch=plan.microbatch * 8 * d))
        for d in (2, 4, 8, 64)
    ]  # fmt: skip
    report = evaluate_study(grown)
    able = report.valid_plan > 0
    total = report.columns.full(report.memory.total)[able]
    assert np.all(np.diff(total) <= 1e-9 * total[:1])
    rows = [list(PARTS).index(key) for key in ("optimizer", "gradients", "weights")[:zero]]
    shared = report.columns.full(report.memory.parts[rows])[:, able]
    assert np.all(np.diff(shared, axis=1) <= 0)
    assert np.all(np.diff(shared[0]) < 0)


@law
@given(scenarios(phase="training"))
def test_what_lies_on_the_host_does_not_lie_here(scenario: Scenario) -> None:
    here = scenario.replace(plan=scenario.plan.replace(offload="none"))
    for offload, part in (("optimizer", "optimizer"), ("activations", "activations")):
        kept, moved = _both(here, offload=offload)
        row = list(PARTS).index(part)
        waiting = kept.stages.in_flight * kept.stages.layers
        if offload == "optimizer":
            assert moved.memory.parts[row, 0] == 0
            _never_fuller(moved, kept)
        elif np.all(waiting >= 2):  # two layers of it are on their way
            _never_fuller(moved, kept)
        if moved.valid_plan[0]:
            assert moved.step.update[0] >= 0


@law
@given(scenarios())
def test_reasons_are_given_exactly_where_a_plan_cannot_be(scenario: Scenario) -> None:
    report = evaluate_study([scenario])
    assert bool(reasons(scenario)) == (report.valid_plan[0] == 0)


@law
@given(scenarios(kinds=MIXED))
def test_one_expert_for_all_is_a_dense_model(scenario: Scenario) -> None:
    """A single expert in every layer, no shared one and no router's choice: the same FLOP as a dense layer of that width."""
    experts = scenario.workload.experts
    assert experts is not None
    base = scenario.workload.replace(window=None, ffn=experts.width)
    one: Workload = base.replace(experts=experts.replace(count=1, active=1, shared_width=0, layers=base.layers, leading_dense=True))
    job = scenario.job.replace(expert_weight_format=None, expert_activation_format=None, expert_imbalance=1.0)
    alone = scenario.replace(plan=scenario.plan.replace(ep=1, expert_tp=0), job=job)
    report = evaluate_study([alone.replace(workload=one), alone.replace(workload=base.replace(experts=None))])
    if report.valid_plan.all():
        flop = {key: report.columns.full(report.operators.flop[row]) for key, row in ROW.items()}
        for mixed, dense in (("expert_up", "gate_up"), ("expert_down", "down")):
            assert flop[mixed][0] == pytest.approx(flop[dense][1], rel=1e-9)
            assert flop[mixed][1] == flop[dense][0] == 0
        for key in ("qkv", "attention", "out", "head"):
            assert flop[key][0] == flop[key][1], key
