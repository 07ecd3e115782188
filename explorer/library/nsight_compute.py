"""Kernels that Nsight Compute has profiled, from its CSV: one line a kernel (raw page) or one line a metric."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from explorer.library.measured_lines import number, plain

_PREFIXES = {"": 1.0, "n": 1e-9, "u": 1e-6, "m": 1e-3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_KINDS = {"byte": r"([KMGT]?)bytes?", "second": r"([num]?)s(?:ec(?:ond)?s?)?", "": r"([KMGT]?)(?:inst|ops?|cycles?|cycle/s(?:ec(?:ond)?)?|[Hh]z|)"}
Metrics = dict[str, tuple[str, str]]
Row = tuple[str, dict[str, Any] | str]


def rows(header: list[str], lines: Iterator[tuple[int, list[str]]], table: Mapping[str, Any]) -> Iterator[Row]:
    """One point a kernel launch, or the reason why there is none."""
    found = _by_metric(header, lines, table) if "Metric Name" in header else _by_kernel(header, lines, table)
    for where, kernel, capability, metrics in found:
        if metrics is None:
            yield where, kernel
            continue
        try:
            yield where, _point(kernel, capability, metrics, table)
        except ValueError as error:
            yield f"{where}, {kernel}", str(error)


def _by_kernel(
    header: list[str], lines: Iterator[tuple[int, list[str]]], table: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, Metrics | None]]:
    """The raw page: units stand in the line below the header."""
    units: list[str] = [""] * len(header)
    name, cc = header.index(table["name"]), header.index(table["capability"]) if table["capability"] in header else None
    for line, row in lines:
        if len(row) != len(header):
            yield f"line {line}", f"{len(row)} cells where the header has {len(header)} columns", "", None
        elif not row[name].strip():
            units = [cell.strip() for cell in row]
        else:
            metrics = {head: (row[i], units[i]) for i, head in enumerate(header) if "__" in head}
            yield f"line {line}", plain(row[name]), row[cc].strip() if cc is not None else "", metrics


def _by_metric(
    header: list[str], lines: Iterator[tuple[int, list[str]]], table: Mapping[str, Any]
) -> Iterator[tuple[str, str, str, Metrics | None]]:
    """One line a metric: those of one launch share its ID."""
    at = {head: i for i, head in enumerate(header)}
    kernels: dict[tuple[str, str], tuple[str, str, Metrics]] = {}
    for line, row in lines:
        if len(row) != len(header) or "Metric Value" not in at:
            yield f"line {line}", f"{len(row)} cells where the header has {len(header)} columns", "", None
            continue
        kernel = plain(row[at[table["name"]]])
        key = row[at["ID"]] if "ID" in at else "", kernel
        cc = row[at[table["capability"]]].strip() if table["capability"] in at else ""
        metrics = kernels.setdefault(key, (f"line {line}", cc, {}))[2]
        metrics[row[at["Metric Name"]].strip()] = row[at["Metric Value"]], row[at["Metric Unit"]].strip() if "Metric Unit" in at else ""
    for (_, kernel), (where, cc, metrics) in kernels.items():
        yield where, kernel, cc, metrics


def _point(kernel: str, capability: str, metrics: Metrics, table: Mapping[str, Any]) -> dict[str, Any]:
    moved, time = _bytes(metrics, table), _time(metrics, table)
    flop, counted = _flop(metrics, capability, table)
    if moved <= 0 or time <= 0 or flop <= 0:
        missing = "floating-point operation" if flop <= 0 else "byte of device memory" if moved <= 0 else "time"
        raise ValueError(f"no {missing} was counted")
    return {
        "name": kernel or "kernel", "flop_per_byte": flop / moved, "flop_per_s": flop / time, "note": f"Nsight Compute, counted: {counted}",
        "chip": f"compute capability {plain(capability, 8)}" if capability else "",
    }  # fmt: skip


def _value(metrics: Metrics, metric: str, kind: str) -> float:
    """A metric in its base unit. Raises `ValueError` for a cell that is no number or a unit that is not known."""
    text, unit = metrics[metric]
    scale = re.fullmatch(_KINDS[kind], unit)
    if scale is None:
        raise ValueError(f"{metric} is in {plain(unit, 20)!r}, a unit that is not known")
    try:
        return number(text) * _PREFIXES[scale[1]]
    except ValueError as error:
        raise ValueError(f"{metric} {error}") from None


def _bytes(metrics: Metrics, table: Mapping[str, Any]) -> float:
    for names in table["bytes"]:
        if all(n in metrics for n in names):
            return sum(_value(metrics, n, "byte") for n in names)
    raise ValueError(f"{table['bytes'][0][0]} is missing")


def _time(metrics: Metrics, table: Mapping[str, Any]) -> float:
    for name in table["time"]:
        if name in metrics:
            return _value(metrics, name, "second")
    cycles, rate = table["cycles"]
    if cycles in metrics and rate in metrics:
        per_second = _value(metrics, rate, "")
        return _value(metrics, cycles, "") / per_second if per_second > 0 else 0.0
    raise ValueError(f"{table['time'][0]} is missing")


def _flop(metrics: Metrics, capability: str, table: Mapping[str, Any]) -> tuple[float, str]:
    """All floating-point operations, and what was counted."""
    total, counted = 0.0, []
    for row in table["flop"]:
        name = next((f"{u}{row['metric']}" for u in table["flop_units"] if f"{u}{row['metric']}" in metrics), None)
        if name is not None:
            total += row["flop"] * _value(metrics, name, "")
            counted.append(row["metric"].split("_op_")[1].split("_")[0])
    tensor = _tensor_ops(metrics, table)
    if tensor:
        total += sum(_value(metrics, name, "") for name in tensor)
        counted.append("tensor operations")
    else:
        instructions = next((n for n in table["tensor_instructions"] if n in metrics), None)
        done = _value(metrics, instructions, "") if instructions else 0.0
        if done > 0 and capability not in table["tensor_flop"]:
            raise ValueError(
                f"what a tensor instruction does on compute capability {plain(capability, 8) or 'unknown'} is not documented: "
                f"profile {table['tensor_ops']}* as well"
            )
        if instructions:
            total += done * table["tensor_flop"].get(capability, 0)
            counted.append("tensor instructions")
    if not counted:
        raise ValueError("no metric of floating-point operations is there")
    return total, ", ".join(counted)


def _tensor_ops(metrics: Metrics, table: Mapping[str, Any]) -> list[str]:
    """Counts of tensor operations: a metric that is the sum of two others stands for both."""
    prefix, ending = table["tensor_ops"], ".sum"
    named = [m for m in metrics if m.startswith(prefix) and m.endswith(ending) and not any(t in m for t in table["tensor_not"])]
    whole = {m for m in named if "_sparsity_" not in m}
    return [m for m in named if m in whole or f"{m.split('_sparsity_')[0]}{ending}" not in whole]
