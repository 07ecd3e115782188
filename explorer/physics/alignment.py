"""Operands whose rows are not whole cache lines, and heads that matrix units cannot load."""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import Array, Value, _array

LINE_BYTES, LOAD_BYTES = 128.0, 16.0


def misaligned_stretch(*, n: Value, k: Value, bytes_per_element: Value, lost: Value) -> Array:
    """How much longer a matmul takes because rows of an operand straddle cache lines.

    Parameters
    ----------
    n, k : [1] columns of the output, inner dimension
    bytes_per_element : [B] size of an element
    lost : [1] what such a matmul takes longer, as a part of its time

    Returns
    -------
    [1] broadcast shape; 1 where rows of both are multiples of 128 bytes

    Equation: ``1 + lost`` where ``n b mod 128`` or ``k b mod 128`` is not 0
    Reference: NVIDIA matrix multiplication guide (dimensions in multiples of 128 bytes on A100); Anthony et al. 2024, arXiv:2401.14489
    Leaves out: how far a row is out of line
    """
    n_over, k_over = (over_bytes(row_bytes=size * bytes_per_element, unit_bytes=LINE_BYTES) for size in (n, k))
    return _array(1.0 + lost * np.where(n_over + k_over > 0, 1.0, 0.0))


def over_bytes(*, row_bytes: Value, unit_bytes: Value) -> Array:
    """What a row has beyond whole units.

    Parameters
    ----------
    row_bytes : [B] size of a row
    unit_bytes : [B] size of a unit

    Returns
    -------
    [B] broadcast shape; 0 where a row consists of whole units

    Equation: ``row mod unit``
    Reference: none needed: the definition
    Leaves out: where the first row begins
    """
    return _array(np.mod(row_bytes, unit_bytes))
