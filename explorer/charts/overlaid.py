"""Measured points over a roofline: a series of their own, each with the share of the roof that it attained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from explorer.charts.model import Later, Role, Series
from explorer.charts.style import NEUTRAL
from explorer.specs import MeasuredPoint, Study
from explorer.units import format_number, format_quantity

KEY = "measured"
_MOST_LABELS = 8  # more of them would hide what they name
_LONGEST_LABEL = 24
_MOST_MARKERS = 100  # more of them are small dots, which nothing keeps clear of


def measured_series(study: Study, points: Sequence[MeasuredPoint], roofs: Mapping[int, tuple[float, float]]) -> list[Series]:
    """The points as a series that belongs to no scenario; none where there are no points.

    ``roofs`` has the slope [B/s] and the flat part [FLOP/s] of each scenario's roof. A point that names a scenario's chip is
    held against that one's roof, any other against that of the scenario in hand.
    """
    if not points:
        return []
    x = np.array([p.flop_per_byte for p in points])
    y = np.array([p.flop_per_s for p in points])
    tips = Later(len(points), lambda: tuple(_tip(study, p, roofs) for p in points))
    labels = tuple(_short(p.name) for p in points) if len(points) <= _MOST_LABELS else ()
    role: Role = "points" if len(points) <= _MOST_MARKERS else "dots"
    return [Series(KEY, "Measured", NEUTRAL, role, x, y, tips, labels)]


def _tip(study: Study, point: MeasuredPoint, roofs: Mapping[int, tuple[float, float]]) -> str:
    i = scenario_of(study, point)
    slope, flat = roofs[i]
    lines = [
        f"{point.name} · measured{f' on {point.chip}' if point.chip else ''}",
        f"{format_number(point.flop_per_byte)} FLOP/B · {format_quantity(point.flop_per_s, 'FLOP/s')}",
    ]
    sloped = slope if np.isfinite(slope) else np.inf
    roof = min(point.flop_per_byte * sloped, flat if np.isfinite(flat) else np.inf)
    if np.isfinite(roof) and roof > 0:
        lines.append(f"{point.flop_per_s / roof:.0%} of the roof of {study.scenarios[i].name}")
    return "\n".join([*lines, *([point.note] if point.note else [])])


def scenario_of(study: Study, point: MeasuredPoint) -> int:
    """The scenario whose chip a point names, the one in hand first; that one where it names none of them."""
    wanted = _flat(point.chip)
    order = (study.active, *range(len(study.scenarios)))
    named = (i for i in order if wanted and wanted in (_flat(study.scenarios[i].chip.id), _flat(study.scenarios[i].chip.name)))
    return next(named, study.active)


def _flat(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_LABEL else f"{name[: _LONGEST_LABEL - 1]}…"
