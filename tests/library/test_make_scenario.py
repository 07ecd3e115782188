"""Scenarios from names and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from explorer.errors import ExplorerError
from explorer.evaluate import evaluate_study
from explorer.library import Library, formats_of, make_scenario, suited_tp
from explorer.specs import Scenario, Study

USUAL: dict[str, Any] = {
    "chip": "trainium3", "workload": "llama3-70b", "phase": "decode", "batch": 32, "context": 4096, "chips": 16,
}  # fmt: skip


def make(library: Library, **changes: Any) -> Scenario:
    return make_scenario(library, **(USUAL | changes))


def test_the_default_study(study: Study, library: Library) -> None:
    assert [s.chip.id for s in study.scenarios] == ["trainium2", "trainium3", "b200"]
    assert [s.plan.tp for s in study.scenarios] == [16, 16, 8]
    assert {s.plan.chips for s in study.scenarios} == {16}
    assert {(s.job.phase, s.job.batch, s.job.context) for s in study.scenarios} == {("decode", 32, 4096)}
    assert study.scenarios[0].fabric.id == "neuronlink-torus-4x4"
    assert {s.offer.kind for s in study.scenarios if s.offer} == {"capacity block"}
    assert study.scenarios[1].offer is None
    assert study.data_version == library.data_version
    assert (study.active, study.baseline) == (0, 0)


@pytest.mark.parametrize(("chip", "fabric", "workload", "chips", "tp"), [
    ("trainium2", "neuronlink-torus-4x4", "llama3-70b", 16, 16),
    ("trainium2", "neuronlink-torus-4x4", "llama3-70b", 64, 16),
    ("trainium2", "neuronlink-torus-4x4x4", "llama3-70b", 64, 64),
    ("trainium3", "neuronswitch-144", "llama3-8b", 144, 16),
    ("trainium3", "neuronswitch-144", "llama3.1-405b", 1024, 128),
    ("trainium3", "neuronswitch-144", "llama3-8b", 1024, 32),
    ("b200", "nvswitch-8-b200", "llama3-70b", 24, 8),
    ("b200", "nvswitch-8-b200", "llama3-70b", 7, 1),
    ("b200", "nvswitch-8-b200", "llama3-70b", 1, 1),
])  # fmt: skip
def test_suited_tp(library: Library, chip: str, fabric: str, workload: str, chips: int, tp: int) -> None:
    assert suited_tp(library.chip(chip), library.fabric(fabric), library.workload(workload), chips) == tp


def test_what_is_given_is_taken(library: Library) -> None:
    made = make(
        library, phase="training", tp=4, pp=2, microbatch=2, recompute="full", zero=3, precision="w=fp8,kv=fp8",
        fabric="neuronswitch-64", efficiency="ideal", name="Mine <b>", batch=512,
    )  # fmt: skip
    assert (made.plan.tp, made.plan.pp, made.plan.microbatch, made.plan.recompute, made.plan.zero) == (4, 2, 2, "full", 3)
    assert (made.job.weight_format, made.job.activation_format, made.job.kv_format) == ("fp8", "bf16", "fp8")
    assert (made.fabric.id, made.efficiency, made.name) == ("neuronswitch-64", "ideal", "Mine <b>")
    assert make(library, pp=4).plan.tp == 4
    assert make(library, cp=4).plan.tp == 4
    further = make(library, expert_precision="fp8", further={"plan.ep": 8, "job.draft_tokens": 2, "plan.fused_attention": False})
    assert (further.plan.ep, further.job.draft_tokens, further.plan.fused_attention, further.plan.tp) == (8, 2, False, 16)
    assert (further.job.expert_weight_format, further.job.expert_activation_format) == ("fp8", "fp8")
    with pytest.raises(ExplorerError, match="no field 'epp'"):
        make(library, further={"plan.epp": 8})
    assert make(library).name == "Trainium3"
    assert make(library).calibration.id == "trainium3"


def test_a_plan_that_cannot_be_is_made_all_the_same(library: Library) -> None:
    assert make(library, chips=24, tp=7).plan.tp == 7
    assert make(library, chips=2, pp=5).plan.tp == 1


@pytest.mark.parametrize(("changes", "told"), [
    ({"chip": "b20"}, "unknown chip 'b20' (did you mean b200?)"),
    ({"workload": "llama3-7b"}, "did you mean llama3-"),
    ({"phase": "decoding"}, "unknown phase 'decoding' (did you mean decode?)"),
    ({"fabric": "nvswitch"}, "unknown fabric 'nvswitch' (did you mean nvswitch-8-"),
    ({"recompute": "some"}, "unknown recompute 'some'"),
    ({"efficiency": "idea"}, "did you mean ideal"),
    ({"precision": "fp16"}, "unknown precision 'fp16' (did you mean "),
    ({"precision": "w=fp8,x=bf16"}, "unknown part of the precision 'x' (known: w, a, kv)"),
    ({"precision": "w=int8"}, "unknown format 'int8'"),
    ({"batch": 0}, "batch: Input should be greater than or equal to 1 (given '0')"),
    ({"batch": 10**30}, "batch: Input should be less than or equal to"),
    ({"context": float("nan")}, "context: Input should be a valid integer"),
    ({"chips": -16}, "chips: Input should be greater than or equal to 1"),
    ({"chips": "16"}, "chips: Input should be a valid integer"),
    ({"zero": 4}, "zero: Input should be less than or equal to 3"),
    ({"pp": 0}, "pp: Input should be greater than or equal to 1"),
    ({"tp": 0}, "tp: Input should be greater than or equal to 1"),
    ({"name": ""}, "name: String should have at least 1 character"),
    ({"name": "two\nlines"}, "name: plain text on one line"),
])  # fmt: skip
def test_a_wrong_argument_gets_one_line(library: Library, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ExplorerError) as caught:
        make(library, **changes)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_precisions() -> None:
    assert formats_of("FP8") == ("fp8", "fp8", "fp8")
    assert formats_of("mxfp8") == ("mxfp8", "mxfp8", "fp8")
    assert formats_of("fp4") == ("fp4", "fp4", "fp8")
    assert formats_of(" w = fp4 , a=fp8") == ("fp4", "fp8", "bf16")


@pytest.mark.parametrize("chip", ["trainium2", "trainium3", "b200", "h100"])
@pytest.mark.parametrize(("workload", "phase", "batch", "chips"), [
    ("llama3-8b", "training", 1024, 64),
    ("llama3.1-405b", "training", 2048, 16384),
    ("llama3-70b", "training", 1024, 1024),
    ("llama3-70b", "prefill", 32, 16),
])  # fmt: skip
def test_no_cut_inside_the_domain_beats_the_plan_that_is_taken(
    library: Library, chip: str, workload: str, phase: str, batch: int, chips: int
) -> None:
    made = make(library, chip=chip, workload=workload, phase=phase, batch=batch, context=8192, chips=chips)
    plan, domain = made.plan, made.fabric.scale_up.domain
    others = [plan.replace(tp=2**i, pp=2**j) for i in range(8) for j in range(8) if 2**i <= domain and chips % 2 ** (i + j) == 0]
    report = evaluate_study([made, *(made.replace(plan=p) for p in others)])
    assert report.fits[0]
    assert report.valid_plan[0]
    usable = (report.fits > 0) & (report.valid_plan > 0)
    assert report.values["tokens_per_s"][0] >= np.max(report.values["tokens_per_s"][usable]) * (1 - 1e-12)
    assert plan.recompute == "none"


def test_a_small_model_is_not_cut_wide_in_training(library: Library) -> None:
    for chip in ("trainium2", "trainium3", "b200"):
        made = make(library, chip=chip, workload="llama3-8b", phase="training", batch=1024, context=8192, chips=64)
        assert (made.plan.tp, made.plan.pp) == (1, 1)


def test_pipeline_stages_that_are_asked_for_stay(library: Library) -> None:
    assert make(library, phase="training", batch=512, pp=4).plan.pp == 4
    assert make(library, phase="prefill", chips=2, pp=5).plan.tp == 1


def test_where_nothing_fits_the_least_overfull_plan_is_taken(library: Library) -> None:
    made = make(library, workload="llama3.1-405b", phase="training", batch=64, chips=2)
    cuts = [(1, 1), (2, 1), (1, 2)]
    report = evaluate_study([made, *(made.replace(plan=made.plan.replace(tp=tp, pp=pp)) for tp, pp in cuts)])
    assert not report.fits.any()
    assert report.memory.total[0] == report.memory.total.min()
