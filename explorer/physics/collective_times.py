"""Measured-like times of collectives inside one domain: the protocols of a communication library, and an engine's own kernels.

Rates are parts of one rank's port, given as seconds a byte, so ideal constants (fractions 1, times 0) give the textbook bound. Sizes
are full buffers of one rank; one rank alone costs exactly 0. Times never fall when the buffer grows or the port slows.
"""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import Array, Value, _array, _doublings

SERVER_RANKS = 8.0
"""Ranks that a library chains one after the other before it branches into trees: the GPUs of a server."""


def contended_s_per_byte(*, s_per_byte: Value, ranks: Value, contention: Value) -> Array:
    """Time of a byte through one rank's port when ranks share a host's memory or PCIe tree.

    Parameters
    ----------
    s_per_byte : [s/B] one direction of one port, two ranks talking
    ranks : [1] size of the group
    contention : [1] exponent: 0 a switch without contention, 1 a shared bus

    Returns
    -------
    [s/B] broadcast shape

    Equation: ``(max(n, 2) / 2)^g / W``
    Reference: fitted to NCCL sweeps on PCIe servers of 2, 4 and 8 GPUs (aiconfigurator-core 0.12.0)
    Leaves out: which sockets the ranks sit on
    """
    return _array(s_per_byte * np.exp2(contention * np.log2(np.maximum(ranks, 2.0) / 2.0)))


def hop_count(*, ranks: Value) -> Array:
    """Steps of one phase of a collective: a chain through a server, and trees over servers.

    Parameters
    ----------
    ranks : [1] size of the group

    Returns
    -------
    [1] broadcast shape, 0 for one rank

    Equation: ``min(n, 8) - 1 + ceil(log2(max(n / 8, 1)))``
    Reference: NVIDIA NCCL, src/graph/tuning.cc (github.com/NVIDIA/nccl): a ring or chain inside a server, trees across
    Leaves out: servers of fewer than eight GPUs, rings across servers
    """
    chain = np.minimum(ranks, SERVER_RANKS)
    return _array(chain - 1.0 + _doublings(np.maximum(ranks / SERVER_RANKS, 1.0)))


def saturated_bytes(*, buffer_bytes: Value, saturation_bytes: Value) -> Array:
    """Bytes that would take as long at the full rate as the buffer takes at the rate that it attains.

    Parameters
    ----------
    buffer_bytes : [B] size of the buffer
    saturation_bytes : [B] size at which half of the full rate is attained

    Returns
    -------
    [B] broadcast shape

    Equation: ``V + sqrt(V_s V)``, which is ``V (1 + sqrt(V_s / V))``
    Reference: form fitted to LLMCompass's all-reduce sweep (Zhang et al. 2024, arXiv:2312.03134)
    Leaves out: the steps between protocols
    """
    return _array(buffer_bytes + np.sqrt(saturation_bytes * buffer_bytes))


def booked_limits(
    *,
    steps: Value,
    wide_base_s: Value,
    wide_step_s: Value,
    bulk_base_s: Value,
    bulk_step_s: Value,
    last_base_s: Value,
    last_step_s: Value,
) -> tuple[Array, Array]:
    """Where a library leaves its quick (LL) for its wide (LL128) and that for its bulk (Simple) protocol, by its own table.

    Parameters
    ----------
    steps : [1] steps of the ring
    wide_base_s, wide_step_s : [s] time at the nominal port from which the wide protocol is booked cheaper than the quick one
    bulk_base_s, bulk_step_s : [s] the same of the bulk against the quick one
    last_base_s, last_step_s : [s] the same of the bulk against the wide one

    Returns
    -------
    quick_until_s : [s] time at the nominal port, broadcast shape
    wide_until_s : [s] equal to the first where the wide protocol is never the cheapest

    Equation: ``min(a + N b, c + N d)`` and ``max(e + N f, c + N d)``
    Reference: NVIDIA NCCL, src/graph/tuning.cc (github.com/NVIDIA/nccl); three costs linear in the size, intersected
    Leaves out: trees inside a node, corrections by size
    """
    direct = bulk_base_s + steps * bulk_step_s
    until = np.minimum(wide_base_s + steps * wide_step_s, direct)
    return _array(until), _array(np.maximum(last_base_s + steps * last_step_s, direct))


def port_s(*, buffer_bytes: Value, ranks: Value, phases: Value, s_per_byte: Value) -> Array:
    """Time that the bytes of a ring collective take through one rank's port at its nominal rate.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] size of the group
    phases : [1] 1 for all-gather and reduce-scatter, 2 for all-reduce
    s_per_byte : [s/B] one direction of a rank's port

    Returns
    -------
    [s] broadcast shape, 0 for one rank

    Equation: ``k (n - 1) / n V / W``
    Reference: Thakur, Rabenseifner, Gropp 2005 (doi 10.1177/1094342005051521)
    Leaves out: what a protocol loses of the rate
    """
    return _array(phases * ((ranks - 1.0) / ranks * s_per_byte) * buffer_bytes)


def quick_ring_s(
    *, buffer_bytes: Value, steps: Value, moved_s: Value, launch_s: Value, step_s: Value, rate_fraction: Value,
    ramp_fraction: Value, ramp_bytes: Value,
) -> Array:  # fmt: skip
    """Ring collective by a library's protocol of short steps (LL).

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    steps : [1] steps of all phases (hop_count)
    moved_s : [s] at the nominal port (port_s)
    launch_s, step_s : [s] of the call and of a step
    rate_fraction : [1] part of the port that it attains
    ramp_fraction : [1] what waking all channels adds to the latency, as a part of it
    ramp_bytes : [B] buffer at which half of that is added

    Returns
    -------
    [s] broadcast shape

    Equation: ``(L + N t)(1 + g V / (V + V_r)) + M / e``
    Reference: NVIDIA NCCL, protocol LL (github.com/NVIDIA/nccl); fitted to aiconfigurator-core 0.12.0
    Leaves out: the single steps at which channels are added, time of the additions
    """
    ramp = 1.0 + ramp_fraction * (buffer_bytes / (buffer_bytes + ramp_bytes))
    return _array((launch_s + steps * step_s) * ramp + moved_s / rate_fraction)


def wide_ring_s(*, steps: Value, moved_s: Value, launch_s: Value, step_s: Value, rate_fraction: Value) -> Array:
    """Ring collective by a library's protocol of medium steps (LL128).

    Parameters
    ----------
    steps : [1] steps of all phases (hop_count)
    moved_s : [s] at the nominal port (port_s)
    launch_s, step_s : [s] of the call and of a step
    rate_fraction : [1] part of the port that it attains

    Returns
    -------
    [s] broadcast shape

    Equation: ``L + N t + M / e``
    Reference: NVIDIA NCCL, protocol LL128 (github.com/NVIDIA/nccl); fitted to aiconfigurator-core 0.12.0
    Leaves out: time of the additions
    """
    return _array(launch_s + steps * step_s + moved_s / rate_fraction)


def bulk_ring_s(
    *, buffer_bytes: Value, ranks: Value, steps: Value, moved_s: Value, launch_s: Value, step_s: Value,
    rate_fraction: Value, serial_fraction: Value, own_bytes_per_s: Value,
) -> Array:  # fmt: skip
    """Ring collective by a library's protocol of large chunks (Simple): filling the pipe and moving the bytes overlap in part.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] size of the group
    steps : [1] steps of all phases (hop_count)
    moved_s : [s] at the nominal port (port_s)
    launch_s, step_s : [s] of the call and of a chunk on a hop
    rate_fraction : [1] part of the port that it attains
    serial_fraction : [1] 1 adds filling and moving, 0 takes the root of their squares
    own_bytes_per_s : [B/s] at which a rank copies its own piece, once a call

    Returns
    -------
    [s] broadcast shape

    Equation: ``L + V / (n C) + sqrt(a^2 + b^2 + 2 c a b)``, ``a = N t``, ``b = M / e``
    Reference: NVIDIA NCCL, protocol Simple (github.com/NVIDIA/nccl); fitted to aiconfigurator-core 0.12.0
    Leaves out: the size of a chunk changing with the buffer, time of the additions
    """
    fill, moving = steps * step_s, moved_s / rate_fraction
    piped = np.sqrt(fill * (fill + (2.0 * serial_fraction) * moving) + moving * moving)
    return _array(launch_s + buffer_bytes / (ranks * own_bytes_per_s) + piped)


def reducing_switch_s(
    *, buffer_bytes: Value, ranks: Value, s_per_byte: Value, launch_s: Value, efficiency_fraction: Value,
    saturation_bytes: Value,
) -> Array:  # fmt: skip
    """All-reduce in which the switch adds and spreads (NVLink SHARP).

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] size of the group
    s_per_byte : [s/B] one direction of a rank's port
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
    rate = (1.0 + 1.0 / ranks) * s_per_byte / efficiency_fraction
    time = launch_s + rate * saturated_bytes(buffer_bytes=buffer_bytes, saturation_bytes=saturation_bytes * ranks)
    return np.where(np.greater(ranks, 1.0), time, 0.0)


def exchange_s(
    *,
    buffer_bytes: Value,
    ranks: Value,
    s_per_byte: Value,
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
    s_per_byte : [s/B] one direction of a rank's port
    launch_s, bulk_launch_s : [s] of a call with short and with long pieces
    peer_bytes_per_s : [B/s] of one channel to one peer
    efficiency_fraction : [1] part of the port that long pieces attain
    saturation_bytes : [B] piece at which half of that is attained
    own_bytes_per_s : [B/s] at which a rank copies its own piece

    Returns
    -------
    [s] broadcast shape

    Equation: ``min(L + max(v / w, (n - 1) v / W), L_b + v / C + (n - 1) v / (e W) (1 + sqrt(v_s / v)))``, ``v = V / n``
    Reference: NVIDIA NCCL, grouped send and receive (github.com/NVIDIA/nccl); fitted to aiconfigurator-core 0.12.0
    Leaves out: uneven pieces, the network's own contention
    """
    piece = buffer_bytes / ranks
    port = (ranks - 1.0) * s_per_byte
    long = saturated_bytes(buffer_bytes=piece, saturation_bytes=saturation_bytes) * (port / efficiency_fraction)
    short = launch_s + np.maximum(piece / peer_bytes_per_s, piece * port)
    time = np.minimum(short, bulk_launch_s + piece / own_bytes_per_s + long)
    return np.where(np.greater(ranks, 1.0), time, 0.0)


def direct_all_reduce_s(
    *,
    buffer_bytes: Value,
    ranks: Value,
    s_per_byte: Value,
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
    s_per_byte : [s/B] one direction of a rank's port
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
    peers = ranks - 1.0
    port = peers * s_per_byte
    one = launch_s + buffer_bytes * (port / one_shot_fraction)
    two = second_launch_s + buffer_bytes * (2.0 * port / (ranks * two_shot_fraction))
    return np.where(np.greater(ranks, 1.0), peers * rank_s + np.minimum(one, two), 0.0)


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
    time = np.maximum(host_s, collective_s + buffer_bytes / copy_bytes_per_s)
    return np.where(np.greater(collective_s, 0.0), time, 0.0)
