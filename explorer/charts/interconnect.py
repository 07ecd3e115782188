"""The interconnect: time of the plan's main collective against the size of its message, and where this step stands."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from explorer.charts.common import Array, Scene, at, context_line, footer, names
from explorer.charts.model import Axis, Chart, Later, Mark, Series
from explorer.evaluate.columns import Columns
from explorer.evaluate.network import ROW, TIERS, all_gather_s, all_reduce_s, all_to_all_s, group, send_s
from explorer.specs import Scenario
from explorer.units import format_number, format_quantity

SIZES = np.geomspace(4 * 1024.0, 4 * 1024.0**3, 41)
_Timed = Callable[[Columns, Array], Array]
OPERATIONS: dict[str, str] = {
    "all-reduce": "all-reduce",
    "all-gather": "all-gather",
    "reduce-scatter": "reduce-scatter",
    "all-to-all": "all-to-all",
    "send": "send to a neighbour",
}
"""Operations that can be drawn for each plan's innermost group, whether or not the step uses them."""


def interconnect(scene: Scene) -> Chart:
    """Each scenario's main collective over message sizes, with marks at the sizes of this step."""
    return _chart(scene, [_main(s) for _, s in scene], "interconnect", "Interconnect")


def interconnect_of(scene: Scene, operation: str) -> Chart:
    """One operation in every scenario's innermost group (tensor parallel, else the whole cluster)."""
    main: list[tuple[str, str] | None] = []
    for _, s in scene:
        ranks = s.plan.tp if s.plan.tp > 1 else s.plan.chips
        main.append((operation, f"{OPERATIONS[operation]} over {ranks:,} chips") if ranks > 1 else None)
    return _chart(scene, main, f"interconnect-{operation}", f"Interconnect: {OPERATIONS[operation]}")


def _chart(scene: Scene, main: list[tuple[str, str] | None], key: str, title: str) -> Chart:
    series: list[Series] = []
    marks: list[tuple[float, int]] = []
    for i, name in enumerate(names(scene.study)):
        found = main[i]
        if found is None:
            continue
        row, label = found
        series.append(_curve(scene, i, name, row, label))
        if row not in ROW:
            continue
        size, time = float(at(scene.report.traffic.message_bytes, i)[ROW[row]]), float(at(scene.report.traffic.one_s, i)[ROW[row]])
        series.append(_here(scene, i, name, row, size, time))
        marks.append((size, i))
    return Chart(
        key=key,
        title=title,
        subtitle=_subtitle(scene, main),
        x=Axis("Message, one chip", "B", "log", (SIZES[0], SIZES[-1])),
        y=Axis("Time", "s", "log", _span(series)),
        series=tuple(series),
        marks=_marks(scene, marks),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary=_summary(scene, main),
        empty="" if series else "One chip a replica: nothing to send. Raise tensor or pipeline parallel.",
        metadata=dict(scene.metadata),
    )


def _main(s: Scenario) -> tuple[str, str] | None:
    """The row of the collective that matters most, and its name."""
    plan = s.plan
    if plan.tp > 1:
        return "tp_layer", f"TP {plan.tp} all-reduce"
    if plan.pp > 1:
        return "pp_boundary", f"PP {plan.pp} send"
    dp = plan.chips // (plan.tp * plan.pp)
    return ("dp_gradients", f"DP {dp} reduce-scatter") if s.job.phase == "training" and dp > 1 else None


def timed(row: str, c: Columns, dp: Array) -> _Timed:
    """What times a message of one row of the traffic, or of one of `OPERATIONS` in the innermost group."""
    if row in OPERATIONS:
        ranks = np.where(c.tp > 1, c.tp, c.chips)
        if row == "send":
            return lambda c, size: send_s(c, np.ones(1), size)
        if row == "all-to-all":
            return lambda c, size: all_to_all_s(c, group(c, ranks, np.ones(1)), size)
        quickest = all_reduce_s if row == "all-reduce" else all_gather_s
        return lambda c, size: quickest(c, group(c, ranks, np.ones(1)), size)
    if row == "tp_layer":
        return lambda c, size: all_reduce_s(c, group(c, c.tp, np.ones(1)), size)
    if row == "pp_boundary":
        return lambda c, size: send_s(c, c.tp * dp, size)
    return lambda c, size: all_gather_s(c, group(c, dp, c.tp), size)


def _curve(scene: Scene, i: int, name: str, row: str, label: str) -> Series:
    time = _times(scene.report.columns, i, row, at(scene.report.shape.dp, i).reshape(1))
    tips = Later(len(SIZES), lambda: _curve_tips(name, label, time))
    return Series(f"curve-{i}", name, i, "line", SIZES, time, tips)


_drawn: dict[tuple[int, str], tuple[tuple[str, ...], bytes, Array]] = {}


def _times(columns: Columns, i: int, row: str, dp: Array) -> Array:
    """Times of all sizes. Kept with the columns that they follow from, few of which change while a hand moves."""
    c = columns.take(np.array([i]))
    if (i, row) in _drawn:
        names, values, known = _drawn[i, row]
        if values == _bits(c, names, dp):
            return known
        c = columns.take(np.array([i]))
    with np.errstate(divide="ignore", invalid="ignore"):
        time: Array = np.broadcast_to(timed(row, c, dp)(c, SIZES), SIZES.shape)
    if c.table is not None:
        _drawn[i, row] = c.asked(), _bits(c, c.asked(), dp), time
    return time


def _bits(c: Columns, names: tuple[str, ...], dp: Array) -> bytes:
    return b"".join([dp.tobytes(), *(getattr(c, name).tobytes() for name in names)])


def _curve_tips(name: str, label: str, time: Array) -> tuple[str, ...]:
    return tuple(
        f"{name} · {label}\n{format_quantity(float(v), 'B')} in {format_quantity(float(t), 's')}\n"
        f"{format_quantity(float(v / t), 'B/s')} of buffer a second"
        for v, t in zip(SIZES, time, strict=True)
    )


def _here(scene: Scene, i: int, name: str, row: str, size: float, time: float) -> Series:
    t = scene.report.traffic
    count, tier = float(at(t.count, i)[ROW[row]]), TIERS[int(at(t.tier, i)[ROW[row]])]
    exposed = float(at(scene.report.exposed_s, i)[ROW[row]])
    step = scene.report.value("step_s", i)
    share = f", {exposed / step:.0%} of the step" if step else ""
    tip = (
        f"{name} · this step\n{format_number(count)} × {format_quantity(size, 'B')} over {tier}, {format_quantity(time, 's')} each\n"
        f"{format_quantity(exposed, 's')} exposed{share}"
    )
    return Series(f"here-{i}", name, i, "points", np.array([size]), np.array([time]), (tip,))


def _marks(scene: Scene, found: list[tuple[float, int]]) -> tuple[Mark, ...]:
    """One mark a distinct size; its label says how often it is sent in a step of the active scenario."""
    distinct = dict(reversed(found))
    marks = []
    for size, i in distinct.items():
        count = float(np.max(at(scene.report.traffic.count, i)[:1]))
        times = f", {count:,.0f} times" if count else ""
        marks.append(Mark("x", size, f"this step: {format_quantity(size, 'B')}{times}" if len(distinct) == 1 else ""))
    return tuple(marks)


def _span(series: list[Series]) -> tuple[float, float]:
    values = np.concatenate([s.y for s in series]) if series else np.array([1e-6, 1e-2])
    values = values[(values > 0) & np.isfinite(values)]
    return (float(values.min()) / 2, float(values.max()) * 2) if len(values) else (1e-6, 1e-2)


def _subtitle(scene: Scene, main: list[tuple[str, str] | None]) -> str:
    said = list(dict.fromkeys(m[1] for m in main if m))
    return " · ".join(said[:3])


def _summary(scene: Scene, main: list[tuple[str, str] | None]) -> str:
    said = []
    for i, name in enumerate(names(scene.study)):
        share = scene.report.value("network_exposed_fraction", i)
        found = main[i]
        if found and share is not None:
            said.append(f"{name}: {found[1]}, network {share:.0%} of the step")
    return "Interconnect. " + "; ".join(said)
