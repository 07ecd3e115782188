"""The attention core: operations, HBM traffic of a fused kernel, and the KV cache it reads."""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import MAC_FLOP, ROWS_PER_TOKEN, Array, Value, _array, _ratio


def attention_flop(
    *, query_tokens: Value, key_tokens: Value, heads: Value, head_dim: Value, causal_fraction: Value
) -> Array:
    """Operations of scores and weighted sum, forward, one layer.

    Parameters
    ----------
    query_tokens, key_tokens : [token] of one sequence
    heads : [1] query heads
    head_dim : [1] elements of a head
    causal_fraction : [1] part of the score matrix that is computed: 0.5 causal prefill, 1 decode

    Returns
    -------
    [FLOP] broadcast shape

    Equation: ``4 q s a d_h * causal``
    Reference: Korthikanti et al. 2022 (arXiv:2205.05198); causal half as in Megatron-LM
    Leaves out: softmax, rotary, and the diagonal's extra half block
    """
    factor = 2.0 * MAC_FLOP * ROWS_PER_TOKEN * ROWS_PER_TOKEN
    return _array(factor * query_tokens * key_tokens * heads * head_dim * causal_fraction)


def flash_bytes(
    *,
    query_tokens: Value,
    key_tokens: Value,
    heads: Value,
    kv_heads: Value,
    head_dim: Value,
    activation_bytes_per_element: Value,
    kv_bytes_per_element: Value,
    sram_bytes: Value,
) -> Array:
    """HBM traffic of fused attention over one sequence, one layer, forward.

    Parameters
    ----------
    query_tokens, key_tokens : [token] of one sequence
    heads, kv_heads : [1] query heads and key-value heads
    head_dim : [1] elements of a head
    activation_bytes_per_element, kv_bytes_per_element : [B] size of an element of Q and O, and of K and V
    sram_bytes : [B] memory that holds the query block while K and V stream by

    Returns
    -------
    [B] broadcast shape; never below one pass over Q, K, V and O

    Equation: ``2 q a d_h b + 2 s kv d_h b_kv max(1, q (a / kv) / rows)``, ``rows = S / (4 d_h b)``
    Reference: Dao et al. 2022, theorem 2 (arXiv:2205.14135), with the queries of a group sharing K and V
    Leaves out: blocks that a causal mask skips, row statistics, rounding to whole blocks
    """
    rows = np.maximum(1.0, _ratio(sram_bytes, 4.0 * head_dim * activation_bytes_per_element))
    passes = np.maximum(1.0, ROWS_PER_TOKEN * query_tokens * _ratio(heads, kv_heads) / rows)
    query = 2.0 * ROWS_PER_TOKEN * query_tokens * heads * head_dim * activation_bytes_per_element
    return _array(query + 2.0 * ROWS_PER_TOKEN * key_tokens * kv_heads * head_dim * kv_bytes_per_element * passes)


def flash_elements(*, tokens: Value, head_dim: Value, sram_elements: Value) -> Array:
    """Elements that FlashAttention's first form moves for one head, whole blocks counted.

    Parameters
    ----------
    tokens : [1] sequence length, queries and keys alike
    head_dim : [1] elements of a head
    sram_elements : [1] elements the fast memory holds

    Returns
    -------
    [1] elements, broadcast shape

    Equation: ``2 N d + ceil(N / ceil(M / 4 d)) 2 N d``
    Reference: Dao et al. 2022, theorem 2 (arXiv:2205.14135)
    Leaves out: causal skipping, row statistics
    """
    return _array(2.0 * tokens * head_dim * (1.0 + np.ceil(tokens / np.ceil(sram_elements / (4.0 * head_dim)))))


def unfused_elements(*, tokens: Value, head_dim: Value) -> Array:
    """Elements that attention moves for one head when the scores are stored.

    Parameters
    ----------
    tokens : [1] sequence length, queries and keys alike
    head_dim : [1] elements of a head

    Returns
    -------
    [1] elements, broadcast shape

    Equation: ``4 N d + 4 N^2``
    Reference: Dao et al. 2022, theorem 2 (arXiv:2205.14135)
    Leaves out: dropout masks
    """
    return _array(4.0 * tokens * head_dim + 4.0 * tokens * tokens)


def decode_kv_bytes(
    *, sequences: Value, context: Value, kv_heads: Value, head_dim: Value, kv_bytes_per_element: Value
) -> Array:
    """KV cache read by one decode step, one layer.

    Parameters
    ----------
    sequences : [1] sequences that decode together
    context : [token] cached tokens of each
    kv_heads : [1] key-value heads (of this rank)
    head_dim : [1] elements of a head
    kv_bytes_per_element : [B] size of a cached element

    Returns
    -------
    [B] broadcast shape

    Equation: ``2 B s kv d_h b``
    Reference: Pope et al. 2022 (arXiv:2211.05102)
    Leaves out: page rounding, scales of quantised caches, shared prefixes
    """
    return _array(2.0 * ROWS_PER_TOKEN * sequences * context * kv_heads * head_dim * kv_bytes_per_element)


def kv_heads_per_rank(*, kv_heads: Value, tp: Value) -> Array:
    """Key-value heads that one tensor-parallel rank holds; they replicate when there are fewer heads than ranks.

    Parameters
    ----------
    kv_heads : [1] key-value heads of the model
    tp : [1] tensor-parallel ranks

    Returns
    -------
    [1] broadcast shape

    Equation: ``ceil(kv / t)``
    Reference: Megatron-LM (Narayanan et al. 2021, arXiv:2104.04473), grouped queries after Ainslie et al. 2023 (arXiv:2305.13245)
    Leaves out: attention split over data-parallel ranks
    """
    return np.ceil(kv_heads / tp)


def kv_bytes_per_token(
    *, layers: Value, kv_heads: Value, head_dim: Value, kv_bytes_per_element: Value, tp: Value = 1.0
) -> Array:
    """KV cache that one token occupies on a rank.

    Parameters
    ----------
    layers : [1] layers (of this rank)
    kv_heads : [1] key-value heads
    head_dim : [1] elements of a head
    kv_bytes_per_element : [B] size of a cached element
    tp : [1] tensor-parallel ranks

    Returns
    -------
    [B/token] broadcast shape

    Equation: ``2 L ceil(kv / t) d_h b``
    Reference: Pope et al. 2022 (arXiv:2211.05102)
    Leaves out: windowed layers, compressed caches, page rounding
    """
    here = kv_heads_per_rank(kv_heads=kv_heads, tp=tp)
    return _array(2.0 * ROWS_PER_TOKEN * layers * here * head_dim * kv_bytes_per_element)


def grouped_intensity(*, query_tokens: Value, key_tokens: Value, group: Value, bytes_per_element: Value) -> Array:
    """Intensity of fused attention for one key-value head.

    Parameters
    ----------
    query_tokens, key_tokens : [1] of one sequence
    group : [1] query heads that share the key-value head
    bytes_per_element : [B] size of an element

    Returns
    -------
    [FLOP/B] broadcast shape; tends to the group size (BF16) in decode

    Equation: ``4 T S G d / (2 b d (T G + S))``, in BF16 ``T S G / (T G + S)``
    Reference: Austin et al. 2025, How to Scale Your Model, transformer chapter
    Leaves out: causal halving, re-reads when the SRAM is small
    """
    work = MAC_FLOP * query_tokens * key_tokens * group
    return _array(work / (bytes_per_element * (query_tokens * group + key_tokens)))


def attention_to_matmul_ratio(*, context: Value, hidden: Value) -> Array:
    """Operations of the attention core against those of the matmuls, for multi-head attention and a gated FFN of 4 h.

    Parameters
    ----------
    context : [token] sequence length, full score matrix
    hidden : [1] model width

    Returns
    -------
    [1] broadcast shape

    Equation: ``T / (8 h)``
    Reference: Austin et al. 2025, How to Scale Your Model, transformer chapter
    Leaves out: causal halving, grouped queries, other FFN widths
    """
    return _array(ROWS_PER_TOKEN * context / (8.0 * hidden))
