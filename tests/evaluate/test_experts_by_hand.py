"""Mixtures of experts, latent attention and windows by hand: parameters, caches, what is read, what travels, what is computed.

Sizes of the models are written out again from their published configurations; every rule stands beside its number.
"""

from __future__ import annotations

from math import exp

import pytest

from explorer.evaluate import TIME_PARTS, Report, evaluate_study
from explorer.evaluate.memory import PARTS
from explorer.evaluate.network import ROW
from explorer.evaluate.operators import ROW as OPERATOR
from explorer.library import Library, make_scenario
from explorer.specs import Scenario

# Mixtral 8x7B: 32 layers of 8 experts, two of them for a token.
MIXTRAL = {"L": 32, "h": 4096, "a": 32, "kv": 8, "d": 128, "E": 8, "k": 2, "fe": 14336, "V": 32000}
# DeepSeek-V3: 3 dense layers, then 58 of 256 experts and one for all; queries through 1536, keys and values through 512 + 64.
DEEPSEEK = {
    "L": 61, "dense": 3, "h": 7168, "a": 128, "qr": 1536, "kvr": 512, "dn": 128, "dr": 64, "dv": 128, "f": 18432, "E": 256, "k": 8,
    "fe": 2048, "V": 129280,
}  # fmt: skip
# gpt-oss 120B: every other layer looks back 128 tokens.
GPT_OSS = {"L": 36, "h": 2880, "a": 64, "kv": 8, "d": 64, "E": 128, "k": 4, "fe": 2880, "V": 201088, "window": 128}


def _make(library: Library, workload: str, phase: str = "decode", **more: object) -> Scenario:
    plan = {k: more.pop(k) for k in ("ep", "expert_tp", "cp", "overlap") if k in more}
    job = {k: more.pop(k) for k in ("expert_activation_format", "expert_weight_format", "expert_imbalance", "draft_tokens") if k in more}
    made = make_scenario(library, workload=workload, phase=phase, **({"chip": "b200", "batch": 32, "context": 4096} | more))  # type: ignore[arg-type]
    return made.replace(plan=made.plan.replace(**plan), job=made.job.replace(**job))


def _part(report: Report, key: str) -> float:
    return float(report.memory.parts[list(PARTS).index(key), 0])


def _mla() -> int:
    """Weights of latent attention, and the norms of its narrow vectors."""
    m = DEEPSEEK
    down = m["h"] * m["qr"] + m["h"] * (m["kvr"] + m["dr"])
    up = m["qr"] * m["a"] * (m["dn"] + m["dr"]) + m["kvr"] * m["a"] * (m["dn"] + m["dv"])
    return down + up + m["a"] * m["dv"] * m["h"] + m["qr"] + m["kvr"]


# ---------------------------------------------------------------------------------------------------------------- parameters


def test_parameters_of_mixtral(library: Library) -> None:
    """Per layer attention, eight experts of three matrices, the router and two norms; two tables and the last norm."""
    m = MIXTRAL
    attention = m["h"] * (m["a"] + 2 * m["kv"]) * m["d"] + m["a"] * m["d"] * m["h"]
    layer = attention + m["E"] * 3 * m["h"] * m["fe"] + m["h"] * m["E"] + 2 * m["h"]
    params = m["L"] * layer + m["h"] + 2 * m["V"] * m["h"]
    assert params == 46_702_792_704
    assert _part(evaluate_study([_make(library, "mixtral-8x7b", chips=1, tp=1)]), "weights") == 2 * params


def test_parameters_of_deepseek(library: Library) -> None:
    """671,026,419,200 with the 256 routing biases of each layer (reference vector P15), which the evaluation leaves out."""
    m = DEEPSEEK
    mixed = 257 * 3 * m["h"] * m["fe"] + m["E"] * m["h"]
    params = m["L"] * (_mla() + 2 * m["h"]) + m["dense"] * 3 * m["h"] * m["f"] + 58 * mixed + m["h"] + 2 * m["V"] * m["h"]
    assert params + 58 * 256 == 671_026_419_200
    assert _part(evaluate_study([_make(library, "deepseek-v3", chips=1, tp=1)]), "weights") == 2 * params


def test_parameters_of_a_rank_of_deepseek(library: Library) -> None:
    """TP 8 and EP 64 on 64 chips: heads, dense and shared FFN over 8 ranks, four whole experts, everything narrow on every rank."""
    m = DEEPSEEK
    narrow = m["h"] * m["qr"] + m["h"] * (m["kvr"] + m["dr"]) + m["qr"] + m["kvr"]
    attention = narrow + (_mla() - narrow) / 8
    dense, shared, experts = 3 * m["h"] * m["f"] / 8, 3 * m["h"] * m["fe"] / 8, 4 * 3 * m["h"] * m["fe"]
    layers = m["L"] * (attention + 2 * m["h"]) + 3 * dense + 58 * (shared + experts + m["E"] * m["h"])
    scenario = _make(library, "deepseek-v3", chips=64, tp=8, ep=64)
    assert _part(evaluate_study([scenario]), "weights") == pytest.approx(2 * (layers + 2 * m["V"] * m["h"] / 8 + m["h"]), rel=1e-12)
    # Without EP each expert is cut into eight slices instead.
    sliced = evaluate_study([scenario.replace(plan=scenario.plan.replace(ep=1))])
    assert _part(sliced, "weights") == pytest.approx(2 * (layers + 58 * (256 / 8 - 4) * 3 * m["h"] * m["fe"] + 2 * m["V"] * m["h"] / 8 + m["h"]), rel=1e-12)


def test_the_fullest_stage_has_no_dense_layers(library: Library) -> None:
    """61 layers over 4 stages: the first has 3 dense and 13 with experts, those between 16 with experts."""
    m = DEEPSEEK
    every = _mla() + 2 * m["h"]
    between = 16 * (every + 257 * 3 * m["h"] * m["fe"] + m["E"] * m["h"])
    first = 16 * every + 3 * 3 * m["h"] * m["f"] + 13 * (257 * 3 * m["h"] * m["fe"] + m["E"] * m["h"]) + m["V"] * m["h"]
    assert between > first
    report = evaluate_study([_make(library, "deepseek-v3", chips=4, tp=1, pp=4)])
    assert _part(report, "weights") == pytest.approx(2 * between, rel=1e-12)


# --------------------------------------------------------------------------------------------------------------------- caches


@pytest.mark.parametrize("tp", [1, 8, 16])
def test_a_latent_cache_is_the_same_on_every_rank_of_tp(library: Library, tp: int) -> None:
    """512 + 64 = 576 values of 2 bytes a token and layer: 70,272 bytes a token (reference vector M32), whatever the TP."""
    report = evaluate_study([_make(library, "deepseek-v3", chips=tp, tp=tp)])
    assert 61 * 576 * 2 == 70_272
    assert _part(report, "kv_cache") == 32 * 4096 * 70_272


def test_a_latent_cache_is_read_once_for_all_heads(library: Library) -> None:
    """A decode step reads 576 values a token; each of 128 heads scores 576 of them and adds up 512, two FLOP each."""
    scenario = _make(library, "deepseek-v3", chips=8, tp=8)
    table = evaluate_study([scenario]).operators
    row = OPERATOR["attention"]
    cache = 32 * 4096 * 61 * 576 * 2
    queries = 32 * 61 * (128 / 8) * (576 + 512) * 2  # the absorbed queries in, the narrow outputs out
    assert float(table.hbm_bytes[row, 0]) == pytest.approx(cache + queries, rel=1e-12)
    assert float(table.flop[row, 0]) == pytest.approx(2 * 32 * 4096 * 61 * (128 / 8) * (576 + 512), rel=1e-12)


@pytest.mark.parametrize(("context", "kept"), [(64, 64), (128, 128), (4096, 128)])
def test_a_window_keeps_no_more_than_it_sees(library: Library, context: int, kept: int) -> None:
    """18 layers keep everything, 18 the last 128 tokens; 2 x 8 heads x 64 elements x 2 bytes."""
    report = evaluate_study([_make(library, "gpt-oss-120b", chips=1, tp=1, context=context)])
    assert _part(report, "kv_cache") == 32 * (18 * context + 18 * kept) * 2 * 8 * 64 * 2
    table, row = report.operators, OPERATOR["window"]
    read = 18 * 32 * (kept * 2 * 8 * 64 * 2 + 2 * 64 * 64 * 2)
    assert float(table.hbm_bytes[row, 0]) == pytest.approx(read, rel=1e-12)
    assert float(table.flop[row, 0]) == pytest.approx(4 * 18 * 32 * kept * 64 * 64, rel=1e-12)


def test_a_prompt_through_a_window(library: Library) -> None:
    """The i-th query of a window of 128 sees min(i, 128) tokens: 128^2 / 2 for the first 128, then 128 each."""
    report = evaluate_study([_make(library, "gpt-oss-120b", phase="prefill", chips=1, tp=1, batch=1, context=4096)])
    pairs = 128 * 128 / 2 + (4096 - 128) * 128
    assert float(report.operators.flop[OPERATOR["window"], 0]) == pytest.approx(4 * 18 * pairs * 64 * 64, rel=1e-12)
    assert float(report.operators.flop[OPERATOR["attention"], 0]) == pytest.approx(4 * 18 * 4096**2 / 2 * 64 * 64, rel=1e-12)


# ------------------------------------------------------------------------------------------------------------ what is computed


@pytest.mark.parametrize("batch", [1, 4, 64])
def test_a_decode_step_reads_the_experts_that_were_chosen(library: Library, batch: int) -> None:
    """Chosen alike, an expert is missed by all tokens with exp(-2 B / 8); the others' weights are read, and no more than that."""
    made = _make(library, "mixtral-8x7b", chips=1, tp=1, batch=batch)
    scenario = made.replace(calibration=made.calibration.replace(expert_evenness=1e12))
    table, m = evaluate_study([scenario]).operators, MIXTRAL
    touched = 8 * (1 - exp(-2 * batch / 8))
    rows = 2 * batch
    # Gate and up in one matmul: 4096 in, 2 x 14336 out for each row; weights of each touched expert.
    up = touched * 2 * m["h"] * 2 * m["fe"] + rows * 2 * (m["h"] + 2 * m["fe"])
    assert float(table.hbm_bytes[OPERATOR["expert_up"], 0]) == pytest.approx(32 * up, rel=1e-6)
    assert float(table.flop[OPERATOR["expert_up"], 0]) == pytest.approx(32 * 2 * rows * m["h"] * 2 * m["fe"], rel=1e-9)
    assert float(table.flop[OPERATOR["expert_down"], 0]) == pytest.approx(32 * 2 * rows * m["h"] * m["fe"], rel=1e-9)
    assert float(table.flop[OPERATOR["router"], 0]) == pytest.approx(32 * 2 * batch * m["h"] * 8, rel=1e-12)


def test_the_busiest_rank_has_more_rows(library: Library) -> None:
    even, uneven = (_make(library, "mixtral-8x7b", chips=1, tp=1, expert_imbalance=x) for x in (1.0, 1.5))
    flop = [float(evaluate_study([s]).operators.flop[OPERATOR["expert_down"], 0]) for s in (even, uneven)]
    assert flop[1] == pytest.approx(1.5 * flop[0], rel=1e-12)
    bound = [s.replace(efficiency="ideal") for s in (even, uneven)]
    report = evaluate_study(bound)
    assert report.values["step_s"][0] == report.values["step_s"][1]  # a bound has no imbalance


def test_flop_of_a_token_of_qwen(library: Library) -> None:
    """Reference vector F07, 23,006,281,728 FLOP a token in training, and the router that it leaves out."""
    scenario = _make(library, "qwen3-30b-a3b", phase="training", batch=8, chips=8, tp=1)
    assert _flop_per_token(scenario) == pytest.approx(23_006_281_728 + 6 * 48 * 2048 * 128, rel=1e-12)


def test_flop_of_a_token_of_deepseek(library: Library) -> None:
    """Reference vector F05, 2.498e11 FLOP a token in training, and the router that it leaves out."""
    m = DEEPSEEK
    scenario = _make(library, "deepseek-v3", phase="training", batch=8, chips=8, tp=1)
    layers = m["L"] * (_mla() - m["qr"] - m["kvr"]) + 3 * 3 * m["h"] * m["f"] + 58 * 9 * 3 * m["h"] * m["fe"] + m["h"] * m["V"]
    core = m["L"] * m["a"] * 4096 * (m["dn"] + m["dr"] + m["dv"])  # causal half of 2 FLOP, both halves of the heads
    assert 6 * layers + 3 * core == pytest.approx(2.49811304e11, rel=1e-8)
    assert _flop_per_token(scenario) == pytest.approx(6 * layers + 3 * core + 6 * 58 * m["h"] * m["E"], rel=1e-12)


def _flop_per_token(scenario: Scenario) -> float:
    report = evaluate_study([scenario])
    mfu, rate = report.value("mfu", 0), report.value("tokens_per_s", 0)
    assert mfu is not None
    assert rate is not None
    return mfu * scenario.plan.chips * scenario.chip.peak_bf16_flop_per_s / rate


# ---------------------------------------------------------------------------------------------------------------- what travels


def test_tokens_travel_to_their_experts_and_back(library: Library) -> None:
    """EP 64, attention data-parallel: 32 tokens of 7168 elements go to 64 (1 - (63/64)^8) ranks each, FP8 there and BF16 back."""
    scenario = _make(
        library, "deepseek-v3", chips=64, tp=1, ep=64, expert_weight_format="fp8", expert_activation_format="fp8", fabric="nvl72-gb200", chip="gb200"
    )
    report = evaluate_study([scenario])
    reached = 64 * (1 - (63 / 64) ** 8)
    assert 7.5 < reached < 8
    row = ROW["ep_tokens"]
    assert float(report.traffic.message_bytes[row, 0]) == pytest.approx(32 * reached * 7168 * (1 + 2) / 2, rel=1e-12)
    assert float(report.traffic.count[row, 0]) == 2 * 58
    assert float(report.traffic.count[ROW["tp_layer"], 0]) == 0


def test_training_sends_tokens_twice_as_often_and_again_where_they_are_computed_again(library: Library) -> None:
    for recompute, passes in (("none", 4), ("selective", 4), ("full", 6)):
        made = _make(library, "mixtral-8x7b", phase="training", chips=8, tp=1, ep=8, batch=16, recompute=recompute)
        report = evaluate_study([made])
        assert report.valid_plan[0]
        assert float(report.traffic.count[ROW["ep_tokens"], 0]) == passes * 32 * 2  # 32 layers, 2 micro-batches


def test_experts_of_a_slice_each_want_the_token(library: Library) -> None:
    """TP 1, every expert cut into 8 slices: the tokens of a rank go to all 8, and partial outputs come back from all."""
    scenario = _make(library, "mixtral-8x7b", chips=8, tp=1, expert_tp=8)
    report = evaluate_study([scenario])
    row = ROW["ep_tokens"]
    assert float(report.traffic.message_bytes[row, 0]) == pytest.approx(32 * 8 * 4096 * 2, rel=1e-12)
    assert float(report.traffic.sent_bytes[row, 0]) == pytest.approx(32 * 7 * 4096 * 2, rel=1e-12)
    # And each computes an eighth of the width, for the tokens of all eight.
    assert float(report.operators.flop[OPERATOR["expert_down"], 0]) == pytest.approx(32 * 2 * (32 * 8 * 2) * 4096 * 14336 / 8, rel=1e-12)


def test_inference_over_tensor_ranks_sends_nothing_to_experts(library: Library) -> None:
    """All ranks of TP hold all tokens: each computes its experts, and the all-reduce behind the layer adds them up."""
    report = evaluate_study([_make(library, "mixtral-8x7b", chips=8, tp=8, ep=8)])
    assert float(report.traffic.count[ROW["ep_tokens"], 0]) == 0
    assert float(report.traffic.count[ROW["tp_layer"], 0]) == 2 * 32


def test_experts_have_replicas_of_their_own(library: Library) -> None:
    """64 chips, EP 8, TP 1: experts' gradients are reduced over 8 ranks, all others' over 64."""
    scenario = _make(library, "mixtral-8x7b", phase="training", chips=64, tp=1, ep=8, batch=64)
    report, m = evaluate_study([scenario]), MIXTRAL
    experts = 32 * 3 * m["h"] * m["fe"]  # one of eight in each layer
    rest = 46_702_792_704 - 8 * experts
    assert float(report.traffic.message_bytes[ROW["ep_gradients"], 0]) == pytest.approx(4 * experts)
    assert float(report.traffic.message_bytes[ROW["dp_gradients"], 0]) == pytest.approx(4 * rest)
    assert float(report.traffic.sent_bytes[ROW["ep_gradients"], 0]) == pytest.approx(7 / 8 * 4 * experts)
    assert _part(report, "optimizer") == pytest.approx(12 * (experts / 8 + rest / 64))


# --------------------------------------------------------------------------------------------------------------- the host's time


def _launched(library: Library, launch_s: float, chips: int = 8, pp: int = 1, **more: object) -> Report:
    made = _make(library, "qwen3-30b-a3b", "training", chips=chips, tp=1, pp=pp, batch=32, ep=8, **more)
    return evaluate_study([made.replace(calibration=made.calibration.replace(expert_launch_s=launch_s, expert_stack_fraction=0.5))])


def test_a_chip_waits_for_a_host_that_starts_every_kernel(library: Library) -> None:
    """Four micro-batches through 48 layers with experts, 20 ms each, are 3.84 s, whatever the chip could do."""
    free, bound, little = (_launched(library, s) for s in (0.0, 0.020, 1e-6))
    parts = {key: float(bound.time_parts[i, 0]) for i, key in enumerate(TIME_PARTS)}
    once = parts["optimizer_step"] + sum(float(s) for s in bound.exposed_s[6:, 0]) / 0.5
    ends = (float(bound.passes.first_s[0]) + float(bound.passes.last_s[0])) * 4 / 0.5
    assert bound.value("step_s", 0) == pytest.approx(4 * 48 * 0.020 + once + ends + float(bound.columns.host_s[0]), rel=1e-9)
    assert parts["host"] > 1.0
    assert little.value("step_s", 0) == free.value("step_s", 0)
    assert _launched(library, 0.020, efficiency="ideal").value("step_s", 0) == _launched(library, 0.0, efficiency="ideal").value("step_s", 0)


def test_the_host_is_waited_for_in_every_stage(library: Library) -> None:
    """Two stages of 24 layers: 4 micro-batches and one more to fill take 5 x 24 x 20 ms, and the ends a little."""
    report = _launched(library, 0.020, chips=16, pp=2)
    part = list(TIME_PARTS).index
    waited = sum(float(report.time_parts[part(key), 0]) for key in ("matmul", "attention", "elementwise", "network", "pipeline", "host"))
    assert waited == pytest.approx(5 * 24 * 0.020, rel=0.05)
    assert float(report.time_parts.sum(axis=0)[0]) == pytest.approx(report.value("step_s", 0))


def test_no_host_is_waited_for_without_experts(library: Library) -> None:
    made = _make(library, "llama3-8b", "training", chips=8, tp=1, pp=1, batch=32)
    slow = made.replace(calibration=made.calibration.replace(expert_launch_s=0.02))
    assert evaluate_study([slow]).value("step_s", 0) == evaluate_study([made]).value("step_s", 0)
