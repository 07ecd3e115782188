"""Which point is meant: the nearest to the hand, or the next one for the keyboard."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from explorer.charts.axes import FloatArray
from explorer.charts.model import Chart, Each, Series

_MARKED = ("points", "dots")
_POINT_BONUS = 6.0  # pixels by which a marker wins over the line that it lies on


@dataclass(frozen=True)
class Picked:
    """A point of a series."""

    key: str
    index: int


def series_of(chart: Chart, picked: Picked | None) -> Series | None:
    """The series that still holds the picked point with its read-out, if any."""
    if picked is None:
        return None
    return next((s for s in chart.series if s.key == picked.key and picked.index < min(len(s.x), len(s.tips))), None)


def nearest(chart: Chart, positions: dict[str, FloatArray], x: float, y: float, reach: float) -> Picked | None:
    """The point with a read-out that lies nearest to the pixel, within ``reach``; markers before lines."""
    best: tuple[float, Picked] | None = None
    for series in chart.series:
        count = min(len(series.tips), len(series.x))
        if not count:
            continue
        away = _away(series, positions[series.key][:count], x, y)
        if not isinstance(series.tips, Each):
            away[[not tip for tip in series.tips[:count]]] = np.nan
        if np.isnan(away).all():
            continue
        at = int(np.nanargmin(away))
        rank = float(away[at]) - (_POINT_BONUS if series.role in _MARKED else 0.0)
        if away[at] <= (np.inf if series.role == "cells" else reach) and (best is None or rank < best[0]):
            best = rank, Picked(series.key, at)
    return best[1] if best else None


def _away(series: Series, places: FloatArray, x: float, y: float) -> FloatArray:
    """Pixels from each point; of a thick stroke, from all along it."""
    if series.role != "spread":
        return np.asarray(np.hypot(*(places - (x, y)).T))
    ends = places.reshape(-1, 4)
    low, high = np.minimum(ends[:, 0], ends[:, 2]), np.maximum(ends[:, 0], ends[:, 2])
    return np.repeat(np.hypot(np.maximum(np.maximum(low - x, x - high), 0.0), ends[:, 1] - y), 2)


@lru_cache(maxsize=1)  # a chart is exchanged, never changed, and a hand steps through it key by key
def ordered(chart: Chart) -> list[Picked]:
    """Points in the order in which the keyboard visits them: left to right, scenarios side by side."""
    spoken = [s for s in chart.series if any(s.tips)]
    marked = [s for s in spoken if s.role in _MARKED]
    found = [
        (float(s.x[i]), s.slot, float(s.y[i]), Picked(s.key, i))
        for s in marked or spoken
        for i in range(min(len(s.x), len(s.tips)))
        if (isinstance(s.tips, Each) or s.tips[i]) and np.isfinite(s.x[i]) and np.isfinite(s.y[i])
    ]
    return [entry[3] for entry in sorted(found, key=lambda e: e[:3])]


def step(chart: Chart, picked: Picked | None, by: int) -> Picked | None:
    """The point ``by`` steps from the picked one; the first or last where none is picked."""
    order = ordered(chart)
    if not order:
        return None
    if picked not in order:
        return order[0 if by > 0 else -1]
    return order[max(0, min(len(order) - 1, order.index(picked) + by))]
