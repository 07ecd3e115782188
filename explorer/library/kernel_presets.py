"""Fitted constants of single kernels, one file a chip, made part of the chip's calibration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from explorer.errors import ExplorerError
from explorer.library.text_files import read_text
from explorer.library.toml_presets import parse_toml
from explorer.specs import FORMATS, AttentionKernel, Calibration, GemmKernel, Kernels, Source, Spec, SpecError, build

TABLES = "_machines.toml"
BLOCK_TOKENS = 128.0  # queries of a block in the fused attention kernels that were timed
_KEPT_OUT = ("cache_bytes_per_s",)  # a cache that timings find warm; a model's step never does
T = TypeVar("T", bound=Spec)


def with_kernels(calibrations: Mapping[str, Calibration], folder: Path) -> dict[str, Calibration]:
    """The calibrations with what the files in ``folder`` say of their chips, or of their nearest relatives. Raises `ExplorerError`."""
    if not (folder / TABLES).is_file():
        return dict(calibrations)
    tables = _read(folder / TABLES)
    files = {path.stem: _read(path) for path in sorted(folder.glob("*.toml")) if path.name != TABLES}
    own = {chip: _kernels(chip, data, tables, files) for chip, data in files.items()}
    return {chip: _merged(calibration, own, tables) for chip, calibration in calibrations.items()}


def _read(path: Path) -> dict[str, Any]:
    return parse_toml(read_text(path, "fitted constants"), f"kernels/{path.name}")


def _kernels(chip: str, data: dict[str, Any], tables: dict[str, Any], files: dict[str, dict[str, Any]]) -> Kernels:
    where = f"kernels/{chip}.toml"
    gemm: dict[str, GemmKernel] = {}
    for name, stored in tables["stored"].items():
        if stored["name"] in data.get("gemm", {}):
            extra: dict[str, Any] = {"note": stored["note"], "provenance": "transferred"} if "note" in stored else {}
            if chip in tables["host_visible"]:
                other = tables["host_visible"][chip]
                extra |= {"launch_s": files[other]["gemm"]["bf16"]["launch_s"], "note": f"Launch of queued kernels from {other}."}
            if stored["name"] == "nvfp4":  # its timings hold a kernel that quantises, whose own steps along k they do not tell apart
                plain = data["gemm"]["bf16"]
                extra |= {k: plain[k] for k in ("prologue_k", "step_s")}
            gemm[name] = _constants(GemmKernel, data["gemm"][stored["name"]], extra, f"{where}: gemm.{name}")
    groups = {k: float(v) for k, v in tables["decode"].get(chip, {}).items() if k.startswith("group")}
    return Kernels(
        gemm=gemm,
        prefill={
            name: _constants(AttentionKernel, values, {"memory_fraction": 1.0, "block_tokens": BLOCK_TOKENS}, f"{where}: prefill.{name}")
            for name, values in data.get("prefill", {}).items()
        },
        decode={
            name: _constants(AttentionKernel, values, groups, f"{where}: decode.{name}")
            for name, values in data.get("decode", {}).items()
        },
    )


def _constants(kind: type[T], values: dict[str, Any], extra: dict[str, Any], where: str) -> T:
    """The fitted numbers of one table; its errors, rows and sources stay in the file."""
    numbers = {k: v for k, v in values.items() if isinstance(v, float) and k not in _KEPT_OUT}
    try:
        return build(kind, numbers | {"provenance": values.get("provenance", "guess")} | extra)
    except SpecError as error:
        raise ExplorerError(f"{where}: {error}") from None


def _merged(calibration: Calibration, own: Mapping[str, Kernels], tables: dict[str, Any]) -> Calibration:
    """Own kernels before those of the relative, which are marked as such."""
    chip = calibration.id
    relative = tables["relatives"].get(chip)
    if chip not in own and relative not in own:
        return calibration
    mine, theirs = own.get(chip, Kernels()), own.get(relative, Kernels())
    found = {kind: _carried(getattr(theirs, kind), relative) | getattr(mine, kind) for kind in ("gemm", "prefill", "decode")}
    has = {name for name in FORMATS if name in calibration.matmul_fraction}
    found["gemm"] = {name: kernel for name, kernel in found["gemm"].items() if name in has}
    sources = {
        f"kernels.{kind}.{name}": Source(
            kind=kernel.provenance, ref=f"Fit to timings of kernels: presets/calibration/kernels, {kind} in {name}",
            url="https://pypi.org/project/aiconfigurator-core/", note=kernel.note,
        )
        for kind, kernels in found.items() for name, kernel in kernels.items()
    }  # fmt: skip
    return calibration.replace(kernels=Kernels(**found), sources=calibration.sources | sources)


def _carried(kernels: Mapping[str, T], relative: str | None) -> dict[str, T]:
    return {name: k.replace(provenance="transferred", note=f"From {relative}.") for name, k in kernels.items()}
