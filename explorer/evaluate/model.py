"""The model on one rank: widths of its projections and the parameters of its layers, sliced over TP and over expert ranks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.shape import Shape
from explorer.physics import attention, mixture, transformer

NOTHING = np.zeros(1)


@dataclass(frozen=True, eq=False)
class Widths:
    """Elements a rank's projections put out for a token, each (n,) or (1,).

    ``qkv``: queries, keys and values, or with latent attention the narrow vectors; ``latent_query`` and ``latent_kv`` are
    made from those. ``attended``: what the attention puts out. ``heads`` and ``kv_heads`` of the rank.
    """

    heads: Array
    kv_heads: Array
    qkv: Array
    latent_query: Array
    latent_kv: Array
    attended: Array
    inner: Array
    expert_inner: Array
    shared_inner: Array


def widths(c: Columns, s: Shape) -> Widths:
    """Widths of each point on one rank."""
    heads, kv = c.heads / c.tp, attention.kv_heads_per_rank(kv_heads=c.kv_heads, tp=c.tp)
    qkv = heads * c.head_dim + 2 * kv * c.head_dim
    query = keys = NOTHING
    if c.some("latent_rank"):
        latent, ranked = c.latent_rank > 0, c.latent_query_rank > 0
        queries = heads * c.query_dim
        narrow = np.where(ranked, c.latent_query_rank, queries) + c.latent_rank + c.latent_rotary
        qkv = np.where(latent, narrow, qkv)
        query = np.where(ranked, queries, 0.0)
        keys = np.where(latent, heads * (c.query_dim - c.latent_rotary + c.head_dim), 0.0)
        kv = np.where(latent, heads, kv)
    return Widths(
        heads, kv, qkv, query, keys, heads * c.head_dim, c.ffn / c.tp, c.expert_ffn / s.expert_tp, c.shared_ffn / c.tp
    )


@dataclass(frozen=True, eq=False)
class LayerParams:
    """Parameters of one layer on one rank, each (n,) or (1,): what every layer has, and the feed-forward part of each kind."""

    every: Array
    dense: Array
    beside_experts: Array
    experts: Array


def layer_params(c: Columns, s: Shape) -> LayerParams:
    """Parameters of one layer that a rank holds. Norms, routers and latent down-projections are on every rank of TP."""
    norms, kv = transformer.norm_params(hidden=c.hidden), attention.kv_heads_per_rank(kv_heads=c.kv_heads, tp=c.tp)
    core = transformer.attention_params(hidden=c.hidden, heads=c.heads, kv_heads=c.kv_heads, head_dim=c.head_dim)
    # Fewer KV heads than ranks are copied.
    copied = 2 * c.kv_heads * c.head_dim * c.hidden * (kv * c.tp / c.kv_heads - 1)
    attended = (core + copied) / c.tp
    if c.some("latent_rank"):
        shared, split = mixture.latent_attention_params(
            hidden=c.hidden, heads=c.heads, query_rank=c.latent_query_rank, kv_rank=c.latent_rank,
            plain_dim=c.query_dim - c.latent_rotary, rotary_dim=c.latent_rotary, value_dim=c.head_dim,
        )  # fmt: skip
        attended = np.where(c.latent_rank > 0, shared + split / c.tp, attended)
    every = attended * c.streams + norms
    if c.some("modulation") or c.some("biases"):
        biases = ((c.heads + 2 * c.kv_heads) * c.head_dim + c.ffn) / c.tp + 4 * c.hidden
        every = every + c.biases * biases + c.modulation * c.hidden * c.hidden / c.tp
    dense = transformer.ffn_params(hidden=c.hidden, ffn=c.ffn, ffn_matrices=c.ffn_matrices) * c.streams / c.tp
    if not c.some("experts"):
        return LayerParams(every, dense, NOTHING, NOTHING)
    shared_ffn = transformer.ffn_params(hidden=c.hidden, ffn=c.shared_ffn, ffn_matrices=c.ffn_matrices) / c.tp
    expert = transformer.ffn_params(hidden=c.hidden, ffn=c.expert_ffn, ffn_matrices=c.ffn_matrices) / s.expert_tp
    return LayerParams(every, dense, shared_ffn + c.experts * c.hidden, expert * c.experts / c.ep)


def table_params(c: Columns) -> tuple[Array, Array]:
    """The embedding (of tokens or patches, and learned positions) and the output matrix, as a rank holds them."""
    positions = c.positions * c.hidden
    return c.input_width * c.hidden / c.tp + positions, transformer.embedding_params(vocab=c.vocab, hidden=c.hidden) / c.tp


@dataclass(frozen=True, eq=False)
class Rank:
    """Parameters that the fullest rank holds: those that dp x cp ranks share, and those of its experts."""

    dense: Array
    experts: Array

    @property
    def all(self) -> Array:
        """Both."""
        return self.dense + self.experts
