"""What an evaluation returns: read-only arrays, one value a scenario. Each result is computed when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from explorer.evaluate import operators
from explorer.evaluate.blocks import FIELDS, OPERATOR_OF, Block
from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.memory import Memory, Reach, fill, reach
from explorer.evaluate.model import Widths, widths
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
        ceilings = np.broadcast_arrays(self.flop_s, self.sram_s, self.hbm_s, self.latency_s)
        slowest: Array = np.argmax(np.stack(ceilings), axis=0).astype(np.float64)
        return slowest


class Values(Mapping[str, Array]):
    """Results by key of `quantities.QUANTITIES`, computed on demand and kept."""

    def __init__(self, report: Report, rules: Mapping[str, Callable[[Report], Array]]) -> None:
        self._report, self._rules = report, rules
        self._known: dict[str, Array] = {}

    def __getitem__(self, key: str) -> Array:
        if key not in self._known:
            with quiet():
                self._known[key] = self._rules[key](self._report)
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rules)

    def __len__(self) -> int:
        return len(self._rules)


class Report:
    """Results of all points of ``columns``; ``values`` by key, and what they are made of.

    ``time_parts`` is (parts, n) in the order of `TIME_PARTS` and sums to ``values["step_s"]``. A result that does not exist is
    NaN. Nothing raises.
    """

    def __init__(self, columns: Columns, rules: Mapping[str, Callable[[Report], Array]], *, search: bool = False) -> None:
        self.columns, self.search = columns, search
        self.values: Mapping[str, Array] = Values(self, rules)

    @cached_property
    def shape(self) -> Shape:
        """How the work is cut."""
        return cut(self.columns)

    @cached_property
    def widths(self) -> Widths:
        """What the projections of a rank put out."""
        return widths(self.columns, self.shape)

    @cached_property
    def stages(self) -> Stages:
        """What the pipeline stages hold."""
        with quiet():
            return stages_of(self.columns, self.shape)

    @cached_property
    def memory(self) -> Memory:
        """What fills the fullest stage."""
        with quiet():
            return fill(self.columns, self.shape, self.stages)

    @cached_property
    def reach(self) -> Reach:
        """How far batch and context could grow, and the fewest chips."""
        with quiet():
            return reach(self.columns, self.shape, self.stages, self.memory, search=self.search)

    @cached_property
    def passes(self) -> Passes:
        """Forward, backward and optimizer of one micro-batch."""
        with quiet():
            return passes_of(self.columns, self.shape, self.widths, self.stages)

    @cached_property
    def traffic(self) -> Traffic:
        """Messages of a step."""
        with quiet():
            return traffic(self.columns, self.shape, self.widths, self.stages.rank)

    @property
    def exposed_s(self) -> Array:
        """Time of each row of messages that nothing hides."""
        return self.step.exposed_s

    @cached_property
    def step(self) -> Step:
        """The step, put together."""
        with quiet():
            return step_of(self.columns, self.shape, self.passes, self.traffic)

    @property
    def time_parts(self) -> Array:
        """The step in parts."""
        return self.step.parts

    @cached_property
    def valid_plan(self) -> Array:
        """1 where the plan can be, else 0."""
        with quiet():
            return valid(self.columns)

    @property
    def fits(self) -> Array:
        """1 where the fullest stage fits, else 0."""
        return self.memory.fits

    @cached_property
    def operators(self) -> OperatorTable:
        """Operators of a step on one chip."""
        with quiet():
            return _operator_table(self)

    @cached_property
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
    c, s, p = r.columns, r.shape, r.passes
    width = max(a.shape[-1] for block, count in p.all for a in (block.time_s, block.hbm_bytes, count))
    tables = np.zeros((len(FIELDS), len(operators.OPERATORS), width))
    for block, count in p.all:
        places = [operators.ROW[OPERATOR_OF.get(key, key)] for key in block.keys]
        for table, field in zip(tables, FIELDS, strict=True):
            # What no layer has costs nothing, where the chip cannot do it either.
            _put(table, places, np.where(count > 0, getattr(block, field) * count, 0.0))
    flop, sram, hbm, *times = tables
    return OperatorTable(flop, sram, hbm, _link_bytes(c, s), *times)


def _put(table: Array, places: list[int], values: Array) -> None:
    """Add rows to their places; those of other blocks may be there already (shared experts beside routed ones)."""
    if len(set(places)) == len(places):
        table[places] += values
        return
    for i, place in enumerate(places):
        table[place] += values[i if len(values) > 1 else 0]


def _link_bytes(c: Columns, s: Shape) -> Array:
    """What the all-reduces behind attention and FFN send, a step on one chip."""
    once = s.microbatches / c.pp * c.layers
    each = 2 * (c.tp - 1) / c.tp * s.tokens * c.hidden * c.stream_bytes_per_element * once
    each = each * np.where(s.training > 0, 2.0 + again(c), 1.0)
    link = np.zeros((len(operators.OPERATORS), each.shape[-1]))
    link[operators.ROW["out"]] = each
    dense = each * (c.layers - c.expert_layers) / c.layers
    link[operators.ROW["down"]], link[operators.ROW["expert_down"]] = dense, each - dense
    return link


__all__ = ["TIME_PARTS", "Block", "OperatorTable", "Report"]
