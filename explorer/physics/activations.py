"""Activations that a rank keeps, for training (until the backward pass) and for inference (one layer's live set)."""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import ROWS_PER_TOKEN, Array, Value, _array


def training_activation_bytes(
    *,
    tokens: Value,
    hidden: Value,
    heads: Value,
    kv_heads: Value,
    head_dim: Value,
    ffn: Value,
    ffn_matrices: Value,
    tp: Value,
    sequence_parallel: Value,
    recompute: Value,
    context: Value = 0.0,
    scores_stored: Value = 0.0,
    dropout: Value = 0.0,
    bytes_per_element: Value = 2.0,
    sequences: Value = 1.0,
) -> Array:
    """Activations that one layer keeps for the backward pass of one micro-batch (Llama layer; GPT's with dropout and a plain FFN).

    Parameters
    ----------
    tokens : [token] of the micro-batch on this rank
    hidden, heads, kv_heads, head_dim, ffn : [1] the layer's shape
    ffn_matrices : [1] 3 gated, 2 plain
    tp : [1] tensor-parallel ranks
    sequence_parallel : [1] 1 splits norms and residuals over tp as well
    recompute : [1] 0 none, 1 selective (attention core), 2 full (layer input only)
    context : [token] sequence length; counts only where scores are stored
    scores_stored : [1] 1 for attention without flash
    dropout : [1] 1 for dropout behind attention and FFN, whose masks take half an element each
    bytes_per_element : [B] size of a kept element
    sequences : [1] of so many tokens each

    Returns
    -------
    [B] one layer, one micro-batch, broadcast shape

    Equation: ``B b T ((4 + dropout) h [/ t if SP] + ((2 a + 2 kv) d_h + matrices f + 2 a + 2.5 a s stored) / t)``; full: ``B b T h [/ t if SP]``
    Reference: derived after Korthikanti et al. 2022 (arXiv:2205.05198); flash keeps no scores, so selective saves its row statistics only
    Leaves out: the working set of the layer being recomputed
    """
    row = 1.0 * hidden / np.where(np.greater(sequence_parallel, 0.0), tp, 1.0)
    split = 2.0 * (heads + kv_heads) * head_dim + ffn_matrices * ffn
    core = 2.0 * heads + 2.5 * ROWS_PER_TOKEN * heads * context * scores_stored
    kept = (4.0 + dropout) * row + (split + np.where(np.greater_equal(recompute, 1.0), 0.0, core)) / tp
    layer = np.where(np.greater_equal(recompute, 2.0), row, kept)
    return _array(ROWS_PER_TOKEN * bytes_per_element * (sequences * tokens) * layer)


def korthikanti_activation_bytes(
    *,
    sequences: Value,
    context: Value,
    hidden: Value,
    heads: Value,
    tp: Value = 1.0,
    sequence_parallel: Value = 0.0,
    recompute: Value = 0.0,
    bytes_per_element: Value = 2.0,
) -> Array:
    """Activations that one GPT layer keeps (GELU, dropout, stored scores), in 16 bit.

    Parameters
    ----------
    sequences : [1] of the micro-batch
    context : [token] sequence length
    hidden, heads : [1] the layer's shape
    tp : [1] tensor-parallel ranks
    sequence_parallel : [1] 1 splits norms, dropout and residuals over tp
    recompute : [1] 0 none, 1 selective, 2 full
    bytes_per_element : [B] size of a kept element; dropout masks count as half of one

    Returns
    -------
    [B] one layer, one micro-batch, broadcast shape

    Equation: ``B s h (10 [/ t if SP] + 24 / t + 5 a s / (h t) [unless selective])``; full: ``2 B s h [/ t if SP]``
    Reference: Korthikanti et al. 2022, table 2 (arXiv:2205.05198)
    Leaves out: the working set of the layer being recomputed
    """
    shared = 1.0 / np.where(np.greater(sequence_parallel, 0.0), tp, 1.0)
    scores = np.where(np.greater_equal(recompute, 1.0), 0.0, 2.5 * ROWS_PER_TOKEN * heads * context / (hidden * tp))
    kept = 5.0 * shared + 12.0 / tp + scores
    factor = np.where(np.greater_equal(recompute, 2.0), shared, kept)
    return _array(ROWS_PER_TOKEN * bytes_per_element * sequences * context * hidden * factor)


def estimator_activation_bytes(
    *, sequences: Value, context: Value, hidden: Value, ffn: Value, tp: Value, bytes_per_element: Value = 2.0
) -> Array:
    """Activations of one layer as Megatron-LM's memory estimator counts them.

    Parameters
    ----------
    sequences : [1] of the micro-batch
    context : [token] sequence length
    hidden, ffn : [1] model width and inner width
    tp : [1] tensor-parallel ranks, sequence parallel
    bytes_per_element : [B] size of a kept element

    Returns
    -------
    [B] one layer, one micro-batch, broadcast shape

    Equation: ``B s h (18 + 4 f / h) / t`` in 16 bit
    Reference: Megatron-LM, theoretical_memory_usage (github.com/NVIDIA/Megatron-LM)
    Leaves out: grouped queries; a gated FFN counts as a plain one
    """
    return _array(ROWS_PER_TOKEN * bytes_per_element * sequences * context * (9.0 * hidden + 2.0 * ffn) / tp)


def embedding_activation_bytes(
    *, sequences: Value, context: Value, hidden: Value, vocab: Value, tp: Value, pp: Value, bytes_per_element: Value = 2.0
) -> Array:
    """Activations outside the layers on the first stage: token ids, embedding dropout, and the head where it is the only stage.

    Parameters
    ----------
    sequences : [1] of the micro-batch
    context : [token] sequence length
    hidden, vocab : [1] model width and vocabulary
    tp, pp : [1] tensor-parallel ranks and pipeline stages
    bytes_per_element : [B] size of a kept element; ids count four, dropout masks half

    Returns
    -------
    [B] broadcast shape

    Equation: ``B s (8 p + h p + [p = 1] 4 h (1 + V / h)) / t`` in 16 bit
    Reference: Megatron-LM, theoretical_memory_usage (github.com/NVIDIA/Megatron-LM)
    Leaves out: chunked cross-entropy
    """
    head = np.where(np.less_equal(pp, 1.0), 2.0 * (hidden + vocab), 0.0)
    return _array(ROWS_PER_TOKEN * bytes_per_element * sequences * context * ((4.0 + 0.5 * hidden) * pp + head) / tp)


def inference_activation_bytes(
    *, tokens: Value, hidden: Value, ffn: Value, ffn_matrices: Value, tp: Value, bytes_per_element: Value
) -> Array:
    """Live activations of one layer of a forward pass.

    Parameters
    ----------
    tokens : [token] that pass together
    hidden, ffn : [1] model width and inner width
    ffn_matrices : [1] 3 gated, 2 plain
    tp : [1] tensor-parallel ranks
    bytes_per_element : [B] size of an element

    Returns
    -------
    [B] broadcast shape

    Equation: ``T (4 h + matrices f / t) b``
    Reference: counted from the layer: residual, normed input, projection and its sum, inner activations
    Leaves out: buffers that a compiler reuses
    """
    row = 4.0 * hidden + 1.0 * ffn_matrices * ffn / tp
    return _array(ROWS_PER_TOKEN * tokens * row * bytes_per_element)


def in_flight_microbatches(*, stage: Value, pp: Value, microbatches: Value, chunks: Value = 1.0) -> Array:
    """Micro-batches' worth of a stage's activations that it holds at once under 1F1B, plain or interleaved.

    Parameters
    ----------
    stage : [1] stage index from 0
    pp : [1] pipeline stages
    microbatches : [1] micro-batches of a step
    chunks : [1] virtual stages of each rank

    Returns
    -------
    [1] broadcast shape

    Equation: ``min(p - r, m)``, interleaved ``min((2 (p - r - 1) + (v - 1) p + 1) / v, m)``: ``p + (p - 1) / v`` on stage 0
    Reference: Narayanan et al. 2021, section 2.2 (arXiv:2104.04473); warm-up of Megatron-LM's interleaved schedule
    Leaves out: groups of micro-batches other than p
    """
    warm = (2.0 * (pp - stage - 1.0) + (chunks - 1.0) * pp + 1.0) / chunks
    return _array(np.minimum(np.where(np.greater(chunks, 1.0), warm, pp - stage), microbatches))


def first_stage_layers(*, layers: Value, pp: Value, microbatches: Value, chunks: Value = 1.0) -> Array:
    """Layers' worth of activations that the first stage holds at once.

    Parameters
    ----------
    layers : [1] layers of the model
    pp : [1] pipeline stages
    microbatches : [1] micro-batches of a step
    chunks : [1] virtual stages of each rank

    Returns
    -------
    [1] broadcast shape

    Equation: ``L min(1, m / p)``, interleaved ``L (1 + (p - 1) / (p v))``
    Reference: Korthikanti et al. 2022, section 4.2.3 (arXiv:2205.05198)
    Leaves out: stages of unequal length, few micro-batches with interleaving
    """
    interleaved = 1.0 + (pp - 1.0) / (1.0 * pp * chunks)
    return _array(layers * np.where(np.greater(chunks, 1.0), interleaved, np.minimum(1.0, microbatches / pp)))
