"""Bus bandwidth against the size of a message, and the algorithms that an all-reduce is chosen from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from explorer.charts.common import Array, Scene, at, context_line, footer, names
from explorer.charts.interconnect import OPERATIONS, SIZES, timed
from explorer.charts.model import Axis, Chart, Each, Series
from explorer.charts.style import NEUTRAL
from explorer.evaluate.algorithms import all_reduce_algorithms_s
from explorer.evaluate.network import ROW, all_reduce_s, group
from explorer.physics.arrays import quiet
from explorer.units import format_quantity

# What crosses a rank's port for each byte of the whole buffer: nccl-tests doc/PERFORMANCE.md.
_BUS: dict[str, Callable[[float], float]] = {
    "all-reduce": lambda n: 2.0 * (n - 1.0) / n,
    "all-gather": lambda n: (n - 1.0) / n,
    "reduce-scatter": lambda n: (n - 1.0) / n,
    "all-to-all": lambda n: (n - 1.0) / n,
    "send": lambda n: 1.0,
}


def bus_factor(operation: str, ranks: int) -> float:
    """Bus bandwidth over buffer / time, as nccl-tests reckons it."""
    return _BUS[operation](float(ranks))


def bus(scene: Scene, operation: str = "all-reduce") -> Chart:
    """Bus bandwidth of one operation in every scenario's innermost group; pale: what the links of a chip carry one way."""
    series: list[Series] = []
    said: list[str] = []
    for i, name in enumerate(names(scene.study)):
        plan = scene.study.scenarios[i].plan
        ranks = plan.tp if plan.tp > 1 else plan.chips
        if ranks < 2:
            continue
        time = _time(scene, i, operation)
        rate = bus_factor(operation, ranks) * SIZES / time
        nominal = scene.study.scenarios[i].fabric.scale_up.link_bytes_per_s_per_direction
        tips = _tips(operation, name, ranks, rate, time)
        series.append(Series(f"nominal-{i}", name, i, "ghost", SIZES[[0, -1]], np.full(2, nominal)))
        series.append(Series(f"bus-{i}", name, i, "line", SIZES, rate, tips))
        said.append(f"{name}: up to {format_quantity(float(rate.max()), 'B/s')} of {format_quantity(nominal, 'B/s')} over {ranks:,} chips")
    values = np.concatenate([s.y for s in series]) if series else np.array([1e9, 1e12])
    return Chart(
        key=f"bandwidth-{operation}",
        title="Bus bandwidth",
        subtitle=f"{OPERATIONS[operation]}; pale: a chip's scale-up links, one way",
        x=Axis("Message, one chip", "B", "log", (SIZES[0], SIZES[-1])),
        y=Axis("Bus bandwidth", "B/s", "log", (float(values.min()) / 2, float(values.max()) * 1.5)),
        series=tuple(series),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary=f"Bus bandwidth of {OPERATIONS[operation]}. " + "; ".join(said),
        empty="" if series else "One chip a replica: nothing to send. Raise tensor or pipeline parallel.",
        metadata=dict(scene.metadata),
    )


def _time(scene: Scene, i: int, operation: str) -> Array:
    c = scene.report.columns.take(np.array([i]))
    with quiet():
        time = timed(operation, c, at(scene.report.shape.dp, i).reshape(1))(c, SIZES)
    return np.broadcast_to(time, SIZES.shape)


def _tips(operation: str, name: str, ranks: int, rate: Array, time: Array) -> Each:
    return Each(len(SIZES), lambda n: _tip(operation, name, ranks, rate, time, n))


def _tip(operation: str, name: str, ranks: int, rate: Array, time: Array, n: int) -> str:
    return (
        f"{name} · {OPERATIONS[operation]} over {ranks:,} chips\n{format_quantity(float(SIZES[n]), 'B')} in "
        f"{format_quantity(float(time[n]), 's')}\nbus bandwidth {format_quantity(float(rate[n]), 'B/s')}"
    )


def algorithms(scene: Scene) -> Chart:
    """All-reduce of the active scenario's innermost group by each algorithm (in a domain), and what the model charges."""
    i = scene.study.active
    s, name = scene.study.scenarios[i], names(scene.study)[i]
    ranks = s.plan.tp if s.plan.tp > 1 else s.plan.chips
    series: list[Series] = []
    subtitle = f"all-reduce of {name}"
    if ranks > 1:
        c = scene.report.columns.take(np.array([i]))
        with quiet():
            tier = group(c, np.full(1, float(ranks)), np.ones(1))
            found = all_reduce_algorithms_s(c, tier, SIZES)
            charged = np.broadcast_to(all_reduce_s(c, tier, SIZES), SIZES.shape)
        inside = int(tier.inside[0])
        subtitle = f"all-reduce of {name}, " + (f"{ranks:,} chips" if inside == ranks else f"{inside:,} chips of a domain; charged: all {ranks:,}")
        series = _curves(found, charged, inside == ranks)
        series += _this_step(scene, i, name, found, inside == ranks) if s.plan.tp > 1 else []
    values = np.concatenate([x.y for x in series]) if series else np.array([1e-6, 1e-2])
    return Chart(
        key="algorithms",
        title="Algorithms",
        subtitle=subtitle,
        x=Axis("Message, one chip", "B", "log", (SIZES[0], SIZES[-1])),
        y=Axis("Time", "s", "log", (float(values.min()) / 2, float(values.max()) * 2)),
        series=tuple(series),
        legend=tuple((x.key, x.label) for x in series if x.role in ("line", "dots")),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary=f"All-reduce of {name} by algorithm: " + ", ".join(x.label for x in series if x.role == "line"),
        empty="" if series else "One chip a replica: nothing to send. Raise tensor or pipeline parallel.",
        metadata=dict(scene.metadata),
    )


def _curves(found: dict[str, Array], charged: Array, whole: bool) -> list[Series]:
    """A hue for each algorithm, and dots for what is charged."""
    series = []
    for k, (label, time) in enumerate(found.items()):
        series.append(Series(f"algorithm-{k}", label, k, "line", SIZES, time, _timed_tips(label, time)))
    tips = Each(len(SIZES), lambda n: _of(_chosen(found, charged, n, whole), SIZES[n], charged[n]))
    return [*series, Series("charged", "charged", NEUTRAL, "dots", SIZES, charged, tips)]


def _timed_tips(label: str, time: Array) -> Each:
    return Each(len(SIZES), lambda n: _of(label, SIZES[n], time[n]))


def _of(label: str, size: float, time: float) -> str:
    return f"{label}\n{format_quantity(float(size), 'B')} in {format_quantity(float(time), 's')}"


def _chosen(found: dict[str, Array], charged: Array, n: int, whole: bool) -> str:
    """The algorithm whose time is charged at one size."""
    if not whole:
        return "charged: inside and across domains"
    nearest = min(found, key=lambda label: abs(float(found[label][n]) - float(charged[n])))
    return f"charged: {nearest}"


def _this_step(scene: Scene, i: int, name: str, found: dict[str, Array], whole: bool) -> list[Series]:
    t = scene.report.traffic
    size, time = float(at(t.message_bytes, i)[ROW["tp_layer"]]), float(at(t.one_s, i)[ROW["tp_layer"]])
    if not (size > 0 and time > 0):
        return []
    at_size = {label: np.exp(np.interp(np.log([size]), np.log(SIZES), np.log(y))) for label, y in found.items()}
    label = _chosen(at_size, np.array([time]), 0, whole)
    return [Series("here", name, NEUTRAL, "points", np.array([size]), np.array([time]), (f"{name} · this step\n{_of(label, size, time)}",))]
