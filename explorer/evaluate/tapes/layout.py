"""Where the values of a packed program lie: numbers in one array, answers in another."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.evaluate.tapes.calls import copy_into
from explorer.evaluate.tapes.tape import CALL, INPUT, VIEW, AnyArray, Node, key_of, stacked

Index = NDArray[np.intp]
FLOAT, BOOL = np.dtype(np.float64), np.dtype(np.bool_)


class NotPackableError(Exception):
    """Values that are neither numbers nor answers."""


class Pool:
    """All values of one type."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype, self.size = dtype, 0
        self.values: AnyArray = np.empty(0, dtype)
        self.given: list[tuple[Index, AnyArray, bool]] = []

    def reserve(self, shape: tuple[int, ...]) -> Index:
        """Places for so many more values."""
        start, self.size = self.size, self.size + int(np.prod(shape))
        return np.arange(start, self.size, dtype=np.intp).reshape(shape)

    def part(self, index: Index) -> AnyArray | None:
        """The values at places that follow each other, None if they do not."""
        first, count = int(index[0]), len(index)
        in_a_row = index[-1] - first == count - 1 and bool((index[1:] - index[:-1] == 1).all())
        return self.values[first : first + count] if in_a_row else None

    def copies(self, *, moving: bool) -> list[Callable[[], Any]]:
        """Calls that take over what is given."""
        found = [(i, given) for i, given, moves in self.given if moves is moving and i.size]
        return [partial(copy_into, self.values[i.flat[0] : i.flat[-1] + 1].reshape(i.shape), given) for i, given in found]


class Layout:
    """Places of each array's elements: views and tables are the places of what they show."""

    def __init__(self, buffer: Callable[[Any], Any], changed: int) -> None:
        self.pools = {FLOAT: Pool(FLOAT), BOOL: Pool(BOOL)}
        self._buffer, self._changed = buffer, changed
        self._known: dict[Any, Index] = {}

    def moves(self, value: Any) -> bool:
        """Whether it follows from what changes."""
        return type(value) is Node and bool(value.reads & self._changed)

    def pool(self, value: Any) -> Pool:
        """Where its elements are; constants that are integers are numbers like all others."""
        dtype = value.value.dtype if type(value) is Node else np.asarray(value).dtype
        if type(value) is not Node and np.issubdtype(dtype, np.number):
            dtype = FLOAT
        found = self.pools.get(dtype)
        if found is None:
            raise NotPackableError(str(dtype))
        return found

    def at(self, value: Any) -> Index:
        """Places of a node's elements or a constant's, in its shape."""
        key = value if type(value) is Node else key_of(value)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._placed(value)
        return found

    def _placed(self, value: Any) -> Index:
        pool, moves = self.pool(value), self.moves(value)
        if not moves or value.kind == INPUT:
            given = np.asarray(self._buffer(value))
            index = pool.reserve(given.shape)
            pool.given.append((index, given, moves))
            return index
        if value.kind == VIEW:
            found: Index = value.call(self.at(value.args[0]))
            return found
        if value.kind == CALL:
            return pool.reserve(value.value.shape)
        if any(self.pool(part) is not pool for part in value.args):
            raise NotPackableError("a table of numbers and answers")
        return stacked(*(self.at(part) for part in value.args))

    def allocate(self) -> None:
        """Make the arrays, once all places are known."""
        for pool in self.pools.values():
            pool.values = np.zeros(pool.size, pool.dtype)
