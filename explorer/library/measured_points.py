"""Points to lay over a roofline, from a CSV file or a profiler's export. What cannot be used is listed, with the reason.

Which columns count, and where they are documented, stands in ``resources/profilers.toml``.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from explorer import paths
from explorer.errors import ExplorerError
from explorer.library import neuron_profile, nsight_compute
from explorer.library.measured_lines import cells, measured_lines, plain, positive
from explorer.library.text_files import shown
from explorer.specs import MOST_POINTS, MeasuredPoint, SpecError, build

_PREFIXES = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "p": 1e15, "e": 1e18}
_RATE = re.compile(r"([kmgtpe]?)(?:flops?/s(?:ec|econd)?|flops?_per_s|flops?pers|flops)")
_UNIT = re.compile(r"^(.*?)\s*[\[(]\s*([^\])]*)[\])]?\s*$")
_HEADER_LINES = 1000  # a profiled program may print that much before its profiler does
_MOST_TOLD = 1000


@dataclass(frozen=True)
class Measured:
    """What became of a file: its points, and each row that gave none with the reason. ``kind`` is csv, nsight or neuron;
    ``more`` counts what is beyond the first skipped rows, which are listed."""

    kind: str
    points: tuple[MeasuredPoint, ...]
    skipped: tuple[tuple[str, str], ...]
    more: int = 0

    def line(self) -> str:
        """Both in one sentence."""
        kinds = {"csv": "CSV", "nsight": "Nsight Compute", "neuron": "Neuron profile"}
        skipped = len(self.skipped) + self.more
        rest = f", {skipped:,} {'row' if skipped == 1 else 'rows'} left out" if skipped else ""
        return f"{kinds[self.kind]}: {len(self.points):,} {'point' if len(self.points) == 1 else 'points'}{rest}"


@cache
def profilers() -> Mapping[str, Any]:
    """The table of columns."""
    with (paths.resources() / "profilers.toml").open("rb") as file:
        return tomllib.load(file)


def read_measured(path: Path | str) -> Measured:
    """Read a file of measured points. Raises `ExplorerError` in one line for one that gives no point at all."""
    path = Path(path)
    name, table = shown(path), profilers()
    if path.suffix.lower() == ".json":
        kind, found = "neuron", neuron_profile.rows_of_json(path, table["neuron"])
    else:
        kind, found = _rows(path, name)
    points: list[MeasuredPoint] = []
    skipped: list[tuple[str, str]] = []
    for where, values in found:
        reason = values if isinstance(values, str) else _take(values, points)
        if reason:
            skipped.append((where, reason))
    if not points:
        why = f"{skipped[0][0]}: {skipped[0][1]}" if skipped else "it has no rows"
        raise ExplorerError(f"{name} has no point that can be used: {why}")
    return Measured(kind, tuple(points), tuple(skipped[:_MOST_TOLD]), max(0, len(skipped) - _MOST_TOLD))


def _take(values: dict[str, Any], points: list[MeasuredPoint]) -> str:
    """Add a point, or say why not."""
    if len(points) >= MOST_POINTS:
        return f"more than {MOST_POINTS:,} points"
    try:
        points.append(build(MeasuredPoint, values))
    except SpecError as error:
        return str(error)
    return ""


Found = Iterator[tuple[str, dict[str, Any] | str]]


def _rows(path: Path, name: str) -> tuple[str, Found]:
    """Of which kind a table is, and its rows."""
    rows, table = cells(measured_lines(path), name), profilers()
    first: list[str] = []
    for _, row in itertools.islice(rows, _HEADER_LINES):
        header = [cell.strip() for cell in row]
        first = first or header
        if table["nsight"]["name"] in header:
            return "nsight", nsight_compute.rows(header, rows, table["nsight"])
        if table["neuron"]["intensity"] in header and table["neuron"]["time_s"] in header:
            return "neuron", neuron_profile.rows(header, rows, table["neuron"])
        columns = _columns(header, table["csv"])
        if "intensity" in columns and "rate" in columns:
            return "csv", _plain_rows(header, columns, rows)
    raise _not_known(first, name)


def _not_known(header: list[str], name: str) -> ExplorerError:
    split = next((sign for sign in ";\t|" if len(header) == 1 and sign in header[0]), "")
    apart = f"; its cells are split by {'tabs' if split == chr(9) else repr(split)}, not commas" if split else ""
    given = f" (it has {plain(', '.join(header))})" if header else ""
    return ExplorerError(f"{name} is not a file of measured points: it needs the columns name, intensity [FLOP/B] and FLOP/s{given}{apart}")


def _columns(header: list[str], table: Mapping[str, Any]) -> dict[str, tuple[int, float]]:
    """Where each role stands, and by what its numbers are multiplied."""
    found: dict[str, tuple[int, float]] = {}
    for at, cell in enumerate(header[:1000]):
        role, factor = _role(cell, table)
        if role:
            found.setdefault(role, (at, factor))
    return found


def _role(cell: str, table: Mapping[str, Any]) -> tuple[str, float]:
    """What a column holds, and by what its numbers are multiplied; no role for one that is not known, or whose unit is none."""
    text = cell.strip().casefold()[:200]
    split = _UNIT.match(text)
    name, unit = (split[1], split[2]) if split else (text, "")
    flat = _flat(name)
    bare = _RATE.fullmatch(name.replace(" ", ""))
    if bare and not unit:
        return "rate", _PREFIXES[bare[1]]
    if flat in map(_flat, table["intensity"]):
        return ("intensity", 1.0) if not unit or _flat(unit) in ("flop/b", "flop/byte", "flops/byte", "flops/b", "flopperbyte") else ("", 1.0)
    if flat in map(_flat, table["rate"]) or bare:
        rate = _RATE.fullmatch(unit.replace(" ", ""))
        return ("rate", _PREFIXES[rate[1]]) if rate else ("", 1.0)
    return next(((role, 1.0) for role in ("name", "chip", "note") if flat in map(_flat, table[role])), ("", 1.0))


def _flat(name: str) -> str:
    return re.sub(r"[\s_\-]+", "", name.casefold())


def _plain_rows(header: list[str], columns: Mapping[str, tuple[int, float]], rows: Iterator[tuple[int, list[str]]]) -> Found:
    for line, row in rows:
        where = f"line {line}"
        if len(row) != len(header):
            yield where, f"{len(row)} cells where the header has {len(header)} columns"
            continue
        try:
            values: dict[str, Any] = {
                key: _cell(row, header, columns[role]) for role, key in (("intensity", "flop_per_byte"), ("rate", "flop_per_s"))
            }
        except ValueError as error:
            yield where, str(error)
            continue
        words = {role: plain(row[columns[role][0]], 200 if role == "note" else 80) for role in ("name", "chip", "note") if role in columns}
        yield where, {**values, **words, "name": words.get("name") or where}


def _cell(row: list[str], header: list[str], column: tuple[int, float]) -> float:
    at, factor = column
    try:
        return float(f"{positive(row[at]) * factor:.15g}")  # 4.1 T is 4.1e12, not the float below it
    except ValueError as error:
        raise ValueError(f"{plain(header[at], 40)} {error}") from None
