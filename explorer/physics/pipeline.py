"""Pipeline and data parallelism: bubbles, the step they make, and the bytes they move."""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import ROWS_PER_TOKEN, Array, Value, _array


def bubble_ratio(*, pp: Value, microbatches: Value, chunks: Value = 1.0) -> Array:
    """Idle time of a pipeline against its ideal time.

    Parameters
    ----------
    pp : [1] stages
    microbatches : [1] micro-batches of a step
    chunks : [1] virtual stages of each rank

    Returns
    -------
    [1] broadcast shape; exactly 0 for one stage

    Equation: ``(p - 1) / (v m)``
    Reference: Narayanan et al. 2021, section 2.2 (arXiv:2104.04473)
    Leaves out: unequal stages, transfer between them
    """
    return _array((pp - 1.0) / (1.0 * chunks * microbatches))


def bubble_fraction(*, pp: Value, microbatches: Value, chunks: Value = 1.0) -> Array:
    """Idle part of a pipeline's whole time.

    Parameters
    ----------
    pp : [1] stages
    microbatches : [1] micro-batches of a step
    chunks : [1] virtual stages of each rank

    Returns
    -------
    [1] broadcast shape; exactly 0 for one stage

    Equation: ``(p - 1) / (v m + p - 1)``
    Reference: Narayanan et al. 2021, section 2.2 (arXiv:2104.04473)
    Leaves out: unequal stages, transfer between them
    """
    return _array((pp - 1.0) / (1.0 * chunks * microbatches + pp - 1.0))


def zero_bubble_ratio(
    *, pp: Value, microbatches: Value, forward_s: Value, input_gradient_s: Value, weight_gradient_s: Value
) -> Array:
    """bubble_ratio of the ZB-H1 schedule, which fills the drain with weight gradients.

    Parameters
    ----------
    pp : [1] stages
    microbatches : [1] micro-batches of a step
    forward_s, input_gradient_s, weight_gradient_s : [s] of one micro-batch on one stage

    Returns
    -------
    [1] broadcast shape

    Equation: ``(p - 1)(F + B - W) / (m (F + B + W))``
    Reference: Qi et al. 2024 (arXiv:2401.10241)
    Leaves out: transfer between stages
    """
    idle = (pp - 1.0) * (forward_s + input_gradient_s - weight_gradient_s)
    return _array(idle / (microbatches * (forward_s + input_gradient_s + weight_gradient_s)))


def pipeline_s(*, microbatch_s: Value, microbatches: Value, pp: Value, chunks: Value = 1.0) -> Array:
    """Time of a step's micro-batches through the pipeline, fill and drain included.

    Parameters
    ----------
    microbatch_s : [s] forward and backward of one micro-batch on the slowest stage
    microbatches : [1] micro-batches of a step
    pp : [1] stages
    chunks : [1] virtual stages of each rank

    Returns
    -------
    [s] broadcast shape

    Equation: ``(m + (p - 1) / v) t``
    Reference: Narayanan et al. 2021, section 2.2 (arXiv:2104.04473)
    Leaves out: a partial wave where m is not a multiple of p under interleaving
    """
    return _array((microbatches + (pp - 1.0) / chunks) * microbatch_s)


def training_step_s(
    *,
    microbatch_s: Value,
    microbatches: Value,
    pp: Value,
    chunks: Value = 1.0,
    data_parallel_s: Value = 0.0,
    optimizer_s: Value = 0.0,
) -> Array:
    """A training step: the pipeline, and what stands outside it.

    Parameters
    ----------
    microbatch_s : [s] forward and backward of one micro-batch on the slowest stage
    microbatches : [1] micro-batches of a step
    pp : [1] stages
    chunks : [1] virtual stages of each rank
    data_parallel_s, optimizer_s : [s] gradients and weights that nothing hides, and the update

    Returns
    -------
    [s] broadcast shape

    Equation: ``(m + (p - 1) / v) t + T_dp + T_opt``
    Reference: Narayanan et al. 2021, section 2.2 (arXiv:2104.04473)
    Leaves out: unequal stages, transfer between them
    """
    flowing = pipeline_s(microbatch_s=microbatch_s, microbatches=microbatches, pp=pp, chunks=chunks)
    return _array(flowing + data_parallel_s + optimizer_s)


def decode_pipeline_s(*, stage_s: Value, microbatches: Value, pp: Value) -> Array:
    """Time between a sequence's tokens when micro-batches circulate through the stages.

    Parameters
    ----------
    stage_s : [s] one micro-batch on the slowest stage
    microbatches : [1] micro-batches in circulation
    pp : [1] stages

    Returns
    -------
    [s] broadcast shape

    Equation: ``max(m, p) t``
    Reference: Pope et al. 2022 (arXiv:2211.05102)
    Leaves out: first token's fill
    """
    return _array(np.maximum(microbatches, pp) * stage_s)


def zero_traffic_bytes(
    *, params: Value, dp: Value, zero: Value, weight_bytes_per_param: Value, gradient_bytes_per_param: Value
) -> Array:
    """Bytes that one rank sends for data parallelism in a step (for ZeRO-3: for each micro-batch it does not cache).

    Parameters
    ----------
    params : [1] parameters of this rank before data-parallel sharding
    dp : [1] data-parallel ranks
    zero : [1] ZeRO stage 0 to 3
    weight_bytes_per_param, gradient_bytes_per_param : [B] size of one as sent

    Returns
    -------
    [B] broadcast shape

    Equation: ``(d - 1) / d params (w + g)``, with ``2 w`` at stage 3
    Reference: Rajbhandari et al. 2020, section 7 (arXiv:1910.02054)
    Leaves out: gradient-norm reduction
    """
    weights = weight_bytes_per_param * np.where(np.greater_equal(zero, 3.0), 2.0, 1.0)
    return _array((dp - 1.0) / dp * params * (weights + gradient_bytes_per_param))


def stage_transfer_bytes(
    *, sequences: Value, context: Value, hidden: Value, bytes_per_element: Value, tp: Value
) -> Array:
    """Bytes one rank hands to the next stage for one micro-batch, one direction.

    Parameters
    ----------
    sequences : [1] of the micro-batch
    context : [token] sequence length
    hidden : [1] model width
    bytes_per_element : [B] size of an activation
    tp : [1] tensor-parallel ranks that share the transfer

    Returns
    -------
    [B] broadcast shape

    Equation: ``B s h b / t``
    Reference: Narayanan et al. 2021, section 4.1, scatter and gather (arXiv:2104.04473)
    Leaves out: interleaving, which repeats it for each chunk
    """
    return _array(ROWS_PER_TOKEN * sequences * context * hidden * bytes_per_element / tp)
