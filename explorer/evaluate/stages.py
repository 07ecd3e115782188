"""Pipeline stages: which layers each kind of stage has, and the parameters and cache that its ranks hold."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.matmuls import rows
from explorer.evaluate.model import LayerParams, Rank, layer_params, table_params
from explorer.evaluate.shape import Shape
from explorer.evaluate.tapes import as_array
from explorer.physics import attention, memory


@dataclass(frozen=True, eq=False)
class Stages:
    """Kinds of stages, each array (kinds, n): the only one, (1, n); or the first and the last; or with experts one between too.

    Without experts no stage between is fuller than the first: it holds fewer micro-batches and no embedding. Interleaving fills
    all. ``there`` is 0 for a kind that does not exist, ``index`` its place. ``layer`` has the parameters of one layer, (n,) each.
    """

    there: Array
    index: Array
    layers: Array
    expert_layers: Array
    dense_params: Array
    expert_params: Array
    in_flight: Array
    has_head: Array
    layer: LayerParams
    cache_bytes_per_layer: Array

    @cached_property
    def rank(self) -> Rank:
        """Parameters of the fullest rank."""
        dense, experts = self.dense_params[0], self.expert_params[0]
        for more_dense, more_experts in zip(self.dense_params[1:], self.expert_params[1:], strict=True):
            fuller = more_dense + more_experts > dense + experts
            dense, experts = np.where(fuller, more_dense, dense), np.where(fuller, more_experts, experts)
        return Rank(dense, experts)


def stages_of(c: Columns, s: Shape) -> Stages:
    """The kinds of stages of each point."""
    embedding, head = table_params(c)
    tied = np.where(c.embedding_matrices > 1, head, 0.0) + c.hidden
    if not c.some("pp", 1.0):
        one = np.ones(1)
        return _stages(c, s, [_Kind(one, np.zeros(1), s.most_layers, c.expert_layers, embedding + tied, one)])
    alone, fewest = c.pp == 1, np.maximum(1.0, s.fewest_layers)
    first = embedding + np.where(alone, tied, 0.0)
    kinds = [_Kind(np.ones(1), np.zeros(1), s.most_layers, _first_expert_layers(c, s), first, alone * 1.0)]
    if c.some("experts"):
        second, there = np.minimum(1.0, c.pp - 1), np.where(c.pp > 2, 1.0, 0.0)
        kinds.append(_Kind(there, second, s.most_layers, _experts_of(c, s.most_layers), np.zeros(1), np.zeros(1)))
    kinds.append(_Kind(~alone * 1.0, c.pp - 1, fewest, _experts_of(c, fewest), head + c.hidden, ~alone * 1.0))
    return _stages(c, s, kinds)


@dataclass(frozen=True, eq=False)
class _Kind:
    """One kind of stage, each (n,) or (1,); ``tables``: parameters of embedding, head and last norm."""

    there: Array
    index: Array
    layers: Array
    expert_layers: Array
    tables: Array
    has_head: Array


def _stages(c: Columns, s: Shape, kinds: list[_Kind]) -> Stages:
    layer = layer_params(c, s)
    there, index, layers, experts, tables, heads = (
        rows(*(getattr(kind, f.name) for kind in kinds)) for f in fields(_Kind)
    )
    in_flight = memory.in_flight_microbatches(stage=index, pp=c.pp, microbatches=s.microbatches, chunks=s.chunks)
    dense = layers * layer.every + (layers - experts) * layer.dense + experts * layer.beside_experts + tables
    return Stages(
        there, index, layers, experts, dense * there, experts * layer.experts * there, in_flight, heads, layer, cache_bytes_per_layer(c, s)
    )


def _first_expert_layers(c: Columns, s: Shape) -> Array:
    """Of the first stage: layers without experts lead, or take turns with the others."""
    leading = np.maximum(0.0, s.most_layers - (c.layers - c.expert_layers))
    whole = np.where(c.pp == 1, c.expert_layers, leading)
    return np.where(c.leading_dense > 0, whole, _experts_of(c, s.most_layers))


def _experts_of(c: Columns, layers: Array) -> Array:
    return np.where(c.leading_dense > 0, np.minimum(layers, c.expert_layers), layers * c.expert_layers / c.layers)


def cached_tokens(c: Columns) -> tuple[Array, Array]:
    """Tokens of a sequence in the cache of a mean layer: in layers that see all of them, and in those with a window."""
    windowed = np.minimum(c.context, np.maximum(c.window, 1.0))
    return (c.layers - c.window_layers) * c.context / c.layers, c.window_layers * windowed / c.layers


def cache_bytes_per_layer(c: Columns, s: Shape) -> Array:
    """KV cache of all sequences in a mean layer of one rank: windowed layers keep their window, a latent cache is not divided."""
    kv = attention.kv_heads_per_rank(kv_heads=c.kv_heads, tp=c.tp)
    tokens = c.context
    if c.some("window_layers"):
        whole, windowed = cached_tokens(c)
        tokens = np.where(c.window_layers > 0, whole + windowed, tokens)
    held = np.ceil(c.batch) * tokens / c.cp
    cache = memory.kv_cache_bytes(tokens=held, layers=1.0, kv_heads=kv, head_dim=c.head_dim, kv_bytes_per_element=c.kv_bytes_per_element)
    if c.some("latent_rank"):
        latent = memory.latent_cache_bytes(
            tokens=held, layers=1.0, kv_rank=c.latent_rank, rotary_dim=c.latent_rotary, kv_bytes_per_element=c.kv_bytes_per_element
        )
        cache = np.where(c.latent_rank > 0, latent, cache)
    return as_array(cache * (1.0 - s.training) * c.decoder)
