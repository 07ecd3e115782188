"""One result against the stops of a knob, for all scenarios; and against those of two knobs, as a heat map of the active one."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from explorer.charts.common import Array, Scene, at, context_line, footer, names
from explorer.charts.fair_rates import RATE, counted, held_along, held_over
from explorer.charts.model import Axis, Chart, Each, Role, Scale, Series
from explorer.evaluate import Report
from explorer.explore import able, grid, sweep
from explorer.knobs import Knob, Value, knob
from explorer.quantities import Quantity, quantity
from explorer.specs import Per, Scenario
from explorer.units import format_quantity

SWEEPS = {
    "sweep": "job.batch",
    "sweep-context": "job.context",
    "sweep-hbm": "chip.hbm_bytes_per_s",
    "sweep-links": "fabric.scale_up.link_bytes_per_s_per_direction",
    "sweep-tp": "plan.tp",
}
HEAT_MAPS = {"heat-map": ("job.batch", "job.context"), "heat-map-plan": ("plan.tp", "plan.pp")}
"""Knobs of the sweeps and heat maps that have a name; the command line takes any."""
_MOST_CELLS = 24  # along a side of a heat map
_WIDE_RANGE = 30.0  # from which factor on an axis is logarithmic


def result_text(row: Quantity, value: float) -> str:
    """A result as people write it."""
    return format_quantity(value * row.scale, row.unit)


def result_axis(row: Quantity, values: Array, scale: Scale | None = None) -> Axis:
    """The axis that shows all of ``values``: from zero, or logarithmic where they are far apart."""
    seen = values[np.isfinite(values)]
    if not len(seen):
        return Axis(_named(row), row.unit, "linear", (0.0, 1.0))
    low, high = float(seen.min()) * row.scale, float(seen.max()) * row.scale
    if scale == "log" or (scale is None and low > 0 and high / low > _WIDE_RANGE):
        return Axis(_named(row), row.unit, "log", (low / 1.3, high * 1.3))
    return Axis(_named(row), row.unit, "linear", (min(0.0, low * 1.08), max(high * 1.08, 1e-12)))


def _named(row: Quantity) -> str:
    return f"{row.label[:1].upper()}{row.label[1:]}"


def swept(scene: Scene, key: str = "job.batch", result: str = RATE, name: str = "sweep") -> Chart:
    """A result of every scenario at every stop of one knob; pale where the memory does not suffice."""
    row, (of, per) = knob(key), counted(quantity(result), scene.study.per)
    series: list[Series] = []
    for i, label in enumerate(names(scene.study)):
        series += _lines(scene.study.scenarios[i], i, label, row, of, per)
    values = np.concatenate([s.y for s in series]) / of.scale if series else np.empty(0)
    return Chart(
        key=name,
        title="Sweep",
        subtitle=f"of {row.label}: {of.label}; pale: does not fit",
        x=_knob_axis(row, series),
        y=result_axis(of, values),
        series=tuple(series),
        legend=_one_each(series),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary=_summary(scene, series, row, of),
        empty="" if series else f"No stop of {row.label} gives a plan that can be: see the verdict.",
        metadata=dict(scene.metadata),
    )


def _lines(s: Scenario, slot: int, name: str, row: Knob, of: Quantity, per: Per) -> list[Series]:
    stops = _with_present(row, able(s, row.key, row.stops), row.get(s))
    if not stops:
        return []
    report = sweep(s, row.key, stops)
    y, fits = (report.columns.full(v) for v in (report.values[of.key], report.fits))
    y = y * held_along(s, row, stops, per)
    x = np.array([row.stops.index(v) if row.kind == "choice" else float(v) for v in stops])
    there = np.isfinite(y) & np.isfinite(x) & ((x > 0) | (_scale(row) == "linear"))
    found = []
    for role, mask in (("ghost", there), ("line", there & (fits > 0))):
        k = np.flatnonzero(mask)
        drawn: Role = "points" if row.kind == "choice" and role == "line" else role  # type: ignore[assignment]
        if len(k) and not (role == "ghost" and np.array_equal(mask, there & (fits > 0))):
            tips = _tips(name, row, of, [stops[j] for j in k.tolist()], y[k], fits[k])
            found.append(Series(f"{role}-{slot}", name, slot, drawn, x[k], y[k] * of.scale, tips))
    here = [k for k, v in enumerate(stops) if v == row.get(s) and there[k] and fits[k] > 0]
    if here and row.kind != "choice":
        tip = _tip(f"{name} · now", row, of, stops[here[0]], float(y[here[0]]), True)
        found.append(Series(f"here-{slot}", name, slot, "points", x[here], y[here] * of.scale, (tip,)))
    return found


def _one_each(series: list[Series]) -> tuple[tuple[str, str], ...]:
    """A name for each scenario: of its line, or of the pale one where nothing fits."""
    found = {s.slot: (s.key, s.label) for s in sorted(series, key=lambda s: s.role == "ghost", reverse=True) if not s.key.startswith("here")}
    return tuple(found[slot] for slot in sorted(found))


def _with_present(row: Knob, stops: list[Value], now: Value | None) -> list[Value]:
    if now is None or row.kind == "choice" or now in stops:
        return stops
    return sorted([*stops, now], key=float)


def _tips(name: str, row: Knob, of: Quantity, stops: list[Value], results: Array, fits: Array) -> Each:
    return Each(len(stops), lambda n: _tip(name, row, of, stops[n], float(results[n]), bool(fits[n] > 0)))


def _tip(name: str, row: Knob, of: Quantity, value: Value, result: float, fits: bool) -> str:
    return f"{name}\n{row.label} {row.text(value)}: {result_text(of, result)}" + ("" if fits else "\ndoes not fit")


def _scale(row: Knob) -> Scale:
    numbers = [float(v) for v in row.stops if not isinstance(v, str) and float(v) > 0]
    return "log" if len(numbers) > 1 and max(numbers) / min(numbers) > _WIDE_RANGE else "linear"


def _knob_axis(row: Knob, series: list[Series]) -> Axis:
    if row.kind == "choice":
        words = tuple(row.text(v) for v in row.stops)
        return Axis(row.label, range=(-0.5, len(words) - 0.5), names=words)
    x = np.concatenate([s.x for s in series]) if series else np.array([1.0, 2.0])
    low, high = float(x.min()), float(x.max())
    if _scale(row) == "log":
        return Axis(row.label, row.unit, "log", (low / 1.2, high * 1.2))
    room = 0.03 * (high - low) or 1.0
    return Axis(row.label, row.unit, "linear", (low - room, high + room))


def _summary(scene: Scene, series: list[Series], row: Knob, of: Quantity) -> str:
    said = []
    for s in series:
        if s.role in ("line", "points") and not s.key.startswith("here"):
            best = int(np.argmin(s.y) if of.better == "less" else np.argmax(s.y))
            at_stop = row.text(row.stops[int(s.x[best])] if row.kind == "choice" else float(s.x[best]))
            said.append(f"{s.label}: best {result_text(of, float(s.y[best]) / of.scale)} at {at_stop}")
    return f"{_named(of)} against {row.label}. " + "; ".join(said)


def heat(
    scene: Scene, first: str = "job.batch", second: str = "job.context", result: str = RATE, name: str = "heat-map"
) -> Chart:
    """A result of the active scenario over two knobs; blank where the plan cannot be or does not fit."""
    i = scene.study.active
    s, label, (of, per) = scene.study.scenarios[i], names(scene.study)[i], counted(quantity(result), scene.study.per)
    rows = knob(first), knob(second)
    stops = [_few(able(s, row.key, row.stops)) for row in rows]
    series: list[Series] = []
    subtitle = label
    if all(stops) and first != second:
        report, stops = _possible(s, rows, stops)
        cells, span = _cells(report, i, label, rows, stops, of, held_over(s, rows, stops, per))
        if span and any(len(values) > 1 for values in stops):
            subtitle = f"{label}: {of.label}, {span[0]} faint to {span[1]} full, blank: cannot be or does not fit"
            series = [cells, *_here(s, i, label, rows, stops)]
    return Chart(
        key=name,
        title="Heat map",
        of=f"{of.label} ({of.unit})",
        subtitle=subtitle,
        x=_cell_axis(rows[0], stops[0]),
        y=_cell_axis(rows[1], stops[1]),
        series=tuple(series),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary=f"{_named(of)} over {rows[0].label} and {rows[1].label}, {subtitle}",
        empty="" if series else _why_blank(rows, stops),
        metadata=dict(scene.metadata),
    )


def _why_blank(rows: tuple[Knob, Knob], stops: list[list[Value]]) -> str:
    if all(len(values) == 1 for values in stops):
        return f"{rows[0].label} and {rows[1].label} have one value each that can be: there is nothing to compare."
    return "Nothing fits at any stop of these knobs: see the verdict."


def _possible(s: Scenario, rows: tuple[Knob, Knob], stops: list[list[Value]]) -> tuple[Report, list[list[Value]]]:
    """Both knobs at their stops, without those at which no plan can be, whatever the other knob."""
    report = grid(s, (rows[0].key, stops[0]), (rows[1].key, stops[1]))
    can = report.columns.full(report.valid_plan).reshape(len(stops[0]), len(stops[1])) > 0
    kept = [[v for v, some in zip(values, np.any(can, axis=1 - k).tolist(), strict=True) if some] for k, values in enumerate(stops)]
    if kept == stops or not all(kept):
        return report, stops
    return grid(s, (rows[0].key, kept[0]), (rows[1].key, kept[1])), kept


def _few(stops: Sequence[Value]) -> list[Value]:
    """At most so many stops as can be told apart: of counts the powers of two."""
    found = list(stops)
    if len(found) > _MOST_CELLS and all(isinstance(v, int) for v in found):
        found = [v for v in found if int(v) & (int(v) - 1) == 0]
    step = -(-len(found) // _MOST_CELLS) if found else 1
    return found[::step]


def _cells(
    report: Report, slot: int, name: str, rows: tuple[Knob, Knob], stops: list[list[Value]], of: Quantity, held: Array
) -> tuple[Series, tuple[str, str] | None]:
    value = np.where(report.columns.full(report.fits) > 0, report.columns.full(report.values[of.key]) * held, np.nan)
    x, y = (k.ravel().astype(np.float64) for k in np.indices((len(stops[0]), len(stops[1]))))
    seen = value[np.isfinite(value)]
    low, high = (float(seen.min()), float(seen.max())) if len(seen) else (0.0, 0.0)
    logs = low > 0 and high > low
    shade = (np.log(value) - math.log(low)) / (math.log(high) - math.log(low)) if logs else np.where(np.isfinite(value), 0.5, np.nan)

    def tip(n: int) -> str:
        said = " · ".join(f"{r.label} {r.text(v[int(k)])}" for r, v, k in zip(rows, stops, (x[n], y[n]), strict=True))
        possible = bool(at(report.valid_plan, n) > 0)
        why = "does not fit" if possible else "this plan cannot be"
        return f"{name}\n{said}\n{result_text(of, float(value[n])) if math.isfinite(value[n]) else why}"

    cells = Series("cells", name, slot, "cells", x, y, Each(len(x), tip), size=(1.0, 1.0), shade=shade, value=value * of.scale)
    return cells, (result_text(of, low), result_text(of, high)) if len(seen) else None


def _here(s: Scenario, slot: int, name: str, rows: tuple[Knob, Knob], stops: list[list[Value]]) -> list[Series]:
    places = [_place(row.get(s), v) for row, v in zip(rows, stops, strict=True)]
    if any(p is None for p in places):
        return []
    x, y = (np.array([float(p or 0.0)]) for p in places)
    return [Series("here", name, slot, "points", x, y, (f"{name} · now\n" + " · ".join(f"{r.label} {r.text(r.get(s))}" for r in rows),))]


def _place(value: Value | None, stops: list[Value]) -> float | None:
    """Where a value stands among the stops, between two of them if need be; None beyond them."""
    if value in stops:
        return float(stops.index(value))
    if value is None or isinstance(value, str) or not float(stops[0]) <= float(value) <= float(stops[-1]):
        return None
    return float(np.interp(float(value), [float(v) for v in stops], np.arange(len(stops))))


def _cell_axis(row: Knob, stops: list[Value]) -> Axis:
    words = tuple(row.text(v) for v in stops) or ("-",)
    return Axis(row.label, range=(-0.5, len(words) - 0.5), names=words)
