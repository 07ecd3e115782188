"""Rows of operators that are computed together, and how often each of them runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.matmuls import rows
from explorer.evaluate.tapes import as_array

FIELDS = ("flop", "sram_bytes", "hbm_bytes", "flop_s", "sram_s", "hbm_s", "latency_s", "time_s")
_NARROW = 64  # below this many points one call costs less than several


@dataclass(frozen=True, eq=False)
class Block:
    """One pass (forward, backward or once a step) over some operators: ``keys``, one a row; arrays of shape (rows, n) or (1, n).

    ``time_s`` is the slowest ceiling, what it does not hide, and launch latency. ``hbm_s`` has all the HBM does in it, that
    around the attention kernel too, which hides behind nothing.
    """

    keys: tuple[str, ...]
    flop: Array
    sram_bytes: Array
    hbm_bytes: Array
    flop_s: Array
    sram_s: Array
    hbm_s: Array
    latency_s: Array
    time_s: Array

    def plus(self, other: Block) -> Block:
        """Passes one after the other: their times add, so the slowest ceiling of the sums is not the time."""
        return Block(self.keys, *(getattr(self, f) + getattr(other, f) for f in FIELDS))

    def times(self, factor: Array) -> Block:
        """The same, more or less often."""
        return Block(self.keys, *(getattr(self, f) * factor for f in FIELDS))


# The operator that shows a row, where it has another name.
OPERATOR_OF = {"latent_query": "latent", "latent_kv": "latent", "shared_up": "expert_up", "shared_down": "expert_down"}
_NONE = np.zeros(1)


def layer_counts(c: Columns, block: Block) -> Array:
    """Layers in which each row of a forward block runs, (rows, n) or (rows, 1); 0 for what runs once a stage."""
    return rows(*(_count(c, key) for key in block.keys))


def _count(c: Columns, key: str) -> Array:
    if key in ("embedding", "head", "loss"):
        return _NONE
    if key in ("expert_up", "expert_down", "expert_activation"):
        return c.expert_layers
    if key in ("gate_up", "activation", "down"):
        return c.layers - c.expert_layers
    counted = _OTHERS.get(key)
    return c.layers if counted is None else as_array(counted(c))


_OTHERS: dict[str, Callable[[Columns], Array]] = {
    "attention": lambda c: c.layers - c.window_layers,
    "window": lambda c: c.window_layers,
    "latent_query": lambda c: c.layers * (c.latent_query_rank > 0),
    "latent_kv": lambda c: c.layers * (c.latent_rank > 0),
    "router": lambda c: np.where(c.experts > 0, c.expert_layers, c.layers * (c.modulation > 0)),
    "shared_up": lambda c: c.expert_layers * (c.shared_ffn > 0),
    "shared_down": lambda c: c.expert_layers * (c.shared_ffn > 0),
}


def summed(table: Array) -> Array:
    """Sum over rows in their order, so that a point in a batch equals the point alone bit for bit."""
    if table.shape[-1] < _NARROW:
        narrow: Array = np.add.accumulate(table, axis=0)[-1]
        return narrow
    total: Array = table[0] if len(table) == 1 else table[0] + table[1]
    for row in table[2:]:
        total += row
    return total
