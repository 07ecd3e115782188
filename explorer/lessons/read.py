"""Lesson files: TOML, read with suspicion; what is wrong is told with file, line and field."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from explorer import paths
from explorer.errors import ExplorerError
from explorer.lessons.model import Lesson, Workshop
from explorer.library.text_files import read_text
from explorer.library.toml_presets import line_of, parse_toml
from explorer.specs import Spec, SpecError
from explorer.specs.base import build_json, problem_lines

T = TypeVar("T", bound=Spec)
Page = TypeVar("Page", Lesson, Workshop)


def lessons_folder() -> Path:
    """Where the shipped lessons lie."""
    return paths.presets() / "lessons"


def workshops_folder() -> Path:
    """Where the shipped plans of workshops lie."""
    return paths.presets() / "workshops"


def read_lesson(path: Path | str) -> Lesson:
    """One lesson. Raises `ExplorerError`: file, line and field."""
    return read_table(Path(path), Lesson, "a lesson")


def read_workshop(path: Path | str) -> Workshop:
    """One workshop plan. Raises `ExplorerError`: file, line and field."""
    return read_table(Path(path), Workshop, "a workshop plan")


def new_lesson(name: str) -> str:
    """A commented lesson file for ``name`` to fill in; it is true as it stands."""
    return (paths.resources() / "lesson_template.toml").read_text(encoding="utf-8").replace("@ID@", name)


def is_workshop(path: Path) -> bool:
    """Whether a file is a workshop's plan and no lesson. Raises `ExplorerError` for what is no TOML."""
    return "sessions" in parse_toml(read_text(path, "a lesson"), path.name)


def mistakes(path: Path, kind: type[Lesson | Workshop]) -> list[str]:
    """Everything that keeps a file from being a ``kind``, a line for each: file, line, field."""
    try:
        text = read_text(path, "a lesson")
        kind.model_validate_json(json.dumps(_plain(parse_toml(text, path.name)), allow_nan=False))
        found = read_table(path, kind, "a lesson")
    except ValidationError as error:
        told = sorted(problem_lines(error), key=lambda problem: line_in(text, problem.partition(": ")[0]))
        return [_line(path.name, text, problem) for problem in told]
    except ExplorerError as error:
        return [str(error)]
    except ValueError:
        return [f"{path.name}: a number is not finite"]
    return [] if found.id == path.stem else [f"{path.name}:{line_in(text, 'id')}: id: it must be the file's name, {path.stem!r}"]


def _line(name: str, text: str, problem: str) -> str:
    line = line_in(text, problem.partition(": ")[0])
    return f"{name}{f':{line}' if line else ''}: {problem}"


def read_table(path: Path, kind: type[T], what: str) -> T:
    """A TOML file as a ``kind``. Raises `ExplorerError`: file, line and field."""
    text = read_text(path, what)
    try:
        return build_json(kind, json.dumps(_plain(parse_toml(text, path.name)), allow_nan=False))
    except SpecError as error:
        raise ExplorerError(_line(path.name, text, str(error))) from None
    except ValueError:
        raise ExplorerError(f"{path.name}: a number is not finite") from None
    except RecursionError:
        raise ExplorerError(f"{path.name}: nested too deeply") from None


def line_in(text: str, field: str) -> int:
    """The line of a dotted ``field`` in which the parts of lists are counted from 0: ``steps.2.goal.0.result``."""
    lines, parts = text.split("\n"), field.split(".")
    if len(parts) > 1 and parts[1].isdigit():  # skip to the right [[list]] entry, then look below it
        starts = [i for i, line in enumerate(lines) if line.strip().replace(" ", "") == f"[[{parts[0]}]]"]
        if int(parts[1]) < len(starts):
            start = starts[int(parts[1])]
            stop = next((i for i in starts if i > start), len(lines))
            inner = line_of("\n".join(lines[start:stop]), ".".join([parts[0], *(p for p in parts[2:] if not p.isdigit())]))
            return start + max(inner, 1)
    return line_of(text, field)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else value


def read_lessons(folder: Path | None = None) -> tuple[dict[str, Lesson], tuple[str, ...]]:
    """All lessons of a folder by id, in their order, and a line for each file that is wrong: it is left out."""
    found, told = _read_folder(lessons_folder() if folder is None else folder, Lesson, "a lesson")
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0]))), told


def read_workshops(folder: Path | None = None) -> tuple[dict[str, Workshop], tuple[str, ...]]:
    """All plans of workshops by id, and a line for each file that is wrong."""
    return _read_folder(workshops_folder() if folder is None else folder, Workshop, "a workshop plan")


def _read_folder(folder: Path, kind: type[Page], what: str) -> tuple[dict[str, Page], tuple[str, ...]]:
    found: dict[str, Page] = {}
    told: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            page = read_table(path, kind, what)
            if page.id != path.stem:
                raise ExplorerError(f"{path.name}: id must be the file's name, {path.stem!r}")
            found[page.id] = page
        except ExplorerError as error:
            told.append(str(error))
    return found, tuple(told)
