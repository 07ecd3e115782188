"""Textbook estimates that chain several equations: what the operator-by-operator model is checked against."""

from __future__ import annotations

import numpy as np

from explorer.physics.activations import first_stage_layers, korthikanti_activation_bytes
from explorer.physics.arrays import Array, Value, _array, _ratio
from explorer.physics.attention import decode_kv_bytes, kv_heads_per_rank
from explorer.physics.economics import model_flop_utilization
from explorer.physics.matmul import compulsory_bytes, matmul_flop, prologue_factor, tile_fraction, wave_fraction
from explorer.physics.memory import zero_state_bytes
from explorer.physics.roofline import arithmetic_intensity, kernel_s
from explorer.physics.transformer import gpt_flop


def matmul_intensity(
    *, m: Value, n: Value, k: Value, a_bytes_per_element: Value, b_bytes_per_element: Value, c_bytes_per_element: Value
) -> Array:
    """Operations of a matmul for each byte, every operand moved once.

    Parameters
    ----------
    m, n, k : [1] rows of A, columns of B, shared dimension
    a_bytes_per_element, b_bytes_per_element, c_bytes_per_element : [B] size of an element of A, B, C

    Returns
    -------
    [FLOP/B] broadcast shape

    Equation: ``2 m n k / (a m k + b k n + c m n)``
    Reference: Williams, Waterman, Patterson 2009 (doi 10.1145/1498765.1498785)
    Leaves out: re-reads when the fast memory is small
    """
    traffic = compulsory_bytes(
        m=m, n=n, k=k, a_bytes_per_element=a_bytes_per_element, b_bytes_per_element=b_bytes_per_element,
        c_bytes_per_element=c_bytes_per_element,
    )  # fmt: skip
    return arithmetic_intensity(flop=matmul_flop(m=m, n=n, k=k), traffic_bytes=traffic)


def tiled_gemm_s(
    *,
    m: Value,
    n: Value,
    k: Value,
    a_bytes_per_element: Value,
    b_bytes_per_element: Value,
    c_bytes_per_element: Value,
    peak_flop_per_s: Value,
    hbm_bytes_per_s: Value,
    tile_m: Value,
    tile_n: Value,
    cores: Value,
    compute_fraction: Value = 1.0,
    memory_fraction: Value = 1.0,
    prologue_k: Value = 0.0,
    launch_s: Value = 0.0,
) -> Array:
    """One matmul in whole waves of whole tiles of one size.

    Parameters
    ----------
    m, n, k : [1] rows of A, columns of B, shared dimension
    a_bytes_per_element, b_bytes_per_element, c_bytes_per_element : [B] size of an element of A, B, C
    peak_flop_per_s : [FLOP/s] dense peak of the format
    hbm_bytes_per_s : [B/s] HBM bandwidth
    tile_m, tile_n : [1] rows and columns of a tile
    cores : [1] tiles that run at once
    compute_fraction, memory_fraction : [1] attained part of each ceiling
    prologue_k : [1] fill and drain of a tile's pipeline, as extra length of k
    launch_s : [s] fixed cost

    Returns
    -------
    [s] broadcast shape

    Equation: ``t0 + max(n_w 2 t_m t_n (k + K0) cores / (P e_c), Q / (W e_m))``, ``n_w = ceil(ceil(m / t_m) ceil(n / t_n) / cores)``
    Reference: NVIDIA matrix multiplication guide (tile and wave quantization), K0 as in prologue_factor
    Leaves out: the choice among tiles, split-k
    """
    useful = tile_fraction(m=m, n=n, tile_m=tile_m, tile_n=tile_n)
    useful = useful * wave_fraction(m=m, n=n, tile_m=tile_m, tile_n=tile_n, cores=cores)
    traffic = compulsory_bytes(
        m=m, n=n, k=k, a_bytes_per_element=a_bytes_per_element, b_bytes_per_element=b_bytes_per_element,
        c_bytes_per_element=c_bytes_per_element,
    )  # fmt: skip
    return kernel_s(
        flop=matmul_flop(m=m, n=n, k=k) * prologue_factor(k=k, prologue_k=prologue_k), traffic_bytes=traffic,
        peak_flop_per_s=peak_flop_per_s, bytes_per_s=hbm_bytes_per_s, compute_fraction=compute_fraction * useful,
        memory_fraction=memory_fraction, launch_s=launch_s,
    )  # fmt: skip


def decode_attention_s(
    *,
    sequences: Value,
    context: Value,
    layers: Value,
    kv_heads: Value,
    head_dim: Value,
    kv_bytes_per_element: Value,
    hbm_bytes_per_s: Value,
    tp: Value = 1.0,
) -> Array:
    """Time in which a decode step reads the KV cache of all layers on a rank.

    Parameters
    ----------
    sequences : [1] sequences that decode together
    context : [token] cached tokens of each
    layers : [1] layers
    kv_heads : [1] key-value heads of the model
    head_dim : [1] elements of a head
    kv_bytes_per_element : [B] size of a cached element
    hbm_bytes_per_s : [B/s] HBM bandwidth
    tp : [1] tensor-parallel ranks

    Returns
    -------
    [s] broadcast shape

    Equation: ``2 B s L ceil(kv / t) d_h b / W``
    Reference: Pope et al. 2022 (arXiv:2211.05102)
    Leaves out: arithmetic, page rounding
    """
    each = decode_kv_bytes(
        sequences=sequences, context=context, kv_heads=kv_heads_per_rank(kv_heads=kv_heads, tp=tp), head_dim=head_dim,
        kv_bytes_per_element=kv_bytes_per_element,
    )  # fmt: skip
    return _ratio(layers * each, hbm_bytes_per_s)


def gpt_utilization(
    *,
    sequences: Value,
    context: Value,
    layers: Value,
    hidden: Value,
    vocab: Value,
    weight_passes: Value,
    attention_passes: Value,
    chips: Value,
    peak_flop_per_s: Value,
    step_s: Value,
) -> Array:
    """Utilisation in training a GPT shaped model, full score matrix, of model or of hardware operations.

    Parameters
    ----------
    sequences : [1] global batch
    context : [token] sequence length
    layers, hidden, vocab : [1] the model's shape
    weight_passes, attention_passes : [1] forward passes' worth that count (see gpt_flop)
    chips : [1] chips that worked
    peak_flop_per_s : [FLOP/s] dense peak
    step_s : [s] time of the step

    Returns
    -------
    [1] broadcast shape

    Equation: ``2 B s (12 L h^2 w + 2 L h s a + 3 h V) / (n P T)``
    Reference: Korthikanti et al. 2022, table 5 (arXiv:2205.05198)
    Leaves out: causal halving, softmax, norms
    """
    flop = gpt_flop(
        sequences=sequences, context=context, layers=layers, hidden=hidden, vocab=vocab, weight_passes=weight_passes,
        attention_passes=attention_passes,
    )  # fmt: skip
    return model_flop_utilization(flop=flop, chips=chips, peak_flop_per_s=peak_flop_per_s, step_s=step_s)


def gpt_first_stage_bytes(
    *,
    sequences: Value,
    context: Value,
    hidden: Value,
    heads: Value,
    layers: Value,
    pp: Value = 1.0,
    microbatches: Value = np.inf,
    chunks: Value = 1.0,
    tp: Value = 1.0,
    sequence_parallel: Value = 0.0,
    recompute: Value = 0.0,
    bytes_per_element: Value = 2.0,
) -> Array:
    """Activations that the first pipeline stage of a GPT shaped model keeps, all micro-batches in flight.

    Parameters
    ----------
    sequences : [1] of the micro-batch
    context : [token] sequence length
    hidden, heads, layers : [1] the model's shape
    pp : [1] pipeline stages
    microbatches : [1] micro-batches of a step
    chunks : [1] virtual stages of each rank
    tp : [1] tensor-parallel ranks
    sequence_parallel : [1] 1 splits norms, dropout and residuals over tp
    recompute : [1] 0 none, 1 selective, 2 full
    bytes_per_element : [B] size of a kept element; dropout masks count as half of one

    Returns
    -------
    [B] broadcast shape

    Equation: korthikanti_activation_bytes times first_stage_layers
    Reference: Korthikanti et al. 2022, figure 1 (arXiv:2205.05198)
    Leaves out: embedding and head
    """
    layer = korthikanti_activation_bytes(
        sequences=sequences, context=context, hidden=hidden, heads=heads, tp=tp, sequence_parallel=sequence_parallel,
        recompute=recompute, bytes_per_element=bytes_per_element,
    )  # fmt: skip
    return _array(layer * first_stage_layers(layers=layers, pp=pp, microbatches=microbatches, chunks=chunks))


def gpt_stage_state_bytes(*, layers: Value, hidden: Value, tp: Value, pp: Value, bytes_per_param: Value) -> Array:
    """Weights, gradients and optimizer state of a stage of a GPT shaped model, its layers alone.

    Parameters
    ----------
    layers, hidden : [1] the model's shape
    tp, pp : [1] tensor-parallel ranks and pipeline stages
    bytes_per_param : [B] of weight, gradient and optimizer state of one parameter

    Returns
    -------
    [B] broadcast shape

    Equation: ``12 L h^2 b / (t p)``
    Reference: Korthikanti et al. 2022, figure 1 (arXiv:2205.05198)
    Leaves out: embedding, biases, norms
    """
    return _array(12.0 * layers * hidden * hidden / (1.0 * tp * pp) * bytes_per_param)


def fsdp_state_bytes(
    *,
    params: Value,
    dp: Value,
    layer_params: Value,
    weight_bytes_per_param: Value = 2.0,
    gradient_bytes_per_param: Value = 4.0,
    optimizer_bytes_per_param: Value = 12.0,
) -> Array:
    """Model state of a rank under fully sharded data parallelism, two layers gathered.

    Parameters
    ----------
    params : [1] parameters
    dp : [1] ranks that shard
    layer_params : [1] parameters of one layer
    weight_bytes_per_param, gradient_bytes_per_param, optimizer_bytes_per_param : [B] before sharding

    Returns
    -------
    [B] broadcast shape

    Equation: ``params (w + g + o) / d + 2 layer w``
    Reference: Zhao et al. 2023, FSDP (arXiv:2304.11277)
    Leaves out: unsharded gradient of the layer in hand
    """
    held = zero_state_bytes(
        params=params, dp=dp, stage=3.0, weight_bytes_per_param=weight_bytes_per_param,
        gradient_bytes_per_param=gradient_bytes_per_param, optimizer_bytes_per_param=optimizer_bytes_per_param,
    )  # fmt: skip
    return _array(held + 2.0 * layer_params * weight_bytes_per_param)
