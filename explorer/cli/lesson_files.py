"""What the verbs of ``lessons`` read: shipped lessons and plans by id, or files of one's own; and every mistake in them."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.errors import ExplorerError, unknown
from explorer.lessons.check import problems, workshop_problems
from explorer.lessons.model import Lesson, Workshop
from explorer.lessons.prose import pieces
from explorer.lessons.read import (
    is_workshop,
    lessons_folder,
    line_in,
    mistakes,
    read_lesson,
    read_lessons,
    read_workshop,
    read_workshops,
    workshops_folder,
)
from explorer.library import Library
from explorer.library.text_files import read_text, shown

if TYPE_CHECKING:
    from explorer.charts.page import Page


@dataclass
class Found:
    """Lessons and workshop plans by id. ``known``: every shipped lesson."""

    lessons: dict[str, Lesson] = field(default_factory=dict)
    workshops: dict[str, Workshop] = field(default_factory=dict)
    known: dict[str, Lesson] = field(default_factory=dict)


def chosen(name: str | None = None) -> Found:
    """The lesson or plan called ``name``, or that of a file; None: all that is shipped. Raises `ExplorerError`."""
    lessons, workshops = read_lessons()[0], read_workshops()[0]
    if name is None:
        return Found(lessons, workshops, lessons)
    if name in lessons:
        return Found({name: lessons[name]}, {}, lessons)
    if name in workshops:
        return Found({}, {name: workshops[name]}, lessons)
    path = Path(name)
    if path.suffix != ".toml":
        raise unknown("lesson or workshop", name, (*lessons, *workshops))
    if is_workshop(path):
        plan = read_workshop(path)
        return Found({}, {plan.id: plan}, lessons)
    lesson = read_lesson(path)
    return Found({lesson.id: lesson}, {}, lessons)


def only_lesson(name: str) -> Lesson:
    """The lesson called ``name``. Raises `ExplorerError` for a workshop."""
    found = chosen(name)
    if not found.lessons:
        raise ExplorerError(f"{shown(name)} is a workshop: name one of its lessons")
    return next(iter(found.lessons.values()))


def all_pages(found: Found, library: Library, *, teacher: bool, every: bool) -> tuple[str, list[Page]]:
    """A title, and the sheets of one lesson or one plan; ``every``: those of all lessons, or of all that a plan uses."""
    from explorer.lessons.worksheets import plan, worksheet

    pages: list[Page] = []
    lessons = list(found.lessons.values())
    titles = [w.title for w in found.workshops.values()] + [x.title for x in lessons]
    if found.workshops and not lessons:
        workshop = next(iter(found.workshops.values()))
        pages.append(plan(workshop, found.known))
        used = dict.fromkeys(s.lesson for s in workshop.sessions if s.lesson in found.known) if every else {}
        lessons = [found.known[name] for name in used if name is not None]
    for lesson in lessons:
        pages += worksheet(lesson, library, teacher=teacher)
    return titles[0] if len(titles) == 1 else "Worksheets", pages


def lines_of(name: str, library: Library, width: int) -> Iterator[str]:
    """A lesson or a plan in words."""
    found = chosen(name)
    for plan in found.workshops.values():
        yield from (f"{plan.title} ({sum(s.minutes for s in plan.sessions)} minutes)", *textwrap.wrap(plan.summary, width), "")
        yield from (f"  {s.minutes:>3} min  {s.title}{f' ({s.lesson})' if s.lesson else ''}" for s in plan.sessions)
    for lesson in found.lessons.values():
        yield from _lesson_lines(lesson, library, width)


def _lesson_lines(lesson: Lesson, library: Library, width: int) -> Iterator[str]:
    from explorer.lessons.openings import study_at
    from explorer.lessons.prose import plain_text

    yield from (f"{lesson.title} ({lesson.minutes} minutes)", *textwrap.wrap(lesson.summary, width))
    for i, step in enumerate(lesson.steps):
        study = study_at(library, lesson, i)
        said = plain_text(step.text, study).replace("*", "")
        yield from ("", f"{i + 1}. {step.title}", *(line for p in said.strip().split("\n\n") for line in textwrap.wrap(p, width)))
        if step.prediction is not None:
            yield from textwrap.wrap(f"Guess: {plain_text(step.prediction.question, study).replace('**', '')}", width)
        yield from (f"Goal: {c.says or c.result}" for c in step.goal)
    yield from ("", *textwrap.wrap(f"Sources: {'; '.join(lesson.sources)}", width))


def checked(given: Sequence[str], library: Library) -> tuple[list[str], list[str]]:
    """How many of each kind were read, in words, and a line for each mistake. Raises `ExplorerError` where there is nothing to check."""
    shipped = set(read_lessons()[0])
    files = [f for name in given for f in _files(name)] if given else [*_toml(lessons_folder()), *_toml(workshops_folder())]
    known = shipped | {f.stem for f in files}
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for file in files:
        kind, lines = _check(file, library, known)
        counts[kind] += 1
        wrong += lines
    return [f"{n} {kind}{'' if n == 1 else 's'}" for kind, n in counts.items()], wrong


def _toml(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml"))


def _files(name: str) -> list[Path]:
    path = Path(name)
    try:
        if path.is_dir():
            found = _toml(path)
            if not found:
                raise ExplorerError(f"lessons check: {shown(path)} has no .toml files")
            return found
        there = path.exists()
    except (OSError, ValueError):
        there = False
    if not there:
        raise ExplorerError(f"lessons check: there is no file or folder {shown(path)}")
    return [path]


def _check(path: Path, library: Library, known: set[str]) -> tuple[str, list[str]]:
    """What a file is, and a line for each mistake in it."""
    try:
        plan = is_workshop(path)
    except ExplorerError as error:
        return "lesson", [str(error)]
    kind: type[Lesson | Workshop] = Workshop if plan else Lesson
    lines = mistakes(path, kind)
    if lines:
        return kind.__name__.lower(), lines
    if plan:
        return "workshop", list(workshop_problems(read_workshop(path), known, path))
    lesson = read_lesson(path)
    return "lesson", [*problems(lesson, library, path, known), *_formulas(lesson, path)]


def _formulas(lesson: Lesson, path: Path) -> Iterator[str]:
    """A line for each formula that cannot be typeset."""
    from explorer.render.formulas import trouble  # matplotlib takes its time

    text = read_text(path, "a lesson")
    for i, step in enumerate(lesson.steps):
        asked = step.prediction
        texts = {"text": step.text, "teacher": step.teacher} | ({"prediction.question": asked.question, "prediction.reason": asked.reason} if asked else {})
        for name, prose in texts.items():
            for piece in pieces(prose):
                said = trouble(piece.what) if piece.kind == "formula" else ""
                if said:
                    place = f"steps.{i}.{name}"
                    yield f"{path.name}:{line_in(text, place)}: {place}: the formula ${piece.what[:60]}$ cannot be set: {said[:120]}"
