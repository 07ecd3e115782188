"""Claims from the press, held against the sources and, where they can be computed, against the model as it stands today."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from explorer import paths
from explorer.errors import ExplorerError
from explorer.lessons.judge import Check, judge
from explorer.lessons.model import MOST_KNOBS, Condition, Look, Opening, Prose
from explorer.lessons.openings import opened
from explorer.lessons.read import read_table
from explorer.lessons.results import Results
from explorer.library import Library
from explorer.specs import Spec, Study
from explorer.specs.base import Text
from explorer.specs.chip import Identifier

Verdict = Literal["supported", "partly", "contradicted", "unverifiable"]
VERDICTS: tuple[Verdict, ...] = ("supported", "partly", "contradicted", "unverifiable")


class Shown(Spec):
    """One number beside the claim: what it is, and the expression (see `results`) that gives it."""

    label: Text
    result: Text


class Live(Spec):
    """A claim that the model can compute: the study with its assumptions, the numbers, the sum in words, and when it would be true."""

    opening: Opening
    shows: Annotated[tuple[Shown, ...], Field(min_length=1, max_length=8)]
    says: Prose
    true_when: Annotated[tuple[Condition, ...], Field(min_length=1)]
    knobs: Annotated[tuple[Text, ...], Field(min_length=1, max_length=MOST_KNOBS)]
    becomes_true: tuple[Text, ...] = ()
    look: tuple[Look, ...] = ()


class Claim(Spec):
    """One sentence of an article: its words, the verdict, what the sources say instead, and where that stands."""

    id: Identifier
    quote: Text
    verdict: Verdict
    right: Prose
    source: Text
    topic: Text = ""
    live: Live | None = None


class Claims(Spec):
    """Claims in the order of the article."""

    article: Text
    compiled: Text
    claims: tuple[Claim, ...]


@dataclass(frozen=True, eq=False)
class Computed:
    """A live claim today: its study, the numbers (label, text, value) and whether its conditions hold."""

    study: Study
    numbers: tuple[tuple[str, str, float | None], ...]
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether the claim is true of the study as it stands."""
        return all(check.met for check in self.checks)


def claims_file() -> Path:
    """Where the shipped claims lie."""
    return paths.resources() / "claims.toml"


def read_claims(path: Path | None = None) -> Claims:
    """All claims. Raises `ExplorerError`: file, line and field."""
    return read_table(claims_file() if path is None else path, Claims, "a list of claims")


def computed(claim: Claim, library: Library, study: Study | None = None) -> Computed:
    """A live claim under its own assumptions, or those of ``study``. Raises `ExplorerError` for a claim that is not live."""
    if claim.live is None:
        raise ExplorerError(f"claim {claim.id!r} cannot be computed: {claim.verdict}")
    study = opened(library, claim.live.opening, claim.quote[:200]) if study is None else study
    results = Results(study)
    values = [(s.label, results.text(s.result), results.value(s.result)) for s in claim.live.shows]
    numbers = tuple((label, text, float(v) if isinstance(v, int | float) else None) for label, text, v in values)
    return Computed(study, numbers, judge(claim.live.true_when, results))
