"""Prefill and training worked out by hand: compute-bound in the ideal set, so that plain FLOP counts decide."""

from __future__ import annotations

import hand
import hand_links
import numpy as np
import pytest

from explorer.evaluate import TIME_PARTS, Report, evaluate_study
from explorer.evaluate.memory import PARTS
from explorer.evaluate.network import ROW
from explorer.library import Library, make_scenario
from explorer.specs import Scenario

GIB = 2.0**30


def _part(report: Report, key: str) -> float:
    return float(report.memory.parts[list(PARTS).index(key), 0])


def _time(report: Report, key: str) -> float:
    return float(report.time_parts[list(TIME_PARTS).index(key), 0])


def _training(library: Library, workload: str, chips: int, tp: int, pp: int, batch: int, **more: object) -> Scenario:
    return make_scenario(
        library, chip="h100", workload=workload, phase="training", batch=batch, context=8192, chips=chips, tp=tp, pp=pp, **more  # type: ignore[arg-type]
    )


def test_prefill_of_70b(library: Library) -> None:
    scenario = make_scenario(
        library, chip="h100", workload="llama3-70b", phase="prefill", batch=1, context=4096, chips=8, tp=8, efficiency="ideal"
    )
    report, m = evaluate_study([scenario]), hand.LLAMA_70B
    peak, vector = scenario.chip.peak_bf16_flop_per_s, scenario.chip.vector_flop_per_s
    matmul = 4096 * hand.forward_flop_per_token(m) / 8 / peak
    # The head sees the last position only: reading its weights takes longer than multiplying.
    head = (m["V"] * m["h"] / 8 + m["h"] + m["V"] / 8) * 2 / scenario.chip.hbm_bytes_per_s
    assert _time(report, "matmul") == pytest.approx(matmul + head, rel=1e-6)
    core = 80 * 4 * 4096 * 4096 * 64 * 128 / 2 / 8 / peak
    assert _time(report, "attention") == pytest.approx(core, rel=1e-9)
    # Fused into their neighbours: nothing at the HBM, but each byte passes the SRAM once.
    slower = lambda flop_per_byte: max(flop_per_byte / vector, 1 / scenario.chip.sram_bytes_per_s)  # noqa: E731
    norms, rotary, gate = 20 * 8192 * slower(0.5), 4 * 72 * 128 / 8 * slower(0.75), 6 * 28672 / 8 * slower(1.0)
    ends = 4 * 4096 * 8192 * slower(0.0) + 8 * m["V"] / 8 * slower(1.0)
    assert _time(report, "elementwise") == pytest.approx(80 * 4096 * (norms + rotary + gate) + ends, rel=1e-9)
    flop = 4096 * hand.forward_flop_per_token(m) + 80 * 2 * 64 * 128 * 4096**2 + 2 * m["h"] * m["V"]
    step = report.value("step_s", 0)
    assert step is not None
    assert report.value("mfu", 0) == pytest.approx(flop / (8 * peak * step), rel=1e-9)
    assert 0.9 < flop / (8 * peak * step) < 1


def test_training_step_of_70b_ideal(library: Library) -> None:
    """TP 4, PP 8, two replicas, 64 micro-batches: forward + twice that backward, attention 2.5 times, 1F1B bubble."""
    scenario = _training(library, "llama3-70b", 64, 4, 8, 128, efficiency="ideal")
    report, m = evaluate_study([scenario]), hand.LLAMA_70B
    assert float(report.shape.microbatches[0]) == 64
    peak, vector = scenario.chip.peak_bf16_flop_per_s, scenario.chip.vector_flop_per_s
    layers = 3 * 8192 * hand.forward_flop_per_token(m) / 4 / peak
    core = 3.5 * 80 * 4 * 8192**2 * 64 * 128 / 2 / 4 / peak
    slower = lambda flop_per_byte: 2.7 * max(flop_per_byte / vector, 1 / scenario.chip.sram_bytes_per_s)  # noqa: E731
    norms, rotary, gate = 20 * 8192 / 4 * slower(0.5), 4 * 72 * 128 / 4 * slower(0.75), 6 * 28672 / 4 * slower(1.0)
    light, embedding = 80 * 8192 * (norms + rotary + gate), 4 * 8192 * 8192 * slower(0.0)
    head = 3 * 2 * 8192 * m["h"] * m["V"] / 4 / peak
    loss = 8 * 8192 * m["V"] / 4 * slower(1.0)
    assert _time(report, "matmul") == pytest.approx(64 / 8 * (layers + head), rel=1e-6)
    assert _time(report, "attention") == pytest.approx(64 / 8 * core, rel=1e-6)
    inside = layers + core + light
    slowest, whole = inside / 8 + head + loss, inside + embedding + head + loss
    flowing = 63 * slowest + whole
    busy = 64 / 8 * whole
    assert _time(report, "pipeline") == pytest.approx(flowing - busy, rel=1e-9)
    step = report.value("step_s", 0)
    # The last stage holds most: ten layers, the head and the last norm.
    held = 10 * (hand.rank_params(m, 4) - 2 * m["V"] * m["h"] / 4 - m["h"]) / 80 + m["V"] * m["h"] / 4 + m["h"]
    assert _time(report, "optimizer_step") == pytest.approx(30 * held / 2 / scenario.chip.hbm_bytes_per_s, rel=1e-6)
    assert step == pytest.approx(flowing + 30 * held / 2 / scenario.chip.hbm_bytes_per_s, rel=1e-9)
    token = 3 * (hand.forward_flop_per_token(m) + 2 * m["h"] * m["V"]) + 6 * 80 * 64 * 128 * 8192
    assert token == pytest.approx(449_222_541_312)
    assert report.value("mfu", 0) == pytest.approx(128 * 8192 * token / (64 * peak * step), rel=1e-9)


@pytest.mark.parametrize(("microbatches", "stages"), [(1, 8), (4, 8), (8, 8), (64, 8), (4, 16)])
def test_bubble_of_even_stages(library: Library, microbatches: int, stages: int) -> None:
    """(p - 1) / m of the busy time, also with fewer micro-batches than stages; the embedding's stage adds a little."""
    scenario = _training(library, "llama3-70b", 8 * stages, 8, stages, microbatches, efficiency="ideal")
    small = scenario.workload.replace(vocab=8)
    report = evaluate_study([scenario.replace(workload=small)])
    busy = _time(report, "matmul") + _time(report, "attention") + _time(report, "elementwise")
    assert _time(report, "pipeline") == pytest.approx(busy * (stages - 1) / microbatches, rel=0.02)


def test_uneven_stages_wait_for_the_longest(library: Library) -> None:
    """126 layers over 16 stages: 8 in the fullest, 7 beside the head."""
    scenario = _training(library, "llama3.1-405b", 128, 8, 16, 16, efficiency="ideal")
    report = evaluate_study([scenario.replace(workload=scenario.workload.replace(vocab=8))])
    busy = _time(report, "matmul") + _time(report, "attention") + _time(report, "elementwise")
    layer = busy * 16 / 16 / 126
    assert _time(report, "pipeline") == pytest.approx((15 * 8 + 126) * layer - busy, rel=1e-3)


def test_activations_of_a_70b_layer(library: Library) -> None:
    """33.5 bytes x hidden a token over TP 8 with sequence parallel: 281,280,512 bytes a layer (reference vector M44).

    Beside them the gradient of one layer's output.
    """
    scenario = _training(library, "llama3-70b", 32, 8, 4, 32)
    scenario = scenario.replace(workload=scenario.workload.replace(vocab=8))  # else logits make the last stage the fullest
    report = evaluate_study([scenario])
    gradient = 2 * 8192 * 8192 / 8
    assert _part(report, "activations") == 4 * 20 * 281_280_512 + gradient
    full = evaluate_study([scenario.replace(plan=scenario.plan.replace(recompute="full"))])
    # The input of each layer, 2 bytes an element over 8 ranks, and one layer brought back whole.
    assert _part(full, "activations") == 4 * 20 * gradient + 281_280_512
    few = evaluate_study([scenario.replace(job=scenario.job.replace(batch=2))])
    assert _part(few, "activations") == 2 * 20 * 281_280_512 + gradient


@pytest.mark.parametrize("zero", [0, 1, 2, 3])
def test_model_state_by_zero_stage(library: Library, zero: int) -> None:
    """2 + 4 + 12 bytes a parameter; stage 1 shares the 12, stage 2 the 4, stage 3 the 2 (and holds two whole layers).

    The gradient of the largest matrix, gate and up together, exists in FP32 before it is added to the others.
    """
    scenario = _training(library, "llama3-8b", 64, 1, 1, 64, zero=zero)
    report, n = evaluate_study([scenario]), 8_030_261_248
    assert _part(report, "optimizer") == pytest.approx(12 * n / (64 if zero >= 1 else 1))
    assert _part(report, "gradients") == pytest.approx(4 * n / (64 if zero >= 2 else 1) + 4 * 2 * 4096 * 14336)
    layer = 4096 * 128 * (64 + 16) + 3 * 4096 * 14336 + 2 * 4096
    assert layer == 218_112_000
    assert _part(report, "weights") == pytest.approx(2 * n / 64 + 2 * 2 * layer if zero == 3 else 2 * n)


def test_logits_of_the_last_stage_can_be_the_peak(library: Library) -> None:
    """8 bytes a logit (value and gradient): 8192 x 128256 x 8 = 8.4 GB for one sequence, unsharded."""
    report = evaluate_study([_training(library, "llama3-8b", 8, 1, 1, 8)])
    assert _part(report, "logits") == pytest.approx(8.405e9 + 64 * 2**20, rel=1e-3)


def test_gradients_travel_behind_one_backward_pass(library: Library) -> None:
    """Eight replicas on NVSwitch, ZeRO-1: FP32 gradients reduce behind the last backward, BF16 weights gather behind the next forward."""
    scenario = _training(library, "llama3-8b", 8, 1, 1, 64)
    report, n = evaluate_study([scenario]), 8_030_261_248
    gradients, weights = (hand_links.ring_s(scenario, size * n, 8, 1) for size in (4, 2))
    found = report.traffic.one_s[[ROW["dp_gradients"], ROW["dp_weights"]], 0]
    assert found == pytest.approx([gradients, weights], rel=1e-9)
    # One micro-batch's forward takes 0.17 s at least, so both fit behind their pass; 80 % of them is hidden, and takes 15 % of the SMs.
    assert hand.forward_flop_per_token(hand.LLAMA_8B) * 8192 / 989e12 > max(gradients / 2, weights)
    exposed = report.exposed_s[[ROW["dp_gradients"], ROW["dp_weights"]], 0]
    shown = 0.2 + 0.8 * 0.15
    assert exposed == pytest.approx([shown * gradients, shown * weights], rel=1e-9)


def test_slow_network_shows_what_does_not_fit_behind(library: Library) -> None:
    """Between nodes of 8 the window is one micro-batch's pass, however many micro-batches there are."""
    base = _training(library, "llama3-70b", 128, 8, 1, 512)
    exposed = []
    for batch in (512, 2048):
        report = evaluate_study([base.replace(job=base.job.replace(batch=batch))])
        exposed.append(float(report.exposed_s[ROW["dp_gradients"], 0]))
        total = float(report.traffic.time_s[ROW["dp_gradients"], 0])
        assert exposed[-1] > 0.2 * total
    assert exposed[0] == pytest.approx(exposed[1])


@pytest.mark.parametrize(("zero", "reductions", "gathers"), [(0, 1, 1), (1, 1, 1), (2, 8, 1), (3, 8, 16)])
def test_how_often_state_travels(library: Library, zero: int, reductions: int, gathers: int) -> None:
    """Eight micro-batches: sharded gradients reduce each time, sharded weights gather forward and backward."""
    report = evaluate_study([_training(library, "llama3-8b", 8, 1, 1, 64, zero=zero)])
    count = report.traffic.count[[ROW["dp_gradients"], ROW["dp_weights"]], 0]
    assert count.tolist() == [reductions, gathers]


def test_tensor_parallel_messages_of_training(library: Library) -> None:
    """Four all-reduces a layer and micro-batch, six with full recomputation, of tokens x hidden x 2 bytes."""
    scenario = _training(library, "llama3-70b", 8, 8, 1, 4)
    for recompute, passes in (("none", 4), ("full", 6)):
        report = evaluate_study([scenario.replace(plan=scenario.plan.replace(recompute=recompute))])
        assert float(report.traffic.count[ROW["tp_layer"], 0]) == passes * 80 * 4
    assert float(report.traffic.message_bytes[ROW["tp_layer"], 0]) == 8192 * 8192 * 2
    # Under sequence parallelism a gather and a scatter, of one phase each, which no switch adds up.
    apart = 2 * hand_links.ring_s(scenario, 8192 * 8192 * 2, 8, 1)
    assert float(report.traffic.one_s[ROW["tp_layer"], 0]) == pytest.approx(apart, rel=1e-9)
    together = evaluate_study([scenario.replace(plan=scenario.plan.replace(sequence_parallel=False))])
    reduced = hand_links.all_reduce_s(scenario, 8192 * 8192 * 2, 8)
    assert float(together.traffic.one_s[ROW["tp_layer"], 0]) == pytest.approx(reduced, rel=1e-9)
    assert apart > reduced


@pytest.mark.parametrize(("split", "hidden"), [(True, 0.5), (False, 1.0)])
def test_what_hides_behind_weight_gradients(library: Library, split: bool, hidden: float) -> None:
    """Of the backward half of the messages; under sequence parallelism one in two must be there before its matmul."""
    scenario = _training(library, "llama3-70b", 8, 8, 1, 4)
    report = evaluate_study([scenario.replace(plan=scenario.plan.replace(sequence_parallel=split))])
    row, share = ROW["tp_layer"], scenario.calibration.tp_backward_overlap_fraction
    cores = scenario.calibration.collective_core_fraction_up
    assert cores is not None
    exposed = 1 - hidden / 2 * share * (1 - cores)
    assert float(report.exposed_s[row, 0]) == pytest.approx(exposed * float(report.traffic.time_s[row, 0]), rel=1e-9)


def test_recomputation_repeats_what_it_says(library: Library) -> None:
    scenario = _training(library, "llama3-70b", 32, 8, 4, 32, efficiency="ideal")
    parts = []
    for recompute in ("none", "selective", "full"):
        report = evaluate_study([scenario.replace(plan=scenario.plan.replace(recompute=recompute))])
        parts.append((_time(report, "attention"), _time(report, "matmul")))
    (core, matmul), (core_again, same), (core_full, matmul_full) = parts
    assert core_again == pytest.approx(core * 4.5 / 3.5)
    assert same == matmul
    assert core_full == pytest.approx(core_again)
    head = 3 * 2 * 8192 * 8192 * 128256 / 8 / 989e12 * 32 / 4
    assert matmul_full - head == pytest.approx((matmul - head) * 4 / 3, rel=1e-3)


def test_sends_of_a_pipeline(library: Library) -> None:
    """Each micro-batch crosses p - 1 boundaries, forward and back; with sequence parallel a rank sends its share."""
    scenario = _training(library, "llama3-70b", 32, 8, 4, 16)
    report = evaluate_study([scenario])
    assert float(report.traffic.count[ROW["pp_boundary"], 0]) == pytest.approx(2 * 16 * 3 / 4)
    assert float(report.traffic.message_bytes[ROW["pp_boundary"], 0]) == 8192 * 8192 * 2 / 8
    assert report.columns.full(report.traffic.tier)[ROW["pp_boundary"], 0] == 2
    assert np.all(report.exposed_s[ROW["pp_boundary"]] <= report.traffic.time_s[ROW["pp_boundary"]])


def test_the_format_of_the_cache_does_not_touch_training(library: Library) -> None:
    scenario = _training(library, "llama3-8b", 64, 2, 1, 256)
    narrow = scenario.replace(job=scenario.job.replace(kv_format="fp8"))
    report = evaluate_study([scenario, narrow])
    for key, values in report.values.items():
        assert values[0] == values[-1] or np.isnan(values[0]), key


def test_an_optimizer_on_the_host(library: Library) -> None:
    """An eighth of the FP32 gradients goes there, of the BF16 weights comes back; 5e8 parameters a second are updated in between."""
    scenario = _training(library, "llama3-8b", 8, 1, 1, 8)
    scenario = scenario.replace(plan=scenario.plan.replace(offload="optimizer"))
    report, held = evaluate_study([scenario]), 8_030_261_248 / 8
    rate = scenario.chip.host_bytes_per_s
    assert rate is not None
    update = report.time_parts[list(TIME_PARTS).index("optimizer_step"), 0] * scenario.calibration.stack_fraction
    assert update == pytest.approx(held * (4 + 2) / rate + held / 5e8, rel=1e-6)
    bound = evaluate_study([scenario.replace(efficiency="ideal")])
    assert bound.time_parts[list(TIME_PARTS).index("optimizer_step"), 0] == pytest.approx(held * (4 + 2) / rate, rel=1e-6)
