"""What fills the memory of the fullest chip, and what else would fit. Arrays have shape (parts, n) or (n,)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate.columns import COLUMN_NAMES, TRAINING, Array, Columns
from explorer.evaluate.operators import rows
from explorer.evaluate.shape import Shape, cut
from explorer.evaluate.stretch import Growth, stretch
from explorer.physics import attention, memory, transformer

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
_BYTES_PER_LOGIT = (4.0, 8.0)  # inference: FP32 logits; training: logits and their gradient
_OPTIMIZER_BYTES = 12.0  # FP32 master weights and two moments
_WORKSPACE_BYTES = 64 * 1024.0**2  # one matmul workspace of a stream (model.md 5.7: 32 to 64 MiB)
_BUCKET_BYTES = 2 * 40e6  # two gradient buckets of 40 MB (PyTorch DDP's size)
_LARGEST_GROUP = 4096


@dataclass(frozen=True, eq=False)
class Memory:
    """Parts of the fullest stage, and how far the rest would stretch."""

    parts: Array
    total: Array
    capacity: Array
    largest_batch: Array
    longest_context: Array
    fewest_chips: Array
    params_per_rank: Array

    @property
    def fits(self) -> Array:
        """1 where the fullest stage fits, else 0."""
        return (self.total <= self.capacity).astype(np.float64)


@dataclass(frozen=True, eq=False)
class _Stages:
    """The first and the last pipeline stage, each array (2, n), or the only one, (1, n).

    No stage between them is fuller than the first: it holds fewer micro-batches and no embedding. Interleaving fills both.
    """

    layers: Array
    layer_params: Array
    params: Array
    in_flight: Array
    has_head: Array


def _layer_params(c: Columns) -> Array:
    core = transformer.attention_params(hidden=c.hidden, heads=c.heads, kv_heads=c.kv_heads, head_dim=c.head_dim)
    ffn = transformer.ffn_params(hidden=c.hidden, ffn=c.ffn, ffn_matrices=c.ffn_matrices)
    replicated = transformer.norm_params(hidden=c.hidden)
    kv_copies = attention.kv_heads_per_rank(kv_heads=c.kv_heads, tp=c.tp) * c.tp / c.kv_heads
    kv = 2 * c.kv_heads * c.head_dim * c.hidden
    total: Array = (core + ffn + kv * (kv_copies - 1)) / c.tp + replicated
    return total


def _stages(c: Columns, s: Shape) -> _Stages:
    layer, table = _layer_params(c), transformer.embedding_params(vocab=c.vocab, hidden=c.hidden) / c.tp
    alone = c.pp == 1
    only = s.most_layers * layer + table + np.where(alone, (c.embedding_matrices - 1) * table + c.hidden, 0.0)
    if alone.all():
        one = np.ones((1, 1))
        return _Stages(s.most_layers[None], layer, only[None], one, one)
    fewest = np.maximum(1.0, s.fewest_layers)
    return _Stages(
        rows(s.most_layers, fewest), layer,
        rows(only, np.where(alone, 0.0, fewest * layer + table + c.hidden)),
        rows(*(memory.in_flight_microbatches(stage=r, pp=c.pp, microbatches=s.microbatches, chunks=s.chunks) for r in (0.0, c.pp - 1))),
        rows(alone, ~alone),
    )  # fmt: skip


def _parts(c: Columns, s: Shape, stages: _Stages) -> tuple[Array, ...]:
    """Parts of each stage, in the order of `PARTS`, each (stages, n) or narrower."""
    params, zero = stages.params, c.zero
    training, trained = s.training, bool(s.training.any())
    weights, nothing = params * c.weight_bytes_per_element, np.zeros((1, 1))
    gradients, optimizer, kept = nothing, nothing, nothing
    if trained:
        sharded = memory.sharded_weight_bytes(
            params=params, bytes_per_param=c.weight_bytes_per_element, dp=s.dp, zero=zero, layer_params=stages.layer_params
        )
        weights = np.where(training > 0, sharded, weights)
        gradients = training * memory.gradient_bytes(params=params, bytes_per_param=np.asarray(4.0), dp=s.dp, zero=zero)
        optimizer = training * memory.optimizer_bytes(
            params=params, bytes_per_param=np.asarray(_OPTIMIZER_BYTES), dp=s.dp, zero=zero
        )
        # Full recomputation brings one layer at a time back whole.
        whole = np.where(c.recompute == 2, _kept(c, s, np.zeros(1)), 0.0)
        kept = stages.in_flight * stages.layers * _kept(c, s, c.recompute) + whole
    activations = np.where(training > 0, kept, _live(c, s))
    cache = (1 - training) * memory.kv_cache_bytes(
        tokens=np.ceil(c.batch) * c.context, layers=stages.layers,
        kv_heads=attention.kv_heads_per_rank(kv_heads=c.kv_heads, tp=c.tp), head_dim=c.head_dim,
        kv_bytes_per_element=c.kv_bytes_per_element,
    )  # fmt: skip
    per_logit = np.where(training > 0, _BYTES_PER_LOGIT[1], _BYTES_PER_LOGIT[0])
    logits = memory.logits_bytes(positions=s.head_tokens, vocab=c.vocab, tp=c.tp, bytes_per_logit=per_logit)
    logits = logits * stages.has_head
    buffers = 2 * s.tokens * c.hidden * c.stream_bytes_per_element * (c.tp > 1) + training * (s.dp > 1) * _BUCKET_BYTES
    dynamic = gradients + activations + cache + logits + buffers
    reserve = memory.reserve_bytes(dynamic_bytes=dynamic, fixed_bytes=c.reserve_bytes, fraction=c.reserve_fraction)
    return (weights, gradients, optimizer, activations, cache, logits + _WORKSPACE_BYTES, buffers, reserve)


def _kept(c: Columns, s: Shape, recompute: Array) -> Array:
    """Activations of one layer that wait for the backward pass, one micro-batch."""
    return memory.training_activation_bytes(
        tokens=s.tokens, hidden=c.hidden, heads=c.heads, kv_heads=c.kv_heads, head_dim=c.head_dim, ffn=c.ffn,
        ffn_matrices=c.ffn_matrices, tp=c.tp, sequence_parallel=c.sequence_parallel, recompute=recompute,
        context=c.context,
    )  # fmt: skip


def _live(c: Columns, s: Shape) -> Array:
    """Activations alive while one layer runs forward."""
    return memory.inference_activation_bytes(
        tokens=s.tokens, hidden=c.hidden, ffn=c.ffn, ffn_matrices=c.ffn_matrices, tp=c.tp,
        bytes_per_element=c.stream_bytes_per_element,
    )


def _table(c: Columns, s: Shape, stages: _Stages) -> tuple[tuple[Array, ...], Array]:
    """Parts and total of each stage, (stages, n) or narrower."""
    parts = tuple(np.atleast_2d(part) for part in _parts(c, s, stages))
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return parts, total


def _fullest(stages: _Stages, parts: tuple[Array, ...], total: Array) -> tuple[Array, Array]:
    """Parts and total of the fuller stage."""
    if total.shape[0] == 1:
        return rows(*[part[-1] for part in parts]), total[0]
    second = (stages.params[1] > 0) & (total[1] > total[0])
    chosen = [np.where(second, part[-1], part[0]) for part in parts]
    return rows(*chosen), np.where(second, total[1], total[0])


def _growth(c: Columns, s: Shape, stages: _Stages, parts: tuple[Array, ...], total: Array) -> Growth:
    """How the bytes of each stage follow load and context; every growing part takes its share of the reserve along."""
    share = 1 + c.reserve_fraction
    steady = _WORKSPACE_BYTES + s.training * (s.dp > 1) * _BUCKET_BYTES
    cache, kept = parts[ROW["kv_cache"]] * share, parts[ROW["activations"]] * share
    logits = (parts[ROW["logits"]] - _WORKSPACE_BYTES) * share
    sent = (parts[ROW["communication"]] + _WORKSPACE_BYTES - steady) * share
    waiting = np.zeros((1, 1))
    if s.training.any():
        waiting = s.training * share * stages.in_flight * stages.layers * _kept(c, s, c.recompute)
    # Decode keeps the KV cache alone for each token of context, prefill no logits.
    longer = np.where(s.decode > 0, cache, cache + kept + sent + np.where(s.prefill > 0, 0.0, logits))
    there = np.where(stages.params > 0, 1.0, 0.0)
    return Growth(there, total, cache, kept + logits + sent, waiting, longer, stages.in_flight)


def _splits(c: Columns) -> list[tuple[int, int]]:
    """(TP, PP), powers of two, smaller groups first, in a group the widest TP first."""
    heads = c.heads.astype(np.int64)
    widest = int(np.max(heads & -heads))
    sizes = [2**k for k in range(int(np.log2(_LARGEST_GROUP)) + 1)]
    return [(tp, size // tp) for size in sizes for tp in (2**k for k in range(size.bit_length())[::-1]) if tp <= widest]


def _fewest(c: Columns) -> Array:
    """Smallest power-of-two group, cut into TP x PP in whatever way, that holds a replica; 0 for none. Shape (n,)."""
    splits = np.array(_splits(c), dtype=np.float64)
    point, split = (i.ravel() for i in np.indices((c.width, len(splits))))
    tp, pp = splits[split].T
    many = Columns({name: np.broadcast_to(getattr(c, name), (c.width,)) for name in COLUMN_NAMES}).take(point)
    size = tp * pp
    trial = many.replace(tp=tp, pp=pp, virtual_stages=1.0, chips=np.where(many.phase == TRAINING, np.maximum(size, many.chips), size))
    s = cut(trial)
    stages = _stages(trial, s)
    _, total = _fullest(stages, *_table(trial, s, stages))
    holds = (total <= trial.hbm_bytes) & (pp <= trial.layers) & (trial.heads % tp == 0)
    sizes = np.where(holds, size, np.inf).reshape(c.width, len(splits)).min(axis=1)
    best: Array = np.where(np.isfinite(sizes), sizes, 0.0)
    return best


def fill(c: Columns, s: Shape, *, search: bool) -> Memory:
    """Memory of each point. ``search`` also looks for the smallest group (some 80 points for each point)."""
    stages = _stages(c, s)
    table, totals = _table(c, s, stages)
    parts, total = _fullest(stages, table, totals)
    batch, context = stretch(c, s, _growth(c, s, stages, table, totals))
    fewest = _fewest(c) if search else np.zeros(1)
    return Memory(parts, total, c.full(c.hbm_bytes), batch, context, fewest, np.max(stages.params, axis=0))
