"""What somebody did at one step of a lesson, and what of its results must not be seen yet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from explorer.lessons.judge import Truth
from explorer.lessons.model import Prediction, Step
from explorer.library.changes import chosen
from explorer.specs import Study

_BETWEEN = re.compile(r"\s+[/*+\-]\s+")
_GIVEN = ("chip", "fabric", "workload", "job", "plan", "offer", "run", "efficiency")


@dataclass(frozen=True)
class Revealed:
    """A guess beside the truth, and the study after the changes that were asked about: the reason speaks of that one."""

    guess: float
    said: str
    truth: Truth
    close: bool
    study: Study


@dataclass
class Visit:
    """A step as it was entered, and what has been done there since. The tick of a goal stays once it is set."""

    step: Step
    start: Study
    revealed: Revealed | None = None
    hints: int = 0
    reached: bool = False
    free: bool = False
    best: float | None = None

    @property
    def unanswered(self) -> bool:
        """Whether a guess is still to be made."""
        return self.step.prediction is not None and self.revealed is None

    @property
    def done(self) -> bool:
        """Whether the step asks for nothing more."""
        return not self.unanswered and (self.reached or not self.step.goal)

    def covers(self, study: Study) -> bool:
        """Whether charts of ``study`` would give the answer away. Those of the state before a change are what a guess starts from."""
        asked = self.step.prediction
        return self.unanswered and asked is not None and (not asked.after or self._moved(study))

    def hides(self, expression: str, study: Study) -> bool:
        """Whether a live number in the text would give the answer away."""
        asked = self.step.prediction
        if not self.unanswered or asked is None:
            return False
        if self._moved(study):
            return _is_result(expression)
        return not asked.after and expression in _asked_for(asked)

    def _moved(self, study: Study) -> bool:
        return study.scenarios != self.start.scenarios


def _asked_for(asked: Prediction) -> set[str]:
    return {asked.result} | {c.result for choice in asked.choices for c in choice.when}


def _is_result(expression: str) -> bool:
    """Whether any term is computed, and not merely given by a preset or a hand."""
    names = (term.rpartition(":")[2] for term in _BETWEEN.split(expression))
    return any(n[:1].isalpha() and n.partition(".")[0] not in _GIVEN for n in names)


def in_hand(study: Study, settings: Iterable[str]) -> Study:
    """``study`` with that scenario in hand whose knobs ``settings`` move, where they name a single one."""
    named = {setting.partition("=")[0].rpartition(":")[0].strip() for setting in settings} - {""}
    at = {i for name in named for i in chosen(study, name)} if len(named) == 1 else set()
    return study.replace(active=at.pop()) if len(at) == 1 else study
