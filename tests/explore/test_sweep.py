"""A sweep is nothing but the scenarios one by one."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.evaluate import KNOB_COLUMNS, Report, evaluate_study
from explorer.explore import sweep
from explorer.knobs import KNOBS, knob
from explorer.library import Library, make_scenario
from explorer.quantities import QUANTITIES
from explorer.specs import Scenario, Study


def _numbers(report: Report, point: int) -> list[float]:
    arrays = [*(report.values[k] for k in QUANTITIES), report.time_parts, report.memory.parts, report.operators.time_s]
    return [v for a in arrays for v in np.ravel(a[..., point if a.shape[-1] > 1 else 0]).tolist()]


def _stops(scenario: Scenario, key: str) -> list[object]:
    row = knob(key)
    found: list[object] = []
    for stop in row.stops if row.kind == "choice" else row.stops[:: max(1, len(row.stops) // 4)]:
        row.set(scenario, stop)
        found.append(stop)
    return found


@pytest.mark.parametrize("phase", ["decode", "training"])
@pytest.mark.parametrize("key", [k.key for k in KNOBS])
def test_every_knob_bit_for_bit(library: Library, key: str, phase: str) -> None:
    scenario = make_scenario(
        library, chip="b200", workload="llama3-8b", phase=phase, batch=64, context=2048, chips=16, tp=4, pp=2
    )
    values = _stops(scenario, key)
    report = sweep(scenario, key, values)  # type: ignore[arg-type]
    for i, value in enumerate(values):
        alone = evaluate_study([knob(key).set(scenario, value)])  # type: ignore[arg-type]
        np.testing.assert_array_equal(_numbers(report, i), _numbers(alone, 0), err_msg=f"{key} = {value}")


def test_every_column_of_a_knob_is_that_knobs_value(study: Study) -> None:
    for key, column in KNOB_COLUMNS.items():
        value = knob(key).get(study.scenarios[2])
        assert float(getattr(sweep(study.scenarios[2], key, [value]).columns, column)[0]) == value  # type: ignore[list-item]
