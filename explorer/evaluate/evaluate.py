"""Nouns meet verbs: columns in, a report out. Nothing here loops over points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate import memory, network, operators
from explorer.evaluate.columns import TRAINING, Array, Columns, lower
from explorer.evaluate.operators import OPERATORS, PART_OF, Work, rows
from explorer.evaluate.report import TIME_PARTS, OperatorTable, Report
from explorer.evaluate.shape import Shape, cut
from explorer.evaluate.validity import valid
from explorer.physics import economics, transformer
from explorer.specs import Scenario, Study

_PER_LAYER = ("norm", "qkv", "rotary", "attention", "out", "gate_up", "activation", "down")
_CHUNK = 4096  # points that keep the tables of one pass inside a core's cache


def evaluate_study(study: Study | list[Scenario], *, search: bool = False) -> Report:
    """Evaluate every scenario of a study, or a list of scenarios, as one batch."""
    return evaluate(lower(study), search=search)


def evaluate(c: Columns, *, search: bool = False) -> Report:
    """Evaluate all points of ``c``. ``search`` also finds the fewest chips. Never raises; what cannot be is NaN."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return _evaluate(c, search)


def evaluate_in_chunks(c: Columns, key: str) -> Array:
    """One result for a large batch, shape (n,), computed in pieces that stay in the cache."""
    if c.width <= _CHUNK:
        return evaluate(c).values[key]
    parts = [evaluate(c.take(slice(i, i + _CHUNK))).values[key] for i in range(0, c.width, _CHUNK)]
    return np.concatenate([np.broadcast_to(p, (min(_CHUNK, c.width - i * _CHUNK),)) for i, p in enumerate(parts)])


def _evaluate(c: Columns, search: bool) -> Report:
    s = cut(c)
    held = memory.fill(c, s, search=search)
    passes = _passes(c, s, held.params_per_rank)
    table = _operator_table(c, s, passes, held.params_per_rank)
    traffic = network.traffic(c, s, held.params_per_rank)
    busy = _sum(table.time_s[: operators.ROW["optimizer"]])
    layer = _sum(passes.micro.time_s * _layer_rows()) * c.layers / c.pp * s.microbatches
    one_backward = _sum(passes.back.time_s) * c.layers / c.pp
    exposed = network.exposed(c, s, traffic, busy, layer, one_backward)
    parts = _time_parts(c, s, passes, table, exposed)
    return _report(c, s, held, table, traffic, exposed, parts)


@dataclass(frozen=True, eq=False)
class _Passes:
    """Forward and backward of one micro-batch through one layer (and one stage end), and the optimizer's step.

    ``micro`` is all that one micro-batch costs, recomputation included.
    """

    ahead: Work
    back: Work
    micro: Work
    update: Work


def _passes(c: Columns, s: Shape, params: Array) -> _Passes:
    ahead = operators.forward(c, s, _resident(c, s, params))
    none = Work(*[np.zeros((len(OPERATORS), 1))] * 7)
    if not np.any(c.phase == TRAINING):
        return _Passes(ahead, none, ahead, none)
    back = operators.backward(c, s, ahead)
    core = np.zeros((len(OPERATORS), 1))
    core[operators.ROW["attention"]] = 1.0
    again = np.where(c.recompute == 2, _layer_rows(), np.where(c.recompute == 1, core, 0.0)) * s.training
    return _Passes(ahead, back, _added(ahead, back, again), operators.optimizer(c, s, params))


def _added(ahead: Work, back: Work, again: Array) -> Work:
    fields = ("flop", "sram_bytes", "hbm_bytes", "flop_s", "sram_s", "hbm_s", "latency_s")
    return _Sequence(
        *[getattr(ahead, f) * (1 + again) + getattr(back, f) for f in fields],
        total_s=ahead.time_s * (1 + again) + back.time_s,
    )


@dataclass(frozen=True, eq=False)
class _Sequence(Work):
    """Passes one after the other: their times add, so the slowest ceiling of the sums is not the time."""

    total_s: Array

    @property
    def time_s(self) -> Array:
        return self.total_s


def _layer_rows() -> Array:
    """1 for operators that run in every layer, (operators, 1)."""
    return np.array([[float(k in _PER_LAYER)] for k in OPERATORS])


def _resident(c: Columns, s: Shape, params: Array) -> Array:
    """Share of weights and KV cache that SRAM can hold from one decode step to the next; counted in the ideal set only."""
    cache = c.batch * c.context * 2 * c.layers / c.pp * np.ceil(c.kv_heads / c.tp) * c.head_dim * c.kv_bytes_per_element
    read = params * c.weight_bytes_per_element + cache
    return np.where((c.ideal > 0) & (s.decode > 0), np.minimum(1.0, c.sram_bytes / read), 0.0)


def _operator_table(c: Columns, s: Shape, p: _Passes, params: Array) -> OperatorTable:
    """Totals of a step on one chip, averaged over the stages."""
    once = s.microbatches / c.pp
    count = np.where(_layer_rows() > 0, once * c.layers, once)
    total = {f: getattr(p.micro, f) * count + getattr(p.update, f) for f in ("flop", "sram_bytes", "hbm_bytes", "flop_s", "sram_s", "hbm_s", "latency_s", "time_s")}
    slowest = np.stack(np.broadcast_arrays(total["flop_s"], total["sram_s"], total["hbm_s"], total["latency_s"]))
    sent = 2 * (c.tp - 1) / c.tp * s.tokens * c.hidden * c.stream_bytes_per_element
    each = sent * count[operators.ROW["out"]] * np.where(s.training > 0, 2.0, 1.0) * np.ones(1)
    link = np.zeros((len(OPERATORS), max(each.shape[-1], total["flop"].shape[-1])))
    link[operators.ROW["out"]] = link[operators.ROW["down"]] = each
    return OperatorTable(
        total["flop"], total["sram_bytes"], total["hbm_bytes"], link, total["flop_s"], total["sram_s"], total["hbm_s"],
        total["time_s"], np.argmax(slowest, axis=0).astype(np.float64),
    )  # fmt: skip


def _sum(table: Array) -> Array:
    """Sum over rows in their order, so that a point in a batch equals the point alone bit for bit."""
    total: Array = table[0]
    for row in table[1:]:
        total = total + row
    return total


def _time_parts(c: Columns, s: Shape, p: _Passes, table: OperatorTable, exposed: Array) -> Array:
    """The step, cut into `TIME_PARTS`: busy time and exposed network of a chip, waiting for the pipeline, host."""
    sums = {part: np.zeros(1) for part in TIME_PARTS}
    for i, key in enumerate(OPERATORS):
        sums[PART_OF[key]] = sums[PART_OF[key]] + table.time_s[i]
    network_s = _sum(exposed)
    inside = _sum(exposed[: network.ROW["pp_boundary"]])
    # Everything that a micro-batch costs in all stages, and in the slowest of them.
    scale = c.pp / s.microbatches
    layers = (_sum(table.time_s * _layer_rows()) + exposed[network.ROW["tp_layer"]]) * scale
    first = (table.time_s[operators.ROW["embedding"]] + exposed[network.ROW["tp_embedding"]]) * scale
    head = table.time_s[operators.ROW["head"]] + table.time_s[operators.ROW["loss"]]
    last = (head + exposed[network.ROW["tp_logits"]]) * scale
    whole = layers + first + last
    slowest = np.maximum(layers * s.most_layers / c.layers + first, layers * s.fewest_layers / c.layers + last)
    slowest = np.where(c.pp == 1, whole, slowest)
    flowing = np.where(s.decode > 0, np.maximum(s.microbatches * slowest, whole), (s.microbatches - 1) * slowest + whole)
    busy = _sum(table.time_s[: operators.ROW["optimizer"]]) + inside
    sums["network"] = network_s
    sums["pipeline"] = np.where(c.pp == 1, 0.0, np.maximum(0.0, flowing - busy))
    sums["host"] = c.host_s
    return rows(*sums.values())


def _tokens(c: Columns, s: Shape) -> Array:
    """Tokens that a step delivers, all replicas together."""
    return np.where(s.training > 0, c.batch * c.context, np.where(s.decode > 0, c.batch, c.batch * c.context) * s.dp)


def _model_flop(c: Columns, s: Shape) -> Array:
    """FLOP that the model needs for a step, without recomputation or padding."""
    names = ("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "ffn_matrices", "vocab", "context")
    dims = {name: getattr(c, name) for name in names}
    train = transformer.training_flop_per_token(**dims) * c.batch * c.context
    prefill = transformer.prefill_flop_per_sequence(**dims) * c.batch * s.dp
    decode = transformer.decode_flop_per_token(**dims) * c.batch * s.dp
    return np.where(s.training > 0, train, np.where(s.decode > 0, decode, prefill))


def _report(
    c: Columns, s: Shape, held: memory.Memory, table: OperatorTable, traffic: network.Traffic, exposed: Array, parts: Array
) -> Report:
    possible = valid(c)
    exists = np.where(possible > 0, 1.0, np.nan)
    step = _sum(parts) * exists
    tokens = _tokens(c, s)
    energy = economics.chip_energy_j(
        flop=_sum(table.flop), peak_flop_per_s=c.peak_flop_per_s, hbm_bytes=_sum(table.hbm_bytes),
        link_bytes=_sum(traffic.sent_bytes * traffic.count), step_s=step, tdp_w=c.tdp_w,
        idle_power_fraction=c.idle_power_fraction, hbm_j_per_byte=c.hbm_j_per_byte, link_j_per_byte=c.link_j_per_byte,
    )  # fmt: skip
    # At best every resource of a chip is busy from the first to the last moment.
    bound = np.maximum(np.maximum(_sum(table.flop_s), _sum(table.sram_s)), _sum(table.hbm_s)) * exists
    rate = tokens / step
    values = {
        "step_s": step,
        "step_low_s": np.maximum(step / (1 + c.band_fraction), np.minimum(bound, step)),
        "step_high_s": step * (1 + c.band_fraction),
        "tokens_per_s": rate,
        "tokens_per_s_per_chip": rate / c.chips,
        "tokens_per_s_per_user": np.where(s.decode > 0, 1 / step, np.nan),
        "mfu": economics.model_flop_utilization(flop=_model_flop(c, s), chips=c.chips, peak_flop_per_s=c.peak_flop_per_s, step_s=step),
        "memory_total_bytes": held.total,
        "memory_capacity_bytes": held.capacity,
        "largest_batch": held.largest_batch,
        "longest_context": held.longest_context,
        "fewest_chips": np.where(held.fewest_chips > 0, held.fewest_chips, np.nan),
        "network_exposed_s": parts[list(TIME_PARTS).index("network")] * exists,
        "network_exposed_fraction": parts[list(TIME_PARTS).index("network")] / step,
        "joules_per_token": economics.joules_per_token(chip_energy_j=energy, chips=c.chips, tokens=tokens),
        "usd_per_million_tokens": economics.usd_per_million_tokens(chips=c.chips, usd_per_chip_h=c.usd_per_chip_h, tokens_per_s=rate),
    }
    return Report(c, s, table, held, traffic, exposed, parts, values, held.fits, possible)
