"""``presets check``: every file read again, a line for each mistake, and where the numbers come from."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from explorer.cli.output import SeveralError
from explorer.errors import ExplorerError
from explorer.library.catalogue import KINDS, vendor_fraction
from explorer.library.checking import Checked, check
from explorer.specs import CONFIDENCE


def add_flags(parser: argparse.ArgumentParser) -> None:
    """What to check."""
    parser.add_argument("id", metavar="PATH", nargs="?", help="a folder of presets or one file (default: the shipped ones)")


def run(arguments: argparse.Namespace) -> str:
    """The counts. Raises `SeveralError` with one line for each mistake."""
    if arguments.id is not None and not arguments.id.strip():
        raise ExplorerError(f"presets check: there is no folder or file {arguments.id!r}")
    found = check(None if arguments.id is None else Path(arguments.id))
    if found.errors:
        raise SeveralError(found.errors)
    listed = ", ".join(_counted(part, len(found.specs[part])) for part in KINDS if part in found.specs)
    version = f" (data {found.version})" if found.version else ""
    return "\n".join([*_table(found), "", f"{listed}: all right{version}"])


def _counted(part: str, number: int) -> str:
    word = f"{part.removesuffix('s')}{'' if number == 1 else 's'}"
    return f"{number} {word}"


def _table(found: Checked) -> list[str]:
    """Files and numbers by kind of source, a row for each folder and one for all."""
    counts = found.counts()
    total: Counter[str] = sum(counts.values(), Counter())
    kinds = [kind for kind in CONFIDENCE if total[kind]]
    rows = [(part, len(found.specs[part]), numbers) for part, numbers in counts.items()]
    if len(rows) > 1:
        rows.append(("all", sum(len(s) for s in found.specs.values()), total))
    head = ["", "files", "numbers", *kinds, "vendor's own"]
    body = [[name, f"{files:,}", f"{sum(n.values()):,}", *(f"{n[k]:,}" for k in kinds), f"{vendor_fraction(n):.0%}"] for name, files, n in rows]
    widths = [max(len(row[i]) for row in (head, *body)) for i in range(len(head))]
    return ["  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]).rstrip() for row in (head, *body)]
