"""The collectives of a plan: who talks to whom, over which tier, for how long, and how much of it nothing hides.

Rows are (axis, operation) pairs in the order of `COLLECTIVES`; arrays have shape (rows, n).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.matmuls import rows
from explorer.evaluate.model import Rank, Widths
from explorer.evaluate.shape import Shape
from explorer.evaluate.tiers import (
    Tier,
    all_gather_s,
    all_reduce_s,
    all_to_all_s,
    gather_and_reduce_s,
    group,
    reduce_scatter_s,
    send_s,
)
from explorer.physics import mixture

COLLECTIVES: dict[str, tuple[str, str, str]] = {
    "tp_layer": ("TP", "all-reduce", "after attention and FFN, every layer"),
    "tp_embedding": ("TP", "all-reduce", "embedding split over the vocabulary"),
    "tp_logits": ("TP", "all-gather", "logits for sampling"),
    "cp_keys": ("CP", "send", "keys and values around the ring"),
    "ep_tokens": ("EP", "all-to-all", "tokens to their experts and back"),
    "pp_boundary": ("PP", "send", "activations to the next stage"),
    "dp_gradients": ("DP", "reduce-scatter", "gradients"),
    "dp_weights": ("DP", "all-gather", "updated weights"),
    "ep_gradients": ("DP", "reduce-scatter", "experts' gradients"),
    "ep_weights": ("DP", "all-gather", "experts' updated weights"),
}
ROW = {key: i for i, key in enumerate(COLLECTIVES)}
TIERS = ("none", "scale-up", "scale-out")
COMBINED_BYTES = 2.0  # experts' outputs come back in 16 bits
_NOTHING = np.zeros(1)


@dataclass(frozen=True, eq=False)
class Traffic:
    """The collectives of a step, each array (rows, n): bytes of one message, messages a step (of one chip), time of one."""

    message_bytes: Array
    count: Array
    one_s: Array
    tier: Array
    sent_bytes: Array

    @property
    def time_s(self) -> Array:
        """All messages of a row, one after the other."""
        return self.count * self.one_s


@dataclass(frozen=True, eq=False)
class _Row:
    """One kind of message: bytes, how often, seconds of one, the tier it crosses, part of its bytes that a chip sends."""

    message: Array
    count: Array
    one: Array
    tier: Array
    sent: Array


_SILENT = _Row(_NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING)


def traffic(c: Columns, s: Shape, w: Widths, held: Rank) -> Traffic:
    """Messages of one step, averaged over the pipeline stages. ``held``: parameters of a rank."""
    found = dict.fromkeys(COLLECTIVES, _SILENT)
    if c.some("tp", 1.0):
        found |= _tensor(c, s)
    if c.some("cp", 1.0):
        found["cp_keys"] = _context(c, s, w)
    if c.some("ep", 1.0) or c.some("expert_tp", 1.0):
        found["ep_tokens"] = _experts(c, s)
    if c.some("pp", 1.0):
        found["pp_boundary"] = _pipeline(c, s)
    if s.trained:
        found |= _data(c, s, held)
    table = [found[key] for key in COLLECTIVES]
    count = rows(*(r.count for r in table))
    sent = count > 0
    message = rows(*(r.message for r in table))
    return Traffic(
        message, count, np.where(sent, rows(*(r.one for r in table)), 0.0), np.where(sent, rows(*(r.tier for r in table)), 0.0),
        rows(*(r.sent for r in table)) * message,
    )  # fmt: skip


def _crossed(tier: Tier) -> Array:
    return np.where(tier.outside > 1, 2.0, 1.0)


def again(c: Columns) -> Array:
    """Part of the layers whose forward pass runs twice."""
    return np.where(c.recompute == 2, c.recompute_fraction, 0.0)


def exchanged(c: Columns, s: Shape) -> Array:
    """Whether tokens travel to their experts: not where the ranks of TP hold all experts and, in inference, all tokens."""
    beyond = c.ep * s.expert_tp > c.tp
    return np.where((s.training * (c.ep > 1) > 0) | beyond, 1.0, 0.0) * (c.expert_layers > 0)


def _tensor(c: Columns, s: Shape) -> dict[str, _Row]:
    once, several = s.microbatches / c.pp, c.tp > 1
    passes = np.where(s.training > 0, 2.0 + again(c), 1.0)
    each = 2.0 * c.layers
    if c.some("ep", 1.0) or c.some("expert_tp", 1.0):
        # Experts of one rank's width need no reduction, unless shared ones or slices of them do.
        reduced = (c.shared_ffn > 0) | (s.expert_tp > 1)
        each = each - c.expert_layers * exchanged(c, s) * np.where(reduced, 0.0, 1.0)
    stream, logits = s.tokens * c.hidden * c.stream_bytes_per_element, s.head_tokens * c.vocab * 2.0
    tier = group(c, c.tp, np.ones(1))
    gather, reduce = gather_and_reduce_s(c, tier, rows(stream, logits))
    share, crossed = (c.tp - 1) / c.tp, _crossed(tier)
    in_layer = reduce[0]
    if s.trained and c.some("sequence_parallel"):
        # Sequence parallelism gathers and reduces apart: two collectives. A bound must grant the network that adds on the way.
        apart = (s.training > 0) & (c.sequence_parallel > 0) & (c.ideal == 0)
        in_layer = np.where(apart, gather[0] + reduce_scatter_s(c, tier, stream), in_layer)
    return {
        "tp_layer": _Row(stream, passes * each * once * several, in_layer, crossed, 2 * share),
        "tp_embedding": _Row(stream, once * several * c.decoder, reduce[0], crossed, 2 * share),
        "tp_logits": _Row(logits, (1.0 - s.training) * once * several, gather[1], crossed, share),
    }


def _context(c: Columns, s: Shape, w: Widths) -> _Row:
    """Ring attention: keys and values of a rank's part of the context, or the narrow latent ones; twice as much backward.

    In decode every rank holds a part of the cache; what travels are the outputs, combined with a reduction of one hop each.
    """
    kept = 2 * w.kv_heads * c.head_dim
    if c.some("latent_rank"):
        kept = np.where(c.latent_rank > 0, c.latent_rank + c.latent_rotary, kept)
    passed = np.where(s.decode > 0, w.heads * c.head_dim, kept)
    message = s.tokens * passed * c.stream_bytes_per_element
    passes = np.where(s.training > 0, np.where(c.recompute > 0, 4.0, 3.0), 1.0)
    count = passes * (c.cp - 1) * c.layers * s.microbatches / c.pp
    tier = np.where(c.tp * c.cp > c.domain, 2.0, 1.0)
    return _Row(message, count, send_s(c, c.tp, message), tier, np.ones(1))


def _experts(c: Columns, s: Shape) -> _Row:
    """Each rank of TP sends its part of the tokens to the ranks that hold their experts, and takes the outputs back."""
    slices = np.maximum(1.0, s.expert_tp / c.tp)  # more than TP has ranks: each wants the token
    ranks = c.ep * slices
    size = (c.expert_activation_bytes_per_element + COMBINED_BYTES) / 2
    copy = s.tokens / c.tp * c.hidden * size * c.expert_imbalance
    message = copy * mixture.reached_ranks(ranks=c.ep, active=c.active_experts) * slices
    passes = np.where(s.training > 0, 4.0 + 2.0 * again(c), 2.0)
    count = passes * c.expert_layers * s.microbatches / c.pp * exchanged(c, s)
    tier = group(c, ranks, s.expert_tp / slices)
    # A token crosses to another domain once, whatever the number of its experts there.
    domains = mixture.reached_ranks(ranks=tier.outside, active=c.active_experts * slices)
    leaving = copy * domains * (1.0 - 1.0 / tier.outside)
    return _Row(message, count, all_to_all_s(c, tier, message, leaving), _crossed(tier), (ranks - 1) / ranks)


def _pipeline(c: Columns, s: Shape) -> _Row:
    # In training each rank of TP sends its part, whether activations are split anyway or not (Narayanan et al. 2021).
    boundary = s.tokens * c.hidden * c.stream_bytes_per_element / np.where(s.training > 0, c.tp, 1.0)
    stride = c.tp * c.cp * s.dp
    # Some boundary lies between domains where not all stages are in one: the slowest send counts.
    stride = np.where(stride * c.pp > c.domain, np.maximum(stride, c.domain), stride)
    count = (1.0 + s.training) * s.microbatches / c.pp * (c.pp * s.chunks - 1) * (c.pp > 1)
    return _Row(boundary, count, send_s(c, stride, boundary), np.where(stride >= c.domain, 2.0, 1.0), np.ones(1))


def _data(c: Columns, s: Shape, held: Rank) -> dict[str, _Row]:
    """Gradients down and weights up, of what all replicas share and of the experts, which fewer ranks do."""
    dense = _reduced(c, s, held.dense, c.weight_bytes_per_element, s.sharing, c.tp)
    found = {"dp_gradients": dense[0], "dp_weights": dense[1]}
    if c.some("experts"):
        stride = np.maximum(c.tp, c.ep * s.expert_tp)
        own = _reduced(c, s, held.experts, c.expert_weight_bytes_per_element, s.expert_replicas, stride)
        found |= {"ep_gradients": own[0], "ep_weights": own[1]}
    return found


def _reduced(c: Columns, s: Shape, params: Array, weight_bytes: Array, ranks: Array, stride: Array) -> tuple[_Row, _Row]:
    reduced, gathered = params * c.reduced_bytes_per_param, params * weight_bytes
    messages = rows(reduced, np.where(c.zero >= 1, gathered, reduced))
    replicas = s.training * (ranks > 1) * (params > 0)  # a dense model beside one with experts has none to reduce
    # Sharded gradients must be reduced, and sharded weights gathered (twice), for every micro-batch.
    reductions = replicas * np.where(c.zero >= 2, s.microbatches, 1.0)
    gathers = replicas * np.where(c.zero == 3, 2 * s.microbatches, 1.0)
    tier = group(c, ranks, stride)
    share, crossed = (ranks - 1) / ranks, _crossed(tier)
    return (
        _Row(messages[0], reductions, reduce_scatter_s(c, tier, messages[0]), crossed, share),
        _Row(messages[1], gathers, all_gather_s(c, tier, messages[1]), crossed, share),
    )


__all__ = ["COLLECTIVES", "ROW", "TIERS", "Traffic", "all_gather_s", "all_reduce_s", "all_to_all_s", "group", "send_s", "traffic"]
