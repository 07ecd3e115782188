"""Whole steps against published measurements. Bands are the error as it is, not a target; nothing is tuned to meet them.

Decode and prefill: silicon-based estimates of aiconfigurator 0.12 for TensorRT-LLM and vLLM. All-reduce: NCCL on two p5 nodes
(aws-samples). Training: Llama 3, arXiv:2407.21783, table 4.
"""

from __future__ import annotations

import hand
import hand_links
import numpy as np
import pytest

from explorer.evaluate import evaluate_study, lower, network
from explorer.library import Library, make_scenario


@pytest.mark.parametrize(
    ("chip", "phase", "batch", "fastest_ms", "slowest_ms"),
    [("h100", "decode", 32, 12.66, 14.54), ("b200", "decode", 32, 8.00, 10.40), ("h100", "prefill", 1, 169.6, 171.6), ("b200", "prefill", 1, 96.4, 107.3)],
)  # fmt: skip
def test_llama_70b_on_eight_gpus(library: Library, chip: str, phase: str, batch: int, fastest_ms: float, slowest_ms: float) -> None:
    make = {"chip": chip, "workload": "llama3-70b", "phase": phase, "batch": batch, "context": 4096, "chips": 8, "tp": 8}
    report = evaluate_study([make_scenario(library, **make, efficiency=e) for e in ("calibrated", "ideal")])  # type: ignore[arg-type]
    calibrated, ideal = report.values["step_s"] * 1e3
    assert 0.90 * fastest_ms < calibrated < 1.10 * slowest_ms
    assert ideal < fastest_ms


_TWO_NODES_US = {
    1024: 69.2, 4096: 78.6, 16384: 94.4, 65536: 135.1, 262144: 128.0, 2097152: 147.2, 33554432: 439.7, 134217728: 870.3,
    268435456: 1468.2, 1073741824: 4607.6, 4294967296: 17286.0,
}  # fmt: skip


def test_all_reduce_of_two_nodes(library: Library) -> None:
    scenario = make_scenario(library, chip="h100", workload="llama3-70b", phase="decode", batch=1, context=1, chips=16, tp=16)
    c = lower([scenario])
    sizes = np.array(list(_TWO_NODES_US), dtype=float)
    found = network.all_reduce_s(c, network.group(c, c.tp, np.ones(1)), sizes) * 1e6
    inside = [hand_links.all_reduce_s(scenario, s, 8) for s in sizes]
    by_hand = [hand_links.across_s(scenario, s, 8, 2, t, 2) * 1e6 for s, t in zip(sizes, inside, strict=True)]
    assert found == pytest.approx(by_hand, rel=1e-9)
    ratio = found / np.array(list(_TWO_NODES_US.values()))
    assert np.all(np.abs(ratio - 1) < 0.4)
    assert float(np.mean(np.abs(np.log(ratio)))) < 0.15
    assert np.all(np.diff(found) > 0)


def test_llama_405b_on_16384_gpus(library: Library) -> None:
    """Published: 400 TFLOP/s a GPU with an interleaved schedule, whose depth is not said. Plain 1F1B would be far off."""
    scenario = make_scenario(
        library, chip="h100", workload="llama3.1-405b", phase="training", batch=2048, context=8192, chips=16384, tp=8, pp=16, zero=1
    )
    # Kernels, links and bubbles alone: what the stack adds on top is a constant of its own.
    bare = scenario.replace(calibration=scenario.calibration.replace(stack_fraction=1.0))
    mixed = evaluate_study([bare.replace(plan=bare.plan.replace(virtual_stages=8))]).value("step_s", 0)
    report, m = evaluate_study([bare]), hand.LLAMA_405B
    token = 3 * (hand.forward_flop_per_token(m) + 2 * m["h"] * m["V"]) + 6 * 126 * 128 * 128 * 8192
    published = 2048 * 8192 * token / (16384 * 400e12)
    step = report.value("step_s", 0)
    assert step is not None
    assert 1.2 < step / published < 1.4
    assert mixed is not None
    assert 0.75 < mixed / published < 0.85  # no stragglers, no data loading, kernels at their best
    pipeline = float(report.time_parts[5, 0])
    assert 0.65 < (step - pipeline) / published < 1.0
    ideal = evaluate_study([scenario.replace(efficiency="ideal")]).value("step_s", 0)
    assert ideal is not None
    assert ideal < published


def test_llama_405b_fits_as_it_was_run(library: Library) -> None:
    """Without recomputation, gradients sharded, 16 micro-batches in flight: it did fit 80 GB GPUs, and does here."""
    make = {"chip": "h100", "workload": "llama3.1-405b", "phase": "training", "batch": 2048, "context": 8192, "chips": 16384, "tp": 8, "pp": 16}
    report = evaluate_study([make_scenario(library, **make, zero=z) for z in (1, 2)])  # type: ignore[arg-type]
    assert report.fits.tolist() == [0.0, 1.0]
