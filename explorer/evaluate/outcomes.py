"""Results by key of `quantities.QUANTITIES`: how each follows from a report."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from explorer.evaluate.blocks import summed
from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.matmuls import rows
from explorer.evaluate.outlook import RESULTS
from explorer.evaluate.report import TIME_PARTS, Report
from explorer.evaluate.shape import Shape
from explorer.evaluate.tapes import as_array
from explorer.physics import economics, mixture, serving, transformer


def _exists(r: Report) -> Array:
    return np.where(r.valid_plan > 0, 1.0, np.nan)


def _step(r: Report) -> Array:
    return r.step.total * _exists(r)


def _bound(r: Report) -> Array:
    """At best every resource of a chip is busy from the first to the last moment."""
    total = r.passes.total
    return as_array(np.maximum(np.maximum(total("flop_s"), total("sram_s")), total("hbm_s")) * _exists(r))


def _low(r: Report) -> Array:
    step = r.values["step_s"]
    return np.maximum(step / (1 + r.columns.band_fraction), np.minimum(_bound(r), step))


def tokens(c: Columns, s: Shape) -> Array:
    """Tokens that a step delivers, all replicas together; with a draft those that are expected to be accepted."""
    each = c.batch * c.context
    inference = np.where(s.decode > 0, c.batch, each) * s.dp if s.decoded else each * s.dp
    found = np.where(s.training > 0, each, inference)
    if c.some("draft_tokens"):
        accepted = serving.accepted_tokens(draft_tokens=c.draft_tokens, acceptance_fraction=c.draft_acceptance)
        found = np.where(s.decode > 0, found * accepted, found)
    return found


def _per_user(r: Report) -> Array:
    c, s = r.columns, r.shape
    return np.where(s.decode > 0, tokens(c, s) / (c.batch * s.dp) / r.values["step_s"], np.nan)


def model_flop(c: Columns, s: Shape) -> Array:
    """FLOP that the model needs for a step, without recomputation, padding or guesses that are thrown away."""
    weights, head, width = _active_weights(c), c.hidden * c.vocab, _attended(c)
    found = np.zeros(1)
    if s.decoded:
        one = transformer.forward_flop_per_token(weights=weights + head, key_tokens=_keys_decoded(c), attended=width, causal_fraction=1.0)
        found = s.decode * one * c.batch * s.dp
    keys, part = _keys_of_a_prompt(c)
    if (s.prefill > 0).any():
        prompt = transformer.forward_flop_per_token(weights=weights, key_tokens=keys, attended=width, causal_fraction=part) * c.context
        prompt = prompt + 2.0 * head * np.where(c.paints > 0, c.context, 1.0)
        found = np.where(s.prefill > 0, prompt * c.batch * s.dp, found)
    if s.trained:
        every = np.where((c.decoder > 0) | (c.paints > 0), head, head / c.context)
        one = 3.0 * transformer.forward_flop_per_token(weights=weights + every, key_tokens=keys, attended=width, causal_fraction=part)
        found = np.where(s.training > 0, one * c.batch * c.context, found)
    return found


def _attended(c: Columns) -> Array:
    """Heads times the mean length of a score's and a value's vector."""
    width = c.heads * c.head_dim
    if not c.some("latent_rank"):
        return width
    return np.where(c.latent_rank > 0, c.heads * (c.query_dim + c.head_dim) / 2, width)


def _keys_decoded(c: Columns) -> Array:
    """Keys that the query of a decoded token sees, all layers together."""
    if not c.some("window_layers"):
        return c.layers * c.context
    return (c.layers - c.window_layers) * c.context + c.window_layers * np.minimum(c.context, c.window)


def _keys_of_a_prompt(c: Columns) -> tuple[Array, Array]:
    """Keys of all layers, and the part of them that a mean query sees: a mask hides half of the square."""
    part = np.where(c.decoder > 0, 0.5, 1.0)
    if not c.some("window_layers"):
        return c.layers * c.context, part
    # The first queries of a window see fewer keys than it holds.
    windowed = np.minimum(c.context, np.maximum(c.window, 1.0))
    full = (c.layers - c.window_layers) * c.context * part
    return full + c.window_layers * windowed * (1.0 - windowed / (2.0 * c.context)), np.ones(1)


def _active_weights(c: Columns) -> Array:
    """Weights that a token passes in all layers."""
    attended = transformer.attention_params(hidden=c.hidden, heads=c.heads, kv_heads=c.kv_heads, head_dim=c.head_dim)
    if c.some("latent_rank"):
        shared, split = mixture.latent_attention_params(
            hidden=c.hidden, heads=c.heads, query_rank=c.latent_query_rank, kv_rank=c.latent_rank,
            plain_dim=c.query_dim - c.latent_rotary, rotary_dim=c.latent_rotary, value_dim=c.head_dim,
        )  # fmt: skip
        attended = np.where(c.latent_rank > 0, shared + split - c.latent_query_rank - c.latent_rank, attended)
    ffn = transformer.ffn_params(hidden=c.hidden, ffn=c.ffn, ffn_matrices=c.ffn_matrices)
    dense = c.layers * attended + (c.layers - c.expert_layers) * ffn
    if not c.some("experts"):
        return dense
    chosen = c.active_experts * c.expert_ffn + c.shared_ffn
    mixed = transformer.ffn_params(hidden=c.hidden, ffn=chosen, ffn_matrices=c.ffn_matrices) + c.experts * c.hidden
    return dense + c.expert_layers * mixed


def _mfu(r: Report) -> Array:
    c = r.columns
    return economics.model_flop_utilization(
        flop=model_flop(c, r.shape), chips=c.chips, peak_flop_per_s=c.peak_flop_per_s, step_s=r.values["step_s"]
    )


def _energy_j(r: Report) -> Array:
    """Energy of one chip over a step."""
    c, sent = r.columns, r.traffic
    return economics.chip_energy_j(
        flop=r.passes.total("flop"), peak_flop_per_s=c.peak_flop_per_s * c.clock, hbm_bytes=r.passes.total("hbm_bytes"),
        link_bytes=summed(sent.sent_bytes * sent.count), step_s=r.values["step_s"], tdp_w=c.tdp_w,
        idle_power_fraction=c.idle_power_fraction, hbm_j_per_byte=c.hbm_j_per_byte, link_j_per_byte=c.link_j_per_byte,
    )  # fmt: skip


ENERGY_PARTS = {"idle": "drawn without work", "compute": "computing", "hbm": "HBM traffic", "links": "links"}


def energy_parts_j(r: Report) -> Array:
    """Joules per token by `ENERGY_PARTS`, (parts, n); where the rated power caps their sum, all are reduced alike."""
    c, sent = r.columns, r.traffic
    work = (1.0 - c.idle_power_fraction) * r.passes.total("flop") / (c.peak_flop_per_s * c.clock)
    parts = rows(
        c.tdp_w * c.idle_power_fraction * r.values["step_s"], c.tdp_w * work, r.passes.total("hbm_bytes") * c.hbm_j_per_byte,
        summed(sent.sent_bytes * sent.count) * c.link_j_per_byte,
    )  # fmt: skip
    return as_array(parts * (r.values["joules_per_token"] / (parts[0] + parts[1] + parts[2] + parts[3])))


def _joules(r: Report) -> Array:
    c = r.columns
    return economics.joules_per_token(chip_energy_j=_energy_j(r), chips=c.chips, tokens=as_array(tokens(c, r.shape)))


def _network(r: Report) -> Array:
    return as_array(r.time_parts[list(TIME_PARTS).index("network")] * _exists(r))


def _fewest(r: Report) -> Array:
    found = r.fewest_chips
    return as_array(np.where(found > 0, found, np.nan))


def _of_the_run(key: str) -> Callable[[Report], Array]:
    return lambda r: r.outlook[key]


RULES: dict[str, Callable[[Report], Array]] = {
    "step_s": _step,
    "step_low_s": _low,
    "step_high_s": lambda r: r.values["step_s"] * (1 + r.columns.band_fraction),
    "tokens_per_s": lambda r: tokens(r.columns, r.shape) / r.values["step_s"],
    "tokens_per_s_per_chip": lambda r: r.values["tokens_per_s"] / r.columns.chips,
    "tokens_per_s_per_user": _per_user,
    "mfu": _mfu,
    "memory_total_bytes": lambda r: r.memory.total,
    "memory_capacity_bytes": lambda r: r.memory.capacity,
    "largest_batch": lambda r: r.reach.largest_batch,
    "longest_context": lambda r: r.reach.longest_context,
    "fewest_chips": _fewest,
    "network_exposed_s": _network,
    "network_exposed_fraction": lambda r: r.values["network_exposed_s"] / r.values["step_s"],
    "joules_per_token": _joules,
    "usd_per_million_tokens": lambda r: economics.usd_per_million_tokens(
        chips=r.columns.chips, usd_per_chip_h=r.columns.usd_per_chip_h, tokens_per_s=r.values["tokens_per_s"]
    ),
    **{key: _of_the_run(key) for key in RESULTS},
}
