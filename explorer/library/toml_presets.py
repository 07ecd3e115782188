"""One preset file: numbers as people write them, each with its source, split into a spec's plain fields and `sources`.

A number is a table ``{ value = "2.9 TB/s", source = "T2" }``, with ``note``, ``kind`` and ``alternatives`` where they help;
``source`` names one or several entries of the file's ``[sources]``. ``default_source`` speaks for the numbers without one.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from explorer import paths
from explorer.errors import ExplorerError, nearest
from explorer.library import announced
from explorer.library.sourced import PresetError, split
from explorer.library.text_files import read_text
from explorer.specs import Spec, SpecError, build

LONGEST_LINE = 4096
MOST_LINES = 10_000
_MOST_PARTS = 16
_DEEP = re.compile(r"""[\s\[]*(?:(?:[\w-]+|"[^"]*"|'[^']*')\s*\.\s*){16}""")
_ID = re.compile(r"[a-z0-9][a-z0-9.\-]{0,63}")
T = TypeVar("T", bound=Spec)


def read_preset(path: Path, kind: type[T], *, alone: bool = True) -> T:
    """Read and check one file as a ``kind``. Raises `ExplorerError`: file, line, key, and the nearest right name.

    ``alone`` False: another file refers to this one, which must not refer any further.
    """
    return parse_preset(read_text(path, "a preset"), kind, path, alone=alone)


def parse_preset(text: str, kind: type[T], path: Path, *, alone: bool = True) -> T:
    """As `read_preset`, from the text of the file at ``path``. Raises `ExplorerError`."""
    where = f"{path.parent.name}/{path.name}".lstrip("/")
    table = parse_toml(text, where)
    try:
        values = split(kind, table, relatives(path, kind) if alone else None)
    except PresetError as error:
        raise ExplorerError(f"{place(where, text, error.key)}: {error}") from None
    if values.get("id") != path.stem:
        raise ExplorerError(f"{place(where, text, 'id')}: id must be the file's name, {path.stem!r}")
    try:
        return build(kind, values)
    except SpecError as error:
        raise ExplorerError(f"{place(where, text, str(error).partition(':')[0])}: {error}") from None


def relatives(path: Path, kind: type[T]) -> announced.Relative:
    """How a file finds another preset of its kind: beside itself, else among the shipped ones. Raises `ValueError`."""

    def find(name: str) -> Spec:
        beside = [folder / f"{name}.toml" for folder in (path.parent, paths.presets() / f"{kind.__name__.lower()}s")]
        file = next((f for f in beside if _ID.fullmatch(name) and f.is_file()), None)
        if file is None or name == path.stem:
            names = (f.stem for f in beside[0].parent.glob("*.toml") if f.stem != path.stem)
            raise ValueError(f"no preset {name[:80]!r} to refer to{nearest(name, names)}")
        return read_preset(file, kind, alone=False)

    return find


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """TOML to a dictionary. What takes the parser seconds is refused first: long lines, long dotted names, very many lines."""
    if text.count("\n") > MOST_LINES:
        raise ExplorerError(f"{where}: more than {MOST_LINES:,} lines")
    for number, line in enumerate(text.split("\n"), start=1):
        if _DEEP.match(line):
            raise ExplorerError(f"{where}:{number}: a name of more than {_MOST_PARTS} parts")
        if len(line) > LONGEST_LINE:
            raise ExplorerError(f"{where}:{number}: a line of {len(line)} characters (at most {LONGEST_LINE})")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).partition(" (at line ")
        line = place.partition(",")[0]
        raise ExplorerError(f"{where}:{line if line.isdigit() else len(text.splitlines())}: {message}") from None
    except RecursionError:
        raise ExplorerError(f"{where}: nested too deeply") from None
    except ValueError as error:
        raise ExplorerError(f"{where}: {str(error).partition(';')[0]}") from None


def place(where: str, text: str, key: str) -> str:
    """Where in a file a key stands: file and line."""
    line = line_of(text, key)
    return f"{where}:{line}" if line else where


def line_of(text: str, key: str) -> int:
    """The line on which a dotted ``key`` is set, or that of the nearest table around it; 0 where neither is found."""
    best, best_length = 0, 0
    wanted = [part for part in key.split(".") if part]
    header: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        table = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]", line)
        setting = re.match(r"\s*([A-Za-z0-9_.\-\"]+)\s*=", line)
        if table:
            header = table.group(1).replace('"', "").split(".")
        found = [*header, *setting.group(1).replace('"', "").split(".")] if setting else header if table else []
        length = len(found) if found and found == wanted[: len(found)] else 0
        if length > best_length:
            best, best_length = number, length
    return best
