"""A radar, for those who ask for one: each spoke is the share of the best scenario's value. Areas mean nothing."""

from __future__ import annotations

import math

import numpy as np

from explorer.charts.common import Scene, at, context_line, footer, names
from explorer.charts.model import Annotation, Axis, Chart, Series
from explorer.quantities import QUANTITIES
from explorer.units import format_quantity

_SPOKES = ("tokens_per_s_per_chip", "step_s", "mfu", "largest_batch", "longest_context", "usd_per_million_tokens", "joules_per_token")
_WIDE, _HIGH, _REACH = 24.0, 13.0, 4.7
_RINGS = (0.25, 0.5, 0.75, 1.0)


def radar(scene: Scene) -> Chart:
    """Every result that all possible scenarios have, outward for better, the best of each spoke at the rim."""
    there = [i for i, _ in scene if at(scene.report.valid_plan, i) > 0]
    keys = [k for k in _SPOKES if there and all(_usable(scene.report.value(k, i)) for i in there)]
    drawn = len(keys) >= 3
    series = [*_web(len(keys), there[0]), *(_polygon(scene, keys, there, i) for i in there)] if drawn else []
    marks = [_corners(scene, keys, there, i) for i in there] if drawn else []
    missing = [QUANTITIES[k].label for k in _SPOKES if k not in keys]
    return Chart(
        key="radar",
        title="Radar",
        subtitle="rim: the best of each spoke; areas mean nothing" + (f"; not all have {', '.join(missing)}" if missing and drawn else ""),
        x=Axis("x", range=(0.0, _WIDE)),
        y=Axis("y", range=(0.0, _HIGH)),
        series=(*series, *marks),
        annotations=tuple(_names(keys)) if drawn else (),
        legend=tuple((m.key, m.label) for m in marks),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary="Radar, each value as a share of the best: " + "; ".join(_said(scene, keys, there, i) for i in there),
        empty="" if drawn else "No plan can be: see the verdict.",
        metadata=dict(scene.metadata),
        drawing=True,
    )


def _usable(value: float | None) -> bool:
    return value is not None and value > 0 and math.isfinite(value)


def shares(scene: Scene, keys: list[str], there: list[int], i: int) -> list[float]:
    """Each value of scenario ``i`` against the best of all: 1 is best, whichever way is better."""
    found = []
    for key in keys:
        values = [scene.report.value(key, j) or 0.0 for j in there]
        own = scene.report.value(key, i) or 0.0
        found.append(min(values) / own if QUANTITIES[key].better == "less" else own / max(values))
    return found


def _points(reach: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    angle = 0.5 * math.pi - 2.0 * math.pi * np.arange(len(reach)) / len(reach)
    return _WIDE / 2 + _REACH * reach * np.cos(angle), _HIGH / 2 + _REACH * reach * np.sin(angle)


def _closed(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The pieces of a closed line, as pairs of points."""
    ends = [np.column_stack((v, np.roll(v, -1))).ravel() for v in (x, y)]
    return ends[0], ends[1]


def _web(spokes: int, slot: int) -> list[Series]:
    rings = [_closed(*_points(np.full(spokes, r))) for r in _RINGS]
    x, y = _points(np.ones(spokes))
    middle = np.full(spokes, _WIDE / 2), np.full(spokes, _HIGH / 2)
    xs = np.concatenate([*(r[0] for r in rings), np.column_stack((middle[0], x)).ravel()])
    ys = np.concatenate([*(r[1] for r in rings), np.column_stack((middle[1], y)).ravel()])
    return [Series("web", "shares of a quarter", slot, "links", xs, ys)]


def _polygon(scene: Scene, keys: list[str], there: list[int], i: int) -> Series:
    x, y = _closed(*_points(np.array(shares(scene, keys, there, i))))
    return Series(f"polygon-{i}", names(scene.study)[i], i, "traffic", x, y, weight=1.0)


def _corners(scene: Scene, keys: list[str], there: list[int], i: int) -> Series:
    share, name = shares(scene, keys, there, i), names(scene.study)[i]
    x, y = _points(np.array(share))
    tips = tuple(_tip(scene, name, key, i, part) for key, part in zip(keys, share, strict=True))
    return Series(f"corners-{i}", name, i, "group", x, y, tips, size=(0.3, 0.3))


def _tip(scene: Scene, name: str, key: str, i: int, share: float) -> str:
    row = QUANTITIES[key]
    value = format_quantity((scene.report.value(key, i) or 0.0) * row.scale, row.unit)
    return f"{name}\n{row.label} {value}, {share:.0%} of the best"


def _names(keys: list[str]) -> list[Annotation]:
    x, y = _points(np.full(len(keys), 1.0))
    found = []
    for k, key in enumerate(keys):
        across, up = (x[k] - _WIDE / 2) / _REACH, (y[k] - _HIGH / 2) / _REACH
        room = 7.0 if abs(across) > 0.3 else 12.0
        found.append(Annotation(float(x[k] + across * 3.9), float(y[k] + up * 0.8), QUANTITIES[key].label, room=room))
    return found


def _said(scene: Scene, keys: list[str], there: list[int], i: int) -> str:
    parts = zip(keys, shares(scene, keys, there, i), strict=True)
    return f"{names(scene.study)[i]}: " + ", ".join(f"{QUANTITIES[k].label} {v:.0%}" for k, v in parts)
