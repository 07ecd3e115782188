"""The next best change: every neighbouring choice in one batch, the best ones in words, with what each costs.

Time of a step and tokens/s per chip pull apart, so one number decides what is advised at all: the product of both gains
(in training the gain in tokens/s per chip alone). Every step that is advised raises it; following advice never leads back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from explorer.evaluate import Report, evaluate, lower
from explorer.explore.mending import mend
from explorer.explore.trials import Changes, Trial, neighbours, words
from explorer.knobs import Value
from explorer.specs import FORMATS, Scenario

_WORTH_SAYING = 0.02
_HARDLY_WORSE = 0.05
_TIMES = {"decode": "time a token", "prefill": "time a batch of prompts", "training": "time a step"}


@dataclass(frozen=True)
class Advice:
    """A change: its knobs and new values, the words for it, and the larger of its gains as a share of the present value."""

    changes: tuple[tuple[str, Value], ...]
    text: str
    gain: float

    @property
    def key(self) -> str:
        """The knob that the change is about; the others follow it."""
        return self.changes[0][0]

    @property
    def value(self) -> Value:
        """The new value of that knob."""
        return self.changes[0][1]


@dataclass(frozen=True)
class _Effect:
    """What a trial does: shares gained in speed and in tokens/s per chip (negative: lost), and what it is worth."""

    changes: Changes
    faster: float
    more: float
    worth: float

    @property
    def is_free(self) -> bool:
        """No objective loses noticeably, and the numbers stay as precise as they are."""
        losses_less = self.faster > 1 / (1 + _HARDLY_WORSE) - 1 and self.more > -_HARDLY_WORSE
        return losses_less and not any(value in FORMATS for value in self.changes.values())


def next_best(scenario: Scenario) -> tuple[Advice, ...]:
    """At most two changes: the best one that costs nothing, and the best one that costs something, worded as a trade.

    What does not fit or cannot be is first made to fit and to be possible.
    """
    trials = neighbours(scenario)
    report = evaluate(lower([scenario, *(made for _, made in trials)]))
    if not (report.fits[0] and report.valid_plan[0]):
        return tuple(Advice(tuple(changes.items()), text, 0.0) for changes, text in mend(scenario))
    effects = _effects(report, trials, scenario)
    free = max((e for e in effects if e.is_free), key=lambda e: e.worth, default=None)
    trade = max((e for e in effects if not e.is_free), key=lambda e: e.worth, default=None)
    return tuple(_advice(e, scenario) for e in (free, trade) if e)


def _effects(report: Report, trials: list[Trial], scenario: Scenario) -> list[_Effect]:
    """The trials that fit and are worth it."""
    step, rate = report.value("step_s", 0), report.value("tokens_per_s_per_chip", 0)
    found = []
    for i, (changes, _) in enumerate(trials, start=1):
        then_step, then_rate = report.value("step_s", i), report.value("tokens_per_s_per_chip", i)
        if not (report.fits[i] and report.valid_plan[i] and step and rate and then_step and then_rate):
            continue
        faster, more = step / then_step, then_rate / rate
        # A larger batch makes a training step longer, not slower: only the rate tells there.
        worth = math.log(more if scenario.job.phase == "training" else more * faster)
        if worth > math.log1p(_WORTH_SAYING):
            found.append(_Effect(changes, faster - 1, more - 1, worth))
    return found


def _advice(e: _Effect, s: Scenario) -> Advice:
    time = _percent(1 / (1 + e.faster) - 1, _TIMES[s.job.phase])
    rate = _percent(e.more, "tokens/s per chip")
    told = [text for text in ((time, rate) if e.faster >= e.more else (rate, time)) if text]
    if any(value in FORMATS for value in e.changes.values()):
        told.append("less precise numbers")
    text = f"{words(e.changes)}: {', '.join(told)}"
    return Advice(tuple(e.changes.items()), text if e.is_free else f"Trade: {text}", max(e.faster, e.more))


def _percent(change: float, what: str) -> str:
    """A change as a signed whole percentage; empty where it rounds to none."""
    text = f"{change:+.0%}".replace("-", "−")
    return f"{text} {what}" if round(change * 100) else ""
