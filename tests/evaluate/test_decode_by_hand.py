"""Llama 3 70B decode, batch 32, context 4,096, 16 chips TP 16, worked out by hand and compared digit by digit."""

from __future__ import annotations

import hand
import hand_links
import pytest

from explorer.evaluate import Report, evaluate_study
from explorer.evaluate.memory import PARTS
from explorer.evaluate.network import ROW
from explorer.evaluate.operators import OPERATORS
from explorer.library import Library, make_scenario
from explorer.specs import Scenario

M = hand.LLAMA_70B
GIB = 2.0**30


def _scenario(library: Library, chip: str, efficiency: str = "calibrated", tp: int = 16) -> Scenario:
    return make_scenario(
        library, chip=chip, workload="llama3-70b", phase="decode", batch=32, context=4096, chips=tp, tp=tp, efficiency=efficiency
    )


def _part(report: Report, key: str) -> float:
    return float(report.memory.parts[list(PARTS).index(key), 0])


def test_the_model_has_the_published_parameters(library: Library) -> None:
    assert hand.params(M) == 70_553_706_496
    assert hand.params(hand.LLAMA_8B) == 8_030_261_248
    report = evaluate_study([_scenario(library, "h100", tp=1)])
    assert _part(report, "weights") == 2 * 70_553_706_496


@pytest.mark.parametrize("chip", ["trainium2", "trainium3", "b200", "h100"])
def test_memory_of_a_rank(library: Library, chip: str) -> None:
    scenario = _scenario(library, chip)
    report = evaluate_study([scenario])
    # A sixteenth of the matrices, but each rank keeps one whole KV head of eight, so twice its share.
    assert _part(report, "weights") == pytest.approx(2 * hand.rank_params(M, 16), rel=1e-12)
    assert _part(report, "weights") == pytest.approx(2 * 70_553_706_496 / 16 + 80 * 2 * 8192 * 1024 * 2 / 16, rel=1e-3)
    # 2 (K, V) x 80 layers x 1 head x 128 x 2 bytes = 40,960 bytes a token and rank; 131,072 tokens.
    assert _part(report, "kv_cache") == 131_072 * 40_960 == 5 * GIB
    live = 32 * (4 * 8192 + 3 * 28672 / 16) * 2
    assert _part(report, "activations") == pytest.approx(live)
    logits = 32 * 128256 / 16 * 4
    assert _part(report, "logits") == pytest.approx(logits + 64 * 2**20)
    buffers = 2 * 32 * 8192 * 2
    assert _part(report, "communication") == buffers
    dynamic = live + 5 * GIB + logits + buffers
    assert _part(report, "reserve") == pytest.approx(scenario.chip.reserve_bytes + scenario.chip.reserve_fraction * dynamic)
    assert _part(report, "gradients") == _part(report, "optimizer") == 0


@pytest.mark.parametrize("efficiency", ["ideal", "calibrated"])
@pytest.mark.parametrize("chip", ["trainium2", "trainium3", "b200", "h100"])
def test_every_operator(library: Library, chip: str, efficiency: str) -> None:
    scenario = _scenario(library, chip, efficiency)
    table = evaluate_study([scenario]).operators
    for key, (count, op) in hand.decode_operators(scenario, M).items():
        row = list(OPERATORS).index(key)
        found = [float(a[row, 0]) for a in (table.flop, table.sram_bytes, table.hbm_bytes, table.time_s)]
        assert found == pytest.approx([count * op.flop, count * op.sram, count * op.hbm, count * op.seconds(scenario)], rel=1e-9), key


@pytest.mark.parametrize("chip", ["trainium2", "trainium3", "b200", "h100"])
def test_ideal_step_is_its_operators_alone(library: Library, chip: str) -> None:
    scenario = _scenario(library, chip, "ideal")
    step = evaluate_study([scenario]).value("step_s", 0)
    assert step == pytest.approx(sum(n * op.seconds(scenario) for n, op in hand.decode_operators(scenario, M).values()), rel=1e-9)
    # Never below reading what SRAM cannot keep, and close to it: decode is bound by the HBM.
    traffic = 2 * hand.rank_params(M, 16) + 5 * GIB - 2 * M["V"] * M["h"] / 16 - scenario.chip.sram_bytes
    assert step is not None
    assert traffic / scenario.chip.hbm_bytes_per_s < step < 1.15 * traffic / scenario.chip.hbm_bytes_per_s


@pytest.mark.parametrize("chip", ["trainium2", "trainium3", "b200", "h100"])
def test_calibrated_step(library: Library, chip: str) -> None:
    scenario = _scenario(library, chip)
    report = evaluate_study([scenario])
    stream = 32 * 8192 * 2
    if chip in ("trainium2", "trainium3"):
        once = hand_links.cores_s(scenario, stream, 16, 1.0, 1, 1)
    else:
        inside = hand_links.all_reduce_s(scenario, stream, 8)
        once = hand_links.across_s(scenario, stream, 8, 2, inside, 2)
    assert float(report.traffic.one_s[ROW["tp_layer"], 0]) == pytest.approx(once, rel=1e-12)
    logits = float(report.traffic.one_s[ROW["tp_logits"], 0])
    network = (2 * 80 + 1) * once + logits
    assert report.value("network_exposed_s", 0) == pytest.approx(network, rel=1e-12)
    busy = sum(n * op.seconds(scenario) for n, op in hand.decode_operators(scenario, M).values())
    assert report.value("step_s", 0) == pytest.approx(busy + network + scenario.calibration.host_s_per_step, rel=1e-9)


def test_all_gather_of_the_logits_on_the_torus(library: Library) -> None:
    scenario = _scenario(library, "trainium2")
    expected = hand_links.cores_s(scenario, 32 * 128256 * 2, 16, 1.0, 1, 0)
    assert float(evaluate_study([scenario]).traffic.one_s[ROW["tp_logits"], 0]) == pytest.approx(expected, rel=1e-12)


def test_flop_of_a_token(library: Library) -> None:
    report = evaluate_study([_scenario(library, "h100", "ideal")])
    step, mfu = report.value("step_s", 0), report.value("mfu", 0)
    token = hand.forward_flop_per_token(M) + 2 * M["h"] * M["V"] + 4 * M["L"] * M["a"] * M["d"] * 4096
    assert step is not None
    assert mfu == pytest.approx(32 * token / (16 * 989e12 * step), rel=1e-3)
    assert report.value("tokens_per_s", 0) == pytest.approx(32 / step)


def test_four_replicas_make_four_times_as_much(library: Library) -> None:
    one = make_scenario(library, chip="b200", workload="llama3-70b", phase="decode", batch=32, context=4096, chips=8, tp=8)
    four = one.replace(plan=one.plan.replace(chips=32))
    report = evaluate_study([one, four])
    assert report.values["step_s"][0] == report.values["step_s"][1]
    assert report.values["tokens_per_s"][1] == pytest.approx(4 * report.values["tokens_per_s"][0])
    assert report.values["usd_per_million_tokens"][1] == pytest.approx(report.values["usd_per_million_tokens"][0])
    assert one.offer is not None
    rate = report.values["tokens_per_s"][0]
    assert report.values["usd_per_million_tokens"][0] == pytest.approx(8 * one.offer.usd_per_chip_h / 3600 / rate * 1e6)


@pytest.mark.parametrize("batch", [1, 3, 32])
def test_pipeline_of_four_stages(library: Library, batch: int) -> None:
    """Few sequences wait for their own token to come round; the slowest stage sets the pace of many."""
    scenario = make_scenario(
        library, chip="h100", workload="llama3-70b", phase="decode", batch=batch, context=4096, chips=32, tp=8, pp=4, efficiency="ideal"
    )
    step = evaluate_study([scenario]).value("step_s", 0)
    groups = min(4, batch)
    here = scenario.replace(job=scenario.job.replace(batch=-(-batch // groups)))
    times = {k: n * op.seconds(here) for k, (n, op) in hand.decode_operators(here, M).items()}
    # SRAM keeps a share of a stage's weights and of all its sequences' cache; undo the share of the whole model.
    kept_whole = here.chip.sram_bytes / (2 * hand.rank_params(M, 8) + here.job.batch * 4096 * 2 * 80 * 128 * 2)
    most = 20 * (M["h"] * M["d"] * (16 + 2) + 3 * M["h"] * M["f"] / 8 + 2 * M["h"]) + M["V"] * M["h"] / 8 + M["h"]
    kept_stage = here.chip.sram_bytes / (2 * most + batch * 4096 * 2 * 20 * 128 * 2)
    bound_by_hbm = ("qkv", "attention", "out", "gate_up", "down", "head")
    times |= {k: times[k] * (1 - kept_stage) / (1 - kept_whole) for k in bound_by_hbm}
    inside = sum(v for k, v in times.items() if k not in ("embedding", "head", "loss"))
    whole = sum(times.values())
    slowest = max(inside / 4 + times["embedding"], inside / 4 + times["head"] + times["loss"])
    assert step == pytest.approx(max(groups * slowest, whole), rel=1e-4)
