"""What fills the memory of the fullest chip, and what else would fit. Arrays have shape (parts, n) or (n,)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate import kept
from explorer.evaluate.columns import COLUMN_NAMES, TRAINING, Array, Columns
from explorer.evaluate.matmuls import rows
from explorer.evaluate.shape import Shape, cut
from explorer.evaluate.stages import Stages, cached_tokens, stages_of
from explorer.evaluate.stretch import Growth, stretch
from explorer.physics import memory

PARTS: dict[str, str] = {
    "weights": "weights",
    "gradients": "gradients",
    "optimizer": "optimizer",
    "activations": "activations",
    "kv_cache": "KV cache",
    "logits": "logits, workspace",
    "communication": "communication",
    "reserve": "reserve",
}
ROW = {key: i for i, key in enumerate(PARTS)}
_WORKSPACE_BYTES = 64 * 1024.0**2  # one matmul workspace of a stream (model.md 5.7: 32 to 64 MiB)
_BUCKET_BYTES = 2 * 40e6  # two gradient buckets of 40 MB (PyTorch DDP's size)
_LARGEST_GROUP = 4096


@dataclass(frozen=True, eq=False)
class Memory:
    """Parts of the fullest stage, (parts, n), its total and the capacity; ``by_stage`` has parts and total of each kind of stage."""

    parts: Array
    total: Array
    capacity: Array
    by_stage: tuple[tuple[Array, ...], Array]

    @property
    def fits(self) -> Array:
        """1 where the fullest stage fits, else 0."""
        return (self.total <= self.capacity).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Reach:
    """How far the memory would stretch: largest batch (training: micro-batch) and longest context."""

    largest_batch: Array
    longest_context: Array


def fill(c: Columns, s: Shape, stages: Stages) -> Memory:
    """Memory of each point."""
    table, totals = _table(c, s, stages)
    parts, total = _fullest(stages, table, totals)
    return Memory(parts, total, c.full(c.hbm_bytes), (table, totals))


def reach(c: Columns, s: Shape, stages: Stages, held: Memory) -> Reach:
    """What else would fit."""
    return Reach(*stretch(c, s, _growth(c, s, stages, *held.by_stage)))


def _parts(c: Columns, s: Shape, stages: Stages) -> tuple[Array, ...]:
    """Parts of each stage, in the order of `PARTS`, each (stages, n) or narrower."""
    dense, experts, training = stages.dense_params, stages.expert_params, s.training
    weights = dense * c.weight_bytes_per_element
    if c.some("experts"):
        weights = weights + experts * c.expert_weight_bytes_per_element
    gradients = optimizer = held = np.zeros((1, 1))
    if s.trained:
        weights = np.where(training > 0, _trained_weights(c, s, stages), weights)
        # The gradient of the largest matrix exists in FP32 before it is added to the others.
        largest = 4.0 * (c.ffn_matrices - 1) * c.hidden * np.maximum(c.ffn * (c.layers > c.expert_layers), c.shared_ffn) / c.tp
        gradients = training * (
            largest
            + memory.gradient_bytes(params=dense, bytes_per_param=c.gradient_bytes_per_param, dp=s.sharing, zero=c.zero)
            + memory.gradient_bytes(params=experts, bytes_per_param=c.gradient_bytes_per_param, dp=s.expert_replicas, zero=c.zero)
        )
        state = memory.optimizer_bytes(params=dense, bytes_per_param=c.optimizer_bytes_per_param, dp=s.sharing, zero=c.zero)
        state = state + memory.optimizer_bytes(
            params=experts, bytes_per_param=c.optimizer_bytes_per_param, dp=s.expert_replicas, zero=c.zero
        )
        optimizer = training * state * (c.offload != 1)
        held = kept.training_bytes(c, s, stages)
    activations = np.where(training > 0, held, kept.inference_bytes(c, s)) if s.trained else kept.inference_bytes(c, s)
    cache = stages.layers * stages.cache_bytes_per_layer
    logits = memory.logits_bytes(positions=s.head_tokens, vocab=c.vocab, tp=c.tp, bytes_per_logit=c.logit_bytes) * stages.has_head
    buffers = 2 * s.tokens * c.hidden * c.stream_bytes_per_element * (c.tp * c.cp * c.ep > 1)
    buffers = buffers + training * (s.dp > 1) * _BUCKET_BYTES
    dynamic = gradients + activations + cache + logits + buffers
    reserve = memory.reserve_bytes(dynamic_bytes=dynamic, fixed_bytes=c.reserve_bytes, fraction=c.reserve_fraction)
    return (weights, gradients, optimizer, activations, cache, logits + _WORKSPACE_BYTES, buffers, reserve)


def _trained_weights(c: Columns, s: Shape, stages: Stages) -> Array:
    layer = stages.layer
    dense = memory.sharded_weight_bytes(
        params=stages.dense_params, bytes_per_param=c.weight_bytes_per_element, dp=s.sharing, zero=c.zero,
        layer_params=layer.every + np.maximum(layer.dense * (c.layers > c.expert_layers), layer.beside_experts),
    )  # fmt: skip
    if not c.some("experts"):
        return dense
    return dense + memory.sharded_weight_bytes(
        params=stages.expert_params, bytes_per_param=c.expert_weight_bytes_per_element, dp=s.expert_replicas, zero=c.zero,
        layer_params=layer.experts,
    )  # fmt: skip


def _table(c: Columns, s: Shape, stages: Stages) -> tuple[tuple[Array, ...], Array]:
    """Parts and total of each stage, (stages, n) or narrower."""
    parts = tuple(np.atleast_2d(part) for part in _parts(c, s, stages))
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return parts, total


def _fullest(stages: Stages, parts: tuple[Array, ...], total: Array) -> tuple[Array, Array]:
    """Parts and total of the fullest stage; the first of equals."""
    if total.shape[0] == 1:
        return rows(*[part[-1] for part in parts]), total[0]
    chosen, best = [part[0] for part in parts], total[0]
    for kind in range(1, total.shape[0]):
        fuller = (stages.there[kind] > 0) & (total[kind] > best)
        chosen = [np.where(fuller, part[kind if len(part) > 1 else 0], now) for part, now in zip(parts, chosen, strict=True)]
        best = np.where(fuller, total[kind], best)
    return rows(*chosen), best


def _growth(c: Columns, s: Shape, stages: Stages, parts: tuple[Array, ...], total: Array) -> Growth:
    """How the bytes of each stage follow load and context; every growing part takes its share of the reserve along."""
    share = 1 + c.reserve_fraction
    steady = _WORKSPACE_BYTES + s.training * (s.dp > 1) * _BUCKET_BYTES
    cache, held = parts[ROW["kv_cache"]] * share, parts[ROW["activations"]] * share
    logits = (parts[ROW["logits"]] - _WORKSPACE_BYTES) * share
    sent = (parts[ROW["communication"]] + _WORKSPACE_BYTES - steady) * share
    waiting = np.zeros((1, 1))
    if s.trained:
        waiting = s.training * share * kept.waiting_bytes(c, s, stages)
    windowed = scores = rows_of_scores = np.zeros((1, 1))
    if c.some("window_layers"):
        whole, short = cached_tokens(c)
        windowed = cache * short / (whole + short)
    if c.some("unfused"):
        stored = share * kept.score_bytes(c, s)
        scores, rows_of_scores = stored * (s.decode == 0), stored * s.decode
    if s.trained and c.some("unfused"):
        trained = kept.training_bytes(c, s, stages) - kept.training_bytes(c.replace(context=0.0), s, stages)
        scores = scores + s.training * share * trained
    # Decode keeps the KV cache alone for each token of context; a prompt has the logits of one token, and so has an image's class.
    painted = np.where((s.training * c.decoder > 0) | (c.paints > 0), logits, 0.0)
    longer = np.where(s.decode > 0, cache + rows_of_scores, cache + held + sent + painted) - windowed - scores
    return Growth(
        stages.there, total, cache, held + logits + sent, waiting, longer, windowed, scores, stages.in_flight, stages.index
    )


def _splits(c: Columns) -> list[tuple[int, int]]:
    """(TP, PP), powers of two, smaller groups first, in a group the widest TP first."""
    heads = c.heads.astype(np.int64)
    widest = int(np.max(heads & -heads))
    sizes = [2**k for k in range(int(np.log2(_LARGEST_GROUP)) + 1)]
    return [(tp, size // tp) for size in sizes for tp in (2**k for k in range(size.bit_length())[::-1]) if tp <= widest]


def fewest_chips(c: Columns) -> Array:
    """Smallest power-of-two group, cut into TP x PP in whatever way, that holds a replica; 0 for none. Shape (n,).

    Some 80 points are tried for each point.
    """
    splits = np.array(_splits(c), dtype=np.float64)
    point, split = (i.ravel() for i in np.indices((c.width, len(splits))))
    tp, pp = splits[split].T
    many = Columns({name: np.broadcast_to(getattr(c, name), (c.width,)) for name in COLUMN_NAMES}).take(point)
    size = tp * pp
    trial = many.replace(
        tp=tp, pp=pp, cp=1.0, ep=1.0, expert_tp=0.0, virtual_stages=1.0,
        chips=np.where(many.phase == TRAINING, np.maximum(size, many.chips), size),
    )  # fmt: skip
    s = cut(trial)
    stages = stages_of(trial, s)
    _, total = _fullest(stages, *_table(trial, s, stages))
    holds = (total <= trial.hbm_bytes) & (pp <= trial.layers) & (trial.heads % tp == 0)
    sizes = np.where(holds, size, np.inf).reshape(c.width, len(splits)).min(axis=1)
    best: Array = np.where(np.isfinite(sizes), sizes, 0.0)
    return best


__all__ = ["PARTS", "ROW", "Memory", "Reach", "Stages", "fewest_chips", "fill", "reach", "stages_of"]
