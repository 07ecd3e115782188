"""Which plans can be: arrays for the batch, words for one scenario."""

from __future__ import annotations

import numpy as np

from explorer.evaluate.columns import TRAINING, Array, Columns
from explorer.specs import FORMATS, Scenario, matmul_format
from explorer.units import format_quantity

# Layers that a model may be short of equal chunks: embedding and head can stand for one each (Megatron-LM).
_STAND_INS = 2


def valid(c: Columns) -> Array:
    """1 where the plan can be carried out, else 0; shape (n,)."""
    group = c.tp * c.pp
    whole = (c.chips % group == 0) & (c.chips >= group)
    cut = (c.heads % c.tp == 0) & (c.pp <= c.layers)
    dp = np.maximum(1.0, np.floor(c.chips / group))
    even = (c.phase != TRAINING) | (c.batch % (dp * c.microbatch) == 0)
    interleaved = (c.phase == TRAINING) & (c.pp > 1) & (c.virtual_stages > 1)
    chunked = (-c.layers % (c.pp * c.virtual_stages) <= _STAND_INS) & (np.floor(c.batch / (dp * c.microbatch)) % c.pp == 0)
    even = even & (~interleaved | chunked)
    able = ~np.isnan(c.peak_flop_per_s) & ~np.isnan(c.attention_flop_per_s)
    possible: Array = (whole & cut & even & able).astype(np.float64)
    return possible


def reasons(s: Scenario) -> list[str]:
    """Why a plan cannot be, in plain words; empty for one that can."""
    plan, work, job = s.plan, s.workload, s.job
    found = []
    if plan.chips % (plan.tp * plan.pp) or plan.chips < plan.tp * plan.pp:
        found.append(f"{plan.chips:,} chips do not divide into groups of TP {plan.tp} x PP {plan.pp} = {plan.tp * plan.pp:,}")
    if work.heads % plan.tp:
        found.append(f"TP {plan.tp} does not divide the {work.heads} attention heads")
    if plan.pp > work.layers:
        found.append(f"PP {plan.pp} is more than the {work.layers} layers")
    dp = max(1, plan.chips // (plan.tp * plan.pp))
    if job.phase == "training" and job.batch % (dp * plan.microbatch):
        found.append(f"batch {job.batch:,} does not divide among {dp:,} replicas x micro-batch {plan.microbatch}")
    found += _interleaving(s, dp)
    name = matmul_format(job.weight_format, job.activation_format)
    if s.chip.peak_flop_per_s(name) is None:
        offered = [FORMATS[f].label for f in FORMATS if s.chip.peak_flop_per_s(f)]
        found.append(f"{s.chip.name} has no {FORMATS[name].label} matmul (it has {', '.join(offered)})")
    elif job.activation_format == "fp32" and s.chip.peak_flop_per_s("fp32") is None:
        found.append(f"{s.chip.name} has no FP32 matmul")
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
