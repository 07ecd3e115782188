"""Power against clock: a chip that may draw less than it is rated for computes more slowly.

Measured rates hold at the rated power, whatever it throttles there, so the power only counts once it is set below that. Voltage
follows the clock, so the clock falls with the cube root of the power: A100s with 300 W reach 93 % of the matmul rate of those with
400 W (87 % and 91 % reckoned with and without their idle power; at a constant energy an operation it would be 64 %). HBM and links
keep their clocks.
"""

from __future__ import annotations

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.physics import economics

_CLOCKED = ("gemm_compute", "expert_gemm_compute", "core_compute", "vector_flop_per_s", "sram_fraction")


def throttled(c: Columns) -> Columns:
    """The columns with everything that runs at the chip's clock slowed down; the same columns where nothing is.

    What comes out is not throttled again: it has no rated power any more, and its ``clock`` says what was done.
    """
    if not (c.tdp_w < c.rated_w).any():
        return c
    clock = clock_fraction(c)
    slowed = {name: getattr(c, name) * clock for name in _CLOCKED}
    return c.replace(**slowed, clock=clock, rated_w=np.nan)


def clock_fraction(c: Columns) -> Array:
    """Clock against the usual one, (n,) or (1,): 1 where the power is the rated one or more, or not known."""
    capped = economics.capped_clock_fraction(tdp_w=c.tdp_w, rated_w=c.rated_w)
    return np.where(np.isnan(capped), 1.0, capped)
