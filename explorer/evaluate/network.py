"""The collectives of a plan: who talks to whom, over which tier, for how long, and how much of it nothing hides.

Rows are (axis, operation) pairs in the order of `COLLECTIVES`; arrays have shape (rows, n).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.operators import rows
from explorer.evaluate.shape import Shape
from explorer.physics import collectives

COLLECTIVES: dict[str, tuple[str, str, str]] = {
    "tp_layer": ("TP", "all-reduce", "after attention and FFN, every layer"),
    "tp_embedding": ("TP", "all-reduce", "embedding split over the vocabulary"),
    "tp_logits": ("TP", "all-gather", "logits for sampling"),
    "pp_boundary": ("PP", "send", "activations to the next stage"),
    "dp_gradients": ("DP", "reduce-scatter", "gradients"),
    "dp_weights": ("DP", "all-gather", "updated weights"),
}
ROW = {key: i for i, key in enumerate(COLLECTIVES)}
TIERS = ("none", "scale-up", "scale-out")
# Up to this size the two tiers of a collective work in turn; longer ones overlap chunk by chunk (two p5 nodes, 1 KiB to 16 GiB:
# adding the tiers overestimates by 1.5 times from 128 MiB on, and by 2 from 1 GiB on).
CHUNK_BYTES = 32 * 1024.0**2
GRADIENT_BYTES_PER_PARAM = 4.0  # accumulated and reduced in FP32 (Megatron-LM)


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
    return Tier(
        ranks=ranks,
        inside=inside,
        outside=collectives.group_outside(ranks=ranks, inside=inside),
        rate_fraction=np.where(on_torus, np.maximum(fraction, 1e-9), 1.0),
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


def _near_gather_s(c: Columns, tier: Tier, message: Array) -> Array:
    """All-gather inside one domain, without the start of the call."""
    place = {"buffer_bytes": message, "ranks": tier.inside, "bytes_per_s": _inside_rate(c, tier, message)}
    on_torus = c.torus > 0
    if not on_torus.any():
        return collectives.switch_all_gather_s(**place, latency_s=c.link_latency_s)
    torus = collectives.torus_all_gather_s(**place, latency_s=c.link_latency_s, hops=tier.hops)
    if on_torus.all():
        return torus
    return np.where(on_torus, torus, collectives.switch_all_gather_s(**place, latency_s=c.link_latency_s))


def _near_reduce_s(c: Columns, tier: Tier, message: Array, gather: Array) -> Array:
    """All-reduce inside one domain, without the start of the call; ``gather``: the all-gather's time."""
    if (c.torus > 0).all():
        return 2 * gather
    place = {"buffer_bytes": message, "ranks": tier.inside, "bytes_per_s": _inside_rate(c, tier, message)}
    switch = collectives.switch_all_reduce_s(**place, latency_s=c.link_latency_s)
    if c.in_network.any():
        best = np.minimum(switch, collectives.in_network_all_reduce_s(**place, latency_s=c.link_latency_s))
        switch = np.where(c.in_network > 0, best, switch)
    return np.where(c.torus > 0, 2 * gather, switch)


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


def _start_s(c: Columns, tier: Tier) -> Array:
    """Start of one call, counted once however many passes it makes."""
    start: Array = np.where(tier.inside > 1, c.up_launch_s, 0.0) + np.where(tier.outside > 1, c.out_launch_s, 0.0)
    return start


def all_gather_s(c: Columns, tier: Tier, message: Array) -> Array:
    """All-gather (or reduce-scatter) of a ``message`` of so many bytes, whole buffer [s]."""
    near = _near_gather_s(c, tier, message)
    if (tier.outside > 1).any():
        near = _joined_s(c, near, _far_gather_s(c, tier, message), message)
    total: Array = near + _start_s(c, tier)
    return total


def all_reduce_s(c: Columns, tier: Tier, message: Array) -> Array:
    """All-reduce of a ``message`` with the best algorithm that the fabric has [s].

    Across domains: reduce-scatter inside, all-reduce of the shards, all-gather inside, chunk by chunk.
    """
    gather = _near_gather_s(c, tier, message)
    near = _near_reduce_s(c, tier, message, gather)
    if (tier.outside > 1).any():
        # A switch that adds can take either way inside a domain; others gather what they scattered.
        inside = np.where(c.in_network > 0, np.minimum(near, 2 * gather), 2 * gather)
        both = _joined_s(c, inside, 2 * _far_gather_s(c, tier, message), message)
        near = np.where(tier.outside > 1, both, near)
    total: Array = near + _start_s(c, tier)
    return total


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
    """Rate to one neighbour: all links through a switch, the best axis of a torus (both its directions for two chips)."""
    widest = np.maximum(np.maximum(c.share_0, c.share_1), c.share_2) / 2
    return collectives.effective_bytes_per_s(
        bytes_per_s=c.link_bytes_per_s * np.where(c.torus > 0, widest, 1.0), efficiency_fraction=c.up_fraction,
        message_bytes=message, saturation_bytes=c.up_saturation_bytes,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Traffic:
    """The collectives of a step, each array (rows, n): bytes of one message, messages a step (of one chip), time of one."""

    message_bytes: Array
    count: Array
    one_s: Array
    tier: Array
    sent_bytes: Array

    @property
    def time_s(self) -> Array:
        """All messages of a row, one after the other."""
        return self.count * self.one_s


def traffic(c: Columns, s: Shape, params: Array) -> Traffic:
    """Messages of one step, averaged over the pipeline stages. ``params``: parameters that a rank holds."""
    tp = group(c, c.tp, np.ones(1))
    dp = group(c, s.dp, c.tp)
    stream = s.tokens * c.hidden * c.stream_bytes_per_element
    logits = s.head_tokens * c.vocab * 2.0
    boundary = stream / np.where(c.sequence_parallel * s.training > 0, c.tp, 1.0)
    reduced, gathered = params * GRADIENT_BYTES_PER_PARAM, params * c.weight_bytes_per_element
    passes = np.where(s.training > 0, np.where(c.recompute == 2, 6.0, 4.0), 2.0)
    infer, several = 1.0 - s.training, c.tp > 1
    visits = np.where((s.training > 0) & (c.zero == 3), s.microbatches, 1.0)
    message = rows(stream, stream, logits, boundary, reduced, np.where(c.zero >= 1, gathered, reduced))
    count = rows(
        passes * c.layers / c.pp * s.microbatches * several,
        s.microbatches / c.pp * several,
        infer * s.microbatches / c.pp * several,
        np.where(s.training > 0, 2 * s.microbatches / c.pp, 1.0) * (c.pp - 1),
        s.training * (s.dp > 1) * visits,
        s.training * (s.dp > 1) * visits * np.where(c.zero == 3, 2.0, 1.0),
    )
    one = rows(
        all_reduce_s(c, tp, message[0]), all_reduce_s(c, tp, message[1]), all_gather_s(c, tp, message[2]),
        send_s(c, c.tp * s.dp, message[3]), all_gather_s(c, dp, message[4]), all_gather_s(c, dp, message[5]),
    )  # fmt: skip
    tp_tier, dp_tier = np.where(tp.outside > 1, 2.0, 1.0), np.where(dp.outside > 1, 2.0, 1.0)
    tier = rows(tp_tier, tp_tier, tp_tier, np.where(c.tp * s.dp >= c.domain, 2.0, 1.0), dp_tier, dp_tier)
    share_tp, share_dp = (c.tp - 1) / c.tp, (s.dp - 1) / s.dp
    wire = rows(2 * share_tp, 2 * share_tp, share_tp, np.ones(1), share_dp, share_dp) * message
    return Traffic(message, count, one, np.where(count > 0, tier, 0.0), wire)


def exposed(c: Columns, s: Shape, t: Traffic, busy_s: Array, layer_busy_s: Array, backward_s: Array) -> Array:
    """Time of each row that nothing hides, (rows, n).

    Tensor-parallel messages hide behind the matmuls beside them, data-parallel ones behind the last backward pass (behind
    everything in the ideal set), sends behind the next micro-batch. Rows share a window, so they are hidden in turn.
    """
    time = t.time_s
    window = np.where(c.ideal > 0, busy_s, backward_s)
    # Decode has one token in flight a sequence: nothing to send behind.
    send_overlap = c.pp_overlap * np.where((s.decode > 0) & (c.ideal == 0), 0.0, 1.0)
    plan = (
        (ROW["tp_layer"], layer_busy_s, c.tp_overlap),
        (ROW["tp_embedding"], layer_busy_s, c.tp_overlap),
        (ROW["tp_logits"], layer_busy_s, c.tp_overlap),
        (ROW["pp_boundary"], busy_s, send_overlap),
        (ROW["dp_gradients"], window, c.dp_overlap),
        (ROW["dp_weights"], window, c.dp_overlap),
    )
    left = np.ones(1)
    result = []
    for row, room, share in plan:
        hidden = np.minimum(time[row], room * left) * share
        left = np.maximum(0.0, left - hidden / np.maximum(busy_s, 1e-30))
        result.append(time[row] - hidden)
    return rows(*result)


__all__ = [
    "COLLECTIVES", "ROW", "TIERS", "Tier", "Traffic", "all_gather_s", "all_reduce_s", "all_to_all_s", "exposed", "group",
    "send_s", "traffic",
]  # fmt: skip
