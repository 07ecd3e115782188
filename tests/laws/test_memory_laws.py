"""Laws of the memory fit, over random scenarios."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from law_cases import DECODERS, LIBRARY, law, scenarios

from explorer.evaluate import Report, evaluate_study
from explorer.evaluate.memory import PARTS
from explorer.explore import sweep
from explorer.library import make_scenario
from explorer.specs import Scenario
from explorer.specs.job import LONGEST_CONTEXT

ROW = {key: i for i, key in enumerate(PARTS)}


def _part(report: Report, key: str) -> np.ndarray:
    return report.columns.full(report.memory.parts[ROW[key]])


@law
@given(scenarios())
def test_total_is_the_sum_of_its_parts_and_decides_the_fit(scenario: Scenario) -> None:
    report = evaluate_study([scenario])
    held = report.memory
    assert np.all(held.parts >= 0)
    assert float(held.parts.sum(axis=0)[0]) == pytest.approx(float(held.total[0]), rel=1e-12)
    assert bool(report.fits[0]) == (held.total[0] <= scenario.chip.hbm_bytes)


@law
@given(scenarios(phase="decode", kinds=DECODERS))
def test_kv_cache_is_linear_in_tokens(scenario: Scenario) -> None:
    scenario = scenario.replace(plan=scenario.plan.replace(pp=1))  # the fullest of uneven stages may change
    contexts = [1, *(scenario.job.context * k for k in (1, 2, 5))]
    cache = _part(sweep(scenario, "job.context", contexts), "kv_cache")
    assert cache == pytest.approx(cache[0] / _held(scenario, 1) * np.array([_held(scenario, n) for n in contexts]), rel=1e-12)
    more = sweep(scenario, "job.batch", [scenario.job.batch * k for k in (1, 2, 5)])
    assert _part(more, "kv_cache") == pytest.approx(cache[1] * np.array([1, 2, 5]), rel=1e-12)


def _held(scenario: Scenario, context: int) -> int:
    """Tokens in the cache, all layers together: a window keeps no more than it sees."""
    window, layers = scenario.workload.window, scenario.workload.layers
    if window is None:
        return layers * context
    return (layers - window.layers) * context + window.layers * min(context, window.tokens)


@law
@given(scenarios(phase="decode", kinds=DECODERS))
def test_half_the_bits_half_the_weights(scenario: Scenario) -> None:
    scenario = scenario.replace(plan=scenario.plan.replace(pp=1))  # the fullest of uneven stages may change
    job = scenario.job.replace(sparsity="none", expert_weight_format=None, expert_activation_format=None)
    scenario = scenario.replace(job=job)
    wide = scenario.replace(job=scenario.job.replace(weight_format="bf16", kv_format="bf16"))
    narrow = scenario.replace(job=scenario.job.replace(weight_format="fp8", kv_format="fp8"))
    report = evaluate_study([wide, narrow])
    for part in ("weights", "kv_cache"):
        before, after = _part(report, part)
        assert after == pytest.approx(before / 2, rel=1e-12)


@law
@given(scenarios(phase="training"))
def test_zero_stages_only_save_memory(scenario: Scenario) -> None:
    report = evaluate_study([scenario.replace(plan=scenario.plan.replace(zero=z)) for z in (0, 1, 2, 3)])
    total = report.memory.total
    assert np.all(total[1:] <= total[:-1] * (1 + 1e-12))
    if report.shape.sharing[0] == 1 and (scenario.workload.experts is None or report.shape.expert_replicas[0] == 1):
        assert total == pytest.approx([total[0]] * 4)


@law
@given(scenarios(phase="training"))
def test_recomputation_only_saves_memory(scenario: Scenario) -> None:
    kinds = [scenario.replace(plan=scenario.plan.replace(recompute=k)) for k in ("none", "selective", "full")]
    kept = _part(evaluate_study(kinds), "activations")
    assert np.all(np.diff(kept) <= 1e-12 * kept[0])


@st.composite
def _stretched(draw: st.DrawFn, phase: str) -> Scenario:
    """Any number of stages up to 8, and contexts long enough for one wave of sequences to count."""
    scenario = draw(scenarios(phase=phase))
    plan, pp = scenario.plan, draw(st.integers(1, 8))
    dp = draw(st.sampled_from((1, 2)))
    context = draw(st.sampled_from((512, 8192, 131072)))
    return scenario.replace(
        plan=plan.replace(pp=pp, chips=plan.tp * pp * dp * plan.cp), job=scenario.job.replace(context=context)
    )


@pytest.mark.parametrize("phase", ["decode", "prefill", "training"])
@law
@given(st.data())
def test_largest_batch_fits_and_one_more_does_not(phase: str, data: st.DataObject) -> None:
    scenario = data.draw(_stretched(phase))
    best = evaluate_study([scenario]).value("largest_batch", 0)
    assert best is not None
    key = "plan.microbatch" if phase == "training" else "job.batch"
    if best < 1:
        assert not sweep(scenario, key, [1]).fits[0]
    elif best < 1e6:
        report = sweep(scenario, key, [best, best + 1])
        assert report.columns.full(report.fits).tolist() == [1.0, 0.0]


def test_the_last_wave_of_a_pipelined_prefill_counts() -> None:
    """A second wave of long prompts through four stages needs room for two sequences at once."""
    scenario = make_scenario(
        LIBRARY, chip="h100", workload="llama3-70b", phase="prefill", batch=32, context=131072, chips=4, tp=1, pp=4
    )
    best = evaluate_study([scenario]).value("largest_batch", 0)
    assert best is not None
    report = sweep(scenario, "job.batch", [max(best, 1), best + 1])
    assert report.columns.full(report.fits).tolist() == [float(best > 0), 0.0]


@law
@given(scenarios())
def test_longest_context_fits_and_one_more_does_not(scenario: Scenario) -> None:
    report = evaluate_study([scenario])
    longest, step = report.value("longest_context", 0), scenario.plan.cp
    assert longest is not None
    assert longest % step == 0
    if report.valid_plan[0] and 1 <= longest < LONGEST_CONTEXT:
        report = sweep(scenario, "job.context", [longest, longest + step])
        assert report.columns.full(report.fits).tolist() == [1.0, 0.0]


@law
@given(scenarios(phase="decode"))
def test_fewest_chips_fit_and_half_of_them_do_not(scenario: Scenario) -> None:
    fewest = evaluate_study([scenario], search=True).value("fewest_chips", 0)
    if fewest is None:
        return

    def fits(chips: int) -> bool:
        cuts = [2**k for k in range(chips.bit_length()) if scenario.workload.heads % 2**k == 0]
        alone = scenario.plan.replace(cp=1, ep=1, expert_tp=0, virtual_stages=1)
        plans = [alone.replace(chips=chips, tp=tp, pp=chips // tp) for tp in cuts if chips // tp <= scenario.workload.layers]
        return bool(plans) and bool(evaluate_study([scenario.replace(plan=plan) for plan in plans]).fits.any())

    size = int(fewest)
    assert fits(size)
    assert size == 1 or not fits(size // 2)


@law
@given(scenarios(phase="decode"))
def test_what_is_said_to_fit_agrees_with_the_fit(scenario: Scenario) -> None:
    report = evaluate_study([scenario.replace(plan=scenario.plan.replace(pp=1, chips=scenario.plan.tp * scenario.plan.cp))])
    batch, context = report.value("largest_batch", 0), report.value("longest_context", 0)
    assert bool(report.fits[0]) == (batch >= scenario.job.batch) == (context >= scenario.job.context)  # type: ignore[operator]


@law
@given(scenarios(phase="training"))
def test_virtual_stages_never_save_memory(scenario: Scenario) -> None:
    plan = scenario.plan.replace(schedule="1f1b")
    report = evaluate_study([scenario.replace(plan=plan.replace(virtual_stages=v)) for v in (1, 2, 4, 8)])
    total = report.columns.full(report.memory.total)
    assert np.all(total[1:] >= total[0] * (1 - 1e-12))
