"""The roofline: what each operator reaches, under the roof of its memory level. One abscissa a level, never shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from explorer.charts.common import Array, Scene, against_base, at, context_line, footer, names, workload_line
from explorer.charts.model import Axis, Chart, Later, Series
from explorer.charts.overlaid import measured_series
from explorer.evaluate import operators
from explorer.evaluate.network import ROW
from explorer.units import format_number, format_quantity

Level = Literal["hbm", "sram", "link"]


@dataclass(frozen=True)
class _View:
    label: str
    bytes_of: str
    rate_of: str


LEVELS: dict[Level, _View] = {
    "hbm": _View("HBM", "hbm_bytes", "hbm_bytes_per_s"),
    "sram": _View("SRAM", "sram_bytes", "sram_bytes_per_s"),
    "link": _View("link", "link_bytes", "link_bytes_per_s"),
}


@dataclass(frozen=True, eq=False)
class _Points:
    names: tuple[str, ...]
    ids: tuple[str, ...]
    intensity: Array
    rate: Array
    tips: Sequence[str]


def roofline(scene: Scene, level: Level = "hbm") -> Chart:
    """Roofs from the datasheet and operators where they land, at one memory level, all scenarios."""
    view = LEVELS[level]
    points = {i: _points(scene, i, view) for i, _ in scene}
    measured = scene.study.measured if level == "hbm" else ()
    low, high = _span(scene, points, view, [m.flop_per_byte for m in measured])
    series: list[Series] = []
    for i, name in enumerate(names(scene.study)):
        series.append(_roof(scene, i, name, view, low, high))
    for i, name in enumerate(names(scene.study)):
        found = points[i]
        labels = found.names if i == scene.study.active else ()
        series.append(Series(f"points-{i}", name, i, "points", found.intensity, found.rate, found.tips, labels, ids=found.ids))
    roofs = {i: (float(at(getattr(scene.report.columns, view.rate_of), i)), _peak(scene, i)) for i, _ in scene} if measured else {}
    series += measured_series(scene.study, measured, roofs)
    tops = [s.y.max() for s in series if s.role == "roof" and len(s.y)] + [m.flop_per_s for m in measured]
    bottoms = [s.y.min() for s in series if s.role == "points" and len(s.y)] or [t / 1e3 for t in tops]
    y_range = (min(bottoms) / 2.5, max(tops) * 2.5) if tops else (1e9, 1e15)
    empty = "" if measured or any(len(p.rate) for p in points.values()) else _why_empty(scene, level)
    return Chart(
        key="roofline" if level == "hbm" else f"roofline-{level}",
        title="Roofline" if level == "hbm" else f"Roofline at the {view.label}",
        subtitle=_subtitle(scene, view),
        x=Axis(f"Intensity at {view.label}", "FLOP/B", "log", (low, high)),
        y=Axis("Attained", "FLOP/s", "log", y_range),
        series=tuple(series),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary=_summary(scene, points, view),
        empty=empty,
        metadata=dict(scene.metadata),
    )


def _why_empty(scene: Scene, level: Level) -> str:
    if level == "link":
        return "No operator sends anything: tensor parallel is 1"
    return "This plan cannot be: see the verdict" if not np.any(scene.report.valid_plan) else "Nothing to draw"


def _subtitle(scene: Scene, view: _View) -> str:
    """Where the active chip's roof at this level turns flat; the load where it has no slope or no flat part."""
    i = scene.study.active
    ridge = _peak(scene, i) / float(at(getattr(scene.report.columns, view.rate_of), i))
    if not np.isfinite(ridge) or ridge <= 0:
        return workload_line(scene.study)
    of = "" if view is LEVELS["hbm"] else f" of {view.label}"
    return f"{names(scene.study)[i]} turns compute-bound at {format_number(ridge)} FLOP/B{of}"


def _peak(scene: Scene, i: int) -> float:
    """The array's rate in the matmul format, or in attention's where that one is higher; NaN where it has neither."""
    c = scene.report.columns
    return float(np.maximum(at(c.array_flop_per_s, i), at(c.attention_flop_per_s, i)))


def _points(scene: Scene, i: int, view: _View) -> _Points:
    table, valid = scene.report.operators, bool(at(scene.report.valid_plan, i))
    traffic = at(getattr(table, view.bytes_of), i)
    flop, time = at(table.flop, i), at(table.time_s, i)
    if view is LEVELS["link"]:
        time = np.maximum(time, _sending_s(scene, i))
    shown = [k for k in range(len(operators.OPERATORS)) if valid and flop[k] > 0 and time[k] > 0 and traffic[k] > 0]
    intensity, rate = flop[shown] / traffic[shown], flop[shown] / time[shown]
    labels = tuple(operators.OPERATORS.values())
    tips = Later(len(shown), lambda: _tips(scene, i, view, shown, intensity, rate))
    keys = tuple(operators.OPERATORS)
    return _Points(tuple(labels[k] for k in shown), tuple(keys[k] for k in shown), intensity, rate, tips)


def _tips(scene: Scene, i: int, view: _View, shown: list[int], intensity: Array, rate: Array) -> tuple[str, ...]:
    """What is read out at each point."""
    labels, name = tuple(operators.OPERATORS.values()), names(scene.study)[i]
    table, c = scene.report.operators, scene.report.columns
    roof = np.minimum(intensity * at(getattr(c, view.rate_of), i), _peak(scene, i))
    bound, flop = at(table.bound, i), at(table.flop, i)

    def attained(k: int, j: int) -> float | None:
        """Of another scenario's operator; None where it has none, and where its message takes part in its time."""
        if view is LEVELS["link"]:
            return None
        done, took = float(at(table.flop, j)[k]), float(at(table.time_s, j)[k])
        return done / took if done > 0 and took > 0 else None

    return tuple(
        f"{labels[k]} · {name}\n"
        f"{format_number(x)} FLOP/B at {view.label} · {format_quantity(y, 'FLOP/s')}\n"
        f"{operators.BOUNDS[int(bound[k])]}-bound, {y / r:.0%} of the {view.label} roof\n"
        f"{format_quantity(float(flop[k] / y), 's')} a step, {_intensities(scene, i, k)}"
        f"{against_base(scene, i, partial(attained, k), 'FLOP/s')}"
        for k, x, y, r in zip(shown, intensity, rate, roof, strict=True)
    )


def _sending_s(scene: Scene, i: int) -> Array:
    """Seconds that the messages of each operator take: an operator with its message is no faster than either."""
    report = scene.report
    sent, rate = at(report.operators.link_bytes, i), at(report.columns.link_bytes_per_s, i)
    own = at(report.traffic.time_s, i)[ROW["tp_layer"]] / 2  # half the all-reduces follow attention, half the FFN
    seconds: Array = np.where(sent > 0, np.maximum(sent / rate, own), 0.0)
    return seconds


def _intensities(scene: Scene, i: int, k: int) -> str:
    table = scene.report.operators
    flop = at(table.flop, i)[k]
    parts = []
    for view in LEVELS.values():
        traffic = at(getattr(table, view.bytes_of), i)[k]
        if traffic > 0:
            parts.append(f"{view.label} {format_quantity(float(traffic), 'B')} ({format_number(flop / traffic)} FLOP/B)")
    return ", ".join(parts)


def _roof(scene: Scene, i: int, name: str, view: _View, low: float, high: float) -> Series:
    c = scene.report.columns
    rate, peak = float(at(getattr(c, view.rate_of), i)), _peak(scene, i)
    if not np.isfinite(peak):
        return Series(f"roof-{i}", name, i, "roof", np.empty(0), np.empty(0))
    if not np.isfinite(rate):  # nobody has published the slope: the flat part alone
        tip = f"{name}\nslope: not published ({view.label}), flat: {format_quantity(peak, 'FLOP/s')}"
        return Series(f"roof-{i}", name, i, "roof", np.array([low, high]), np.array([peak, peak]), (tip,) * 2)
    ridge = min(max(peak / rate, low), high)
    x = np.array([low, ridge, high])
    y = np.minimum(x * rate, peak)
    tip = f"{name}\nslope: {format_quantity(rate, 'B/s')} ({view.label}), flat: {format_quantity(peak, 'FLOP/s')}"
    return Series(f"roof-{i}", name, i, "roof", x, y, (tip,) * 3)


def _span(scene: Scene, points: dict[int, _Points], view: _View, measured: list[float]) -> tuple[float, float]:
    c = scene.report.columns
    ridges = [_peak(scene, i) / float(at(getattr(c, view.rate_of), i)) for i, _ in scene]
    seen = measured + [x for p in points.values() for x in p.intensity] + [r for r in ridges if np.isfinite(r) and r > 0]
    if not seen:
        return 0.1, 1e4
    return min(seen) / 3, max(seen) * 6


def _summary(scene: Scene, points: dict[int, _Points], view: _View) -> str:
    said = [
        f"{name}: {len(points[i].rate)} operators, best {format_quantity(float(points[i].rate.max()), 'FLOP/s')}"
        for i, name in enumerate(names(scene.study))
        if len(points[i].rate)
    ]
    measured = len(scene.study.measured) if view is LEVELS["hbm"] else 0
    return f"Roofline at the {view.label}. " + "; ".join([*said, *([f"{measured:,} measured points"] if measured else [])])
