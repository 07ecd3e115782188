"""``presets new`` and ``presets schema``: a file to fill in, a copy under another name, and JSON Schema for editors."""

from __future__ import annotations

import argparse
from pathlib import Path

from explorer import paths
from explorer.cli.output import as_json
from explorer.errors import ExplorerError, unknown
from explorer.library import user_folder, write_whole
from explorer.library.catalogue import KINDS, SINGULAR
from explorer.library.preset_template import check_id, like, template
from explorer.library.schema import schema
from explorer.library.text_files import read_text, shown
from explorer.specs import Chip, Fabric, Spec, Workload


def add_new_flags(parser: argparse.ArgumentParser) -> None:
    """What, how it is called, where it goes."""
    parser.add_argument("kind", metavar="KIND", help="chip, fabric, workload, instance or run")
    parser.add_argument("id", metavar="ID", help="its name: lower case letters, digits, dots and dashes")
    parser.add_argument("-o", "--output", metavar="FILE", help="ID.toml, or a folder for it (else it is printed); never written over")
    parser.add_argument("--like", metavar="ID", help="start from this preset instead of from an empty one")


def add_schema_flags(parser: argparse.ArgumentParser) -> None:
    """Of what."""
    parser.add_argument("kind", metavar="KIND", help="chip, fabric, workload, instance or run")


def _part(kind: str) -> str:
    if kind not in SINGULAR and kind not in SINGULAR.values():
        raise unknown("kind", kind, SINGULAR)
    return SINGULAR.get(kind, kind)


def run_schema(arguments: argparse.Namespace) -> str:
    """JSON Schema of one kind of preset file."""
    return as_json(schema(KINDS[_part(arguments.kind)]))


def run_new(arguments: argparse.Namespace) -> str:
    """Write, or print, a new preset file."""
    part, name = _part(arguments.kind), check_id(arguments.id)
    text = template(KINDS[part], name) if arguments.like is None else _copy(part, arguments.like, name)
    if arguments.output is None:
        return text
    path = new_path(arguments.output, name, "a preset")
    write_whole(path, text.encode())
    return f"wrote {shown(path)}; chip-explorer presets check {shown(path)} says what it lacks"


def _copy(part: str, own: str, name: str) -> str:
    folders = (paths.presets() / part, user_folder() / part)
    files = {f.stem: f for folder in reversed(folders) if folder.is_dir() for f in folder.glob("*.toml")}
    if own not in files:
        raise unknown(next(k for k, v in SINGULAR.items() if v == part), own, files)
    lends: tuple[type[Spec], ...] = (Chip, Fabric, Workload)
    return like(read_text(files[own], "a preset"), own, name, based=KINDS[part] in lends)


def new_path(given: str, name: str, what: str) -> Path:
    """The file to write: named after the id, as all of these are, and not there yet. Raises `ExplorerError`."""
    if not given.strip():
        raise ExplorerError("--output is empty: give a file or a folder")
    path = Path(given)
    try:
        path = path / f"{name}.toml" if path.is_dir() else path
        there = path.exists() or path.is_symlink()
    except (OSError, ValueError):
        raise ExplorerError(f"cannot write {shown(path)}: not a possible file name") from None
    if path.name != f"{name}.toml":
        raise ExplorerError(f"cannot write {shown(path)}: {what}'s file is called after its id, {name}.toml")
    if there:
        raise ExplorerError(f"{shown(path)} is there already: it is not written over")
    return path
