"""What is remembered between evaluations must not show: replays, batches in chunks and lowered edits give the same bits."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest

from explorer.errors import ExplorerError
from explorer.evaluate import Columns, Report, batches, evaluate, evaluate_in_chunks, lower, replay
from explorer.evaluate.columns import COLUMN_NAMES, Array
from explorer.evaluate.getters import GETTERS
from explorer.evaluate.outcomes import RULES
from explorer.evaluate.power_columns import throttled
from explorer.evaluate.tapes import NotTraceableError, Tape, Traced, program
from explorer.evaluate.tapes.packed import Packed
from explorer.knobs import KNOBS, knob
from explorer.library import Library, default_study, make_scenario
from explorer.specs import Scenario

_TABLES = ("memory.parts", "memory.total", "traffic.count", "traffic.one_s", "traffic.message_bytes", "shape.dp", "operators.time_s")

_KEYS = (
    "step_s", "memory_total_bytes", "memory_capacity_bytes", "tokens_per_s", "mfu", "joules_per_token", "network_exposed_s",
    "time_to_train_s", "largest_batch",
)  # fmt: skip


def _direct(c: Columns) -> Report:
    return Report(throttled(c), RULES)


def _same(found: Report, wanted: Report) -> None:
    for key in RULES:
        assert np.array_equal(found.values[key], wanted.values[key], equal_nan=True), key
    for part in ("time_parts", "exposed_s", "valid_plan", "fits"):
        assert np.array_equal(getattr(found, part), getattr(wanted, part), equal_nan=True), part
    for path in _TABLES:
        table, field = path.split(".")
        one, other = getattr(getattr(found, table), field), getattr(getattr(wanted, table), field)
        assert np.array_equal(one, other, equal_nan=True), path


def _walk(scenarios: list[Scenario], steps: int, seed: int) -> Iterator[list[Scenario]]:
    """Edits as hands make them: one knob after another, a few stops each, of one scenario or of all."""
    pick = random.Random(seed)
    now = list(scenarios)
    for _ in range(steps):
        row, which = pick.choice(KNOBS), pick.randrange(len(now) + 1)
        start = pick.randrange(len(row.stops))
        for stop in row.stops[start : start + 4]:
            try:
                now = [row.set(s, stop) if which in (i, len(now)) else s for i, s in enumerate(now)]
            except ExplorerError:
                continue
            yield now


def _some(library: Library) -> list[Scenario]:
    given: dict[str, object] = {"batch": 64, "context": 4096, "chips": 64}
    return [
        make_scenario(library, chip="b200", workload="deepseek-v3", phase="decode", **given),  # type: ignore[arg-type]
        make_scenario(library, chip="trainium2", workload="llama3-70b", phase="training", **given),  # type: ignore[arg-type]
        make_scenario(library, chip="h100", workload="llama3-70b", phase="prefill", efficiency="ideal", **given),  # type: ignore[arg-type]
    ]


@pytest.mark.parametrize("seed", range(2))
def test_edits_replayed_are_edits_computed(library: Library, seed: int) -> None:
    taken = 0
    start = list(default_study(library).scenarios) if seed else _some(library)
    for scenarios in _walk(start, 30, seed):
        c = lower(scenarios)
        found = evaluate(c)
        taken += found.taken is not None
        _same(found, _direct(c))
    assert taken > 30  # or nothing was tested


def test_a_drag_is_replayed(library: Library) -> None:
    scenarios = default_study(library).scenarios
    taken = [evaluate(lower([knob("job.batch").set(s, n) for s in scenarios])).taken for n in knob("job.batch").stops[-8:]]
    assert all(t is not None for t in taken[3:])


@pytest.mark.parametrize("seed", range(2))
def test_edits_replayed_by_programs_of_their_own_are_edits_computed(library: Library, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after many frames of the same drag, but from the second frame on."""

    def whole(packed: Packed) -> bool:
        return ready(packed) or whole(packed)

    def counted(packed: Packed) -> Array | None:
        runs.append(packed.changed)
        return run(packed)

    runs: list[int] = []
    ready, run = Packed.ready, Packed.run
    monkeypatch.setattr(Packed, "ready", whole)
    monkeypatch.setattr(Packed, "run", counted)
    monkeypatch.setattr(program, "_TURNS", 1)
    monkeypatch.setattr(program, "_MANY", 1)
    monkeypatch.setattr(replay, "_widths", {})
    start = list(default_study(library).scenarios) if seed else _some(library)
    for scenarios in _walk(start, 40, seed + 10):
        c = lower(scenarios)
        _same(evaluate(c), _direct(c))
    assert len(runs) > 30
    assert len(set(runs)) > 5


def test_a_long_drag_gets_a_program_of_its_own(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_widths", {})
    scenarios, stops = default_study(library).scenarios, knob("job.batch").stops[-8:]
    for i in range(150):
        c = lower([knob("job.batch").set(s, stops[i % 8]) for s in scenarios])
        found = evaluate(c)
    assert replay._widths[len(scenarios)].recordings[0].program._live is not None
    _same(found, _direct(c))
    c = lower([knob("job.context").set(s, 2048) for s in scenarios])
    _same(evaluate(c), _direct(c))


def test_formulas_can_be_recorded(library: Library) -> None:
    """Formulas that turn an array into a plain number work, but a drag that shows them is not replayed."""
    kinds = {(w.kind, bool(w.latent), bool(w.experts), bool(w.window), w.biases): name for name, w in sorted(library.workloads.items())}
    for workload in kinds.values():
        decoder = library.workload(workload).kind == "decoder"
        for phase in ("decode", "prefill", "training") if decoder else ("prefill", "training"):
            s = make_scenario(library, chip="b200", workload=workload, phase=phase, batch=64, context=4096, chips=64)  # type: ignore[arg-type]
            left = {*replay.PARTS, *RULES} - set(replay.Recording(lower([s, s]).table).parts) - {"fewest_chips"}
            # The largest micro-batch is searched for in a loop that ends when every point has its own.
            assert left == ({"reach", "largest_batch", "longest_context"} if phase == "training" else set()), (workload, phase)


def test_what_a_tape_cannot_hold_is_refused() -> None:
    tape = Tape()
    a = Traced(tape, tape.input(np.ones(3)))
    for ask in (float, int, np.asarray, lambda x: bool(x > 0), lambda x: np.zeros(3)[x], lambda x: np.ones(3).put(0, x)):
        with pytest.raises((NotTraceableError, TypeError)):
            ask(a)


def _varied(library: Library, phase: str, efficiency: str, n: int) -> Columns:
    pick = np.random.default_rng(7)
    given: dict[str, object] = {"batch": 1024, "context": 8192, "chips": 1024, "efficiency": efficiency}
    c = lower([make_scenario(library, chip="b200", workload="llama3-70b", phase=phase, **given)])  # type: ignore[arg-type]
    powers = lambda low, high: 2.0 ** pick.integers(low, high, n)  # noqa: E731
    return c.replace(
        hbm_bytes_per_s=pick.uniform(1e12, 1e13, n), sram_bytes=pick.uniform(1e7, 4e8, n), tdp_w=pick.uniform(500.0, 1200.0, n),
        batch=powers(0, 12), context=powers(9, 16), tp=powers(0, 4), pp=powers(0, 3), chips=powers(4, 11),
    )  # fmt: skip


@pytest.mark.parametrize("phase", ["decode", "training"])
@pytest.mark.parametrize("efficiency", ["ideal", "calibrated"])
def test_chunks_of_a_large_batch_are_its_points(library: Library, phase: str, efficiency: str) -> None:
    c = _varied(library, phase, efficiency, batches.LEAST + 77)
    wanted = _direct(c)
    for key in _KEYS:
        for _ in range(2):  # recorded, and used again
            found = evaluate_in_chunks(c, key)
            assert np.array_equal(found, c.full(wanted.values[key]), equal_nan=True), key


def test_another_machine_is_not_taken_for_the_one_that_was_recorded(library: Library) -> None:
    """The same columns vary, but links, formats and parts of the model are others."""
    for chip, workload in (("b200", "llama3-70b"), ("trainium2", "llama3-70b"), ("tpu-v5p", "deepseek-v3"), ("b200", "llama3-70b")):
        s = make_scenario(library, chip=chip, workload=workload, phase="decode", batch=64, context=4096, chips=64)
        c = lower([s]).replace(hbm_bytes_per_s=np.linspace(1e12, 9e12, batches.LEAST))
        assert np.array_equal(evaluate_in_chunks(c, "step_s"), c.full(_direct(c).values["step_s"]), equal_nan=True), chip


def test_a_lowered_edit_is_the_edited_scenario_lowered(library: Library) -> None:
    for scenarios in _walk(_some(library), 60, 5):
        table = lower(scenarios).table
        assert table is not None
        for i, s in enumerate(scenarios):
            wanted = np.array([float(getter(s)) for getter in GETTERS.values()])
            wrong = ~((table[:, i] == wanted) | (np.isnan(table[:, i]) & np.isnan(wanted)))
            assert not wrong.any(), [COLUMN_NAMES[j] for j in np.flatnonzero(wrong)]
