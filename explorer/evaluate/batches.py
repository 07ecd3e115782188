"""One result of a large batch: recorded on a chunk, then every chunk through the same buffers.

Columns with few values (plans, batches, contexts) meet in few combinations: what follows from those alone is computed once for each
and gathered, so that a point costs no more than what is its own.
"""

from __future__ import annotations

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

CHUNK = 2048
LEAST = 4 * CHUNK  # narrower batches are not worth a recording
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
        frontier = sorted(_frontier(tape, result.node, sum(bits[n] for n in few), moving), key=lambda n: n.value.dtype == bool)
        self.asked = Flow(tape, [g.node for g in self.guards], given, 0)
        self.few = Flow(tape, frontier, given, moving)
        self.kinds = [_Gathered([n for n in frontier if (n.value.dtype == bool) == answers], answers) for answers in (False, True)]
        places = self.kinds[0].places | self.kinds[1].places
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
        self._tables(grid)
        self.rest.start()
        found = np.empty(c.width)
        columns = [(getattr(c, n)[grid.order], self.buffers[n]) for n in self.filled]
        for start in range(0, c.width, CHUNK):
            size = min(CHUNK, c.width - start)
            for column, buffer in columns:
                buffer[:size] = column[start : start + size]
            code = grid.code[start : start + size]
            counts = np.bincount(code - code[0])
            for kind in self.kinds:
                kind.gather(code[0], counts, size)
            self.rest.step()
            found[start : start + size] = np.broadcast_to(self.rest.results[0], (CHUNK,))[:size]
        result = np.empty(c.width)
        result[grid.order] = found
        return result

    def _tables(self, grid: Grid) -> None:
        """What follows from the grid's columns alone, at every combination."""
        tables = [kind.table(grid.size) for kind in self.kinds]
        self.few.start()
        columns = grid.columns()
        for start in range(0, grid.size if self.few.results else 0, CHUNK):
            size = min(CHUNK, grid.size - start)
            for name, column in zip(grid.names, columns, strict=True):
                self.buffers[name][:size] = column[start : start + size]
            self.few.step()
            results = iter(self.few.results)
            for kind, table in zip(self.kinds, tables, strict=True):
                for rows, result in zip(kind.rows, results, strict=False):
                    table[rows, start : start + size] = result.reshape(-1, CHUNK)[:, :size]
        for kind, table in zip(self.kinds, tables, strict=True):
            kind.keep(table)


class _Gathered:
    """Arrays that follow from few columns, as a chunk's points have them, one below the other."""

    def __init__(self, nodes: Sequence[Node], answers: bool) -> None:
        ends = np.cumsum([0, *(node.value.size // CHUNK for node in nodes)]).tolist()
        self._values = np.ones((ends[-1], CHUNK), dtype=np.bool_ if answers else np.float64)
        self.rows = [slice(*pair) for pair in pairwise(ends)]
        self.places = {node: self._values[rows].reshape(node.value.shape) for node, rows in zip(nodes, self.rows, strict=True)}
        self._moving, self._which = self._values, np.empty(0, np.intp)

    def table(self, combinations: int) -> NDArray[Any]:
        """Room for a value of each row at every combination."""
        return np.empty((len(self._values), combinations), dtype=self._values.dtype)

    def keep(self, table: NDArray[Any]) -> None:
        """Rows that are the same at all combinations are filled once."""
        moves = (table != table[:, :1]).any(axis=1)
        self._values[...] = table[:, :1]
        self._which = moves.nonzero()[0]
        self._moving = table[self._which]

    def gather(self, first: int, counts: NDArray[np.intp], size: int) -> None:
        """Fill in the values of a chunk of ``size`` points: so many have each combination from the ``first`` on."""
        if len(self._which):
            found = self._moving[:, first : first + len(counts)].repeat(counts, axis=1)
            self._values[self._which, :size] = found


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


_batches: list[tuple[tuple[Any, ...], Batch]] = []


def one_result(c: Columns, key: str) -> Array | None:
    """``values[key]`` of every point, (n,); None where it cannot be recorded."""
    moving = tuple(n for n in COLUMN_NAMES if getattr(c, n).shape[0] > 1)
    grid = Grid(c, moving)
    name = (key, moving, tuple(grid.names))
    with _lock, quiet():
        try:
            batch = next((b for known, b in reversed(_batches) if known == name and b.holds(c)), None) or Batch(c, key, grid.names)
        except NotTraceableError:
            return None
        _batches[:] = [*[kept for kept in _batches if kept[1] is not batch][1 - _KEPT :], (name, batch)]
        return batch.run(c, grid)
