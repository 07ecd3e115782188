"""Measured rows: a CSV file read row by row, its kind told from its columns, its numbers taken strictly."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from explorer.errors import ExplorerError, nearest
from explorer.library.text_files import check_table

MOST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 200_000
_LONGEST_LINE = 64 * 1024
_LONGEST_TEXT = 200
SCORED = ("A", "A-")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_COMMON = ("id", "chip", "source", "quality")

# What tells one kind from another, and what it cannot do without.
MARKS: dict[str, tuple[str, ...]] = {
    "training": ("gbs", "framework", "step_time_s", "tokens_per_s_per_chip", "tflops_per_chip"),
    "inference": ("isl", "osl", "batch_or_concurrency", "ttft_ms", "tpot_ms"),
    "memory": ("component", "measured_gb", "fits", "phase", "rank_scope"),
    "collectives": ("ranks", "size_bytes", "algbw_gbps", "busbw_gbps", "ranks_per_node"),
    "gemm": ("m", "n", "k", "tflops", "dtype"),
    "attention": ("isl_new", "kv_len", "heads", "kv_heads", "head_dim"),
}
REQUIRED: dict[str, tuple[str, ...]] = {
    "training": ("model", "chips", "tp", "pp", "seq", "gbs", "precision"),
    "inference": ("model", "isl", "osl", "batch_or_concurrency", "tp", "precision", "ttft_ms", "tpot_ms"),
    "memory": ("model", "chips", "tp", "pp", "seq", "mbs", "precision", "phase", "component", "measured_gb", "unit", "fits"),
    "collectives": ("op", "ranks", "size_bytes", "time_us"),
    "gemm": ("op", "dtype", "m", "n", "k", "time_us"),
    "attention": ("op", "batch", "isl_new", "kv_len", "heads", "kv_heads", "head_dim", "kv_dtype", "time_us"),
}
KINDS = tuple(MARKS)


class RowError(ExplorerError):
    """Why one row cannot be predicted; it is listed as skipped."""


@dataclass(frozen=True)
class Row:
    """One measurement: its cells as text, and the line of the file that it stands on."""

    line: int
    cells: Mapping[str, str]

    def text(self, name: str) -> str:
        """A cell, one line of plain text; empty where it is missing."""
        return self.cells.get(name, "")

    @property
    def id(self) -> str:
        """The row's id, or its line."""
        return self.text("id") or f"line {self.line}"

    def number(self, name: str) -> float | None:
        """A finite number; None for an empty cell. Raises `RowError` for anything else."""
        cell = self.text(name)
        if not cell:
            return None
        value = float(cell) if _NUMBER.fullmatch(cell) else math.nan
        if not math.isfinite(value):
            raise RowError(f"{name}: {cell[:40]!r} is not a number")
        return value

    def positive(self, name: str) -> float | None:
        """A number above 0; None for an empty cell. Raises `RowError`."""
        value = self.number(name)
        if value is not None and not 1e-30 <= value <= 1e30:
            raise RowError(f"{name}: {self.text(name)[:40]} is out of range")
        return value

    def count(self, name: str, default: int | None = None) -> int:
        """A whole number from 1; ``default`` for an empty cell or one of 0. Raises `RowError`."""
        value = self.number(name)
        if value is None or (value == 0 and default is not None):
            if default is None:
                raise RowError(f"{name} is missing")
            return default
        if value != int(value) or not 1 <= value <= 1e15:
            raise RowError(f"{name}: {self.text(name)[:40]} is not a whole number from 1")
        return int(value)


@dataclass(frozen=True)
class Table:
    """A file's rows of quality A and A-, the lines that are no row, and how many rows stand below."""

    kind: str
    rows: tuple[Row, ...]
    broken: tuple[tuple[str, str], ...]
    below_quality: int


def plain(text: str) -> str:
    """One line of printable text, cut to a length that a table can show."""
    kept = "".join(c if c.isprintable() else "?" for c in text[: _LONGEST_TEXT + 1]).strip()
    return kept if len(kept) <= _LONGEST_TEXT else kept[:_LONGEST_TEXT] + "..."


def read_table(path: Path) -> Table:
    """Read a measurement file. Raises `ExplorerError` in one line for a file that is none."""
    name = plain(str(path)[-_LONGEST_TEXT:])
    if not check_table(path, name, "a measurement file", MOST_BYTES):
        raise ExplorerError(f"{name} is empty: a measurement file begins with a line of column names")
    try:
        with path.open(encoding="utf-8-sig", errors="strict", newline="") as file:
            return _parse(csv.reader(_lines(file, name), strict=True), name)
    except OSError as error:
        raise ExplorerError(f"cannot read {name}: {(error.strerror or type(error).__name__).lower()}") from None
    except UnicodeDecodeError:
        raise ExplorerError(f"{name} is not a measurement file: it is not UTF-8 text") from None
    except csv.Error as error:
        raise ExplorerError(f"{name} is not a measurement file: {error}") from None


def _lines(file: Iterator[str], name: str) -> Iterator[str]:
    """Lines of a text file, none of them long, all of them together within the cap, whatever happens to the file."""
    total = 0
    for number, line in enumerate(file, start=1):
        total += len(line)
        if "\0" in line:
            raise ExplorerError(f"{name}:{number}: a NUL character: not a measurement file")
        if len(line) > _LONGEST_LINE:
            raise ExplorerError(f"{name}:{number}: a line of more than {_LONGEST_LINE:,} characters: not a measurement file")
        if total > MOST_BYTES or number > MOST_ROWS:
            raise ExplorerError(f"{name} has more than {MOST_ROWS:,} lines or {MOST_BYTES // 1024**2} MiB: split the measurements")
        yield line


def _parse(reader: Iterator[list[str]], name: str) -> Table:
    header = [cell.strip() for cell in next(reader, [])]
    kind = kind_of(header, name)
    rows: list[Row] = []
    broken: list[tuple[str, str]] = []
    below, at = 0, header.index("quality")
    for number, cells in enumerate(reader, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            identity = plain(cells[0]) or f"line {number}"
            broken.append((identity, f"{len(cells)} cells where the header has {len(header)} columns"))
            continue
        quality = cells[at].strip()
        if not quality:
            broken.append((plain(cells[header.index("id")]) or f"line {number}", "quality is missing"))
        elif quality not in SCORED:
            below += 1
        else:
            rows.append(Row(number, {key: plain(cell) for key, cell in zip(header, cells, strict=True) if cell}))
    return Table(kind, tuple(rows), tuple(broken), below)


def kind_of(header: list[str], name: str) -> str:
    """Which kind of measurement has these columns. Raises `ExplorerError` where none has, or some are missing."""
    share = {kind: sum(mark in header for mark in marks) / len(marks) for kind, marks in MARKS.items()}
    kind = max(KINDS, key=lambda k: share[k])
    if share[kind] < 0.5:
        apart = next((sign for sign in ";\t|" if len(header) == 1 and sign in header[0]), "")
        split = f"; its cells are split by {'tabs' if apart == chr(9) else repr(apart)}, not commas" if apart else ""
        lacking = [column for column in (*_COMMON, *REQUIRED[kind]) if column not in header]
        closest = f"; nearest is {kind}, which lacks {', '.join(lacking)}" if share[kind] > 0 and lacking else ""
        raise ExplorerError(f"{name} is not a measurement file: its columns are those of no kind ({', '.join(KINDS)}){split}{closest}")
    missing = [column for column in (*_COMMON, *REQUIRED[kind]) if column not in header]
    if missing:
        hint = nearest(missing[0], [c for c in header if c not in REQUIRED[kind]])
        raise ExplorerError(f"{name}: {kind} measurements need the column {', '.join(missing)}{hint}")
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        raise ExplorerError(f"{name}: the column {plain(', '.join(twice))} stands there twice")
    return kind
