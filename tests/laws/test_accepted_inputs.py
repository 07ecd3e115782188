"""Whatever the specs accept has finite results: every number at either end of what it may be, many of them at once."""

from __future__ import annotations

import json
import types
import typing
import warnings
from typing import Any

import numpy as np
from annotated_types import Ge, Gt, Le, Lt
from hypothesis import given
from hypothesis import strategies as st
from law_cases import law, scenarios

from explorer.errors import ExplorerError
from explorer.evaluate import evaluate_study, explain, record
from explorer.quantities import QUANTITIES
from explorer.specs import Scenario, Spec, get_path, set_path
from explorer.specs.chip import LEAST

Bounds = dict[str, tuple[float, float]]


def _options(annotation: Any) -> list[Any]:
    """The types that a field may have."""
    union = typing.get_origin(annotation) in (typing.Union, types.UnionType)
    return [o for part in typing.get_args(annotation) for o in _options(part)] if union else [annotation]


def _limits(metadata: list[Any]) -> dict[type, float]:
    flat = [m for item in metadata for m in getattr(item, "metadata", [item])]
    return {type(m): getattr(m, type(m).__name__.lower()) for m in flat if isinstance(m, (Ge, Gt, Le, Lt))}


def bounds(kind: type[Spec], path: str = "") -> Bounds:
    """Least and greatest value of every number in a spec and those inside it, by dotted path."""
    found: Bounds = {}
    for name, field in kind.model_fields.items():
        for option in _options(field.annotation):
            annotated = typing.get_origin(option) is typing.Annotated
            limits = _limits([*field.metadata, *(typing.get_args(option)[1:] if annotated else ())])
            if isinstance(option, type) and issubclass(option, Spec):
                found |= bounds(option, f"{path}{name}.")
            elif Gt in limits or Ge in limits:
                low = limits[Ge] if Ge in limits else max(LEAST, limits[Gt])
                found[path + name] = (low, limits[Le] if Le in limits else np.nextafter(limits.get(Lt, 1e24), -np.inf))
    return found


ALL = {key: ends for key, ends in bounds(Scenario).items() if not key.startswith("calibration.links") and "published" not in key}
KEYS = sorted(ALL)


def test_every_kind_of_number_has_two_ends() -> None:
    assert {"chip.hbm_bytes_per_s", "fabric.scale_up.domain", "workload.experts.count", "job.context", "plan.ep", "run.pue"} <= set(KEYS)
    assert len(KEYS) > 90
    assert all(np.isfinite(ends).all() and ends[0] < ends[1] for ends in ALL.values())


def _moved(scenario: Scenario, key: str, place: int) -> Scenario:
    """The scenario with one number at an end; the same where the specs refuse it, or there is no such part."""
    try:
        now = get_path(scenario, key)
        value: Any = ALL[key][place]
        if now is None:
            return scenario
        return typing.cast(Scenario, set_path(scenario, key, int(value) if isinstance(now, int) else float(value)))
    except ExplorerError:
        return scenario


def _is_finite(scenario: Scenario) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = evaluate_study([scenario])
        told = record(report, scenario, 0)
        explain(report, (scenario,), 0, None)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    for key in QUANTITIES:
        value = report.value(key, 0)
        assert value is None or np.isfinite(value), key
    assert np.all(np.isfinite(report.memory.parts))
    step = report.value("step_s", 0)
    assert (step is None) == (not report.valid_plan[0])
    if step is not None:
        assert step > 0
        assert np.all(np.isfinite(report.time_parts))
        assert np.all(np.isfinite(report.exposed_s))
        for field in ("flop", "sram_bytes", "hbm_bytes", "link_bytes", "time_s"):
            assert np.all(np.isfinite(getattr(report.operators, field))), field


@law
@given(scenarios(), st.sampled_from(KEYS), st.integers(0, 1))
def test_one_number_at_an_end(scenario: Scenario, key: str, place: int) -> None:
    _is_finite(_moved(scenario, key, place))


@law
@given(scenarios(), st.lists(st.tuples(st.sampled_from(KEYS), st.integers(0, 1)), min_size=2, max_size=12))
def test_many_numbers_at_their_ends(scenario: Scenario, moves: list[tuple[str, int]]) -> None:
    for key, place in moves:
        scenario = _moved(scenario, key, place)
    _is_finite(scenario)
