"""Whether a lesson is true: every name exists, every goal is open before its solution and reached after it, every guess has one answer."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.knobs import knob
from explorer.lessons.judge import judge, reached, truth
from explorer.lessons.model import Lesson, Step
from explorer.lessons.openings import changed, opened
from explorer.lessons.prose import pieces
from explorer.lessons.read import line_in
from explorer.lessons.results import Results
from explorer.library import Library, default_study
from explorer.specs import Study

_Problem = tuple[str, str]  # field, what is wrong


def problems(lesson: Lesson, library: Library, path: Path | None = None) -> tuple[str, ...]:
    """One line for everything in ``lesson`` that is not true: file and line where ``path`` is given, step and field."""
    text = path.read_text(encoding="utf-8") if path else ""
    name = path.name if path else lesson.id
    found = []
    for field, message in _walk(lesson, library):
        line = line_in(text, field) if text else 0
        found.append(f"{name}{f':{line}' if line else ''}: {field}: {message}")
    return tuple(found)


def _walk(lesson: Lesson, library: Library) -> Iterator[_Problem]:
    study = default_study(library)
    for i, step in enumerate(lesson.steps):
        field = f"steps.{i}"
        try:
            if step.opening is not None:
                field = f"steps.{i}.opening"
                study = opened(library, step.opening)
            elif i == 0:
                yield "steps.0.opening", "the first step needs one"
            field = f"steps.{i}.knobs"
            for key in step.knobs:
                knob(key)
            yield from _text(f"steps.{i}.text", step.text, step, study)
            field = f"steps.{i}.prediction"
            study = yield from _prediction(field, step, study)
            field = f"steps.{i}.goal"
            study = yield from _goal(f"steps.{i}", step, study)
        except ExplorerError as error:
            yield field, str(error)
            return


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
    after = changed(study, asked.after)
    found = truth(asked, Results(after))
    if found.value is None:
        yield field, f"{asked.result} does not exist there"
    yield from _text(f"{field}.reason", asked.reason, step, after)
    return after


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
