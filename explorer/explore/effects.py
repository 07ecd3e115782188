"""Which knobs do anything here: each knob at its extremes, all in one batch."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from explorer.errors import ExplorerError
from explorer.evaluate import Report, evaluate, lower
from explorer.knobs import KNOBS, Knob
from explorer.specs import Scenario, matmul_format

_WATCHED = (
    "step_s", "memory_total_bytes", "memory_capacity_bytes", "joules_per_token", "usd_per_million_tokens", "mfu",
    "tokens_per_s_per_chip", "tokens_per_s", "time_to_train_s", "train_usd", "train_energy_j", "site_power_w", "served_usd_per_million_tokens",
)  # fmt: skip


def knobs_without_effect(scenario: Scenario) -> dict[str, str]:
    """Knobs that change no watched result between their stops, with the reason in plain words.

    A knob that only changes whether the plan can be counts as having an effect.
    """
    trials: list[tuple[str, Scenario]] = []
    for knob in KNOBS:
        if knob.get(scenario) is not None:
            trials += [(knob.key, s) for s in _extremes(knob, scenario)]
    report = evaluate(lower([scenario, *(s for _, s in trials)]))
    if scenario.job.phase == "decode":  # what prefill and decode servers need of each other is no result of a step
        trials = [t for t in trials if t[0] != "run.answer_tokens"]
    moved = {key for i, (key, _) in enumerate(trials, start=1) if _differs(report, i)}
    return {key: (_no_run if key.startswith("run.") else _reason)(key, scenario) for key, _ in trials if key not in moved}


def _extremes(knob: Knob, scenario: Scenario) -> Iterable[Scenario]:
    stops = knob.stops if knob.kind == "choice" else (knob.stops[0], knob.stops[-1], *_near(knob, scenario))
    for stop in stops:
        try:
            yield knob.set(scenario, stop)
        except ExplorerError:
            continue  # a stop that this scenario refuses cannot have an effect


def _near(knob: Knob, scenario: Scenario) -> tuple[float | int, ...]:
    """Half and double: counts may be impossible at both ends of the slider."""
    value = knob.get(scenario)
    if knob.kind != "count" or not isinstance(value, int):
        return ()
    return tuple(v for v in (value // 2, value * 2) if knob.low <= v <= knob.high)


def _differs(report: Report, point: int) -> bool:
    for key in _WATCHED:
        now, then = report.value(key, point), report.value(key, 0)
        if now is None and then is None:
            continue
        if now is None or then is None or not np.isclose(now, then, rtol=1e-6, atol=0.0):
            return True
    return False


def _reason(key: str, s: Scenario) -> str:
    one_chip_groups = s.plan.tp == 1 and s.plan.pp == 1
    ideal = s.efficiency == "ideal"
    training, mixture = s.job.phase == "training", s.workload.experts is not None
    reasons = {
        "chip.sram_bytes": "no reuse in decode" if s.job.phase == "decode" else "nothing is read twice",
        "chip.sram_bytes_per_s": "never SRAM-bound",
        "fabric.scale_up.link_latency_s": "ideal counts no latency" if ideal else "nothing is sent",
        "fabric.scale_up.link_bytes_per_s_per_direction": "nothing is sent" if one_chip_groups else "hidden by computing",
        "fabric.scale_out.bytes_per_s_per_direction": "nothing leaves the domain",
        "fabric.scale_up.domain": "no group exceeds it",
        "chip.host_bytes_per_s": "nothing is offloaded",
        "plan.virtual_stages": "one pipeline stage only" if training else "training only",
        "plan.schedule": "one pipeline stage only" if training else "training only",
        "plan.microbatch": "training only",
        "plan.recompute": "no scores are kept" if training else "training only",
        "plan.zero": "one replica only" if training else "training only",
        "plan.offload": "nothing depends on it" if training else "training only",
        "plan.overlap": "nothing is hidden",
        "plan.ep": "nothing depends on it" if mixture else "the model has no experts",
        "job.expert_imbalance": "nothing waits for experts" if mixture else "the model has no experts",
        "job.gradient_format": "nothing depends on it" if training else "training only",
        "job.optimizer_state": "nothing depends on it" if training else "training only",
        "job.sparsity": "no sparse rate in this format" if _matmul(s) not in s.chip.sparse_flop_per_s else "never compute-bound",
        "job.draft_tokens": "decode only",
        "job.draft_acceptance": "nothing is guessed ahead" if s.job.phase == "decode" else "decode only",
    }
    if key.startswith("chip.peak_"):
        label = key.removeprefix("chip.peak_").removesuffix("_flop_per_s").upper()
        return f"{label} is not used" if label not in _formats_used(s) else "never compute-bound"
    return reasons.get(key, "nothing depends on it")


def _matmul(s: Scenario) -> str:
    return matmul_format(s.job.weight_format, s.job.activation_format)


def _no_run(key: str, s: Scenario) -> str:
    if key == "run.answer_tokens":
        return "decode only"
    if key == "run.fleet_fraction":
        return "serving only" if s.job.phase == "training" else "no price"
    if key in ("run.pue", "run.host_w"):
        return "no power"
    if s.job.phase != "training":
        return "training only"
    return "ideal counts no failures" if s.efficiency == "ideal" else "nothing depends on it"


def _formats_used(s: Scenario) -> set[str]:
    attention = "FP32" if s.job.activation_format == "fp32" else "BF16"
    return {_matmul(s).upper(), attention}
