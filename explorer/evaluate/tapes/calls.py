"""Calls of numpy that write their result into an array that is there already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

import numpy as np

from explorer.evaluate.tapes.tape import AnyArray, Node

WIDE = 256
# Without the check for arguments that stand in for arrays, which takes as long as the copy.
copy_into = getattr(np.copyto, "_implementation", np.copyto)


def needed(ends: Sequence[Node], given: Collection[Node] = ()) -> set[Node]:
    """All nodes that some follow from; of those that are ``given``, nothing before them."""
    found: set[Node] = set()
    left = list(ends)
    while left:
        node = left.pop()
        if node not in found:
            found.add(node)
            left += () if node in given else node.parents
    return found


def calls_into(node: Node, args: list[Any], out: AnyArray) -> list[Callable[[], Any]]:
    """A call that writes its result into ``out``."""
    if node.call is np.where:
        mask, yes, no = args
        return _choose(mask, yes, no, out)
    if node.call in (np.maximum, np.minimum):  # which want their ``out`` named
        return [partial(node.call, *args, out=out)]
    if isinstance(node.call, np.ufunc):
        return [partial(node.call, *args, out)]
    if isinstance(getattr(node.call, "__self__", None), np.ufunc):  # sums along an axis
        return [partial(node.call, *args, out=out, **node.options)]
    return [partial(_put, out, partial(node.call, *args, **node.options))]


def _choose(mask: Any, yes: Any, no: Any, out: AnyArray) -> list[Callable[[], Any]]:
    if out.size >= WIDE:
        return [partial(_choose_wide, mask, yes, no, out)]
    return [partial(copy_into, out, no), partial(copy_into, out, yes, "same_kind", mask)]


def _put(out: AnyArray, act: Callable[[], Any]) -> None:
    out[...] = act()


def filled(node: Node, args: list[Any], out: AnyArray) -> Callable[[], Any]:
    """The one call that computes a node of a wide batch."""
    if node.call is np.where:
        mask, yes, no = args
        return partial(_choose_wide, mask, yes, no, out)
    return calls_into(node, args, out)[0]


def _choose_wide(mask: Any, yes: Any, no: Any, out: AnyArray) -> None:
    """Most choices are the same for all points of a chunk, which costs a copy and no more."""
    chosen = np.count_nonzero(mask)
    if chosen == 0:
        copy_into(out, no)
    elif chosen == np.size(mask):
        copy_into(out, yes)
    else:
        out[...] = np.where(mask, yes, no)


def choose_in_place(mask: Any, yes: Any, out: AnyArray) -> None:
    """As a choice between ``yes`` and what is there."""
    chosen = np.count_nonzero(mask)
    if chosen == np.size(mask):
        copy_into(out, yes)
    elif chosen:
        out[...] = np.where(mask, yes, out)
