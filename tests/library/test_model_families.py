"""One model of each family that no shipped workload has: its dimensions make the size that is known of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from explorer.library.model_config import parse_model_config

# What their config.json says of dimensions, and their sizes as the hub counts them (glm-4.5-air: as published, in billions), both from memory.
MODELS: dict[str, tuple[int, dict[str, Any]]] = {
    "falcon-7b": (
        6_921_720_704,
        {"model_type": "falcon", "hidden_size": 4544, "num_hidden_layers": 32, "num_attention_heads": 71, "vocab_size": 65024, "multi_query": True, "new_decoder_architecture": False, "bias": False},
    ),
    "deepseek-v2-lite": (
        15_706_484_224,
        {"model_type": "deepseek_v2", "hidden_size": 2048, "num_hidden_layers": 27, "num_attention_heads": 16, "vocab_size": 102400, "intermediate_size": 10944, "moe_intermediate_size": 1408, "n_routed_experts": 64, "n_shared_experts": 2, "num_experts_per_tok": 6, "first_k_dense_replace": 1, "q_lora_rank": None, "kv_lora_rank": 512, "max_position_embeddings": 163840},
    ),
    "bloom": (
        176_247_271_424,
        {"model_type": "bloom", "n_layer": 70, "num_attention_heads": 112, "hidden_size": 14336, "vocab_size": 250880, "seq_length": 2048},
    ),
    "gpt-j-6b": (
        6_050_882_784,
        {"model_type": "gptj", "n_layer": 28, "n_head": 16, "n_embd": 4096, "vocab_size": 50400, "n_positions": 2048},
    ),
    "phi-2": (
        2_779_683_840,
        {"model_type": "phi", "hidden_size": 2560, "num_hidden_layers": 32, "num_attention_heads": 32, "intermediate_size": 10240, "vocab_size": 51200},
    ),
    "mpt-7b": (
        6_649_286_656,
        {"model_type": "mpt", "d_model": 4096, "n_heads": 32, "n_layers": 32, "expansion_ratio": 4, "vocab_size": 50432, "no_bias": True, "max_seq_len": 2048},
    ),
    "starcoder2-3b": (
        3_030_371_328,
        {"model_type": "starcoder2", "hidden_size": 3072, "num_hidden_layers": 30, "num_attention_heads": 24, "num_key_value_heads": 2, "intermediate_size": 12288, "vocab_size": 49152, "use_bias": True, "sliding_window": 4096, "max_position_embeddings": 16384},
    ),
    "gemma-7b": (
        8_537_680_896,
        {"model_type": "gemma", "hidden_size": 3072, "num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 16, "head_dim": 256, "intermediate_size": 24576, "vocab_size": 256000},
    ),
    "gemma-2-2b": (
        2_614_341_888,
        {"model_type": "gemma2", "hidden_size": 2304, "num_hidden_layers": 26, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256, "intermediate_size": 9216, "vocab_size": 256000},
    ),
    "olmo-7b": (
        6_888_095_744,
        {"model_type": "olmo", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "intermediate_size": 11008, "vocab_size": 50304},
    ),
    "olmoe": (
        6_919_161_856,
        {"model_type": "olmoe", "hidden_size": 2048, "num_hidden_layers": 16, "num_attention_heads": 16, "intermediate_size": 1024, "num_experts": 64, "num_experts_per_tok": 8, "vocab_size": 50304},
    ),
    "phi-3-mini": (
        3_821_079_552,
        {"model_type": "phi3", "hidden_size": 3072, "num_hidden_layers": 32, "num_attention_heads": 32, "intermediate_size": 8192, "vocab_size": 32064, "sliding_window": 2047, "max_position_embeddings": 4096},
    ),
    "qwen1.5-moe": (
        14_315_784_192,
        {"model_type": "qwen2_moe", "hidden_size": 2048, "num_hidden_layers": 24, "num_attention_heads": 16, "num_key_value_heads": 16, "intermediate_size": 5632, "moe_intermediate_size": 1408, "shared_expert_intermediate_size": 5632, "num_experts": 60, "num_experts_per_tok": 4, "vocab_size": 151936, "decoder_sparse_step": 1},
    ),
    "opt-6.7b": (
        6_658_473_984,
        {"model_type": "opt", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "ffn_dim": 16384, "vocab_size": 50272, "max_position_embeddings": 2048, "word_embed_proj_dim": 4096},
    ),
    "phi-3.5-moe": (
        41_873_153_344,
        {"model_type": "phimoe", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 6400, "num_local_experts": 16, "num_experts_per_tok": 2, "vocab_size": 32064},
    ),
    "glm-4.5-air": (
        106_000_000_000,
        {"model_type": "glm4_moe", "hidden_size": 4096, "num_hidden_layers": 46, "num_attention_heads": 96, "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 10944, "moe_intermediate_size": 1408, "n_routed_experts": 128, "n_shared_experts": 1, "num_experts_per_tok": 8, "first_k_dense_replace": 1, "vocab_size": 151552, "max_position_embeddings": 131072},
    ),
    "gemma-3-4b text": (
        3_880_263_168,
        {"model_type": "gemma3", "text_config": {"model_type": "gemma3_text", "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34, "sliding_window": 1024}},
    ),
    "stablelm-3b": (
        2_795_443_200,
        {"model_type": "stablelm", "hidden_size": 2560, "num_hidden_layers": 32, "num_attention_heads": 32, "intermediate_size": 6912, "vocab_size": 50304},
    ),
    "command-r7b": (
        8_027_951_104,
        {"model_type": "cohere2", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 256000, "sliding_window": 4096, "sliding_window_pattern": 4, "max_position_embeddings": 8192},
    ),
}  # fmt: skip


def imported(name: str, **changes: Any) -> Any:
    """What becomes of a model of the table, some keys changed."""
    return parse_model_config(json.dumps(MODELS[name][1] | changes), name)


@pytest.mark.parametrize("name", MODELS)
def test_the_dimensions_make_the_known_size(name: str) -> None:
    assert imported(name).params == pytest.approx(MODELS[name][0], rel=0.01 if name.startswith("glm") else 2e-4)


def test_heads_windows_and_experts_are_told_as_each_family_tells_them() -> None:
    assert [imported("falcon-7b", **c).workload.kv_heads for c in ({}, {"multi_query": False}, {"new_decoder_architecture": True, "num_kv_heads": 71})] == [1, 71, 71]
    latent = imported("deepseek-v2-lite").workload.latent
    assert (latent.query_rank, latent.kv_rank) == (0, 512)
    windows = {n: imported(n).workload.window for n in MODELS}
    assert {n: (w.tokens, w.layers) for n, w in windows.items() if w} == {
        "starcoder2-3b": (4096, 30), "gemma-2-2b": (4096, 13), "phi-3-mini": (2047, 32), "gemma-3-4b text": (1024, 29), "command-r7b": (4096, 24),
    }  # fmt: skip
    for wide in (4096, 5000):  # as wide as the context: none
        assert imported("phi-3-mini", sliding_window=wide).workload.window is None
    experts = imported("qwen1.5-moe", decoder_sparse_step=2, mlp_only_layers=[1]).workload.experts
    assert (experts.layers, experts.leading_dense) == (11, False)
    assert [imported("mpt-7b", no_bias=b).workload.biases for b in (True, False)] == [False, True]
    assert imported("opt-6.7b").workload.positions == 2050


def test_a_wrapped_text_model_may_leave_out_what_its_class_says() -> None:
    found = imported("gemma-3-4b text")
    assert "vocab 262,208: the file has no vocab_size, this is the default of gemma3_text" in found.assumed
    assert found.workload.sources["vocab"].ref.startswith("Configuration classes of transformers")
