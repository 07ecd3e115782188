"""Laws of measured-like collectives: alone costs nothing, parts add up, nothing beats the textbook, longer and slower never help."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from explorer.physics import collective_tiers as tiers
from explorer.physics import collective_times as times
from explorer.physics import collectives

SIZES = np.geomspace(1.0, 2.0**34, 400)
REDUCING = {"launch_s": 4e-5, "efficiency_fraction": 0.7, "saturation_bytes": 3e5}
EXCHANGE = {
    "launch_s": 7e-6, "peer_bytes_per_s": 6e9, "bulk_launch_s": 1.3e-5, "efficiency_fraction": 0.67,
    "saturation_bytes": 2e4, "own_bytes_per_s": 4e12,
}  # fmt: skip
DIRECT = {
    "launch_s": 2.7e-6, "rank_s": 6e-8, "one_shot_fraction": 0.67, "second_launch_s": 1.7e-5, "two_shot_fraction": 0.5,
}  # fmt: skip
CORES = {
    "launch_s": 1e-5, "add_s": 1.4e-6, "mesh_step_s": 9e-8, "mesh_fraction": 0.11, "halving_step_s": 4.2e-6,
    "halving_fraction": 0.26, "ring_step_s": 2.5e-6, "ring_fraction": 0.8, "add_fraction": 0.96,
}  # fmt: skip
IN_CHIP = {
    "inside_bytes_per_s": 1.4e11, "launch_s": 1e-5, "add_s": 1.4e-6, "add_fraction": 0.6,
}  # fmt: skip
OUTSIDE = {"s_per_byte": 1 / (0.77 * 5e10), "launch_s": 2e-5, "step_s": 1.4e-5, "saturation_bytes": 2e7}


def cores(size: Any, ranks: float, gathers: float, reduces: float, rate: float = 2.56e11, **changed: float) -> Any:
    place = {"buffer_bytes": size, "ranks": ranks, "gathers": gathers, "reduces": reduces}
    return tiers.core_collective_s(**place, chips=np.ceil(ranks / 4), s_per_byte=1 / rate, port_s_per_byte=1 / rate, **(CORES | changed))


CASES: dict[str, Any] = {
    "port": lambda size, n, rate: times.port_s(buffer_bytes=size, ranks=n, phases=2.0, s_per_byte=1 / rate),
    "switch": lambda size, n, rate: times.reducing_switch_s(buffer_bytes=size, ranks=n, s_per_byte=1 / rate, **REDUCING),
    "exchange": lambda size, n, rate: times.exchange_s(buffer_bytes=size, ranks=n, s_per_byte=1 / rate, **EXCHANGE),
    "direct": lambda size, n, rate: times.direct_all_reduce_s(buffer_bytes=size, ranks=n, s_per_byte=1 / rate, **DIRECT),
    "cores": lambda size, n, rate: cores(size, n, 1.0, 1.0, rate),
    "chip": lambda size, n, rate: tiers.chip_collective_s(buffer_bytes=size, ranks=n, gathers=1.0, reduces=1.0, **IN_CHIP),
}


@pytest.mark.parametrize("name", CASES)
def test_alone_costs_exactly_nothing(name: str) -> None:
    assert np.all(CASES[name](SIZES, 1.0, 450e9) == 0.0)
    assert times.hop_count(ranks=1.0) == 0.0


def test_one_domain_costs_exactly_its_inner_time() -> None:
    for phases in (1.0, 2.0):
        place = {"buffer_bytes": 1e8, "phases": phases, "inside": 8.0, "outside": 1.0, "inside_s": 3e-4}
        assert tiers.tiered_s(**place, **OUTSIDE) == 3e-4
    assert times.staged_s(buffer_bytes=1e8, collective_s=0.0, host_s=2e-5, copy_bytes_per_s=1e12) == 0.0


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("ranks", [2.0, 3.0, 8.0, 64.0])
def test_longer_buffers_and_slower_links_never_help(name: str, ranks: float) -> None:
    time = CASES[name](SIZES, ranks, 450e9)
    assert np.all(np.isfinite(time))
    assert np.all(np.diff(time) >= 0.0)
    for slower in (225e9, 1e6, 1.0):
        assert np.all(CASES[name](SIZES, ranks, slower) >= time)


@pytest.mark.parametrize("ranks", [2.0, 4.0, 8.0, 72.0])
@pytest.mark.parametrize("rate", [450e9, 1e9])
def test_nothing_beats_the_textbook(ranks: float, rate: float) -> None:
    """Links far slower than those that were fitted do not turn absolute constants into a gain."""
    place = {"buffer_bytes": SIZES, "ranks": ranks, "bytes_per_s": rate, "latency_s": 0.0}
    reduce = np.minimum(collectives.switch_all_reduce_s(**place), collectives.in_network_all_reduce_s(**place))
    for name in ("switch", "direct"):
        assert np.all(CASES[name](SIZES, ranks, rate) >= reduce * (1 - 1e-12)), name
    sent = {"sent_bytes": SIZES, "ranks": ranks, "bytes_per_s": rate, "latency_s": 0.0}
    assert np.all(CASES["exchange"](SIZES, ranks, rate) >= collectives.switch_all_to_all_s(**sent) * (1 - 1e-12))
    chips = ranks
    gather = (chips - 1) / chips * SIZES / rate
    assert np.all(cores(SIZES, 4 * chips, 1.0, 0.0, rate) >= gather)
    assert np.all(cores(SIZES, 4 * chips, 1.0, 1.0, rate) >= 2 * gather)


def test_protocols_by_hand() -> None:
    moved = times.port_s(buffer_bytes=1e9, ranks=8.0, phases=2.0, s_per_byte=1 / 450e9)
    assert moved == pytest.approx(2 * 7 / 8 * 1e9 / 450e9)
    launch = {"launch_s": 5e-6, "steps": 14.0}
    quick = times.quick_ring_s(
        **launch, buffer_bytes=12288.0, moved_s=2e-6, step_s=8e-7, rate_fraction=0.4, ramp_fraction=0.2, ramp_bytes=12288.0
    )
    assert quick == pytest.approx((5e-6 + 14 * 8e-7) * 1.1 + 5e-6)
    assert times.wide_ring_s(**launch, moved_s=3e-6, step_s=2e-6, rate_fraction=0.6) == pytest.approx(38e-6)
    bulk = {"buffer_bytes": 8e6, "ranks": 8.0, "moved_s": 1e-3, "step_s": 1e-5, "rate_fraction": 0.8, "own_bytes_per_s": 1e12}
    apart = 5e-6 + 1e-6 + 14e-5 + 1.25e-3
    assert times.bulk_ring_s(**launch, **bulk, serial_fraction=1.0) == pytest.approx(apart)
    at_once = 5e-6 + 1e-6 + np.hypot(14e-5, 1.25e-3)
    assert times.bulk_ring_s(**launch, **bulk, serial_fraction=0.0) == pytest.approx(at_once)


def test_library_changes_protocol_where_its_costs_meet() -> None:
    """Booked costs at the nominal port of 1: quick x / .3, wide 7.4 + 1.3 N + x / .6, bulk 1.8 + 2.8 N + x / .8, in us."""
    slow, middle, fast = 1 / 0.3, 1 / 0.6, 1 / 0.8
    steps = np.array([3.0, 7.0, 14.0, 142.0])
    quick, wide = times.booked_limits(
        steps=steps, wide_base_s=7.4 / (slow - middle), wide_step_s=1.3 / (slow - middle), bulk_base_s=1.8 / (slow - fast),
        bulk_step_s=2.8 / (slow - fast), last_base_s=-5.6 / (middle - fast), last_step_s=1.5 / (middle - fast),
    )  # fmt: skip
    x = np.linspace(0.0, 2000.0, 2_000_001)
    for n, until, last in zip(steps, quick, wide, strict=True):
        costs = np.array([x * slow, 7.4 + 1.3 * n + x * middle, 1.8 + 2.8 * n + x * fast])
        best = np.argmin(costs, axis=0)
        assert x[np.flatnonzero(best != 0)[0]] == pytest.approx(until, abs=2e-3)
        assert x[np.flatnonzero(best == 2)[0]] == pytest.approx(last, abs=2e-3)
    assert quick[0] == wide[0]  # with three steps the wide protocol never pays


def test_steps_are_a_chain_in_a_server_and_trees_beyond() -> None:
    assert list(times.hop_count(ranks=np.array([1.0, 2, 8, 9, 16, 72, 8192]))) == [0, 1, 7, 8, 8, 11, 17]


def test_a_message_that_saturates_takes_twice_as_long() -> None:
    assert times.saturated_bytes(buffer_bytes=1e6, saturation_bytes=1e6) == 2e6
    assert times.saturated_bytes(buffer_bytes=0.0, saturation_bytes=1e6) == 0.0
    assert times.contended_s_per_byte(s_per_byte=1.0, ranks=np.array([2.0, 8.0]), contention=1.0).tolist() == [1.0, 4.0]


@pytest.mark.parametrize("ranks", [8.0, 16.0, 64.0])
def test_all_reduce_among_cores_is_reduce_scatter_and_all_gather(ranks: float) -> None:
    off = {"mesh_step_s": 1.0, "launch_s": 0.0, "halving_step_s": 1e3}  # the ring alone
    gather, scatter = cores(SIZES, ranks, 1.0, 0.0, **off), cores(SIZES, ranks, 0.0, 1.0, **off)
    np.testing.assert_allclose(cores(SIZES, ranks, 1.0, 1.0, **off), gather + scatter, rtol=1e-12)
    both = cores(SIZES, ranks, 1.0, 1.0)
    assert np.all(both >= np.maximum(cores(SIZES, ranks, 1.0, 0.0), cores(SIZES, ranks, 0.0, 1.0)))


def test_short_messages_take_the_mesh_long_ones_the_rings() -> None:
    """Trainium2 documents mesh below 1 MB, recursive halving and doubling to 56 MB, rings beyond, on 64 cores."""
    only = {
        "mesh": {"halving_step_s": 1.0, "ring_step_s": 1.0}, "halving": {"mesh_step_s": 1.0, "ring_step_s": 1.0},
        "ring": {"mesh_step_s": 1.0, "halving_step_s": 1.0},
    }  # fmt: skip
    sizes = np.array([65536.0, 8e6, 512e6])
    alone = {name: cores(sizes, 64.0, 1.0, 1.0, 5.12e11, **off) for name, off in only.items()}
    quickest = [min(alone, key=lambda name: alone[name][i]) for i in range(len(sizes))]
    assert quickest == ["mesh", "halving", "ring"]


def test_tiers_of_a_clos_network() -> None:
    spans = np.array([1.0, 64.0, 65.0, 2048.0, 2049.0])
    tier = tiers.clos_tiers(span=spans, radix=64.0)
    assert tier.tolist() == [1, 1, 2, 2, 3]
    assert np.all(tiers.clos_tiers(span=spans, radix=np.inf) == 1)
    # Of 8 servers of 8 under a switch each ring leaves by one: uplinks 16 times narrower make it twice as slow.
    assert tiers.uplink_slowdown(tiers=2.0, radix=64.0, oversubscription=16.0, stride=8.0) == 2.0
    assert tiers.uplink_slowdown(tiers=2.0, radix=64.0, oversubscription=7.0, stride=8.0) == 1.0
    assert tiers.uplink_slowdown(tiers=2.0, radix=64.0, oversubscription=7.0, stride=64.0) == 7.0
    assert tiers.uplink_slowdown(tiers=1.0, radix=np.inf, oversubscription=7.0, stride=64.0) == 1.0
    assert tiers.uplink_slowdown(tiers=3.0, radix=64.0, oversubscription=7.0, stride=2048.0) == 49.0


def test_point_equals_batch_bit_for_bit() -> None:
    for name, case in CASES.items():
        batch = case(SIZES, np.full(400, 8.0), 450e9)
        assert [float(case(float(size), 8.0, 450e9)) for size in SIZES[::37]] == list(batch[::37]), name
