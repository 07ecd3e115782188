"""Columns of what a machine loses against its datasheet: none of it in the ideal set."""

from __future__ import annotations

import math
from collections.abc import Callable

from explorer.evaluate.bands import range_fraction
from explorer.specs import Scenario, matmul_format


def _ideal(s: Scenario) -> bool:
    return s.efficiency == "ideal"


def _loss(name: str, ideal: float) -> Callable[[Scenario], float]:
    return lambda s: ideal if _ideal(s) else float(getattr(s.calibration, name))


def _hidden(name: str) -> Callable[[Scenario], float]:
    """A share of overlap. A bound hides everything; the plan may ask for everything or nothing."""
    chosen = {"max": 1.0, "sum": 0.0}
    return lambda s: 1.0 if _ideal(s) else chosen.get(s.plan.overlap, float(getattr(s.calibration, name)))


def matmul_name(s: Scenario) -> str:
    """Format in which the scenario's matmuls run."""
    return matmul_format(s.job.weight_format, s.job.activation_format)


def expert_formats(s: Scenario) -> tuple[str, str]:
    """Formats of the routed experts' weights and activations; those of the rest where there are no experts."""
    job = s.job
    if s.workload.experts is None:
        return job.weight_format, job.activation_format
    return job.expert_weight_format or job.weight_format, job.expert_activation_format or job.activation_format


def expert_matmul_name(s: Scenario) -> str:
    """Format in which the routed experts' matmuls run."""
    return matmul_format(*expert_formats(s))


def _gemm(name: str, ideal: float, format_of: Callable[[Scenario], str] = matmul_name) -> Callable[[Scenario], float]:
    return lambda s: ideal if _ideal(s) else float(getattr(s.calibration.gemm(format_of(s)), name))


def _kernel_exposed(format_of: Callable[[Scenario], str]) -> Callable[[Scenario], float]:
    """What a matmul's arithmetic and traffic do not hide of each other."""
    chosen = {"max": 0.0, "sum": 1.0}
    return lambda s: 0.0 if _ideal(s) else chosen.get(s.plan.overlap, 1.0 - s.calibration.gemm(format_of(s)).overlap_fraction)


def _core(name: str, ideal: float) -> Callable[[Scenario], float]:
    return lambda s: ideal if _ideal(s) else float(getattr(s.calibration.attention(s.job.phase, s.job.kv_format), name))


def _attention_share(s: Scenario) -> float:
    """Part of the peak that attention attains: of the kernels that were timed, or of an older generation."""
    if _ideal(s):
        return 1.0
    timed = s.calibration.attention(s.job.phase, s.job.kv_format).compute_fraction
    older = s.calibration.older_attention.get(s.plan.attention_kernel)
    return timed if older is None else min(timed, older)


def _around(s: Scenario) -> float:
    """Traffic around the attention kernel at full bandwidth, against one pass over Q, K, V and O; 0 where all is hidden."""
    share = None if _ideal(s) else s.calibration.attention(s.job.phase, s.job.kv_format).io_fraction
    return 0.0 if share is None else 1.0 / share


def _stack(s: Scenario) -> float:
    """Speed of training under a software stack, of prompts under a serving engine; decode has its host time."""
    c = s.calibration
    trained = c.stack_fraction if s.workload.experts is None else c.expert_stack_fraction or c.stack_fraction
    kinds = {"training": trained, "prefill": c.server_fraction}
    return 1.0 if _ideal(s) else kinds.get(s.job.phase, 1.0)


def _matmul_memory(format_of: Callable[[Scenario], str]) -> Callable[[Scenario], float]:
    """Part of the memory's rate at which a matmul reads. An engine that is slow with prompts reads weights as fast as in decode, where
    that alone is measured: its constant stretches the whole step, so that this part is larger by as much.
    """
    share = _gemm("memory_fraction", 1.0, format_of)
    return lambda s: share(s) if _ideal(s) or s.job.phase != "prefill" else share(s) / s.calibration.server_fraction


def _quantised_apart(format_of: Callable[[Scenario], str]) -> Callable[[Scenario], float]:
    """Stacks quantise to 8 bits in the norm or activation before the matmul; block scales of 4 bits take a kernel of their own."""
    return lambda s: 0.0 if _ideal(s) else float(format_of(s) == "fp4")


def _gemm_columns(prefix: str, format_of: Callable[[Scenario], str]) -> dict[str, Callable[[Scenario], float]]:
    return {
        f"{prefix}compute": _gemm("compute_fraction", 1.0, format_of),
        f"{prefix}memory": _matmul_memory(format_of),
        f"{prefix}exposed": _kernel_exposed(format_of),
        f"{prefix}prologue_k": _gemm("prologue_k", 0.0, format_of),
        f"{prefix}step_s": _gemm("step_s", 0.0, format_of),
        f"{prefix}wave": _gemm("wave_fraction", 0.0, format_of),
        f"{prefix}launch_s": _gemm("launch_s", 0.0, format_of),
    }


LOSSES: dict[str, Callable[[Scenario], float]] = {
    "ideal": _ideal,
    **_gemm_columns("gemm_", matmul_name),
    **_gemm_columns("expert_gemm_", expert_matmul_name),
    "systolic_side": lambda s: s.chip.matmul_tile[0] if s.chip.family in ("tpu", "trainium") and not _ideal(s) else 0.0,
    "misaligned": lambda s: 0.0 if _ideal(s) else 1.0 / s.calibration.misaligned_fraction - 1.0,
    "quantise_fraction": _gemm("quantise_fraction", 1.0),
    "quantise_launch_s": _gemm("quantise_launch_s", 0.0),
    "quantised_apart": _quantised_apart(matmul_name),
    "experts_quantised_apart": _quantised_apart(expert_matmul_name),
    "core_compute": _attention_share,
    "core_memory": _core("memory_fraction", 1.0),
    "core_vector": _core("vector_fraction", 1.0),
    "core_around": _around,
    "core_ramp_bytes": _core("ramp_bytes", 0.0),
    "core_token_s": _core("token_s", 0.0),
    "core_block_tokens": _core("block_tokens", 0.0),
    "core_group_least": _core("group_least", 0.0),
    "core_group_most": _core("group_most", 1e9),
    "core_launch_s": _core("launch_s", 0.0),
    "warm_bytes": lambda s: 0.0,  # weights pass between two reads of a layer's KV cache
    "warm_bytes_per_s": lambda s: math.inf,
    "hbm_fraction": _loss("hbm_fraction", 1.0),
    "sram_fraction": _loss("sram_fraction", 1.0),
    "kernel_latency_s": _loss("start_s", 0.0),
    "host_s": _loss("host_s_per_step", 0.0),
    "host_update_params_per_s": _loss("host_update_params_per_s", math.inf),
    "stack_fraction": _stack,
    # In training a loss keeps the choices even. How uneven they are else is no loss: a bound has it too.
    "expert_evenness": lambda s: 1e6 if s.job.phase == "training" else s.calibration.expert_evenness,
    "expert_layer_s": _loss("expert_layer_s", 0.0),
    "expert_launch_s": lambda s: 0.0 if _ideal(s) or s.job.phase != "training" or s.workload.experts is None else s.calibration.expert_launch_s,
    "tp_overlap": _hidden("tp_overlap_fraction"),
    "tp_backward_overlap": _hidden("tp_backward_overlap_fraction"),
    "cp_overlap": _hidden("cp_overlap_fraction"),
    "ep_overlap": _hidden("ep_overlap_fraction"),
    "dp_overlap": _hidden("dp_overlap_fraction"),
    "pp_overlap": _hidden("pp_overlap_fraction"),
    "band_fraction": range_fraction,
    "idle_power_fraction": lambda s: s.calibration.idle_power_fraction,
    "hbm_j_per_byte": lambda s: s.calibration.hbm_j_per_byte,
    "link_j_per_byte": lambda s: s.calibration.link_j_per_byte,
}
