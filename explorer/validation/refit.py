"""Fit everything again: ``python -m explorer.validation.refit FOLDER``, where FOLDER holds the measured rows (gemm.csv, collectives.csv, ...).

Each program reads what those before it wrote, so the order counts: kernels, links, the host, experts, stacks, and last how far off
all that is. On the rows that the presets name every file comes out as it was, byte by byte; what differs is listed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from explorer import paths

STEPS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("fit_kernels", ("gemm.csv", "attention.csv"), "kernels"),
    ("fit_collectives", ("collectives.csv",), "links"),
    ("fit_host", ("inference.csv",), "host/steps.toml"),
    ("fit_experts", ("inference.csv",), "experts/routing.toml"),
    ("fit_stacks", ("training.csv",), "stacks/training.toml"),
    ("fit_launches", ("training.csv",), "stacks/launches.toml"),
    ("fit_stacks", ("inference.csv",), "stacks/serving.toml"),
    ("bands", ("",), "bands/measured.toml"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Exit status 1 where a file came out different, 2 where a program failed."""
    parser = argparse.ArgumentParser(prog="refit", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    folder = parser.parse_args(arguments).folder
    written = paths.presets() / "calibration"
    before = _contents(written)
    for program, rows, output in STEPS:
        print(f"{program} {' '.join(rows)}", flush=True)
        command = [sys.executable, "-m", f"explorer.validation.{program}", *(str(folder / name) for name in rows)]
        # Programs read the presets when they start: each gets a process of its own.
        done = subprocess.run([*command, "-o", str(written / output)], stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            return 2
    changed = sorted(name for name, text in _contents(written).items() if before.get(name) != text)
    print("\n".join(f"changed: {name}" for name in changed) or "every file is as it was")
    return 1 if changed else 0


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*.toml"))}


if __name__ == "__main__":
    sys.exit(main())
