"""Sorting out measured times."""

from __future__ import annotations

from collections.abc import Sequence


def at_percent(times_s: Sequence[float], percent: float) -> float:
    """The time that ``percent`` of all do not exceed [ms]."""
    ordered = sorted(times_s)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1e3


def line(name: str, times_s: Sequence[float], budget: str = "") -> str:
    """p50, p95 and p99 of one thing that was timed."""
    p50, p95, p99 = (at_percent(times_s, p) for p in (50, 95, 99))
    return f"  {name:<34}{p50:7.2f}{p95:8.2f}{p99:8.2f} ms   {budget}".rstrip()


HEAD = f"  {'':<34}{'p50':>7}{'p95':>8}{'p99':>8}"
