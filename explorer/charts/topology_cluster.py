"""The cluster beside its first domain: the domains as blocks, and the tiers of switches above them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from explorer.charts.model import Annotation, Each, Role, Series
from explorer.charts.topology_ranks import Group
from explorer.physics.collective_tiers import clos_tiers
from explorer.specs import Fabric
from explorer.units import format_number, format_quantity

Array = NDArray[np.float64]
MOST_BLOCKS = 32
_TIER = 1.0  # height of a row of switches
_GAP = 0.6


@dataclass(frozen=True)
class Box:
    """A part of the drawing, y upwards."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def wide(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def high(self) -> float:
        """From bottom to top."""
        return self.top - self.bottom


@dataclass(frozen=True, eq=False)
class Blocks:
    """Domains as blocks in ``rows`` x ``columns``: ``each`` domains to a block, first to last chip, members of the group."""

    each: int
    first: Array
    last: Array
    held: Array
    columns: int
    rows: int


def domains_of(group: Group, domain: int) -> int:
    """Domains that the chips in use fill or begin."""
    return -(-group.chips // domain)


def span_domains(group: Group, domain: int) -> int:
    """Domains that the group of chip 0 touches."""
    if group.stride >= domain:
        return group.ranks
    return -(-((group.ranks - 1) * group.stride + 1) // domain)


def tiers_of(span: float, fabric: Fabric) -> int:
    """Tiers of switches that ``span`` chips need."""
    return int(clos_tiers(span=span, radix=float(fabric.scale_out.radix or np.inf)))


def blocks_of(group: Group, domain: int) -> Blocks:
    """As many blocks as can be told apart."""
    count = domains_of(group, domain)
    each = -(-count // MOST_BLOCKS)
    shown = -(-count // each)
    columns = min(shown, 8)
    first = np.arange(shown, dtype=np.float64) * each * domain
    last = np.minimum(first + each * domain, group.chips)
    return Blocks(each, first, last, group.within(first, last), columns, -(-shown // columns))


def cluster(group: Group, fabric: Fabric, slot: int, box: Box, weight: float) -> tuple[list[Series], list[Annotation]]:
    """Series and words of the cluster; ``weight``: thickness of the group's traffic, 0 where it sends nothing."""
    domain = fabric.scale_up.domain
    blocks, tiers = blocks_of(group, domain), tiers_of(group.chips, fabric)
    floor = box.top - tiers * (_TIER + _GAP)
    pitch_x, pitch_y = box.wide / blocks.columns, min((floor - box.bottom) / blocks.rows, 2.6)
    k = np.arange(len(blocks.first), dtype=np.float64)
    x = box.left + (k % blocks.columns + 0.5) * pitch_x
    y = floor - (k // blocks.columns + 0.5) * pitch_y
    size = (0.76 * pitch_x, 0.62 * pitch_y)
    bars = [box.top - (tiers - t) * (_TIER + _GAP) + _TIER / 2 + _GAP for t in range(tiers)]  # lowest tier first
    crossing = weight > 0 and group.ranks > 1 and span_domains(group, domain) > 1
    reached = tiers_of(group.ranks * group.stride, fabric)
    found = [_lines("links-out", "scale-out links", slot, "links", x, y, bars, 1.0)]
    if crossing:
        touched = blocks.held > 0
        found.append(_lines("traffic-out", "its traffic outside", slot, "traffic", x[touched], y[touched], bars[:reached], weight))
    found.append(_switches(fabric, group, slot, box, bars))
    found += _domains(blocks, group, slot, x, y, size, domain)
    return found, _words(fabric, group, box, bars)


def _lines(key: str, label: str, slot: int, role: Role, x: Array, y: Array, bars: list[float], weight: float) -> Series:
    """From each block up to the first tier, and on to the others."""
    columns = np.unique(x)
    xs, ys = [np.repeat(x, 2)], [np.column_stack((y, np.full(len(y), bars[0]))).ravel()]
    for low, high in pairwise(bars):
        xs.append(np.repeat(columns, 2))
        ys.append(np.tile((low, high), len(columns)))
    return Series(key, label, slot, role, np.concatenate(xs), np.concatenate(ys), weight=weight)


def _switches(fabric: Fabric, group: Group, slot: int, box: Box, bars: list[float]) -> Series:
    middle = (box.left + box.right) / 2
    tips = tuple(_tier_tip(fabric, group, t) for t in range(len(bars)))
    x, y = np.full(len(bars), middle), np.array(bars)
    return Series("tiers", "switches", slot, "block", x, y, tips, size=(box.wide, _TIER))


def _tier_text(fabric: Fabric, group: Group, tier: int) -> str:
    """What a row of switches is: how many of the first tier, how much narrower each further one."""
    out = fabric.scale_out
    if out.radix is None:
        return "scale-out network"
    if tier == 0:
        count = -(-group.chips // out.radix)
        return f"{count:,} leaf switch{'es' if count > 1 else ''} of {out.radix:,} chips"
    narrower = (out.oversubscription or 1.0) ** tier
    return f"tier {tier + 1}: {'not oversubscribed' if narrower == 1 else f'{format_number(narrower)}:1 oversubscribed'}"


def _tier_tip(fabric: Fabric, group: Group, tier: int) -> str:
    out = fabric.scale_out
    return f"{_tier_text(fabric, group, tier)}\n{format_quantity(out.bytes_per_s_per_direction, 'B/s')} of one chip, one way"


def _words(fabric: Fabric, group: Group, box: Box, bars: list[float]) -> list[Annotation]:
    middle = (box.left + box.right) / 2
    return [
        Annotation(middle, y, _tier_text(fabric, group, t), room=box.wide - 0.4) for t, y in enumerate(bars)
    ]


def _domains(
    blocks: Blocks, group: Group, slot: int, x: Array, y: Array, size: tuple[float, float], domain: int
) -> list[Series]:
    """Blocks that the group touches, and the others."""
    found: list[Series] = []
    roles: tuple[tuple[Role, str, NDArray[np.bool_]], ...] = (
        ("used", "domains in use", blocks.held == 0), ("group", "domains of the group", blocks.held > 0),
    )
    for role, label, mask in roles:
        which = np.flatnonzero(mask)
        if len(which):
            tips = _tips(blocks, which, domain)
            found.append(Series(f"domains-{role}", label, slot, role, x[which], y[which], tips, size=size))
    return found


def _tips(blocks: Blocks, which: NDArray[np.intp], domain: int) -> Each:
    return Each(len(which), lambda n: _domain_tip(blocks, int(which[n]), domain))


def _domain_tip(blocks: Blocks, k: int, domain: int) -> str:
    first, last = int(blocks.first[k]), int(blocks.last[k])
    one, other = first // domain, (last - 1) // domain
    name = f"Domain {one:,}" if one == other else f"Domains {one:,} to {other:,}"
    held = int(blocks.held[k])
    return f"{name}\nchips {first:,} to {last - 1:,}, {last - first:,} in use\n{f'{held:,} in the group of chip 0' if held else 'none in the group of chip 0'}"
