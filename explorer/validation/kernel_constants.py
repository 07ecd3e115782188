"""The shipped constants of single kernels, read back: predictions for groups of measured rows."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

from explorer import paths
from explorer.errors import ExplorerError
from explorer.validation.kernel_models import KINDS, Array
from explorer.validation.kernel_rows import Group, Key, machine_of_key


def predict(key: Key, group: Group, folder: Path | None = None) -> Array:
    """Times [s] of a group's rows with the constants of its chip. Raises `ExplorerError` where nobody fitted any."""
    machine = machine_of_key(key)
    kind = "gemm" if key.kind == "grouped" else key.kind
    constants = kernel_constants(machine.chip, kind, key.number_format, folder)
    rows = group.columns
    if np.any(rows.get("quantised", np.zeros(1))) and "quantise_fraction" not in constants:
        raise ExplorerError(f"{machine.chip}: no constants for quantising to {key.number_format}")
    return KINDS[kind](rows, machine, key.number_format, constants)


def kernel_constants(chip: str, kind: str, number_format: str, folder: Path | None = None) -> Mapping[str, float]:
    """The constants of one kind of kernel (gemm, prefill, decode) on a chip. Raises `ExplorerError` where there are none."""
    tables = _read(folder or paths.presets() / "calibration" / "kernels", chip)
    if number_format not in tables.get(kind, {}):
        raise ExplorerError(f"no fitted constants of {kind} kernels in {number_format} on {chip}")
    return tables[kind][number_format]


@cache
def _read(folder: Path, chip: str) -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    path = folder / f"{chip}.toml"
    if not path.is_file():
        return {}
    data = tomllib.loads(path.read_text("utf-8"))
    return {
        kind: {name: {k: v for k, v in table.items() if isinstance(v, float)} for name, table in data[kind].items()}
        for kind in KINDS
        if kind in data
    }
