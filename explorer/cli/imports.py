"""What comes in and goes out by the command line: models of a hub, measured points, share strings."""

from __future__ import annotations

import argparse
from pathlib import Path

from explorer.cli.study_args import add_study_flags, study_of
from explorer.errors import ExplorerError
from explorer.library import free_id, load_library, save_preset, write_whole
from explorer.library.measured_points import read_measured
from explorer.library.model_config import ImportedModel, id_of, read_model_config
from explorer.library.preset_text import preset_text
from explorer.library.share import share_text
from explorer.library.text_files import shown
from explorer.specs import Study, Workload, get_path

SHARE = """\
examples:
  chip-explorer share study.json
  chip-explorer share --chip b200 --workload deepseek-v3 --whole
  chip-explorer eval chipx1:AAOc...
"""
_NUMBERS = ("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "vocab", "max_context")


def add_share(parser: argparse.ArgumentParser) -> None:
    """What ``share`` takes: a study, and the flags that describe one."""
    add_study_flags(parser)
    parser.add_argument("--whole", action="store_true", help="readable with any version of the presets; some twenty times as long")


def run_share(arguments: argparse.Namespace) -> str:
    """The study as one string, for a mail or a chat."""
    return share_text(study_of(arguments), whole=arguments.whole)


def add_import(parser: argparse.ArgumentParser) -> None:
    """What ``presets import`` takes."""
    parser.add_argument("file", metavar="FILE", nargs="?", help="a model's config.json, as published on a model hub")
    parser.add_argument("--id", dest="identifier", metavar="ID", help="the workload's id (default: from its name)")
    parser.add_argument("--name", metavar="NAME", help="the workload's name (default: from the file or its folder)")
    parser.add_argument("-o", "--output", metavar="FILE", help="write this preset file, not into your library")


def run_import(arguments: argparse.Namespace) -> str:
    """A model hub's config.json as a workload of the user's library, or as a preset file; what was read and what assumed."""
    file, identifier, name, output = arguments.file, arguments.identifier, arguments.name, arguments.output
    if file is None or not file.strip():
        raise ExplorerError("presets import: which file? give a model's config.json")
    target = Path(output) if output is not None else None
    if target is not None and target.suffix != ".toml":
        raise ExplorerError(f"{shown(target)}: presets import writes .toml files")
    if target is not None and identifier not in (None, target.stem):
        raise ExplorerError(f"--id {str(identifier)[:60]!r}: a preset's id is the name of its file, {target.stem[:60]!r}")
    found = read_model_config(Path(file), name, identifier or (id_of(target.stem) if target else None))
    if target is not None:
        if found.workload.id != target.stem:
            raise ExplorerError(f"{shown(target)}: a file's name is its preset's id: small letters, digits, dots and dashes")
        write_whole(target, preset_text(found.workload).encode())
        return "\n".join([*model_lines(found), f"written: {shown(target)}"])
    workload = found.workload if identifier else found.workload.replace(id=free_id(found.workload.id, load_library()))
    path = save_preset(workload)
    return "\n".join([*model_lines(found, workload), f"saved: {shown(path)}"])


def model_lines(found: ImportedModel, saved: Workload | None = None) -> list[str]:
    """What a configuration gave, line by line."""
    w = saved or found.workload
    lines = [f"{w.name} ({w.id}): {found.architecture}, {found.params / 1e9:,.2f} billion parameters"]
    lines.append("  " + ", ".join(f"{key} {get_path(w, key):,}" for key in _NUMBERS))
    for title, said in (("read", found.read), ("not in the file", found.assumed), ("left out", found.left_out)):
        lines += [f"{title}:", *(f"  {line}" for line in said)] if said else []
    return lines


def with_measured(study: Study, chart: str, file: str | None) -> tuple[Study, str]:
    """The study with the measured points of ``file`` over its roofline, and what became of the file."""
    if file is None:
        return study, ""
    if chart != "roofline":
        raise ExplorerError(f"--measured lays points over the roofline; the chart is {chart[:40]!r}")
    found = read_measured(Path(file))
    lines = [found.line(), *(f"  {where}: {why}" for where, why in found.skipped)]
    return study.replace(measured=found.points), "\n".join([*lines, *([f"  and {found.more:,} more"] if found.more else [])])
