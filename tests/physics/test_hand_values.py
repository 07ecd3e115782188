"""Values worked out by hand, one or more a module."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.physics import attention, economics, matmul, memory, pipeline, roofline, transformer

LLAMA_70B = {
    "layers": 80.0,
    "hidden": 8192.0,
    "heads": 64.0,
    "kv_heads": 8.0,
    "head_dim": 128.0,
    "ffn": 28672.0,
    "ffn_matrices": 3.0,
    "vocab": 128256.0,
}
BF16 = {"a_bytes_per_element": 2.0, "b_bytes_per_element": 2.0, "c_bytes_per_element": 2.0}


def test_roofline() -> None:
    assert roofline.arithmetic_intensity(flop=8.0, traffic_bytes=2.0) == 4.0
    roof = roofline.attainable_flop_per_s(
        intensity_flop_per_byte=np.array([10.0, 1000.0]), peak_flop_per_s=667e12, bytes_per_s=2.9e12
    )
    np.testing.assert_array_equal(roof, [29e12, 667e12])
    assert roofline.ceiling_s(work=6e12, rate=3e12) == 2.0


def test_ceilings_without_work_or_rate() -> None:
    np.testing.assert_array_equal(
        roofline.ceiling_s(work=np.array([0.0, 0.0, 1.0]), rate=np.array([0.0, 5.0, 0.0])), [0, 0, np.inf]
    )
    assert roofline.arithmetic_intensity(flop=0.0, traffic_bytes=0.0) == 0.0


def test_overlap_is_exactly_the_sum_or_the_larger() -> None:
    parts = {"first_s": np.array([0.1, 0.7]), "second_s": np.array([0.3, 0.2])}
    np.testing.assert_array_equal(
        roofline.overlapped_s(**parts, overlap_fraction=0.0), parts["first_s"] + parts["second_s"]
    )
    np.testing.assert_array_equal(roofline.overlapped_s(**parts, overlap_fraction=1.0), [0.3, 0.7])
    assert roofline.exposed_s(hidden_s=4.0, behind_s=3.0, overlap_fraction=0.5) == 2.5
    assert roofline.exposed_s(hidden_s=2.0, behind_s=3.0, overlap_fraction=1.0) == 0.0


@pytest.mark.parametrize("overlap_fraction", [0.0, 0.3, 1.0])
def test_exposed_is_overlapped_less_what_it_hides_behind(overlap_fraction: float) -> None:
    hidden, behind = np.array([0.5, 2.0, 0.0]), np.array([1.0, 1.0, 1.0])
    exposed = roofline.exposed_s(hidden_s=hidden, behind_s=behind, overlap_fraction=overlap_fraction)
    both = roofline.overlapped_s(first_s=behind, second_s=hidden, overlap_fraction=overlap_fraction)
    np.testing.assert_allclose(exposed, both - behind, atol=1e-15)


def test_matmul() -> None:
    assert matmul.matmul_flop(m=2.0, n=3.0, k=5.0) == 60.0
    assert matmul.compulsory_bytes(m=2.0, n=3.0, k=5.0, **BF16) == 2 * (10 + 15 + 6)
    assert matmul.operand_bytes(m=256.0, n=512.0, k=1.0, **BF16, tile_m=128.0, tile_n=256.0) == 2 * (
        256 * 2 + 512 * 2 + 256 * 512
    )
    assert matmul.prologue_factor(k=1000.0, prologue_k=250.0) == 1.25
    assert matmul.critical_batch(
        peak_flop_per_s=989e12, hbm_bytes_per_s=3.35e12, weight_bytes_per_element=2.0
    ) == pytest.approx(295.2, abs=0.1)


def test_attention() -> None:
    whole = {"query_tokens": 100.0, "key_tokens": 100.0, "heads": 2.0, "head_dim": 8.0}
    assert attention.attention_flop(**whole, causal_fraction=1.0) == 4 * 100 * 100 * 2 * 8
    assert (
        attention.decode_kv_bytes(
            sequences=32.0, context=4096.0, kv_heads=8.0, head_dim=128.0, kv_bytes_per_element=2.0
        )
        == 32 * 4096 * 8 * 128 * 4
    )
    np.testing.assert_array_equal(
        attention.kv_heads_per_rank(kv_heads=8.0, tp=np.array([1.0, 8.0, 16.0, 3.0])), [8, 1, 1, 3]
    )
    assert attention.kv_bytes_per_token(layers=80.0, kv_heads=8.0, head_dim=128.0, kv_bytes_per_element=2.0) == 327680


def test_flash_traffic_is_one_pass_in_a_large_memory_and_grows_in_a_small_one() -> None:
    shape = {"query_tokens": 8192.0, "key_tokens": 8192.0, "heads": 8.0, "kv_heads": 8.0, "head_dim": 128.0}
    size = {"activation_bytes_per_element": 2.0, "kv_bytes_per_element": 2.0}
    traffic = attention.flash_bytes(**shape, **size, sram_bytes=np.array([1e12, 4.0 * 128 * 2 * 1024]))
    once = 2 * 8192 * 8 * 128 * 2
    np.testing.assert_array_equal(traffic, [2 * once, once + 8 * once])


def test_transformer() -> None:
    assert transformer.model_params(**LLAMA_70B, embedding_matrices=2.0) == 70553706496
    layer = 8192 * (64 + 16) * 128 + 64 * 128 * 8192 + 3 * 8192 * 28672
    decode = transformer.decode_flop_per_token(**LLAMA_70B, context=4096.0)
    assert decode == 2 * (80 * layer + 8192 * 128256) + 4 * 80 * 64 * 128 * 4096
    assert transformer.gated_activation_bytes(elements=10.0, bytes_per_element=2.0) == 60
    assert transformer.optimizer_bytes(params=10.0) == 300


def test_model_state() -> None:
    stages = np.array([0.0, 1.0, 2.0, 3.0])
    common = {"params": 64.0, "dp": 4.0, "zero": stages}
    np.testing.assert_array_equal(memory.gradient_bytes(bytes_per_param=4.0, **common), [256, 256, 64, 64])
    np.testing.assert_array_equal(memory.optimizer_bytes(**common), [768, 192, 192, 192])
    weights = memory.sharded_weight_bytes(bytes_per_param=2.0, layer_params=np.array([1.0, 1.0, 1.0, 1.0]), **common)
    np.testing.assert_array_equal(weights, [128, 128, 128, 36])
    parts = (
        weights
        - np.array([0, 0, 0, 4])
        + memory.gradient_bytes(bytes_per_param=2.0, **common)
        + memory.optimizer_bytes(**common)
    )
    np.testing.assert_array_equal(parts, memory.zero_state_bytes(params=64.0, dp=4.0, stage=stages))


def test_gathered_weights_never_exceed_the_whole() -> None:
    assert memory.sharded_weight_bytes(params=10.0, bytes_per_param=2.0, dp=1.0, zero=3.0, layer_params=5.0) == 20.0


def test_activations_of_one_training_layer() -> None:
    layer = {
        "tokens": 8192.0,
        "hidden": 8192.0,
        "heads": 64.0,
        "kv_heads": 8.0,
        "head_dim": 128.0,
        "ffn": 28672.0,
        "ffn_matrices": 3.0,
        "context": 8192.0,
    }
    kept = memory.training_activation_bytes(**layer, tp=8.0, sequence_parallel=1.0, recompute=np.array([0.0, 1.0, 2.0]))
    np.testing.assert_array_equal(kept, [281280512, 281280512 - 4 * 64 * 8192 / 8, 2 * 8192 * 8192 / 8])
    whole = memory.training_activation_bytes(**layer, tp=8.0, sequence_parallel=0.0, recompute=2.0)
    assert whole == 2 * 8192 * 8192


def test_what_fits() -> None:
    counts = memory.largest_count(
        capacity_bytes=np.array([100.0, 10.0, 10.0]),
        fixed_bytes=np.array([10.0, 20.0, 0.0]),
        bytes_each=np.array([7.0, 1.0, 0.0]),
    )
    np.testing.assert_array_equal(counts, [12, 0, np.inf])
    assert memory.reserve_bytes(dynamic_bytes=100.0, fixed_bytes=7.0, fraction=0.04) == 11.0
    assert (
        memory.kv_cache_bytes(tokens=4096.0, layers=80.0, kv_heads=8.0, head_dim=128.0, kv_bytes_per_element=2.0)
        == 4096 * 327680
    )
    assert memory.inference_activation_bytes(
        tokens=2.0, hidden=10.0, ffn=40.0, ffn_matrices=3.0, tp=4.0, bytes_per_element=2.0
    ) == 2 * 2 * (40 + 30)
    np.testing.assert_array_equal(
        memory.in_flight_microbatches(stage=np.array([0.0, 7.0]), pp=8.0, microbatches=4.0), [4, 1]
    )


def test_pipeline() -> None:
    assert pipeline.pipeline_s(microbatch_s=0.5, microbatches=8.0, pp=5.0, chunks=2.0) == 5.0
    np.testing.assert_array_equal(
        pipeline.decode_pipeline_s(stage_s=0.25, microbatches=np.array([1.0, 8.0]), pp=4.0), [1.0, 2.0]
    )
    assert pipeline.bubble_ratio(pp=5.0, microbatches=8.0) == 0.5
    assert pipeline.bubble_fraction(pp=1.0, microbatches=8.0) == 0.0
    assert (
        pipeline.zero_traffic_bytes(
            params=8.0, dp=1.0, zero=3.0, weight_bytes_per_param=2.0, gradient_bytes_per_param=2.0
        )
        == 0.0
    )


def test_energy_stops_at_the_design_power() -> None:
    rest = {"peak_flop_per_s": 1e15, "link_bytes": 0.0, "step_s": 2.0, "tdp_w": 700.0, "link_j_per_byte": 0.0}
    energy = economics.chip_energy_j(
        flop=np.array([0.0, 1e15, 2e15]),
        hbm_bytes=np.array([0.0, 1e12, 1e14]),
        hbm_j_per_byte=40e-12,
        idle_power_fraction=0.25,
        **rest,
    )
    np.testing.assert_allclose(energy, [350.0, 700 * (0.5 + 0.75) + 40.0, 1400.0], rtol=1e-15)


def test_money() -> None:
    assert economics.usd_per_million_tokens(chips=8.0, usd_per_chip_h=4.5, tokens_per_s=1000.0) == pytest.approx(10.0)
    assert economics.usd_per_million_tokens(chips=8.0, usd_per_chip_h=4.5, tokens_per_s=0.0) == np.inf
    assert economics.joules_per_token(chip_energy_j=30.0, chips=4.0, tokens=60.0) == 2.0
    assert economics.model_flop_utilization(flop=1e15, chips=2.0, peak_flop_per_s=1e15, step_s=1.0) == 0.5
