"""Mixtures of experts and latent attention: parameters, which experts a batch touches, and where its tokens go."""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import ROWS_PER_TOKEN, Array, Value, _array


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
