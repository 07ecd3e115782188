"""What each column is of a scenario: one row a column, in base units, without any arithmetic on more than one spec."""

from __future__ import annotations

import math
from collections.abc import Callable

from explorer.evaluate.link_columns import LINKS
from explorer.evaluate.loss_getters import LOSSES, expert_formats, expert_matmul_name, matmul_name
from explorer.evaluate.run_columns import RUN
from explorer.specs import FORMATS, OFFLOADS, PHASES, RECOMPUTES, Experts, Latent, Scenario, Window

Getter = Callable[[Scenario], float]
NAN = math.nan
# A pair of kept weights in the sparse format carries as many index bits whatever the ratio: 2 of 4, or 4 of 16 (model.md 3.7).
SPARSE_INDEX_BYTES = 0.125
_QUARTER_GAIN = 3.0  # rates above this many times the dense one keep a quarter of the weights, others half
_LOGIT_BYTES = {"plain": 8.0, "eager": 14.0, "fused": 4.0, "chunked": 0.0}


def sparse_gain(s: Scenario, name: str) -> float:
    """How many times the dense rate structured sparsity gives; 1 where it is off, or in training, which stays dense."""
    if s.job.sparsity == "none" or s.job.phase == "training":
        return 1.0
    sparse, dense = s.chip.sparse_flop_per_s.get(name), s.chip.peak_flop_per_s(name)
    return sparse / dense if sparse and dense else NAN


def _rate(s: Scenario, name: str) -> float:
    peak = s.chip.peak_flop_per_s(name) or NAN
    gain = sparse_gain(s, name)
    kept = 1.0 if gain == 1.0 or s.efficiency == "ideal" else s.calibration.sparse_fraction
    return peak * s.chip.array_fraction.get(name, 1.0) * max(1.0, gain * kept) if gain == gain else NAN


def _weight_bytes(s: Scenario, name: str, matmul: str) -> float:
    size, gain = FORMATS[name].bytes_per_element, sparse_gain(s, matmul)
    if s.job.sparsity == "none" or s.job.phase == "training" or gain != gain:
        return size
    return size * (0.25 if gain > _QUARTER_GAIN else 0.5) + SPARSE_INDEX_BYTES


def _uncounted(rate: float | None) -> float:
    """A rate that nobody has published is no ceiling: work passes it in no time, and `explain.not_modelled` says so."""
    return math.inf if rate is None else rate


def _attention_peak(s: Scenario) -> float:
    """Attention kernels keep 16-bit operands unless the job is FP32 throughout."""
    name = "fp32" if s.job.activation_format == "fp32" else "bf16"
    if name == "bf16" and s.chip.peak_bf16_flop_per_s is None:  # not announced: no ceiling below the slowest rate that is
        return min(_rate(s, f) for f in FORMATS if s.chip.peak_flop_per_s(f) is not None)
    return (s.chip.peak_flop_per_s(name) or NAN) * s.chip.array_fraction.get(name, 1.0)


def _headline(s: Scenario) -> float:
    """Peak that utilisation is measured against: where experts run in another format, the faster one's; sparse where weights are."""
    names = (matmul_name(s), expert_matmul_name(s))
    return max((s.chip.peak_flop_per_s(name) or NAN) * sparse_gain(s, name) for name in names)


def _axes(s: Scenario) -> tuple[float, float, float, float, float, float]:
    """Torus axes and their shares. A domain that the knob changed stretches the last axis."""
    up = s.fabric.scale_up
    if up.kind in ("switch", "mesh"):
        return 1.0, 1.0, 1.0, 0.0, 0.0, 0.0
    if not up.axes:  # a ring is a torus of one axis
        return float(up.domain), 1.0, 1.0, 1.0, 0.0, 0.0
    axes = [float(a) for a in up.axes]
    axes[-1] *= up.domain / math.prod(axes)
    ones, nothing = [1.0] * (3 - len(axes)), [0.0] * (3 - len(axes))
    a, b, c = *axes, *ones
    x, y, z = *up.axis_share, *nothing
    return a, b, c, x, y, z


def _latent(name: str) -> Getter:
    return lambda s: float(getattr(s.workload.latent, name)) if isinstance(s.workload.latent, Latent) else 0.0


def _experts(name: str, dense: float = 0.0) -> Getter:
    return lambda s: float(getattr(s.workload.experts, name)) if isinstance(s.workload.experts, Experts) else dense


def _window(name: str) -> Getter:
    return lambda s: float(getattr(s.workload.window, name)) if isinstance(s.workload.window, Window) else 0.0


def _head_dim(s: Scenario) -> float:
    return s.workload.latent.value_dim if s.workload.latent else s.workload.head_dim


def _query_dim(s: Scenario) -> float:
    return s.workload.latent.plain_dim + s.workload.latent.rotary_dim if s.workload.latent else s.workload.head_dim


JOB: dict[str, Getter] = {
    "phase": lambda s: PHASES.index(s.job.phase),
    "batch": lambda s: s.job.batch,
    "context": lambda s: s.job.context,
    "weight_bytes_per_element": lambda s: _weight_bytes(s, s.job.weight_format, matmul_name(s)),
    "activation_bytes_per_element": lambda s: FORMATS[s.job.activation_format].bytes_per_element,
    "expert_weight_bytes_per_element": lambda s: _weight_bytes(s, expert_formats(s)[0], expert_matmul_name(s)),
    "expert_activation_bytes_per_element": lambda s: FORMATS[expert_formats(s)[1]].bytes_per_element,
    "kv_bytes_per_element": lambda s: FORMATS[s.job.kv_format].bytes_per_element,
    # Norms, residuals and collectives stay at 16 bits or more.
    "stream_bytes_per_element": lambda s: max(2.0, FORMATS[s.job.activation_format].bytes_per_element),
    "gradient_bytes_per_param": lambda s: {"fp32": 4.0, "bf16": 2.0, "both": 6.0}[s.job.gradient_format],
    "reduced_bytes_per_param": lambda s: 2.0 if s.job.gradient_format == "bf16" else 4.0,
    # FP32 moments, and master weights unless updates are rounded stochastically (model.md 5.1).
    "optimizer_bytes_per_param": lambda s: 12.0 if s.job.optimizer_state == "fp32-master" else 8.0,
    "expert_imbalance": lambda s: 1.0 if s.efficiency == "ideal" else s.job.expert_imbalance,
    "draft_tokens": lambda s: float(s.job.draft_tokens) if s.job.phase == "decode" else 0.0,
    "draft_acceptance": lambda s: s.job.draft_acceptance,
    "draft_cost_fraction": lambda s: s.job.draft_cost_fraction,
}
PLAN: dict[str, Getter] = {
    "chips": lambda s: s.plan.chips,
    "tp": lambda s: s.plan.tp,
    "pp": lambda s: s.plan.pp,
    "cp": lambda s: s.plan.cp,
    "ep": lambda s: s.plan.ep if s.workload.experts else 1.0,
    "expert_tp": lambda s: s.plan.expert_tp,
    "virtual_stages": lambda s: s.plan.virtual_stages,
    "microbatch": lambda s: s.plan.microbatch,
    "recompute": lambda s: RECOMPUTES.index(s.plan.recompute),
    "recompute_fraction": lambda s: s.plan.recompute_fraction if s.plan.recompute != "none" else 0.0,
    # Inference keeps FP32 logits. Eager frameworks: 16 bits, FP32, log-softmax, and the gradients of both (torchtitan, 14 B).
    "logit_bytes": lambda s: _LOGIT_BYTES[s.plan.loss] if s.job.phase == "training" else 4.0,
    "zero": lambda s: s.plan.zero,
    "sequence_parallel": lambda s: s.plan.sequence_parallel,
    "zero_bubble": lambda s: s.plan.schedule == "zero-bubble",
    "unfused": lambda s: not s.plan.fused_attention,
    "offload": lambda s: OFFLOADS.index(s.plan.offload) if s.job.phase == "training" else 0.0,
}
WORKLOAD: dict[str, Getter] = {
    "decoder": lambda s: s.workload.kind == "decoder",
    "paints": lambda s: s.workload.kind == "diffusion",
    "layers": lambda s: s.workload.layers,
    "hidden": lambda s: s.workload.hidden,
    "heads": lambda s: s.workload.heads,
    "kv_heads": lambda s: s.workload.kv_heads,
    "head_dim": _head_dim,
    "query_dim": _query_dim,
    "latent_query_rank": _latent("query_rank"),
    "latent_rank": _latent("kv_rank"),
    "latent_rotary": _latent("rotary_dim"),
    "ffn": lambda s: s.workload.ffn,
    "ffn_matrices": lambda s: 3.0 if s.workload.ffn_gated else 2.0,
    "experts": _experts("count"),
    "active_experts": _experts("active"),
    "expert_ffn": _experts("width"),
    "shared_ffn": _experts("shared_width"),
    "expert_layers": _experts("layers"),
    "leading_dense": _experts("leading_dense"),
    "window": _window("tokens"),
    "window_layers": _window("layers"),
    "streams": lambda s: s.workload.streams,
    "modulation": lambda s: s.workload.modulation,
    "biases": lambda s: s.workload.biases,
    "positions": lambda s: s.workload.positions,
    "vocab": lambda s: s.workload.vocab,
    "input_width": lambda s: s.workload.vocab if s.workload.kind == "decoder" else s.workload.input_width,
    "embedding_matrices": lambda s: 1.0 if s.workload.tied_embeddings else 2.0,
    "max_context": lambda s: s.workload.max_context,
}
CHIP: dict[str, Getter] = {
    "peak_flop_per_s": _headline,
    "array_flop_per_s": lambda s: _rate(s, matmul_name(s)),
    "expert_array_flop_per_s": lambda s: _rate(s, expert_matmul_name(s)),
    "attention_flop_per_s": _attention_peak,
    "vector_flop_per_s": lambda s: _uncounted(s.chip.vector_flop_per_s),
    "hbm_bytes": lambda s: s.chip.hbm_bytes,
    "hbm_bytes_per_s": lambda s: s.chip.hbm_bytes_per_s,
    "sram_bytes": lambda s: s.chip.sram_bytes,
    "sram_bytes_per_s": lambda s: _uncounted(s.chip.sram_bytes_per_s),
    # Memories that each read their own operands. A bound must grant multicast: the cores then share one.
    "sram_cores": lambda s: 1.0 if s.efficiency == "ideal" or s.chip.sram_scope == "chip" else float(s.chip.cores),
    "cores": lambda s: s.chip.cores,
    "tile_m": lambda s: s.chip.matmul_tile[0],
    "tile_n": lambda s: s.chip.matmul_tile[1],
    "tdp_w": lambda s: s.chip.tdp_w or NAN,
    "host_bytes_per_s": lambda s: s.chip.host_bytes_per_s or NAN,
    "reserve_bytes": lambda s: s.chip.reserve_bytes + (s.calibration.stack_reserve_bytes if s.job.phase == "training" else 0.0),
    "reserve_fraction": lambda s: s.chip.reserve_fraction,
    "usd_per_chip_h": lambda s: s.offer.usd_per_chip_h if s.offer else NAN,
}
FABRIC: dict[str, Getter] = {
    "torus": lambda s: s.fabric.scale_up.kind in ("torus", "ring"),
    "mesh": lambda s: s.fabric.scale_up.kind == "mesh",
    "domain": lambda s: s.fabric.scale_up.domain,
    "axis_0": lambda s: _axes(s)[0],
    "axis_1": lambda s: _axes(s)[1],
    "axis_2": lambda s: _axes(s)[2],
    "share_0": lambda s: _axes(s)[3],
    "share_1": lambda s: _axes(s)[4],
    "share_2": lambda s: _axes(s)[5],
    "link_bytes_per_s": lambda s: s.fabric.scale_up.link_bytes_per_s_per_direction,
    "link_latency_s": lambda s: 0.0 if s.efficiency == "ideal" else s.fabric.scale_up.link_latency_s,
    # A bound must grant the switch its best algorithm; calibrated rates were fitted without it.
    "in_network": lambda s: s.fabric.scale_up.in_network_reduction and s.efficiency == "ideal",
    "out_bytes_per_s": lambda s: s.fabric.scale_out.bytes_per_s_per_direction,
    "out_latency_s": lambda s: 0.0 if s.efficiency == "ideal" else s.fabric.scale_out.latency_s,
}
GETTERS: dict[str, Getter] = {**JOB, **PLAN, **WORKLOAD, **CHIP, **FABRIC, **LOSSES, **LINKS, **RUN}
