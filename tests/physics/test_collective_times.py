"""Laws of measured-like collectives: alone costs nothing, parts add up, nothing beats the ideal, longer and slower never help."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from explorer.physics import collective_tiers as tiers
from explorer.physics import collective_times as times

SIZES = np.geomspace(1.0, 2.0**34, 400)
BOOK = {
    "wide_base_s": 7.4e-6, "wide_step_s": 1.3e-6, "bulk_base_s": 1.8e-6, "bulk_step_s": 2.8e-6,
    "quick_bytes_per_s": 141e9, "wide_bytes_per_s": 340e9, "bulk_bytes_per_s": 370e9,
}  # fmt: skip
RING = {
    "launch_s": 5e-6, "step_s": 8e-7, "wide_step_s": 1.6e-6, "bulk_step_s": 7e-6, "quick_fraction": 0.4, "wide_fraction": 0.6,
    "bulk_fraction": 0.87, "serial_fraction": 0.6, "ramp_fraction": 0.2, "ramp_bytes": 12288.0, "own_bytes_per_s": 5e11,
}  # fmt: skip
IDEAL_RING = {
    **dict.fromkeys(("launch_s", "step_s", "wide_step_s", "bulk_step_s", "ramp_fraction", "serial_fraction"), 0.0),
    **dict.fromkeys(("quick_fraction", "wide_fraction", "bulk_fraction"), 1.0), "ramp_bytes": 1.0, "own_bytes_per_s": np.inf,
}  # fmt: skip
REDUCING = {"launch_s": 4e-5, "efficiency_fraction": 0.7, "saturation_bytes": 3e5}
EXCHANGE = {
    "launch_s": 7e-6, "peer_bytes_per_s": 6e9, "bulk_launch_s": 1.3e-5, "efficiency_fraction": 0.67,
    "saturation_bytes": 2e4, "own_bytes_per_s": 4e12,
}  # fmt: skip
DIRECT = {
    "launch_s": 2.7e-6, "rank_s": 6e-8, "one_shot_fraction": 0.67, "second_launch_s": 1.7e-5, "two_shot_fraction": 0.5,
}  # fmt: skip
CORES = {
    "inside_bytes_per_s": 1.4e11, "link_bytes_per_s": 2.56e11, "launch_s": 1e-5, "add_s": 1.4e-6, "mesh_step_s": 9e-8,
    "mesh_bytes_per_s": 5.7e10, "halving_step_s": 4.2e-6, "halving_fraction": 0.26, "ring_step_s": 2.5e-6,
    "ring_fraction": 0.8, "add_inside_fraction": 0.6, "add_fraction": 0.96,
}  # fmt: skip
OUTSIDE = {"bytes_per_s": 5e10, "efficiency_fraction": 0.77, "step_s": 2e-5, "saturation_bytes": 2e7}


def ring(size: Any, ranks: Any, phases: float, rate: float = 450e9, constants: Any = RING) -> Any:
    steps = phases * (np.asarray(ranks) - 1.0)
    quick, wide = times.booked_limits(steps=steps, **BOOK)
    return times.library_ring_s(
        buffer_bytes=size, ranks=ranks, phases=phases, bytes_per_s=rate, quick_until_bytes=quick, wide_until_bytes=wide,
        **constants,
    )  # fmt: skip


def cores(size: Any, ranks: float, gathers: float, reduces: float, **changed: float) -> Any:
    return tiers.core_collective_s(
        buffer_bytes=size, ranks=ranks, chips=np.ceil(ranks / 4), gathers=gathers, reduces=reduces, **(CORES | changed)
    )


CASES: dict[str, Any] = {
    "gather": lambda size, n, rate: ring(size, n, 1.0, rate),
    "reduce": lambda size, n, rate: ring(size, n, 2.0, rate),
    "switch": lambda size, n, rate: times.reducing_switch_s(buffer_bytes=size, ranks=n, bytes_per_s=rate, **REDUCING),
    "exchange": lambda size, n, rate: times.exchange_s(buffer_bytes=size, ranks=n, bytes_per_s=rate, **EXCHANGE),
    "direct": lambda size, n, rate: times.direct_all_reduce_s(buffer_bytes=size, ranks=n, bytes_per_s=rate, **DIRECT),
    "cores": lambda size, n, rate: cores(size, n, 1.0, 1.0, link_bytes_per_s=rate),
}


@pytest.mark.parametrize("name", CASES)
def test_alone_costs_exactly_nothing(name: str) -> None:
    assert np.all(CASES[name](SIZES, 1.0, 450e9) == 0.0)
    assert CASES[name](1e6, 1.0, 0.0) == 0.0


def test_one_domain_costs_exactly_its_inner_time() -> None:
    time = tiers.tiered_all_reduce_s(buffer_bytes=1e8, inside=8.0, outside=1.0, inside_all_reduce_s=3e-4, **OUTSIDE)
    assert time == 3e-4
    assert times.staged_s(buffer_bytes=1e8, collective_s=0.0, host_s=2e-5, copy_bytes_per_s=1e12) == 0.0


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("ranks", [2.0, 3.0, 8.0, 64.0])
def test_longer_buffers_and_slower_links_never_help(name: str, ranks: float) -> None:
    time = CASES[name](SIZES, ranks, 450e9)
    assert np.all(np.isfinite(time))
    assert np.all(np.diff(time) >= 0.0)
    assert np.all(CASES[name](SIZES, ranks, 225e9) >= time)


@pytest.mark.parametrize("ranks", [2.0, 4.0, 8.0, 72.0])
def test_nothing_beats_the_ideal(ranks: float) -> None:
    for phases in (1.0, 2.0):
        bound = ring(SIZES, ranks, phases, constants=IDEAL_RING)
        np.testing.assert_allclose(bound, phases * (ranks - 1) / ranks * SIZES / 450e9, rtol=1e-14)
        assert np.all(ring(SIZES, ranks, phases) >= bound * (1 - 1e-12))
    perfect = {"launch_s": 0.0, "efficiency_fraction": 1.0, "saturation_bytes": 0.0}
    bound = times.reducing_switch_s(buffer_bytes=SIZES, ranks=ranks, bytes_per_s=450e9, **perfect)
    assert np.all(CASES["switch"](SIZES, ranks, 450e9) >= bound)


def test_all_reduce_is_reduce_scatter_and_all_gather_beyond_what_a_call_costs_once() -> None:
    free = RING | {"launch_s": 0.0, "own_bytes_per_s": np.inf, "ramp_fraction": 0.0}
    for protocol in ((np.inf, np.inf), (0.0, np.inf), (0.0, 0.0)):
        limits = {"quick_until_bytes": protocol[0], "wide_until_bytes": protocol[1]}
        place = {"buffer_bytes": SIZES, "ranks": 8.0, "bytes_per_s": 450e9, **limits, **free}
        one, both = times.library_ring_s(phases=1.0, **place), times.library_ring_s(phases=2.0, **place)
        np.testing.assert_array_equal(both, 2.0 * one)
    # A call's own costs come once: an all-reduce lies between the dearer half and the two halves one after the other.
    limits = {"quick_until_bytes": np.inf, "wide_until_bytes": np.inf}
    place = {"buffer_bytes": SIZES, "ranks": 8.0, "bytes_per_s": 450e9, **limits, **RING}
    one, both = times.library_ring_s(phases=1.0, **place), times.library_ring_s(phases=2.0, **place)
    assert np.all((both >= one) & (both <= 2.0 * one))


@pytest.mark.parametrize("ranks", [4.0, 8.0, 16.0, 64.0])
def test_all_reduce_among_cores_is_reduce_scatter_and_all_gather(ranks: float) -> None:
    off = {"mesh_bytes_per_s": 1e-3, "launch_s": 0.0}  # one algorithm at a time: no mesh, and no halving
    ring_only = off | {"halving_fraction": 1e-12} if ranks > 4 else off
    gather, scatter = cores(SIZES, ranks, 1.0, 0.0, **ring_only), cores(SIZES, ranks, 0.0, 1.0, **ring_only)
    np.testing.assert_allclose(cores(SIZES, ranks, 1.0, 1.0, **ring_only), gather + scatter, rtol=1e-12)
    both = cores(SIZES, ranks, 1.0, 1.0)
    assert np.all(both >= np.maximum(cores(SIZES, ranks, 1.0, 0.0), cores(SIZES, ranks, 0.0, 1.0)))


def test_library_changes_protocol_where_its_table_says() -> None:
    quick, wide = times.booked_limits(steps=np.array([3.0, 7.0]), **BOOK)
    # Booked latencies over the difference of the booked times of a byte. With 3 steps the wide protocol never pays.
    direct = (1.8 + 3 * 2.8) * 1e-6 / (1 / 141e9 - 1 / 370e9)
    first = (7.4 + 7 * 1.3) * 1e-6 / (1 / 141e9 - 1 / 340e9)
    second = (1.8 - 7.4 + 7 * 1.5) * 1e-6 / (1 / 340e9 - 1 / 370e9)
    np.testing.assert_allclose(quick, [direct, first], rtol=1e-9)
    np.testing.assert_allclose(wide, [direct, second], rtol=1e-9)


def test_two_ranks_by_hand() -> None:
    plain = RING | {"ramp_fraction": 0.0}
    assert ring(1e5, 2.0, 1.0, constants=plain) == pytest.approx(5e-6 + 8e-7 + 5e4 / (450e9 * 0.4))
    fill, moving = 7e-6, 5e8 / (450e9 * 0.87)
    bulk = 5e-6 + 5e8 / 5e11 + np.sqrt(fill**2 + moving**2 + 1.2 * fill * moving)
    assert ring(1e9, 2.0, 1.0) == pytest.approx(bulk)


def test_links_that_rings_through_chips_can_use() -> None:
    chips = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    share = tiers.wrapped_rate_fraction(ranks=chips, axes=(4.0, 4.0, 1.0), axis_share=(0.5, 0.5, 0.0))
    np.testing.assert_array_equal(share, [0.0, 0.25, 0.5, 0.5, 1.0])


def test_point_equals_batch_bit_for_bit() -> None:
    for name, case in CASES.items():
        batch = case(SIZES, np.full(400, 8.0), 450e9) if name != "cores" else case(SIZES, 8.0, 450e9)
        assert [float(case(float(size), 8.0, 450e9)) for size in SIZES[::37]] == list(batch[::37]), name
