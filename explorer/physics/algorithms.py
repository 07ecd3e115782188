"""Collectives by textbook algorithm, in the alpha-beta-gamma form: latency, seconds a byte, seconds to add a byte."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.physics.arrays import Array, Value, _array, _doublings, _ratio


def rabenseifner_all_reduce_s(
    *, buffer_bytes: Value, ranks: Value, latency_s: Value, s_per_byte: Value, add_s_per_byte: Value = 0.0
) -> Array:
    """All-reduce by recursive halving and doubling; for long buffers.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] size of the group, a power of two
    latency_s : [s] of a message
    s_per_byte, add_s_per_byte : [s/B] to send and to add a byte

    Returns
    -------
    [s] broadcast shape

    Equation: ``2 log2 p alpha + 2 (p - 1) / p V beta + (p - 1) / p V gamma``
    Reference: Thakur, Rabenseifner, Gropp 2005, section 4.5 (doi 10.1177/1094342005051521)
    Leaves out: other group sizes, contention
    """
    share = (ranks - 1.0) / ranks * buffer_bytes
    return _array(2.0 * np.log2(ranks) * latency_s + 2.0 * share * s_per_byte + share * add_s_per_byte)


def recursive_doubling_all_reduce_s(
    *, buffer_bytes: Value, ranks: Value, latency_s: Value, s_per_byte: Value, add_s_per_byte: Value = 0.0
) -> Array:
    """All-reduce in which partners exchange whole buffers; for short ones.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] size of the group, a power of two
    latency_s : [s] of a message
    s_per_byte, add_s_per_byte : [s/B] to send and to add a byte

    Returns
    -------
    [s] broadcast shape

    Equation: ``log2 p (alpha + V beta + V gamma)``
    Reference: Thakur, Rabenseifner, Gropp 2005, section 4.5 (doi 10.1177/1094342005051521)
    Leaves out: other group sizes, contention
    """
    return _array(np.log2(ranks) * (latency_s + buffer_bytes * s_per_byte + buffer_bytes * add_s_per_byte))


def binomial_broadcast_s(*, buffer_bytes: Value, ranks: Value, latency_s: Value, s_per_byte: Value) -> Array:
    """Broadcast down a binomial tree; for short buffers.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] size of the group
    latency_s : [s] of a message
    s_per_byte : [s/B] to send a byte

    Returns
    -------
    [s] broadcast shape

    Equation: ``ceil(log2 p)(alpha + V beta)``
    Reference: Thakur, Rabenseifner, Gropp 2005, section 4.2 (doi 10.1177/1094342005051521)
    Leaves out: pipelining of segments
    """
    return _array(_doublings(ranks) * (latency_s + buffer_bytes * s_per_byte))


def scatter_gather_broadcast_s(*, buffer_bytes: Value, ranks: Value, latency_s: Value, s_per_byte: Value) -> Array:
    """Broadcast by scatter and ring all-gather (van de Geijn); for long buffers.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] size of the group
    latency_s : [s] of a message
    s_per_byte : [s/B] to send a byte

    Returns
    -------
    [s] broadcast shape

    Equation: ``(log2 p + p - 1) alpha + 2 (p - 1) / p V beta``
    Reference: Thakur, Rabenseifner, Gropp 2005, section 4.2 (doi 10.1177/1094342005051521)
    Leaves out: pipelining of segments
    """
    share = (ranks - 1.0) / ranks * buffer_bytes
    return _array((np.log2(ranks) + ranks - 1.0) * latency_s + 2.0 * share * s_per_byte)


def line_all_gather_s(*, buffer_bytes: Value, ranks: Value, bytes_per_s: Value, latency_s: Value) -> Array:
    """All-gather on an axis without wrap-around: its end rank takes in everything over one link.

    Parameters
    ----------
    buffer_bytes : [B] full gathered buffer on one rank
    ranks : [1] size of the group
    bytes_per_s : [B/s] one direction of one link
    latency_s : [s] of a hop

    Returns
    -------
    [s] broadcast shape

    Equation: ``(n - 1)(alpha + V / (n W))``
    Reference: Austin et al. 2025, How to Scale Your Model, sharding chapter
    Leaves out: efficiency and saturation
    """
    return _array((ranks - 1.0) * latency_s + _ratio((ranks - 1.0) / ranks * buffer_bytes, bytes_per_s))


def bucket_all_gather_s(
    *, buffer_bytes: Value, axes: Sequence[Value], bytes_per_s: Value, latency_s: Value, bidirectional: Value = 1.0
) -> Array:
    """All-gather on a torus one axis after the other.

    Parameters
    ----------
    buffer_bytes : [B] full gathered buffer on one rank
    axes : [1] lengths of the axes, 1 where absent
    bytes_per_s : [B/s] one direction of one link
    latency_s : [s] of a hop
    bidirectional : [1] 1 uses both directions of each axis

    Returns
    -------
    [s] broadcast shape

    Equation: sum over the axes of ``ceil((k - 1) / 2) alpha + (k - 1) / k V_i / (2 W)``, ``V_i`` growing from ``V k_1 / N``;
    one direction ``(k - 1) alpha + (k - 1) / k V_i / W``
    Reference: Chan et al. 2007, bucket algorithms (doi 10.1002/cpe.1206)
    Leaves out: the idle axes, which torus_all_gather_s puts to work
    """
    both = np.greater(bidirectional, 0.0)
    ranks: Value = 1.0
    for length in axes:
        ranks = ranks * length
    held = buffer_bytes / ranks
    total: Value = 0.0
    for length in axes:
        held = held * length
        steps = np.where(both, np.ceil((length - 1.0) / 2.0), length - 1.0)
        moved = _ratio((length - 1.0) / length * held, np.where(both, 2.0, 1.0) * bytes_per_s)
        total = total + steps * latency_s + moved
    return _array(total)


def wrapped_all_gather_s(
    *, buffer_bytes: Value, axes: Sequence[Value], bytes_per_s: Value, latency_s: Value
) -> Array:
    """All-gather over all axes of a whole torus at once, every axis with links of the same rate.

    Parameters
    ----------
    buffer_bytes : [B] full gathered buffer on one rank
    axes : [1] lengths of the axes, 1 where absent
    bytes_per_s : [B/s] one direction of one link
    latency_s : [s] of a hop

    Returns
    -------
    [s] broadcast shape

    Equation: ``sum floor(k / 2) alpha + (N - 1) / N V / (2 D W)``, ``D`` axes longer than 1
    Reference: Austin et al. 2025, How to Scale Your Model, sharding chapter
    Leaves out: the split of the buffer over several rings costing extra steps
    """
    ranks: Value = 1.0
    hops: Value = 0.0
    used: Value = 0.0
    for length in axes:
        ranks, hops, used = ranks * length, hops + np.floor(length / 2.0), used + np.greater(length, 1.0)
    return _array(hops * latency_s + _ratio((ranks - 1.0) / ranks * buffer_bytes, 2.0 * used * bytes_per_s))


def wrapped_all_reduce_s(
    *, buffer_bytes: Value, axes: Sequence[Value], bytes_per_s: Value, latency_s: Value
) -> Array:
    """All-reduce over all axes of a whole torus at once: a reduce-scatter and an all-gather.

    Parameters
    ----------
    buffer_bytes : [B] full buffer to reduce on one rank
    axes : [1] lengths of the axes, 1 where absent
    bytes_per_s : [B/s] one direction of one link
    latency_s : [s] of a hop

    Returns
    -------
    [s] broadcast shape

    Equation: twice wrapped_all_gather_s
    Reference: Austin et al. 2025, How to Scale Your Model, sharding chapter
    Leaves out: time of the additions
    """
    return 2.0 * wrapped_all_gather_s(
        buffer_bytes=buffer_bytes, axes=axes, bytes_per_s=bytes_per_s, latency_s=latency_s
    )


def hierarchical_all_reduce_s(
    *,
    buffer_bytes: Value,
    inside: Value,
    outside: Value,
    inside_bytes_per_s: Value,
    outside_bytes_per_s: Value,
    inside_latency_s: Value = 0.0,
    outside_latency_s: Value = 0.0,
    pipelined: Value = 0.0,
) -> Array:
    """All-reduce over domains with rings at both levels.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    inside, outside : [1] ranks in a domain, and domains
    inside_bytes_per_s, outside_bytes_per_s : [B/s] one direction of one chip's share of each network
    inside_latency_s, outside_latency_s : [s] of a step
    pipelined : [1] 1 runs the two levels at once

    Returns
    -------
    [s] broadcast shape

    Equation: ``2 ((g - 1) a + (g - 1) / g V / W) + 2 ((m - 1) a' + (m - 1) / m (V / g) / W')``; pipelined: the larger
    Reference: Jia et al. 2018, hierarchical all-reduce (arXiv:1807.11205)
    Leaves out: time to fill the pipeline
    """
    near = (inside - 1.0) * inside_latency_s + _ratio((inside - 1.0) / inside * buffer_bytes, inside_bytes_per_s)
    shard = buffer_bytes / inside
    far = (outside - 1.0) * outside_latency_s + _ratio((outside - 1.0) / outside * shard, outside_bytes_per_s)
    return _array(2.0 * np.where(np.greater(pipelined, 0.0), np.maximum(near, far), near + far))


def library_ring_latency_s(
    *, ranks: Value, nodes: Value, base_s: Value, near_step_s: Value, far_step_s: Value, post_s: Value = 0.0
) -> Array:
    """Latency that a communication library books for a ring all-reduce.

    Parameters
    ----------
    ranks, nodes : [1] size of the group, and nodes it spans
    base_s : [s] of the call (see LIBRARY_LATENCY_S)
    near_step_s, far_step_s : [s] of a step inside a node and between nodes
    post_s : [s] the host takes to post a message to the network card (see LIBRARY_POST_S)

    Returns
    -------
    [s] broadcast shape

    Equation: ``base + (2 (n - 1) - f) max(near, post [nodes > 1]) + f far``, ``f = 2 (nodes - 1)``
    Reference: NVIDIA NCCL, src/graph/tuning.cc (github.com/NVIDIA/nccl)
    Leaves out: the plateau factor of its Simple protocol
    """
    far = 2.0 * (nodes - 1.0)
    near = np.where(np.greater(nodes, 1.0), np.maximum(near_step_s, post_s), near_step_s)
    return _array(base_s + (2.0 * (ranks - 1.0) - far) * near + far * far_step_s)


def library_tree_latency_s(
    *, ranks: Value, nodes: Value, base_s: Value, near_step_s: Value, far_step_s: Value
) -> Array:
    """Latency that a communication library books for a tree all-reduce.

    Parameters
    ----------
    ranks, nodes : [1] size of the group, and nodes it spans
    base_s : [s] of the call (see LIBRARY_LATENCY_S)
    near_step_s, far_step_s : [s] of a step inside a node and between nodes

    Returns
    -------
    [s] broadcast shape

    Equation: ``base + 2 ((n / nodes - 1) near + floor(log2 nodes) far)``
    Reference: NVIDIA NCCL, src/graph/tuning.cc (github.com/NVIDIA/nccl)
    Leaves out: the network card's own overhead
    """
    depth = np.floor(np.log2(nodes) + 1e-9)
    return _array(base_s + 2.0 * ((ranks / nodes - 1.0) * near_step_s + depth * far_step_s))


LIBRARY_LATENCY_S: dict[tuple[str, str], tuple[float, float, float]] = {
    ("tree", "LL"): (6.8e-6, 0.6e-6, 5e-6),
    ("tree", "LL128"): (14e-6, 1.25e-6, 8.5e-6),
    ("tree", "Simple"): (8.4e-6, 4e-6, 14e-6),
    ("ring", "LL"): (6.6e-6, 0.6e-6, 2.7e-6),
    ("ring", "LL128"): (14e-6, 1.9e-6, 4e-6),
    ("ring", "Simple"): (8.4e-6, 3.4e-6, 14e-6),
}
"""[s] base, NVLink step and network step by (algorithm, protocol), from NCCL's tuning table as of mid-2026."""

LIBRARY_POST_S: dict[str, float] = {"LL": 1e-6, "LL128": 1e-6, "Simple": 3e-6}
"""[s] to post a message to the network card by protocol, on hosts with Intel processors; twice as much on AMD's."""
