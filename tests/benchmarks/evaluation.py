"""How long an evaluation takes: the study on the screen, and batches of a hundred thousand points, in time of one core."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count

import numpy as np

from explorer.evaluate import KNOB_COLUMNS, Columns, Report, evaluate, evaluate_in_chunks, evaluate_study, lower
from explorer.knobs import knob
from explorer.library import default_study, load_library, make_scenario
from explorer.library.presets import Library
from explorer.specs import Study
from tests.benchmarks.figures import HEAD, line

POINTS = 100_000
_RUNS = 3


def _core(report: Report) -> None:
    _ = (report.values["step_s"], report.fits)


def _times(act: Callable[[], object], runs: int) -> list[float]:
    found = []
    for _ in range(runs):
        start = time.process_time()
        act()
        found.append(time.process_time() - start)
    return found


def one_knob(library: Library, efficiency: str, phase: str = "decode") -> Columns:
    """HBM bandwidth at a hundred thousand values."""
    given = {"batch": 32, "context": 4096, "chips": 16} if phase == "decode" else {"batch": 1024, "context": 8192, "chips": 1024}
    s = make_scenario(library, chip="b200", workload="llama3-70b", phase=phase, efficiency=efficiency, **given)  # type: ignore[arg-type]
    return lower([s]).replace(**{KNOB_COLUMNS["chip.hbm_bytes_per_s"]: np.geomspace(5e11, 2e13, POINTS)})


def many_knobs(library: Library, efficiency: str, phase: str = "decode") -> Columns:
    """Eight columns that differ from point to point, plans among them."""
    random, c = np.random.default_rng(1), one_knob(library, efficiency, phase)
    powers = lambda low, high: 2.0 ** random.integers(low, high, POINTS)  # noqa: E731
    return c.replace(
        hbm_bytes_per_s=random.uniform(1e12, 1e13, POINTS), hbm_bytes=random.uniform(5e10, 3e11, POINTS),
        sram_bytes=random.uniform(1e7, 4e8, POINTS), peak_flop_per_s=random.uniform(5e14, 5e15, POINTS),
        batch=powers(0, 9), context=powers(9, 16), tp=powers(0, 5), chips=powers(4, 11),
    )  # fmt: skip


def shown(report: Report) -> None:
    """Ask for everything that the window shows, since results are computed when they are asked for."""
    for key in report.values:
        report.values[key]
    _ = (report.fits, report.valid_plan, report.memory.parts, report.time_parts, report.exposed_s, report.operators.bound)


def _edited(study: Study) -> Iterator[Study]:
    """The study after one edit after another, so that nothing of the last evaluation is left to use."""
    stops = knob("job.batch").stops[:40]
    for i in count():
        scenarios = [knob("job.batch").set(s, stops[i % len(stops)]) for s in study.scenarios]
        yield study.replace(scenarios=tuple(scenarios))


def main() -> None:
    """Print the figures."""
    library = load_library()
    study = default_study(library)
    edited = _edited(study)
    studies = [next(edited) for _ in range(400)]
    for one in studies[:100]:
        shown(evaluate_study(one))
    print(HEAD)
    turn = iter(studies[100:])
    print(line("one study of 3, all that is shown", _times(lambda: shown(evaluate_study(next(turn))), 300), "budget 0.5"))
    turn = iter(studies[100:])
    print(line("  its step times and fits alone", _times(lambda: _core(evaluate_study(next(turn))), 300)))
    turn = iter(studies[100:])
    print(line("  lowering alone", _times(lambda: lower(next(turn)), 300)))
    print(line("  all, with the search for fewest chips", _times(lambda: shown(evaluate_study(study, search=True)), 200)))
    budgets = {"ideal": 2.0, "calibrated": 0.7}
    for phase in ("decode", "training"):
        for efficiency, budget in budgets.items():
            for name, make in (("one knob varies", one_knob), ("eight columns vary", many_knobs)):
                columns = make(library, efficiency, phase)
                chunked = POINTS / min(_times(lambda c=columns: evaluate_in_chunks(c, "step_s"), _RUNS))  # type: ignore[misc]
                print(f"  {phase}, {efficiency}, {name:<20}{chunked / 1e6:6.2f} million points/s   budget {budget}")
    whole = POINTS / min(_times(lambda: shown(evaluate(many_knobs(library, "calibrated"))), 1))
    print(f"  the same in one piece, every result kept: {whole / 1e6:.2f} million points/s")
