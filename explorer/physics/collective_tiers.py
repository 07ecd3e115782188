"""Measured-like times of collectives among the cores of a torus of chips, and over two tiers. Companion of collective_times."""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import Array, Value, _array, _doublings
from explorer.physics.collective_times import saturated_bytes


def core_collective_s(
    *,
    buffer_bytes: Value,
    ranks: Value,
    chips: Value,
    gathers: Value,
    reduces: Value,
    s_per_byte: Value,
    port_s_per_byte: Value,
    launch_s: Value,
    add_s: Value,
    mesh_step_s: Value,
    mesh_fraction: Value,
    halving_step_s: Value,
    halving_fraction: Value,
    ring_step_s: Value,
    ring_fraction: Value,
    add_fraction: Value,
) -> Array:
    """Collective among the cores of several chips on a torus: the quickest of mesh, recursive halving or doubling, and rings.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] cores of the group
    chips : [1] chips they sit on
    gathers, reduces : [1] phases of each kind: all-gather 1 and 0, reduce-scatter 0 and 1, all-reduce 1 and 1
    s_per_byte : [s/B] one direction of the links that rings through the chips can use (ring share of torus_group)
    port_s_per_byte : [s/B] one direction of all links of a chip
    launch_s, add_s : [s] of the call, and more for a phase that reduces
    mesh_step_s, halving_step_s, ring_step_s : [s] of a peer of the mesh, of an exchange of chips, of a step of the ring
    mesh_fraction : [1] part of all links that the mesh attains, routing crowds them; at most what rings can use
    halving_fraction, ring_fraction : [1] part of the rings' links that each attains
    add_fraction : [1] rate of a reducing phase, as a part of a gathering one

    Returns
    -------
    [s] broadcast shape, 0 for one chip

    Equation: ``L + r a + min(k N t + k M max(1 / (e_m W_p), 1 / W), k log2(c) t_h + M' / (e_h W), k N t_r + M' / (e_r W))``,
    ``N = n - 1``, ``M = N / n V``, ``M' = (g + r / f) M``, ``k = g + r``
    Reference: AWS Neuron documentation, collectives (mesh, recursive halving and doubling, ring); fitted to nccom-test sweeps
    Leaves out: the one-shot all-reduce below 16 KiB, cores of one chip being assigned unlike the torus
    """
    phases, peers = gathers + reduces, ranks - 1.0
    share = peers / ranks
    load = (gathers + reduces / add_fraction) * (share * s_per_byte)
    mesh = phases * (peers * mesh_step_s) + phases * (share * np.maximum(port_s_per_byte / mesh_fraction, s_per_byte)) * buffer_bytes
    halving = phases * (_doublings(chips) * halving_step_s) + load / halving_fraction * buffer_bytes
    ring = phases * (peers * ring_step_s) + load / ring_fraction * buffer_bytes
    time = launch_s + reduces * add_s + np.minimum(np.minimum(mesh, halving), ring)
    return np.where(np.greater(chips, 1.0), time, 0.0)


def chip_collective_s(
    *,
    buffer_bytes: Value,
    ranks: Value,
    gathers: Value,
    reduces: Value,
    inside_bytes_per_s: Value,
    launch_s: Value,
    add_s: Value,
    add_fraction: Value,
) -> Array:
    """Collective among the cores of one chip.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] cores of the group
    gathers, reduces : [1] phases of each kind: all-gather 1 and 0, reduce-scatter 0 and 1, all-reduce 1 and 1
    inside_bytes_per_s : [B/s] of a core inside the chip
    launch_s, add_s : [s] of the call, and more for a phase that reduces
    add_fraction : [1] rate of a reducing phase, as a part of a gathering one

    Returns
    -------
    [s] broadcast shape, 0 for one core

    Equation: ``L + r a + (g + r / f) (n - 1) / n V / W``
    Reference: AWS Neuron documentation, collectives; fitted to nccom-test sweeps of four cores
    Leaves out: the one-shot all-reduce below 16 KiB
    """
    moved = (ranks - 1.0) / ranks * buffer_bytes
    time = launch_s + reduces * add_s + (gathers + reduces / add_fraction) * (moved / inside_bytes_per_s)
    return np.where(np.greater(ranks, 1.0), time, 0.0)


def tiered_s(
    *,
    buffer_bytes: Value,
    phases: Value,
    inside: Value,
    outside: Value,
    inside_s: Value,
    s_per_byte: Value,
    launch_s: Value,
    step_s: Value,
    saturation_bytes: Value,
) -> Array:
    """Collective over domains whose inner and outer parts run as one pipeline, by halving and doubling or trees across.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    phases : [1] 1 for all-gather and reduce-scatter, 2 for all-reduce
    inside, outside : [1] ranks of the group in one domain, and domains
    inside_s : [s] the same collective of the buffer inside one domain
    s_per_byte : [s/B] one direction of one rank's share of the outer network, as long buffers attain it
    launch_s : [s] of going outside, once a call
    step_s : [s] of one step outside
    saturation_bytes : [B] shard of one rank (buffer / inside) at which half of the outer rate is attained

    Returns
    -------
    [s] broadcast shape; exactly the inner time where there is one domain

    Equation: ``L + k ceil(log2 o) t + max(T_in, k (o - 1) / o v / W (1 + sqrt(v_s / v)))``, ``v = V / i``
    Reference: hierarchical all-reduce and trees of NVIDIA NCCL (github.com/NVIDIA/nccl); fitted to two-node and multi-rack nccl-tests
    Leaves out: rings across domains, whose latency is linear in the domains
    """
    shard = saturated_bytes(buffer_bytes=buffer_bytes / inside, saturation_bytes=saturation_bytes)
    crossing = phases * ((outside - 1.0) / outside * s_per_byte) * shard
    far = launch_s + phases * (_doublings(outside) * step_s) + np.maximum(inside_s, crossing)
    return _array(np.where(np.greater(outside, 1.0), far, inside_s))


def clos_tiers(*, span: Value, radix: Value) -> Array:
    """Tiers of switches that a group passes in a Clos network.

    Parameters
    ----------
    span : [1] chips from the group's first to its last
    radix : [1] ports of a switch; infinite for one flat network

    Returns
    -------
    [1] broadcast shape, 1 to 3

    Equation: ``1 + (s > R) + (s > R^2 / 2)``
    Reference: Clos 1953 (doi 10.1002/j.1538-7305.1953.tb01433.x); folded: R chips on one tier, R^2 / 2 on two, R^3 / 4 on three
    Leaves out: a fourth tier, groups that straddle a switch's edge
    """
    return _array(1.0 + np.greater(span, radix) + np.greater(span, radix * radix / 2.0))


def uplink_slowdown(*, tiers: Value, radix: Value, oversubscription: Value, stride: Value) -> Array:
    """How many times the uplinks of a Clos network slow rings through domains that lie in order.

    Parameters
    ----------
    tiers : [1] tiers that the group passes (clos_tiers)
    radix : [1] ports of a switch
    oversubscription : [1] bandwidth that enters a tier from below over what it carries up
    stride : [1] chips from one domain's ranks to the next domain's

    Returns
    -------
    [1] broadcast shape, at least 1

    Equation: ``max(1, o / max(1, R / s), o^2 / max(1, R^2 / 2 / s))``, the last two where the group passes two and three tiers
    Reference: counted: of the ranks under a switch one hands the ring on, so each ring loads the uplinks once
    Leaves out: groups that straddle a switch's edge, adaptive routing's own losses
    """
    second = np.where(np.greater(tiers, 1.0), oversubscription / np.maximum(radix / stride, 1.0), 1.0)
    above = oversubscription * oversubscription / np.maximum(radix * radix / 2.0 / stride, 1.0)
    third = np.where(np.greater(tiers, 2.0), above, 1.0)
    return np.maximum(np.maximum(second, third), 1.0)
