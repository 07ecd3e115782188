"""Measured kernels: rows of gemm and attention files, told apart, mapped to chips, gathered into columns; the rest with a reason."""

from __future__ import annotations

import csv
import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from explorer import paths
from explorer.errors import ExplorerError
from explorer.library.toml_presets import read_preset
from explorer.specs.chip import Chip
from explorer.validation.kernel_models import Array, Machine

GOOD = ("A", "A-")
MAX_BYTES = 64 * 2**20
_GEMM = ("m", "n", "k", "time_us")
_ATTENTION = ("batch", "isl_new", "kv_len", "heads", "kv_heads", "head_dim", "time_us")
_COMMON = ("id", "op", "chip", "quality", "library")


class Key(NamedTuple):
    """Rows that share their constants: kind of kernel, chip's name in the file, number format."""

    kind: str
    name: str
    number_format: str


@dataclass
class Group:
    """Rows of one key as columns; ``shapes`` names each row's problem but for the batch, so that whole shapes can be held out."""

    ids: list[str] = field(default_factory=list)
    shapes: list[str] = field(default_factory=list)
    libraries: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    values: dict[str, list[float]] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, Array]:
        """The numbers by name, one entry a row; ``time_s`` is the measured time."""
        return {name: np.array(values, dtype=np.float64) for name, values in self.values.items()}


@dataclass
class Gathered:
    """What a set of files holds: groups of usable rows, rows left out with the reason, and how many are below quality."""

    groups: dict[Key, Group] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    below_quality: int = 0


@cache
def notes() -> Mapping[str, Any]:
    """The table of names, libraries and formats beside the constants."""
    return tomllib.loads((paths.presets() / "calibration" / "kernels" / "_machines.toml").read_text("utf-8"))


def machine(name: str) -> Machine:
    """The chip behind a name in a measurement file. Raises `ExplorerError` where no preset has it."""
    table = notes()
    chip_id = table["names"].get(name)
    path = paths.presets() / "chips" / f"{chip_id}.toml"
    if chip_id is None or not path.is_file():
        raise ExplorerError(f"no preset for the chip {name[:80]!r}")
    chip, share = read_preset(path, Chip), table["share"].get(name, 1.0)
    peaks = {f["stored"]: chip.peak_flop_per_s(f["peak"]) for f in table["formats"].values()}
    decode = table["decode"].get(chip_id, {})
    return Machine(
        chip=chip_id,
        peak_flop_per_s={stored: share * peak for stored, peak in peaks.items() if peak is not None},
        vector_flop_per_s=math.inf if chip.vector_flop_per_s is None else share * chip.vector_flop_per_s,
        hbm_bytes_per_s=share * chip.hbm_bytes_per_s,
        cores=max(1.0, share * chip.cores),
        cache_bytes=share * chip.sram_bytes,
        warm=decode.get("timings") == "warm",
        group_least=decode.get("group_least", 1.0),
        group_most=decode.get("group_most", math.inf),
    )


def gather(files: Iterable[Path]) -> Gathered:
    """Read measurement files. Raises `ExplorerError` for a file that is none; a row that cannot be used is listed instead."""
    found = Gathered()
    for path in files:
        for row in _rows(path):
            if row["quality"] not in GOOD:
                found.below_quality += 1
                continue
            try:
                _add(found.groups, row)
            except ExplorerError as problem:
                found.skipped.append((row["id"], str(problem)))
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise ExplorerError(f"no such file: {path.name}")
    if path.stat().st_size > MAX_BYTES:
        raise ExplorerError(f"{path.name}: larger than 64 MiB")
    with path.open(newline="", encoding="utf-8", errors="replace") as lines:
        reader = csv.DictReader(lines)
        have = tuple(reader.fieldnames or ())
        wanted = (*_COMMON, *(_ATTENTION if "kv_heads" in have else _GEMM))
        missing = [name for name in wanted if name not in have]
        if missing:
            raise ExplorerError(f"{path.name}: no column {missing[0]!r}; a file of kernels has {', '.join(wanted)}")
        return [{name: value or "" for name, value in row.items() if isinstance(name, str)} for row in reader]


def _add(groups: dict[Key, Group], row: Mapping[str, str]) -> None:
    if "kv_heads" in row:
        key, values, shape = _attention(row)
    else:
        key, values, shape = _matmul(row)
    machine_of_key(key)
    group = groups.setdefault(key, Group())
    group.ids.append(row["id"])
    group.shapes.append(shape)
    group.libraries.append(row["library"])
    group.sources.append(row.get("source", ""))
    for name, value in values.items():
        group.values.setdefault(name, []).append(value)


def machine_of_key(key: Key) -> Machine:
    """The machine of a group; raises `ExplorerError` where its chip has no such format or no preset."""
    found = _machine(key.name)
    if key.kind != "decode" and key.number_format not in found.peak_flop_per_s:
        raise ExplorerError(f"{found.chip} has no {key.number_format} matmul")
    return found


_machine = cache(machine)


def _matmul(row: Mapping[str, str]) -> tuple[Key, dict[str, float], str]:
    if row["op"] not in ("gemm", "grouped_gemm"):
        reason = "the best of many shapes, not a timing of this one" if row["op"] == "mamf" else "not a matmul or attention kernel"
        raise ExplorerError(f"{row['op'][:60]!r}: {reason}")
    formats = notes()["formats"]
    if row.get("dtype") not in formats:
        raise ExplorerError(f"unknown number format {str(row.get('dtype'))[:40]!r}")
    entry = formats[row["dtype"]]
    values = {name: _number(row, name) for name in ("m", "n", "k")}
    values |= {
        "groups": _number(row, "groups") if row["op"] == "grouped_gemm" else _number(row, "batch", 1.0),
        "bytes": entry["bytes"],
        "quantised": float(quantises(row["library"], row["dtype"])),
        "time_s": 1e-6 * _number(row, "time_us"),
    }
    kind = "grouped" if row["op"] == "grouped_gemm" else "gemm"
    return Key(kind, row["chip"], entry["stored"]), values, f"{values['n']:g}x{values['k']:g}"


def _attention(row: Mapping[str, str]) -> tuple[Key, dict[str, float], str]:
    if row["op"] not in ("prefill", "decode"):
        raise ExplorerError(f"{row['op'][:60]!r}: not prefill or decode attention")
    if _number(row, "window", 0.0) > 0.0:
        raise ExplorerError("sliding windows are not calibrated")
    cached = {"bf16": "bf16", "bfloat16": "bf16", "fp16": "bf16", "float16": "bf16", "fp8": "fp8"}.get(row.get("kv_dtype", ""))
    if cached is None:
        raise ExplorerError(f"unknown format of the KV cache {str(row.get('kv_dtype'))[:40]!r}")
    values = {
        name: _number(row, column)
        for name, column in zip(
            ("sequences", "query_tokens", "key_tokens", "heads", "kv_heads", "head_dim"), _ATTENTION, strict=False
        )
    }
    values |= {"kv_bytes": 1.0 if cached == "fp8" else 2.0, "time_s": 1e-6 * _number(row, "time_us")}
    shape = "{heads:g}/{kv_heads:g}x{sequences:g}".format(**values)
    return Key(row["op"], row["chip"], cached), values, shape


def quantises(library: str, dtype: str) -> bool:
    """Whether a library's timings of a format include quantising the activations."""
    table: Mapping[str, Sequence[str]] = notes()["quantises"]
    return any(library.startswith(start) and dtype in formats for start, formats in table.items())


def _number(row: Mapping[str, str], name: str, missing: float | None = None) -> float:
    text = row.get(name, "").strip()
    if not text and missing is not None:
        return missing
    try:
        value = float(text)
    except ValueError:
        raise ExplorerError(f"{name} is {text[:40]!r}, not a number") from None
    if not math.isfinite(value) or value < 0.0 or (value == 0.0 and name != "window"):
        raise ExplorerError(f"{name} is {text[:40]!r}, not a positive number")
    return value
