"""What an evaluation returns: read-only arrays, one value a scenario. Each result is computed when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from explorer.evaluate import operators
from explorer.evaluate.blocks import FIELDS, OPERATOR_OF, Block
from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.matmuls import rows
from explorer.evaluate.memory import Memory, Reach, fewest_chips, fill, reach
from explorer.evaluate.model import NOTHING, Widths, widths
from explorer.evaluate.network import Traffic, again, traffic
from explorer.evaluate.outlook import outlook
from explorer.evaluate.passes import Passes, passes_of
from explorer.evaluate.shape import Shape, cut
from explorer.evaluate.stages import Stages, stages_of
from explorer.evaluate.steps import TIME_PARTS, Step, step_of
from explorer.evaluate.validity import valid
from explorer.physics.arrays import quiet


@dataclass(frozen=True, eq=False)
class OperatorTable:
    """Operators of a step on one chip (mean over stages), each (operators, n); order of `operators.OPERATORS`.

    ``bound`` indexes `operators.BOUNDS`: the ceiling with the largest time. ``latency_s`` is the start of kernels.
    """

    flop: Array
    sram_bytes: Array
    hbm_bytes: Array
    link_bytes: Array
    flop_s: Array
    sram_s: Array
    hbm_s: Array
    latency_s: Array
    time_s: Array

    @cached_property
    def bound(self) -> Array:
        """Index of the slowest ceiling."""
        ceilings = [self.flop_s, self.sram_s, self.hbm_s, self.latency_s]
        if any(a.shape != self.flop_s.shape for a in ceilings):
            ceilings = list(np.broadcast_arrays(*ceilings))
        slowest: Array = np.array(ceilings).argmax(axis=0).astype(np.float64)
        return slowest


class Values(Mapping[str, Array]):
    """Results by key of `quantities.QUANTITIES`, computed on demand and kept."""

    def __init__(self, report: Report, rules: Mapping[str, Callable[[Report], Array]]) -> None:
        self._report, self._rules = report, rules
        self._known: dict[str, Array] = {}

    def __getitem__(self, key: str) -> Array:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._found(key)
        return found

    def _found(self, key: str) -> Array:
        taken = self._report.taken
        if taken is not None and key in taken:
            found: Array = taken.part(key)
            return found
        with quiet():
            return self._rules[key](self._report)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)


class Taken(Protocol):
    """Results that are there already, by name."""

    def __contains__(self, name: str) -> bool: ...

    def part(self, name: str) -> Any:
        """One of them."""


if TYPE_CHECKING:
    _result = cached_property
else:

    class _result(cached_property):  # noqa: N801 (used like cached_property)
        """A part of a report, computed when it is first asked for, unless it was taken with the report."""

        def __get__(self, report: Any, owner: type[Any] | None = None) -> Any:
            if report is not None and report.taken is not None and self.attrname in report.taken:
                found = report.__dict__[self.attrname] = report.taken.part(self.attrname)
                return found
            return super().__get__(report, owner)


class Report:
    """Results of all points of ``columns``; ``values`` by key, and what they are made of.

    ``time_parts`` is (parts, n) in the order of `TIME_PARTS` and sums to ``values["step_s"]``. A result that does not exist is
    NaN. Nothing raises.
    """

    def __init__(
        self, columns: Columns, rules: Mapping[str, Callable[[Report], Array]], *, search: bool = False, taken: Taken | None = None
    ) -> None:
        self.columns, self.search, self.taken = columns, search, taken
        self.values: Mapping[str, Array] = Values(self, rules)

    @_result
    def shape(self) -> Shape:
        """How the work is cut."""
        return cut(self.columns)

    @_result
    def widths(self) -> Widths:
        """What the projections of a rank put out."""
        return widths(self.columns, self.shape)

    @_result
    def stages(self) -> Stages:
        """What the pipeline stages hold."""
        with quiet():
            return stages_of(self.columns, self.shape)

    @_result
    def memory(self) -> Memory:
        """What fills the fullest stage."""
        with quiet():
            return fill(self.columns, self.shape, self.stages)

    @_result
    def reach(self) -> Reach:
        """How far batch and context could grow."""
        with quiet():
            return reach(self.columns, self.shape, self.stages, self.memory)

    @cached_property
    def fewest_chips(self) -> Array:
        """Chips of the smallest group that holds a replica, 0 where there is none; only looked for when asked to."""
        with quiet():
            return fewest_chips(self.columns) if self.search else np.zeros(1)

    @_result
    def passes(self) -> Passes:
        """Forward, backward and optimizer of one micro-batch."""
        with quiet():
            return passes_of(self.columns, self.shape, self.widths, self.stages)

    @_result
    def traffic(self) -> Traffic:
        """Messages of a step."""
        with quiet():
            return traffic(self.columns, self.shape, self.widths, self.stages.rank)

    @_result
    def exposed_s(self) -> Array:
        """Time of each row of messages that nothing hides."""
        return self.step.exposed_s

    @_result
    def step(self) -> Step:
        """The step, put together."""
        with quiet():
            return step_of(self.columns, self.shape, self.passes, self.traffic)

    @_result
    def time_parts(self) -> Array:
        """The step in parts."""
        return self.step.parts

    @_result
    def valid_plan(self) -> Array:
        """1 where the plan can be, else 0."""
        with quiet():
            return valid(self.columns)

    @property
    def fits(self) -> Array:
        """1 where the fullest stage fits, else 0."""
        return self.memory.fits

    @_result
    def operators(self) -> OperatorTable:
        """Operators of a step on one chip."""
        with quiet():
            return _operator_table(self)

    @_result
    def outlook(self) -> Mapping[str, Array]:
        """The run that the step belongs to, its site and its fleet."""
        with quiet():
            return outlook(self.columns, self.values)

    def value(self, key: str, point: int) -> float | None:
        """One result of one point; None where it does not exist."""
        array = self.values[key]
        number = float(array[point if array.shape[0] > 1 else 0])
        return None if number != number else number


def _operator_table(r: Report) -> OperatorTable:
    found: list[dict[int, Array]] = [{} for _ in FIELDS]
    for block, count in r.passes.all:
        places = [operators.ROW[OPERATOR_OF.get(key, key)] for key in block.keys]
        for table, field in zip(found, FIELDS, strict=True):
            # What no layer has costs nothing, where the chip cannot do it either.
            values = np.where(count > 0, getattr(block, field) * count, 0.0)
            for i, place in enumerate(places):
                row = values[i if len(values) > 1 else 0]
                # Those of other blocks may be there already (shared experts beside routed ones).
                table[place] = table[place] + row if place in table else row
    flop, sram, hbm, *times = (_full_table(table) for table in found)
    return OperatorTable(flop, sram, hbm, _link_bytes(r.columns, r.shape), *times)


def _full_table(table: dict[int, Array]) -> Array:
    return rows(*(table.get(i, NOTHING) for i in range(len(operators.OPERATORS))))


def _link_bytes(c: Columns, s: Shape) -> Array:
    """What the all-reduces behind attention and FFN send, a step on one chip."""
    once = s.microbatches / c.pp * c.layers
    each = 2 * (c.tp - 1) / c.tp * s.tokens * c.hidden * c.stream_bytes_per_element * once
    each = each * np.where(s.training > 0, 2.0 + again(c), 1.0)
    dense = each * (c.layers - c.expert_layers) / c.layers
    return _full_table({operators.ROW["out"]: each, operators.ROW["down"]: dense, operators.ROW["expert_down"]: each - dense})


__all__ = ["TIME_PARTS", "Block", "OperatorTable", "Report"]
