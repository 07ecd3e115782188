"""Mixtures of experts and latent attention: parameters, which experts a batch touches, and where its tokens go."""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import ROWS_PER_TOKEN, Array, Value, _array
from explorer.physics.transformer import (
    attention_params,
    embedding_params,
    ffn_params,
    forward_flop_per_token,
    norm_params,
)


def latent_attention_params(
    *, hidden: Value, heads: Value, query_rank: Value, kv_rank: Value, plain_dim: Value, rotary_dim: Value, value_dim: Value
) -> tuple[Array, Array]:
    """Weights of one layer's latent attention: those that every rank needs, and those that heads divide.

    Parameters
    ----------
    hidden : [1] model width
    heads : [1] query heads
    query_rank, kv_rank : [1] width of the narrow vectors; a query rank of 0 projects queries directly
    plain_dim, rotary_dim, value_dim : [1] elements of a head without and with rotary embedding, and of its value

    Returns
    -------
    shared : [1] down-projections and the norms of the narrow vectors, broadcast shape
    split : [1] up-projections and the output, broadcast shape

    Equation: ``h q + h (kv + d_r) + q + kv`` and ``q a (d_n + d_r) + kv a (d_n + d_v) + a d_v h``, ``q -> h`` without a rank
    Reference: DeepSeek-AI 2024, DeepSeek-V2 (arXiv:2405.04434)
    Leaves out: biases
    """
    ranked = np.greater(query_rank, 0.0)
    shared = hidden * (1.0 * query_rank + kv_rank + rotary_dim) + query_rank + kv_rank
    queries = np.where(ranked, query_rank, hidden) * heads * (1.0 * plain_dim + rotary_dim)
    split = queries + 1.0 * kv_rank * heads * (plain_dim + value_dim) + 1.0 * heads * value_dim * hidden
    return _array(shared), _array(split)


def touched_experts(*, experts: Value, active: Value, tokens: Value, evenness: Value) -> Array:
    """Experts that at least one of the tokens goes to, in expectation: their weights are read.

    How often an expert is chosen varies from expert to expert like a gamma distribution of unit mean.

    Parameters
    ----------
    experts : [1] experts that the tokens choose among, at least 1
    active : [1] experts that each token goes to
    tokens : [token] that choose together
    evenness : [1] shape of the distribution: large, all experts alike; below 1, many that are hardly chosen

    Returns
    -------
    [1] broadcast shape, at most ``experts``, and at most all the choices made

    Equation: ``E (1 - (1 + k T / (E a))^-a)``, all of them where each token takes every expert
    Reference: derived; Laplace transform of the gamma distribution at k T / E choices an expert, which tends to ``1 - exp(-k T / E)``
    Leaves out: tokens that choose alike because they stand in one text
    """
    each = ROWS_PER_TOKEN * active * tokens / (1.0 * experts)
    missed = np.exp(-evenness * np.log1p(each / evenness))
    return np.where(np.greater_equal(active, experts), experts, experts * (1.0 - missed))


def reached_ranks(*, ranks: Value, active: Value) -> Array:
    """Ranks that a token is sent to, in expectation, when its experts lie spread over them and each rank gets one copy.

    Parameters
    ----------
    ranks : [1] expert-parallel ranks
    active : [1] experts that each token goes to

    Returns
    -------
    [1] broadcast shape, at most the smaller of the two

    Equation: ``e (1 - (1 - 1 / e)^k)``
    Reference: derived; as deduplicated by DeepEP (github.com/deepseek-ai/DeepEP)
    Leaves out: routing that is limited to some nodes
    """
    return _array(ranks * (1.0 - (1.0 - 1.0 / (1.0 * ranks)) ** active))


def latent_mixture_params(
    *,
    layers: Value,
    dense_layers: Value,
    hidden: Value,
    heads: Value,
    query_rank: Value,
    kv_rank: Value,
    plain_dim: Value,
    rotary_dim: Value,
    value_dim: Value,
    ffn: Value,
    expert_ffn: Value,
    experts: Value,
    shared_experts: Value,
    active: Value,
    vocab: Value,
    active_only: Value = 0.0,
    embedding_matrices: Value = 2.0,
) -> Array:
    """Parameters of a model with latent attention and gated experts, its first layers dense (DeepSeek-V2, V3).

    Parameters
    ----------
    layers, dense_layers : [1] all layers, and those without experts
    hidden, heads, query_rank, kv_rank, plain_dim, rotary_dim, value_dim : [1] as in latent_attention_params
    ffn, expert_ffn : [1] inner width of dense layers and of one expert
    experts, shared_experts, active : [1] routed experts, those that every token passes, and routed ones that it goes to
    vocab : [1] vocabulary size
    active_only : [1] 1 counts the active experts only, and no routing bias
    embedding_matrices : [1] 1 tied, 2 untied

    Returns
    -------
    [1] parameters, broadcast shape

    Equation: ``L (MLA + 2 h) + L_d 3 h f + (L - L_d)((E + E_s) 3 h f_e + E h + E) + h + matrices V h``; active: k for the first E
    Reference: DeepSeek-AI 2024, DeepSeek-V3 (arXiv:2412.19437); reproduces 671 billion
    Leaves out: modules that predict further tokens
    """
    shared, split = latent_attention_params(
        hidden=hidden, heads=heads, query_rank=query_rank, kv_rank=kv_rank, plain_dim=plain_dim, rotary_dim=rotary_dim,
        value_dim=value_dim,
    )  # fmt: skip
    some = np.greater(active_only, 0.0)
    dense = ffn_params(hidden=hidden, ffn=ffn, ffn_matrices=3.0)
    expert = ffn_params(hidden=hidden, ffn=expert_ffn, ffn_matrices=3.0)
    mixed = (np.where(some, active, experts) + shared_experts) * expert + 1.0 * experts * hidden + np.where(some, 0.0, experts)
    body = layers * (shared + split + norm_params(hidden=hidden)) + dense_layers * dense + (layers - dense_layers) * mixed
    return _array(body + hidden + embedding_matrices * embedding_params(vocab=vocab, hidden=hidden))


def mixture_training_flop_per_token(
    *,
    layers: Value,
    hidden: Value,
    heads: Value,
    kv_heads: Value,
    head_dim: Value,
    expert_ffn: Value,
    active: Value,
    vocab: Value,
    context: Value,
    shared_experts: Value = 0.0,
    causal_fraction: Value = 0.5,
) -> Array:
    """Model operations of forward and backward for one token, every layer with gated experts.

    Parameters
    ----------
    layers, hidden, heads, kv_heads, head_dim, vocab : [1] the model's shape
    expert_ffn : [1] inner width of one expert
    active, shared_experts : [1] routed and other experts that a token passes
    context : [token] sequence length
    causal_fraction : [1] counted part of the score matrix: 0.5 causal, 1 full

    Returns
    -------
    [FLOP/token] broadcast shape

    Equation: ``6 (L (attention + (k + E_s) 3 h f_e) + h V) + 12 L a d_h s causal``
    Reference: Megatron-LM, num_floating_point_operations (github.com/NVIDIA/Megatron-LM), causal count
    Leaves out: the router, recomputation, softmax, norms
    """
    expert = ffn_params(hidden=hidden, ffn=expert_ffn, ffn_matrices=3.0)
    layer = attention_params(hidden=hidden, heads=heads, kv_heads=kv_heads, head_dim=head_dim)
    layer = layer + (1.0 * active + shared_experts) * expert
    return 3.0 * forward_flop_per_token(
        weights=layers * layer + embedding_params(vocab=vocab, hidden=hidden), key_tokens=1.0 * layers * context,
        attended=1.0 * heads * head_dim, causal_fraction=causal_fraction,
    )  # fmt: skip


def latent_training_flop_per_token(
    *,
    layers: Value,
    dense_layers: Value,
    hidden: Value,
    heads: Value,
    query_rank: Value,
    kv_rank: Value,
    plain_dim: Value,
    rotary_dim: Value,
    value_dim: Value,
    ffn: Value,
    expert_ffn: Value,
    active: Value,
    shared_experts: Value,
    vocab: Value,
    context: Value,
    predicted: Value = 0.0,
    causal_fraction: Value = 0.5,
) -> Array:
    """Model operations of forward and backward for one token of a model with latent attention and experts.

    Parameters
    ----------
    layers, dense_layers : [1] all layers, and those without experts
    hidden, heads, query_rank, kv_rank, plain_dim, rotary_dim, value_dim : [1] as in latent_attention_params
    ffn, expert_ffn : [1] inner width of dense layers and of one expert
    active, shared_experts : [1] routed and other experts that a token passes
    vocab : [1] vocabulary size
    context : [token] sequence length
    predicted : [1] further tokens predicted: a layer with experts, a head and a projection of two widths for each
    causal_fraction : [1] counted part of the score matrix: 0.5 causal, 1 full

    Returns
    -------
    [FLOP/token] broadcast shape

    Equation: ``6 (L MLA + L_d 3 h f + (L - L_d)(k + E_s) 3 h f_e + h V) + 12 L a s causal (d_n + d_r + d_v) / 2``, and for each
    token predicted beyond the next ``6 (MLA + (k + E_s) 3 h f_e + h V + 2 h^2)`` and a layer's scores
    Reference: Megatron-LM, num_floating_point_operations (github.com/NVIDIA/Megatron-LM), causal count
    Leaves out: the router, recomputation, softmax, norms
    """
    shared, split = latent_attention_params(
        hidden=hidden, heads=heads, query_rank=query_rank, kv_rank=kv_rank, plain_dim=plain_dim, rotary_dim=rotary_dim,
        value_dim=value_dim,
    )  # fmt: skip
    attended = shared + split - query_rank - kv_rank  # the narrow vectors' norms are no matmuls
    mixed = (1.0 * active + shared_experts) * ffn_params(hidden=hidden, ffn=expert_ffn, ffn_matrices=3.0)
    head = embedding_params(vocab=vocab, hidden=hidden)
    body = layers * attended + dense_layers * ffn_params(hidden=hidden, ffn=ffn, ffn_matrices=3.0) + (layers - dense_layers) * mixed
    weights = body + head + predicted * (attended + mixed + head + 2.0 * hidden * hidden)
    return 3.0 * forward_flop_per_token(
        weights=weights, key_tokens=(1.0 * layers + predicted) * context,
        attended=0.5 * heads * (1.0 * plain_dim + rotary_dim + value_dim), causal_fraction=causal_fraction,
    )  # fmt: skip
