"""The user's own chips, fabrics and workloads: preset files in the platform's data folder, beside the shipped ones, which stay as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from platformdirs import user_data_path

from explorer.errors import ExplorerError
from explorer.library.preset_text import preset_text
from explorer.library.presets import Library, load_library
from explorer.library.text_files import read_text, shown
from explorer.library.toml_edit import merged_text
from explorer.library.toml_presets import parse_preset, read_preset
from explorer.library.whole_files import write_whole
from explorer.specs import Calibration, Chip, Fabric, Workload

Preset = Chip | Fabric | Workload
T = TypeVar("T", Chip, Fabric, Workload)
FOLDERS: Mapping[str, type[Preset]] = MappingProxyType({"chips": Chip, "fabrics": Fabric, "workloads": Workload})
_LENT = "Carried over from {}, on which this chip is based."


def user_folder() -> Path:
    """Where the user's presets lie; nothing is made by asking."""
    return user_data_path("chip-architecture-explorer", appauthor=False) / "presets"


def user_library(folder: Path | None = None) -> tuple[Library, tuple[str, ...]]:
    """The shipped presets with the user's beside them, and one line for each file that was left out and why."""
    return with_user(load_library(), user_folder() if folder is None else folder)


def with_user(library: Library, folder: Path) -> tuple[Library, tuple[str, ...]]:
    """``library`` with the presets of ``folder`` (``chips/``, ``fabrics/``, ``workloads/``) beside its own.

    A file that is wrong, takes a shipped id or names a fabric or chip that does not exist is left out with a line.
    """
    told: list[str] = []
    fabrics = {**library.fabrics, **dict(_read(folder / "fabrics", Fabric, library.fabrics, told))}
    workloads = {**library.workloads, **dict(_read(folder / "workloads", Workload, library.workloads, told))}
    chips, calibrations = dict(library.chips), dict(library.calibrations)
    for name, chip in _read(folder / "chips", Chip, library.chips, told):
        try:
            calibrations[name] = lent_calibration(library, chip)
            for fabric in chip.fabrics:
                replace(library, fabrics=fabrics).fabric(fabric)
        except ExplorerError as error:
            told.append(f"chips/{name}.toml: {error}")
            continue
        chips[name] = chip
    frozen = MappingProxyType
    return replace(
        library, chips=frozen(chips), fabrics=frozen(fabrics), workloads=frozen(workloads), calibrations=frozen(calibrations)
    ), tuple(told)


def lent_calibration(library: Library, chip: Chip) -> Calibration:
    """What a user's ``chip`` loses: as the shipped chip that it is based on. Raises `ExplorerError` where it names none."""
    if chip.based_on is None:
        raise ExplorerError("based_on is missing: name the shipped chip whose losses this one shares")
    return lent(library.calibration(chip.based_on), chip)


def lent(lender: Calibration, chip: Chip) -> Calibration:
    """``lender`` as the losses of ``chip``, each number said to be carried over."""
    sources = {
        name: s if s.kind == "guess" else s.replace(kind="transferred", note=f"{_LENT.format(lender.id)} {s.note}".strip()[:2000])
        for name, s in lender.sources.items()
    }
    return lender.replace(id=chip.id, sources=sources)


def _read(folder: Path, kind: type[T], taken: Mapping[str, T], told: list[str]) -> Iterator[tuple[str, T]]:
    try:
        files = sorted(folder.glob("*.toml"))
    except OSError as error:
        told.append(f"cannot read {shown(folder)}: {error.strerror}")
        return
    for path in files:
        if path.stem in taken:
            told.append(f"{folder.name}/{path.name}: {path.stem!r} is the id of a shipped preset; give it another")
            continue
        try:
            yield path.stem, read_preset(path, kind)
        except ExplorerError as error:
            told.append(str(error))


def preset_path(spec: Preset, folder: Path | None = None) -> Path:
    """The file in which ``spec`` lies in the user's library."""
    part = next(name for name, kind in FOLDERS.items() if isinstance(spec, kind))
    return (user_folder() if folder is None else folder) / part / f"{spec.id}.toml"


def save_preset(spec: Preset, folder: Path | None = None, *, overwrite: bool = False) -> Path:
    """Write ``spec`` into the user's library, whole or not at all, and say where.

    Raises `ExplorerError` where its id is a shipped one, a file is there (unless ``overwrite``) or it cannot be written.
    """
    path = preset_path(spec, folder)
    if spec.id in getattr(load_library(), path.parent.name):
        raise ExplorerError(f"{spec.id!r} is the id of a shipped preset, which stays as it is: choose another")
    try:
        if not overwrite and path.exists():
            raise ExplorerError(f"there is a preset {spec.id!r} already: {shown(path)}")
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExplorerError(f"cannot write {shown(path)}: {(error.strerror or '').lower()}") from None
    write_whole(path, _kept_layout(path, preset_text(spec), spec).encode())
    return path


def _kept_layout(path: Path, text: str, spec: Preset) -> str:
    """``text`` in the layout and with the comments of the file that is there, if it reads as the same spec so."""
    try:
        found = merged_text(read_text(path, "a preset"), text)
        return found if parse_preset(found, type(spec), path) == spec else text
    except ExplorerError:
        return text


def free_id(wanted: str, library: Library) -> str:
    """``wanted`` as an id that no preset has: lower case, dots and dashes, a number behind it where it is taken."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in ".-") else "-" for c in wanted.casefold()).strip(".-") or "mine"
    taken = {*library.chips, *library.fabrics, *library.workloads}
    tries: Iterator[str] = (plain[:58] if i == 1 else f"{plain[:58]}-{i}" for i in range(1, 10_000))
    return next(name for name in tries if name not in taken)


__all__ = [
    "FOLDERS", "Preset", "free_id", "lent", "lent_calibration", "preset_path", "save_preset", "user_folder", "user_library", "with_user",
]  # fmt: skip
