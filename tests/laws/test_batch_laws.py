"""One code path: a point in a batch equals the point alone bit for bit, nothing raises, what exists is finite."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from law_cases import LIBRARY, law, scenarios

from explorer.errors import ExplorerError
from explorer.evaluate import Report, evaluate, evaluate_in_chunks, evaluate_study, explain, lower, record
from explorer.evaluate.outlook import RESULTS
from explorer.explore import sweep
from explorer.knobs import KNOBS
from explorer.library import make_scenario
from explorer.quantities import QUANTITIES
from explorer.specs import Scenario

_MAY_BE_MISSING = {"usd_per_million_tokens", "joules_per_token", "tokens_per_s_per_user", "fewest_chips", *RESULTS}


def _everything(report: Report, point: int) -> dict[str, list[float]]:
    """All numbers of one point, exactly."""

    def at(array: np.ndarray) -> list[float]:
        return np.ravel(array[..., point if array.shape[-1] > 1 else 0]).tolist()

    tables = {
        **{key: report.values[key] for key in QUANTITIES},
        "parts": report.memory.parts, "time": report.time_parts, "exposed": report.exposed_s, "fits": report.fits,
        "valid": report.valid_plan, "count": report.traffic.count, "one": report.traffic.one_s,
        **{f: getattr(report.operators, f) for f in ("flop", "sram_bytes", "hbm_bytes", "link_bytes", "time_s", "bound")},
    }  # fmt: skip
    return {key: at(value) for key, value in tables.items()}


def _same(one: dict[str, list[float]], other: dict[str, list[float]]) -> None:
    for key in one:
        np.testing.assert_array_equal(one[key], other[key], err_msg=key)


@law
@given(st.lists(scenarios(), min_size=2, max_size=6), st.data())
def test_a_point_in_a_batch_is_the_point_alone(found: list[Scenario], data: st.DataObject) -> None:
    together = evaluate(lower(found), search=True)
    order = np.array(data.draw(st.permutations(range(len(found)))))
    shuffled = evaluate(lower(found).take(order), search=True)
    for i, scenario in enumerate(found):
        alone = _everything(evaluate_study([scenario], search=True), 0)
        _same(alone, _everything(together, i))
        _same(alone, _everything(shuffled, order.tolist().index(i)))


@law
@given(scenarios(), st.lists(st.floats(1e11, 5e13), min_size=2, max_size=80))
def test_a_widened_column_is_the_same_as_a_scenario_each(scenario: Scenario, rates: list[float]) -> None:
    wide = sweep(scenario, "chip.hbm_bytes_per_s", rates)
    for i in (0, len(rates) // 2, len(rates) - 1):
        alone = evaluate_study([scenario.replace(chip=scenario.chip.replace(hbm_bytes_per_s=rates[i]))])
        _same(_everything(alone, 0), _everything(wide, i))


@law
@given(scenarios(), st.data())
def test_several_widened_columns_in_chunks(scenario: Scenario, data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    n = 5000
    columns = lower([scenario]).replace(
        hbm_bytes_per_s=rng.uniform(1e12, 1e13, n), batch=rng.integers(1, 64, n), tp=2.0 ** rng.integers(0, 5, n)
    )
    pieces = evaluate_in_chunks(columns, "step_s")
    assert pieces.shape == (n,)
    for i in (0, 4095, 4096, n - 1):
        alone = evaluate(columns.take(np.array([i]))).values["step_s"]
        np.testing.assert_array_equal(pieces[i], alone[0])


@law
@given(scenarios())
def test_what_exists_is_finite(scenario: Scenario) -> None:
    report = evaluate_study([scenario])
    for key, values in report.values.items():
        if report.valid_plan[0] and key not in _MAY_BE_MISSING:
            assert np.all(np.isfinite(values)), key
    for array in (report.memory.parts, report.memory.total, report.traffic.count, report.operators.hbm_bytes):
        assert np.all(np.isfinite(array))


# Both ends and the middle of every slider, every choice.
_PLACES = [
    (k.key, stop) for k in KNOBS for stop in (k.stops if k.kind == "choice" else (k.stops[0], k.stops[len(k.stops) // 2], k.stops[-1]))
]  # fmt: skip


@law
@given(
    st.sampled_from(("trainium2", "trainium3", "b200", "h100")), st.sampled_from(("decode", "prefill", "training")),
    st.lists(st.tuples(st.sampled_from(KNOBS), st.integers(0, 10**6)), min_size=1, max_size=12),
)  # fmt: skip
def test_no_position_of_the_knobs_raises(chip: str, phase: str, moves: list[tuple[object, int]]) -> None:
    scenario = make_scenario(LIBRARY, chip=chip, workload="llama3-70b", phase=phase, batch=32, context=4096, chips=16)
    for row, place in moves:
        try:
            scenario = row.set(scenario, row.stops[place % len(row.stops)])  # type: ignore[attr-defined]
        except ExplorerError:
            continue
    report = evaluate_study([scenario], search=True)
    findings = explain(report, (scenario,), 0, None)
    assert findings.text()
    told = record(report, scenario, 0)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["valid_plan"] == (report.value("step_s", 0) is not None)
    assert bool(told["reasons"]) == (not (told["valid_plan"] and told["fits"]))


def test_every_end_of_every_knob_alone() -> None:
    scenario = make_scenario(LIBRARY, chip="b200", workload="llama3-70b", phase="decode", batch=32, context=4096, chips=16)
    rows = {k.key: k for k in KNOBS}
    for key, stop in _PLACES:
        try:
            changed = rows[key].set(scenario, stop)
        except ExplorerError:
            continue
        report = evaluate_study([changed], search=True)
        assert report.value("memory_total_bytes", 0) is not None, (key, stop)
