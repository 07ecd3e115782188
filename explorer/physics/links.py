"""One link or one library call: the rate a message attains, and what measured times say about it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.physics.arrays import Array, Value, _array, _ratio


def effective_bytes_per_s(
    *, bytes_per_s: Value, efficiency_fraction: Value, message_bytes: Value, saturation_bytes: Value
) -> Array:
    """Bandwidth that a message of this size attains.

    Parameters
    ----------
    bytes_per_s : [B/s] nominal rate
    efficiency_fraction : [1] part of it that a very large message attains
    message_bytes : [B] size of the buffer
    saturation_bytes : [B] size at which half of that is attained

    Returns
    -------
    [B/s] broadcast shape

    Equation: ``e W / (1 + sqrt(V_s / V))``
    Reference: fitted to LLMCompass's published 4 x A100 all-reduce sweep (Zhang et al. 2024, arXiv:2312.03134)
    Leaves out: the steps between a library's protocols
    """
    return _array(bytes_per_s * efficiency_fraction / (1.0 + np.sqrt(_ratio(saturation_bytes, message_bytes))))


def point_to_point_s(
    *, message_bytes: Value, bytes_per_s: Value, latency_s: Value, hops: Value = 1.0, ports: Value = 1.0
) -> Array:
    """One message from one chip to another.

    Parameters
    ----------
    message_bytes : [B] size of the message
    bytes_per_s : [B/s] rate of a port
    latency_s : [s] of a hop
    hops : [1] links on the path
    ports : [1] ports in use together

    Returns
    -------
    [s] broadcast shape

    Equation: ``hops alpha + V / (ports W)``
    Reference: Hockney 1994 (doi 10.1016/S0167-8191(06)80021-9)
    Leaves out: store-and-forward, which multiplies the second term by the hops
    """
    return _array(hops * latency_s + _ratio(message_bytes, ports * bytes_per_s))


def attained_s(
    *, message_bytes: Value, bytes_per_s: Value, efficiency_fraction: Value, saturation_bytes: Value, latency_s: Value
) -> Array:
    """A transfer at the rate that its size attains.

    Parameters
    ----------
    message_bytes : [B] size of the buffer
    bytes_per_s : [B/s] nominal rate
    efficiency_fraction : [1] part of it that a very large message attains
    saturation_bytes : [B] size at which half of that is attained
    latency_s : [s] before the first byte

    Returns
    -------
    [s] broadcast shape

    Equation: ``alpha + V / (e W) (1 + sqrt(V_s / V))``
    Reference: as effective_bytes_per_s
    Leaves out: the steps between a library's protocols
    """
    rate = effective_bytes_per_s(
        bytes_per_s=bytes_per_s, efficiency_fraction=efficiency_fraction,
        message_bytes=message_bytes, saturation_bytes=saturation_bytes,
    )  # fmt: skip
    return _array(latency_s + _ratio(message_bytes, rate))


def one_direction_bytes_per_s(*, both_directions_bytes_per_s: Value) -> Array:
    """What a link carries one way, of a rate that is quoted for both.

    Parameters
    ----------
    both_directions_bytes_per_s : [B/s] as on the datasheet

    Returns
    -------
    [B/s] broadcast shape

    Equation: ``W / 2``
    Reference: NVIDIA H100 datasheet: NVLink's 900 GB/s are 450 each way
    Leaves out: links that are not symmetric
    """
    return _array(both_directions_bytes_per_s / 2.0)


def all_reduce_bus_bytes_per_s(*, buffer_bytes: Value, ranks: Value, time_s: Value) -> Array:
    """Bus bandwidth of a measured all-reduce, comparable with a link's rate whatever the number of ranks.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] size of the group
    time_s : [s] measured time

    Returns
    -------
    [B/s] broadcast shape

    Equation: ``V / T 2 (n - 1) / n``
    Reference: NVIDIA nccl-tests, PERFORMANCE.md (github.com/NVIDIA/nccl-tests)
    Leaves out: nothing
    """
    return _array(1.0 * buffer_bytes / time_s * 2.0 * (ranks - 1.0) / ranks)


def all_gather_bus_bytes_per_s(*, buffer_bytes: Value, ranks: Value, time_s: Value) -> Array:
    """Bus bandwidth of a measured all-gather, reduce-scatter or all-to-all.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] size of the group
    time_s : [s] measured time

    Returns
    -------
    [B/s] broadcast shape

    Equation: ``V / T (n - 1) / n``
    Reference: NVIDIA nccl-tests, PERFORMANCE.md (github.com/NVIDIA/nccl-tests)
    Leaves out: nothing
    """
    return _array(1.0 * buffer_bytes / time_s * (ranks - 1.0) / ranks)


def broadcast_bus_bytes_per_s(*, buffer_bytes: Value, ranks: Value, time_s: Value) -> Array:
    """Bus bandwidth of a measured broadcast or reduction to one rank.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] size of the group
    time_s : [s] measured time

    Returns
    -------
    [B/s] broadcast shape; 0 for one rank

    Equation: ``V / T``
    Reference: NVIDIA nccl-tests, PERFORMANCE.md (github.com/NVIDIA/nccl-tests)
    Leaves out: nothing
    """
    return _array(np.where(np.greater(ranks, 1.0), 1.0 * buffer_bytes / time_s, 0.0))


def crossover_bytes(
    *, first_latency_s: Value, first_bytes_per_s: Value, second_latency_s: Value, second_bytes_per_s: Value
) -> Array:
    """Message size at which a protocol of higher latency and higher rate becomes the faster one.

    Parameters
    ----------
    first_latency_s, second_latency_s : [s] of the quick and of the wide protocol
    first_bytes_per_s, second_bytes_per_s : [B/s] of the quick and of the wide protocol

    Returns
    -------
    [B] broadcast shape

    Equation: ``(alpha_2 - alpha_1) / (1 / W_1 - 1 / W_2)``
    Reference: Hockney 1994 (doi 10.1016/S0167-8191(06)80021-9), two lines intersected
    Leaves out: saturation
    """
    return _ratio(second_latency_s - first_latency_s, 1.0 / first_bytes_per_s - 1.0 / second_bytes_per_s)


def tree_all_gather_bytes_per_s(*, children: Sequence[Value], child_bytes_per_s: Sequence[Value]) -> Array:
    """Rate at which one rank takes in an all-gather over a tree of switches.

    Parameters
    ----------
    children : [1] children of a switch, level by level from the leaves
    child_bytes_per_s : [B/s] uplink of one child at that level

    Returns
    -------
    [B/s] broadcast shape

    Equation: ``min_i d_i W_i / (d_i - 1)``
    Reference: Austin et al. 2025, How to Scale Your Model, GPU chapter
    Leaves out: latency
    """
    rate: Value = np.inf
    for count, uplink in zip(children, child_bytes_per_s, strict=True):
        rate = np.minimum(rate, _ratio(count * uplink, count - 1.0))
    return _array(rate)
