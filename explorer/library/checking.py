"""Presets read one by one: every mistake of a folder or a file at once, and how many numbers come from which kind of source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from explorer import paths
from explorer.errors import ExplorerError, nearest
from explorer.library.catalogue import KINDS, counts_of
from explorer.library.mistakes import mistakes
from explorer.library.presets import load_library, read_library
from explorer.library.text_files import read_text, shown
from explorer.library.toml_presets import line_of, parse_toml, read_preset
from explorer.specs import Chip, Fabric, Instance, Spec

# What only a file of that kind has. The first that fits counts.
_MARKS: Mapping[str, tuple[str, ...]] = {
    "fabrics": ("scale_up", "scale_out"), "workloads": ("layers", "heads", "vocab"), "instances": ("provider", "chip"),
    "calibration": ("matmul_fraction", "hbm_fraction", "band_note"), "chips": ("hbm_bytes", "family", "cores"),
    "runs": ("tokens", "chip_mtbf_s", "pue"),
}  # fmt: skip


@dataclass
class Checked:
    """What was read, by folder and id, one line for each mistake, and the version of a whole library."""

    specs: dict[str, dict[str, Spec]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    version: str = ""

    def counts(self) -> dict[str, Counter[str]]:
        """Numbers by kind of source, for each folder."""
        return {part: sum((counts_of(s) for s in specs.values()), Counter()) for part, specs in self.specs.items()}


def check(path: Path | None = None) -> Checked:
    """Check a folder of presets or one file; None: the shipped ones. Raises `ExplorerError` where there is nothing to check."""
    if path is None:
        return _folder(paths.presets())
    try:
        there, is_folder = path.exists(), path.is_dir()
    except (OSError, ValueError):
        there = is_folder = False
    if not there:
        raise ExplorerError(f"presets check: there is no folder or file {str(path)[:200]!r}")
    return _folder(path) if is_folder else _file(path)


def _folder(folder: Path) -> Checked:
    found = Checked()
    for part, kind in KINDS.items():
        files = sorted((folder / part).glob("*.toml"))
        if files:
            found.specs[part] = {}
        for file in files:
            try:
                found.specs[part][file.stem] = read_preset(file, kind)
            except ExplorerError:
                found.errors += mistakes(file, kind)
    flat = sorted(folder.glob("*.toml"))
    if not found.specs and flat:
        return _flat(flat)
    if not found.specs:
        raise ExplorerError(f"presets check: {shown(folder)} has no presets in {'/, '.join(KINDS)}/")
    found.errors += _references(found, folder)
    if not found.errors and (folder / "VERSION").is_file():  # a library of its own, such as the shipped one
        try:
            found.version = read_library(folder).data_version
        except ExplorerError as error:
            found.errors.append(str(error))
    return found


def _flat(files: list[Path]) -> Checked:
    """Files that lie side by side, whatever they are."""
    whole = Checked()
    for file in files:
        try:
            one = _file(file)
        except ExplorerError as error:
            whole.errors.append(str(error))
            continue
        whole.errors += one.errors
        for part, specs in one.specs.items():
            whole.specs.setdefault(part, {}).update(specs)
    return whole


def _file(path: Path) -> Checked:
    text = read_text(path, "a preset")
    part = path.parent.name if path.parent.name in KINDS else _part_of(parse_toml(text, path.name))
    if part is None:
        raise ExplorerError(f"{shown(path)}: no telling what it is (a chip has hbm_bytes, a fabric scale_up, a workload layers, a machine provider, a run tokens)")
    found = Checked()
    try:
        found.specs[part] = {path.stem: read_preset(path, KINDS[part])}
    except ExplorerError:
        found.errors += mistakes(path, KINDS[part])
    found.errors += _references(found, path.parent.parent if path.parent.name == part else path.parent)
    return found


def _part_of(table: Mapping[str, object]) -> str | None:
    return next((part for part, marks in _MARKS.items() if any(mark in table for mark in marks)), None)


def _references(found: Checked, folder: Path) -> Iterator[str]:
    """A line for each id that a preset names and nothing has, here or among the shipped ones."""
    shipped = load_library()
    known: dict[str, set[str]] = {
        "fabric": {*shipped.fabrics, *found.specs.get("fabrics", {})},
        "chip": {*shipped.chips, *found.specs.get("chips", {})},
        "calibration": {*shipped.calibrations, *found.specs.get("calibration", {})},
    }
    for part, specs in found.specs.items():
        for name, spec in specs.items():
            for key, kind, wanted in _named(spec):
                if wanted not in known[kind]:
                    yield _line(folder / part / f"{name}.toml", part, name, key, kind, wanted, known[kind])


def _named(spec: Spec) -> Iterator[tuple[str, str, str]]:
    """Key, kind and id of what a preset refers to."""
    if isinstance(spec, Chip):
        yield from (("fabrics", "fabric", fabric) for fabric in spec.fabrics)
        yield ("based_on", "calibration", spec.based_on or spec.id)
    if isinstance(spec, Instance):
        yield from (("chip", "chip", spec.chip), ("fabric", "fabric", spec.fabric))
    if isinstance(spec, Fabric) and spec.based_on:
        yield ("based_on", "fabric", spec.based_on)


def _line(path: Path, part: str, name: str, key: str, kind: str, wanted: str, known: set[str]) -> str:
    try:
        line = line_of(read_text(path, "a preset"), key)
    except ExplorerError:
        line = 0
    where = f"{part}/{name}.toml{f':{line}' if line else ''}"
    if key == "based_on" and wanted == name:
        return f"{where}: based_on is missing: name the shipped chip whose losses this one shares"
    return f"{where}: {key}: unknown {kind} {wanted!r}{nearest(wanted, known)}"
