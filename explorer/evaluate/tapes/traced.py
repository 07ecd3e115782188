"""An array that writes down what is done with it. It stands in for float64 arrays; where it cannot, it says so and never guesses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from explorer.evaluate.tapes.tape import CALL, STACK, VIEW, AnyArray, Node, Tape, stacked


class NotTraceableError(Exception):
    """Something was asked that a tape cannot hold, a plain number above all."""


class Traced(NDArrayOperatorsMixin):
    """An array of a tape. Operators and numpy's functions on it give others; a question (``any``, ``all``) becomes a guard."""

    __slots__ = ("node", "tape")

    def __init__(self, tape: Tape, node: Node) -> None:
        self.tape, self.node = tape, node

    @property
    def shape(self) -> tuple[int, ...]:
        """As of an array."""
        return self.node.value.shape

    @property
    def ndim(self) -> int:
        """As of an array."""
        return self.node.value.ndim

    @property
    def dtype(self) -> np.dtype[Any]:
        """As of an array."""
        return self.node.value.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Traced]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: Any) -> Traced:
        if type(key) is Traced:
            raise NotTraceableError("an index")
        return self._view(lambda a: a[key], f"[{key!r}]")

    def __setitem__(self, key: int, value: Any) -> None:
        """One row exchanged; what was taken from the array before keeps the old one."""
        if not isinstance(key, int):
            raise NotTraceableError("a part that is exchanged")
        parts: list[Any] = list(self)
        parts[key] = np.broadcast_to(value, self.shape[1:])
        self.node = stack(parts).node

    def astype(self, dtype: Any) -> Traced:
        """As of an array."""
        if self.dtype == dtype:
            return self
        return self._new(CALL, np.positive if self.dtype != bool else np.add, (self, 0.0) if self.dtype == bool else (self,))

    def any(self) -> bool:
        """Whether any is true: a guard."""
        return self.tape.ask(self.node, every=False)

    def all(self) -> bool:
        """Whether all are true: a guard."""
        return self.tape.ask(self.node, every=True)

    def __bool__(self) -> bool:
        raise NotTraceableError("truth")

    def __float__(self) -> float:
        raise NotTraceableError("a number")

    __int__ = __index__ = __float__

    def __array__(self, *_: Any, **__: Any) -> AnyArray:
        raise NotTraceableError("a plain array")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *args: Any, **options: Any) -> Any:
        if options.pop("out", (self,))[0] is not self and method == "__call__":
            raise NotTraceableError("a result put elsewhere")
        if ufunc.nout != 1 or set(options) - {"axis"}:
            raise NotTraceableError(ufunc.__name__)
        return self._new(CALL, ufunc if method == "__call__" else getattr(ufunc, method), args, options, (ufunc.__name__, method))

    def __array_function__(self, func: Callable[..., Any], _: Any, args: Any, options: dict[str, Any]) -> Any:
        if func in _QUESTIONS and not options and len(args) == 1:
            return self.tape.ask(self.node, every=func is np.all)
        if func in _VIEWS:
            return args[0]._view(lambda a: func(a, *args[1:], **options), (func.__name__, args[1:], tuple(options)))
        if func is np.broadcast_arrays:
            shape = np.broadcast_shapes(*(np.shape(a) for a in args))
            return [np.broadcast_to(a, shape) for a in args]
        if func is np.stack and not options:
            return stack(args[0])
        if func not in _CALLS:
            raise NotTraceableError(func.__name__)
        return self._new(CALL, func, args, options)

    def _view(self, call: Callable[[Any], Any], key: Any) -> Traced:
        node = self.tape.add(VIEW, call, (self.node,), {}, key)
        if not np.shares_memory(node.value, self.node.value):
            node.kind = CALL
        return Traced(self.tape, node)

    def _new(self, kind: str, call: Callable[..., Any], args: Any, options: dict[str, Any] | None = None, key: Any = None) -> Traced:
        return Traced(self.tape, self.tape.add(kind, call, [a.node if type(a) is Traced else a for a in args], options or {}, key))


_QUESTIONS = (np.any, np.all, np.count_nonzero)
_VIEWS = (np.broadcast_to, np.atleast_1d, np.atleast_2d)
_CALLS = (np.where, np.clip, np.max, np.min, np.sum, np.argmax, np.any, np.all)


def stack(parts: Any) -> Any:
    """Arrays, traced ones among them, as rows of one."""
    parts = list(parts)
    for part in parts:
        if type(part) is Traced:
            return part._new(STACK, stacked, parts)
    return stacked(*parts)


def mapped(value: Any, leaf: Callable[[Traced], Any]) -> Any:
    """A result with each traced array in it exchanged: dataclasses and tuples are taken apart and put together again."""
    if type(value) is Traced:
        return leaf(value)
    if isinstance(value, (tuple, list)):
        return type(value)([mapped(v, leaf) for v in value])
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{f.name: mapped(getattr(value, f.name), leaf) for f in fields(value)})
    return value


def as_array(value: Any) -> NDArray[np.float64]:
    """An array, for the type checker's sake: what is one already, or stands in for one, passes as it is."""
    found: NDArray[np.float64] = value if hasattr(value, "shape") else np.asarray(value)
    return found
