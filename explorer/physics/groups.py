"""Which part of a fabric a group of ranks uses: axes of a torus, domains of a switched network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.physics.arrays import Array, Value, _array


def torus_group(
    *, ranks: Value, stride: Value, axes: Sequence[Value], axis_share: Sequence[Value]
) -> tuple[Array, Array, Array]:
    """Axes of a torus that a group gets when groups fill the axes in order, inner parallelism first.

    Parameters
    ----------
    ranks : [1] size of the group
    stride : [1] chips that inner parallelism occupies below each rank
    axes : [1] lengths of the axes
    axis_share : [1] part of a chip's torus bandwidth on each axis, 0 where absent

    Returns
    -------
    rate_fraction : [1] part of a chip's torus bandwidth the group can use, broadcast shape
    ring_fraction : [1] part of it that rings through all chips can use: the whole axes, or half of the first one entered
    hops : [1] longest way, summed over the axes

    Equation: extent ``clip(min(stride n, c_i) / max(stride, c_(i-1)), 1, k_i)``, ``c_i`` the cumulative product of the lengths
    Reference: derived; wrapped and unwrapped axes as in Austin et al. 2025, How to Scale Your Model, sharding chapter; one
    edge-disjoint ring through all chips for each wrapped axis
    Leaves out: groups that do not line up with an axis, other groups on the same links
    """
    wrapped: Value = 0.0
    parts: Value = 0.0
    first: Value = 0.0
    hops: Value = 0.0
    inner: Value = 1.0
    covered = 1.0 * stride * ranks
    for length, share in zip(axes, axis_share, strict=True):
        outer = inner * length
        extent = np.minimum(covered, outer) / np.maximum(stride, inner)
        extent = np.minimum(np.maximum(extent, 1.0), length)
        part = np.less(extent, length)
        whole_share = np.greater(extent, 1.0) * share
        part_share = part * (0.5 * whole_share)
        first = np.where(np.greater(parts, 0.0), first, part_share)
        wrapped = wrapped + (whole_share - 2.0 * part_share)
        parts = parts + part_share
        hops = hops + np.where(part, extent - 1.0, np.floor(0.5 * extent))
        inner = outer
    ring = np.where(np.greater(wrapped, 0.0), wrapped, first)
    return _array(wrapped + parts), _array(ring), _array(hops)


def mesh_rate_fraction(*, ranks: Value, domain: Value) -> Array:
    """Part of a chip's rate that a group uses where every pair of chips has a link of its own.

    Parameters
    ----------
    ranks : [1] size of the group, inside one domain
    domain : [1] chips of the mesh

    Returns
    -------
    [1] broadcast shape; 1 for the whole mesh, 0 for one chip

    Equation: ``min((n - 1) / (d - 1), 1)``
    Reference: counted from the links: n - 1 of a chip's d - 1 lead to its group (AMD CDNA 3 white paper, 7 links for 8 GPUs)
    Leaves out: forwarding through chips outside the group
    """
    return _array(np.minimum((ranks - 1.0) / (np.maximum(domain, 2.0) - 1.0), 1.0))


def group_inside(*, ranks: Value, stride: Value, domain: Value) -> Array:
    """Ranks of a group that share one scale-up domain.

    Parameters
    ----------
    ranks : [1] size of the group
    stride : [1] chips that inner parallelism occupies below each rank
    domain : [1] chips of a domain

    Returns
    -------
    [1] broadcast shape, at least 1

    Equation: ``clip(floor(domain / stride), 1, n)``
    Reference: rank order of Megatron-LM (Narayanan et al. 2021, arXiv:2104.04473): tensor parallel innermost
    Leaves out: groups that straddle a domain's edge
    """
    return _array(np.minimum(np.maximum(np.floor(domain / stride), 1.0), ranks))


def group_outside(*, ranks: Value, inside: Value) -> Array:
    """Domains that a group spans.

    Parameters
    ----------
    ranks : [1] size of the group
    inside : [1] ranks of it in one domain

    Returns
    -------
    [1] broadcast shape

    Equation: ``ceil(n / inside)``
    Reference: definition
    Leaves out: a last domain that is only partly filled
    """
    return np.ceil(ranks / inside)
