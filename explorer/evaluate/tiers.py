"""A group of ranks on the machine: which links it sees, and how long each collective takes there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.physics import collectives

# Up to this size the two tiers of a collective work in turn; longer ones overlap chunk by chunk (two p5 nodes, 1 KiB to 16 GiB:
# adding the tiers overestimates by 1.5 times from 128 MiB on, and by 2 from 1 GiB on).
CHUNK_BYTES = 32 * 1024.0**2


@dataclass(frozen=True, eq=False)
class Tier:
    """One group on the machine: its ranks inside one domain and across, and the rates it sees, each (n,)."""

    ranks: Array
    inside: Array
    outside: Array
    rate_fraction: Array
    hops: Array


def group(c: Columns, ranks: Array, stride: Array) -> Tier:
    """The machine as a group of ``ranks`` sees it whose neighbours lie ``stride`` ranks apart."""
    inside = collectives.group_inside(ranks=ranks, stride=stride, domain=c.domain)
    fraction, hops, _ = collectives.torus_group(
        ranks=inside, stride=np.minimum(stride, c.domain),
        axes=(c.axis_0, c.axis_1, c.axis_2), axis_share=(c.share_0, c.share_1, c.share_2),
    )  # fmt: skip
    on_torus = c.torus > 0
    rate_fraction = np.where(on_torus, np.maximum(fraction, 1e-9), 1.0)
    if c.mesh.any():
        direct = collectives.mesh_rate_fraction(ranks=inside, domain=c.domain)
        rate_fraction = np.where(c.mesh > 0, np.maximum(direct, 1e-9), rate_fraction)
    return Tier(
        ranks=ranks,
        inside=inside,
        outside=collectives.group_outside(ranks=ranks, inside=inside),
        rate_fraction=rate_fraction,
        hops=np.where(on_torus, hops, 1.0),
    )


def _inside_rate(c: Columns, tier: Tier, message: Array) -> Array:
    return collectives.effective_bytes_per_s(
        bytes_per_s=c.link_bytes_per_s * tier.rate_fraction, efficiency_fraction=c.up_fraction,
        message_bytes=message, saturation_bytes=c.up_saturation_bytes,
    )  # fmt: skip


def _outside_rate(c: Columns, message: Array) -> Array:
    return collectives.effective_bytes_per_s(
        bytes_per_s=c.out_bytes_per_s, efficiency_fraction=c.out_fraction,
        message_bytes=message, saturation_bytes=c.out_saturation_bytes,
    )  # fmt: skip


def _near_s(c: Columns, tier: Tier, message: Array) -> tuple[Array, Array]:
    """All-gather and all-reduce inside one domain, without the start of the call."""
    rate, latency = _inside_rate(c, tier, message), c.link_latency_s
    place = {"buffer_bytes": message, "ranks": tier.inside, "bytes_per_s": rate, "latency_s": latency}
    on_torus = c.torus > 0
    if on_torus.all():
        torus = collectives.torus_all_gather_s(**place, hops=tier.hops)
        return torus, 2 * torus
    switch, reduce = collectives.switch_all_gather_s(**place), collectives.switch_all_reduce_s(**place)
    if c.in_network.any():
        best = np.minimum(reduce, collectives.in_network_all_reduce_s(**place))
        reduce = np.where(c.in_network > 0, best, reduce)
    if not on_torus.any():
        return switch, reduce
    torus = collectives.torus_all_gather_s(**place, hops=tier.hops)
    return np.where(on_torus, torus, switch), np.where(on_torus, 2 * torus, reduce)


def _far_gather_s(c: Columns, tier: Tier, message: Array) -> Array:
    """All-gather of one domain's share across the domains, without the start of the call."""
    return collectives.two_tier_all_gather_s(
        buffer_bytes=message, inside=tier.inside, outside=tier.outside, inside_all_gather_s=np.zeros(1),
        outside_bytes_per_s=_outside_rate(c, message), outside_latency_s=c.out_latency_s,
    )  # fmt: skip


def _joined_s(c: Columns, near: Array, far: Array, message: Array) -> Array:
    """Both tiers of one collective: in turn for one chunk, at once for many; at once in the ideal set."""
    alone = np.where(c.ideal > 0, 0.0, np.minimum(1.0, CHUNK_BYTES / np.maximum(message, 1.0)))
    joined: Array = np.maximum(near, far) + np.minimum(near, far) * alone
    return joined


def gather_and_reduce_s(c: Columns, tier: Tier, message: Array) -> tuple[Array, Array]:
    """All-gather (or reduce-scatter) and all-reduce of a ``message`` of so many bytes, whole buffer [s].

    Across domains an all-reduce scatters inside, reduces the shards and gathers inside, chunk by chunk.
    """
    gather, reduce = _near_s(c, tier, message)
    crossing = tier.outside > 1
    if crossing.any():
        far = _far_gather_s(c, tier, message)
        # A switch that adds can take either way inside a domain; others gather what they scattered.
        inside = np.where(c.in_network > 0, np.minimum(reduce, 2 * gather), 2 * gather)
        reduce = np.where(crossing, _joined_s(c, inside, 2 * far, message), reduce)
        gather = np.where(crossing, _joined_s(c, gather, far, message), gather)
    start = np.where(tier.inside > 1, c.up_launch_s, 0.0) + np.where(crossing, c.out_launch_s, 0.0)
    return gather + start, reduce + start


def all_gather_s(c: Columns, tier: Tier, message: Array) -> Array:
    """All-gather (or reduce-scatter) of a ``message`` of so many bytes, whole buffer [s]."""
    return gather_and_reduce_s(c, tier, message)[0]


def all_reduce_s(c: Columns, tier: Tier, message: Array) -> Array:
    """All-reduce of a ``message`` with the best algorithm that the fabric has [s]."""
    return gather_and_reduce_s(c, tier, message)[1]


def all_to_all_s(c: Columns, tier: Tier, sent: Array) -> Array:
    """All-to-all in which each rank sends ``sent`` bytes in total [s]."""
    rate = _inside_rate(c, tier, sent)
    near = collectives.switch_all_to_all_s(
        sent_bytes=sent, ranks=tier.inside, bytes_per_s=rate, latency_s=c.link_latency_s * tier.hops
    ) + np.where(tier.inside > 1, c.up_launch_s, 0.0)
    share_out = sent * (tier.outside - 1) / tier.outside
    far = share_out / _outside_rate(c, sent) + np.where(tier.outside > 1, c.out_latency_s + c.out_launch_s, 0.0)
    # On a torus the middle links carry the most: mean distance of a ring, longest/4, over the whole chip's rate.
    crowded = np.where(c.torus > 0, np.maximum(1.0, tier.hops / 2), 1.0)
    return np.maximum(near * crowded, far)


def send_s(c: Columns, stride: Array, message: Array) -> Array:
    """One message to the rank ``stride`` places on [s]."""
    outside = stride >= c.domain
    near = collectives.point_to_point_s(message_bytes=message, bytes_per_s=_lane(c, message), latency_s=c.link_latency_s)
    far = collectives.point_to_point_s(
        message_bytes=message, bytes_per_s=_outside_rate(c, message), latency_s=c.out_latency_s
    )
    return np.where(outside, far + c.out_launch_s, near + c.up_launch_s)


def _lane(c: Columns, message: Array) -> Array:
    """Rate to one neighbour: all links through a switch, one way along the best axis of a torus, one link of a mesh."""
    widest = np.maximum(np.maximum(c.share_0, c.share_1), c.share_2) / 2
    share = np.where(c.torus > 0, widest, 1.0)
    if c.mesh.any():
        share = np.where(c.mesh > 0, collectives.mesh_rate_fraction(ranks=np.full(1, 2.0), domain=c.domain), share)
    return collectives.effective_bytes_per_s(
        bytes_per_s=c.link_bytes_per_s * share, efficiency_fraction=c.up_fraction,
        message_bytes=message, saturation_bytes=c.up_saturation_bytes,
    )  # fmt: skip
