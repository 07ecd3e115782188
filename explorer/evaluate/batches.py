"""One result of a large batch: recorded on a chunk, then every chunk through the same buffers.

Columns with few values (plans, batches, contexts) meet in few combinations: what follows from those alone is computed once for each
and gathered, so that a point costs no more than what is its own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from itertools import pairwise
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.evaluate.columns import COLUMN_NAMES, Array, Columns
from explorer.evaluate.outcomes import RULES
from explorer.evaluate.power_columns import throttled
from explorer.evaluate.report import Report
from explorer.evaluate.tapes import Flow, Node, NotTraceableError, Tape, Traced, needed
from explorer.physics.arrays import quiet

CHUNK = 1024
LEAST = 8 * CHUNK  # narrower batches are not worth a recording
_SAMPLE, _FEW, _MOST_COMBINATIONS, _KEPT = 512, 64, 2**14, 8
_lock = Lock()


class Grid:
    """Columns that have few values: all combinations of these, and which one each point has.

    ``order`` sorts the points by their combination, ``code`` has it of each point in that order.
    """

    def __init__(self, c: Columns, names: Sequence[str]) -> None:
        self.names: list[str] = []
        self.values: list[Array] = []
        self.size = 1
        code = np.zeros(c.width, dtype=np.int16)  # which sort in no time
        for name in names:
            self._add(name, getattr(c, name), code)
        self.order = np.argsort(code, kind="stable") if self.names else np.arange(c.width)
        self.code = code[self.order].astype(np.intp)

    def _add(self, name: str, column: Array, code: NDArray[np.int16]) -> None:
        values = np.unique(column[:_SAMPLE])
        if len(values) > _FEW or self.size * len(values) > min(len(column) // 8, _MOST_COMBINATIONS):
            return
        at = np.zeros(len(column), dtype=np.int8)
        for value in values[1:]:
            at += column >= value
        if not (values.take(at) == column).all():
            return
        self.names.append(name)
        self.values.append(values)
        code *= np.int16(len(values))
        code += at
        self.size *= len(values)

    def columns(self) -> list[Array]:
        """Each column at every combination."""
        return [axis.reshape(-1) for axis in np.meshgrid(*self.values, indexing="ij")] if self.names else []


class Batch:
    """A recording of one result for batches in which the same columns differ from point to point."""

    def __init__(self, c: Columns, key: str, few: Sequence[str]) -> None:
        self.names = [n for n in COLUMN_NAMES if getattr(c, n).shape[0] > 1]
        bits = {name: 1 << i for i, name in enumerate(COLUMN_NAMES)}
        moving = sum(bits[n] for n in self.names)
        tape = Tape(moving=moving)
        self.buffers = {n: np.array(getattr(c, n)[:CHUNK]) for n in COLUMN_NAMES}
        traced = {n: Traced(tape, tape.input(self.buffers[n])) for n in COLUMN_NAMES}
        with quiet():
            result: Any = Report(throttled(Columns(traced)), RULES).values[key]  # type: ignore[arg-type]
        self.guards = list(tape.guards.values())
        if not isinstance(result, Traced):  # what does not exist for any of these points
            result = Traced(tape, tape.input(result))
            self.buffers[""] = result.node.value
        given = dict(zip(tape.inputs, self.buffers.values(), strict=True))
        frontier = _frontier(tape, result.node, sum(bits[n] for n in few), moving)
        self.asked = Flow(tape, [g.node for g in self.guards], given, 0)
        self.few = Flow(tape, frontier, given, moving)
        ends = np.cumsum([0, *(node.value.size // CHUNK for node in frontier)]).tolist()
        self.gathered = np.ones((ends[-1], CHUNK))
        self.rows = [slice(*pair) for pair in pairwise(ends)]
        places = {node: self.gathered[rows].reshape(node.value.shape) for node, rows in zip(frontier, self.rows, strict=True)}
        self.rest = Flow(tape, [result.node], given | places, moving)
        wanted = needed([result.node], places)
        self.filled = [n for n, node in zip(COLUMN_NAMES, tape.inputs, strict=False) if n in self.names and node in wanted]

    def holds(self, c: Columns) -> bool:
        """Take over what all points share; whether the formulas go the way that was recorded."""
        for name, buffer in self.buffers.items():
            if name and name not in self.names:
                buffer[...] = getattr(c, name)
        self.asked.start()
        return all(
            bool(found.all() if g.every else found.any()) == g.answer for g, found in zip(self.guards, self.asked.results, strict=True)
        )

    def run(self, c: Columns, grid: Grid) -> Array:
        """The result of every point."""
        table = self._table(grid)
        self.rest.start()
        found = np.empty(c.width)
        columns = [(getattr(c, n)[grid.order], self.buffers[n]) for n in self.filled]
        for start in range(0, c.width, CHUNK):
            size = min(CHUNK, c.width - start)
            for column, buffer in columns:
                buffer[:size] = column[start : start + size]
            if len(table):
                code = grid.code[start : start + size]
                here = table[:, code[0] : code[-1] + 1]
                self.gathered[:, :size] = np.repeat(here, np.bincount(code - code[0]), axis=1)
            self.rest.step()
            found[start : start + size] = np.broadcast_to(self.rest.results[0], (CHUNK,))[:size]
        result = np.empty(c.width)
        result[grid.order] = found
        return result

    def _table(self, grid: Grid) -> Array:
        """What follows from the grid's columns alone, at every combination, (rows, combinations)."""
        table = np.empty((len(self.gathered), grid.size))
        if not self.rows:
            return table
        self.few.start()
        columns = grid.columns()
        for start in range(0, grid.size, CHUNK):
            size = min(CHUNK, grid.size - start)
            for name, column in zip(grid.names, columns, strict=True):
                self.buffers[name][:size] = column[start : start + size]
            self.few.step()
            for rows, result in zip(self.rows, self.few.results, strict=True):
                table[rows, start : start + size] = result.reshape(-1, CHUNK)[:, :size]
        return table


def _frontier(tape: Tape, result: Node, few: int, moving: int) -> list[Node]:
    """Nodes that follow from ``few`` columns alone and that others are made of."""
    wanted = needed([result])
    found: dict[Node, None] = {}
    for node in tape.nodes:
        if node in wanted and node.reads & moving & ~few:
            for parent in node.parents:
                if parent.cost and parent.reads & few and not parent.reads & moving & ~few:
                    found[parent] = None
    return list(found)


_batches: OrderedDict[tuple[Any, ...], Batch] = OrderedDict()


def one_result(c: Columns, key: str) -> Array | None:
    """``values[key]`` of every point, (n,); None where it cannot be recorded."""
    moving = tuple(n for n in COLUMN_NAMES if getattr(c, n).shape[0] > 1)
    grid = Grid(c, moving)
    name = (key, moving, tuple(grid.names))
    with _lock, quiet():
        batch = _batches.pop(name, None)
        if batch is None or not batch.holds(c):
            try:
                batch = Batch(c, key, grid.names)
            except NotTraceableError:
                return None
        _batches[name] = batch
        while len(_batches) > _KEPT:
            _batches.popitem(last=False)
        return batch.run(c, grid)
