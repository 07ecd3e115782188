"""Every mistake of one preset file at once: what is wrong is told, taken away, and the rest is read on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.library.sourced import PresetError, split
from explorer.library.text_files import read_text
from explorer.library.toml_presets import line_of, parse_toml, place, read_preset, relatives
from explorer.specs import Spec, SpecError, build

_MOST = 200


def mistakes(path: Path, kind: type[Spec]) -> list[str]:
    """A line for each mistake of the file at ``path``, from top to bottom; none where it is right."""
    try:
        read_preset(path, kind)
    except ExplorerError as error:
        return [line for _, line in sorted(_all(path, kind), key=lambda mistake: mistake[0])] or [str(error)]
    return []


def _all(path: Path, kind: type[Spec]) -> list[tuple[int, str]]:
    where = f"{path.parent.name}/{path.name}".lstrip("/")
    try:
        text = read_text(path, "a preset")
        table = parse_toml(text, where)
    except ExplorerError:
        return []
    found: list[tuple[int, str]] = []
    wrong: list[str] = []

    def tell(key: str, message: str) -> None:
        found.append((line_of(text, key) or 0, f"{place(where, text, key)}: {message}"))

    values = _read(table, kind, path, wrong, tell)
    if values is None:
        return found
    if values.get("id") != path.stem and "id" not in wrong:
        tell("id", f"id must be the file's name, {path.stem!r}")
    try:
        build(kind, values)
    except SpecError as error:
        for line in (str(error), *error.further):
            key = line.partition(":")[0]
            if not any(_follows(line, key, bad) for bad in wrong):
                tell(key, line)
    return found


def _follows(line: str, key: str, bad: str) -> bool:
    """Whether a mistake only says that what was taken away is missing: ``domain``, where ``domian`` was."""
    beside = key.rpartition(".")[0] == bad.rpartition(".")[0]
    return key == bad or bad.startswith(f"{key}.") or (beside and line.endswith("Field required"))


def _read(table: dict[str, Any], kind: type[Spec], path: Path, wrong: list[str], tell: Callable[[str, str], None]) -> dict[str, Any] | None:
    """The values of what can be read; None where one mistake may stand behind others. What is wrong is told, and its key kept."""
    for _ in range(_MOST):
        try:
            return split(kind, table, relatives(path, kind))
        except PresetError as error:
            tell(error.key, str(error))
            wrong.append(error.key)
            if error.key.startswith("sources") or not _take_away(table, error.key):
                return None
    return None


def _take_away(table: Any, key: str) -> bool:
    """Remove the entry at a dotted key; rows of a list go by their name or place. False where there is none."""
    *parts, last = key.split(".")
    for part in parts:
        if isinstance(table, list):
            table = next((row for i, row in enumerate(table) if isinstance(row, dict) and part == str(row.get("name", i))), None)
        else:
            table = table.get(part) if isinstance(table, dict) else None
    return isinstance(table, dict) and table.pop(last, None) is not None


__all__ = ["mistakes"]
