"""What a scenario does beside the usual, in words: an exported file, and a line of text, must say it."""

from __future__ import annotations

from explorer.specs import Scenario


def choices(s: Scenario) -> list[str]:
    """Choices of job and plan that differ from the program's own and count in this phase, ``["ZeRO 3", "full recompute"]``."""
    return [*_job(s), *(_training(s) if s.job.phase == "training" else []), *_plan(s)]


def _job(s: Scenario) -> list[str]:
    job = s.job
    drafted = job.draft_tokens > 0 and job.phase == "decode"
    return [
        *([f"{job.sparsity} sparsity"] if job.sparsity != "none" and job.phase != "training" else []),
        *([f"{job.draft_tokens} drafted tokens, {job.draft_acceptance:.0%} accepted"] if drafted else []),
        *([f"busiest experts x {job.expert_imbalance:g}"] if job.expert_imbalance != 1 and s.workload.experts is not None else []),
    ]


def _training(s: Scenario) -> list[str]:
    job, plan = s.job, s.plan
    part = "" if plan.recompute_fraction == 1 else f" of {plan.recompute_fraction:.0%} of the layers"
    return [
        *([f"{plan.schedule} schedule"] if plan.schedule != "1f1b" and plan.pp > 1 else []),
        *([f"{plan.recompute} recompute{part}"] if plan.recompute != "none" else []),
        *([f"ZeRO {plan.zero}"] if plan.zero != 1 else []),
        *([f"{plan.offload} offloaded"] if plan.offload != "none" else []),
        *(["no FP32 master weights"] if job.optimizer_state != "fp32-master" else []),
        *([f"{job.gradient_format} gradients"] if job.gradient_format != "fp32" else []),
        *([f"{plan.loss} loss"] if plan.loss != "plain" else []),
    ]


def _plan(s: Scenario) -> list[str]:
    plan = s.plan
    return [
        *(["no sequence parallelism"] if plan.tp > 1 and not plan.sequence_parallel else []),
        *([f"experts over TP {plan.expert_tp}"] if plan.expert_tp > 1 and s.workload.experts is not None else []),
        *([f"overlap {plan.overlap}"] if plan.overlap != "partial" else []),
        *(["attention stores its scores"] if not plan.fused_attention else []),
        *([f"{plan.attention_kernel} attention"] if plan.attention_kernel != "newest" else []),
    ]
