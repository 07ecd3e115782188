"""Prefill apart from decode: the twin, the ratio, the hand-over, by hand and against published examples."""

from __future__ import annotations

import pytest

from explorer.evaluate import evaluate_study
from explorer.explore import serving_paragraph, serving_splits
from explorer.explore.serving_split import prefill_twin
from explorer.library import Library, make_scenario
from explorer.specs import Scenario


@pytest.fixture(scope="module")
def llama(library: Library) -> Scenario:
    return make_scenario(library, chip="h100", workload="llama3-70b", phase="decode", batch=32, context=8192, chips=32, tp=8)


def test_by_hand(llama: Scenario) -> None:
    split = serving_splits([llama])[0]
    assert split is not None
    step = evaluate_study([llama]).value("step_s", 0)
    twin = prefill_twin(llama)
    assert (twin.plan.chips, twin.job.batch, twin.job.context) == (8, 1, 8192)
    prompt = evaluate_study([twin]).value("step_s", 0)
    assert step is not None
    assert prompt is not None
    assert split.prefill_s == pytest.approx(prompt)
    assert split.prefill_servers == pytest.approx(prompt * 32 / (step * 512))
    cache = 2 * 80 * 8 * 128 * 2 * 8192  # keys and values, layers, KV heads, head, bytes, tokens
    assert split.handover_bytes == pytest.approx(cache, rel=0.01)
    out, lost = llama.fabric.scale_out, llama.calibration
    rate = out.bytes_per_s_per_direction * lost.links.outside.efficiency_fraction
    assert split.handover_s == pytest.approx(cache / 8 / rate + out.latency_s + lost.links.outside.launch_s, rel=0.01)
    assert split.first_token_s == pytest.approx(split.prefill_s + split.handover_s + step)
    assert split.answer_s == pytest.approx(512 * step)
    assert split.tokens_per_s_per_chip == pytest.approx(32 / step / 8 / (1 + split.prefill_servers))


def test_about_the_ratio_of_the_scaling_book(library: Library) -> None:
    """LLaMA-70B, prompts of 8,192 and answers of 512 at batch 32 on 16 TPU v5e, 8-bit weights: about three prefill servers a decode server.

    The book prefills at 40 % of the BF16 peak and takes 19 ms for a step.
    """
    s = make_scenario(
        library, chip="tpu-v5e", workload="llama3-70b", phase="decode", batch=32, context=8192, chips=16, tp=16, efficiency="ideal",
        precision="w=fp8,a=bf16,kv=fp8",
    )  # fmt: skip
    split = serving_splits([s])[0]
    assert split is not None
    assert 0.91 * 0.4 < split.prefill_s < 0.91
    assert 1.0 < split.prefill_servers < 4.5


def test_only_decode_that_can_be_has_a_split(llama: Scenario) -> None:
    other = llama.replace(job=llama.job.replace(phase="prefill"))
    broken = llama.replace(plan=llama.plan.replace(chips=12))
    found = serving_splits([other, llama, broken])
    assert [f is None for f in found] == [True, False, True]
    assert found[1] == serving_splits([llama])[0]
    assert serving_splits([]) == []


def test_words(llama: Scenario) -> None:
    split = serving_splits([llama])[0]
    assert split is not None
    text = serving_paragraph(split).text
    assert "prompt of 8,192 tokens" in text
    assert "answers of 512 tokens" in text
    assert "8 chips" in text
