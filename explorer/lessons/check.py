"""Whether a lesson is true: every name exists, every goal is open before its solution and reached after it, every guess has one answer."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator
from pathlib import Path

from explorer.errors import ExplorerError, nearest
from explorer.knobs import knob
from explorer.lessons.judge import judge, reached, truth
from explorer.lessons.model import Lesson, Prediction, Step, Workshop
from explorer.lessons.openings import changed, opened
from explorer.lessons.prose import pieces
from explorer.lessons.read import line_in
from explorer.lessons.results import Results, unit_in
from explorer.library import Library, default_study
from explorer.specs import Study
from explorer.units import parse_quantity

_Problem = tuple[str, str]  # field, what is wrong


def problems(lesson: Lesson, library: Library, path: Path | None = None, known: Collection[str] | None = None) -> tuple[str, ...]:
    """One line for everything in ``lesson`` that is not true: file and line where ``path`` is given, step and field.

    ``known``: ids of all lessons, where what it needs is to be looked up.
    """
    found = [*_needs(lesson, known or ()), *_walk(lesson, library)] if known is not None else [*_walk(lesson, library)]
    return _told(found, lesson.id, path)


def workshop_problems(workshop: Workshop, known: Collection[str], path: Path | None = None) -> tuple[str, ...]:
    """One line for each session of a plan whose lesson is none of ``known``."""
    found = [
        (f"sessions.{i}.lesson", f"there is no lesson {s.lesson!r}{nearest(s.lesson, known)}")
        for i, s in enumerate(workshop.sessions) if s.lesson is not None and s.lesson not in known
    ]  # fmt: skip
    return _told(found, workshop.id, path)


def _told(problems_: list[_Problem], name: str, path: Path | None) -> tuple[str, ...]:
    text = path.read_text(encoding="utf-8") if path else ""
    found = []
    for field, message in problems_:
        line = line_in(text, field) if text else 0
        found.append(f"{path.name if path else name}{f':{line}' if line else ''}: {field}: {message}")
    return tuple(found)


def _needs(lesson: Lesson, known: Collection[str]) -> Iterator[_Problem]:
    for name in lesson.needs:
        if name not in known:
            yield "needs", f"there is no lesson {name!r}{nearest(name, known)}"


def _walk(lesson: Lesson, library: Library) -> Iterator[_Problem]:
    """Every step in turn. One whose study cannot be known is left out, down to the next that opens one of its own."""
    study: Study | None = default_study(library)
    if lesson.steps[0].opening is None:
        yield "steps.0.opening", "the first step needs one"
    for i, step in enumerate(lesson.steps):
        if study is not None or step.opening is not None:
            study = yield from _walk_step(f"steps.{i}", step, study, library)


def _walk_step(field: str, step: Step, study: Study | None, library: Library) -> Generator[_Problem, None, Study | None]:
    """The study after the step; None where it cannot be known."""
    try:
        study = study if step.opening is None else opened(library, step.opening)
    except ExplorerError as error:
        yield f"{field}.opening", str(error)
        return None
    assert study is not None
    for key in step.knobs:
        try:
            knob(key)
        except ExplorerError as error:
            yield f"{field}.knobs", str(error)
    yield from _text(f"{field}.text", step.text, step, study)
    part = f"{field}.prediction"
    try:
        study = yield from _prediction(part, step, study)
        part = f"{field}.goal"
        return (yield from _goal(field, step, study))
    except ExplorerError as error:
        yield part, str(error)
        return None


def _text(field: str, text: str, step: Step, study: Study) -> Iterator[_Problem]:
    results = Results(study)
    for piece in pieces(text):
        try:
            if piece.kind == "drag":
                knob(piece.what)
                if piece.what not in step.knobs:
                    yield field, f"{piece.what} is dragged in the text, but is none of the step's knobs"
            elif piece.kind == "result":
                results.value(piece.what)
        except ExplorerError as error:
            yield field, str(error)


def _prediction(field: str, step: Step, study: Study) -> Generator[_Problem, None, Study]:
    """The study after the reveal, as a generator's value."""
    asked = step.prediction
    if asked is None:
        return study
    yield from _text(f"{field}.question", asked.question, step, study)
    after = changed(study, asked.after)
    found = truth(asked, Results(after))
    if found.value is None:
        yield field, f"{asked.result} does not exist there"
    if asked.kind == "marker":
        yield from _scale(field, asked)
    yield from _text(f"{field}.reason", asked.reason, step, after)
    return after


def _scale(field: str, asked: Prediction) -> Iterator[_Problem]:
    """Whether both ends of a marker's scale can be read, and the lower one is the lower."""
    ends: list[float] = []
    for name, text in (("low", asked.low), ("high", asked.high)):
        try:
            ends.append(parse_quantity(text, unit_in(asked.result)))
        except ExplorerError as error:
            yield f"{field}.{name}", str(error)
    if len(ends) == 2 and ends[0] >= ends[1]:
        yield f"{field}.low", f"{asked.low} is not below {asked.high}"


def _goal(field: str, step: Step, study: Study) -> Generator[_Problem, None, Study]:
    """The study after the solution, as a generator's value."""
    if not step.goal:
        return study
    if reached(step.goal, Results(study)):
        yield f"{field}.goal", "it is reached before anything is done"
    allowed = set(step.knobs)
    for setting in step.solution:
        key = setting.rpartition("=")[0].rpartition(":")[2].strip()
        if key not in allowed:
            yield f"{field}.solution", f"{key} is none of the step's knobs"
    after = changed(study, step.solution)
    for check in judge(step.goal, Results(after)):
        if not check.met:
            yield f"{field}.solution", f"it does not reach the goal: {check.asks}, and is {check.now}"
    return after
