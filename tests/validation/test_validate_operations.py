"""Rows of one operation: collectives, matmuls, copies, attention."""

from __future__ import annotations

from pathlib import Path

import pytest
from validate_samples import ATTENTION, COLLECTIVES, GEMM, run

from explorer.evaluate import evaluate_study, lower
from explorer.evaluate.network import all_reduce_s, group
from explorer.evaluate.operators import ROW
from explorer.library import load_library, make_scenario
from explorer.physics.matmul import matmul_flop


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
    head = float(evaluate_study([scenario]).operators.time_s[ROW["head"], 0])
    shape = {"op": "gemm", "chip": "H100-80GB-SXM", "dtype": "fp8", "m": 512, "n": 128256, "k": 8192}
    found = run(tmp_path, GEMM, shape | {"time_us": 900}, shape | {"tflops": 900}, shape | {"groups": 4, "time_us": 1}, shape | {"n": "x", "time_us": 1})
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
