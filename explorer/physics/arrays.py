"""What every formula takes and gives: floats or float64 arrays that broadcast, and the two constants that carry a unit."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Value: TypeAlias = float | NDArray[np.float64]

MAC_FLOP = 2.0
"""[FLOP] a multiply-add counts as two operations, everywhere."""

ROWS_PER_TOKEN = 1.0
"""[1/token] a token is one row of every matmul; it keeps tokens and plain counts apart when units are checked."""

UNIT_CONSTANTS = {"MAC_FLOP": "FLOP", "ROWS_PER_TOKEN": "1/token"}
"""The constants above by unit, for the test of dimensions."""


def _array(value: Value) -> Array:
    """The value as float64, so that an integer or a Python float leaves a formula like a column does."""
    if type(value) is np.ndarray:
        return value if value.dtype == np.float64 else value.astype(np.float64)
    if hasattr(value, "__array_ufunc__") and not isinstance(value, np.generic):
        return value  # type: ignore[return-value]  # what stands in for an array stays what it is
    return np.asarray(value, dtype=np.float64)


class _State(threading.local):
    """Whether this thread has asked for silence already: entering numpy's own context costs as much as a division."""

    depth = 0


_STATE = _State()


class quiet:  # noqa: N801 (used like np.errstate)
    """A context in which dividing by zero, overflow and what is no number pass without a warning. It may be entered again."""

    def __enter__(self) -> None:
        self._inner = None if _STATE.depth else np.errstate(divide="ignore", invalid="ignore", over="ignore")
        if self._inner is not None:
            self._inner.__enter__()
        _STATE.depth += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        _STATE.depth -= 1
        if self._inner is not None:
            self._inner.__exit__(kind, error, trace)


def _ratio(top: Value, bottom: Value) -> Array:
    """``top / bottom``: exactly 0 where nothing is asked for, infinite where there is work and no rate; never a warning."""
    if _STATE.depth:
        return np.where(np.equal(top, 0.0), 0.0, np.divide(top, bottom))
    with quiet():
        return np.where(np.equal(top, 0.0), 0.0, np.divide(top, bottom))


def _doublings(count: Value) -> Array:
    """``ceil(log2 n)``, safe against a logarithm that comes out a rounding error too large."""
    return np.ceil(np.log2(count) - 1e-9)
