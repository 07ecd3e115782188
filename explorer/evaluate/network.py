"""The collectives of a plan: who talks to whom, over which tier, for how long, and how much of it nothing hides.

Rows are (axis, operation) pairs in the order of `COLLECTIVES`; arrays have shape (rows, n).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.operators import rows
from explorer.evaluate.shape import Shape
from explorer.evaluate.tiers import Tier, all_gather_s, all_reduce_s, all_to_all_s, gather_and_reduce_s, group, send_s

COLLECTIVES: dict[str, tuple[str, str, str]] = {
    "tp_layer": ("TP", "all-reduce", "after attention and FFN, every layer"),
    "tp_embedding": ("TP", "all-reduce", "embedding split over the vocabulary"),
    "tp_logits": ("TP", "all-gather", "logits for sampling"),
    "pp_boundary": ("PP", "send", "activations to the next stage"),
    "dp_gradients": ("DP", "reduce-scatter", "gradients"),
    "dp_weights": ("DP", "all-gather", "updated weights"),
}
ROW = {key: i for i, key in enumerate(COLLECTIVES)}
TIERS = ("none", "scale-up", "scale-out")
GRADIENT_BYTES_PER_PARAM = 4.0  # accumulated and reduced in FP32 (Megatron-LM)


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


def traffic(c: Columns, s: Shape, params: Array) -> Traffic:
    """Messages of one step, averaged over the pipeline stages. ``params``: parameters that a rank holds."""
    trained = bool(s.training.any())
    tp, dp = group(c, c.tp, np.ones(1)), group(c, s.dp, c.tp) if trained else None
    stream = s.tokens * c.hidden * c.stream_bytes_per_element
    logits = s.head_tokens * c.vocab * 2.0
    boundary = stream / np.where(c.sequence_parallel * s.training > 0, c.tp, 1.0)
    reduced, gathered = params * GRADIENT_BYTES_PER_PARAM, params * c.weight_bytes_per_element
    message = rows(stream, stream, logits, boundary, reduced, np.where(c.zero >= 1, gathered, reduced))
    count = _counts(c, s)
    gather, reduce = gather_and_reduce_s(c, tp, message[::2][:2])
    nothing = np.zeros(1)
    one = rows(
        reduce[0], reduce[0], gather[1],
        send_s(c, c.tp * s.dp, message[3]) if (c.pp > 1).any() else nothing,
        *(all_gather_s(c, dp, message[4:]) if dp else (nothing, nothing)),
    )  # fmt: skip
    tp_tier = np.where(tp.outside > 1, 2.0, 1.0)
    dp_tier = np.where(dp.outside > 1, 2.0, 1.0) if dp else nothing
    tier = rows(tp_tier, tp_tier, tp_tier, np.where(c.tp * s.dp >= c.domain, 2.0, 1.0), dp_tier, dp_tier)
    share_tp, share_dp = (c.tp - 1) / c.tp, (s.dp - 1) / s.dp
    wire = rows(2 * share_tp, 2 * share_tp, share_tp, np.ones(1), share_dp, share_dp) * message
    sent = count > 0
    return Traffic(message, count, np.where(sent, one, 0.0), np.where(sent, tier, 0.0), wire)


def _counts(c: Columns, s: Shape) -> Array:
    """Messages of a step that one chip sends, mean over the stages."""
    once, several = s.microbatches / c.pp, c.tp > 1
    replicas = s.training * (s.dp > 1)
    # Sharded gradients must be reduced, and sharded weights gathered (twice), for every micro-batch.
    reductions = replicas * np.where(c.zero >= 2, s.microbatches, 1.0)
    gathers = replicas * np.where(c.zero == 3, 2 * s.microbatches, 1.0)
    passes = np.where(s.training > 0, np.where(c.recompute == 2, 6.0, 4.0), 2.0)
    return rows(
        passes * c.layers * once * several, once * several, (1.0 - s.training) * once * several,
        (1.0 + s.training) * once * (c.pp * s.chunks - 1) * (c.pp > 1), reductions, gathers,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Busy:
    """Seconds in which a chip computes layers, each (n,): in a step, and in one micro-batch's forward and backward pass."""

    layers: Array
    forward: Array
    backward: Array


def exposed(c: Columns, s: Shape, t: Traffic, busy: Busy) -> Array:
    """Time of each row that nothing hides, (rows, n).

    Tensor-parallel messages hide behind the matmuls beside them, sends behind the next micro-batch, gradients behind the
    backward pass that makes them (ZeRO-2, 3: every one; else the last), weights behind the next forward pass (ZeRO-3: behind
    everything). In the ideal set all hide behind everything. Rows share the time of the layers, so they are hidden in turn;
    embedding and head stand on one stage each and hide nothing of the others'. What hides takes its share of the cores from
    the computing beside it, which lasts that much longer.
    """
    time, ideal = t.time_s, c.ideal > 0
    # Decode has one token in flight a sequence: nothing to send behind.
    send_overlap = c.pp_overlap * np.where((s.decode > 0) & ~ideal, 0.0, 1.0)
    after = busy.backward * np.where(c.zero >= 2, s.microbatches, 1.0)
    before = np.where(c.zero == 3, busy.layers, busy.forward)
    plan = (
        ("tp_layer", busy.layers, c.tp_overlap),
        ("tp_embedding", busy.layers, c.tp_overlap),
        ("tp_logits", busy.layers, c.tp_overlap),
        ("pp_boundary", busy.layers, send_overlap),
        ("dp_gradients", np.where(ideal, busy.layers, after), c.dp_overlap),
        ("dp_weights", np.where(ideal, busy.layers, before), c.dp_overlap),
    )
    taken = np.where(t.tier == 2, c.taken_out, c.taken_up)
    left, result = busy.layers, []
    for key, room, share in plan:
        hidden = np.minimum(time[ROW[key]], np.minimum(room, left)) * share
        left = left - hidden
        result.append(time[ROW[key]] - hidden * (1.0 - taken[ROW[key]]))
    return rows(*result)


__all__ = [
    "COLLECTIVES", "ROW", "TIERS", "Busy", "Tier", "Traffic", "all_gather_s", "all_reduce_s", "all_to_all_s", "exposed", "group",
    "send_s", "traffic",
]  # fmt: skip
