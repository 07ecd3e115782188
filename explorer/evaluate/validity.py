"""Which plans can be: arrays for the batch, words for one scenario."""

from __future__ import annotations

import numpy as np

from explorer.evaluate.columns import DECODE, TRAINING, Array, Columns
from explorer.evaluate.getters import sparse_gain
from explorer.evaluate.loss_getters import expert_matmul_name, matmul_name
from explorer.evaluate.tapes import as_array
from explorer.specs import FORMATS, Scenario
from explorer.units import format_quantity

# Layers that a model may be short of equal chunks: embedding, head and a layer that predicts a second token can stand for one
# each (Megatron-LM).
_STAND_INS = 3


def valid(c: Columns) -> Array:
    """1 where the plan can be carried out, else 0; shape (n,)."""
    group = c.tp * c.pp * c.cp
    whole = (c.chips % group == 0) & (c.chips >= group)
    cut = (c.heads % c.tp == 0) & (c.pp <= c.layers)
    able = ~np.isnan(c.array_flop_per_s + c.attention_flop_per_s + c.expert_array_flop_per_s)
    possible = whole & cut & able
    if c.some("cp", 1.0):
        possible = possible & ((c.cp == 1) | (c.context % c.cp == 0))
    if c.some("ep", 1.0) or c.some("expert_tp", 1.0):
        possible = possible & _experts_spread(c)
    if c.some("offload"):
        possible = possible & ((c.offload == 0) | ~np.isnan(c.host_bytes_per_s))
    possible = possible & ((c.decoder > 0) | (c.phase != DECODE))
    if (c.phase == TRAINING).any():
        possible = possible & _even(c)
    found: Array = possible.astype(np.float64)
    return found


def _even(c: Columns) -> Array:
    """The batch divides among the replicas, layers and micro-batches among the chunks of an interleaved pipeline."""
    training = c.phase == TRAINING
    dp = np.maximum(1.0, np.floor(c.chips / (c.tp * c.pp * c.cp)))
    even = ~training | (c.batch % (dp * c.microbatch) == 0)
    if not c.some("virtual_stages", 1.0):
        return as_array(even)
    interleaved = training & (c.pp > 1) & (c.virtual_stages > 1)
    chunked = (-c.layers % (c.pp * c.virtual_stages) <= _STAND_INS) & (np.floor(c.batch / (dp * c.microbatch)) % c.pp == 0)
    return as_array(even & (~interleaved | chunked))


def _expert_ranks(tp: Array, ep: Array, expert_tp: Array) -> Array:
    return ep * np.where(expert_tp > 0, expert_tp, np.maximum(1.0, np.floor(tp / ep)))


def _experts_spread(c: Columns) -> Array:
    """Experts divide among their ranks, and those among the chips of a stage."""
    ranks = _expert_ranks(c.tp, c.ep, c.expert_tp)
    spread = (c.experts % c.ep == 0) & ((c.chips / c.pp) % ranks == 0)
    return as_array((c.experts == 0) | spread)


def reasons(s: Scenario) -> list[str]:
    """Why a plan cannot be, in plain words; empty for one that can."""
    plan, work, job = s.plan, s.workload, s.job
    found = []
    group = plan.tp * plan.pp * plan.cp
    if plan.chips % group or plan.chips < group:
        words = f"TP {plan.tp} x PP {plan.pp}{f' x CP {plan.cp}' if plan.cp > 1 else ''} = {group:,}"
        found.append(f"{plan.chips:,} chips do not divide into groups of {words}")
    if work.heads % plan.tp:
        found.append(f"TP {plan.tp} does not divide the {work.heads} attention heads")
    if plan.pp > work.layers:
        found.append(f"PP {plan.pp} is more than the {work.layers} layers")
    if job.context % plan.cp:
        found.append(f"CP {plan.cp} does not divide the context of {job.context:,} tokens")
    if job.phase == "decode" and work.kind != "decoder":
        found.append(f"{work.name} makes no tokens one after the other: choose prefill or training")
    dp = max(1, plan.chips // group)
    if job.phase == "training" and job.batch % (dp * plan.microbatch):
        found.append(f"batch {job.batch:,} does not divide among {dp:,} replicas x micro-batch {plan.microbatch}")
    return found + _experts(s) + _interleaving(s, dp) + _hardware(s)


def _experts(s: Scenario) -> list[str]:
    plan, experts = s.plan, s.workload.experts
    if experts is None or (plan.ep == 1 and plan.expert_tp <= 1):
        return []
    found = []
    if experts.count % plan.ep:
        found.append(f"EP {plan.ep} does not divide the {experts.count} experts")
    sliced = plan.expert_tp or max(1, plan.tp // plan.ep)
    if (plan.chips / plan.pp) % (plan.ep * sliced):
        found.append(f"{plan.chips / plan.pp:,.6g} chips of a stage do not divide among EP {plan.ep} x expert TP {sliced}")
    return found


def _hardware(s: Scenario) -> list[str]:
    """Formats, sparsity and links to the host that the chip does not have, or nobody has published."""
    found = []
    for name in dict.fromkeys((matmul_name(s), expert_matmul_name(s))):
        label = FORMATS[name].label
        if s.chip.peak_flop_per_s(name) is None:
            offered = [FORMATS[f].label for f in FORMATS if s.chip.peak_flop_per_s(f)]
            lacks = f"nobody has published a {label} rate of {s.chip.name}: assume one, or choose" if s.chip.announced else f"{s.chip.name} has no {label} matmul (it has"
            found.append(f"{lacks} {', '.join(offered)}{'' if s.chip.announced else ')'}")
        elif np.isnan(sparse_gain(s, name)):
            found.append(f"{s.chip.name} has no structured sparsity in {label}")
    if not found and s.job.activation_format == "fp32" and s.chip.peak_flop_per_s("fp32") is None:
        found.append(f"{s.chip.name} has no FP32 matmul")
    if s.plan.offload != "none" and s.job.phase == "training" and s.chip.host_bytes_per_s is None:
        found.append(f"nobody has published how fast {s.chip.name} reaches its host's memory: assume a rate, or offload nothing")
    return found


def _interleaving(s: Scenario, dp: int) -> list[str]:
    plan, layers = s.plan, s.workload.layers
    if s.job.phase != "training" or plan.pp == 1 or plan.virtual_stages == 1:
        return []
    found, chunks = [], plan.pp * plan.virtual_stages
    if -layers % chunks > _STAND_INS:
        found.append(f"{layers} layers do not divide into PP {plan.pp} x {plan.virtual_stages} virtual stages = {chunks:,} chunks")
    microbatches = s.job.batch // (dp * plan.microbatch)
    if microbatches % plan.pp:
        found.append(f"virtual stages need a multiple of PP {plan.pp} micro-batches, not {microbatches:,}")
    return found


def memory_reason(total_bytes: float, capacity_bytes: float, fewest_chips: float | None) -> str:
    """Why a plan does not fit, and what would."""
    short = format_quantity(total_bytes - capacity_bytes, "B")
    words = f"short by {short}: needs {format_quantity(total_bytes, 'B')} of {format_quantity(capacity_bytes, 'B')} a chip"
    if fewest_chips:
        words += f"; one replica fits on {fewest_chips:,.0f} chips"
    return words
