"""How many bytes a number takes: block formats with shared scales, structured sparsity."""

from __future__ import annotations

from explorer.physics.arrays import Array, Value, _array


def block_format_bytes(
    *,
    elements: Value,
    element_bytes: Value,
    block: Value,
    scale_bytes: Value,
    tensor_scale_bytes: Value = 0.0,
) -> Array:
    """Stored size of numbers that share a scale block by block.

    Parameters
    ----------
    elements : [1] numbers
    element_bytes : [B] size of one, 0.5 for four bits
    block : [1] numbers that share a scale
    scale_bytes : [B] size of that scale
    tensor_scale_bytes : [B] one further scale for all

    Returns
    -------
    [B] broadcast shape

    Equation: ``n (b + scale / block) + tensor scale``
    Reference: Open Compute Project 2023, OCP Microscaling Formats (MX) v1.0
    Leaves out: padding of a last block
    """
    return _array(elements * (element_bytes + scale_bytes / block) + tensor_scale_bytes)


def sparse_2_of_4_bytes_per_element(*, element_bytes: Value, index_bytes: Value = 0.125) -> Array:
    """Stored size of an element of the dense matrix under 2:4 sparsity.

    Parameters
    ----------
    element_bytes : [B] size of a kept element
    index_bytes : [B] position of the kept ones for each dense element, two bits for each kept

    Returns
    -------
    [B] for each dense element, broadcast shape

    Equation: ``b / 2 + 1 / 8``
    Reference: Mishra et al. 2021 (arXiv:2104.08378)
    Leaves out: alignment
    """
    return _array(element_bytes / 2.0 + index_bytes)
