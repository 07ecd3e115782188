"""Pipeline stages: which layers each kind of stage has, and the parameters and cache that its ranks hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.matmuls import rows
from explorer.evaluate.model import LayerParams, Rank, layer_params, table_params
from explorer.evaluate.shape import Shape
from explorer.physics import attention, memory

_NO_STAGE = 0.0


@dataclass(frozen=True, eq=False)
class Stages:
    """Kinds of stages, each array (kinds, n): the only one, (1, n); or the first and the last; or with experts one between too.

    Without experts no stage between is fuller than the first: it holds fewer micro-batches and no embedding. Interleaving fills
    all. ``there`` is 0 for a kind that does not exist. ``layer`` has the parameters of one layer, (n,) each.
    """

    there: Array
    layers: Array
    expert_layers: Array
    dense_params: Array
    expert_params: Array
    in_flight: Array
    has_head: Array
    layer: LayerParams
    cache_bytes_per_layer: Array

    @property
    def rank(self) -> Rank:
        """Parameters of the fullest rank."""
        both = self.dense_params + self.expert_params
        fullest = np.argmax(both, axis=0)[None]
        pick = [np.take_along_axis(np.broadcast_to(a, both.shape), fullest, axis=0)[0] for a in (self.dense_params, self.expert_params)]
        return Rank(*pick) if len(both) > 1 else Rank(self.dense_params[0], self.expert_params[0])


def stages_of(c: Columns, s: Shape) -> Stages:
    """The kinds of stages of each point."""
    layer = layer_params(c, s)
    embedding, head = table_params(c)
    cache = cache_bytes_per_layer(c, s)
    alone = c.pp == 1
    if not c.some("pp", 1.0):
        layers, experts = s.most_layers[None], np.atleast_2d(np.asarray(c.expert_layers))
        tables = embedding + np.where(c.embedding_matrices > 1, head, 0.0) + c.hidden
        one = np.ones((1, 1))
        return _stages(c, one, layers, experts, tables[None], one, one, layer, cache)
    kinds, middle = [0.0, None, -1.0], c.some("experts")
    fewest = np.maximum(1.0, s.fewest_layers)
    only = embedding + np.where(alone, np.where(c.embedding_matrices > 1, head, 0.0) + c.hidden, 0.0)
    first_experts, whole = _first_expert_layers(c, s), _experts_of(c, s.most_layers)
    flight = [memory.in_flight_microbatches(stage=r, pp=c.pp, microbatches=s.microbatches, chunks=s.chunks) for r in (0.0, np.minimum(1.0, c.pp - 1), c.pp - 1)]
    there = [np.ones(1), (c.pp > 2) * 1.0, (~alone) * 1.0]
    layers = [s.most_layers, s.most_layers, fewest]
    experts = [first_experts, whole, _experts_of(c, fewest)]
    tables = [only, np.zeros(1), head + c.hidden]
    heads = [alone * 1.0, np.zeros(1), np.ones(1)]
    chosen = [i for i in range(len(kinds)) if i != 1 or middle]
    parts = [rows(*(values[i] for i in chosen)) for values in (there, layers, experts, tables, flight, heads)]
    return _stages(c, *parts, layer, cache)


def _stages(
    c: Columns, there: Array, layers: Array, experts: Array, tables: Array, in_flight: Array, heads: Array, layer: LayerParams,
    cache: Array,
) -> Stages:  # fmt: skip
    plain = layers - experts
    dense = layers * layer.every + plain * layer.dense + experts * layer.beside_experts + tables
    return Stages(there, layers, experts, dense * there, experts * layer.experts * there, in_flight, heads, layer, cache)


def _first_expert_layers(c: Columns, s: Shape) -> Array:
    """Of the first stage: layers without experts lead, or take turns with the others."""
    leading = np.maximum(0.0, s.most_layers - (c.layers - c.expert_layers))
    whole = np.where(c.pp == 1, c.expert_layers, leading)
    return np.where(c.leading_dense > 0, whole, _experts_of(c, s.most_layers))


def _experts_of(c: Columns, layers: Array) -> Array:
    return np.where(c.leading_dense > 0, np.minimum(layers, c.expert_layers), layers * c.expert_layers / c.layers)


def cache_bytes_per_layer(c: Columns, s: Shape) -> Array:
    """KV cache of all sequences in a mean layer of one rank: windowed layers keep their window, a latent cache is not divided."""
    kv = attention.kv_heads_per_rank(kv_heads=c.kv_heads, tp=c.tp)
    tokens = c.context
    if c.some("window_layers"):
        windowed = np.minimum(c.context, np.maximum(c.window, 1.0))
        tokens = ((c.layers - c.window_layers) * c.context + c.window_layers * windowed) / c.layers
    held = np.ceil(c.batch) * tokens / c.cp
    cache = memory.kv_cache_bytes(tokens=held, layers=1.0, kv_heads=kv, head_dim=c.head_dim, kv_bytes_per_element=c.kv_bytes_per_element)
    if c.some("latent_rank"):
        latent = memory.latent_cache_bytes(
            tokens=held, layers=1.0, kv_rank=c.latent_rank, rotary_dim=c.latent_rotary, kv_bytes_per_element=c.kv_bytes_per_element
        )
        cache = np.where(c.latent_rank > 0, latent, cache)
    return np.asarray(cache * (1.0 - s.training) * c.decoder)
