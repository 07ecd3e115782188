"""A tape as a list of calls that write into kept buffers; of those only the ones whose inputs changed are run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from explorer.evaluate.tapes.calls import WIDE, calls_into, copy_into, needed
from explorer.evaluate.tapes.layout import NotPackableError
from explorer.evaluate.tapes.packed import Packed
from explorer.evaluate.tapes.tape import CALL, INPUT, STACK, VIEW, AnyArray, Guard, Node, Tape

Step = tuple[Callable[[], Any], int]
Span = tuple[int, int, tuple[int, ...]]
_EARLY = 6  # calls to a question that is asked before all else is computed
_KEPT = 256  # choices of calls that are remembered, one for each set of inputs that changed together
_KEPT_PACKED = 8
_TURNS = 3  # in a row after which the same inputs are worth a program of their own
_MANY = 100  # calls below which nothing is gained by one


class Program:
    """Buffers and calls of a tape, for the results ``outputs``.

    ``buffers`` of the inputs are filled by whoever runs it. ``results`` holds the outputs one after the other, each at its
    span (start, end, shape); they are to be copied before the next run.
    """

    def __init__(self, tape: Tape, outputs: Sequence[Node], inputs: Sequence[AnyArray]) -> None:
        self.outputs = list(dict.fromkeys(outputs))
        self._buffers: dict[Node, AnyArray] = dict(zip(tape.inputs, inputs, strict=True))
        self._repeated: dict[Any, AnyArray] = {}
        guards = list(tape.guards.values())
        early = [g for g in guards if g.node.cost <= _EARLY]
        late = [g for g in guards if g.node.cost > _EARLY and g.answer == g.every]
        wanted = needed([*self.outputs, *(g.node for g in (*early, *late))])
        self._order = order = [n for n in tape.nodes if n in wanted]
        self._guards = [*early, *late]
        first = needed([g.node for g in early])
        self.results, places = _arena(self.outputs, np.float64)
        self.spans = _spans(self.outputs)
        homes = _homes(order, self.outputs, places)
        self._ahead: list[Step] = []
        self._behind: list[Step] = []
        for node in order:
            (self._ahead if node in first else self._behind).extend(self._steps(node, homes))
        for node, place in zip(self.outputs, places, strict=True):
            self._copy_into(place, node, self._behind)
        self._early, self._late = _Questions(early, self, self._ahead), _Questions(late, self, self._behind)
        self._chosen: dict[int, tuple[list[Callable[[], Any]], list[Callable[[], Any]]]] = {}
        self._pending = -1
        self._packed: dict[int, Packed | None] = {}
        self._live: Packed | None = None
        self._last, self._turns = 0, 0

    def buffer(self, value: Any) -> Any:
        """The buffer of a node; a constant is its own."""
        return self._buffers[value] if type(value) is Node else value

    def run(self, changed: int) -> AnyArray | None:
        """All outputs after inputs have ``changed``, a bit each; None where the tape does not hold for them."""
        if self._live is not None:
            if not changed & ~self._live.changed:
                self._pending |= changed
                return self._live.run()
            self._live = None
        self._pending |= changed
        if not self._run(*self._choice(self._pending)):
            return None
        self._pending = 0
        self._turns = self._turns + 1 if changed == self._last else 1
        self._last = changed
        if self._turns >= _TURNS:
            self._pack(changed)
        return self.results.copy()

    def _run(self, ahead: list[Callable[[], Any]], behind: list[Callable[[], Any]]) -> bool:
        """Whether every question is answered as it was."""
        for step in ahead:
            step()
        if not self._early.hold():
            return False
        for step in behind:
            step()
        if self._late.hold():
            return True
        self._pending = -1
        return False

    def _pack(self, changed: int) -> None:
        """From now on, compute what follows from ``changed`` by a program of its own, while nothing else changes."""
        if changed not in self._packed:
            if len(self._packed) >= _KEPT_PACKED:
                self._packed.clear()
            many = sum(map(len, self._choice(changed))) >= _MANY
            self._packed[changed] = Packed(self._order, self.outputs, self._guards, self.buffer, changed) if many else None
        packed = self._packed[changed]
        try:
            if packed is not None and packed.ready():
                packed.refresh()
                self._live = packed
        except NotPackableError:
            self._packed[changed] = None

    def _choice(self, changed: int) -> tuple[list[Callable[[], Any]], list[Callable[[], Any]]]:
        found = self._chosen.get(changed)
        if found is None:
            if len(self._chosen) >= _KEPT:
                self._chosen.clear()
            found = self._chosen[changed] = (
                [step for step, reads in self._ahead if reads & changed],
                [step for step, reads in self._behind if reads & changed],
            )
        return found

    def _copy_into(self, place: AnyArray, node: Node, steps: list[Step]) -> None:
        if self._buffers[node] is not place:
            steps.append((partial(copy_into, place, self._buffers[node]), node.reads))

    def _steps(self, node: Node, homes: dict[Node, AnyArray]) -> list[Step]:
        """The calls that fill a node's buffer, which is made here."""
        if node.kind == INPUT:
            return []
        if node.kind == VIEW:
            self._buffers[node] = node.call(self.buffer(node.args[0]))
            return []
        out = homes.get(node)
        if out is None:
            out = np.empty(node.value.shape, node.value.dtype)
        self._buffers[node] = out
        if node.kind == STACK:
            return self._rows(node, out)
        if out.size >= WIDE or not (isinstance(node.call, np.ufunc) or node.call is np.where):
            return [(step, node.reads) for step in calls_into(node, [self.buffer(a) for a in node.args], out)]
        steps, args = self._spread(node, out.shape)
        return [*steps, *((step, node.reads) for step in calls_into(node, args, out))]

    def _spread(self, node: Node, shape: tuple[int, ...]) -> tuple[list[Step], list[AnyArray]]:
        """The arguments in the shape of the result, which short calls take much faster, and the calls that repeat them so."""
        steps: list[Step] = []
        args = []
        for arg in node.args:
            found = np.asarray(self.buffer(arg))
            if found.shape != shape:
                key = (arg if type(arg) is Node else (found.dtype.str, found.shape, found.tobytes()), shape)
                spread = self._repeated.get(key)
                if spread is None:
                    spread = self._repeated[key] = np.empty(shape, found.dtype)
                    spread[...] = found
                    if type(arg) is Node:
                        steps.append((partial(copy_into, spread, found), arg.reads))
                found = spread
            args.append(found)
        return steps, args

    def _rows(self, node: Node, out: AnyArray) -> list[Step]:
        steps: list[Step] = []
        for row, part in zip(out, node.args, strict=True):
            if type(part) is not Node:
                row[...] = part
            elif not _same(self._buffers[part], row):
                steps.append((partial(copy_into, row, self._buffers[part]), part.reads))
        return steps


def _same(a: AnyArray, b: AnyArray) -> bool:
    return a.shape == b.shape and a.strides == b.strides and a.ctypes.data == b.ctypes.data


def _arena(nodes: Sequence[Node], dtype: Any) -> tuple[AnyArray, list[AnyArray]]:
    """One array for all nodes, and the part of each."""
    arena = np.zeros(sum(n.value.size for n in nodes), dtype)
    return arena, [arena[start:end].reshape(shape) for start, end, shape in _spans(nodes)]


def _spans(nodes: Sequence[Node]) -> list[Span]:
    ends = np.cumsum([n.value.size for n in nodes]).tolist()
    return [(end - n.value.size, end, n.value.shape) for n, end in zip(nodes, ends, strict=True)]


def _homes(order: Sequence[Node], outputs: Sequence[Node], places: Sequence[AnyArray]) -> dict[Node, AnyArray]:
    """Where results are written at once: outputs into their places, parts of a table into its rows."""
    homes = {n: p for n, p in zip(outputs, places, strict=True) if n.kind in (CALL, STACK) and n.value.dtype == np.float64}
    for node in reversed(order):
        if node.kind != STACK:
            continue
        table = homes.setdefault(node, np.empty(node.value.shape, node.value.dtype))
        for row, part in zip(table, node.args, strict=True):
            own = type(part) is Node and part.kind in (CALL, STACK) and part not in homes
            if own and part.value.shape == row.shape and part.value.dtype == row.dtype:
                homes[part] = row
    return homes


class _Questions:
    """Guards side by side, so that one call answers all of them."""

    def __init__(self, guards: Sequence[Guard], program: Program, steps: list[Step]) -> None:
        self._kinds = []
        for every in (False, True):
            kind = [g for g in guards if g.every == every and g.node.value.size]
            arena, places = _arena([g.node for g in kind], np.bool_)
            for guard, place in zip(kind, places, strict=True):
                found = program.buffer(guard.node)
                act = partial(copy_into, place, found) if found.dtype == bool else partial(np.not_equal, found, 0, out=place)
                steps.append((act, guard.node.reads))
            starts = np.cumsum([0, *(g.node.value.size for g in kind)])[:-1]
            answers = np.array([g.answer for g in kind], dtype=np.bool_).tobytes()
            reduce = np.logical_and.reduceat if every else np.logical_or.reduceat
            if kind:
                self._kinds.append((reduce, arena, starts, answers))

    def hold(self) -> bool:
        """Whether every answer is the one that was recorded."""
        return all(reduce(arena, starts).tobytes() == answers for reduce, arena, starts, answers in self._kinds)
