"""Collectives on rings, tori, switches and two tiers. Buffers are full buffers of one rank; a group of one costs exactly 0."""

from __future__ import annotations

import numpy as np

from explorer.physics.algorithms import (
    binomial_broadcast_s,
    bucket_all_gather_s,
    hierarchical_all_reduce_s,
    library_ring_latency_s,
    library_tree_latency_s,
    line_all_gather_s,
    rabenseifner_all_reduce_s,
    recursive_doubling_all_reduce_s,
    scatter_gather_broadcast_s,
)
from explorer.physics.all_to_all import (
    ragged_all_to_all_s,
    ring_all_to_all_s,
    switch_all_to_all_s,
    torus_all_to_all_s,
    two_level_all_to_all_s,
)
from explorer.physics.arrays import Array, Value, _array, _doublings, _ratio
from explorer.physics.groups import group_inside, group_outside, mesh_rate_fraction, torus_group
from explorer.physics.links import (
    all_gather_bus_bytes_per_s,
    all_reduce_bus_bytes_per_s,
    crossover_bytes,
    effective_bytes_per_s,
    point_to_point_s,
    tree_all_gather_bytes_per_s,
)

__all__ = [
    "all_gather_bus_bytes_per_s",
    "all_reduce_bus_bytes_per_s",
    "binomial_broadcast_s",
    "bucket_all_gather_s",
    "crossover_bytes",
    "effective_bytes_per_s",
    "group_inside",
    "group_outside",
    "hierarchical_all_reduce_s",
    "in_network_all_reduce_s",
    "library_ring_latency_s",
    "library_tree_latency_s",
    "line_all_gather_s",
    "mesh_rate_fraction",
    "point_to_point_s",
    "rabenseifner_all_reduce_s",
    "ragged_all_to_all_s",
    "recursive_doubling_all_reduce_s",
    "ring_all_gather_s",
    "ring_all_reduce_s",
    "ring_all_to_all_s",
    "ring_reduce_scatter_s",
    "scatter_gather_broadcast_s",
    "switch_all_gather_s",
    "switch_all_reduce_s",
    "switch_all_to_all_s",
    "switch_reduce_scatter_s",
    "torus_all_gather_s",
    "torus_all_reduce_s",
    "torus_all_to_all_s",
    "torus_group",
    "torus_reduce_scatter_s",
    "tree_all_gather_bytes_per_s",
    "two_level_all_to_all_s",
    "two_tier_all_gather_s",
    "two_tier_all_reduce_s",
]


def ring_all_gather_s(
    *, buffer_bytes: Value, ranks: Value, bytes_per_s: Value, latency_s: Value, bidirectional: Value = 0.0
) -> Array:
    """All-gather on a ring.

    Parameters
    ----------
    buffer_bytes : [B] full gathered buffer on one rank
    ranks : [1] size of the group
    bytes_per_s : [B/s] one direction of one link
    latency_s : [s] of a hop
    bidirectional : [1] 1 uses both directions of the ring

    Returns
    -------
    [s] broadcast shape

    Equation: ``(n - 1)(alpha + V / (n W))``; both directions ``ceil((n - 1) / 2) alpha + (n - 1) / n V / (2 W)``
    Reference: Thakur, Rabenseifner, Gropp 2005 (doi 10.1177/1094342005051521)
    Leaves out: efficiency and saturation (see effective_bytes_per_s)
    """
    both = np.greater(bidirectional, 0.0)
    steps = np.where(both, np.ceil((ranks - 1.0) / 2.0), ranks - 1.0)
    return _array(steps * latency_s + _moved_s(buffer_bytes, ranks, bytes_per_s * np.where(both, 2.0, 1.0)))


def ring_reduce_scatter_s(
    *, buffer_bytes: Value, ranks: Value, bytes_per_s: Value, latency_s: Value, bidirectional: Value = 0.0
) -> Array:
    """Reduce-scatter on a ring: the all-gather run backwards.

    Parameters
    ----------
    buffer_bytes : [B] full buffer to reduce on one rank
    ranks : [1] size of the group
    bytes_per_s : [B/s] one direction of one link
    latency_s : [s] of a hop
    bidirectional : [1] 1 uses both directions of the ring

    Returns
    -------
    [s] broadcast shape

    Equation: as ring_all_gather_s
    Reference: Thakur, Rabenseifner, Gropp 2005 (doi 10.1177/1094342005051521)
    Leaves out: time of the additions
    """
    return ring_all_gather_s(
        buffer_bytes=buffer_bytes,
        ranks=ranks,
        bytes_per_s=bytes_per_s,
        latency_s=latency_s,
        bidirectional=bidirectional,
    )


def ring_all_reduce_s(
    *, buffer_bytes: Value, ranks: Value, bytes_per_s: Value, latency_s: Value, bidirectional: Value = 0.0
) -> Array:
    """All-reduce on a ring: a reduce-scatter and an all-gather.

    Parameters
    ----------
    buffer_bytes : [B] full buffer to reduce on one rank
    ranks : [1] size of the group
    bytes_per_s : [B/s] one direction of one link
    latency_s : [s] of a hop
    bidirectional : [1] 1 uses both directions of the ring

    Returns
    -------
    [s] broadcast shape

    Equation: ``2 (n - 1)(alpha + V / (n W))``
    Reference: Thakur, Rabenseifner, Gropp 2005 (doi 10.1177/1094342005051521)
    Leaves out: time of the additions
    """
    return 2.0 * ring_all_gather_s(
        buffer_bytes=buffer_bytes,
        ranks=ranks,
        bytes_per_s=bytes_per_s,
        latency_s=latency_s,
        bidirectional=bidirectional,
    )


def torus_all_gather_s(
    *, buffer_bytes: Value, ranks: Value, bytes_per_s: Value, latency_s: Value, hops: Value
) -> Array:
    """All-gather over all axes of a torus at once.

    Parameters
    ----------
    buffer_bytes : [B] full gathered buffer on one rank
    ranks : [1] size of the group
    bytes_per_s : [B/s] sum over the directions in use: two for each wrapped axis
    latency_s : [s] of a hop
    hops : [1] sum of half the axes' lengths (see torus_group)

    Returns
    -------
    [s] broadcast shape

    Equation: ``hops alpha + (N - 1) / N V / W``
    Reference: Austin et al. 2025, How to Scale Your Model, sharding chapter; Jouppi et al. 2023, TPU v4 (arXiv:2304.01433)
    Leaves out: the split of the buffer over several rings costing extra steps
    """
    return _array(_delay_s(ranks, hops * latency_s) + _moved_s(buffer_bytes, ranks, bytes_per_s))


def torus_reduce_scatter_s(
    *, buffer_bytes: Value, ranks: Value, bytes_per_s: Value, latency_s: Value, hops: Value
) -> Array:
    """Reduce-scatter over all axes of a torus at once.

    Parameters
    ----------
    buffer_bytes : [B] full buffer to reduce on one rank
    ranks : [1] size of the group
    bytes_per_s : [B/s] sum over the directions in use
    latency_s : [s] of a hop
    hops : [1] sum of half the axes' lengths

    Returns
    -------
    [s] broadcast shape

    Equation: as torus_all_gather_s
    Reference: Austin et al. 2025, How to Scale Your Model, sharding chapter
    Leaves out: time of the additions
    """
    return torus_all_gather_s(
        buffer_bytes=buffer_bytes, ranks=ranks, bytes_per_s=bytes_per_s, latency_s=latency_s, hops=hops
    )


def torus_all_reduce_s(
    *, buffer_bytes: Value, ranks: Value, bytes_per_s: Value, latency_s: Value, hops: Value
) -> Array:
    """All-reduce over all axes of a torus at once.

    Parameters
    ----------
    buffer_bytes : [B] full buffer to reduce on one rank
    ranks : [1] size of the group
    bytes_per_s : [B/s] sum over the directions in use
    latency_s : [s] of a hop
    hops : [1] sum of half the axes' lengths

    Returns
    -------
    [s] broadcast shape

    Equation: ``2 (hops alpha + (N - 1) / N V / W)``
    Reference: Austin et al. 2025, How to Scale Your Model, sharding chapter
    Leaves out: time of the additions
    """
    return 2.0 * torus_all_gather_s(
        buffer_bytes=buffer_bytes, ranks=ranks, bytes_per_s=bytes_per_s, latency_s=latency_s, hops=hops
    )


def switch_all_gather_s(*, buffer_bytes: Value, ranks: Value, bytes_per_s: Value, latency_s: Value) -> Array:
    """All-gather through a switch, every rank sending to all peers at once.

    Parameters
    ----------
    buffer_bytes : [B] full gathered buffer on one rank
    ranks : [1] size of the group
    bytes_per_s : [B/s] one direction of a rank's port
    latency_s : [s] of one exchange

    Returns
    -------
    [s] broadcast shape

    Equation: ``alpha + (n - 1) / n V / W``
    Reference: Chan et al. 2007, direct algorithms (doi 10.1002/cpe.1206)
    Leaves out: contention inside the switch
    """
    return _array(_delay_s(ranks, latency_s) + _moved_s(buffer_bytes, ranks, bytes_per_s))


def switch_reduce_scatter_s(*, buffer_bytes: Value, ranks: Value, bytes_per_s: Value, latency_s: Value) -> Array:
    """Reduce-scatter through a switch, every rank sending to all peers at once.

    Parameters
    ----------
    buffer_bytes : [B] full buffer to reduce on one rank
    ranks : [1] size of the group
    bytes_per_s : [B/s] one direction of a rank's port
    latency_s : [s] of one exchange

    Returns
    -------
    [s] broadcast shape

    Equation: as switch_all_gather_s
    Reference: Chan et al. 2007, direct algorithms (doi 10.1002/cpe.1206)
    Leaves out: time of the additions
    """
    return switch_all_gather_s(buffer_bytes=buffer_bytes, ranks=ranks, bytes_per_s=bytes_per_s, latency_s=latency_s)


def switch_all_reduce_s(*, buffer_bytes: Value, ranks: Value, bytes_per_s: Value, latency_s: Value) -> Array:
    """All-reduce through a switch: the better of one shot (everyone sends everything) and two shots (scatter, gather).

    Parameters
    ----------
    buffer_bytes : [B] full buffer to reduce on one rank
    ranks : [1] size of the group
    bytes_per_s : [B/s] one direction of a rank's port
    latency_s : [s] of one exchange

    Returns
    -------
    [s] broadcast shape

    Equation: ``min(alpha + (n - 1) V / W, 2 alpha + 2 (n - 1) / n V / W)``
    Reference: Thakur, Rabenseifner, Gropp 2005 (doi 10.1177/1094342005051521); one shot and two shots as in TensorRT-LLM
    Leaves out: time of the additions
    """
    exchange = _delay_s(ranks, latency_s)
    moved = _moved_s(buffer_bytes, ranks, bytes_per_s)
    return np.minimum(exchange + ranks * moved, 2.0 * exchange + 2.0 * moved)


def in_network_all_reduce_s(*, buffer_bytes: Value, ranks: Value, bytes_per_s: Value, latency_s: Value) -> Array:
    """All-reduce whose additions are done by the switch.

    Parameters
    ----------
    buffer_bytes : [B] full buffer to reduce on one rank
    ranks : [1] size of the group
    bytes_per_s : [B/s] one direction of a rank's port
    latency_s : [s] of one exchange

    Returns
    -------
    [s] broadcast shape

    Equation: ``alpha + V / W``
    Reference: Graham et al. 2016, SHARP (doi 10.1109/COMHPC.2016.006)
    Leaves out: that measured gains stay below theory (about 1.3 of 1.75 times on 8 ranks)
    """
    return _array(_delay_s(ranks, latency_s) + np.where(np.greater(ranks, 1.0), _ratio(buffer_bytes, bytes_per_s), 0.0))


def two_tier_all_gather_s(
    *,
    buffer_bytes: Value,
    inside: Value,
    outside: Value,
    inside_all_gather_s: Value,
    outside_bytes_per_s: Value,
    outside_latency_s: Value,
) -> Array:
    """All-gather over domains of chips: across the outer network first, then inside each domain.

    Parameters
    ----------
    buffer_bytes : [B] full gathered buffer on one rank
    inside, outside : [1] ranks of the group in one domain, and domains
    inside_all_gather_s : [s] all-gather of the full buffer inside a domain
    outside_bytes_per_s : [B/s] one direction of one chip's share of the outer network
    outside_latency_s : [s] of one step across it

    Returns
    -------
    [s] broadcast shape; exactly the inner time where there is one domain

    Equation: ``T_inside + ceil(log2 o) alpha + (o - 1) / o (V / i) / W``
    Reference: Thakur, Rabenseifner, Gropp 2005, recursive doubling across (doi 10.1177/1094342005051521)
    Leaves out: pipelining of the two tiers, oversubscription unless the rate carries it
    """
    across = _doublings(outside) * outside_latency_s + _moved_s(buffer_bytes / inside, outside, outside_bytes_per_s)
    return _array(inside_all_gather_s + across)


def two_tier_all_reduce_s(
    *,
    buffer_bytes: Value,
    inside: Value,
    outside: Value,
    inside_all_gather_s: Value,
    outside_bytes_per_s: Value,
    outside_latency_s: Value,
) -> Array:
    """All-reduce over domains of chips: reduce-scatter inside, all-reduce of the shards across, all-gather inside.

    Parameters
    ----------
    buffer_bytes : [B] full buffer to reduce on one rank
    inside, outside : [1] ranks of the group in one domain, and domains
    inside_all_gather_s : [s] all-gather of the full buffer inside a domain
    outside_bytes_per_s : [B/s] one direction of one chip's share of the outer network
    outside_latency_s : [s] of one step across it

    Returns
    -------
    [s] broadcast shape

    Equation: ``2 (T_inside + ceil(log2 o) alpha + (o - 1) / o (V / i) / W)``
    Reference: Thakur, Rabenseifner, Gropp 2005, Rabenseifner's algorithm across (doi 10.1177/1094342005051521)
    Leaves out: pipelining of the two tiers, time of the additions
    """
    return 2.0 * two_tier_all_gather_s(
        buffer_bytes=buffer_bytes,
        inside=inside,
        outside=outside,
        inside_all_gather_s=inside_all_gather_s,
        outside_bytes_per_s=outside_bytes_per_s,
        outside_latency_s=outside_latency_s,
    )


def _moved_s(buffer_bytes: Value, ranks: Value, bytes_per_s: Value) -> Array:
    """``(n - 1) / n V / W``, exactly 0 for one rank whatever the rate."""
    return _ratio((ranks - 1.0) / ranks * buffer_bytes, bytes_per_s)


def _delay_s(ranks: Value, latency_s: Value) -> Array:
    """The latency, exactly 0 for one rank."""
    return np.where(np.greater(ranks, 1.0), latency_s, 0.0)
