"""All-to-all: every rank sends a different part of its bytes to every other rank. A group of one costs exactly 0."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.physics.arrays import Array, Value, _array, _ratio


def ring_all_to_all_s(*, sent_bytes: Value, ranks: Value, bytes_per_s: Value, latency_s: Value) -> Array:
    """All-to-all on a ring, both directions in use, shortest way.

    Parameters
    ----------
    sent_bytes : [B] all that one rank sends
    ranks : [1] size of the group
    bytes_per_s : [B/s] one direction of one link
    latency_s : [s] of a hop

    Returns
    -------
    [s] broadcast shape

    Equation: ``floor(n / 2) alpha + B n / (8 W)``, for odd n ``B (n^2 - 1) / (8 n W)``
    Reference: Austin et al. 2025, How to Scale Your Model, sharding chapter
    Leaves out: store-and-forward at each hop
    """
    steps = np.floor(ranks / 2.0) * latency_s
    return _array(steps + _ratio(_ring_load(ranks) * sent_bytes, bytes_per_s))


def torus_all_to_all_s(
    *, sent_bytes: Value, ranks: Value, longest_axis: Value, bytes_per_s_per_link: Value, latency_s: Value, hops: Value
) -> Array:
    """All-to-all on a torus: the longest axis carries the most.

    Parameters
    ----------
    sent_bytes : [B] all that one rank sends
    ranks : [1] size of the group
    longest_axis : [1] ranks along the longest axis; twice as many where it does not wrap
    bytes_per_s_per_link : [B/s] one direction of one link
    latency_s : [s] of a hop
    hops : [1] longest way, summed over the axes

    Returns
    -------
    [s] broadcast shape

    Equation: ``hops alpha + B k / (8 W)``, for odd k ``B (k^2 - 1) / (8 k W)``
    Reference: Austin et al. 2025, How to Scale Your Model, sharding chapter
    Leaves out: links of different rates on different axes
    """
    load = np.where(np.greater(ranks, 1.0), _ring_load(longest_axis), 0.0)
    delay = np.where(np.greater(ranks, 1.0), hops * latency_s, 0.0)
    return _array(delay + _ratio(load * sent_bytes, bytes_per_s_per_link))


def axes_all_to_all_s(
    *, sent_bytes: Value, axes: Sequence[Value], bytes_per_s: Value, latency_s: Value = 0.0, wrapped: Value = 1.0
) -> Array:
    """All-to-all over a whole torus, or over a grid whose axes do not wrap around.

    Parameters
    ----------
    sent_bytes : [B] all that one rank sends
    axes : [1] lengths of the axes, 1 where absent
    bytes_per_s : [B/s] one direction of one link
    latency_s : [s] of a hop
    wrapped : [1] 1 for a torus, 0 for a grid

    Returns
    -------
    [s] broadcast shape

    Equation: ``hops alpha + B k / (8 W)``, on a grid ``B k / (4 W)``, ``k`` the longest axis
    Reference: Austin et al. 2025, How to Scale Your Model, sharding chapter
    Leaves out: links of different rates on different axes
    """
    round_trip = np.greater(wrapped, 0.0)
    ranks: Value = 1.0
    longest: Value = 1.0
    hops: Value = 0.0
    for length in axes:
        ranks, longest = ranks * length, np.maximum(longest, length)
        hops = hops + np.where(round_trip, np.floor(length / 2.0), length - 1.0)
    return torus_all_to_all_s(
        sent_bytes=sent_bytes, ranks=ranks, longest_axis=longest * np.where(round_trip, 1.0, 2.0),
        bytes_per_s_per_link=bytes_per_s, latency_s=latency_s, hops=hops,
    )  # fmt: skip


def switch_all_to_all_s(*, sent_bytes: Value, ranks: Value, bytes_per_s: Value, latency_s: Value) -> Array:
    """All-to-all through a switch with full bisection.

    Parameters
    ----------
    sent_bytes : [B] all that one rank sends, its own part included
    ranks : [1] size of the group
    bytes_per_s : [B/s] one direction of a rank's port
    latency_s : [s] of one exchange

    Returns
    -------
    [s] broadcast shape

    Equation: ``alpha + (n - 1) / n B / W``
    Reference: Chan et al. 2007 (doi 10.1002/cpe.1206)
    Leaves out: contention inside the switch
    """
    delay = np.where(np.greater(ranks, 1.0), latency_s, 0.0)
    return _array(delay + _ratio((ranks - 1.0) / ranks * sent_bytes, bytes_per_s))


def two_level_all_to_all_s(
    *, sent_bytes: Value, inside: Value, outside: Value, inside_bytes_per_s: Value, outside_bytes_per_s: Value
) -> Array:
    """All-to-all over domains, both networks at work at once.

    Parameters
    ----------
    sent_bytes : [B] all that one rank sends
    inside, outside : [1] ranks of the group in one domain, and domains
    inside_bytes_per_s, outside_bytes_per_s : [B/s] one direction of one chip's share of each network

    Returns
    -------
    [s] broadcast shape

    Equation: ``max(B (g - 1) / (g m) / W_in, B (m - 1) / m / W_out)``
    Reference: bound from the bytes that cross each tier (DeepSeek-AI 2024, arXiv:2412.19437, node-limited routing)
    Leaves out: latency, and forwarding through a neighbour's network card
    """
    near = _ratio((inside - 1.0) / (1.0 * inside * outside) * sent_bytes, inside_bytes_per_s)
    return np.maximum(near, _ratio((outside - 1.0) / outside * sent_bytes, outside_bytes_per_s))


def ragged_all_to_all_s(*, buffer_bytes: Value, ranks: Value, chosen: Value, bytes_per_s: Value) -> Array:
    """All-to-all in which each piece goes to a few ranks only (top-k experts), evenly loaded.

    Parameters
    ----------
    buffer_bytes : [B] pieces of all ranks together
    ranks : [1] size of the group
    chosen : [1] ranks each piece goes to
    bytes_per_s : [B/s] one direction of a rank's port

    Returns
    -------
    [s] broadcast shape

    Equation: ``(n - 1) / n min(k / n, 1) V / (n W)``
    Reference: Austin et al. 2025, How to Scale Your Model, GPU chapter
    Leaves out: imbalance, latency
    """
    part = (ranks - 1.0) / ranks * np.minimum(chosen / ranks, 1.0)
    return _ratio(part * buffer_bytes / ranks, bytes_per_s)


def _ring_load(length: Value) -> Array:
    """What the busiest link of a ring carries, as a part of what one rank sends: k / 8, or (k - 1 / k) / 8 for odd k."""
    return _array(np.where(np.equal(np.mod(length, 2.0), 1.0), length - 1.0 / length, length) / 8.0)
