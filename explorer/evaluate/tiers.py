"""A group of ranks on the machine: which links it sees, and how long each collective takes there."""

from __future__ import annotations

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.inside import GATHER, REDUCE, SCATTER, Kind, Tier, collective_s, exchange_s, phases_of, some
from explorer.physics import collective_tiers, collective_times, collectives

__all__ = [
    "Tier", "all_gather_s", "all_reduce_s", "all_to_all_s", "gather_and_reduce_s", "group", "reduce_scatter_s", "send_s",
]  # fmt: skip
_ONE = np.ones(1)


def group(c: Columns, ranks: Array, stride: Array) -> Tier:
    """The machine as a group of ``ranks`` sees it whose neighbours lie ``stride`` ranks apart."""
    inside = collectives.group_inside(ranks=ranks, stride=stride, domain=c.domain)
    fraction, ring, hops = _shares(c, inside, stride)
    return Tier(
        ranks=ranks, stride=stride, inside=inside, outside=collectives.group_outside(ranks=ranks, inside=inside),
        rate_fraction=fraction, ring_fraction=ring, hops=hops,
    )  # fmt: skip


def _shares(c: Columns, inside: Array, stride: Array) -> tuple[Array, Array, Array]:
    """Parts of a chip's rate that the group uses and that rings through it use, and its longest way in hops."""
    fraction = ring = hops = _ONE
    on_torus = c.torus > 0
    if some(on_torus):
        lengths, parts = (c.axis_0, c.axis_1, c.axis_2), (c.share_0, c.share_1, c.share_2)
        axes = [i for i in range(3) if some(lengths[i] > 1)]
        every, through, longest = collectives.torus_group(
            ranks=inside, stride=np.minimum(stride, c.domain), axes=[lengths[i] for i in axes], axis_share=[parts[i] for i in axes],
        )  # fmt: skip
        fraction = np.where(on_torus, np.maximum(every, 1e-9), 1.0)
        ring = np.where(on_torus, np.maximum(through, 1e-9), 1.0)
        hops = np.where(on_torus, longest, 1.0)
    if some(c.mesh > 0):
        direct = np.maximum(collectives.mesh_rate_fraction(ranks=inside, domain=c.domain), 1e-9)
        fraction, ring = (np.where(c.mesh > 0, direct, share) for share in (fraction, ring))
    return fraction, ring, hops


def _outside(c: Columns, span: Array, stride: Array) -> tuple[Array, Array, Array]:
    """How much the uplinks of the outer network slow rings and exchanges of a group, and the time of a step there."""
    if not some(np.isfinite(c.out_radix)):
        return _ONE, _ONE, c.out_latency_s
    tiers = collective_tiers.clos_tiers(span=span, radix=c.out_radix)
    slow = collective_tiers.uplink_slowdown(
        tiers=tiers, radix=c.out_radix, oversubscription=c.out_oversubscription, stride=stride
    )
    return slow, c.out_oversubscription ** (tiers - 1.0), c.out_latency_s + (tiers - 1.0) * c.out_tier_latency_s


def _collectives_s(c: Columns, tier: Tier, message: Array, kinds: tuple[Kind, ...]) -> Array:
    """Both tiers of each kind, (kinds, ...): across domains the shards travel while the domains gather and reduce."""
    near = collective_s(c, tier, message, kinds)
    if not some(tier.outside > 1):
        return near
    slow, _, step = _outside(c, tier.stride * tier.ranks, tier.stride * tier.inside)
    # Collectives of a large domain leave it by a few of its ports.
    port = np.maximum(tier.inside / c.out_ports, 1.0) * slow / (c.out_bytes_per_s * c.out_fraction)
    return collective_tiers.tiered_s(
        buffer_bytes=message, phases=phases_of(kinds, message), inside=tier.inside, outside=tier.outside, inside_s=near,
        s_per_byte=port, launch_s=c.out_launch_s, step_s=step, saturation_bytes=c.out_saturation_bytes,
    )  # fmt: skip


def gather_and_reduce_s(c: Columns, tier: Tier, message: Array) -> tuple[Array, Array]:
    """All-gather (or reduce-scatter) and all-reduce of a ``message`` of so many bytes, whole buffer [s]."""
    gather, reduce = _collectives_s(c, tier, message, (GATHER, REDUCE))
    return gather, reduce


def all_gather_s(c: Columns, tier: Tier, message: Array) -> Array:
    """All-gather (or reduce-scatter, where adding costs nothing) of a ``message`` of so many bytes, whole buffer [s]."""
    # An engine may gather with the kernel that it reduces with.
    kinds = (GATHER, REDUCE) if some(c.direct > 0) else (GATHER,)
    gather: Array = _collectives_s(c, tier, message, kinds)[0]
    return gather


def reduce_scatter_s(c: Columns, tier: Tier, message: Array) -> Array:
    """Reduce-scatter of a ``message`` of so many bytes, whole buffer, with the additions [s]."""
    scatter: Array = _collectives_s(c, tier, message, (SCATTER,))[0]
    return scatter


def all_reduce_s(c: Columns, tier: Tier, message: Array) -> Array:
    """All-reduce of a ``message`` with the best algorithm that the machine has [s]."""
    return gather_and_reduce_s(c, tier, message)[1]


def all_to_all_s(c: Columns, tier: Tier, sent: Array, leaving: Array | None = None) -> Array:
    """All-to-all in which each rank sends ``sent`` bytes in total, its own part among them [s].

    ``leaving``: those that leave the domain, where what several ranks of another domain need travels there once.
    """
    piece = sent / tier.ranks
    share = tier.rate_fraction
    if some(c.torus > 0):
        # On a torus the middle links carry the most: mean distance of a ring, longest/4, over the whole chip's rate.
        share = share / np.where(c.torus > 0, np.maximum(1.0, tier.hops / 2), 1.0)
    near = exchange_s(c, tier.inside, share, tier.hops, piece, c.exchange_own_bytes_per_s)
    crossing = tier.outside > 1
    if not some(crossing):
        return near
    beyond = piece * (tier.ranks - tier.inside) if leaving is None else leaving
    far = _far_s(c, tier.stride * tier.ranks, tier.stride, beyond)
    return np.where(crossing, np.maximum(near, far), near)


def send_s(c: Columns, stride: Array, message: Array) -> Array:
    """One message to the rank ``stride`` places on [s]."""
    near = exchange_s(c, np.full(1, 2.0), _lane(c), _ONE, message, np.full(1, np.inf))
    outside = stride >= c.domain
    if not some(outside):
        return near
    return np.where(outside, _far_s(c, 2.0 * stride, stride, message), near)


def _far_s(c: Columns, span: Array, stride: Array, leaving: Array) -> Array:
    """Bytes of one chip that leave its domain for others, all chips sending at once."""
    _, spread, step = _outside(c, span, stride)
    stretched = collective_times.saturated_bytes(buffer_bytes=leaving, saturation_bytes=c.out_saturation_bytes)
    time: Array = stretched * (spread / (c.out_bytes_per_s * c.out_fraction)) + c.out_launch_s + step
    return time


def _lane(c: Columns) -> Array:
    """Share of the rate to one neighbour: all links through a switch, one way along the best axis of a torus, one link of a mesh."""
    share = _ONE
    if some(c.torus > 0):
        widest = np.maximum(np.maximum(c.share_0, c.share_1), c.share_2) / 2
        share = np.where(c.torus > 0, widest, share)
    if some(c.mesh > 0):
        direct = collectives.mesh_rate_fraction(ranks=np.full(1, 2.0), domain=c.domain)
        share = np.where(c.mesh > 0, direct, share)
    return share
