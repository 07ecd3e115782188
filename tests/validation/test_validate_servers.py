"""Inference rows of mixtures: experts spread over ranks, formats of their own, chips that a source counts twice, drafts."""

from __future__ import annotations

from pathlib import Path

import pytest
from validate_samples import only, run

from explorer.library import load_library
from explorer.specs import Scenario
from explorer.validation.aliases import load_aliases
from explorer.validation.rows import Row, RowError
from explorer.validation.scenes import Setting
from explorer.validation.servers import Server, server_of

SETTING = Setting(load_library(), load_aliases())
ROW = {
    "id": "r", "model": "deepseek-ai/DeepSeek-R1", "chip": "B200", "isl": "1024.0", "osl": "1024.0", "precision": "fp8", "backend": "sglang",
    "tp": "8.0", "pp": "1.0",
}  # fmt: skip
AIC = {"source": "aiconfigurator-core 0.12.0 silicon_sample.csv (PyPI, Apache-2.0)"}
HEADER = (
    "id,model,chip,isl,osl,batch_or_concurrency,tp,pp,attention_dp,moe_tp,moe_ep,precision,gemm_quant,moe_quant,backend,mode,notes,"
    "decode_tp,decode_batch,decode_attn_dp,decode_moe_tp,decode_moe_ep,draft_tokens,draft_acceptance,chips,"
    "ttft_ms,tpot_ms,output_tok_s,source,quality"
)


def server(**cells: str) -> Server:
    return server_of(SETTING, Row(2, ROW | cells))


def scenario(**cells: str) -> Scenario:
    return server(**cells).scenario(SETTING, "decode", 4, 1024)


@pytest.mark.parametrize(
    ("cells", "tp", "replicas", "ep", "expert_tp"),
    [
        ({}, 8, 1, 1, 0),
        ({"moe_tp": "8.0", "moe_ep": "1.0"}, 8, 1, 1, 8),
        ({"moe_tp": "1.0", "moe_ep": "8.0"}, 8, 1, 8, 1),
        ({"moe_tp": "2.0", "moe_ep": "4.0"}, 8, 1, 4, 2),
        ({"moe_tp": "1.0", "moe_ep": "1.0"}, 8, 1, 1, 0),
        ({"moe_tp": "0.0", "moe_ep": "0.0", "attention_dp": "0.0"}, 8, 1, 1, 0),
        ({"tp": "1.0", "attention_dp": "8.0", "moe_ep": "8.0"}, 1, 8, 8, 1),
        ({"tp": "1", "attention_dp": "4", "moe_tp": "4", "moe_ep": "1"}, 1, 4, 1, 4),
    ],
)
def test_experts_lie_across_tensor_and_data_parallel_ranks(
    cells: dict[str, str], tp: int, replicas: int, ep: int, expert_tp: int
) -> None:
    found = server(**cells)
    assert (found.plan.tp, found.replicas, found.plan.ep, found.plan.expert_tp) == (tp, replicas, ep, expert_tp)
    assert found.plan.chips == tp * replicas


@pytest.mark.parametrize(
    ("cells", "tp", "replicas", "ep", "expert_tp"),
    [
        ({"tp": "64.0", "moe_tp": "8.0", "moe_ep": "8.0", "source_ref": "r1_c16_tp8_ep8_921"}, 8, 1, 8, 1),
        ({"tp": "64.0", "moe_tp": "8.0", "moe_ep": "8.0", "source_ref": "r1_c64_cfg201"}, 8, 1, 8, 1),
        ({"tp": "4.0", "moe_tp": "2.0", "moe_ep": "2.0", "source_ref": "r1_c16_tp2_ep2_9"}, 2, 1, 2, 1),
        ({"tp": "4.0", "moe_tp": "2.0", "moe_ep": "2.0", "source_ref": "r1_c16_tp4_epnone_5"}, 4, 1, 2, 2),
        ({"tp": "4.0", "moe_tp": "2.0", "moe_ep": "2.0"}, 4, 1, 2, 2),
        ({"tp": "1", "attention_dp": "4.0", "moe_tp": "2.0", "moe_ep": "2.0", "source_ref": "r1_c256_tp2_ep2_1"}, 1, 2, 2, 1),
    ],
)
def test_ranks_that_the_source_counted_twice(cells: dict[str, str], tp: int, replicas: int, ep: int, expert_tp: int) -> None:
    found = server(**(cells | AIC))
    assert (found.plan.tp, found.replicas, found.plan.ep, found.plan.expert_tp) == (tp, replicas, ep, expert_tp)
    elsewhere = {k: v for k, v in cells.items() if k != "source_ref"}
    assert server(**elsewhere).plan.chips == int(float(cells["tp"])) * int(float(cells.get("attention_dp", "1")))


def test_several_servers_counted_as_one_are_listed() -> None:
    with pytest.raises(RowError, match="several servers as one"):
        server(**(AIC | {"tp": "36.0", "moe_tp": "36.0", "moe_ep": "1.0"}))
    assert server(tp="36.0").plan.tp == 36


def test_a_dense_model_has_no_experts_to_spread() -> None:
    found = server(model="Qwen/Qwen3-32B", moe_tp="1.0", moe_ep="8.0")
    assert (found.plan.ep, found.plan.expert_tp, found.experts) == (1, 0, None)


@pytest.mark.parametrize(
    ("cells", "dense", "experts"),
    [
        ({}, ("fp8", "fp8"), (None, None)),
        ({"precision": "fp8", "gemm_quant": "fp8", "moe_quant": "fp8_block"}, ("fp8", "fp8"), (None, None)),
        ({"gemm_quant": "bf16", "moe_quant": "fp8"}, ("bf16", "bf16"), ("fp8", "fp8")),
        # NVIDIA's 4-bit checkpoint keeps attention in 16 bit.
        ({"precision": "fp4", "gemm_quant": "nvfp4", "moe_quant": "nvfp4"}, ("bf16", "bf16"), ("fp4", "fp4")),
        ({"precision": "fp4", "model": "Qwen/Qwen3-235B-A22B"}, ("fp4", "fp4"), (None, None)),
        ({"precision": "int4", "gemm_quant": "int4_wo", "moe_quant": "int4_wo", "model": "moonshotai/Kimi-K2.5"}, ("bf16", "bf16"), ("fp4", "bf16")),
        # gpt-oss has 4-bit experts whatever its row says; Hopper multiplies them in 16 bit.
        ({"precision": "fp8", "model": "openai/gpt-oss-120b"}, ("bf16", "bf16"), ("fp4", "mxfp8")),
        ({"precision": "fp8", "model": "openai/gpt-oss-120b", "chip": "H100-80GB-SXM"}, ("bf16", "bf16"), ("fp4", "bf16")),
        ({"precision": "fp4", "model": "Qwen/Qwen3-32B", "chip": "H100-80GB-SXM"}, ("fp4", "bf16"), (None, None)),
    ],
)  # fmt: skip
def test_formats_of_the_experts_and_of_the_rest(
    cells: dict[str, str], dense: tuple[str, str], experts: tuple[str | None, str | None]
) -> None:
    job = scenario(**cells).job
    assert (job.weight_format, job.activation_format) == dense
    assert (job.expert_weight_format, job.expert_activation_format) == experts


def test_a_load_is_shared_among_the_replicas(tmp_path: Path) -> None:
    cells = ROW | {"attention_dp": 8, "tp": 1, "moe_ep": 8, "batch_or_concurrency": 100, "tpot_ms": 20, "mode": "online agg"}
    found = only(run(tmp_path, HEADER, cells))
    assert found.scenario is not None
    assert (found.scenario.job.batch, found.scenario.plan.chips) == (13, 8)
    rate = only(run(tmp_path, HEADER, cells | {"tpot_ms": "", "output_tok_s": 1000}))
    assert rate.predicted == pytest.approx(100 / (found.predicted / 1e3))


def test_all_replicas_of_a_full_server_count(tmp_path: Path) -> None:
    cells = ROW | {"model": "GPT-OSS 20B", "tp": 1, "precision": "fp4", "mode": "offline max throughput", "output_tok_s": 1000}
    one = only(run(tmp_path, HEADER, cells | {"chips": 1}))
    two = only(run(tmp_path, HEADER, cells | {"chips": 2}))
    assert two.predicted == pytest.approx(2 * one.predicted)
    shared = only(run(tmp_path, HEADER, cells | {"chips": 2, "attention_dp": 2, "moe_ep": 2}))
    assert shared.scenario is not None
    assert shared.scenario.plan.chips == 2
    assert shared.predicted > one.predicted


def test_guessing_ahead_needs_numbers(tmp_path: Path) -> None:
    cells = ROW | {"model": "Llama 3.3 70B", "batch_or_concurrency": 1, "notes": "fused speculative decoding", "ttft_ms": 900, "tpot_ms": 5}
    found = run(tmp_path, HEADER, cells)
    assert [r.quantity for r in found.rows] == ["ttft_ms"]
    assert "how many tokens are guessed" in found.skipped[0].reason
    said = run(tmp_path, HEADER, cells | {"draft_tokens": 4, "draft_acceptance": 0.7})
    assert said.skipped == []
    first, token = (r.scenario for r in said.rows)
    assert first is not None
    assert token is not None
    assert (token.job.draft_tokens, token.job.draft_acceptance, first.job.draft_tokens) == (4, 0.7, 0)
    wrong = run(tmp_path, HEADER, cells | {"draft_tokens": 4, "draft_acceptance": 7, "ttft_ms": ""})
    assert "draft_acceptance" in wrong.skipped[0].reason


def test_servers_for_answers_alone(tmp_path: Path) -> None:
    apart = {"decode_tp": 1, "decode_batch": 48, "decode_attn_dp": 8, "decode_moe_tp": 1, "decode_moe_ep": 8, "tp": ""}
    found = run(tmp_path, HEADER, ROW | apart | {"mode": "online disagg", "ttft_ms": 300, "tpot_ms": 11})
    assert [r.quantity for r in found.rows] == ["tpot_ms"]
    assert "queue" in found.skipped[0].reason
    decode = found.rows[0].scenario
    assert decode is not None
    assert (decode.job.batch, decode.plan.chips, decode.plan.tp, decode.plan.ep) == (6, 8, 1, 8)
