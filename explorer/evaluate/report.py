"""What an evaluation returns: read-only arrays, one value a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.memory import Memory
from explorer.evaluate.network import Traffic
from explorer.evaluate.shape import Shape

TIME_PARTS: dict[str, str] = {
    "matmul": "matmul",
    "attention": "attention",
    "elementwise": "elementwise",
    "optimizer_step": "optimizer",
    "network": "network, exposed",
    "pipeline": "pipeline bubble",
    "host": "host",
}


@dataclass(frozen=True, eq=False)
class OperatorTable:
    """Operators of a step on one chip (mean over stages), each (operators, n); order of `operators.OPERATORS`.

    ``bound`` indexes `operators.BOUNDS`: the ceiling with the largest time. ``latency_s`` is the start of kernels.
    """

    flop: Array
    sram_bytes: Array
    hbm_bytes: Array
    link_bytes: Array
    flop_s: Array
    sram_s: Array
    hbm_s: Array
    latency_s: Array
    time_s: Array

    @cached_property
    def bound(self) -> Array:
        """Index of the slowest ceiling."""
        ceilings = np.broadcast_arrays(self.flop_s, self.sram_s, self.hbm_s, self.latency_s)
        slowest: Array = np.argmax(np.stack(ceilings), axis=0).astype(np.float64)
        return slowest


@dataclass(frozen=True, eq=False)
class Report:
    """Results by key of `quantities.QUANTITIES` in ``values``; a result that does not exist is NaN.

    ``time_parts`` is (parts, n) in the order of `TIME_PARTS` and sums to ``values["step_s"]``.
    """

    columns: Columns
    shape: Shape
    operators: OperatorTable
    memory: Memory
    traffic: Traffic
    exposed_s: Array
    time_parts: Array
    values: Mapping[str, Array]
    fits: Array
    valid_plan: Array

    def value(self, key: str, point: int) -> float | None:
        """One result of one point; None where it does not exist."""
        array = self.values[key]
        number = float(array[point if array.shape[0] > 1 else 0])
        return None if number != number else number
