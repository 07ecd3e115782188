"""Presets as text: what there is, what one of them says and where it has it from, whether all of them are right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError, unknown
from explorer.library import Library, load_library, read_library, text_files
from explorer.library.sourced import unit_of
from explorer.specs import Chip, Fabric, Run, Spec, Workload
from explorer.units import format_quantity

_HIDDEN = ("sources", "alternatives", "id", "name")


def listed(extra: str | None) -> str:
    """Ids and names of all chips, fabrics, workloads and runs."""
    if extra is not None:
        raise ExplorerError(f"unexpected argument {extra[:80]!r}: presets list takes none")
    library = load_library()
    groups: dict[str, Mapping[str, Chip | Fabric | Workload | Run]] = {
        "chips": library.chips, "fabrics": library.fabrics, "workloads": library.workloads, "runs": library.runs,
    }  # fmt: skip
    lines = []
    for title, specs in groups.items():
        lines += [title, *(f"  {key:24} {spec.name}" for key, spec in specs.items())]
    return "\n".join(lines)


def shown(name: str | None) -> str:
    """One preset: its values, each with its source and with what others publish."""
    library = load_library()
    every: dict[str, Chip | Fabric | Workload | Run] = {**library.chips, **library.fabrics, **library.workloads, **library.runs}
    if name is None:
        raise ExplorerError("presets show: which one? presets list names them")
    if name not in every:
        raise unknown("preset", name, every)
    spec = every[name]
    return "\n".join([f"{spec.name} ({spec.id})", *_fields(spec, "", spec.sources, getattr(spec, "alternatives", {}))])


def _fields(spec: Spec, prefix: str, sources: dict[str, Any], others: dict[str, tuple[str, ...]]) -> list[str]:
    lines = []
    for field in type(spec).model_fields:
        value, key = getattr(spec, field), f"{prefix}{field}"
        if field in _HIDDEN or value in (None, (), {}, ""):
            continue
        if isinstance(value, Spec):
            lines += _fields(value, f"{key}.", sources, others)
            continue
        lines.append(f"  {key} = {_plain(field, value)}")
        if key in sources:
            lines.append(f"      {sources[key].line()}")
        lines += [f"      also published: {other}" for other in others.get(key, ())]
    return lines


def _plain(field: str, value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_plain(field, v) for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{k} {_plain(field, v)}" for k, v in value.items())
    if isinstance(value, Spec):
        inner = ((f, getattr(value, f)) for f in type(value).model_fields if f != "source")
        return "(" + ", ".join(f"{f} {_plain(f, v)}" for f, v in inner if v != "") + ")"
    return format_quantity(value, unit_of(field), digits=5) if isinstance(value, float) else str(value)


def checked(folder: str | None) -> str:
    """Read every preset again and say so. Raises `ExplorerError` at the first mistake: file, line and key."""
    library = load_library() if folder is None else _read(folder)
    counts = ((library.chips, "chips"), (library.fabrics, "fabrics"), (library.workloads, "workloads"))
    return f"{', '.join(f'{len(specs)} {what}' for specs, what in counts)}: all right (data {library.data_version})"


def _read(folder: str) -> Library:
    """Somebody's own presets: what is missing there says nothing of the installation."""
    path = Path(folder)
    try:
        there = bool(folder.strip()) and path.is_dir()
    except (OSError, ValueError):
        there = False
    if not there:
        raise ExplorerError(f"presets check: there is no folder {folder[:200]!r}")
    for part in ("chips", "fabrics", "workloads", "calibration"):
        if not any((path / part).glob("*.toml")):
            raise ExplorerError(f"presets check: {text_files.shown(path)} has no presets in {part}/")
    return read_library(path)
