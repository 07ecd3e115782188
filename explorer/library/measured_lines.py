"""Lines and cells of a measurement file, streamed: capped, one clear line for what is none."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.library.text_files import MIB, check_table, reason, shown

MOST_BYTES = 64 * MIB
MOST_LINES = 200_000
_LONGEST_LINE = 64 * 1024
_PLAIN = re.compile(r"[+-]?(\d{1,40}\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(,\d{3}){1,12}(\.\d+)?", re.ASCII)


def measured_lines(path: Path) -> Iterator[str]:
    """The lines of a regular UTF-8 file. Raises `ExplorerError` for what is none, is too large or holds a NUL."""
    name = shown(path)
    check_table(path, name, "a file of measured points", MOST_BYTES)
    total = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, line in enumerate(iter(lambda: file.readline(_LONGEST_LINE + 1), ""), start=1):
                total += len(line)
                if "\0" in line:
                    raise ExplorerError(f"{name}:{number}: a NUL character: not a file of measured points")
                if len(line) > _LONGEST_LINE:
                    raise ExplorerError(f"{name}:{number}: a line of more than {_LONGEST_LINE:,} letters: not a file of measured points")
                if total > MOST_BYTES or number > MOST_LINES:
                    raise ExplorerError(f"{name} has more than {MOST_LINES:,} lines or {MOST_BYTES // MIB} MiB: split the measurements")
                yield line
    except OSError as error:
        raise ExplorerError(f"cannot read {name}: {reason(error)}") from None
    except UnicodeDecodeError:
        raise ExplorerError(f"{name} is not a file of measured points: it is not UTF-8 text") from None


def cells(lines: Iterator[str], name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows of CSV text with the line on which each ends. Raises `ExplorerError`."""
    reader = csv.reader(lines)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ExplorerError(f"{name}:{reader.line_num}: {error}") from None
        if any(cell.strip() for cell in row):
            yield reader.line_num, row


def plain(text: str, most: int = 80) -> str:
    """One line of printable text, cut to ``most`` letters, whatever a file says."""
    kept = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * most]).split())
    return kept if len(kept) <= most else f"{kept[: most - 1]}…"


def number(text: str) -> float:
    """A number as people and profilers write it, commas between thousands allowed. Raises `ValueError` that says what is wrong."""
    cell = text.strip()
    if not cell:
        raise ValueError("is empty")
    if _GROUPED.fullmatch(cell):
        cell = cell.replace(",", "")
    value = float(cell) if _PLAIN.fullmatch(cell) else math.nan
    if not math.isfinite(value):
        raise ValueError(f"is {plain(text, 40)!r}, not a number")
    return value


def positive(text: str) -> float:
    """A number above 0 and below 1e24. Raises `ValueError` that says what is wrong."""
    value = number(text)
    if not 1e-9 <= value <= 1e24:
        raise ValueError(f"is {plain(text, 40)}, not above 0 and below 1e24")
    return value
