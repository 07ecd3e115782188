"""Training and memory rows: what is predicted, how it is counted, and what is listed instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from validate_samples import MEMORY, TRAINING, only, run

from explorer.evaluate import evaluate_study
from explorer.library import load_library, make_scenario

TRAIN = {
    "model": "Llama-3-8B", "chip": "H100-80GB-SXM", "chips": 64, "tp": 2, "pp": 2, "seq": 8192, "gbs": 256, "mbs": 1,
    "precision": "bf16", "recompute": "full", "zero": "ZeRO-1",
}  # fmt: skip


def trained(number_format: str = "bf16") -> float:
    scenario = make_scenario(
        load_library(), chip="h100", workload="llama3-8b", phase="training", batch=256, context=8192, chips=64, tp=2, pp=2,
        recompute="full", precision=number_format,
    )  # fmt: skip
    return evaluate_study([scenario]).value("step_s", 0) or 0.0


def test_a_step_is_what_the_same_scenario_says(tmp_path: Path) -> None:
    found = only(run(tmp_path, TRAINING, TRAIN | {"step_time_s": 20}))
    assert (found.quantity, found.measured, found.chip, found.kind) == ("step_time_s", 20, "h100", "training")
    assert found.predicted == trained()
    assert found.error_fraction == trained() / 20 - 1
    assert found.scenario is not None
    assert found.scenario.plan.recompute == "full"


def test_interleaved_stages_are_read_and_one_is_meant_where_nothing_is_said(tmp_path: Path) -> None:
    row = TRAIN | {"pp": 4, "chips": 32, "step_time_s": 20}
    plain, also, mixed = run(tmp_path, TRAINING, row, row | {"vpp": "1.0"}, row | {"vpp": "4.0"}).rows
    assert plain.predicted == also.predicted > mixed.predicted
    assert mixed.scenario is not None
    assert mixed.scenario.plan.virtual_stages == 4
    odd = run(tmp_path, TRAINING, row | {"vpp": 3})
    assert [s.reason for s in odd.skipped] == ["step_time_s: 32 layers do not divide into PP 4 x 3 virtual stages = 12 chunks"]


def test_time_comes_before_tokens_and_tokens_before_flop(tmp_path: Path) -> None:
    both = only(run(tmp_path, TRAINING, TRAIN | {"step_time_s": 20, "tokens_per_s_per_chip": 1, "tflops_per_chip": 1}))
    assert both.quantity == "step_time_s"
    tokens = only(run(tmp_path, TRAINING, TRAIN | {"tokens_per_s_per_chip": 1000, "tflops_per_chip": 1}))
    assert tokens.quantity == "tokens_per_s_per_chip"
    assert tokens.predicted == pytest.approx(256 * 8192 / trained() / 64)


def test_flop_are_counted_as_the_source_does(tmp_path: Path) -> None:
    rows = [TRAIN | {"tflops_per_chip": 400, "flops_convention": words} for words in (
        "model FLOPs (Korthikanti App. A)", "causal-attention FLOPs", "attention non-causal", "SC21 incl. recompute => HFU",
    )]  # fmt: skip
    full, causal, again, sc21 = (r.predicted for r in run(tmp_path, TRAINING, *rows).rows)
    rate = 256 * 8192 / trained() / 64 / 1e12
    layer = 4096 * (32 + 16) * 128 + 4096 * 4096 + 3 * 4096 * 14336
    weights = 6 * (32 * layer + 4096 * 128256)
    assert full == again == pytest.approx(rate * (weights + 12 * 32 * 4096 * 8192))
    assert causal == pytest.approx(rate * (weights + 6 * 32 * 4096 * 8192))
    assert sc21 == pytest.approx(rate * 96 * 32 * 4096**2 * (1 + 8192 / (6 * 4096) + 128256 / (16 * 32 * 4096)))


def test_a_mixture_counts_the_experts_that_a_token_passes(tmp_path: Path) -> None:
    row = TRAIN | {"model": "Mixtral-8x7B", "tflops_per_chip": 400, "flops_convention": "causal-attention FLOPs"}
    found = only(run(tmp_path, TRAINING, row))
    assert found.scenario is not None
    rate = evaluate_study([found.scenario]).value("tokens_per_s", 0)
    assert rate is not None
    layer = 4096 * (32 + 16) * 128 + 4096 * 4096 + 2 * 3 * 4096 * 14336
    flop = 6 * (32 * layer + 4096 * 32000) + 6 * 32 * 4096 * 8192
    assert found.predicted == pytest.approx(rate / 64 * flop / 1e12)
    latent = run(tmp_path, TRAINING, row | {"model": "DeepSeekV3"})
    assert "latent attention" in latent.skipped[0].reason


def test_peak_memory_is_a_quantity_of_its_own(tmp_path: Path) -> None:
    found = run(tmp_path, TRAINING, TRAIN | {"step_time_s": 20, "peak_mem_gb": 40})
    assert [r.quantity for r in found.rows] == ["step_time_s", "peak_mem_gb"]
    scenario = found.rows[0].scenario
    assert scenario is not None
    report = evaluate_study([scenario])
    assert found.rows[1].predicted == pytest.approx(float(report.memory.parts[:-1].sum()) / 2**30)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cp": "sixteen"}, "cp: 'sixteen' is not a number"), ({"gbs": ""}, "gbs is missing"),
        ({"gbs": 100}, "batch 100 does not divide among 16 replicas"),
        ({"step_time_s": -1}, "step_time_s: -1 is out of range"), ({"step_time_s": "fast"}, "is not a number"),
        ({"step_time_s": ""}, "nothing is measured"), ({"chip": "H10"}, "no preset for the chip 'H10'"),
        ({"model": "Llama-9-70B"}, "unknown model|no preset"), ({"precision": "fp4"}, "H100 SXM has no FP4 matmul"),
        ({"model": "Llama-3-8B LoRA"}, "LoRA"), ({"chips": "1e30"}, "chips"), ({"seq": 10**14}, "context"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_listed_with_its_reason(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    found = run(tmp_path, TRAINING, TRAIN | {"step_time_s": 20} | change)
    assert found.rows == []
    assert found.skipped[0].id == "r0"
    assert re.search(reason, found.skipped[0].reason), found.skipped[0].reason


HELD = {
    "model": "Llama-3-8B", "chip": "H100-80GB-SXM", "chips": 8, "tp": 8, "pp": 1, "seq": 8192, "mbs": 1, "gbs": 8,
    "precision": "bf16", "phase": "training", "recompute": "none", "zero": "1",
}  # fmt: skip


def test_components_and_units_of_memory(tmp_path: Path) -> None:
    rows = [
        HELD | {"component": c, "unit": u, "measured_gb": 10}
        for c, u in (
            ("peak total", "GiB"), ("peak total", "GB (nvidia-smi style)"), ("activations", "GiB"), ("params+grads+optimizer", "GB"),
            ('"activations, % of (no SP, no recompute)"', "percent"),
        )
    ]  # fmt: skip
    peak, driver, activations, state, percent = (r.predicted for r in run(tmp_path, MEMORY, *rows).rows)
    scenario = run(tmp_path, MEMORY, rows[0]).rows[0].scenario
    assert scenario is not None
    weights, gradients, optimizer, kept, cache, logits, network, reserve = evaluate_study([scenario]).memory.parts[:, 0]
    taken = weights + gradients + optimizer + kept + cache + logits + network
    assert peak == pytest.approx(taken / 2**30)
    assert driver == pytest.approx((taken + reserve) / 1e9)
    assert activations == pytest.approx(kept / 2**30)
    assert state == pytest.approx((weights + gradients + optimizer) / 1e9)
    assert 10 < percent < 100  # sequence parallelism saves


def test_fits_and_out_of_memory_are_calls(tmp_path: Path) -> None:
    infer = {"phase": "inference", "gbs": "", "chips": 1, "tp": 1, "component": "fit"}
    found = run(
        tmp_path, MEMORY, HELD | infer | {"model": "Llama-3.1-70B", "fits": 0}, HELD | infer | {"fits": 1.0}, HELD | infer | {"fits": 2},
    )
    assert [(c.id, c.measured_fits, c.predicted_fits) for c in found.calls] == [("r0", False, False), ("r1", True, True)]
    assert found.rows == []
    assert "neither 0 nor 1" in found.skipped[0].reason
