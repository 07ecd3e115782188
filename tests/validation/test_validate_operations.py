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

KERNELS = COLLECTIVES + ",library,algorithm,dtype"


def test_collectives_are_the_networks_own(tmp_path: Path) -> None:
    reduce = {"op": "all_reduce", "chip": "H100-80GB-SXM", "ranks": 8, "size_bytes": 2**26, "time_us": 400}
    found = run(
        tmp_path, KERNELS, reduce, reduce | {"time_us": "", "algbw_gbps": 200}, reduce | {"chip": "Trainium2", "ranks": 16},
        {"op": "all_gather", "chip": "H100-80GB-SXM", "ranks": 16, "nodes": 4, "ranks_per_node": 4, "size_bytes": 2**26, "time_us": 9},
        {"op": "all_gather", "chip": "H100-80GB-SXM", "ranks": 16, "nodes": 2, "ranks_per_node": 8, "size_bytes": 2**26, "time_us": 9},
    )  # fmt: skip
    scenario = make_scenario(load_library(), chip="h100", workload="llama3-8b", phase="training", batch=8, context=1, chips=8)
    c = lower([scenario]).replace(tp=8.0)
    expected = float(all_reduce_s(c, group(c, c.tp, c.tp / 8), c.tp * 2**23)[0])
    time, rate, trainium, narrow, wide = found.rows
    assert time.predicted == pytest.approx(expected * 1e6)
    assert rate.predicted == pytest.approx(2**26 / expected / 1e9)
    assert trainium.chip == "trainium2"
    assert narrow.predicted > wide.predicted
    assert found.skipped == []


def test_each_row_is_predicted_by_the_kernel_that_it_timed(tmp_path: Path) -> None:
    row = {"op": "all_reduce", "chip": "H100-80GB-SXM", "ranks": 8, "size_bytes": 2**15, "time_us": 10}
    vllm = row | {"library": "vllm 0.24.0 custom allreduce"}
    found = run(
        tmp_path, KERNELS, row | {"library": "NCCL 2.29"}, row | {"library": "trtllm 1.0 custom allreduce"}, vllm | {"algorithm": "graph"},
        vllm | {"algorithm": "eager"}, row | {"chip": "L40S", "library": "trtllm 1.0 custom allreduce"},
        row | {"size_bytes": 2**30, "library": "NCCL 2.29", "dtype": "int8"}, row | {"size_bytes": 2**30, "library": "NCCL 2.29"},
    )  # fmt: skip
    library, trtllm, graph, eager, integers, floats = (r.predicted for r in found.rows)
    assert trtllm < graph < library
    eager_kernel = load_library().calibration("h100").links.vllm_eager  # type: ignore[union-attr]
    assert eager_kernel is not None
    assert eager == pytest.approx(max(eager_kernel.host_s, graph * 1e-6 + 2**15 / eager_kernel.copy_bytes_per_s) * 1e6)
    assert integers > 1.2 * floats  # the switch adds no integers
    assert [s.reason for s in found.skipped] == ["no timings tell the trtllm kernel on L40S"]


def test_cores_of_one_chip_and_chips_that_are_used_in_part(tmp_path: Path) -> None:
    row = {"chip": "Trainium2", "size_bytes": 2**20, "time_us": 40}
    found = run(
        tmp_path, KERNELS, *(row | {"op": "all_gather", "ranks": n} for n in (2, 4, 6, 8, 64)), row | {"op": "all_reduce", "ranks": 4},
        row | {"op": "reduce_scatter", "ranks": 4}, row | {"op": "alltoall", "ranks": 16}, row | {"op": "p2p_send_recv", "ranks": 8},
    )  # fmt: skip
    assert found.skipped == []
    two, four, six, eight, all_cores, reduce, scatter, *_ = (r.predicted for r in found.rows)
    assert two < four < six < eight < all_cores
    assert max(four, scatter) < reduce < four + scatter


def test_what_is_no_collective_says_what_it_is(tmp_path: Path) -> None:
    row = {"chip": "H800", "ranks": 8, "size_bytes": 2**20, "time_us": 40, "op": "all_reduce"}
    found = run(
        tmp_path, KERNELS, row | {"op": "moe_dispatch"}, row | {"op": "pcie_h2d"}, row | {"op": "gossip"}, row | {"size_bytes": "-"},
        row | {"ranks": 1}, row | {"time_us": "-"}, row | {"size_bytes": ""},
    )  # fmt: skip
    assert [s.reason for s in found.skipped] == [
        "moe_dispatch: an exchange of routed tokens", "pcie_h2d: a copy between host and chip, no collective", "gossip: not modelled",
        "size_bytes: '-' is not a number", "one rank has no collective", "nothing is measured", "size_bytes is missing",
    ]  # fmt: skip


def test_a_matmul_is_the_operator_of_every_evaluation(tmp_path: Path) -> None:
    # Llama 3 70B's vocabulary head on one chip: 512 sequences in decode.
    scenario = make_scenario(
        load_library(), chip="h100", workload="llama3-70b", phase="decode", batch=512, context=1, chips=1, tp=1, precision="fp8"
    )
    head = float(evaluate_study([scenario]).operators.time_s[ROW["head"], 0])
    shape = {"op": "gemm", "chip": "H100-80GB-SXM", "dtype": "fp8", "m": 512, "n": 128256, "k": 8192}
    found = run(tmp_path, GEMM, shape | {"time_us": 900}, shape | {"tflops": 900}, shape | {"batch": 4, "time_us": 1}, shape | {"n": "x", "time_us": 1})
    assert found.rows[0].predicted == pytest.approx(head * 1e6)
    assert found.rows[1].predicted == pytest.approx(float(matmul_flop(m=512, n=128256, k=8192)) / head / 1e12)
    assert [s.reason.split(":")[0] for s in found.skipped] == ["batched matmuls are not modelled yet", "n"]


def test_grouped_matmuls_are_those_of_experts(tmp_path: Path) -> None:
    """Four groups of 2,048 rows take as long as one matmul of all rows, of which each expert reads its own weights."""
    shape = {"chip": "H100-80GB-SXM", "dtype": "fp8", "n": 4096, "k": 7168, "time_us": 500}
    one, grouped, small = run(
        tmp_path, GEMM, shape | {"op": "gemm", "m": 8192}, shape | {"op": "grouped_gemm", "m": 2048, "groups": 4},
        shape | {"op": "grouped_gemm", "m": 16, "groups": 256},
    ).rows  # fmt: skip
    assert grouped.predicted == pytest.approx(one.predicted, rel=0.05)
    # Few rows each: reading 256 experts' weights decides.
    chip = load_library().chip("h100")
    assert small.predicted > 256 * 4096 * 7168 / chip.hbm_bytes_per_s * 1e6


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
