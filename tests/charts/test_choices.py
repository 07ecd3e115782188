"""What departs from the usual is said, in the phase in which it counts, and nothing else."""

from __future__ import annotations

from explorer.charts.choices import choices
from explorer.library import Library, make_scenario
from explorer.specs import Scenario


def _made(library: Library, phase: str, workload: str = "llama3-70b") -> Scenario:
    return make_scenario(library, chip="h100", workload=workload, phase=phase, batch=64, context=4096, chips=64, tp=8)


def test_the_usual_needs_no_word(library: Library) -> None:
    assert [choices(_made(library, phase)) for phase in ("decode", "prefill", "training")] == [[], [], []]


def test_choices_are_told_where_they_count(library: Library) -> None:
    trained, served = _made(library, "training"), _made(library, "decode", "mixtral-8x7b")
    job = {"optimizer_state": "no-master", "draft_tokens": 3, "draft_acceptance": 0.5, "expert_imbalance": 1.5}
    plan = {"zero": 3, "recompute": "full", "fused_attention": False}
    trained, served = (s.replace(job=s.job.replace(**job), plan=s.plan.replace(**plan)) for s in (trained, served))
    assert choices(trained) == ["full recompute", "ZeRO 3", "no FP32 master weights", "attention stores its scores"]
    assert choices(served) == ["3 drafted tokens, 50% accepted", "busiest experts x 1.5", "attention stores its scores"]
