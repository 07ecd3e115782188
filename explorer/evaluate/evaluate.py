"""Nouns meet verbs: columns in, a report out. Nothing here loops over points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate import memory, network, operators
from explorer.evaluate.columns import Array, Columns, lower
from explorer.evaluate.operators import OPERATORS, PART_OF, Work, rows
from explorer.evaluate.outlook import with_outlook
from explorer.evaluate.power_columns import throttled
from explorer.evaluate.report import TIME_PARTS, OperatorTable, Report
from explorer.evaluate.shape import Shape, cut
from explorer.evaluate.validity import valid
from explorer.physics import economics, transformer
from explorer.specs import Scenario, Study

_LAYERS = slice(operators.ROW["norm"], operators.ROW["down"] + 1)  # what runs in every layer stands together
_NARROW = 64  # below this many points one call costs less than several
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
    c = throttled(c)
    s = cut(c)
    held = memory.fill(c, s, search=search)
    passes = _passes(c, s, held.params_per_rank)
    table = _operator_table(c, s, passes)
    traffic = network.traffic(c, s, held.params_per_rank)
    exposed = network.exposed(c, s, traffic, _busy(c, s, passes))
    parts = _time_parts(c, s, table, exposed)
    return _report(c, s, held, table, traffic, exposed, parts)


@dataclass(frozen=True, eq=False)
class _Passes:
    """Forward and backward of one micro-batch through one layer (and one stage end), and the optimizer's step.

    ``micro`` is all that one micro-batch costs, recomputation included. ``back`` and ``update`` are None without training.
    """

    ahead: Work
    back: Work | None
    micro: Work
    update: Work | None


def _passes(c: Columns, s: Shape, params: Array) -> _Passes:
    ahead = operators.forward(c, s, _resident(c, s, params))
    if not s.training.any():
        return _Passes(ahead, None, ahead, None)
    back = operators.backward(c, s, ahead)
    again = np.where(c.recompute == 2, _LAYER_ROWS, np.where(c.recompute == 1, _CORE_ROW, 0.0)) * s.training
    return _Passes(ahead, back, _added(ahead, back, again), operators.optimizer(c, s, params))


def _added(ahead: Work, back: Work, again: Array) -> Work:
    """Passes one after the other: their times add, so the slowest ceiling of the sums is not the time."""
    fields = ("flop", "sram_bytes", "hbm_bytes", "flop_s", "sram_s", "hbm_s", "latency_s", "time_s")
    return Work(*[getattr(ahead, f) * (1 + again) + getattr(back, f) for f in fields])


_LAYER_ROWS = np.zeros((len(OPERATORS), 1))
_LAYER_ROWS[_LAYERS] = 1.0
_CORE_ROW = np.array([[float(k == "attention")] for k in OPERATORS])


def _resident(c: Columns, s: Shape, params: Array) -> Array:
    """Share of weights and KV cache that SRAM can hold from one decode step to the next; counted in the ideal set only."""
    cache = c.batch * c.context * 2 * c.layers / c.pp * np.ceil(c.kv_heads / c.tp) * c.head_dim * c.kv_bytes_per_element
    read = params * c.weight_bytes_per_element + cache
    return np.where((c.ideal > 0) & (s.decode > 0), np.minimum(1.0, c.sram_bytes / read), 0.0)


def _busy(c: Columns, s: Shape, p: _Passes) -> network.Busy:
    """What messages can hide behind: the layers of a stage."""
    stage = c.layers / c.pp
    forward = _sum(p.ahead.time_s[_LAYERS]) * stage
    if p.back is None:
        return network.Busy(forward * s.microbatches, forward, np.zeros(1))
    backward, both = _sum(p.back.time_s[_LAYERS]), _sum(p.micro.time_s[_LAYERS])
    return network.Busy(both * stage * s.microbatches, forward, backward * stage)


def _operator_table(c: Columns, s: Shape, p: _Passes) -> OperatorTable:
    """Totals of a step on one chip, averaged over the stages."""
    once = s.microbatches / c.pp
    count = np.where(_LAYER_ROWS > 0, once * c.layers, once)
    each = 2 * (c.tp - 1) / c.tp * s.tokens * c.hidden * c.stream_bytes_per_element * count[operators.ROW["out"]]
    each = each * np.where(s.training > 0, np.where(c.recompute == 2, 3.0, 2.0), 1.0)
    link = np.zeros((len(OPERATORS), each.shape[-1]))
    link[operators.ROW["out"]] = link[operators.ROW["down"]] = each

    def total(field: str) -> Array:
        whole: Array = getattr(p.micro, field) * count
        return whole if p.update is None else whole + getattr(p.update, field)

    return OperatorTable(
        total("flop"), total("sram_bytes"), total("hbm_bytes"), link, total("flop_s"), total("sram_s"), total("hbm_s"),
        total("latency_s"), total("time_s"),
    )  # fmt: skip


def _sum(table: Array) -> Array:
    """Sum over rows in their order, so that a point in a batch equals the point alone bit for bit."""
    if table.shape[-1] < _NARROW:
        narrow: Array = np.add.accumulate(table, axis=0)[-1]
        return narrow
    total: Array = table[0] + table[1]
    for row in table[2:]:
        total += row
    return total


def _time_parts(c: Columns, s: Shape, table: OperatorTable, exposed: Array) -> Array:
    """The step, cut into `TIME_PARTS`: busy time and exposed network of a chip, waiting for the pipeline, host."""
    sums = {part: np.zeros(1) for part in TIME_PARTS}
    for i, key in enumerate(OPERATORS):
        sums[PART_OF[key]] = sums[PART_OF[key]] + table.time_s[i]
    network_s = _sum(exposed)
    inside = _sum(exposed[: network.ROW["dp_gradients"]])
    # Everything that a micro-batch costs in all stages, messages spread like the layers, and in the slowest of them.
    scale = c.pp / s.microbatches
    layers = (_sum(table.time_s[_LAYERS]) + inside) * scale
    first = table.time_s[operators.ROW["embedding"]] * scale
    last = (table.time_s[operators.ROW["head"]] + table.time_s[operators.ROW["loss"]]) * scale
    whole = layers + first + last
    slowest = np.maximum(layers * s.most_layers / c.layers + first, layers * s.fewest_layers / c.layers + last)
    slowest = np.where(c.pp == 1, whole, slowest)
    # The pipeline fills and drains in chunks of a stage: (p - 1) / v of a stage's time.
    filled = s.microbatches * slowest + (whole - slowest) / s.chunks
    flowing = np.where(s.decode > 0, np.maximum(s.microbatches * slowest, whole), filled)
    busy = _sum(table.time_s[: operators.ROW["optimizer"]]) + inside
    sums["network"] = network_s
    sums["pipeline"] = np.where(c.pp == 1, 0.0, np.maximum(0.0, flowing - busy))
    sums["host"] = c.host_s
    parts = rows(*sums.values())
    # What a training stack adds (gaps between kernels, copies, clocks that sink) stretches all parts alike.
    return parts / c.stack_fraction if (c.stack_fraction < 1).any() else parts


def _tokens(c: Columns, s: Shape) -> Array:
    """Tokens that a step delivers, all replicas together."""
    return np.where(s.training > 0, c.batch * c.context, np.where(s.decode > 0, c.batch, c.batch * c.context) * s.dp)


def _model_flop(c: Columns, s: Shape) -> Array:
    """FLOP that the model needs for a step, without recomputation or padding."""
    names = ("layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "ffn_matrices", "vocab", "context")
    dims = {name: getattr(c, name) for name in names}
    flop = np.zeros(1)
    if s.decode.any():
        flop = s.decode * transformer.decode_flop_per_token(**dims) * c.batch * s.dp
    if s.prefill.any():
        flop = np.where(s.prefill > 0, transformer.prefill_flop_per_sequence(**dims) * c.batch * s.dp, flop)
    if s.training.any():
        flop = np.where(s.training > 0, transformer.training_flop_per_token(**dims) * c.batch * c.context, flop)
    return flop


def _energy_j(c: Columns, table: OperatorTable, traffic: network.Traffic, step_s: Array) -> Array:
    """Energy of one chip over a step."""
    return economics.chip_energy_j(
        flop=_sum(table.flop), peak_flop_per_s=c.peak_flop_per_s * c.clock, hbm_bytes=_sum(table.hbm_bytes),
        link_bytes=_sum(traffic.sent_bytes * traffic.count), step_s=step_s, tdp_w=c.tdp_w,
        idle_power_fraction=c.idle_power_fraction, hbm_j_per_byte=c.hbm_j_per_byte, link_j_per_byte=c.link_j_per_byte,
    )  # fmt: skip


def _report(
    c: Columns, s: Shape, held: memory.Memory, table: OperatorTable, traffic: network.Traffic, exposed: Array, parts: Array
) -> Report:
    possible = valid(c)
    exists = np.where(possible > 0, 1.0, np.nan)
    step = _sum(parts) * exists
    tokens = _tokens(c, s)
    energy = _energy_j(c, table, traffic, step)
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
    return Report(c, s, table, held, traffic, exposed, parts, with_outlook(c, values), held.fits, possible)
