"""Stragglers, failures and power against simulations and measurements."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.physics import economics, reliability, serving

HOUR, DAY = 3600.0, 86400.0


def simulated_goodput(interval: float, delta: float, mtbf: float, restart: float, segments: int = 40_000) -> float:
    """Work done against time passed, failure by failure: a segment is done again until no failure hits it or its restart."""
    random = np.random.default_rng(7)
    passed = 0.0
    for _ in range(segments):
        while (failure := random.exponential(mtbf)) < interval + delta:
            passed += failure
            while (again := random.exponential(mtbf)) < restart:
                passed += again
            passed += restart
        passed += interval + delta
    return segments * interval / passed


@pytest.mark.parametrize(
    ("interval", "delta", "mtbf", "restart"), [(311.0, 30.0, 1824.0, 300.0), (800.0, 5.0, 11135.0, 300.0), (600.0, 60.0, 900.0, 200.0)]
)
def test_goodput_is_what_a_simulation_finds(interval: float, delta: float, mtbf: float, restart: float) -> None:
    found = reliability.goodput_fraction(interval_s=interval, checkpoint_s=delta, mtbf_s=mtbf, restart_s=restart)
    assert float(found) == pytest.approx(simulated_goodput(interval, delta, mtbf, restart), abs=0.006)


def test_dalys_interval_is_the_best_one() -> None:
    delta, mtbf = 30.0, 11135.0
    best = float(reliability.daly_s(checkpoint_s=delta, mtbf_s=mtbf))
    tried = best * np.geomspace(0.2, 5.0, 801)
    goodput = reliability.goodput_fraction(interval_s=tried, checkpoint_s=delta, mtbf_s=mtbf, restart_s=300.0)
    assert tried[np.argmax(goodput)] == pytest.approx(best, rel=0.02)


@pytest.mark.parametrize(("chips", "draws", "above"), [(2, 40_000, 0.62), (64, 20_000, 0.6), (1000, 2000, 0.53), (16384, 200, 0.5)])
def test_stragglers_wait_a_little_longer_than_simulated(chips: int, draws: int, above: float) -> None:
    """The formula bounds the mean of the slowest of n normal chips, and is too much by about half a standard deviation."""
    random, cv = np.random.default_rng(3), 0.02
    slowest = np.mean([1.0 + cv * random.standard_normal(chips).max() for _ in range(draws)])
    excess = float(reliability.straggler_factor(chips=chips, step_spread_fraction=cv)) - slowest
    assert 0.0 < excess < above * cv * 1.05


def test_stragglers_of_the_model_document() -> None:
    assert float(reliability.straggler_factor(chips=100_000, step_spread_fraction=0.01)) == pytest.approx(1.048, abs=1e-3)
    assert float(reliability.straggler_factor(chips=1, step_spread_fraction=0.5)) == 1.0


def test_power_caps_against_the_two_a100s() -> None:
    """A100 SXM at 400 W: 271.2 TFLOP/s. A100 PCIe, the same chip at 300 W: 252.9 (best shapes, stas00/ml-engineering)."""
    clock = float(economics.capped_clock_fraction(tdp_w=300.0, rated_w=400.0))
    assert clock == pytest.approx(252.9 / 271.2, rel=0.03)
    # A constant energy an operation, 30 % of the power drawn without work, would be a third too low.
    linear = economics.power_limited_flop_per_s(
        tdp_w=300.0, static_w=120.0, hbm_bytes_per_s=0.0, hbm_j_per_byte=0.0, j_per_flop=280.0 / 271.2e12
    )
    assert float(linear) / 252.9e12 < 0.7
    assert float(economics.capped_clock_fraction(tdp_w=500.0, rated_w=400.0)) == 1.0


def test_a_capped_chip_draws_its_cap_under_full_load() -> None:
    clock = economics.capped_clock_fraction(tdp_w=500.0, rated_w=700.0)
    power = economics.chip_energy_j(
        flop=1e15 * clock, peak_flop_per_s=1e15 * clock, hbm_bytes=0.0, link_bytes=0.0, step_s=1.0, tdp_w=500.0,
        idle_power_fraction=0.3, hbm_j_per_byte=0.0, link_j_per_byte=0.0,
    )  # fmt: skip
    assert float(power) == pytest.approx(500.0)


def test_published_runs() -> None:
    """DeepSeek-V3's bill, Llama 3's failures, Meta's research clusters."""
    assert float(economics.train_usd(chip_h=2.788e6, usd_per_chip_h=2.0)) == pytest.approx(5.576e6)
    one = reliability.scaled_mtbf_s(mtbf_s=54 * DAY / 419, chips=16384.0, scaled_chips=1.0)
    assert float(one) / HOUR == pytest.approx(50_678, rel=1e-4)
    fleet = reliability.fleet_mtbf_s(nodes=2048.0, failures_per_node_s=6.5 / 1000 / DAY)
    assert float(fleet) / HOUR == pytest.approx(1.8, abs=0.01)


def test_the_first_token_waits_for_all_three() -> None:
    assert float(serving.first_token_s(prefill_s=0.9, handover_s=0.05, step_s=0.02)) == pytest.approx(0.97)
