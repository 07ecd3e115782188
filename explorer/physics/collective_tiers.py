"""Measured-like times of collectives among the cores of a torus of chips, and over two tiers. Companion of collective_times."""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import Array, Value, _array, _doublings, _ratio
from explorer.physics.groups import Axes


def wrapped_rate_fraction(*, ranks: Value, axes: Axes, axis_share: Axes) -> Array:
    """Part of a chip's torus bandwidth that rings through a group of chips can use.

    Parameters
    ----------
    ranks : [1] chips of the group, which fill the axes in order
    axes : [1] lengths of the three axes, 1 where absent
    axis_share : [1] part of a chip's torus bandwidth on each axis, 0 where absent

    Returns
    -------
    [1] broadcast shape, 0 for a chip alone

    Equation: sum of the shares of the axes that the group spans whole; where it spans none, half the share of the first it enters
    Reference: derived; one edge-disjoint ring through all chips for each wrapped axis
    Leaves out: groups that do not line up with an axis
    """
    whole: Value = 0.0
    part: Value = 0.0
    inner: Value = 1.0
    for length, share in zip(axes, axis_share, strict=True):
        outer = 1.0 * inner * length
        extent = np.minimum(np.maximum(ranks / inner, 1.0), length)
        spans = np.greater(extent, 1.0)
        whole = _array(whole + np.where(spans & np.greater_equal(extent, length), share, 0.0))
        part = _array(part + np.where(np.equal(part, 0.0), spans * 0.5 * share, 0.0))
        inner = outer
    return _array(np.where(np.greater(whole, 0.0), whole, part))


def core_collective_s(
    *,
    buffer_bytes: Value,
    ranks: Value,
    chips: Value,
    gathers: Value,
    reduces: Value,
    inside_bytes_per_s: Value,
    link_bytes_per_s: Value,
    launch_s: Value,
    add_s: Value,
    mesh_step_s: Value,
    mesh_bytes_per_s: Value,
    halving_step_s: Value,
    halving_fraction: Value,
    ring_step_s: Value,
    ring_fraction: Value,
    add_inside_fraction: Value,
    add_fraction: Value,
) -> Array:
    """Collective among cores of chips on a torus: the quickest of mesh, recursive halving or doubling, and rings.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    ranks : [1] cores of the group
    chips : [1] chips they sit on
    gathers, reduces : [1] phases of each kind: all-gather 1 and 0, reduce-scatter 0 and 1, all-reduce 1 and 1
    inside_bytes_per_s : [B/s] of a core where the group is one chip
    link_bytes_per_s : [B/s] one direction, of the links that rings through the chips can use (wrapped_rate_fraction)
    launch_s, add_s : [s] of the call, and more for a phase that reduces
    mesh_step_s, halving_step_s, ring_step_s : [s] of a peer of the mesh, of an exchange of chips, of a step of the ring
    mesh_bytes_per_s : [B/s] at which a core serves the mesh
    halving_fraction, ring_fraction : [1] part of the links that each attains
    add_inside_fraction, add_fraction : [1] rate of a reducing phase, as a part of a gathering one, in a chip and across

    Returns
    -------
    [s] broadcast shape

    Equation: ``L + r a + min(k N t + k M / W_m, k log2(c) t_h + M' / W_h, k N t_r + M' / W_r)``, ``N = n - 1``,
    ``M = N / n V``, ``M' = (g + r / f) M``, ``k = g + r``
    Reference: AWS Neuron documentation, collectives (mesh, recursive halving and doubling, ring); fitted to nccom-test sweeps
    Leaves out: the one-shot all-reduce below 16 KiB, cores of one chip being assigned unlike the torus
    """
    phases, peers = gathers + reduces, ranks - 1.0
    moved = peers / ranks * buffer_bytes
    alone = np.less_equal(chips, 1.0)
    load = moved * (gathers + _ratio(reduces, np.where(alone, add_inside_fraction, add_fraction)))
    mesh = phases * (peers * mesh_step_s + _ratio(moved, mesh_bytes_per_s))
    halving_rate = np.where(alone, inside_bytes_per_s, link_bytes_per_s * halving_fraction)
    halving = phases * _doublings(chips) * halving_step_s + _ratio(load, halving_rate)
    ring_rate = np.where(alone, inside_bytes_per_s, link_bytes_per_s * ring_fraction)
    ring = phases * peers * ring_step_s + _ratio(load, ring_rate)
    time = launch_s + reduces * add_s + np.minimum(np.minimum(mesh, halving), ring)
    return np.where(np.greater(ranks, 1.0), time, 0.0)


def tiered_all_reduce_s(
    *,
    buffer_bytes: Value,
    inside: Value,
    outside: Value,
    inside_all_reduce_s: Value,
    bytes_per_s: Value,
    efficiency_fraction: Value,
    step_s: Value,
    saturation_bytes: Value,
) -> Array:
    """All-reduce over domains whose inner and outer parts run as one pipeline.

    Parameters
    ----------
    buffer_bytes : [B] full buffer
    inside, outside : [1] ranks of the group in one domain, and domains
    inside_all_reduce_s : [s] of the buffer inside one domain
    bytes_per_s : [B/s] one direction of one rank's share of the outer network
    efficiency_fraction : [1] part of it that long buffers attain
    step_s : [s] of one step outside
    saturation_bytes : [B] shard of one rank (buffer / inside) at which half of that is attained

    Returns
    -------
    [s] broadcast shape; exactly the inner time where there is one domain

    Equation: ``2 ceil(log2 o) t + max(T_in, 2 (o - 1) / o V / i / (e W) (1 + sqrt(v_s i / V)))``
    Reference: hierarchical all-reduce of NVIDIA NCCL (github.com/NVIDIA/nccl); fitted to two-node and multi-rack nccl-tests
    Leaves out: oversubscription of the outer network unless its rate carries it
    """
    shard = buffer_bytes / inside
    added = np.where(np.greater(buffer_bytes, 0.0), np.sqrt(_ratio(saturation_bytes, shard)), 0.0)
    crossing = _ratio(2.0 * (outside - 1.0) / outside * shard, bytes_per_s * efficiency_fraction) * (1.0 + added)
    latency = 2.0 * _doublings(outside) * step_s
    far = latency + np.maximum(inside_all_reduce_s, crossing)
    return _array(np.where(np.greater(outside, 1.0), far, inside_all_reduce_s))
