"""Laws of the kernel times: calibrated never beats ideal, more machine is never slower, a batch's point equals the point alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.physics.attention import attention_flop
from explorer.physics.kernels import (
    attention_decode_kernel_s,
    attention_prefill_kernel_s,
    gemm_kernel_s,
    quantise_kernel_s,
    wave_stretch,
)
from explorer.physics.matmul import compulsory_bytes, matmul_flop
from explorer.physics.roofline import kernel_s

COUNT = st.integers(1, 40_000).map(float)
FRACTION = st.floats(0.05, 1.0)
MACHINE = {"peak_flop_per_s": 1e15, "hbm_bytes_per_s": 4e12}


def record(**values: Any) -> st.SearchStrategy[dict[str, Any]]:
    """A dictionary with each value drawn, or taken as it is."""
    return st.fixed_dictionaries(
        {name: value if isinstance(value, st.SearchStrategy) else st.just(value) for name, value in values.items()}
    )


ELEMENTS = {"a_bytes_per_element": 1.0, "b_bytes_per_element": 1.0, "c_bytes_per_element": 2.0}
GEMM = record(m=COUNT, n=COUNT, k=COUNT, groups=st.sampled_from([1.0, 8.0]), cores=st.sampled_from([2.0, 132.0]), **ELEMENTS)
GEMM_LOSSES = record(
    compute_fraction=FRACTION, memory_fraction=FRACTION, overlap_fraction=st.floats(0, 1), wave_fraction=st.floats(0, 1),
    prologue_k=st.floats(0, 2000), step_s=st.floats(0, 1e-8), launch_s=st.floats(0, 1e-4),
)  # fmt: skip
HEADS = {"heads": st.sampled_from([8.0, 64.0, 128.0]), "kv_heads": st.sampled_from([1.0, 8.0]), "head_dim": 128.0}
PREFILL = record(
    sequences=st.integers(1, 64).map(float), query_tokens=COUNT, key_tokens=st.just(40_000.0), cores=132.0,
    activation_bytes_per_element=2.0, **HEADS,
)  # fmt: skip
PREFILL_LOSSES = record(
    compute_fraction=FRACTION, io_fraction=FRACTION, overlap_fraction=st.floats(0, 1), launch_s=st.floats(0, 1e-4),
    block_tokens=st.sampled_from([0.0, 64.0, 128.0]),
)  # fmt: skip
DECODE = record(
    sequences=st.integers(1, 256).map(float), context=COUNT, activation_bytes_per_element=2.0, vector_flop_per_s=6e13,
    kv_bytes_per_element=st.sampled_from([1.0, 2.0]), cache_bytes=st.sampled_from([0.0, 6e7]), **HEADS,
)  # fmt: skip
DECODE_LOSSES = record(
    memory_fraction=FRACTION, compute_fraction=FRACTION, vector_fraction=FRACTION, io_fraction=FRACTION,
    ramp_bytes=st.floats(0, 2e8), token_s=st.floats(0, 1e-8), launch_s=st.floats(0, 1e-4),
    group_least=st.sampled_from([1.0, 2.0]), group_most=st.sampled_from([32.0, np.inf]),
    cache_bytes_per_s=st.floats(1e12, 1e14),
)  # fmt: skip
KERNELS = {
    "gemm": (gemm_kernel_s, GEMM, GEMM_LOSSES),
    "prefill": (attention_prefill_kernel_s, PREFILL, PREFILL_LOSSES),
    "decode": (attention_decode_kernel_s, DECODE, DECODE_LOSSES),
}
Kernel = Callable[..., Any]


@pytest.mark.parametrize("name", KERNELS)
@given(data=st.data())
def test_calibrated_is_never_faster_than_ideal(name: str, data: st.DataObject) -> None:
    kernel, shapes, losses = KERNELS[name]
    shape = data.draw(shapes)
    ideal = kernel(**shape, **MACHINE)
    assert np.isfinite(ideal)
    assert ideal > 0.0
    assert kernel(**shape, **MACHINE, **data.draw(losses)) >= ideal


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("rate", ["peak_flop_per_s", "hbm_bytes_per_s"])
@given(data=st.data(), factor=st.floats(1.0, 100.0))
def test_a_faster_machine_is_never_slower(name: str, rate: str, data: st.DataObject, factor: float) -> None:
    kernel, shapes, losses = KERNELS[name]
    arguments = data.draw(shapes) | data.draw(losses) | MACHINE
    assert kernel(**arguments | {rate: MACHINE[rate] * factor}) <= kernel(**arguments)


@pytest.mark.parametrize("name", KERNELS)
@given(data=st.data())
def test_a_point_in_a_batch_is_the_point_alone(name: str, data: st.DataObject) -> None:
    kernel, shapes, losses = KERNELS[name]
    points = [data.draw(shapes) | data.draw(losses) | MACHINE for _ in range(5)]
    batch = kernel(**{key: np.array([p[key] for p in points]) for key in points[0]})
    assert [float(kernel(**point)) for point in points] == batch.tolist()


@given(shape=GEMM)
def test_the_ideal_matmul_is_the_roofline(shape: dict[str, Any]) -> None:
    size = {name: shape[name] for name in ("m", "n", "k")}
    flop, traffic = matmul_flop(**size) * shape["groups"], compulsory_bytes(**size, **ELEMENTS) * shape["groups"]
    roofline = kernel_s(flop=flop, traffic_bytes=traffic, peak_flop_per_s=1e15, bytes_per_s=4e12)
    assert gemm_kernel_s(**shape, **MACHINE) == pytest.approx(roofline, rel=1e-12)


def test_ideal_prefill_is_its_operations_when_compute_bound() -> None:
    shape = {"query_tokens": 8192.0, "key_tokens": 8192.0, "heads": 32.0, "head_dim": 128.0}
    expected = attention_flop(**shape, causal_fraction=0.5) * 4.0 / 1e15
    time = attention_prefill_kernel_s(
        sequences=4.0, kv_heads=8.0, activation_bytes_per_element=2.0, cores=132.0, **shape, **MACHINE
    )
    assert time == pytest.approx(expected, rel=1e-12)


def decode(**changes: float) -> float:
    plain = {
        "sequences": 32.0, "context": 4096.0, "heads": 32.0, "kv_heads": 8.0, "head_dim": 128.0, "vector_flop_per_s": 6e13,
        "activation_bytes_per_element": 2.0, "kv_bytes_per_element": 2.0,
    }  # fmt: skip
    return float(attention_decode_kernel_s(**(plain | MACHINE | changes)))


def test_decode_reads_its_cache_once() -> None:
    cache = 2.0 * 32.0 * 4096.0 * 8.0 * 128.0 * 2.0
    around = 2.0 * 32.0 * 32.0 * 128.0 * 2.0
    assert decode() == pytest.approx((cache + around) / 4e12, rel=1e-12)


def test_a_ramp_halves_the_bandwidth_of_small_reads_and_spares_large_ones() -> None:
    assert decode(ramp_bytes=1e13) == pytest.approx(2.0 * decode(), rel=1e-3)
    assert decode(context=4e6, ramp_bytes=1e6) == pytest.approx(decode(context=4e6), rel=1e-4)


def test_a_cache_that_holds_everything_spares_the_hbm() -> None:
    assert decode(cache_bytes=1e12) < 0.1 * decode()
    assert decode(cache_bytes=1e12, cache_bytes_per_s=1e12) > decode()


def test_odd_groups_run_on_the_vector_units() -> None:
    assert decode(heads=512.0, group_most=32.0, vector_fraction=0.1) > 10.0 * decode(heads=512.0)
    assert decode(kv_heads=32.0, group_least=2.0, vector_fraction=0.01) > decode(kv_heads=32.0)


def test_waves() -> None:
    stretch = [
        float(wave_stretch(m=m, n=2560.0, groups=1.0, cores=100.0, wave_fraction=1.0)) for m in (128.0, 1280.0, 1408.0, 2560.0)
    ]
    assert stretch == [1.0, 1.0, pytest.approx(200.0 / 110.0), 1.0]
    assert wave_stretch(m=1408.0, n=2560.0, groups=1.0, cores=100.0, wave_fraction=0.0) == 1.0


def test_a_small_matmul_waits_for_its_inner_loop() -> None:
    small = {"m": 1.0, "n": 64.0, **ELEMENTS, **MACHINE, "cores": 132.0, "step_s": 1e-9}
    assert gemm_kernel_s(k=8192.0, **small) == pytest.approx(8192e-9)
    assert gemm_kernel_s(k=8192.0, prologue_k=808.0, **small) == pytest.approx(9000e-9)


def test_quantising_moves_both_formats() -> None:
    time = quantise_kernel_s(
        m=1000.0, k=2000.0, from_bytes_per_element=2.0, to_bytes_per_element=1.0, hbm_bytes_per_s=1e12, quantise_fraction=0.5,
        launch_s=1e-6,
    )  # fmt: skip
    assert time == pytest.approx(1e-6 + 6e6 / 0.5e12)
