"""What every formula takes and gives: floats or float64 arrays that broadcast, and the two constants that carry a unit."""

from __future__ import annotations

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
    return np.asarray(value, dtype=np.float64)


def _ratio(top: Value, bottom: Value) -> Array:
    """``top / bottom``: exactly 0 where nothing is asked for, infinite where there is work and no rate; never a warning."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(np.equal(top, 0.0), 0.0, np.divide(top, bottom))


def _doublings(count: Value) -> Array:
    """``ceil(log2 n)``, safe against a logarithm that comes out a rounding error too large."""
    return np.ceil(np.log2(count) - 1e-9)
