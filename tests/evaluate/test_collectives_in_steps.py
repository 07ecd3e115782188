"""Which collectives a step uses: engines' kernels in serving, the library's in training, cores taken by what hides, networks of tiers."""

from __future__ import annotations

import hand_links
import numpy as np
import pytest

from explorer.evaluate import evaluate_study, lower
from explorer.evaluate.network import ROW
from explorer.evaluate.tiers import all_gather_s, all_reduce_s, all_to_all_s, group, send_s
from explorer.library import Library, make_scenario
from explorer.specs import Scenario

KIB, MIB = 1024.0, 1024.0**2


def _made(library: Library, chip: str = "h100", phase: str = "decode", chips: int = 8, tp: int = 8, efficiency: str = "calibrated") -> Scenario:
    return make_scenario(
        library, chip=chip, workload="llama3-70b", phase=phase, batch=64, context=4096, chips=chips, tp=tp, efficiency=efficiency
    )  # fmt: skip


def _reduce_s(s: Scenario, size: float, ranks: int) -> float:
    c = lower([s])
    return float(all_reduce_s(c, group(c, np.full(1, float(ranks)), np.ones(1)), np.full(1, size))[0])


def test_serving_takes_the_engines_kernel_and_training_the_librarys(library: Library) -> None:
    size = 64 * KIB
    for phase in ("decode", "prefill"):
        assert _reduce_s(_made(library, phase=phase), size, 8) == pytest.approx(hand_links.engine_s(_made(library), size, 8), rel=1e-12)
    trained = _made(library, phase="training")
    assert _reduce_s(trained, size, 8) == pytest.approx(hand_links.all_reduce_s(trained, size, 8), rel=1e-12)
    assert _reduce_s(trained, size, 8) > 1.5 * _reduce_s(_made(library), size, 8)


def test_long_messages_go_to_the_library_in_serving_too(library: Library) -> None:
    s, size = _made(library), 512 * MIB
    assert hand_links.engine_s(s, size, 8) > hand_links.all_reduce_s(s, size, 8)
    assert _reduce_s(s, size, 8) == pytest.approx(hand_links.all_reduce_s(s, size, 8), rel=1e-12)


def test_vllm_brings_its_own_kernel(library: Library) -> None:
    s = _made(library)
    under = s.replace(calibration=s.calibration.replace(server="vllm"))
    links = s.calibration.links
    assert links is not None
    assert (links.engine("vllm"), links.engine("default")) == (links.vllm_graph, links.trtllm)
    assert _reduce_s(under, 64 * KIB, 8) != _reduce_s(s, 64 * KIB, 8)


def test_across_nodes_engines_have_the_library_alone(library: Library) -> None:
    served, trained = (_made(library, phase=phase, chips=16, tp=16) for phase in ("decode", "training"))
    assert _reduce_s(served, 64 * KIB, 16) == _reduce_s(trained, 64 * KIB, 16)


@pytest.mark.parametrize(("chip", "up", "out"), [("h100", 0.15, 0.02), ("trainium2", 0.0, 0.0), ("tpu-v5p", 0.0, 0.0)])
def test_what_hides_takes_cores_on_gpus_only(library: Library, chip: str, up: float, out: float) -> None:
    for chips, share in ((8, up), (1024, out)):
        tp = 1 if chips == 8 else 8
        s = make_scenario(library, chip=chip, workload="llama3-8b", phase="training", batch=4096, context=8192, chips=chips, tp=tp, zero=1)
        if chip != "h100":
            assert (s.calibration.collective_core_fraction_up, s.calibration.collective_core_fraction_out) == (0, 0)
        report = evaluate_study([s])
        free = evaluate_study([s.replace(calibration=s.calibration.replace(collective_core_fraction_up=0.0, collective_core_fraction_out=0.0))])
        row = ROW["dp_gradients"]
        time, shown, bare = (float(x[row, 0]) for x in (report.traffic.time_s, report.exposed_s, free.exposed_s))
        if chip == "h100":
            assert float(report.traffic.tier[row, 0]) == (1 if chips == 8 else 2)
        assert time > bare
        assert shown == pytest.approx(bare + share * (time - bare), rel=1e-9)
    assert np.all(lower([s.replace(efficiency="ideal")]).taken_up == 0)


def test_gradients_over_131072_gpus_take_little_longer_than_over_1024(library: Library) -> None:
    """Trees and halving: a flat ring over 16,384 nodes would wait for 0.4 s before the first byte."""
    s, size = _made(library, phase="training"), np.full(1, 256 * MIB)
    c = lower([s])
    few, many = (all_gather_s(c, group(c, np.full(1, n), np.full(1, 8.0)), size)[0] for n in (128.0, 16384.0))
    assert few < many < 1.2 * few
    short = all_reduce_s(c, group(c, np.full(1, 131072.0), np.ones(1)), np.full(1, 8.0))[0]
    assert 1e-4 < short < 1e-3


def test_tiers_of_switches_add_steps_and_narrow_what_everybody_exchanges(library: Library) -> None:
    s = _made(library, phase="training")
    out = s.fabric.scale_out.replace(radix=64, oversubscription=7.0, tier_latency_s=1e-6)
    deep = s.replace(fabric=s.fabric.replace(scale_out=out))
    flat_c, deep_c, size = lower([s]), lower([deep]), np.full(1, 64 * MIB)

    def both(ranks: float, act: str) -> tuple[float, float]:
        run = {"gather": all_gather_s, "exchange": all_to_all_s}[act]
        return tuple(float(run(c, group(c, np.full(1, ranks), np.ones(1)), size)[0]) for c in (flat_c, deep_c))  # type: ignore[return-value]

    for act in ("gather", "exchange"):
        flat, tiers = both(64.0, act)
        assert flat == tiers  # one switch holds them
    flat, tiers = both(256.0, "gather")  # a ring of 8 servers a switch leaves it once: one more microsecond a step
    assert tiers - flat == pytest.approx(5e-6, rel=1e-6)
    flat, tiers = both(256.0, "exchange")
    leaving = 64 * MIB * 248 / 256
    o = s.calibration.outer
    stretched = leaving + np.sqrt(o.saturation_bytes * leaving)
    assert tiers - flat == pytest.approx(1e-6 + 6 * stretched / (50e9 * o.efficiency_fraction), rel=1e-6)
    ideal = deep.replace(efficiency="ideal")
    c = lower([ideal])
    assert float(send_s(c, np.full(1, 2048.0), size)[0]) == pytest.approx(49 * 64 * MIB / 50e9)


def test_the_latency_of_a_link_counts_beside_what_was_fitted(library: Library) -> None:
    for chip, kind in (("h100", "decode"), ("h100", "training"), ("trainium2", "decode"), ("tpu-v5e", "decode")):
        s = _made(library, chip=chip, phase=kind)
        up = s.fabric.scale_up
        slow = s.replace(fabric=s.fabric.replace(scale_up=up.replace(link_latency_s=up.link_latency_s + 1e-5)))
        assert _reduce_s(slow, 8 * KIB, 8) > _reduce_s(s, 8 * KIB, 8) + 5e-6, chip


def test_every_protocol_in_turn_makes_the_curve_go_up(library: Library) -> None:
    """Chip by chip, all group sizes of a server and all message sizes: no dip where the library changes protocol."""
    sizes = np.geomspace(512.0, 2.0**34, 600)
    for chip in ("a100-80gb", "h100", "h200", "b200", "b300", "gb200", "gb300", "l40s", "rtx-pro-6000-server", "trainium2"):
        c = lower([_made(library, chip=chip, phase="training")])
        for ranks in (2.0, 3.0, 4.0, 8.0):
            tier = group(c, np.full(1, ranks), np.ones(1))
            gather, reduce = all_gather_s(c, tier, sizes), all_reduce_s(c, tier, sizes)
            assert np.all(np.diff(gather) >= 0), (chip, ranks)
            assert np.all(np.diff(reduce) >= 0), (chip, ranks)
            assert np.all((reduce >= gather) & (reduce <= 2.05 * gather)), (chip, ranks)


def test_a_collective_of_racks_leaves_them_by_a_few_ports(library: Library) -> None:
    s, size = _made(library, chip="gb200", phase="training"), np.full(1, 64.0 * 2**30)
    ports = s.calibration.outer.ports
    assert ports is not None
    assert ports < 72
    c = lower([s])
    whole = float(all_reduce_s(c, group(c, np.full(1, 1440.0), np.ones(1)), size)[0])
    rate = 50e9 * s.calibration.outer.efficiency_fraction
    assert whole == pytest.approx(2 * 19 / 20 * size[0] / (ports * rate), rel=0.1)
    # One chip of each of 20 racks: 72 such groups travel at once, each through its own port.
    one = float(all_reduce_s(c, group(c, np.full(1, 20.0), np.full(1, 72.0)), size)[0])
    assert one == pytest.approx(2 * 19 / 20 * size[0] / rate, rel=0.1)
