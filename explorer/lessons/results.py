"""Results by name, as lessons and claims write them: ``b200:tokens_per_s``, ``b200:memory.total_bytes / trainium2:memory.total_bytes``.

A term is ``SCENARIO:NAME``. SCENARIO is a chip's id, a scenario's name or its number from 1; left out, the scenario in hand.
NAME is a knob or another field (``job.batch``, ``chip.sram_bytes``) or a result as ``eval --json`` has it: a key of
`quantities.QUANTITIES`, ``fits``, ``bound``, ``memory.kv_cache_bytes``, ``time.compute_s``, ``roofline.qkv.intensity``,
``interconnect.tp.exposed_s``; ``design.area_mm2``, ``design.power_w`` and ``design.price_usd`` are those of `budget`. Several terms may stand with ``/``, ``*``, ``+`` or ``-`` between them, spaces around, and are taken from left to
right; a term may be a number.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from explorer.errors import ExplorerError, unknown
from explorer.evaluate import Report, evaluate_study, record
from explorer.evaluate.operators import OPERATORS
from explorer.knobs import KNOBS
from explorer.lessons.budget import design
from explorer.library.changes import chosen
from explorer.library.sourced import unit_of
from explorer.quantities import QUANTITIES
from explorer.specs import Study, get_path
from explorer.units import format_quantity

Result = float | bool | str | None
_OPERATOR = re.compile(r"\s+([/*+\-])\s+")
_FIELDS = ("chip", "fabric", "workload", "job", "plan", "offer", "run", "efficiency")
_AXES = ("tp", "pp", "dp", "cp", "ep")
_KNOBS = {k.key: k for k in KNOBS}


@dataclass(eq=False)
class Results:
    """All named results of one study. Evaluated when the first is asked for."""

    study: Study
    report: Report | None = None
    _records: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def value(self, expression: str) -> Result:
        """What ``expression`` is here; None where it does not exist. Raises `ExplorerError` for a name that nobody knows."""
        terms = _OPERATOR.split(expression.strip())
        value = self._term(terms[0])
        for operator, term in zip(terms[1::2], terms[2::2], strict=True):
            other = self._term(term)
            if value is None or other is None:
                return None
            if not _number(value) or not _number(other):
                raise ExplorerError(f"{expression[:80]}: only numbers can be set against each other")
            value = _calculated(float(value), operator, float(other))
        return value

    def text(self, expression: str) -> str:
        """The value as people write it, with its unit; ``none`` where it does not exist."""
        return text_of(self.value(expression), unit_in(expression))

    def scenario(self, expression: str) -> int:
        """Which scenario the first term of ``expression`` speaks of."""
        return self._split(expression.split()[0])[0]

    def _term(self, term: str) -> Result:
        plain = _plain_number(term)
        if plain is not None:
            return plain
        index, name = self._split(term)
        head = name.partition(".")[0]
        if head in _FIELDS:
            scenario = self.study.scenarios[index]
            if name.startswith("offer.") and scenario.offer is None:
                return None
            value = get_path(scenario, name)
            if isinstance(value, tuple | dict) or hasattr(value, "model_fields"):
                raise ExplorerError(f"{name[:80]} is no single value")
            return value  # type: ignore[no-any-return]
        if head == "design":
            return _found_in({"design": design(self.study.scenarios[index])}, name)
        return _found_in(self._record(index), name)

    def _split(self, term: str) -> tuple[int, str]:
        scenario, colon, name = term.rpartition(":")
        if not colon:
            return self.study.active, name
        return chosen(self.study, scenario)[0], name

    def _record(self, index: int) -> Mapping[str, Any]:
        if index not in self._records:
            if self.report is None:
                self.report = evaluate_study(self.study, search=True)
            self._records[index] = record(self.report, self.study.scenarios[index], index)
        return self._records[index]


def _found_in(found: Any, name: str) -> Result:
    """A dotted ``name`` in a record. Operators and parallel axes are named; what several rows of an axis take adds up."""
    for part in name.split("."):
        if found is None:
            return None
        if isinstance(found, list):
            found = _rows_called(found, part)
        elif isinstance(found, Mapping) and part in found:
            found = found[part]
        else:
            raise unknown("result", name, found if isinstance(found, Mapping) else QUANTITIES)
    if isinstance(found, Mapping | list):
        raise ExplorerError(f"{name[:80]} is no single value: name one of its parts")
    return found  # type: ignore[no-any-return]


def _rows_called(rows: list[Mapping[str, Any]], name: str) -> Mapping[str, Any] | None:
    """The row of an operator, or those of a parallel axis as one. None: the step has no such thing."""
    if name not in (*OPERATORS, *_AXES):
        raise unknown("operator or parallel axis", name, (*OPERATORS, *_AXES))
    rows = [row for row in rows if name in (row.get("operator"), row.get("axis"))]
    if len(rows) < 2:
        return rows[0] if rows else None
    whole = {key: sum(row[key] for row in rows) for key in ("time_s", "exposed_s")}
    return {**rows[0], **whole, "bytes": sum(row["bytes"] * row["count"] for row in rows), "count": 1}


def _calculated(left: float, operator: str, right: float) -> float | None:
    if operator == "/":
        return left / right if right else None
    return left * right if operator == "*" else left + right if operator == "+" else left - right


def _number(value: Result) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain_number(term: str) -> float | None:
    try:
        return float(term.replace(",", "")) if term[:1].isdigit() else None
    except ValueError:
        return None


def unit_in(expression: str) -> str:
    """The base unit of an expression, ``1`` where its units cancel or make one that has no name."""
    terms = _OPERATOR.split(expression.strip())
    above: list[str] = [_unit(terms[0])]
    below: list[str] = []
    for operator, term in zip(terms[1::2], terms[2::2], strict=True):
        if operator in "*/":
            (above if operator == "*" else below).append(_unit(term))
    left, under = Counter(above), Counter(below)
    del left["1"], under["1"]
    left, under = left - under, under - left
    return next(iter(left)) if left.total() == 1 and not under else "1"


def _unit(term: str) -> str:
    name = term.rpartition(":")[2]
    if name == "design.price_usd":
        return "USD"
    if name in QUANTITIES:
        return QUANTITIES[name].unit
    if name in _KNOBS:
        return _KNOBS[name].unit
    return unit_of(name.rpartition(".")[2]) if _plain_number(term) is None else "1"


def text_of(value: Result, unit: str) -> str:
    """One value as people write it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format_quantity(float(value), unit) if isinstance(value, int | float) else value
