"""``presets list``: ids and names, with vendor, year and how many numbers are the vendor's own, filtered."""

from __future__ import annotations

import argparse

from explorer.errors import ExplorerError, unknown
from explorer.library import catalogue, load_library, user_library
from explorer.library.catalogue import CONFIDENCES, SINGULAR, Entry

_TITLES = {"chips": "Chips", "fabrics": "Fabrics", "workloads": "Workloads", "instances": "Instances", "runs": "Runs"}


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The filters."""
    parser.add_argument("--kind", metavar="KIND", help="chips, fabrics, workloads, instances or runs")
    parser.add_argument("--vendor", metavar="NAME", help="who makes the chip, or rents the machine out")
    parser.add_argument("--year", metavar="YEAR", help="the year of its release, or a range: 2024-2026")
    parser.add_argument(
        "--confidence", metavar="LEVEL",
        help="at least: high (two numbers in three are the vendor's own), medium (one in three) or low",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> str:
    """The list, by kind."""
    undated = 0
    entries = list(catalogue(user_library()[0]))
    if arguments.kind is not None:
        part = SINGULAR.get(arguments.kind, arguments.kind)
        if part not in _TITLES:
            raise unknown("kind", arguments.kind, _TITLES)
        entries = [e for e in entries if e.part == part]
    if arguments.vendor is not None:
        entries = _of_vendor(entries, arguments.vendor)
    if arguments.year is not None:
        first, last = _years(arguments.year)
        undated = sum(e.part == "chips" and e.year is None for e in entries)
        entries = [e for e in entries if e.year is not None and first <= e.year <= last]
    if arguments.confidence is not None:
        entries = _trusted(entries, arguments.confidence)
    lines = _lines(entries) if entries else ["nothing fits these filters"]
    return "\n".join([*lines, *(["", f"no year of release is known here of {undated} more chip{'' if undated == 1 else 's'}"] if undated else [])])


def _of_vendor(entries: list[Entry], wanted: str) -> list[Entry]:
    known = sorted({v for e in entries for v in e.vendors})
    if wanted.casefold() not in (v.casefold() for v in known):
        raise unknown("vendor", wanted, known)
    return [e for e in entries if wanted.casefold() in (v.casefold() for v in e.vendors)]


def _years(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not (first.strip().isdecimal() and (last or first).strip().isdecimal()) or len(text) > 20:
        raise ExplorerError(f"--year {text[:40]!r}: write a year or a range, such as 2024 or 2024-2026")
    return int(first), int(last or first)


def _trusted(entries: list[Entry], wanted: str) -> list[Entry]:
    if wanted not in CONFIDENCES:
        raise unknown("confidence", wanted, CONFIDENCES)
    enough = CONFIDENCES[: CONFIDENCES.index(wanted) + 1]
    return [e for e in entries if e.confidence in enough]


def _lines(entries: list[Entry]) -> list[str]:
    lines: list[str] = []
    for part, title in _TITLES.items():
        rows = [e for e in entries if e.part == part]
        if rows:
            lines += [*([""] if lines else []), f"{title} ({len(rows)}): id, name, vendor, year, numbers of the vendor's own"]
            lines += map(_row, rows)
    return lines


def _row(entry: Entry) -> str:
    spec, count = entry.spec, sum(entry.counts.values())
    own = f"{entry.vendor_fraction:4.0%} of {count}" if count else ""
    announced = "announced" if getattr(spec, "announced", False) else "" if spec.id in getattr(load_library(), entry.part) else "yours"
    who = ", ".join(entry.vendors)
    return f"  {spec.id:30} {spec.name:32} {who[:24]:24} {entry.year or '':>4}  {own:>11}  {announced}".rstrip()
