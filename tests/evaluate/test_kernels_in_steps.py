"""The operators of a calibrated step are the fitted kernels, and what a stack adds stretches training alone."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.evaluate import TIME_PARTS, evaluate, evaluate_study, lower
from explorer.evaluate.operators import ROW
from explorer.library import Library, make_scenario
from explorer.physics.kernels import (
    attention_decode_kernel_s,
    attention_prefill_kernel_s,
    gemm_kernel_s,
    quantise_kernel_s,
)
from explorer.specs import Scenario


def _scenario(library: Library, phase: str, chip: str = "h100", **given: object) -> Scenario:
    values = {"workload": "llama3-70b", "batch": 64, "context": 4096, "chips": 8, "tp": 8} | given
    return make_scenario(library, chip=chip, phase=phase, **values)  # type: ignore[arg-type]


def _time(scenario: Scenario, key: str) -> float:
    return float(evaluate_study([scenario]).operators.time_s[ROW[key], 0])


@pytest.mark.parametrize(("chip", "precision"), [("h100", "bf16"), ("h100", "fp8"), ("b200", "fp8"), ("a100-80gb", "bf16")])
def test_a_matmul_is_the_fitted_kernel(library: Library, chip: str, precision: str) -> None:
    scenario = _scenario(library, "decode", chip, precision=precision)
    g, size = scenario.calibration.gemm(precision), 1.0 if precision == "fp8" else 2.0
    assert g.provenance == "measured"
    kernel = gemm_kernel_s(
        m=64.0, n=128256 / 8, k=8192.0, a_bytes_per_element=size, b_bytes_per_element=size, c_bytes_per_element=2.0,
        peak_flop_per_s=scenario.chip.peak_flop_per_s(precision) or 0.0, hbm_bytes_per_s=scenario.chip.hbm_bytes_per_s,
        cores=scenario.chip.cores, compute_fraction=g.compute_fraction, memory_fraction=g.memory_fraction,
        overlap_fraction=g.overlap_fraction, wave_fraction=g.wave_fraction, prologue_k=g.prologue_k, step_s=g.step_s,
        launch_s=g.launch_s,
    )  # fmt: skip
    assert _time(scenario, "head") == pytest.approx(float(kernel), rel=1e-9)


def test_four_bit_matmuls_quantise_apart_and_eight_bit_ones_in_passing(library: Library) -> None:
    for precision, apart in (("fp4", 1.0), ("fp8", 0.0), ("bf16", 0.0)):
        scenario = _scenario(library, "decode", "b200", precision=precision)
        g, c = scenario.calibration.gemm(precision), lower([scenario])
        assert c.quantised_apart.tolist() == [apart]
        fused = float(evaluate(c.replace(quantised_apart=0.0)).operators.time_s[ROW["head"], 0])
        quantise = quantise_kernel_s(
            m=64.0, k=8192.0, from_bytes_per_element=2.0, to_bytes_per_element=4.25 / 8, hbm_bytes_per_s=scenario.chip.hbm_bytes_per_s,
            quantise_fraction=g.quantise_fraction, launch_s=g.quantise_launch_s,
        )  # fmt: skip
        assert _time(scenario, "head") == pytest.approx(fused + apart * float(quantise), rel=1e-9)


def test_attention_is_the_fitted_kernel_and_takes_what_stands_around_it(library: Library) -> None:
    scenario = _scenario(library, "decode")
    a, chip = scenario.calibration.attention("decode", "bf16"), scenario.chip
    shared = {"heads": 8.0, "kv_heads": 1.0, "head_dim": 128.0, "activation_bytes_per_element": 2.0}
    rates = {"peak_flop_per_s": chip.peak_bf16_flop_per_s, "hbm_bytes_per_s": chip.hbm_bytes_per_s}
    kernel = attention_decode_kernel_s(
        **shared, **rates, sequences=64.0, context=4096.0, kv_bytes_per_element=2.0, vector_flop_per_s=chip.vector_flop_per_s,
        group_least=a.group_least, group_most=a.group_most, memory_fraction=a.memory_fraction, compute_fraction=a.compute_fraction,
        vector_fraction=a.vector_fraction, io_fraction=a.io_fraction or 1.0, ramp_bytes=a.ramp_bytes, token_s=a.token_s,
        launch_s=a.launch_s,
    )  # fmt: skip
    # The model's traffic also has the queries and outputs: 0.2 % of the cache.
    assert _time(scenario, "attention") == pytest.approx(80 * float(kernel), rel=0.005)
    assert evaluate_study([scenario]).operators.hbm_bytes[ROW["rotary"], 0] == 0
    prompt = _scenario(library, "prefill", batch=2)
    p = prompt.calibration.attention("prefill", "bf16")
    kernel = attention_prefill_kernel_s(
        **shared, **rates, sequences=2.0, query_tokens=4096.0, key_tokens=4096.0, cores=chip.cores, block_tokens=p.block_tokens,
        compute_fraction=p.compute_fraction, io_fraction=p.io_fraction or 1.0, overlap_fraction=0.0, launch_s=p.launch_s,
    )  # fmt: skip
    assert _time(prompt, "attention") == pytest.approx(80 * float(kernel), rel=1e-9)


def test_a_chip_without_timings_keeps_its_shares(library: Library) -> None:
    scenario = _scenario(library, "decode", "trainium2", chips=16, tp=16)
    losses = scenario.calibration
    assert losses.kernels is None
    g = losses.gemm("bf16")
    assert (g.compute_fraction, g.memory_fraction, g.overlap_fraction, g.step_s) == (losses.matmul_fraction["bf16"], losses.hbm_fraction, 1, 0)
    assert losses.attention("decode", "fp8").io_fraction is None
    assert evaluate_study([scenario]).operators.hbm_bytes[ROW["rotary"], 0] > 0


def test_a_stack_stretches_training_and_nothing_else(library: Library) -> None:
    """All parts of a training step but the host's own time."""
    for phase, factor in (("training", 2.0), ("decode", 1.0), ("prefill", 1.0)):
        one = _scenario(library, phase, batch=64, microbatch=1) if phase == "training" else _scenario(library, phase)
        plain, slow = (one.replace(calibration=one.calibration.replace(stack_fraction=f)) for f in (1.0, 0.5))
        report = evaluate_study([plain, slow, slow.replace(efficiency="ideal"), plain.replace(efficiency="ideal")])
        step = report.columns.full(report.values["step_s"])
        host = report.time_parts[list(TIME_PARTS).index("host"), 0]
        assert step[1] - host == pytest.approx(factor * (step[0] - host), rel=1e-12)
        assert step[2] == step[3]
        assert np.sum(report.time_parts[:, 1]) == pytest.approx(step[1], rel=1e-12)
