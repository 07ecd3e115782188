"""Virtual pipeline stages: a shorter bubble, more activations, more messages; plans that cannot be."""

from __future__ import annotations

import pytest

from explorer.evaluate import TIME_PARTS, Report, evaluate_study, not_modelled, record
from explorer.evaluate.memory import PARTS
from explorer.evaluate.network import ROW
from explorer.evaluate.validity import reasons
from explorer.explore import knobs_without_effect, next_best
from explorer.library import Library, make_scenario
from explorer.specs import Scenario


def _scenario(library: Library, virtual_stages: int, batch: int = 32, pp: int = 4, **more: object) -> Scenario:
    """Llama 3 70B on TP 8 x PP 4; a small vocabulary, or the logits of the last stage would decide."""
    made = make_scenario(
        library, chip="h100", workload="llama3-70b", phase="training", batch=batch, context=8192, chips=8 * pp, tp=8, pp=pp,
        virtual_stages=virtual_stages, **more,  # type: ignore[arg-type]
    )  # fmt: skip
    return made.replace(workload=made.workload.replace(vocab=8))


def _time(report: Report, key: str, point: int) -> float:
    return float(report.time_parts[list(TIME_PARTS).index(key), point])


@pytest.mark.parametrize("virtual_stages", [2, 4, 5, 20])
def test_the_bubble_falls_with_the_virtual_stages(library: Library, virtual_stages: int) -> None:
    """(p - 1) / (v m) of the busy time, beside a little that the embedding's stage adds; nothing else of the computing changes."""
    report = evaluate_study([_scenario(library, v, efficiency="ideal") for v in (1, virtual_stages)])
    assert report.valid_plan.tolist() == [1, 1]
    busy = [sum(_time(report, key, i) for key in ("matmul", "attention", "elementwise")) for i in (0, 1)]
    assert busy[0] == busy[1]
    bubble = [_time(report, "pipeline", i) for i in (0, 1)]
    assert bubble[0] == pytest.approx(busy[0] * 3 / 32, rel=0.01)
    assert bubble[0] - bubble[1] == pytest.approx(busy[0] * 3 / 32 * (1 - 1 / virtual_stages), rel=0.01)


@pytest.mark.parametrize(("virtual_stages", "batch", "held"), [(1, 32, 4), (2, 32, 5.5), (4, 32, 4.75), (2, 4, 4)])
def test_activations_in_flight(library: Library, virtual_stages: int, batch: int, held: float) -> None:
    """Korthikanti: L (1 + (p - 1) / (p v)) layers on the first stage, 20 of them its own; never more than all micro-batches.

    Beside them the gradient of one layer's output, 2 bytes x 8192 x 8192 over 8 ranks.
    """
    report = evaluate_study([_scenario(library, virtual_stages, batch)])
    assert float(report.memory.parts[list(PARTS).index("activations"), 0]) == pytest.approx(held * 20 * 281_280_512 + 16_777_216)


def test_the_last_stage_fills_too(library: Library) -> None:
    """Interleaved, the last of 4 stages holds (4 v - 3) / v micro-batches, not one: with its logits it is the fullest."""
    plain, mixed = (
        evaluate_study([_scenario(library, v).replace(workload=library.workload("llama3-70b").replace(vocab=4_000_000))]) for v in (1, 4)
    )
    row = list(PARTS).index("activations")
    assert float(plain.memory.parts[row, 0]) == pytest.approx(20 * 281_280_512 + 16_777_216)
    assert float(mixed.memory.parts[row, 0]) == pytest.approx(13 / 4 * 20 * 281_280_512 + 16_777_216)


def test_sends_repeat_for_each_chunk(library: Library) -> None:
    """Each micro-batch crosses p v - 1 boundaries, forward and back."""
    report = evaluate_study([_scenario(library, v) for v in (1, 5)])
    assert report.traffic.count[ROW["pp_boundary"]].tolist() == pytest.approx([2 * 32 * 3 / 4, 2 * 32 * 19 / 4])


def test_what_cannot_be_interleaved(library: Library) -> None:
    uneven, few = _scenario(library, 3), _scenario(library, 5, batch=34)
    report = evaluate_study([_scenario(library, 5), uneven, few])
    assert report.valid_plan.tolist() == [1, 0, 0]
    assert reasons(uneven) == ["80 layers do not divide into PP 4 x 3 virtual stages = 12 chunks"]
    assert reasons(few) == ["virtual stages need a multiple of PP 4 micro-batches, not 34"]
    assert record(report, uneven, 1)["step_s"] is None


def test_embedding_and_head_may_stand_for_a_layer_each(library: Library) -> None:
    """Llama 3.1 405B has 126 layers, so that 16 stages of 8 come out."""
    make = {"chip": "h100", "workload": "llama3.1-405b", "phase": "training", "batch": 2048, "context": 8192, "chips": 16384, "tp": 8, "pp": 16}
    scenarios = [make_scenario(library, **make, virtual_stages=v) for v in (4, 8, 16)]  # type: ignore[arg-type]
    assert evaluate_study(scenarios).valid_plan.tolist() == [1, 1, 0]


def test_virtual_stages_are_for_training_in_a_pipeline(library: Library) -> None:
    alone = [_scenario(library, v, pp=1) for v in (1, 3)]
    decode = [s.replace(job=s.job.replace(phase="decode"), plan=s.plan.replace(microbatch=1)) for s in (_scenario(library, 1), _scenario(library, 3))]
    report = evaluate_study([*alone, *decode])
    assert report.valid_plan.tolist() == [1] * 4
    for key in ("step_s", "memory_total_bytes"):
        values = report.columns.full(report.values[key])
        assert values[0] == values[1]
        assert values[2] == values[3]
    assert knobs_without_effect(decode[0])["plan.virtual_stages"] == "training only"
    assert knobs_without_effect(alone[0])["plan.virtual_stages"] == "one pipeline stage only"
    assert "plan.virtual_stages" not in knobs_without_effect(_scenario(library, 1))
    assert "interleaved" not in " ".join(not_modelled(alone[0]))
    assert record(report, alone[1], 1)["vpp"] == 3


def test_the_next_best_change_may_be_a_virtual_stage(library: Library) -> None:
    scenario = _scenario(library, 1, batch=8)
    scenario = scenario.replace(chip=scenario.chip.replace(hbm_bytes=1e13))
    assert any(a.key == "plan.virtual_stages" or a.gain > 0.1 for a in next_best(scenario))


@pytest.mark.parametrize(("chips", "tier"), [(64, 1), (256, 2), (1024, 2)])
def test_sends_leave_a_domain_that_does_not_hold_all_stages(library: Library, chips: int, tier: int) -> None:
    """Domains of 72: four stages of 16 chips lie in one; of four stages of 64 some neighbours lie in two."""
    made = make_scenario(
        library, chip="gb200", workload="llama3-70b", phase="training", batch=256, context=8192, chips=chips, tp=8, pp=4
    )
    assert evaluate_study([made]).traffic.tier[ROW["pp_boundary"]].tolist() == [tier]
