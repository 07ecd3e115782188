"""Axes as numbers, for window and files alike: the range that fits, where the ticks stand and what they say."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.charts.model import Axis, Chart
from explorer.units import best_prefix, format_number

FloatArray = NDArray[np.float64]
_STEPS = (1.0, 2.0, 5.0, 10.0)
_SHORT = ("s", "B", "W", "J", "USD", "fraction", "1")  # units short enough to stand at every tick
_DEEPEST = 280.0  # decades; a float ends at 308
_UNDRAWN = ("ghost",)


@dataclass(frozen=True)
class Tick:
    """A tick at ``at`` in view coordinates (log10 of the value on log axes)."""

    at: float
    text: str


def to_view(values: FloatArray, axis: Axis) -> FloatArray:
    """View coordinates of data: log10 on log axes, where values that have none become NaN."""
    values = np.asarray(values, dtype=np.float64)
    if axis.scale == "linear":
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log10(np.where(values > 0, values, 1.0)), np.nan)


def fitted(axis: Axis, columns: Iterable[FloatArray]) -> tuple[float, float]:
    """The range in view coordinates that shows every finite value; never empty, never infinite."""
    if axis.range is not None:
        low, high = (float(v) for v in to_view(np.array(axis.range), axis))
        if math.isfinite(low) and math.isfinite(high) and low < high:
            return low, high
    parts = [v[np.isfinite(v)] for v in (to_view(c, axis) for c in columns)]
    found = np.concatenate(parts) if parts else np.empty(0)
    if not found.size:
        return 0.0, 1.0
    low, high = float(found.min()), float(found.max())
    return _snapped_log(low, high) if axis.scale == "log" else _padded(low, high)


def _snapped_log(low: float, high: float) -> tuple[float, float]:
    """Outward to 1, 2 or 5 times a power of ten, so that small edits leave the axis where it is."""
    low, high = (min(max(v, -_DEEPEST), _DEEPEST) for v in (low, high))
    stops = (0.0, math.log10(2.0), math.log10(5.0), 1.0)
    bottom, top = math.floor(low - 0.05), math.floor(high + 0.05)
    start = bottom + max(s for s in stops if bottom + s <= low - 0.05)
    end = top + min(s for s in stops if top + s >= high + 0.05)
    return start, end


def _padded(low: float, high: float) -> tuple[float, float]:
    """From zero where all values have one sign, and on to the next even step."""
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = 1.0
    step = _nice((high - low) * 1.02 / 5)
    return math.floor(low * 1.02 / step) * step, math.ceil(high * 1.02 / step) * step


def _nice(raw: float) -> float:
    """The next 1, 2 or 5 times a power of ten."""
    if not math.isfinite(raw) or raw <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    return power * next(s for s in _STEPS if s * power >= raw * (1 - 1e-9))


def columns(chart: Chart, which: str) -> list[FloatArray]:
    """The data that the range of one axis must show."""
    drawn = [s for s in chart.series if s.role not in _UNDRAWN]
    if which == "x":
        return [s.x for s in drawn] + [np.array([m.value]) for m in chart.marks if m.axis == "x"]
    more = [v for s in drawn for v in (s.low, s.high) if v is not None]
    return [s.y for s in drawn if s.role != "band"] + more + [np.array([m.value]) for m in chart.marks if m.axis == "y"]


def tick_text(value: float, unit: str, scale_by: float | None = None) -> str:
    """What a tick says: ``100 T`` where the axis names FLOP/s, ``10 ms`` where it does not. Decades of bytes are decimal."""
    as_unit = "B/s" if unit == "B" and scale_by is None else unit
    prefix = best_prefix(scale_by or value, as_unit)
    number = format_number(value / prefix.factor)
    text = prefix.text.removesuffix("/s") if as_unit == "B/s" and unit == "B" else prefix.text
    if unit == "USD":
        return f"${number}{text.removesuffix('USD')}"
    if unit not in _SHORT:
        text = text.removesuffix(unit).strip()
    return f"{number}{text}" if text in ("", "%") else f"{number} {text}"


def axis_title(axis: Axis) -> str:
    """The label with its unit, unless the ticks or the label itself carry it."""
    if axis.unit in _SHORT or "(" in axis.label:
        return axis.label
    return f"{axis.label} ({axis.unit})"


def ticks(axis: Axis, low: float, high: float, room: int) -> tuple[Tick, ...]:
    """At most about ``room`` ticks in the view range ``low`` to ``high``."""
    room = max(2, room)
    if axis.names:
        step = math.ceil(len(axis.names) / room) if len(axis.names) > room else 1
        return tuple(Tick(float(i), n) for i, n in enumerate(axis.names) if low <= i <= high and i % step == 0)
    return _log_ticks(axis, low, high, room) if axis.scale == "log" else _linear_ticks(axis, low, high, room)


def _log_ticks(axis: Axis, low: float, high: float, room: int) -> tuple[Tick, ...]:
    decades = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    if len(decades) >= 3 or len(decades) >= room:
        step = math.ceil(len(decades) / room)
        return tuple(Tick(float(d), tick_text(10.0**d, axis.unit)) for d in decades if d % step == 0)
    around = range(math.floor(low), math.ceil(high) + 1)
    for multiples in ((1, 2, 5), (1, 3), (1,)):
        values = [m * 10.0**d for d in around for m in multiples]
        inside = [v for v in values if low - 1e-9 <= math.log10(v) <= high + 1e-9]
        if 2 <= len(inside) <= room:
            return tuple(Tick(math.log10(v), tick_text(v, axis.unit)) for v in inside)
    plain = _even(10.0**low, 10.0**high, room, 1.0)
    return tuple(Tick(math.log10(v), tick_text(v, axis.unit)) for v in plain if v > 0)


def _linear_ticks(axis: Axis, low: float, high: float, room: int) -> tuple[Tick, ...]:
    biggest = max(abs(low), abs(high))
    factor = best_prefix(biggest, axis.unit).factor
    return tuple(Tick(v, tick_text(v, axis.unit, biggest)) for v in _even(low, high, room, factor))


def _even(low: float, high: float, room: int, factor: float) -> list[float]:
    step = _nice((high - low) / factor / room) * factor
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, min(last, first + 4 * room) + 1)]
