"""What a user does with chips, fabrics and workloads of their own: copy, save, rename, put aside and take back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.library.presets import Library, load_library
from explorer.library.text_files import reason, shown
from explorer.library.user import Preset, free_id, lent, preset_path, save_preset, user_folder
from explorer.specs import Chip, Scenario, taken

ASIDE = "removed"
_LONGEST_NAME = 80


def is_own(spec: Preset, folder: Path | None = None) -> bool:
    """Whether ``spec`` has a file in the user's library."""
    return not is_shipped(spec) and preset_path(spec, folder).is_file()


def is_shipped(spec: Preset) -> bool:
    """Whether a shipped preset has the id of ``spec``."""
    known: Any = getattr(load_library(), f"{root_of(spec)}s")
    return spec.id in known


def root_of(spec: Preset) -> str:
    """``chip``, ``fabric`` or ``workload``."""
    return type(spec).__name__.lower()


def own_copy(spec: Preset, name: str, library: Library) -> Preset:
    """A copy with a name and an id of its own, based on the shipped preset of which it is one. Raises `ExplorerError`."""
    lender = spec.id if is_shipped(spec) else spec.based_on
    if lender is None and isinstance(spec, Chip):
        raise ExplorerError(f"{spec.name} is based on no shipped chip, so its losses are unknown: begin with a copy of one that is shipped")
    return spec.replace(id=free_id(name, library), name=name, based_on=lender)


def copy_name(spec: Preset, library: Library) -> str:
    """``B200 (mine)``, numbered where that is taken."""
    taken_names = {s.name for s in getattr(library, f"{root_of(spec)}s").values()}
    plain = spec.name.partition(" (mine")[0][: _LONGEST_NAME - 12]
    tries = (f"{plain} (mine)" if i == 1 else f"{plain} (mine {i})" for i in range(1, 10_000))
    return next(name for name in tries if name not in taken_names)


def put_in(scenario: Scenario, spec: Preset) -> Scenario:
    """``scenario`` with one's own chip, fabric or workload in the place of the one that it is a copy of.

    Its numbers are its own now: what they were is said by their sources, and by the preset that it is based on.
    """
    root = root_of(spec)
    if not isinstance(spec, Chip):
        return taken(scenario, **{root: spec})
    calibration = scenario.calibration if scenario.calibration.id == spec.id else lent(scenario.calibration, spec)
    was = {path: found for path, found in scenario.was.items() if not path.startswith("chip.")}
    name = spec.name if scenario.name == scenario.chip.name else scenario.name
    return scenario.replace(chip=spec, calibration=calibration, name=name, was=was)


def renamed(spec: Preset, name: str, folder: Path | None = None) -> Preset:
    """Write one's own preset under another name; its id, and so the studies that name it, stay. Raises `ExplorerError`."""
    if not is_own(spec, folder):
        raise ExplorerError(f"{spec.name} is shipped and stays as it is: duplicate it to have one of your own")
    changed = spec.replace(name=name)
    save_preset(changed, folder, overwrite=True)
    return changed


def put_aside(spec: Preset, folder: Path | None = None) -> Path:
    """Take one's own preset out of the library; its file is kept beside it. Returns where. Raises `ExplorerError`."""
    path, base = preset_path(spec, folder), user_folder() if folder is None else folder
    if is_shipped(spec):
        raise ExplorerError(f"{spec.name} is shipped and stays")
    place = base / ASIDE / path.parent.name
    try:
        place.mkdir(parents=True, exist_ok=True)
        to = next(p for i in range(1, 10_000) if not (p := place / (path.name if i == 1 else f"{path.stem}.{i}.toml")).exists())
        return path.rename(to)
    except OSError as error:
        raise ExplorerError(f"cannot remove {shown(path)}: {reason(error)}") from None


def take_back(aside: Path, spec: Preset, folder: Path | None = None) -> None:
    """Bring a preset back that `put_aside` took away. Raises `ExplorerError`."""
    path = preset_path(spec, folder)
    try:
        if path.exists():
            raise ExplorerError(f"there is a preset {spec.id!r} again: {shown(path)}")
        aside.rename(path)
    except OSError as error:
        raise ExplorerError(f"cannot bring back {shown(path)}: {reason(error)}") from None


__all__ = ["ASIDE", "copy_name", "is_own", "is_shipped", "own_copy", "put_aside", "put_in", "renamed", "root_of", "take_back"]
