"""What is said to have no effect has none, what is left out has one, and advice keeps its promise."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.errors import ExplorerError
from explorer.evaluate import evaluate_study
from explorer.explore import knobs_without_effect, next_best
from explorer.knobs import KNOBS, knob
from explorer.library import Library, make_scenario
from explorer.quantities import QUANTITIES
from explorer.specs import Scenario, Study

_SAME = 1e-6


def _cases(library: Library, study: Study) -> dict[str, Scenario]:
    default = {s.chip.id: s for s in study.scenarios}
    one = make_scenario(library, chip="h100", workload="llama3-8b", phase="decode", batch=4, context=2048, chips=1)
    training = make_scenario(library, chip="h100", workload="llama3-8b", phase="training", batch=64, context=4096, chips=16, tp=2, pp=2)
    prefill = make_scenario(library, chip="trainium3", workload="llama3-70b", phase="prefill", batch=8, context=4096, chips=16)
    big = make_scenario(library, chip="b200", workload="llama3.1-405b", phase="decode", batch=32, context=4096, chips=2)
    ideal = {f"{k} ideal": s.replace(efficiency="ideal") for k, s in default.items()}
    return default | ideal | {"one": one, "training": training, "prefill": prefill, "no fit": big}


NAMES = ("trainium2", "trainium3", "b200", "trainium2 ideal", "b200 ideal", "one", "training", "prefill", "no fit")


def _moves(scenario: Scenario, key: str) -> bool:
    """Whether any offered stop changes a result; every stop of the knob is tried."""
    row = knob(key)
    changed = [scenario]
    for stop in row.stops if row.kind == "choice" else row.stops[:: max(1, len(row.stops) // 24)]:
        try:
            changed.append(row.set(scenario, stop))
        except ExplorerError:
            continue
    report = evaluate_study(changed)
    watched = [k for k in QUANTITIES if k not in ("fewest_chips", "step_low_s", "largest_batch", "longest_context")]
    for key_of_result in watched:
        values = np.broadcast_to(report.values[key_of_result], (len(changed),))
        if not np.all(np.isclose(values, values[0], rtol=_SAME, atol=0.0, equal_nan=True)):
            return True
    return False


@pytest.mark.parametrize("name", NAMES)
def test_no_effect_is_true_and_complete(library: Library, study: Study, name: str) -> None:
    scenario = _cases(library, study)[name]
    said = knobs_without_effect(scenario)
    for row in KNOBS:
        if row.get(scenario) is None:
            assert row.key not in said
        else:
            assert (row.key in said) == (not _moves(scenario, row.key)), (row.key, said.get(row.key))


def test_reasons_of_the_default_study(study: Study) -> None:
    said = knobs_without_effect(study.scenarios[0])
    assert said["plan.microbatch"] == "training only"
    assert "fabric.scale_out.bytes_per_s_per_direction" in said
    assert "chip.hbm_bytes_per_s" not in said
    assert all(text and not text.endswith(".") for text in said.values())


@pytest.mark.parametrize("name", NAMES)
def test_advice_keeps_its_promise(library: Library, study: Study, name: str) -> None:
    scenario = _cases(library, study)[name]
    now = evaluate_study([scenario])
    advice = next_best(scenario)
    assert len(advice) <= 2
    for found in advice:
        then = evaluate_study([knob(found.key).set(scenario, found.value)])
        assert then.fits[0]
        assert then.valid_plan[0]
        if not (now.fits[0] and now.valid_plan[0]):
            assert "fits" in found.text
            continue
        key = "step_s" if "time of a step" in found.text else "tokens_per_s_per_chip"
        before, after = now.value(key, 0), then.value(key, 0)
        assert before is not None
        assert after is not None
        gain = before / after - 1 if key == "step_s" else after / before - 1
        assert found.gain == pytest.approx(gain, rel=1e-9)
        assert gain > 0.02
        percent = f"{after / before - 1:+.0%}".replace("-", "−")
        assert percent in found.text


def test_advice_for_speed_is_the_same_work_done_faster(study: Study) -> None:
    """A smaller batch is a shorter step, and no advice."""
    for scenario in study.scenarios:
        for found in next_best(scenario):
            if "time of a step" in found.text:
                assert found.key not in ("job.batch", "plan.microbatch", "plan.chips")


def test_a_plan_that_cannot_be_is_helped(library: Library) -> None:
    scenario = make_scenario(library, chip="b200", workload="llama3-70b", phase="decode", batch=32, context=4096, chips=2, tp=1, pp=1)
    heavy = scenario.replace(job=scenario.job.replace(batch=64))
    assert not evaluate_study([heavy]).fits[0]
    advice = next_best(heavy)
    assert len(advice) == 1
    assert "fits" in advice[0].text
