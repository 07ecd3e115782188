"""A program for inputs that change together, frame after frame: calls that do the same stand side by side.

Short arrays cost what their calls cost, so there are to be few: all values lie in one array, what a level of the graph reads is
gathered from it at once, and each operation of the level is one call. Only operations that round every element correctly are put
together; all others are called alone, on the shapes that they were recorded with.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from explorer.evaluate.tapes.calls import calls_into
from explorer.evaluate.tapes.layout import FLOAT, Index, Layout, NotPackableError, Pool
from explorer.evaluate.tapes.tape import CALL, AnyArray, Guard, Node

_EXACT = frozenset({
    np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum, np.sqrt, np.ceil, np.floor, np.absolute, np.negative,
    np.positive, np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal, np.logical_and, np.logical_or,
    np.logical_not, np.bitwise_and, np.bitwise_or, np.invert, np.where,
})  # fmt: skip
Group = list[Node]
_PIECE = 64


class Packed:
    """Computes ``outputs`` after the inputs ``changed``, a bit each; all else has to be as when it was `refresh`-ed."""

    def __init__(
        self, order: Sequence[Node], outputs: Sequence[Node], guards: Sequence[Guard], buffer: Callable[[Any], Any], changed: int
    ) -> None:
        self.changed = changed
        self._buffer = buffer
        self._layout = Layout(buffer, changed)
        self._steps: list[Callable[[], Any]] = []
        self._building = self._built(order, outputs, guards)

    def ready(self) -> bool:
        """Whether it can be run; building goes on by a small piece each time, so that no frame has to wait for all of it."""
        return next(self._building, self) is self

    def _built(self, order: Sequence[Node], outputs: Sequence[Node], guards: Sequence[Guard]) -> Iterator[None]:
        layout = self._layout
        levels = _levels(order, self.changed)
        yield
        yield from _by_pieces(layout.at, (n for level in levels for g in level for n in g))  # groups side by side
        args = (a for n in order if layout.moves(n) and n.kind == CALL for a in (n.args if _exact(n) else filter(layout.moves, n.args)))
        yield from _by_pieces(layout.at, args)
        if any(layout.pool(node).dtype != FLOAT for node in outputs):
            raise NotPackableError("an answer as a result")
        self._results = np.concatenate([layout.at(node).reshape(-1) for node in outputs])
        asked = [(g, layout.pool(g.node), layout.at(g.node).reshape(-1)) for g in guards if layout.moves(g.node) and g.node.value.size]
        yield
        layout.allocate()
        self._values = layout.pools[FLOAT].values
        self._steps += [copy for pool in layout.pools.values() for copy in pool.copies(moving=True)]
        self._fixed = [copy for pool in layout.pools.values() for copy in pool.copies(moving=False)]
        for level in levels:
            yield
            self._compile(level)
        self._questions = [_Question(asked, pool, every) for pool in layout.pools.values() for every in (False, True)]

    def refresh(self) -> None:
        """Take over all that does not change from the buffers."""
        for step in self._fixed:
            step()

    def run(self) -> AnyArray | None:
        """All outputs, one after the other; None where the tape does not hold."""
        for step in self._steps:
            step()
        return self._values.take(self._results) if all(q.holds() for q in self._questions) else None

    def _compile(self, level: list[Group]) -> None:
        """Calls of a level: one that gathers from each pool, and one or two for each operation."""
        read = [(group, self._arguments(group)) for group in level]
        scattered: dict[Pool, list[_Scattered]] = {}
        for arg in (a for _, args in read for a in args if isinstance(a, _Scattered)):
            scattered.setdefault(arg.pool, []).append(arg)
        for pool, parts in scattered.items():
            index = np.concatenate([p.index for p in parts])
            scratch = np.empty(len(index), pool.dtype)
            self._steps.append(partial(pool.values.take, index, None, scratch, "clip"))
            for part in parts:
                part.found, scratch = scratch[: len(part.index)], scratch[len(part.index) :]
        for group, args in read:
            self._steps += self._calls(group, [a.found if isinstance(a, _Scattered) else a for a in args])

    def _arguments(self, group: Group) -> list[Any]:
        """Each argument of a group: values that follow each other or stay, or places that are gathered from."""
        first, layout = group[0], self._layout
        if not _exact(first):
            return [self._read(a, layout.at(a).reshape(-1)) if layout.moves(a) else self._buffer(a) for a in first.args]
        return [self._read(a, np.concatenate([_spread(layout.at(n.args[i]), n) for n in group])) for i, a in enumerate(first.args)]

    def _read(self, value: Any, index: Index) -> Any:
        pool = self._layout.pool(value)
        part = pool.part(index)
        return _Scattered(pool, index) if part is None else part

    def _calls(self, group: Group, args: list[Any]) -> list[Callable[[], Any]]:
        first = group[0]
        out = self._layout.pool(first).part(np.concatenate([self._layout.at(n).reshape(-1) for n in group]))
        assert out is not None
        if not _exact(first):
            args = [a.reshape(n.value.shape) if self._layout.moves(n) else a for a, n in zip(args, first.args, strict=True)]
            out = out.reshape(first.value.shape)
        return calls_into(first, args, out)


@dataclass
class _Scattered:
    """Places that do not follow each other, and where their values are gathered."""

    pool: Pool
    index: Index
    found: AnyArray | None = None


class _Question:
    """Guards of one kind, answered by one call."""

    def __init__(self, asked: Sequence[tuple[Guard, Pool, Index]], pool: Pool, every: bool) -> None:
        kind = [(g, index) for g, place, index in asked if place is pool and g.every == every]
        self._pool, self._reduce = pool, np.logical_and.reduceat if every else np.logical_or.reduceat
        self._index = np.concatenate([index for _, index in kind]) if kind else np.empty(0, np.intp)
        self._starts = np.cumsum([0, *(len(index) for _, index in kind)])[:-1]
        self._answers = np.array([g.answer for g, _ in kind], dtype=np.bool_).tobytes()

    def holds(self) -> bool:
        """Whether every answer is the one that was recorded."""
        if not len(self._index):
            return True
        found = self._pool.values.take(self._index)
        return self._reduce(found if found.dtype == bool else found != 0, self._starts).tobytes() == self._answers


def _spread(index: Index, node: Node) -> Index:
    """Places of an argument for each element of the result."""
    shape = node.value.shape
    return (index if index.shape == shape else np.broadcast_to(index, shape)).reshape(-1)


def _by_pieces(act: Callable[[Any], Any], values: Iterable[Any]) -> Iterator[None]:
    for i, value in enumerate(values):
        act(value)
        if i % _PIECE == _PIECE - 1:
            yield


def _exact(node: Node) -> bool:
    return node.call in _EXACT and not node.options


def _levels(order: Sequence[Node], changed: int) -> list[list[Group]]:
    """Calls that follow from what changes, by the number of calls before them and by what they do."""
    depth: dict[Node, int] = {}
    levels: list[dict[Hashable, Group]] = []
    for node in order:
        if not node.reads & changed:
            continue
        depth[node] = max((depth.get(p, 0) for p in node.parents), default=0)
        if node.kind != CALL or not node.value.size:
            continue
        depth[node] += 1
        while len(levels) < depth[node]:
            levels.append({})
        kinds = tuple((a.value if type(a) is Node else np.asarray(a)).dtype == bool for a in node.args) if _exact(node) else id(node)
        levels[depth[node] - 1].setdefault((node.call, kinds, node.value.dtype), []).append(node)
    return [list(level.values()) for level in levels]
