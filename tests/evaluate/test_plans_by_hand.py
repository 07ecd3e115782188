"""Context parallelism, zero-bubble pipelines, offloading, recomputation, guessed tokens and images by hand, from first principles."""

from __future__ import annotations

import hand
import numpy as np
import pytest

from explorer.evaluate import TIME_PARTS, Report, evaluate_study
from explorer.evaluate.memory import PARTS
from explorer.evaluate.network import ROW
from explorer.evaluate.operators import ROW as OPERATOR
from explorer.library import Library, make_scenario
from explorer.physics.pipeline import zero_bubble_ratio
from explorer.specs import Scenario


def _part(report: Report, key: str) -> float:
    return float(report.memory.parts[list(PARTS).index(key), 0])


def _time(report: Report, key: str) -> float:
    return float(report.time_parts[list(TIME_PARTS).index(key), 0])


def _make(library: Library, workload: str, phase: str, chips: int, **more: object) -> Scenario:
    plan = {k: more.pop(k) for k in ("cp", "schedule", "offload", "fused_attention", "recompute_fraction") if k in more}
    job = {k: more.pop(k) for k in ("draft_tokens", "draft_acceptance", "draft_cost_fraction") if k in more}
    values = {"chip": "h100", "batch": 8, "context": 8192, "tp": 1} | more
    made = make_scenario(library, workload=workload, phase=phase, chips=chips, **values)  # type: ignore[arg-type]
    return made.replace(plan=made.plan.replace(**plan), job=made.job.replace(**job))


# ---------------------------------------------------------------------------------------------------------- context parallelism


@pytest.mark.parametrize(("recompute", "passes"), [("none", 3), ("selective", 4), ("full", 4)])
def test_keys_and_values_go_round_the_ring(library: Library, recompute: str, passes: int) -> None:
    """A rank hands on its part: 8192 / 4 tokens x 2 x 8 heads x 128 x 2 bytes over TP 8; 3 hops a layer, twice as much backward."""
    scenario = _make(library, "llama3-70b", "training", 64, tp=8, cp=4, recompute=recompute)
    report, row = evaluate_study([scenario]), ROW["cp_keys"]
    assert report.valid_plan[0]
    assert float(report.traffic.message_bytes[row, 0]) == 8192 / 4 * 2 * (8 / 8) * 128 * 2
    assert float(report.traffic.count[row, 0]) == passes * 3 * 80 * 4  # 4 micro-batches: batch 8 over 2 replicas
    # Gradients are shared by all replicas and the ranks of a ring alike.
    assert float(report.traffic.sent_bytes[ROW["dp_gradients"], 0]) == pytest.approx(7 / 8 * 4 * hand.rank_params(hand.LLAMA_70B, 8))
    assert _part(report, "optimizer") == pytest.approx(12 * hand.rank_params(hand.LLAMA_70B, 8) / 8)


def test_a_ring_shares_attention_and_the_cache(library: Library) -> None:
    """Each of 4 ranks: a quarter of the queries over all keys, a quarter of the tokens in all else and in the cache."""
    alone, ring = (evaluate_study([_make(library, "llama3-8b", "prefill", cp, cp=cp)]) for cp in (1, 4))
    for key in ("attention", "qkv", "out", "gate_up", "down"):
        flop = [float(r.operators.flop[OPERATOR[key], 0]) for r in (alone, ring)]
        assert flop[1] == pytest.approx(flop[0] / 4, rel=1e-12), key
    assert _part(ring, "kv_cache") == _part(alone, "kv_cache") / 4 == 8 * 8192 * 32 * 2 * 8 * 128 * 2 / 4
    assert float(ring.traffic.count[ROW["cp_keys"], 0]) == 3 * 32
    assert not alone.traffic.count[ROW["cp_keys"]].any()


def test_decode_over_a_ring_sends_outputs(library: Library) -> None:
    """Every rank attends to its part of the cache; 3 others take part in adding up 32 heads x 128 elements of 8 sequences."""
    report = evaluate_study([_make(library, "llama3-8b", "decode", 4, cp=4)])
    assert float(report.traffic.message_bytes[ROW["cp_keys"], 0]) == 8 * 32 * 128 * 2
    assert float(report.traffic.count[ROW["cp_keys"], 0]) == 3 * 32
    assert float(report.operators.flop[OPERATOR["attention"], 0]) == pytest.approx(4 * 8 * 8192 / 4 * 32 * 128 * 32)


# ------------------------------------------------------------------------------------------------------------------ pipelines


def _ideal_pipeline(library: Library, schedule: str, batch: int) -> Report:
    """Llama 3 70B without a vocabulary over 8 stages, bound by arithmetic, on links that take no time."""
    made = _make(library, "llama3-70b", "training", 8, pp=8, batch=batch, efficiency="ideal", schedule=schedule)
    up = made.fabric.scale_up.replace(link_bytes_per_s_per_direction=1e24)
    free = made.replace(workload=made.workload.replace(vocab=1), fabric=made.fabric.replace(scale_up=up))
    return evaluate_study([free])


@pytest.mark.parametrize("batch", [8, 24, 64])
def test_zero_bubble_waits_for_less(library: Library, batch: int) -> None:
    """Idle time against ideal: (p - 1)(F + B - W) / (m (F + B + W)) from p micro-batches on (model.md 7, arXiv:2401.10241)."""
    plain, zero = (_ideal_pipeline(library, schedule, batch) for schedule in ("1f1b", "zero-bubble"))
    flop = plain.passes
    whole, weights = float(flop.layer_s[0]), float(flop.wgrad_s[0])
    # Matmuls take as long for inputs, for their gradients and for those of weights; attention has 1 + 2.5 passes and no weights.
    matmuls, core = 8192 * hand.forward_flop_per_token(hand.LLAMA_70B), 80 * 4 * 8192**2 / 2 * 64 * 128
    assert weights / whole == pytest.approx(matmuls / (3 * matmuls + 3.5 * core), rel=0.01)
    # Embedding and what is left of the head stand on one stage each: the others wait for the longer one in every micro-batch.
    first, last = float(flop.first_s[0]), float(flop.last_s[0])
    uneven = (batch - 1) * max(first, last) + (1 - batch / 8) * (first + last)
    assert _time(plain, "pipeline") == pytest.approx(7 * whole / 8 + uneven, rel=1e-9)
    assert _time(zero, "pipeline") == pytest.approx(7 * (whole - 2 * weights) / 8 + uneven, rel=1e-9)
    ratio = (_time(zero, "pipeline") - uneven) / (batch * whole / 8)
    assert ratio == pytest.approx(float(zero_bubble_ratio(
        pp=8, microbatches=batch, forward_s=flop.busy.forward, weight_gradient_s=weights / 8,
        input_gradient_s=whole / 8 - flop.busy.forward - weights / 8,
    )[0]), rel=1e-9)  # fmt: skip


@pytest.mark.parametrize("batch", [1, 2, 4])
def test_few_micro_batches_leave_bubbles_that_no_weight_gradient_fills(library: Library, batch: int) -> None:
    """The last of m < p micro-batches comes back after (m + p - 1)(F + B), and its weight gradient is still to be made."""
    report = _ideal_pipeline(library, "zero-bubble", batch)
    whole, weights = float(report.passes.layer_s[0]) / 8, float(report.passes.wgrad_s[0]) / 8
    flowing = _time(report, "matmul") + _time(report, "attention") + _time(report, "elementwise") + _time(report, "pipeline")
    assert flowing == pytest.approx((batch + 7) * (whole - weights) + weights, rel=1e-3)


def test_zero_bubble_holds_as_much_as_1f1b(library: Library) -> None:
    plain, zero = (_ideal_pipeline(library, schedule, 24) for schedule in ("1f1b", "zero-bubble"))
    assert plain.memory.parts.tolist() == zero.memory.parts.tolist()


# --------------------------------------------------------------------------------------------------------------- the host's memory


def test_an_optimizer_on_the_host(library: Library) -> None:
    """8 billion FP32 gradients go down and BF16 weights come up; the host updates them in between; nothing hides it."""
    here = _make(library, "llama3-8b", "training", 8)
    there = here.replace(plan=here.plan.replace(offload="optimizer"))
    report, n = evaluate_study([there]), 8_030_261_248
    assert _part(report, "optimizer") == 0
    moved = n / 8 * (4 + 2)  # ZeRO-1: each of 8 ranks has its share
    assert here.chip.host_bytes_per_s is not None
    updated = n / 8 / float(report.columns.host_update_params_per_s[0])
    stretch = float(report.step.stretch[0])
    assert _time(report, "optimizer_step") == pytest.approx((moved / here.chip.host_bytes_per_s + updated) * stretch, rel=1e-9)
    assert _part(evaluate_study([here]), "optimizer") == pytest.approx(12 * n / 8)


def test_activations_on_the_host_hide_behind_the_step(library: Library) -> None:
    """Down in one pass and up in the other; a link that needs longer than the whole step is waited for."""
    here = _make(library, "llama3-8b", "training", 1, batch=2, offload="activations")
    tokens = 8192
    # Norms and residuals, Q K V O and their rows, three inner activations: what a layer keeps, 2 bytes each.
    layer = 2 * tokens * (4 * 4096 + (2 * 32 + 2 * 8) * 128 + 3 * 14336 + 2 * 32)
    report = evaluate_study([here])
    assert float(report.passes.offloaded_bytes[0]) == pytest.approx(2 * 32 * layer * 2)  # 32 layers, there and back, 2 micro-batches
    assert _part(report, "activations") == pytest.approx(2 * layer + 2 * tokens * 4096)  # two layers on their way, and a gradient
    slow = here.replace(chip=here.chip.replace(host_bytes_per_s=1e9))
    waiting = evaluate_study([slow])
    step, host, stretch = waiting.value("step_s", 0), float(waiting.step.host[0]), float(waiting.step.stretch[0])
    update = float(waiting.passes.update.time_s[0, 0]) if waiting.passes.update else 0.0
    assert step == pytest.approx((2 * 32 * layer * 2 / 1e9 + update + host) * stretch, rel=1e-9)


# ---------------------------------------------------------------------------------------------------------------- recomputation


def test_recomputation_runs_the_forward_pass_again(library: Library) -> None:
    """Matmuls run 3 times without and 4 with full recomputation; attention 1 + 2.5, and once more for either kind."""
    kinds = [evaluate_study([_make(library, "llama3-8b", "training", 8, recompute=kind)]) for kind in ("none", "selective", "full")]
    forward = 2 * 8192 * (4096 * 128 * (2 * 32 + 2 * 8) + 3 * 4096 * 14336) * 32
    core = 4 * 8192**2 / 2 * 32 * 128 * 32
    for report, matmuls, attention in zip(kinds, (3, 3, 4), (3.5, 4.5, 4.5), strict=True):
        found = sum(float(report.operators.flop[OPERATOR[key], 0]) for key in ("qkv", "out", "gate_up", "down"))
        assert found == pytest.approx(matmuls * forward, rel=1e-12)
        assert float(report.operators.flop[OPERATOR["attention"], 0]) == pytest.approx(attention * core, rel=1e-12)
        head = float(report.operators.flop[OPERATOR["head"], 0])
        assert head == pytest.approx(3 * 2 * 8192 * 4096 * 128256)  # never computed again


def test_selective_recomputation_drops_stored_scores(library: Library) -> None:
    """Without flash attention a layer keeps 2.5 scores of 2 bytes a head and pair of tokens; one layer's come back at a time."""
    made = _make(library, "llama3-8b", "training", 8, context=2048, fused_attention=False)
    none, selective = (evaluate_study([made.replace(plan=made.plan.replace(recompute=kind))]) for kind in ("none", "selective"))
    scores = 5 * 32 * 2048**2
    rows = 2 * 2 * 32 * 2048  # the softmax's row statistics
    assert _part(none, "activations") - _part(selective, "activations") == pytest.approx(31 * (scores + rows), rel=1e-3)


@pytest.mark.parametrize(("phase", "queries"), [("prefill", 2048), ("decode", 1)])
def test_stored_scores_of_inference(library: Library, phase: str, queries: int) -> None:
    """Of one layer, 32 heads and 8 sequences: every pair's score and its softmax, 2 bytes each."""
    made = _make(library, "llama3-8b", phase, 1, context=2048, batch=8)
    stored = evaluate_study([made.replace(plan=made.plan.replace(fused_attention=False))])
    assert _part(stored, "activations") - _part(evaluate_study([made]), "activations") == 8 * 32 * queries * 2048 * 2 * 2
    longest, largest = stored.value("longest_context", 0), stored.value("largest_batch", 0)
    for key, most in (("context", longest), ("batch", largest)):
        assert most is not None
        fits = [
            float(evaluate_study([made.replace(plan=made.plan.replace(fused_attention=False), job=made.job.replace(**{key: int(most) + more}))]).fits[0])
            for more in (0, 1)
        ]
        assert fits == [1, 0]


# --------------------------------------------------------------------------------------------------------- guessed tokens, images


def test_guessed_tokens(library: Library) -> None:
    """Three guesses, each right with 0.8: 1 + 0.8 + 0.64 + 0.512 tokens a step that verifies four and drafts three."""
    made = _make(library, "llama3-8b", "decode", 1, draft_tokens=3, draft_acceptance=0.8, draft_cost_fraction=0.1, efficiency="ideal")
    report = evaluate_study([made])
    step, rate = report.value("step_s", 0), report.value("tokens_per_s", 0)
    assert step is not None
    assert rate == pytest.approx(8 * (1 + 0.8 + 0.64 + 0.512) / step)
    plain = evaluate_study([made.replace(job=made.job.replace(draft_tokens=0))])
    for key in ("qkv", "attention", "gate_up", "head"):
        assert float(report.operators.flop[OPERATOR[key], 0]) == pytest.approx(4 * float(plain.operators.flop[OPERATOR[key], 0]))
    assert step == pytest.approx(1.3 * report.operators.time_s.sum(), rel=1e-9)
    # Weights and cache are read once for all four.
    assert float(report.operators.hbm_bytes[OPERATOR["gate_up"], 0]) < 1.02 * float(plain.operators.hbm_bytes[OPERATOR["gate_up"], 0])


def test_an_image_through_vit_b_16(library: Library) -> None:
    """197 patches see each other in full: 17.56 billion multiply-adds (torchvision's model card), two FLOP each."""
    scenario = _make(library, "vit-b-16", "prefill", 1, batch=1, context=197, efficiency="ideal")
    report = evaluate_study([scenario])
    weights = 12 * (4 * 768 * 768 + 2 * 768 * 3072)
    matmuls, core = 2 * 197 * weights, 12 * 4 * 197**2 * 768
    found = sum(float(report.operators.flop[OPERATOR[key], 0]) for key in ("qkv", "attention", "out", "gate_up", "down"))
    assert found == pytest.approx(matmuls + core, rel=1e-12)
    assert matmuls + core == pytest.approx(2 * 17.56e9, rel=0.015)  # without the patches' own projection
    assert _part(report, "kv_cache") == 0
    decode = scenario.replace(job=scenario.job.replace(phase="decode"))
    assert not evaluate_study([decode]).valid_plan[0]


def test_a_pass_of_dit_xl_2(library: Library) -> None:
    """256 patches, 28 layers of 1152: 118.6 billion multiply-adds (Peebles, Xie 2022), conditioning once an image."""
    report = evaluate_study([_make(library, "dit-xl-2", "prefill", 1, batch=1, context=256, efficiency="ideal")])
    matmuls = 2 * 256 * 28 * (4 * 1152**2 + 2 * 1152 * 4608)
    conditioning, core = 2 * 28 * 6 * 1152**2, 28 * 4 * 256**2 * 1152
    keys = ("qkv", "attention", "out", "gate_up", "down", "router")
    found = sum(float(report.operators.flop[OPERATOR[key], 0]) for key in keys)
    assert found == pytest.approx(matmuls + conditioning + core, rel=1e-12)
    assert found == pytest.approx(2 * 118.6e9, rel=0.02)
    assert np.isfinite(report.values["step_s"][0])
