"""What is asked of the model for a row, and all of it answered in one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from explorer.evaluate import TIME_PARTS, Report, evaluate, lower
from explorer.evaluate.memory import ROW
from explorer.evaluate.validity import reasons
from explorer.specs import Scenario, SpecError
from explorer.validation.rows import Row, RowError


@dataclass(frozen=True)
class Prediction:
    """One measured quantity of one row beside its prediction. ``quantity`` is the column's name; ``chip`` a preset's id."""

    id: str
    kind: str
    chip: str
    source: str
    quantity: str
    measured: float
    predicted: float
    scenario: Scenario | None = None

    @property
    def error_fraction(self) -> float:
        """Predicted over measured, less 1."""
        return self.predicted / self.measured - 1


@dataclass(frozen=True)
class Call:
    """Whether a configuration fits, measured and predicted."""

    id: str
    measured_fits: bool
    predicted_fits: bool


@dataclass(frozen=True)
class Skip:
    """A row, or a quantity of it, that is not predicted, and why. ``chip`` is what the source calls it."""

    id: str
    reason: str
    kind: str = ""
    source: str = ""
    chip: str = ""


@dataclass
class Found:
    """What a file yields."""

    rows: list[Prediction] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    below_quality: int = 0

    def skip(self, kind: str, row: Row, reason: str) -> None:
        """List a row as skipped."""
        self.skipped.append(Skip(row.id, reason, kind, row.text("source"), row.text("chip")))


@dataclass(frozen=True)
class Answers:
    """The report at the scenarios of one case."""

    report: Report
    first: int

    def value(self, key: str, k: int = 0) -> float:
        """A result of the case's k-th scenario; NaN where it does not exist."""
        found = self.report.value(key, self.first + k)
        return float("nan") if found is None else found

    def part(self, name: str, k: int = 0) -> float:
        """A part of the case's k-th step, in the names of `TIME_PARTS` [s]."""
        table = self.report.time_parts
        return float(table[list(TIME_PARTS).index(name), self.first + k if table.shape[1] > 1 else 0])

    def memory(self, *parts: str, k: int = 0) -> float:
        """Bytes of the named parts on the fullest chip."""
        table = self.report.memory.parts
        point = self.first + k if table.shape[1] > 1 else 0
        return float(sum(table[ROW[part], point] for part in parts))


@dataclass(frozen=True)
class Case:
    """A quantity of a row: the scenarios it takes, and how the prediction is read from their results."""

    kind: str
    row: Row
    quantity: str
    measured: float
    scenarios: tuple[Scenario, ...]
    read: Callable[[Answers], float]


@dataclass(frozen=True)
class CallCase:
    """A row that says whether its one scenario fitted."""

    kind: str
    row: Row
    measured_fits: bool
    scenario: Scenario


def listed(found: Found, kind: str, rows: Iterable[Row], cases_of: Callable[[Row], list[Case | CallCase]]) -> list[Case | CallCase]:
    """Cases of all rows; those that raise `RowError`, or that a spec refuses, are listed as skipped."""
    cases: list[Case | CallCase] = []
    for row in rows:
        try:
            cases += cases_of(row)
        except (RowError, SpecError) as problem:
            found.skip(kind, row, str(problem))
    return cases


def answer(found: Found, cases: list[Case | CallCase]) -> None:
    """Evaluate the scenarios of all cases whose plans can be, in one batch, and file the results."""
    cases = [case for case in cases if _possible(found, case)]
    scenarios: list[Scenario] = []
    places: dict[tuple[int, ...], int] = {}
    firsts = []
    for case in cases:
        wanted = case.scenarios if isinstance(case, Case) else (case.scenario,)
        key = tuple(map(id, wanted))  # cases of one row share its scenarios
        if key not in places:
            places[key] = len(scenarios)
            scenarios.extend(wanted)
        firsts.append(places[key])
    if not scenarios:
        return
    report = evaluate(lower(scenarios))
    for case, first in zip(cases, firsts, strict=True):
        if isinstance(case, Case):
            _file_case(found, case, Answers(report, first))
        else:
            _file_call(found, case, report, first)


def _possible(found: Found, case: Case | CallCase) -> bool:
    """Whether the plans can be; else the row is listed. An impossible one is not even evaluated: it may ask for anything."""
    quantity, wanted = (case.quantity, case.scenarios) if isinstance(case, Case) else ("fits", (case.scenario,))
    why = next(filter(None, map(reasons, wanted)), None)
    if why:
        found.skip(case.kind, case.row, f"{quantity}: {'; '.join(why)}")
    return not why


def _file_case(found: Found, case: Case, answers: Answers) -> None:
    predicted = case.read(answers)
    if not 0 < predicted < float("inf"):
        found.skip(case.kind, case.row, f"{case.quantity}: the model gives no number")
        return
    main, row = case.scenarios[0], case.row
    found.rows.append(
        Prediction(row.id, case.kind, main.chip.id, row.text("source"), case.quantity, case.measured, predicted, main)
    )


def _file_call(found: Found, case: CallCase, report: Report, point: int) -> None:
    fits = report.fits[point if report.fits.shape[0] > 1 else 0]
    found.calls.append(Call(case.row.id, case.measured_fits, bool(fits)))
