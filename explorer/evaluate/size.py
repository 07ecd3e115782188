"""How many weights a workload has, from its dimensions alone."""

from __future__ import annotations

from explorer.physics import mixture, transformer
from explorer.specs import Workload


def total_params(workload: Workload) -> float:
    """Weights of ``workload``, embeddings among them, as its maker would count them."""
    w = workload
    matrices = 3 if w.ffn_gated else 2
    dense = w.layers - (w.experts.layers if w.experts else 0)
    norms = float(transformer.norm_params(hidden=w.hidden))
    total = w.layers * (w.streams * _attention(w) + w.modulation * w.hidden**2 + norms + _biases(w))
    total += dense * w.streams * float(transformer.ffn_params(hidden=w.hidden, ffn=w.ffn, ffn_matrices=matrices))
    if w.experts:
        width = w.experts.count * w.experts.width + w.experts.shared_width
        each = float(transformer.ffn_params(hidden=w.hidden, ffn=width, ffn_matrices=matrices)) + w.hidden * w.experts.count
        total += w.experts.layers * each
    ends = 1 if w.tied_embeddings or w.kind != "decoder" else 2
    total += ends * float(transformer.embedding_params(vocab=w.vocab, hidden=w.hidden)) + (w.positions + w.input_width) * w.hidden
    return total + (2 if w.biases else 1) * w.hidden


def _attention(w: Workload) -> float:
    if w.latent is None:
        return float(transformer.attention_params(hidden=w.hidden, heads=w.heads, kv_heads=w.kv_heads, head_dim=w.head_dim))
    part = w.latent
    shared, split = mixture.latent_attention_params(
        hidden=w.hidden, heads=w.heads, query_rank=part.query_rank, kv_rank=part.kv_rank,
        plain_dim=part.plain_dim, rotary_dim=part.rotary_dim, value_dim=part.value_dim,
    )  # fmt: skip
    return float(shared) + float(split)


def _biases(w: Workload) -> float:
    """Of the projections in and out of attention and of the feed-forward, and of the two layer norms."""
    if not w.biases:
        return 0.0
    return float((w.heads + 2 * w.kv_heads) * w.head_dim + w.hidden + (2 if w.ffn_gated else 1) * w.ffn + w.hidden + 2 * w.hidden)


__all__ = ["total_params"]
