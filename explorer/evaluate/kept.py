"""Activations: what waits for the backward pass, and what lives while a layer runs forward."""

from __future__ import annotations

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.shape import Shape
from explorer.evaluate.stages import Stages
from explorer.evaluate.tapes import as_array
from explorer.physics import memory


def training_bytes(c: Columns, s: Shape, stages: Stages) -> Array:
    """Activations of each stage, (stages, n): all micro-batches in flight, what comes back of the layer in hand, and its gradient."""
    gradient = _whole_layer_bytes(c, s, stages, np.full(1, 2.0))
    return as_array(waiting_bytes(c, s, stages) + _in_hand(c, s, stages) + gradient + _on_the_way(c, s, stages))


def waiting_bytes(c: Columns, s: Shape, stages: Stages) -> Array:
    """Activations of all micro-batches in flight, each stage; none of them where they wait in the host's memory."""
    return as_array(stages.in_flight * stages.layers * _layer_bytes(c, s, stages) * (c.offload != 2))


def _in_hand(c: Columns, s: Shape, stages: Stages) -> Array:
    """What a layer that is computed again holds beyond what was kept of it."""
    if not c.some("recompute"):
        return np.zeros((1, 1))
    kept, whole = (_whole_layer_bytes(c, s, stages, level) for level in (c.recompute, np.zeros(1)))
    layers = np.where(c.offload == 2, np.minimum(stages.layers, 2.0), stages.layers)
    return as_array((whole - kept) * np.minimum(1.0, layers * c.recompute_fraction))


def offloaded_bytes(c: Columns, s: Shape, stages: Stages) -> Array:
    """Activations that one micro-batch sends to the host and takes back, mean over the stages."""
    return as_array(2.0 * c.layers / c.pp * _layer_bytes(c, s, stages)[0])


def _on_the_way(c: Columns, s: Shape, stages: Stages) -> Array:
    """Two layers of activations that are on their way to the host."""
    if not c.some("offload", 1.0):
        return np.zeros((1, 1))
    return as_array(2.0 * _layer_bytes(c, s, stages) * (c.offload == 2))


def _layer_bytes(c: Columns, s: Shape, stages: Stages) -> Array:
    """Activations of a mean layer that wait for the backward pass: some are computed again, others kept whole."""
    kept = _whole_layer_bytes(c, s, stages, c.recompute)
    if not (c.recompute_fraction * (c.recompute > 0) < (c.recompute > 0)).any():
        return kept
    return kept * c.recompute_fraction + _whole_layer_bytes(c, s, stages, np.zeros(1)) * (1.0 - c.recompute_fraction)


def _whole_layer_bytes(c: Columns, s: Shape, stages: Stages, recompute: Array) -> Array:
    """Activations of one (mean) layer of each stage that wait for the backward pass, one micro-batch, (stages, n)."""
    ffn = c.ffn
    if c.some("experts"):
        # Of each token its experts keep their inner activations, and copies of it that went there and came back.
        copies = 2.0 * c.active_experts * c.hidden / c.ffn_matrices
        mixed = c.active_experts * c.expert_ffn * c.expert_imbalance + c.shared_ffn + copies
        share = stages.expert_layers / stages.layers
        ffn = c.ffn * (1.0 - share) + mixed * share
    kv, dim = c.kv_heads, c.head_dim
    if c.some("latent_rank"):
        latent = c.latent_rank > 0
        kv, dim = np.where(latent, c.heads, kv), np.where(latent, (c.query_dim + c.head_dim) / 2, dim)
    held = memory.training_activation_bytes(
        tokens=s.tokens, hidden=c.hidden, heads=c.heads, kv_heads=kv, head_dim=dim, ffn=ffn, ffn_matrices=c.ffn_matrices,
        tp=c.tp, sequence_parallel=c.sequence_parallel, recompute=recompute, context=c.context, scores_stored=c.unfused,
        dropout=c.unfused,  # models of that time were trained with dropout
    )  # fmt: skip
    return np.atleast_2d(held)


def inference_bytes(c: Columns, s: Shape) -> Array:
    """Activations alive while one layer runs forward."""
    ffn = c.ffn
    if c.some("experts"):
        mixed = c.active_experts * c.expert_ffn + c.shared_ffn + 2.0 * c.active_experts * c.hidden / c.ffn_matrices
        ffn = np.where(c.experts > 0, np.maximum(ffn * (c.layers > c.expert_layers), mixed), ffn)
    alive = memory.inference_activation_bytes(
        tokens=s.tokens, hidden=c.hidden, ffn=ffn, ffn_matrices=c.ffn_matrices, tp=c.tp, bytes_per_element=c.stream_bytes_per_element
    )
    return alive + score_bytes(c, s) if c.some("unfused") else alive


def score_bytes(c: Columns, s: Shape) -> Array:
    """Scores of a layer and their softmax, 16 bits each, which inference has in memory where attention is not fused, (n,)."""
    keys = np.where(s.decode > 0, c.context / c.cp, c.context)
    return as_array((s.training == 0) * c.unfused * 4.0 * s.sequences * (c.heads / c.tp) * s.queries * keys)
