"""Rows of each kind against the model: what is predicted, how it is counted, and what is listed instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.evaluate import evaluate_study, lower
from explorer.evaluate.network import all_reduce_s, group
from explorer.library import load_library, make_scenario
from explorer.physics.matmul import matmul_flop
from explorer.validation import Found, Prediction, validate
from explorer.validation.inference import predict as predict_inference
from explorer.validation.rows import Row

TRAINING = (
    "id,model,chip,chips,tp,pp,seq,gbs,mbs,precision,recompute,zero,cp,ep,vpp,step_time_s,tokens_per_s_per_chip,tflops_per_chip,"
    "flops_convention,peak_mem_gb,framework,source,quality"
)
INFERENCE = "id,model,chip,isl,osl,batch_or_concurrency,tp,pp,precision,backend,mode,notes,ttft_ms,tpot_ms,output_tok_s,source,quality"
MEMORY = "id,model,chip,chips,tp,pp,seq,mbs,gbs,precision,phase,component,measured_gb,unit,fits,recompute,seq_par,zero,source,quality"
COLLECTIVES = "id,op,chip,ranks,nodes,ranks_per_node,size_bytes,time_us,algbw_gbps,source,quality"
GEMM = "id,op,chip,dtype,m,n,k,batch,groups,time_us,tflops,gbps,source,quality"
ATTENTION = "id,op,chip,batch,isl_new,kv_len,heads,kv_heads,head_dim,window,attn_dtype,kv_dtype,time_us,source,quality"


def run(folder: Path, header: str, *rows: dict[str, object]) -> Found:
    """Validate rows given as the cells that are not empty."""
    names = header.split(",")
    lines = [",".join(str(({"id": f"r{i}", "source": "S", "quality": "A"} | row).get(n, "")) for n in names) for i, row in enumerate(rows)]
    path = folder / "rows.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    return validate(path)


def only(found: Found) -> Prediction:
    assert [s.reason for s in found.skipped] == []
    assert len(found.rows) == 1
    return found.rows[0]


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
        ({"gbs": 100}, "batch 100 does not divide among 16 replicas"), ({"tp": 64, "pp": 1}, "TP 64 does not divide|heads"),
        ({"step_time_s": -1}, "step_time_s: -1 is out of range"), ({"step_time_s": "fast"}, "is not a number"),
        ({"step_time_s": ""}, "nothing is measured"), ({"chip": "H10"}, "no preset for the chip 'H10'"),
        ({"model": "Llama-9-70B"}, "unknown model|no preset"), ({"precision": "fp4"}, "H100 SXM has no FP4 matmul"),
        ({"model": "Llama-3-8B LoRA"}, "LoRA"), ({"chips": "1e30"}, "chips"), ({"seq": 10**14}, "context"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_listed_with_its_reason(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    found = run(tmp_path, TRAINING, TRAIN | {"step_time_s": 20} | change)
    if change.get("tp") == 64:  # heads are padded to what TP divides
        assert len(found.rows) == 1
        return
    assert found.rows == []
    assert found.skipped[0].id == "r0"
    pytest.importorskip("re")
    assert __import__("re").search(reason, found.skipped[0].reason), found.skipped[0].reason


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
    prefill, host = served("prefill", 1, 1000)
    assert found.rows[0].predicted == pytest.approx(1e3 * (served("decode", 16, 1100)[0] + 15 * (prefill - host) / 200))


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
        ({"notes": "fused speculative decoding"}, "speculative"), ({"mode": "online disagg"}, "separate servers"),
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


HELD = {
    "model": "Llama-3-8B", "chip": "H100-80GB-SXM", "chips": 8, "tp": 8, "pp": 1, "seq": 8192, "mbs": 1, "gbs": 8,
    "precision": "bf16", "phase": "training", "recompute": "none", "zero": "1",
}  # fmt: skip


def test_components_and_units_of_memory(tmp_path: Path) -> None:
    rows = [
        HELD | {"component": c, "unit": u, "measured_gb": 10}
        for c, u in (
            ("peak total", "GiB"), ("peak total", "GB (nvidia-smi style)"), ("activations", "GiB"), ("params+grads+optimizer", "GB"),
            ("activations, % of (no SP, no recompute)", "percent"),
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


def test_collectives_are_the_networks_own(tmp_path: Path) -> None:
    found = run(
        tmp_path, COLLECTIVES,
        {"op": "all_reduce", "chip": "H100-80GB-SXM", "ranks": 8, "size_bytes": 2**26, "time_us": 400},
        {"op": "all_reduce", "chip": "H100-80GB-SXM", "ranks": 8, "size_bytes": 2**26, "algbw_gbps": 200},
        {"op": "all_reduce", "chip": "Trainium2", "ranks": 16, "size_bytes": 2**26, "time_us": 400},
        {"op": "all_reduce", "chip": "Trainium2", "ranks": 4, "size_bytes": 2**26, "time_us": 400},
        {"op": "moe_dispatch", "chip": "H100-80GB-SXM", "ranks": 8, "size_bytes": 2**26, "time_us": 400},
        {"op": "all_gather", "chip": "H100-80GB-SXM", "ranks": 16, "nodes": 4, "ranks_per_node": 4, "size_bytes": 2**26, "time_us": 9},
        {"op": "all_gather", "chip": "H100-80GB-SXM", "ranks": 16, "nodes": 2, "ranks_per_node": 8, "size_bytes": 2**26, "time_us": 9},
        {"op": "all_reduce", "chip": "H100-80GB-SXM", "ranks": 8, "size_bytes": "-", "time_us": 400},
    )  # fmt: skip
    scenario = make_scenario(load_library(), chip="h100", workload="llama3-8b", phase="decode", batch=1, context=1, chips=1)
    c = lower([scenario]).replace(tp=8.0)
    expected = float(all_reduce_s(c, group(c, c.tp, c.tp / 8), c.tp * 2**23)[0])
    time, rate, trainium, narrow, wide = found.rows
    assert time.predicted == pytest.approx(expected * 1e6)
    assert rate.predicted == pytest.approx(2**26 / expected / 1e9)
    assert trainium.chip == "trainium2"
    assert narrow.predicted > wide.predicted
    assert [s.id for s in found.skipped] == ["r3", "r4", "r7"]
    assert "inside one chip" in found.skipped[0].reason


def test_a_matmul_is_the_operator_of_every_evaluation(tmp_path: Path) -> None:
    # Llama 3 70B's vocabulary head on one chip: 512 sequences in decode.
    scenario = make_scenario(
        load_library(), chip="h100", workload="llama3-70b", phase="decode", batch=512, context=1, chips=1, tp=1, precision="fp8"
    )
    head = float(evaluate_study([scenario]).operators.time_s[9, 0])
    shape = {"op": "gemm", "chip": "H100-80GB-SXM", "dtype": "fp8", "m": 512, "n": 128256, "k": 8192}
    found = run(tmp_path, GEMM, shape | {"time_us": 900}, shape | {"tflops": 900}, shape | {"groups": 4, "time_us": 1}, shape | {"n": "x"})
    assert found.rows[0].predicted == pytest.approx(head * 1e6)
    assert found.rows[1].predicted == pytest.approx(float(matmul_flop(m=512, n=128256, k=8192)) / head / 1e12)
    assert [s.reason.split(":")[0] for s in found.skipped] == ["batched and grouped matmuls are not modelled yet", "n"]


def test_a_copy_runs_at_the_calibrated_bandwidth_and_half_a_chip_is_slower(tmp_path: Path) -> None:
    chip, losses = load_library().chip("tpu-v7"), load_library().calibration("tpu-v7")
    shape = {"op": "gemm", "dtype": "bf16", "m": 8192, "n": 8192, "k": 8192, "time_us": 900}
    found = run(
        tmp_path, GEMM, {"op": "hbm_copy", "chip": "Ironwood", "gbps": 6000}, shape | {"chip": "Ironwood"},
        shape | {"chip": '"TPU v7x (Ironwood), per device = 1 TensorCore"'},
    )  # fmt: skip
    assert found.rows[0].predicted == pytest.approx(chip.hbm_bytes_per_s * losses.hbm_fraction / 1e9)
    assert found.rows[2].predicted > 1.8 * found.rows[1].predicted


def test_attention_reads_the_whole_cache(tmp_path: Path) -> None:
    core = {"chip": "H100-80GB-SXM", "batch": 32, "heads": 64, "kv_heads": 8, "head_dim": 128, "attn_dtype": "bf16", "time_us": 100}
    found = run(
        tmp_path, ATTENTION, core | {"op": "decode", "isl_new": 1, "kv_len": 16384, "kv_dtype": "bfloat16"},
        core | {"op": "decode", "isl_new": 1, "kv_len": 16384, "kv_dtype": "fp8"},
        core | {"op": "prefill", "isl_new": 4096, "kv_len": 4096, "kv_dtype": "bfloat16"},
        core | {"op": "prefill", "isl_new": 4096, "kv_len": 8192, "kv_dtype": "bfloat16"},
        core | {"op": "decode", "isl_new": 1, "kv_len": 512, "window": 128},
    )  # fmt: skip
    wide, narrow, prefill = (r.predicted for r in found.rows)
    assert wide > 1e6 * 32 * 16384 * 2 * 8 * 128 * 2 / 3.35e12
    assert 0.4 * wide < narrow < 0.6 * wide
    assert prefill > 1e6 * 32 * 2 * 4096**2 * 64 * 128 / 989.4e12
    assert [s.id for s in found.skipped] == ["r3", "r4"]


def test_no_rows_are_no_predictions() -> None:
    from explorer.library import load_library as library
    from explorer.validation.aliases import load_aliases
    from explorer.validation.scenes import Setting

    found = Found()
    predict_inference(Setting(library(), load_aliases()), found, ())
    predict_inference(Setting(library(), load_aliases()), found, (Row(2, {"id": "a"}),))
    assert found.rows == []
    assert len(found.skipped) == 1
