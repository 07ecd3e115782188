"""``chip-explorer measure``: this computer beside the chips of the library."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.output import as_json
from explorer.errors import ExplorerError
from explorer.library import write_whole
from explorer.library.preset_text import preset_text

if TYPE_CHECKING:
    from explorer.specs import Chip
    from explorer.validation.computer import Measured

EXAMPLES = """\
examples:
  chip-explorer measure
  chip-explorer measure --name "My laptop" --seconds 20
  chip-explorer eval --chip my-laptop --chip b200 --workload llama3-8b --batch 1 --chips 1

takes under a minute; close what else computes. Ctrl-C ends it and saves nothing.
"""
_LEAST_S, _MOST_S = 1.0, 600.0


def add_measure(parser: Any) -> None:
    """The arguments of ``measure``."""
    parser.add_argument("--name", default="This computer", help="name of the preset (default: This computer); its id is made from it")
    parser.add_argument("--device", default="", help="cpu or cuda:0 (default: everything; GPUs need PyTorch)")
    parser.add_argument("--seconds", default="40", help="about how long to measure, all devices together (default 40)")
    parser.add_argument("-o", "--output", metavar="FILE", help="write the preset (.toml) here instead of your own library")
    parser.add_argument("--json", action="store_true", help="all figures as JSON, in base units")


def run_measure(arguments: argparse.Namespace) -> str:
    """Measure, save a preset for each device, and say what was found."""
    from explorer.validation.computer import CancelledError, devices, measure, report_lines

    seconds = _seconds(arguments.seconds)
    chosen = devices(arguments.device.strip())
    if arguments.output and len(chosen) > 1:
        raise ExplorerError(f"-o takes one preset, and there are {len(chosen)} devices: choose one with --device")
    lines, records = [], []
    for device in chosen:
        try:
            found = measure(device, seconds / len(chosen), _progress(device.name))
        except KeyboardInterrupt:
            raise CancelledError("measuring was called off: nothing was saved") from None
        chip, where = _saved(found, arguments, device.key)
        lines += [*report_lines(found), f"  saved as {chip.id}: {where}"]
        records.append({**asdict(found), "memory_bytes_per_s": found.memory_bytes_per_s, "caches": [asdict(c) for c in found.caches], "preset": chip.id})
    return as_json({"devices": records}) if arguments.json else "\n".join(lines)


def _saved(found: Measured, arguments: argparse.Namespace, key: str) -> tuple[Chip, str]:
    """The preset and its file. A preset of this computer that is there already is measured anew; another's is not touched."""
    from explorer.validation.computer import keep, named

    if arguments.output:
        path = Path(arguments.output)
        chip = named(found, arguments.name, key)[0].replace(id=path.stem)
        write_whole(path, preset_text(chip).encode())
        return chip, str(path)
    chip, where = keep(found, arguments.name, key)
    return chip, str(where)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ExplorerError(f"--seconds {text[:40]!r} is not a number") from None
    if not _LEAST_S <= value <= _MOST_S:
        raise ExplorerError(f"--seconds {text[:40]}: {_LEAST_S:g} to {_MOST_S:g}")
    return value


def _progress(name: str) -> Any:
    """Tells on stderr: one line that is written over on a terminal, nothing where nobody reads it."""
    shown = sys.stderr.isatty()

    def tell(share: float, text: str) -> None:
        if shown:
            print(f"\r{name[:30]}: {share:4.0%} {text:<44}", end="" if share < 1 else "\n", file=sys.stderr, flush=True)

    return tell
