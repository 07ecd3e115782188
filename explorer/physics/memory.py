"""What fills a chip's memory: model state, KV cache, logits, reserve, and what else would fit (activations: see activations)."""

from __future__ import annotations

import numpy as np

from explorer.physics.activations import (
    embedding_activation_bytes,
    estimator_activation_bytes,
    first_stage_layers,
    in_flight_microbatches,
    inference_activation_bytes,
    korthikanti_activation_bytes,
    training_activation_bytes,
)
from explorer.physics.arrays import ROWS_PER_TOKEN, Array, Value, _array, _ratio

__all__ = [
    "STATE_SCHEMES",
    "embedding_activation_bytes",
    "estimator_activation_bytes",
    "first_stage_layers",
    "gradient_bytes",
    "in_flight_microbatches",
    "inference_activation_bytes",
    "korthikanti_activation_bytes",
    "kv_cache_bytes",
    "largest_count",
    "latent_cache_bytes",
    "logits_bytes",
    "optimizer_bytes",
    "paged_kv_bytes",
    "paged_tokens",
    "reserve_bytes",
    "sharded_weight_bytes",
    "state_bytes_per_param",
    "training_activation_bytes",
    "weight_bytes",
    "windowed_kv_bytes",
    "zero_state_bytes",
]


STATE_SCHEMES: dict[str, tuple[float, float, float]] = {
    "fp32_adam": (4.0, 4.0, 8.0),
    "zero_mixed": (2.0, 2.0, 12.0),
    "megatron_bf16_fp32grad": (2.0, 4.0, 12.0),
    "megatron_fp16": (2.0, 2.0, 16.0),
    "megatron_fp32": (4.0, 4.0, 8.0),
    "bf16_sr_fp32_moments": (2.0, 2.0, 8.0),
    "bf16_sr_fp32_moments_fp32grad": (2.0, 4.0, 8.0),
    "bf16_sr_bf16_moments": (2.0, 2.0, 4.0),
    "adam_8bit": (2.0, 2.0, 6.0),
    "muon": (2.0, 2.0, 8.0),
}
"""Bytes of weight, gradient and optimizer state held for one parameter, before sharding."""


def weight_bytes(*, params: Value, bytes_per_param: Value) -> Array:
    """Weights as stored.

    Parameters
    ----------
    params : [1] parameters of this rank
    bytes_per_param : [B] size of one, block scales included

    Returns
    -------
    [B] broadcast shape

    Equation: ``params * bytes``
    Reference: definition
    Leaves out: transposed or high-precision copies
    """
    return _array(1.0 * params * bytes_per_param)


def sharded_weight_bytes(
    *, params: Value, bytes_per_param: Value, dp: Value, zero: Value, layer_params: Value
) -> Array:
    """Weights when ZeRO-3 spreads them over the data-parallel ranks; two layers are gathered at a time.

    Parameters
    ----------
    params : [1] parameters of this rank before data-parallel sharding
    bytes_per_param : [B] size of one
    dp : [1] ranks that shard
    zero : [1] ZeRO stage 0 to 3
    layer_params : [1] parameters of one gathered layer

    Returns
    -------
    [B] broadcast shape; never above the unsharded weights

    Equation: ``b (params / d + 2 layer)`` from stage 3, else ``b params``
    Reference: Rajbhandari et al. 2020 (arXiv:1910.02054); Zhao et al. 2023, FSDP (arXiv:2304.11277)
    Leaves out: deeper prefetch, unsharded gradient of the layer in hand
    """
    whole = 1.0 * params * bytes_per_param
    parts = whole / dp + 2.0 * layer_params * bytes_per_param
    return _array(np.where(np.greater_equal(zero, 3.0), np.minimum(whole, parts), whole))


def gradient_bytes(*, params: Value, bytes_per_param: Value, dp: Value, zero: Value) -> Array:
    """Gradients, sharded from ZeRO-2 on.

    Parameters
    ----------
    params : [1] parameters of this rank before data-parallel sharding
    bytes_per_param : [B] size of a gradient as accumulated
    dp : [1] ranks that shard
    zero : [1] ZeRO stage 0 to 3

    Returns
    -------
    [B] broadcast shape

    Equation: ``b params / d`` from stage 2, else ``b params``
    Reference: Rajbhandari et al. 2020 (arXiv:1910.02054)
    Leaves out: reduction buckets
    """
    return _array(1.0 * params * bytes_per_param / np.where(np.greater_equal(zero, 2.0), dp, 1.0))


def optimizer_bytes(*, params: Value, bytes_per_param: Value = 12.0, dp: Value, zero: Value) -> Array:
    """Optimizer state, sharded from ZeRO-1 on.

    Parameters
    ----------
    params : [1] parameters of this rank before data-parallel sharding
    bytes_per_param : [B] state of one; 12 is an FP32 master and two FP32 moments
    dp : [1] ranks that shard
    zero : [1] ZeRO stage 0 to 3

    Returns
    -------
    [B] broadcast shape

    Equation: ``b params / d`` from stage 1, else ``b params``
    Reference: Rajbhandari et al. 2020 (arXiv:1910.02054)
    Leaves out: temporary copies during the step
    """
    return _array(1.0 * params * bytes_per_param / np.where(np.greater_equal(zero, 1.0), dp, 1.0))


def state_bytes_per_param(
    *, weight_bytes: Value, gradient_bytes: Value, optimizer_bytes: Value, dp: Value, zero: Value
) -> Array:
    """Weights, gradient and optimizer state that a rank holds for each parameter (see STATE_SCHEMES).

    Parameters
    ----------
    weight_bytes, gradient_bytes, optimizer_bytes : [B] for one parameter, before sharding
    dp : [1] ranks that shard
    zero : [1] ZeRO stage 0 to 3

    Returns
    -------
    [B] for one parameter, broadcast shape

    Equation: ``w (/ d from 3) + g (/ d from 2) + o (/ d from 1)``
    Reference: Rajbhandari et al. 2020 (arXiv:1910.02054); Megatron-LM, distributed optimizer (docs)
    Leaves out: gathered layers of ZeRO-3
    """
    weight = weight_bytes / np.where(np.greater_equal(zero, 3.0), dp, 1.0)
    gradient = gradient_bytes / np.where(np.greater_equal(zero, 2.0), dp, 1.0)
    return _array(weight + gradient + optimizer_bytes / np.where(np.greater_equal(zero, 1.0), dp, 1.0))


def zero_state_bytes(
    *,
    params: Value,
    dp: Value,
    stage: Value,
    weight_bytes_per_param: Value = 2.0,
    gradient_bytes_per_param: Value = 2.0,
    optimizer_bytes_per_param: Value = 12.0,
) -> Array:
    """Model state of a rank under ZeRO.

    Parameters
    ----------
    params : [1] parameters
    dp : [1] ranks that shard
    stage : [1] ZeRO stage 0 to 3
    weight_bytes_per_param, gradient_bytes_per_param, optimizer_bytes_per_param : [B] before sharding

    Returns
    -------
    [B] broadcast shape

    Equation: ``params (w + g + o)``, each divided by d from stage 3, 2, 1
    Reference: Rajbhandari et al. 2020, figure 1 (arXiv:1910.02054)
    Leaves out: gathered layers of stage 3
    """
    each = state_bytes_per_param(
        weight_bytes=weight_bytes_per_param,
        gradient_bytes=gradient_bytes_per_param,
        optimizer_bytes=optimizer_bytes_per_param,
        dp=dp,
        zero=stage,
    )
    return _array(params * each)


def kv_cache_bytes(
    *, tokens: Value, layers: Value, kv_heads: Value, head_dim: Value, kv_bytes_per_element: Value
) -> Array:
    """KV cache.

    Parameters
    ----------
    tokens : [token] cached tokens, over all sequences
    layers : [1] layers of this rank
    kv_heads : [1] key-value heads of this rank
    head_dim : [1] elements of a head
    kv_bytes_per_element : [B] size of a cached element

    Returns
    -------
    [B] broadcast shape

    Equation: ``2 T L kv d_h b``
    Reference: Pope et al. 2022 (arXiv:2211.05102)
    Leaves out: windowed layers, page rounding, scales of quantised caches
    """
    return _array(2.0 * ROWS_PER_TOKEN * tokens * layers * kv_heads * head_dim * kv_bytes_per_element)


def windowed_kv_bytes(
    *,
    context: Value,
    window: Value,
    full_layers: Value,
    windowed_layers: Value,
    kv_heads: Value,
    head_dim: Value,
    kv_bytes_per_element: Value,
) -> Array:
    """KV cache of one sequence when some layers look back over a window only.

    Parameters
    ----------
    context, window : [token] sequence length and window
    full_layers, windowed_layers : [1] layers of each kind
    kv_heads : [1] key-value heads of this rank
    head_dim : [1] elements of a head
    kv_bytes_per_element : [B] size of a cached element

    Returns
    -------
    [B] broadcast shape

    Equation: ``2 (L_full s + L_win min(s, w)) kv d_h b``
    Reference: Jiang et al. 2023, Mistral 7B (arXiv:2310.06825)
    Leaves out: page rounding
    """
    tokens = full_layers * context + windowed_layers * np.minimum(context, window)
    return _array(2.0 * ROWS_PER_TOKEN * tokens * kv_heads * head_dim * kv_bytes_per_element)


def paged_tokens(*, tokens: Value, page_tokens: Value) -> Array:
    """Cached tokens rounded up to whole pages.

    Parameters
    ----------
    tokens : [token] cached tokens of one sequence
    page_tokens : [token] tokens of a page

    Returns
    -------
    [token] broadcast shape

    Equation: ``ceil(s / page) page``
    Reference: Kwon et al. 2023, PagedAttention (arXiv:2309.06180)
    Leaves out: pages shared between sequences
    """
    return _array(np.ceil(tokens / page_tokens) * page_tokens)


def paged_kv_bytes(*, tokens: Value, page_tokens: Value, kv_bytes_per_token: Value) -> Array:
    """KV cache of one sequence, in whole pages.

    Parameters
    ----------
    tokens : [token] cached tokens of one sequence
    page_tokens : [token] tokens of a page
    kv_bytes_per_token : [B/token] cache of one

    Returns
    -------
    [B] broadcast shape

    Equation: ``ceil(s / page) page kv``
    Reference: Kwon et al. 2023, PagedAttention (arXiv:2309.06180)
    Leaves out: pages shared between sequences
    """
    return _array(paged_tokens(tokens=tokens, page_tokens=page_tokens) * kv_bytes_per_token)


def logits_bytes(
    *, positions: Value, vocab: Value, tp: Value, bytes_per_logit: Value, sequences: Value = 1.0
) -> Array:
    """Logits of the positions that are kept at once.

    Parameters
    ----------
    positions : [1] positions whose logits exist
    vocab : [1] vocabulary size
    tp : [1] ranks the vocabulary is split over
    bytes_per_logit : [B] 4 for FP32; 8 with their gradient
    sequences : [1] with so many positions each

    Returns
    -------
    [B] broadcast shape

    Equation: ``B positions V b / t``
    Reference: Korthikanti et al. 2022, section 4.3 (arXiv:2205.05198)
    Leaves out: fused cross-entropy, which never stores them
    """
    return _array(1.0 * (sequences * positions) * vocab * bytes_per_logit / tp)


def reserve_bytes(*, dynamic_bytes: Value, fixed_bytes: Value, fraction: Value) -> Array:
    """Memory that runtime, libraries and fragmentation keep.

    Parameters
    ----------
    dynamic_bytes : [B] memory that is allocated and freed during a step
    fixed_bytes : [B] context, kernels, library buffers
    fraction : [1] part of the dynamic memory lost to fragmentation

    Returns
    -------
    [B] broadcast shape

    Equation: ``fixed + fraction * dynamic``
    Reference: assumption, to be edited; 1.5 GiB and 4 % on GPUs, 0.5 GiB and 3 % under static graphs
    Leaves out: growth with the number of communicators
    """
    return _array(fixed_bytes + fraction * dynamic_bytes)


def largest_count(
    *, capacity_bytes: Value, fixed_bytes: Value, bytes_each: Value, bytes_squared: Value = 0.0
) -> Array:
    """How many equal pieces fit beside what is already there (sequences, cached tokens).

    Parameters
    ----------
    capacity_bytes : [B] memory that may be used
    fixed_bytes : [B] memory taken whatever the count
    bytes_each : [B] size of a piece
    bytes_squared : [B] what grows with the square of the count (stored scores of attention)

    Returns
    -------
    [1] whole number, broadcast shape; 0 where nothing fits, infinite where a piece has no size

    Equation: ``floor(max(0, (capacity - fixed) / each))``; with a square the root of ``fixed + each n + squared n^2 = capacity``
    Reference: Kwon et al. 2023, vLLM (arXiv:2309.06180)
    Leaves out: page rounding
    """
    room = np.maximum(0.0, capacity_bytes - fixed_bytes)
    root = np.sqrt(bytes_each * bytes_each + 4.0 * bytes_squared * room)
    return np.floor(_ratio(2.0 * room, bytes_each + root))


def latent_cache_bytes(
    *, tokens: Value, layers: Value, kv_rank: Value, rotary_dim: Value, kv_bytes_per_element: Value
) -> Array:
    """Cache of latent attention: one narrow vector a token, which every tensor-parallel rank keeps whole.

    Parameters
    ----------
    tokens : [token] cached tokens, over all sequences
    layers : [1] layers of this rank
    kv_rank, rotary_dim : [1] elements of the narrow vector and of the key's rotary part
    kv_bytes_per_element : [B] size of a cached element

    Returns
    -------
    [B] broadcast shape

    Equation: ``T L (kv + d_r) b``
    Reference: DeepSeek-AI 2024, DeepSeek-V2 (arXiv:2405.04434)
    Leaves out: page rounding, scales of quantised caches
    """
    return _array(ROWS_PER_TOKEN * tokens * layers * (1.0 * kv_rank + rotary_dim) * kv_bytes_per_element)
