"""Measured-like times of collectives: the protocols of a communication library, custom kernels, NeuronCores on a torus, two tiers.

Every rate is the nominal rate of one rank's port times a fitted fraction, so ideal constants (fractions 1, latencies 0) give a bound.
Sizes are full buffers of one rank; one rank alone costs exactly 0. Times never fall when the buffer grows or the port slows.
"""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import Array, Value, _array, _ratio


def contended_bytes_per_s(*, bytes_per_s: Value, ranks: Value, contention: Value) -> Array:
    """Rate of one rank's port when ranks share a host's memory or PCIe tree.

    Parameters
    ----------
    bytes_per_s : [B/s] one direction of one port, two ranks talking
    ranks : [1] size of the group
    contention : [1] exponent: 0 a switch without contention, 1 a shared bus

    Returns
    -------
    [B/s] broadcast shape

    Equation: ``W (2 / max(n, 2))^g``
    Reference: fitted to NCCL sweeps on PCIe servers of 2, 4 and 8 GPUs (aiconfigurator-core 0.12.0)
    Leaves out: which sockets the ranks sit on
    """
    return _array(bytes_per_s * np.exp2(-contention * np.log2(np.maximum(ranks, 2.0) / 2.0)))


def ring_bytes(*, buffer_bytes: Value, ranks: Value, phases: Value) -> Array:
    """Bytes that a rank sends round a ring.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] size of the group
    phases : [1] 1 for all-gather and reduce-scatter, 2 for all-reduce

    Returns
    -------
    [B] broadcast shape

    Equation: ``k (n - 1) / n V``
    Reference: Thakur, Rabenseifner, Gropp 2005 (doi 10.1177/1094342005051521)
    Leaves out: nothing
    """
    return _array(phases * (ranks - 1.0) / ranks * buffer_bytes)


def ramped_latency_s(*, latency_s: Value, buffer_bytes: Value, ramp_fraction: Value, ramp_bytes: Value) -> Array:
    """Latency of a kernel that wakes more channels as the buffer grows.

    Parameters
    ----------
    latency_s : [s] with one channel
    buffer_bytes : [B] full buffer
    ramp_fraction : [1] what all channels add, as a part of the latency
    ramp_bytes : [B] buffer at which half of it is added

    Returns
    -------
    [s] broadcast shape

    Equation: ``t (1 + g V / (V + V_r))``
    Reference: fitted to NCCL sweeps from 512 B to 256 KiB (aiconfigurator-core 0.12.0)
    Leaves out: the single steps at which channels are added
    """
    return _array(latency_s * (1.0 + ramp_fraction * _ratio(buffer_bytes, buffer_bytes + ramp_bytes)))


def pipelined_s(
    *, moved_bytes: Value, steps: Value, step_s: Value, bytes_per_s: Value, serial_fraction: Value
) -> Array:
    """Transfer in chunks: filling the pipe and moving the bytes overlap in part.

    Parameters
    ----------
    moved_bytes : [B] what a rank sends
    steps : [1] hops of the pipe
    step_s : [s] of a chunk on a hop
    bytes_per_s : [B/s] attained by long buffers
    serial_fraction : [1] 1 adds both parts, 0 takes the root of their squares

    Returns
    -------
    [s] broadcast shape

    Equation: ``sqrt(a^2 + b^2 + 2 c a b)``, ``a = steps t``, ``b = M / W``
    Reference: derived; between Hockney's sum and full overlap, fitted to NCCL's Simple protocol
    Leaves out: the size of a chunk changing with the buffer
    """
    fill, moving = steps * step_s, _ratio(moved_bytes, bytes_per_s)
    return np.sqrt(fill * fill + moving * moving + 2.0 * serial_fraction * fill * moving)


def booked_limit_bytes(
    *, steps: Value, base_extra_s: Value, step_extra_s: Value, first_bytes_per_s: Value, second_bytes_per_s: Value
) -> Array:
    """Bytes moved up to which a library keeps the quick protocol, by the costs in its own table.

    Parameters
    ----------
    steps : [1] steps of the ring
    base_extra_s, step_extra_s : [s] what the second protocol is booked at beyond the first, once and a step
    first_bytes_per_s, second_bytes_per_s : [B/s] booked rates

    Returns
    -------
    [B] broadcast shape, infinite where the second is never cheaper

    Equation: ``(a + steps b) / (1 / W_1 - 1 / W_2)``, at least 0
    Reference: NVIDIA NCCL, src/graph/tuning.cc (github.com/NVIDIA/nccl)
    Leaves out: trees inside a node, corrections by size
    """
    saved = _ratio(1.0, first_bytes_per_s) - _ratio(1.0, second_bytes_per_s)
    extra = np.maximum(base_extra_s + steps * step_extra_s, 0.0)
    return np.where(np.greater(saved, 0.0), _ratio(extra, np.maximum(saved, 0.0)), np.inf)


def booked_limits(
    *,
    steps: Value,
    wide_base_s: Value,
    wide_step_s: Value,
    bulk_base_s: Value,
    bulk_step_s: Value,
    quick_bytes_per_s: Value,
    wide_bytes_per_s: Value,
    bulk_bytes_per_s: Value,
) -> tuple[Array, Array]:
    """Where a library leaves its quick (LL) for its wide (LL128) and that for its bulk (Simple) protocol.

    Parameters
    ----------
    steps : [1] steps of the ring
    wide_base_s, wide_step_s, bulk_base_s, bulk_step_s : [s] booked beyond the quick protocol, once and a step
    quick_bytes_per_s, wide_bytes_per_s, bulk_bytes_per_s : [B/s] booked rates; 0 where there is no wide protocol

    Returns
    -------
    quick_until_bytes : [B] bytes moved, broadcast shape
    wide_until_bytes : [B] equal to the first where the wide protocol is never the cheapest

    Equation: booked_limit_bytes of each pair; the wide one is skipped where it would end before it began
    Reference: NVIDIA NCCL, src/graph/tuning.cc (github.com/NVIDIA/nccl)
    Leaves out: trees inside a node
    """
    first = booked_limit_bytes(
        steps=steps, base_extra_s=wide_base_s, step_extra_s=wide_step_s,
        first_bytes_per_s=quick_bytes_per_s, second_bytes_per_s=wide_bytes_per_s,
    )  # fmt: skip
    second = booked_limit_bytes(
        steps=steps, base_extra_s=bulk_base_s - wide_base_s, step_extra_s=bulk_step_s - wide_step_s,
        first_bytes_per_s=wide_bytes_per_s, second_bytes_per_s=bulk_bytes_per_s,
    )  # fmt: skip
    direct = booked_limit_bytes(
        steps=steps, base_extra_s=bulk_base_s, step_extra_s=bulk_step_s,
        first_bytes_per_s=quick_bytes_per_s, second_bytes_per_s=bulk_bytes_per_s,
    )  # fmt: skip
    skipped = np.less_equal(second, first) | np.equal(wide_bytes_per_s, 0.0)
    return np.where(skipped, direct, first), np.where(skipped, direct, second)


def library_ring_s(
    *,
    buffer_bytes: Value,
    ranks: Value,
    phases: Value,
    bytes_per_s: Value,
    quick_until_bytes: Value,
    wide_until_bytes: Value,
    launch_s: Value,
    step_s: Value,
    wide_step_s: Value,
    bulk_step_s: Value,
    quick_fraction: Value,
    wide_fraction: Value,
    bulk_fraction: Value,
    serial_fraction: Value,
    ramp_fraction: Value,
    ramp_bytes: Value,
    own_bytes_per_s: Value,
) -> Array:
    """All-gather, reduce-scatter or all-reduce of a library that picks one of three ring protocols by its own table.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] size of the group
    phases : [1] 1 for all-gather and reduce-scatter, 2 for all-reduce
    bytes_per_s : [B/s] one direction of a rank's port
    quick_until_bytes, wide_until_bytes : [B] bytes moved at which the library leaves a protocol (booked_limits)
    launch_s : [s] of the call
    step_s, wide_step_s, bulk_step_s : [s] of a step of each protocol
    quick_fraction, wide_fraction, bulk_fraction : [1] part of the port that each attains
    serial_fraction : [1] see pipelined_s
    ramp_fraction : [1] see ramped_latency_s
    ramp_bytes : [B] see ramped_latency_s
    own_bytes_per_s : [B/s] at which a rank copies its own piece, once a call (bulk protocol)

    Returns
    -------
    [s] broadcast shape

    Equation: quick ``ramp(L + N t) + M / W``, wide ``L + N t + M / W``, bulk ``L + V / (n C) + pipelined``; ``N = k (n - 1)``
    Reference: NVIDIA NCCL, protocols LL, LL128 and Simple (github.com/NVIDIA/nccl); fitted to aiconfigurator-core 0.12.0
    Leaves out: time of the additions, trees inside a node; a worse choice of the library never makes a longer buffer faster
    """
    steps = phases * (ranks - 1.0)
    moved = ring_bytes(buffer_bytes=buffer_bytes, ranks=ranks, phases=phases)
    short, middle = np.minimum(moved, quick_until_bytes), np.minimum(moved, wide_until_bytes)
    # Each protocol is charged up to its limit and the costliest taken, so that the steps between them only go up.
    quick = ramped_latency_s(
        latency_s=launch_s + steps * step_s, buffer_bytes=buffer_bytes, ramp_fraction=ramp_fraction, ramp_bytes=ramp_bytes
    ) + _ratio(short, bytes_per_s * quick_fraction)
    wide = launch_s + steps * wide_step_s + _ratio(middle, bytes_per_s * wide_fraction)
    bulk = launch_s + _ratio(buffer_bytes / ranks, own_bytes_per_s) + pipelined_s(
        moved_bytes=moved, steps=steps, step_s=bulk_step_s,
        bytes_per_s=bytes_per_s * bulk_fraction, serial_fraction=serial_fraction,
    )  # fmt: skip
    longer = np.where(np.greater(moved, quick_until_bytes), wide, 0.0)
    longest = np.where(np.greater(moved, wide_until_bytes), bulk, 0.0)
    return np.where(np.greater(ranks, 1.0), np.maximum(np.maximum(quick, longer), longest), 0.0)


def saturating_s(*, moved_bytes: Value, launch_s: Value, bytes_per_s: Value, saturation_fraction: Value) -> Array:
    """Transfer whose rate grows with the message.

    Parameters
    ----------
    moved_bytes : [B] what a rank sends
    launch_s : [s] before the first byte
    bytes_per_s : [B/s] attained by long messages
    saturation_fraction : [1] what saturation adds to the transfer, ``sqrt(V_s / V)``

    Returns
    -------
    [s] broadcast shape

    Equation: ``L + M / W (1 + sqrt(V_s / V))``
    Reference: form of model.md 6.9, fitted to LLMCompass's all-reduce sweep (Zhang et al. 2024, arXiv:2312.03134)
    Leaves out: the steps between protocols
    """
    return _array(launch_s + _ratio(moved_bytes, bytes_per_s) * (1.0 + saturation_fraction))


def reducing_switch_s(
    *, buffer_bytes: Value, ranks: Value, bytes_per_s: Value, launch_s: Value, efficiency_fraction: Value,
    saturation_bytes: Value,
) -> Array:  # fmt: skip
    """All-reduce in which the switch adds and spreads (NVLink SHARP).

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] size of the group
    bytes_per_s : [B/s] one direction of a rank's port
    launch_s : [s] of the call
    efficiency_fraction : [1] part of the port that long buffers attain
    saturation_bytes : [B] piece of one rank (buffer / ranks) at which half of that is attained

    Returns
    -------
    [s] broadcast shape

    Equation: ``L + V (1 + 1 / n) / (e W) (1 + sqrt(v_s n / V))``
    Reference: Graham et al. 2016, SHARP (doi 10.1109/COMHPC.2016.006): the buffer goes up once, each rank's reduced piece once more
    Leaves out: formats that the switch cannot add (8-bit integers), groups of two
    """
    added = np.sqrt(_ratio(saturation_bytes * ranks, buffer_bytes))
    time = saturating_s(
        moved_bytes=(1.0 + 1.0 / ranks) * buffer_bytes, launch_s=launch_s,
        bytes_per_s=bytes_per_s * efficiency_fraction, saturation_fraction=np.where(np.greater(buffer_bytes, 0.0), added, 0.0),
    )  # fmt: skip
    return np.where(np.greater(ranks, 1.0), time, 0.0)


def exchange_s(
    *,
    buffer_bytes: Value,
    ranks: Value,
    bytes_per_s: Value,
    launch_s: Value,
    peer_bytes_per_s: Value,
    bulk_launch_s: Value,
    efficiency_fraction: Value,
    saturation_bytes: Value,
    own_bytes_per_s: Value,
) -> Array:
    """All-to-all of a library: one channel a peer for short pieces, all channels for long ones.

    Parameters
    ----------
    buffer_bytes : [B] what a rank holds, its own piece included
    ranks : [1] size of the group
    bytes_per_s : [B/s] one direction of a rank's port
    launch_s, bulk_launch_s : [s] of a call with short and with long pieces
    peer_bytes_per_s : [B/s] of one channel to one peer
    efficiency_fraction : [1] part of the port that long pieces attain
    saturation_bytes : [B] piece at which half of that is attained
    own_bytes_per_s : [B/s] at which a rank copies its own piece

    Returns
    -------
    [s] broadcast shape

    Equation: ``min(L + V / (n w), L_b + V / (n C) + (n - 1) / n V / (e W) (1 + sqrt(v_s n / V)))``
    Reference: NVIDIA NCCL, grouped send and receive (github.com/NVIDIA/nccl); fitted to aiconfigurator-core 0.12.0
    Leaves out: uneven pieces, the network's own contention
    """
    piece = buffer_bytes / ranks
    added = np.where(np.greater(buffer_bytes, 0.0), np.sqrt(_ratio(saturation_bytes, piece)), 0.0)
    bulk = _ratio(piece, own_bytes_per_s) + saturating_s(
        moved_bytes=ring_bytes(buffer_bytes=buffer_bytes, ranks=ranks, phases=1.0), launch_s=bulk_launch_s,
        bytes_per_s=bytes_per_s * efficiency_fraction, saturation_fraction=added,
    )  # fmt: skip
    short = launch_s + _ratio(piece, peer_bytes_per_s)
    return np.where(np.greater(ranks, 1.0), np.minimum(short, bulk), 0.0)


def direct_all_reduce_s(
    *,
    buffer_bytes: Value,
    ranks: Value,
    bytes_per_s: Value,
    launch_s: Value,
    rank_s: Value,
    one_shot_fraction: Value,
    second_launch_s: Value,
    two_shot_fraction: Value,
) -> Array:
    """All-reduce by the kernels of a serving engine: everyone reads everyone (one shot), or scatter and gather (two shots).

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] size of the group
    bytes_per_s : [B/s] one direction of a rank's port
    launch_s, second_launch_s : [s] of a one-shot and of a two-shot kernel
    rank_s : [s] of the barrier, for each further rank
    one_shot_fraction, two_shot_fraction : [1] part of the port that each attains

    Returns
    -------
    [s] broadcast shape

    Equation: ``(n - 1) b + min(L_1 + (n - 1) V / (e_1 W), L_2 + 2 (n - 1) / n V / (e_2 W))``
    Reference: TensorRT-LLM and vLLM custom all-reduce (github.com/NVIDIA/TensorRT-LLM, github.com/vllm-project/vllm)
    Leaves out: buffers beyond the engine's workspace, which go to the library: take the smaller of both
    """
    sent = (ranks - 1.0) * buffer_bytes
    one = launch_s + _ratio(sent, bytes_per_s * one_shot_fraction)
    two = second_launch_s + _ratio(2.0 * sent / ranks, bytes_per_s * two_shot_fraction)
    return np.where(np.greater(ranks, 1.0), (ranks - 1.0) * rank_s + np.minimum(one, two), 0.0)


def staged_s(*, buffer_bytes: Value, collective_s: Value, host_s: Value, copy_bytes_per_s: Value) -> Array:
    """A collective launched from the host and not from a graph: a copy beside it, and never faster than the host.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    collective_s : [s] of the collective itself
    host_s : [s] the host takes for the call
    copy_bytes_per_s : [B/s] at which the buffer is copied out of place

    Returns
    -------
    [s] broadcast shape

    Equation: ``max(h, T + V / C)``, 0 where the collective is nothing
    Reference: fitted to vLLM's eager against its graph sweep (aiconfigurator-core 0.12.0)
    Leaves out: the host running ahead of a busy chip
    """
    time = np.maximum(host_s, collective_s + _ratio(buffer_bytes, copy_bytes_per_s))
    return np.where(np.greater(collective_s, 0.0), time, 0.0)
