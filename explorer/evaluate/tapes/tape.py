"""What was computed while formulas ran on traced arrays: a graph of numpy calls, each of which stands in it once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

AnyArray = NDArray[Any]
INPUT, CALL, VIEW, STACK = "input", "call", "view", "stack"


@dataclass(eq=False, slots=True)
class Node:
    """One array: an input, the result of a call, a view of another array, or several arrays in rows.

    ``value`` is what it was while the formulas were recorded, ``reads`` the inputs that it follows from, a bit each; ``cost`` the
    calls that it takes.
    """

    kind: str
    call: Callable[..., Any]
    args: tuple[Any, ...]
    options: dict[str, Any]
    value: AnyArray
    reads: int
    cost: int

    @property
    def parents(self) -> list[Node]:
        """The arrays that it is made of."""
        return [a for a in self.args if type(a) is Node]


@dataclass(frozen=True, slots=True)
class Guard:
    """What was asked of an array and answered: whether any (or all) of it is true. A tape only holds where the answer does."""

    node: Node
    every: bool
    answer: bool


@dataclass(eq=False)
class Tape:
    """Nodes in the order of their computation, and the questions that steered it.

    Questions about what follows from ``moving`` inputs, a bit each, are answered so that every formula is computed that any point
    may need: no formula may change what it does not concern (a point in a batch equals the point alone).
    """

    moving: int = 0
    inputs: list[Node] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    guards: dict[tuple[int, bool], Guard] = field(default_factory=dict)
    _known: dict[Hashable, Node] = field(default_factory=dict)
    _kept: list[Any] = field(default_factory=list)

    def input(self, value: AnyArray) -> Node:
        """An array that replays are given."""
        node = Node(INPUT, _nothing, (), {}, value, 1 << len(self.inputs), 0)
        self.inputs.append(node)
        self.nodes.append(node)
        return node

    def add(self, kind: str, call: Callable[..., Any], args: Sequence[Any], options: dict[str, Any], key: Hashable = None) -> Node:
        """The node of a call, the known one where the same was called before. ``key`` names a call that is not its own name."""
        same = self._unchanged(call, args) if call in (np.multiply, np.divide) else None
        if same is not None:
            return same
        known = (kind, key or call, tuple(map(key_of, args)), tuple(sorted((k, key_of(v)) for k, v in options.items())))
        found = self._known.get(known)
        if found is None:
            values = [a.value if type(a) is Node else a for a in args]
            above = [a for a in args if type(a) is Node]
            reads, cost = 0, 0 if kind == VIEW else 1
            for parent in above:
                reads, cost = reads | parent.reads, cost + parent.cost
            value = np.asarray(call(*values, **options))
            found = self._known[known] = Node(kind, call, tuple(args), options, value, reads, cost)
            self.nodes.append(found)
        return found

    def _unchanged(self, call: Callable[..., Any], args: Sequence[Any]) -> Node | None:
        """What a product with one or a division by one leaves as it is.

        One is a constant, or in a batch what all its points share: then it has to be one whenever the tape is used.
        """
        for value, one in (args, reversed(args)) if call is np.multiply else (args,):
            if type(value) is not Node or value.value.dtype != np.float64:
                continue
            shared = type(one) is Node
            if shared and (not self.moving or one.reads & self.moving or not value.reads & self.moving):
                continue
            ones = one.value if shared else np.asarray(one)
            if not (ones == 1.0).all() or np.broadcast_shapes(ones.shape, value.value.shape) != value.value.shape:
                continue
            if shared:
                self.ask(self.add(CALL, np.equal, (one, 1.0), {}), every=True)
            return value
        return None

    def ask(self, node: Node, *, every: bool) -> bool:
        """Answer a question that steers the computation, and note it down."""
        if node.reads & self.moving:
            return not every
        answer = bool(node.value.all() if every else node.value.any())
        self.guards[id(node), every] = Guard(node, every, answer)
        return answer


def _nothing(*_: Any) -> None:
    """What an input calls."""


def key_of(value: Any) -> Hashable:
    """What makes two arguments the same: the node, or the bits of a constant."""
    if type(value) is Node:
        return id(value)
    if isinstance(value, (np.ndarray, np.generic, float, int, bool)):
        bits = np.asarray(value)
        return type(value).__name__, bits.shape, bits.dtype.str, bits.tobytes()
    return repr(value)


def stacked(*parts: Any) -> AnyArray:
    """Arrays as the rows of one, each repeated to the width of the widest."""
    shape = np.broadcast_shapes(*(np.shape(p) for p in parts))
    table = np.empty((len(parts), *shape), dtype=np.result_type(*parts))
    for row, part in zip(table, parts, strict=True):
        row[...] = part
    return table
