"""Whether a goal is reached and a guess is right. Pure: a study's results in, a verdict out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from explorer.errors import ExplorerError
from explorer.lessons.model import Condition, Prediction
from explorer.lessons.results import Result, Results, text_of, unit_in
from explorer.units import UnitError, parse_quantity

_NAME = re.compile(r"[a-z_]+[a-z0-9_]*[.:]|[a-z]+_[a-z_]+")
_ALIKE = 1e-9  # rounding of a bound that was written with a prefix


@dataclass(frozen=True)
class Check:
    """One condition: whether it holds, what it asks for in words, and the present value as text."""

    met: bool
    asks: str
    now: str


@dataclass(frozen=True)
class Truth:
    """What a guess is held against: the value with its text, or the number of the right choice."""

    value: Result
    text: str
    unit: str = "1"


def judge(conditions: Iterable[Condition], results: Results) -> tuple[Check, ...]:
    """Each condition in turn; a goal is reached when all are met. Raises `ExplorerError` for a name that nobody knows."""
    return tuple(_checked(c, results) for c in conditions)


def reached(conditions: Iterable[Condition], results: Results) -> bool:
    """Whether all ``conditions`` hold."""
    return all(check.met for check in judge(conditions, results))


def truth(prediction: Prediction, results: Results) -> Truth:
    """The right answer of ``prediction`` where ``results`` are those after its changes. Raises `ExplorerError` where
    no choice, or more than one, is right."""
    if prediction.kind != "pick":
        unit = unit_in(prediction.result)
        value = results.value(prediction.result)
        return Truth(value, text_of(value, unit), unit)
    right = [i for i, choice in enumerate(prediction.choices) if reached(choice.when, results)]
    if len(right) != 1:
        raise ExplorerError(f"{len(right)} of {len(prediction.choices)} choices are right: it must be one")
    return Truth(float(right[0]), prediction.choices[right[0]].text)


def is_close(prediction: Prediction, guess: float, answer: Truth) -> bool:
    """Whether ``guess`` (a number in base units, or the number of a choice) counts as right."""
    if prediction.kind == "pick" or isinstance(answer.value, str | None):
        return guess == answer.value
    value = float(answer.value)
    if value == 0 or guess == 0 or (guess < 0) != (value < 0):
        return guess == value
    return 1 / prediction.close <= guess / value <= prediction.close


def _checked(c: Condition, results: Results) -> Check:
    unit, value = unit_in(c.result), results.value(c.result)
    bound = _bound(c, unit, results)
    return Check(_holds(c, value, bound), c.says or _asks(c, unit, bound), text_of(value, unit))


def _holds(c: Condition, value: Result, bound: Result) -> bool:
    if value is None or bound is None:
        return False
    if c.equals is not None and (isinstance(value, bool | str) or isinstance(bound, bool | str)):
        return value == bound
    if isinstance(value, str) or isinstance(bound, str):
        raise ExplorerError(f"{c.result[:80]} is a word: compare it with equals")
    slack = abs(float(bound)) * _ALIKE
    over, under = value >= bound - slack, value <= bound + slack
    return over if c.at_least is not None else under if c.at_most is not None else over and under


def _bound(c: Condition, unit: str, results: Results) -> Result:
    given = next(b for b in (c.at_least, c.at_most, c.equals) if b is not None)
    if isinstance(given, bool):
        return given
    try:
        return parse_quantity(given, unit)
    except UnitError:
        if _NAME.match(given):
            return results.value(given)
        if c.equals is not None:
            return given
        raise ExplorerError(f"{c.result[:60]}: {given[:60]!r} is no number in {unit} and no result") from None


def _asks(c: Condition, unit: str, bound: Result) -> str:
    word = "at least" if c.at_least is not None else "at most" if c.at_most is not None else "is"
    return f"{c.result} {word} {text_of(bound, unit)}"
