"""Rows of a collectives file as columns: which chip, kernel and operation, how many ranks and bytes, and the measured time."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.physics.arrays import Array
from explorer.specs import Chip
from explorer.validation.rows import Row, RowError
from explorer.validation.scenes import Setting

OPERATIONS = ("all_gather", "reduce_scatter", "all_reduce", "alltoall", "p2p_send_recv")
KERNELS = ("library", "trtllm", "vllm_graph", "vllm_eager")
LARGE_BYTES = 32 * 2**20
_NODE = 16  # a domain of up to so many chips is one server, which a row may have filled in part only
_OTHERS = {
    "moe_dispatch": "an exchange of routed tokens", "moe_combine": "an exchange of routed tokens",
    "pcie": "a copy between host and chip, no collective", "latency": "the latency of a link, no collective",
}  # fmt: skip
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Message:
    """One row: its ranks as the source counts them and the chips they sit on, bytes of the full buffer, chips of a domain.

    ``reducible``: the switch may add (floating point, not forced to a ring).
    """

    row: Row
    chip: Chip
    operation: str
    kernel: str
    ranks: float
    chips: float
    size: float
    domain: float
    reducible: bool
    quantity: str
    measured: float

    @property
    def seconds(self) -> float:
        """The measured time."""
        return self.measured * 1e-6 if self.quantity == "time_us" else self.size / (self.measured * 1e9)


def message_of(setting: Setting, row: Row) -> Message:
    """A row as a message. Raises `RowError` where it says too little."""
    operation = row.text("op")
    if operation not in OPERATIONS:
        why = next((words for start, words in _OTHERS.items() if operation.startswith(start)), "not modelled")
        raise RowError(f"{operation or 'a missing op'}: {why}")
    name, chip = setting.chip(row)
    ranks, size = row.count("ranks"), row.positive("size_bytes")
    if size is None:
        raise RowError("size_bytes is missing")
    if ranks < 2:
        raise RowError("one rank has no collective")
    quantity = next((q for q in ("time_us", "algbw_gbps") if row.text(q) not in ("", "-")), "")
    measured = row.positive(quantity) if quantity else None
    if measured is None:
        raise RowError("nothing is measured")
    chips = math.ceil(ranks / name.ranks_per_chip)
    return Message(
        row, chip, operation, kernel_of(row), float(ranks), float(chips), size, _domain(setting, row, chip, chips, name.ranks_per_chip),
        operation == "all_reduce" and "int" not in row.text("dtype") and not row.text("algorithm").casefold().startswith("ring"),
        quantity, measured,
    )  # fmt: skip


def _domain(setting: Setting, row: Row, chip: Chip, chips: int, ranks_per_chip: int) -> float:
    """Chips of a domain that take part: all those of a server that the row names, the same number in each rack."""
    domain = setting.fabric(chip).scale_up.domain
    if row.count("nodes", 1) > 1 and row.text("ranks_per_node") and domain <= _NODE:
        return float(min(domain, max(1, row.count("ranks_per_node") // ranks_per_chip)))
    return float(math.ceil(chips / math.ceil(chips / domain)) if chips > domain else domain)


def kernel_of(row: Row) -> str:
    """Which kind of kernel a row timed, one of `KERNELS`."""
    library = row.text("library").casefold()
    if library.startswith("vllm"):
        return "vllm_eager" if "eager" in row.text("algorithm") else "vllm_graph"
    return "trtllm" if library.startswith("trtllm") else "library"


@dataclass(frozen=True, eq=False)
class Sweep:
    """Measured collectives, each field (n,)."""

    ids: NDArray[np.str_]
    source: NDArray[np.str_]
    operation: NDArray[np.str_]
    kernel: NDArray[np.str_]
    buffer_bytes: Array
    ranks: Array
    chips: Array
    domain: Array
    reducible: Mask
    measured_s: Array

    def pick(self, mask: Mask) -> Sweep:
        """The rows where ``mask`` is true."""
        return Sweep(**{name: getattr(self, name)[mask] for name in self.__dataclass_fields__})

    @property
    def half(self) -> Mask:
        """True for about half of the rows, by a hash of their ids: the same rows on every machine."""
        return np.array([hashlib.sha256(i.encode()).digest()[0] % 2 == 0 for i in self.ids], dtype=bool)


def sweep_of(messages: Sequence[Message]) -> Sweep:
    """Messages as columns."""
    return Sweep(
        ids=np.array([m.row.id for m in messages]),
        source=np.array([f"{m.row.text('source')} ({m.row.text('library')})" for m in messages]),
        operation=np.array([m.operation for m in messages]),
        kernel=np.array([m.kernel for m in messages]),
        buffer_bytes=np.array([m.size for m in messages]),
        ranks=np.array([m.ranks for m in messages]),
        chips=np.array([m.chips for m in messages]),
        domain=np.array([m.domain for m in messages]),
        reducible=np.array([m.reducible for m in messages], dtype=bool),
        measured_s=np.array([m.seconds for m in messages]),
    )
