"""A tape for large batches: chunk after chunk flows through a few buffers that stay in the cache."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from explorer.evaluate.tapes.calls import choose_in_place, copy_into, filled, needed
from explorer.evaluate.tapes.tape import CALL, INPUT, STACK, VIEW, AnyArray, Node, Tape

Step = Callable[[], Any]


class Flow:
    """Calls that compute ``outputs`` from ``given`` arrays, whose buffers whoever runs it fills.

    `start` computes what the ``moving`` inputs, a bit each, do not change, `step` all else. ``results`` are overwritten by the next.
    """

    def __init__(self, tape: Tape, outputs: Sequence[Node], given: Mapping[Node, AnyArray], moving: int) -> None:
        self._buffers: dict[Node, AnyArray] = dict(given)
        self._given = set(given)
        wanted = needed(outputs, given)
        self._order = [n for n in tape.nodes if n in wanted and n not in given]
        self._moving = moving
        self._homes = _homes(self._order, outputs)
        last = self._last_uses(outputs)
        self._free: dict[tuple[int, np.dtype[Any]], list[AnyArray]] = {}
        self._once: list[Step] = []
        self._each: list[Step] = []
        for i, node in enumerate(self._order):
            (self._each if node.reads & moving else self._once).extend(self._steps(node))
            for root in last.get(i, ()):
                self._release(root)
        self.results = [self._buffers[node] for node in outputs]

    def start(self) -> None:
        """Compute what all chunks share."""
        for step in self._once:
            step()

    def step(self) -> None:
        """Compute a chunk."""
        for step in self._each:
            step()

    def _root(self, node: Node) -> Node:
        """The node whose buffer this one lies in."""
        while True:
            if node.kind == VIEW and node not in self._buffers and node.args[0] not in self._buffers:
                node = node.args[0]
            elif node in self._homes:
                node = self._homes[node][0]
            else:
                return node

    def _last_uses(self, outputs: Collection[Node]) -> dict[int, list[Node]]:
        last: dict[Node, int] = {}
        for i, node in enumerate(self._order):
            for used in (node, *node.parents):
                last[self._root(used)] = i
        kept = {self._root(node) for node in outputs} | self._given  # what is given is not always given anew
        found: dict[int, list[Node]] = {}
        for root, i in last.items():
            if root not in kept and root.reads & self._moving and root.kind in (CALL, STACK):
                found.setdefault(i, []).append(root)
        return found

    def _buffer(self, node: Node) -> AnyArray:
        """The array that a node's result goes to: one that is free, where it differs from chunk to chunk."""
        found = self._buffers.get(node)
        if found is None:
            home = self._homes.get(node)
            if home is not None:
                found = self._buffer(home[0]) if home[1] is None else self._buffer(home[0])[home[1]]
            else:
                free = self._free.get((node.value.size, node.value.dtype)) if node.reads & self._moving else None
                flat = free.pop() if free else np.empty(node.value.size, node.value.dtype)
                found = flat.reshape(node.value.shape)
            self._buffers[node] = found
        return found

    def _release(self, root: Node) -> None:
        flat = self._buffers[root].reshape(-1)
        self._free.setdefault((flat.size, flat.dtype), []).append(flat)

    def _steps(self, node: Node) -> list[Step]:
        if node.kind == INPUT:
            return []
        args = [self._buffers[a] if type(a) is Node else a for a in node.args]
        if node.kind == VIEW:
            self._buffers[node] = node.call(args[0])
            return []
        out = self._buffer(node)
        if node.kind == STACK:
            return self._rows(node, out)
        if node.call is np.where:
            return self._choice(node, args, out)
        return [filled(node, args, out)]

    def _choice(self, node: Node, args: list[Any], out: AnyArray) -> list[Step]:
        mask, last = node.args[0], node.args[2]
        in_place = type(last) is Node and self._homes.get(last, (None,))[0] is node
        if type(mask) is Node and mask in self._given and mask.kind != INPUT:
            # What is gathered is the same for many points in a row, which masked copies are quick with.
            return [*([] if in_place else [partial(copy_into, out, args[2])]), partial(copy_into, out, args[1], "same_kind", args[0])]
        return [partial(choose_in_place, args[0], args[1], out)] if in_place else [filled(node, args, out)]

    def _rows(self, node: Node, out: AnyArray) -> list[Step]:
        steps: list[Step] = []
        for i, part in enumerate(node.args):
            if type(part) is not Node:
                out[i, ...] = part
                steps += [partial(copy_into, out[i, ...], part)] if node.reads & self._moving else []
            elif self._homes.get(part) != (node, i):
                steps.append(partial(copy_into, out[i, ...], self._buffers[part]))
        return steps


def _homes(order: Sequence[Node], outputs: Collection[Node]) -> dict[Node, tuple[Node, int | None]]:
    """What is computed where it is needed: parts of a table in its rows, and what a choice mostly takes in the choice's place."""
    homes: dict[Node, tuple[Node, int | None]] = {}
    users: dict[Node, int] = {}
    known = set(order)
    for node in order:
        for parent in set(node.parents):
            users[parent] = users.get(parent, 0) + 1
    for node in reversed(order):
        if node.kind == STACK:
            for i, part in enumerate(node.args):
                if _may_move(part, node.value[i, ...], node, homes, known, outputs):
                    homes[part] = (node, i)
        elif node.kind == CALL and node.call is np.where:
            last = node.args[2]
            alone = type(last) is Node and users.get(last) == 1 and all(a is not last for a in node.args[:2])
            if alone and last.kind == CALL and _may_move(last, node.value, node, homes, known, outputs):
                homes[last] = (node, None)
    return homes


def _may_move(
    part: Any, place: AnyArray, into: Node, homes: Mapping[Node, Any], known: Collection[Node], outputs: Collection[Node]
) -> bool:
    if type(part) is not Node or part.kind not in (CALL, STACK) or part in homes or part not in known or part in outputs:
        return False
    return part.value.shape == place.shape and part.value.dtype == place.dtype and part.reads == into.reads
