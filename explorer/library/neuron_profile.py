"""Profiles of Neuron devices, from the summary that neuron-profile and Neuron Explorer write as JSON or CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.library.measured_lines import plain, positive
from explorer.library.model_config import load_json
from explorer.library.text_files import MIB, read_text, shown

_MOST_BYTES = 4 * MIB
_DEEPEST = 4
Row = tuple[str, dict[str, Any] | str]


def rows_of_json(path: Path, table: Mapping[str, Any]) -> Iterator[Row]:
    """One point for each table of metrics, however they are nested. Raises `ExplorerError` where there is none."""
    what = "a summary of a Neuron profile"
    name = shown(path)
    data = load_json(read_text(path, what, _MOST_BYTES), name, what)
    found = list(_tables(data, table, (), _DEEPEST))
    if not found:
        raise ExplorerError(f"{name} is not {what}: it has no {table['intensity']} and {table['time_s']}")
    for where, metrics in found:
        yield where or "the summary", _point(metrics, where, table)


def _tables(data: Any, table: Mapping[str, Any], where: tuple[str, ...], depth: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if depth < 0:
        return
    if isinstance(data, dict):
        if table["intensity"] in data or table["time_s"] in data:
            yield plain(" ".join(where)), data
            return
        for key, inner in data.items():
            yield from _tables(inner, table, (*where, str(key)), depth - 1)
    elif isinstance(data, list):
        for inner in data:
            yield from _tables(inner, table, where, depth - 1)


def rows(header: list[str], lines: Iterator[tuple[int, list[str]]], table: Mapping[str, Any]) -> Iterator[Row]:
    """One point a line."""
    for line, row in lines:
        where = f"line {line}"
        if len(row) != len(header):
            yield where, f"{len(row)} cells where the header has {len(header)} columns"
            continue
        yield where, _point(dict(zip(header, row, strict=True)), where, table)


def _point(metrics: Mapping[str, Any], where: str, table: Mapping[str, Any]) -> dict[str, Any] | str:
    try:
        intensity, time = _number(metrics, table["intensity"]), _number(metrics, table["time_s"])
        moved = sum(_number(metrics, key, least=0.0) for key in table["bytes"])
    except ValueError as error:
        return str(error)
    if moved <= 0:
        return "no byte of device memory was counted"
    name = next((plain(str(metrics[k])) for k in table["name"] if isinstance(metrics.get(k), str) and metrics[k].strip()), "")
    return {
        "name": name or where or "Neuron profile", "flop_per_byte": intensity, "flop_per_s": intensity * moved / time,
        "note": "Neuron profile, matmuls: intensity x bytes / time",
    }  # fmt: skip


def _number(metrics: Mapping[str, Any], key: str, least: float | None = None) -> float:
    value = metrics.get(key)
    if value is None:
        raise ValueError(f"{key} is missing")
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{key} is not a number")
    if isinstance(value, int) and abs(value) > 10**30:
        raise ValueError(f"{key} is a huge number")
    text = value if isinstance(value, str) else repr(value)
    if least == 0.0 and text.strip() in ("0", "0.0"):
        return 0.0
    try:
        return positive(text)
    except ValueError as error:
        raise ValueError(f"{key} {error}") from None
