"""What people often take for something else, caught at the knob where it happens: data, and one pure function."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from pydantic import Field

from explorer import paths
from explorer.knobs import Knob, Value, knob
from explorer.lessons.judge import reached
from explorer.lessons.model import Condition, Prose
from explorer.lessons.prose import pieces
from explorer.lessons.read import read_table
from explorer.lessons.results import Results
from explorer.specs import Scenario, Spec, Study
from explorer.specs.base import Text
from explorer.specs.chip import Fraction, Identifier, Positive

_FORMAT = re.compile(r"chip\.peak_(\w+)_flop_per_s")


class Likeness(Spec):
    """Near ``factor`` times a number as it was published: that of the knob, or the one at ``field`` (``{format}``: the knob's)."""

    field: Text = ""
    factor: Positive = 1.0
    within: Fraction = 0.02


class Misconception(Spec):
    """Where it happens, how it shows, and what is said. All of ``when`` must hold, and one of ``like`` or ``values`` where there are any."""

    id: Identifier
    title: Text
    knobs: Annotated[tuple[Text, ...], Field(min_length=1)]
    like: tuple[Likeness, ...] = ()
    values: tuple[Text, ...] = ()
    when: tuple[Condition, ...] = ()
    edited: bool = True
    note: Prose
    source: Text


class Misconceptions(Spec):
    """All of them."""

    misconceptions: tuple[Misconception, ...]


@dataclass(frozen=True)
class Note:
    """What is said at a knob."""

    id: str
    knob: str
    text: str
    source: str


@cache
def misconceptions() -> tuple[Misconception, ...]:
    """The shipped ones. Raises `ExplorerError` for a file that is wrong."""
    return read_table(paths.resources() / "misconceptions.toml", Misconceptions, "a list of misconceptions").misconceptions


def notes(before: Scenario, study: Study, results: Results | None = None) -> tuple[Note, ...]:
    """What to say at the knobs of the scenario in hand, one note a knob. ``before``: the same scenario as published and opened."""
    results = Results(study) if results is None else results
    found: dict[str, Note] = {}
    for one in misconceptions():
        for key in _where(one, before, study.scenarios[study.active]):
            if key not in found and reached(one.when, results):
                found[key] = Note(one.id, key, _said(one, knob(key), before, results), one.source)
    return tuple(found.values())


def _where(one: Misconception, before: Scenario, now: Scenario) -> Iterator[str]:
    """Knobs whose value looks like it."""
    for key in one.knobs:
        row = knob(key)
        value, was = row.get(now), row.get(before)
        if value is None or (one.edited and value == was):
            continue
        if (not one.like or any(_alike(like, row, value, before) for like in one.like)) and (not one.values or value in one.values):
            yield key


def _alike(like: Likeness, row: Knob, value: Value, before: Scenario) -> bool:
    named = _FORMAT.fullmatch(row.key)
    published = _at(before, like.field.replace("{format}", named[1] if named else "")) if like.field else row.get(before)
    if not isinstance(value, int | float) or not isinstance(published, int | float) or published <= 0:
        return False
    return abs(value / (published * like.factor) - 1) <= like.within


def _at(scenario: Scenario, path: str) -> object:
    """What stands at a dotted path, into tables of a spec as well; None where nothing does."""
    found: object = scenario
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else getattr(found, part, None)
    return found


def _said(one: Misconception, row: Knob, before: Scenario, results: Results) -> str:
    """The note with its live numbers; ``{reference}`` is the knob's published value."""
    parts = (
        p.what if p.kind == "text" else row.text(row.get(before)) if p.what == "reference" else results.text(p.what)
        for p in pieces(one.note)
    )  # fmt: skip
    return " ".join("".join(parts).split())
