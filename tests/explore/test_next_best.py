"""Advice keeps its promise, tells both sides, never walks in circles, and helps where nothing runs yet."""

from __future__ import annotations

import math
from itertools import product

import pytest

from explorer.evaluate import evaluate_study
from explorer.explore import Advice, next_best
from explorer.knobs import knob
from explorer.library import Library, default_study, load_library, make_scenario
from explorer.specs import Scenario

_LIBRARY = load_library()
_STEPS = 12


def _made(chip: str, workload: str, phase: str, chips: int) -> Scenario:
    batch = 1024 if phase == "training" else 32
    return make_scenario(_LIBRARY, chip=chip, workload=workload, phase=phase, batch=batch, context=4096, chips=chips)


def _wide(s: Scenario) -> Scenario:
    """A plan that nobody chose with care: as wide as the domain, or two stages."""
    tp = min(s.plan.chips, s.fabric.scale_up.domain, 16)
    return s.replace(plan=s.plan.replace(tp=2 ** (tp.bit_length() - 1), pp=1))


DEFAULTS = [
    _made(*case)
    for case in product(
        ("trainium2", "trainium3", "b200", "h100"), ("llama3-8b", "llama3-70b", "llama3.1-405b"),
        ("decode", "prefill", "training"), (16, 64, 1024),
    )
]  # fmt: skip
CASES = [*default_study(_LIBRARY).scenarios, *DEFAULTS, *(_wide(s) for s in DEFAULTS)]


def _name(s: Scenario) -> str:
    return f"{s.chip.id}-{s.workload.id}-{s.job.phase}-{s.plan.chips}-{s.plan.tp}x{s.plan.pp}"


def _followed(s: Scenario, advice: Advice) -> Scenario:
    for key, value in advice.changes:
        s = knob(key).set(s, value)
    return s


def _runs(s: Scenario) -> bool:
    report = evaluate_study([s])
    return bool(report.fits[0]) and bool(report.valid_plan[0])


def _sides(now: Scenario, then: Scenario) -> tuple[float, float]:
    """Time of a step and tokens/s per chip after a change, as shares of what was."""
    report = evaluate_study([now, then])
    step, rate = report.values["step_s"], report.values["tokens_per_s_per_chip"]
    return float(step[1] / step[0]), float(rate[1] / rate[0])


@pytest.mark.parametrize("scenario", CASES, ids=_name)
def test_advice_keeps_its_promise_and_tells_both_sides(scenario: Scenario) -> None:
    found = next_best(scenario)
    assert len(found) <= 2
    for advice in found:
        then = _followed(scenario, advice)
        assert _runs(then), advice.text
        if not _runs(scenario):
            assert advice.text.endswith((": then it fits", ": then the plan can be"))
            continue
        time, rate = _sides(scenario, then)
        assert advice.gain == pytest.approx(max(1 / time, rate) - 1, rel=1e-9)
        assert advice.gain > 0.01
        for share, what in ((time, " time a "), (rate, " tokens/s per chip")):
            if round((share - 1) * 100):
                assert f"{share - 1:+.0%}".replace("-", "−") + what in advice.text
        free = time < 1.05 and rate > 0.95 and "less precise" not in advice.text
        assert advice.text.startswith("Trade: ") != free, advice.text
    assert [a.text.startswith("Trade: ") for a in found] in ([], [False], [True], [False, True], [False, False])


@pytest.mark.parametrize("scenario", CASES, ids=_name)
def test_following_advice_never_leads_back(scenario: Scenario) -> None:
    seen = [scenario]
    for step in range(_STEPS):
        found = next_best(seen[-1])
        if not found:
            break
        seen.append(_followed(seen[-1], found[step % len(found)]))
        assert seen[-1] not in seen[:-1], found


def test_the_step_back_is_never_the_next_advice() -> None:
    for scenario in CASES:
        for advice in next_best(scenario):
            then = _followed(scenario, advice)
            assert all(_followed(then, back) != scenario for back in next_best(then)), advice.text


def test_other_cuts_are_compared_at_the_same_work() -> None:
    """In inference the replicas' batch follows TP and PP, so that the cluster holds as many sequences as before."""
    told = [(s, a) for s in CASES if s.job.phase != "training" and _runs(s) for a in next_best(s) if a.key in ("plan.tp", "plan.pp")]
    assert told
    for s, advice in told:
        then = _followed(s, advice)
        assert then.job.batch * (then.plan.chips // then.plan.tp // then.plan.pp) == s.job.batch * (s.plan.chips // s.plan.tp // s.plan.pp)
        time, rate = _sides(s, then)
        assert math.isclose(time * rate, 1.0, rel_tol=1e-9)


def test_less_work_is_no_advice() -> None:
    for s in CASES:
        for advice in next_best(s):
            assert not (_runs(s) and advice.key == "job.batch" and _followed(s, advice).job.batch < s.job.batch)


@pytest.mark.parametrize("chip", ["trainium2", "trainium3", "b200", "h100", "mi300x", "tpu-v5p"])
@pytest.mark.parametrize("workload", ["llama3-8b", "llama3-70b", "llama3.1-405b"])
@pytest.mark.parametrize("phase", ["decode", "prefill", "training"])
def test_what_does_not_fit_on_two_chips_is_always_helped(library: Library, chip: str, workload: str, phase: str) -> None:
    s = make_scenario(library, chip=chip, workload=workload, phase=phase, batch=32, context=4096, chips=2)
    found = next_best(s)
    if not _runs(s):
        assert found
        assert all(_runs(_followed(s, a)) for a in found)


def test_what_does_not_fit_is_given_the_group_that_it_needs(library: Library) -> None:
    s = make_scenario(library, chip="trainium2", workload="llama3.1-405b", phase="decode", batch=32, context=4096, chips=2)
    assert next_best(s)[0].text == "Chips 16, tensor parallel 16: then it fits"
    assert evaluate_study([s], search=True).value("fewest_chips", 0) == 16


def test_a_batch_that_is_too_large_is_told_the_largest(library: Library) -> None:
    s = make_scenario(library, chip="b200", workload="llama3-70b", phase="decode", batch=4096, context=4096, chips=8, tp=8)
    found = next_best(s)[0]
    assert found.changes == (("job.batch", int(evaluate_study([s]).value("largest_batch", 0) or 0)),)


def test_a_context_that_is_too_long_is_told_the_longest(library: Library) -> None:
    s = make_scenario(library, chip="b200", workload="llama3-70b", phase="decode", batch=1, context=50_000_000, chips=8, tp=8)
    assert ("job.context", int(evaluate_study([s]).value("longest_context", 0) or 0)) in next_best(s)[0].changes


@pytest.mark.parametrize(("changes", "told"), [
    ({"chips": 24, "tp": 7}, "Tensor parallel 8: then the plan can be"),
    ({"chips": 16, "tp": 8, "pp": 3}, "Pipeline parallel 2: then the plan can be"),
    ({"chip": "a100-80gb", "precision": "fp8"}, "Weights BF16, activations BF16: then the plan can be"),
    ({"phase": "training", "batch": 33, "tp": 8}, "then the plan can be"),
    ({"phase": "training", "batch": 32, "tp": 8, "pp": 2, "virtual_stages": 7, "chips": 64}, "then the plan can be"),
])  # fmt: skip
def test_a_plan_that_cannot_be_is_told_the_nearest_that_can(library: Library, changes: dict[str, object], told: str) -> None:
    usual = {"chip": "b200", "workload": "llama3-8b", "phase": "decode", "batch": 32, "context": 4096, "chips": 16}
    s = make_scenario(library, **(usual | changes))  # type: ignore[arg-type]
    assert not evaluate_study([s]).valid_plan[0]
    found = next_best(s)
    assert found
    assert found[0].text.endswith(told)
    assert _runs(_followed(s, found[0]))
