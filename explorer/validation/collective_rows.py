"""Rows of a collectives file as columns: which chip, library and kernel, how many ranks and bytes, and the measured time."""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ExplorerError
from explorer.physics.arrays import Array

COLUMNS = ("id", "op", "chip", "ranks", "size_bytes", "dtype", "time_us", "algbw_gbps", "library", "algorithm", "source", "quality")
OPERATIONS = {"all_gather": (1, 0), "reduce_scatter": (0, 1), "all_reduce": (1, 1), "alltoall": (1, 0)}
LARGE_BYTES = 32 * 2**20
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Sweep:
    """Measured collectives of one chip, each field (n,). ``reducible``: the switch may add (floating point, not forced to a ring)."""

    ids: NDArray[np.str_]
    source: NDArray[np.str_]
    operation: NDArray[np.str_]
    kernel: NDArray[np.str_]
    buffer_bytes: Array
    ranks: Array
    gathers: Array
    reduces: Array
    reducible: Mask
    measured_s: Array

    def pick(self, mask: Mask) -> Sweep:
        """The rows where ``mask`` is true."""
        return Sweep(**{name: getattr(self, name)[mask] for name in self.__dataclass_fields__})

    @property
    def half(self) -> Mask:
        """True for about half of the rows, by a hash of their ids: the same rows on every machine."""
        return np.array([hashlib.sha256(i.encode()).digest()[0] % 2 == 0 for i in self.ids], dtype=bool)


def read_sweeps(path: Path) -> tuple[dict[str, Sweep], list[tuple[str, str]]]:
    """Sweeps by the chip's name in the file, and (id, reason) of each row of quality A or A- that says too little.

    Raises
    ------
    ExplorerError
        file not readable, or a column missing
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise ExplorerError(f"{path.name}: no column {missing[0]!r}; a file of collectives has {', '.join(COLUMNS)}")
            return _sort(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ExplorerError(f"{path.name}: cannot be read as CSV ({error})") from error


def _sort(rows: Iterable[Mapping[str, str]]) -> tuple[dict[str, Sweep], list[tuple[str, str]]]:
    kept: dict[str, list[tuple[Mapping[str, str], float]]] = {}
    skipped: list[tuple[str, str]] = []
    for row in rows:
        if row["quality"] not in ("A", "A-"):
            continue
        reason, seconds = _usable(row)
        if reason:
            skipped.append((row["id"], reason))
        else:
            kept.setdefault(row["chip"], []).append((row, seconds))
    return {chip: _sweep(pairs) for chip, pairs in kept.items()}, skipped


def _usable(row: Mapping[str, str]) -> tuple[str, float]:
    """Why the row cannot be used ('' if it can), and its time in seconds, from the rate where only that is given."""
    if row["op"] not in OPERATIONS:
        return f"operation {row['op']!r} is not modelled", 0.0
    size, ranks, time, rate = (number(row[key]) for key in ("size_bytes", "ranks", "time_us", "algbw_gbps"))
    if not size > 1 or not ranks > 1:
        return "no size or number of ranks", 0.0
    seconds = time * 1e-6 if time > 0 else size / (rate * 1e9) if rate > 0 else 0.0
    return ("", seconds) if seconds > 0 else ("no time and no rate", 0.0)


def number(text: str) -> float:
    """The finite number in a cell, or NaN."""
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def kernel_of(library: str, algorithm: str) -> str:
    """Which kind of kernel a row timed: library, trtllm, vllm_graph, vllm_eager."""
    name = library.lower()
    if name.startswith("vllm"):
        return "vllm_eager" if "eager" in algorithm else "vllm_graph"
    return "trtllm" if name.startswith("trtllm") else "library"


def _sweep(pairs: list[tuple[Mapping[str, str], float]]) -> Sweep:
    rows = [row for row, _ in pairs]
    phases = np.array([OPERATIONS[row["op"]] for row in rows], dtype=np.float64)
    return Sweep(
        ids=np.array([row["id"] for row in rows]),
        source=np.array([f"{row['source']} ({row['library']})" for row in rows]),
        operation=np.array([row["op"] for row in rows]),
        kernel=np.array([kernel_of(row["library"], row["algorithm"]) for row in rows]),
        buffer_bytes=np.array([float(row["size_bytes"]) for row in rows]),
        ranks=np.array([float(row["ranks"]) for row in rows]),
        gathers=phases[:, 0],
        reduces=phases[:, 1],
        reducible=np.array([_reducible(row) for row in rows], dtype=bool),
        measured_s=np.array([seconds for _, seconds in pairs]),
    )


def _reducible(row: Mapping[str, str]) -> bool:
    forced = row["algorithm"].lower().startswith("ring")
    return row["op"] == "all_reduce" and "int" not in row["dtype"] and not forced
