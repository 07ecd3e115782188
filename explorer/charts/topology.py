"""The fabric drawn: the first scale-up domain chip by chip, the cluster beside it, and the links that one side of the plan uses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.charts.common import Scene, at, context_line, footer, names
from explorer.charts.model import Annotation, Axis, Chart, Each, Role, Series
from explorer.charts.topology_cluster import Box, cluster, domains_of, span_domains, tiers_of
from explorer.charts.topology_layout import Array, Layout, layout
from explorer.charts.topology_ranks import SIDES, Group, Sent, Side, group_of, main_side, order_of, ranks_of, sent_along
from explorer.specs import Scenario
from explorer.units import format_quantity

_WIDE, _HIGH = 24.0, 11.8
_ALONE, _BESIDE = Box(0.3, 2.0, 23.7, 10.5), Box(0.3, 2.0, 14.0, 10.5)
_CLUSTER = Box(15.0, 2.0, 23.7, 10.5)
_STRETCH = 1.7  # of a drawing to fill its box, at most
_KINDS = {"switch": "switch", "mesh": "full mesh", "ring": "ring", "torus": "torus"}
_THICKEST = 1.6  # lines more, for a side that sends all bytes


def topology(scene: Scene, side: Side | None = None) -> Chart:
    """The active scenario's fabric with the group of chip 0 along ``side`` of the plan; by default along the one that sends most."""
    i = scene.study.active
    chosen = side or main_side(scene, i)
    group, sent, possible = group_of(scene, i, chosen), sent_along(scene, i, chosen), bool(at(scene.report.valid_plan, i))
    fabric = scene.study.scenarios[i].fabric
    if not possible:
        group, sent = Group(chosen, 1, 1, group.chips), Sent(0.0, 0.0, 0.0, 0, "")
    several = domains_of(group, fabric.scale_up.domain) > 1
    weight = _weight(scene, i, sent)
    series, notes = _domain(scene, i, group, weight, _BESIDE if several else _ALONE)
    if several:
        more, words = cluster(group, fabric, i, _CLUSTER, weight)
        series, notes = [*series, *more], [*notes, *words, _head(_CLUSTER, _cluster_text(group, fabric.scale_up.domain))]
    lines = _traffic_lines(scene, i, group, sent) if possible else ("This plan cannot be: see the verdict", "")
    notes += [Annotation(_WIDE / 2, y, text, room=_WIDE) for y, text in zip((1.3, 0.45), lines, strict=True) if text]
    name = names(scene.study)[i]
    return Chart(
        key=f"topology-{side}" if side else "topology",
        title="Topology",
        subtitle=f"{name} · {order_of(scene, i)}" if possible else name,
        x=Axis("x", range=(0.0, _WIDE)),
        y=Axis("y", range=(0.0, _HIGH)),
        series=tuple(series),
        annotations=tuple(notes),
        legend=_legend(series, group),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary=f"Topology of {name}: {_domain_text(scene.study.scenarios[i])}; {'; '.join(filter(None, (*lines, sent.words)))}",
        metadata=dict(scene.metadata),
        drawing=True,
    )


def _weight(scene: Scene, i: int, sent: Sent) -> float:
    """Thickness of the traffic: one line, and more with the share of a chip's bytes that it is."""
    total = sum(sent_along(scene, i, side).bytes for side in SIDES)
    return 1.0 + _THICKEST * sent.bytes / total if total > 0 and sent.bytes > 0 else 0.0


def _head(box: Box, text: str) -> Annotation:
    return Annotation((box.left + box.right) / 2, 11.3, text, room=box.wide)


def _domain(scene: Scene, i: int, group: Group, weight: float, box: Box) -> tuple[list[Series], list[Annotation]]:
    """Chips, links and traffic of the first domain."""
    s = scene.study.scenarios[i]
    plan, domain = _layout_of(scene, i), s.fabric.scale_up.domain
    x, y, (sx, sy), (left, bottom) = _placed(plan, box)
    held = np.bincount(plan.cell, minlength=len(x))
    used = np.bincount(plan.cell[: group.chips], minlength=len(x))
    members = np.arange(0, min(domain, group.ranks * group.stride), group.stride) if group.ranks > 1 else np.empty(0, dtype=np.intp)
    mine = np.bincount(plan.cell[members], minlength=len(x))
    series = [_links("links", "links", i, "links", plan.pieces, (left, bottom, sx, sy), 1.0)]
    notes = [_head(box, _domain_text(s) + (f" · a square: {plan.block}" if plan.block else ""))]
    if weight > 0 and len(members) > 1:
        series.append(_links("traffic", "its traffic", i, "traffic", plan.traffic(mine > 0), (left, bottom, sx, sy), weight))
    if plan.bar is not None:
        middle, height, wide, high = plan.bar
        bx, by = left + middle * sx, bottom + height * sy
        series.append(Series("switch", "switch", i, "block", np.array([bx]), np.array([by]), (_switch_tip(s),), size=(wide * sx, high * sy)))
        notes.append(Annotation(bx, by, _rate(s), room=wide * sx - 0.4))
    roles: tuple[tuple[Role, str, NDArray[np.bool_]], ...] = (
        ("used", "chips in use", (used > 0) & (mine == 0)), ("free", "not used", (used == 0) & (held > 0)),
        ("group", f"group of chip 0 along {group.side.upper()}", mine > 0),
    )
    for role, label, mask in roles:
        which = np.flatnonzero(mask)
        if len(which):
            tips = _tips(scene, i, plan, which, group)
            size = (plan.size[0] * sx, plan.size[1] * sy)
            series.append(Series(f"chips-{role}", label, i, role, x[which], y[which], tips, size=size))
    return series, notes


def _layout_of(scene: Scene, i: int) -> Layout:
    up, c = scene.study.scenarios[i].fabric.scale_up, scene.report.columns
    x, y, z = (int(np.ceil(at(axis, i))) for axis in (c.axis_0, c.axis_1, c.axis_2))
    return layout(up.kind, up.domain, (x, y, z))


def _placed(plan: Layout, box: Box) -> tuple[Array, Array, tuple[float, float], tuple[float, float]]:
    """Marks in the box, as large as it allows, stretched a little; the scales, and the corner of the drawing."""
    sx, sy = box.wide / plan.width, box.high / plan.height
    sx, sy = min(sx, _STRETCH * sy), min(sy, _STRETCH * sx)
    left, bottom = box.left + (box.wide - sx * plan.width) / 2, box.bottom + (box.high - sy * plan.height) / 2
    return left + sx * plan.x, bottom + sy * plan.y, (sx, sy), (left, bottom)


def _links(key: str, label: str, slot: int, role: Role, pieces: Array, to: tuple[float, float, float, float], weight: float) -> Series:
    left, bottom, sx, sy = to
    x, y = pieces[:, (0, 2)].ravel(), pieces[:, (1, 3)].ravel()
    return Series(key, label, slot, role, left + sx * x, bottom + sy * y, weight=weight)


def _domain_text(s: Scenario) -> str:
    """``torus 4 x 4 x 4, 64 chips, 16 in use``: the first domain."""
    up = s.fabric.scale_up
    if up.domain == 1:
        return "no scale-up domain: one chip"
    shape = " x ".join(str(a) for a in up.axes) if len(up.axes) > 1 and int(np.prod(up.axes)) == up.domain else ""
    used = min(s.plan.chips, up.domain)
    return f"{_KINDS[up.kind]}{' ' * bool(shape)}{shape}, {up.domain:,} chips" + (f", {used:,} in use" if used < up.domain else "")


def _cluster_text(group: Group, domain: int) -> str:
    count = domains_of(group, domain)
    each = -(-count // 32)
    return f"{count:,} such domains" + (f" · a block: {each:,}" if each > 1 else "")


def _rate(s: Scenario) -> str:
    up = s.fabric.scale_up
    adds = ", can add" if up.in_network_reduction else ""
    return f"switch: {format_quantity(up.link_bytes_per_s_per_direction, 'B/s')} a chip{adds}"


def _switch_tip(s: Scenario) -> str:
    return f"{s.fabric.name}\n{_rate(s)}, one way"


def _traffic_lines(scene: Scene, i: int, group: Group, sent: Sent) -> tuple[str, str]:
    """What chip 0 sends along the side, and the slowest tier that it crosses."""
    s = scene.study.scenarios[i]
    both = group.side == "dp" and s.plan.cp > 1 and s.job.phase == "training"  # gradients are reduced over both
    name = f"{'DP x CP' if both else group.side.upper()} {group.ranks:,}"
    if group.ranks == 1:
        return f"{name}: no {SIDES[group.side]} group, nothing is sent along it", ""
    spread = span_domains(group, s.fabric.scale_up.domain)
    over = f"{name} in {spread:,} domain{'s' if spread > 1 else ''}"
    if sent.bytes == 0:
        return f"{over}: nothing is sent along it in {s.job.phase}", ""
    total = sum(sent_along(scene, i, side).bytes for side in SIDES)
    step = scene.report.value("step_s", i)
    exposed = f"{_percent(sent.exposed_s / step)} of the step exposed · " if step else ""
    outside = sent.tier == 2
    rate = s.fabric.scale_out.bytes_per_s_per_direction if outside else s.fabric.scale_up.link_bytes_per_s_per_direction
    first = f"{over}: {format_quantity(sent.bytes, 'B')} a step of a chip, {_percent(sent.bytes / total)} of all"
    return first, f"{exposed}slowest: {_outside(s, group) if outside else 'scale-up'}, {format_quantity(rate, 'B/s')}"


def _outside(s: Scenario, group: Group) -> str:
    """The highest tier of the outer network that the group passes."""
    tier = tiers_of(group.ranks * group.stride, s.fabric)
    return f"scale-out tier {tier}" if s.fabric.scale_out.radix else "scale-out"


def _percent(share: float) -> str:
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"


def _legend(series: list[Series], group: Group) -> tuple[tuple[str, str], ...]:
    there = {s.key: s.label for s in series}
    wanted = ("chips-group", "traffic", "traffic-out", "chips-used", "chips-free")
    found = {there[key]: key for key in reversed(wanted) if key in there}
    if "its traffic" in found:
        found.pop("its traffic outside", None)
    return tuple((key, f"{group.side.upper()} group of chip 0" if key == "chips-group" else label) for label, key in reversed(found.items()))


def _tips(scene: Scene, i: int, plan: Layout, which: NDArray[np.intp], group: Group) -> Each:
    return Each(len(which), lambda n: _tip(scene, i, plan, int(which[n]), group))


def _tip(scene: Scene, i: int, plan: Layout, mark: int, group: Group) -> str:
    """The chip, or the block of chips: its place in the domain and in the plan."""
    chips, s = np.flatnonzero(plan.cell == mark), scene.study.scenarios[i]
    first, last = int(chips[0]), int(chips[-1])
    used = int(np.count_nonzero(chips < group.chips))
    if len(chips) > 1:
        title = f"{len(chips):,} chips, {first:,} the first" + (f" and {last:,} the last" if last - first + 1 == len(chips) else "")
        return f"{title}\n{used:,} in use"
    where = _coordinates(scene, i, first)
    lines = [f"Chip {first:,}{where}"]
    if not used:
        return f"{lines[0]}\nnot used: the plan has {s.plan.chips:,} chips"
    return "\n".join([*lines, *filter(None, [ranks_of(scene, i, first)])])


def _coordinates(scene: Scene, i: int, chip: int) -> str:
    c = scene.report.columns
    axes = [int(np.ceil(at(axis, i))) for axis in (c.axis_0, c.axis_1, c.axis_2)]
    if sum(a > 1 for a in axes) < 2:
        return ""
    x, y, z = chip % axes[0], chip // axes[0] % axes[1], chip // (axes[0] * axes[1])
    return f" at ({x}, {y}, {z})" if axes[2] > 1 else f" at ({x}, {y})"
