"""What is said to have no effect has none, and what is left out has one."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.errors import ExplorerError
from explorer.evaluate import evaluate_study
from explorer.explore import knobs_without_effect, serving_splits
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
    if key == "run.answer_tokens":  # no result of a step: it divides chips among prompts and answers
        return len({repr(split) for split in serving_splits(changed)}) > 1
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
