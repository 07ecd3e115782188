"""Inference rows: one stream, a loaded server, a static batch, a full server."""

from __future__ import annotations

from pathlib import Path

import pytest
from validate_samples import INFERENCE, only, run

from explorer.evaluate import evaluate_study
from explorer.library import load_library, make_scenario
from explorer.validation import Found
from explorer.validation.aliases import load_aliases
from explorer.validation.inference import predict as predict_inference
from explorer.validation.rows import Row
from explorer.validation.scenes import Setting

SERVE = {"model": "Llama-3-70B", "chip": "H100-80GB-SXM", "isl": 1000, "osl": 200, "tp": 8, "pp": 1, "precision": "fp8", "backend": "vllm"}


def served(phase: str, batch: int, context: int) -> tuple[float, float]:
    scenario = make_scenario(
        load_library(), chip="h100", workload="llama3-70b", phase=phase, batch=batch, context=context, chips=8, tp=8,
        precision="w=fp8,a=fp8,kv=bf16",
    )  # fmt: skip
    report = evaluate_study([scenario])
    return report.value("step_s", 0) or 0.0, scenario.calibration.host_s_per_step


def test_one_stream_waits_for_nobody(tmp_path: Path) -> None:
    found = run(tmp_path, INFERENCE, SERVE | {"batch_or_concurrency": 1, "ttft_ms": 50, "tpot_ms": 10, "mode": "online"})
    first, token = found.rows
    assert found.skipped == []
    assert (first.quantity, token.quantity) == ("ttft_ms", "tpot_ms")
    assert first.predicted == pytest.approx(1e3 * served("prefill", 1, 1000)[0])
    assert token.predicted == pytest.approx(1e3 * served("decode", 1, 1100)[0])


def test_under_load_prompts_come_in_between_and_queues_are_out_of_scope(tmp_path: Path) -> None:
    found = run(tmp_path, INFERENCE, SERVE | {"batch_or_concurrency": 16, "ttft_ms": 500, "tpot_ms": 20, "mode": "online agg"})
    assert [r.quantity for r in found.rows] == ["tpot_ms"]
    assert "queue" in found.skipped[0].reason
    prefill, host = served("prefill", 8, 1000)  # eight prompts of 1,000 tokens are read at once
    assert found.rows[0].predicted == pytest.approx(1e3 * (served("decode", 16, 1100)[0] + 15 * (prefill - host) / 8 / 200))


def test_a_static_batch_is_computed_together(tmp_path: Path) -> None:
    found = run(tmp_path, INFERENCE, SERVE | {"batch_or_concurrency": 4, "ttft_ms": 500, "tpot_ms": 20, "mode": "static batch"})
    assert found.rows[0].predicted == pytest.approx(1e3 * served("prefill", 4, 1000)[0])
    assert found.rows[1].predicted == pytest.approx(1e3 * served("decode", 4, 1100)[0])


def test_a_full_server_gets_the_batch_that_fits(tmp_path: Path) -> None:
    found = only(run(tmp_path, INFERENCE, SERVE | {"output_tok_s": 5000, "mode": "offline max throughput"}))
    assert found.quantity == "output_tok_s"
    assert found.scenario is not None
    report = evaluate_study([found.scenario])
    assert found.scenario.job.batch > 100
    assert report.fits[0]
    more = found.scenario.replace(job=found.scenario.job.replace(batch=int(found.scenario.job.batch * 1.2)))
    assert found.scenario.job.batch == 2048 or not evaluate_study([more]).fits[0]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"notes": "fused speculative decoding"}, "how many tokens are guessed"), ({"mode": "online disagg"}, "separate servers"),
        ({"tpot_ms": ""}, "nothing is measured"), ({"isl": ""}, "isl is missing"), ({"batch_or_concurrency": ""}, "batch_or_concurrency"),
        ({"batch_or_concurrency": "many"}, "not a number"), ({"precision": "?"}, "precision"), ({"tp": 3.5}, "whole number"),
    ],
)  # fmt: skip
def test_serving_that_cannot_be_said_is_listed(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    found = run(tmp_path, INFERENCE, SERVE | {"batch_or_concurrency": 8, "tpot_ms": 20} | change)
    assert found.rows == []
    assert reason in found.skipped[0].reason


def test_the_cache_takes_the_stacks_format(tmp_path: Path) -> None:
    rows = [SERVE | {"batch_or_concurrency": 1, "tpot_ms": 20, "backend": name} for name in ("vllm", "trtllm")]
    vllm, trtllm = (r.scenario for r in run(tmp_path, INFERENCE, *rows).rows)
    assert vllm is not None
    assert trtllm is not None
    assert (vllm.job.kv_format, trtllm.job.kv_format) == ("bf16", "fp8")


def test_no_rows_are_no_predictions() -> None:
    found = Found()
    predict_inference(Setting(load_library(), load_aliases()), found, ())
    predict_inference(Setting(load_library(), load_aliases()), found, (Row(2, {"id": "a"}),))
    assert found.rows == []
    assert len(found.skipped) == 1
