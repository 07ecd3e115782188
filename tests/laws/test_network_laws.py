"""Laws of a group on the machine, over random scenarios."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from law_cases import LIBRARY, law, scenarios

from explorer.evaluate import Columns, evaluate_study, lower
from explorer.evaluate.tiers import (
    all_gather_s,
    all_reduce_s,
    all_to_all_s,
    gather_and_reduce_s,
    group,
    reduce_scatter_s,
    send_s,
)
from explorer.specs import Calibration, Scenario

ROUNDING = 1 + 1e-9
SIZES = np.geomspace(1.0, 2.0**34, 69)  # two an octave: nothing hides between protocols
RANKS = (1, 2, 3, 4, 5, 8, 9, 16, 31, 64, 72, 100, 144, 1000, 4096, 16384, 131072)
STRIDES = (1, 2, 3, 8, 16, 64, 1024)
FABRICS = tuple(sorted(LIBRARY.fabrics))
Found = dict[str, Any]


@st.composite
def machines(draw: st.DrawFn) -> Scenario:
    """Any chip's losses on any fabric: rates, latencies and domains as shipped or far off, with and without tiers of switches."""
    made = draw(scenarios(efficiency="calibrated"))
    fabric = LIBRARY.fabric(draw(st.sampled_from(FABRICS)))
    up, out = fabric.scale_up, fabric.scale_out
    up = up.replace(
        link_bytes_per_s_per_direction=up.link_bytes_per_s_per_direction * draw(st.sampled_from((1.0, 1.0, 1e-4, 0.1, 30.0))),
        link_latency_s=draw(st.sampled_from((up.link_latency_s, 0.0, 1e-4))),
    )  # fmt: skip
    if up.kind == "switch":
        up = up.replace(domain=draw(st.sampled_from((up.domain, 1, 3, 576, 200_000))), in_network_reduction=draw(st.booleans()))
    out = out.replace(bytes_per_s_per_direction=out.bytes_per_s_per_direction * draw(st.sampled_from((1.0, 1.0, 1e-3, 20.0))))
    if draw(st.booleans()):
        out = out.replace(radix=draw(st.sampled_from((2, 16, 64, 3072))), oversubscription=draw(st.sampled_from((1.0, 2.0, 7.0))), tier_latency_s=1e-6)
    return made.replace(fabric=fabric.replace(scale_up=up, scale_out=out), calibration=draw(_losses(made.calibration)))


@st.composite
def _losses(draw: st.DrawFn, calibration: Calibration) -> Calibration:
    """As shipped, or a library whose protocols attain anything, whatever its table says of them."""
    links = calibration.links
    if links is None or links.ring is None or draw(st.booleans()):
        return calibration
    share = st.sampled_from((0.02, 0.4, 0.7, 1.0))
    ring = links.ring.replace(
        quick_fraction=draw(share), wide_fraction=draw(share), bulk_fraction=draw(share), bulk_step_s=draw(st.sampled_from((0.0, 1e-5))),
        own_bytes_per_s=draw(st.sampled_from((1e9, 1e15))),
    )  # fmt: skip
    return calibration.replace(links=links.replace(ring=ring))


def _times(scenario: Scenario, ranks: int, stride: int, **changed: float) -> Found:
    """All collectives of a group, at all sizes."""
    c = lower([scenario]).replace(**changed)
    tier = group(c, np.full(1, float(ranks)), np.full(1, float(stride)))
    gather, reduce = gather_and_reduce_s(c, tier, SIZES)
    return {
        "all-gather": gather, "all-reduce": reduce, "reduce-scatter": reduce_scatter_s(c, tier, SIZES),
        "all-to-all": all_to_all_s(c, tier, SIZES), "send": send_s(c, np.full(1, float(stride)), SIZES),
    }  # fmt: skip


@law
@given(machines(), st.sampled_from(RANKS), st.sampled_from(STRIDES))
def test_nothing_calibrated_beats_the_ideal(scenario: Scenario, ranks: int, stride: int) -> None:
    """Whatever the chip, its fabric, the group (up to 131,072 ranks) and the size; all of it finite."""
    found, bound = _times(scenario, ranks, stride), _times(scenario.replace(efficiency="ideal"), ranks, stride)
    for name, time in found.items():
        assert np.all(np.isfinite(time)), name
        assert np.all(time >= bound[name] / ROUNDING), name
        assert np.all(bound[name] >= 0), name


@law
@given(machines(), st.sampled_from(RANKS), st.sampled_from(STRIDES), st.sampled_from(("calibrated", "ideal")))
def test_longer_messages_and_slower_links_never_help(scenario: Scenario, ranks: int, stride: int, efficiency: str) -> None:
    scenario = scenario.replace(efficiency=efficiency)
    found = _times(scenario, ranks, stride)
    for name, time in found.items():
        assert np.all(np.diff(time) >= 0), name
    c = lower([scenario])
    for column in ("link_bytes_per_s", "out_bytes_per_s"):
        slower = _times(scenario, ranks, stride, **{column: float(getattr(c, column)[0]) / 3})
        for name, time in slower.items():
            assert np.all(time >= found[name] / ROUNDING), (column, name)


@law
@given(machines(), st.sampled_from(STRIDES), st.sampled_from(("calibrated", "ideal")))
def test_one_rank_has_no_collective(scenario: Scenario, stride: int, efficiency: str) -> None:
    found = _times(scenario.replace(efficiency=efficiency), 1, stride)
    assert all(np.all(time == 0) for name, time in found.items() if name != "send")


@law
@given(machines(), st.sampled_from(RANKS), st.sampled_from(STRIDES), st.sampled_from(("calibrated", "ideal")))
def test_an_all_reduce_lies_between_its_halves_and_their_sum(scenario: Scenario, ranks: int, stride: int, efficiency: str) -> None:
    """What a call costs once (a launch, waking channels, the first chunk's way) keeps it below the sum."""
    found = _times(scenario.replace(efficiency=efficiency), ranks, stride)
    gather, scatter, reduce = (found[name] for name in ("all-gather", "reduce-scatter", "all-reduce"))
    assert np.all(reduce >= gather / ROUNDING)
    assert np.all(reduce <= (gather + scatter) * ROUNDING)


@law
@given(machines(), st.sampled_from(RANKS), st.sampled_from(STRIDES))
def test_oversubscribed_and_further_switches_never_help(scenario: Scenario, ranks: int, stride: int) -> None:
    out = scenario.fabric.scale_out.replace(radix=None, oversubscription=None, tier_latency_s=None)
    flat = _times(scenario.replace(fabric=scenario.fabric.replace(scale_out=out)), ranks, stride)
    tiers = out.replace(radix=64, oversubscription=4.0, tier_latency_s=1e-6)
    deep = _times(scenario.replace(fabric=scenario.fabric.replace(scale_out=tiers)), ranks, stride)
    for name, time in deep.items():
        assert np.all(time >= flat[name] / ROUNDING), name


@law
@given(st.lists(machines(), min_size=2, max_size=4), st.sampled_from(RANKS), st.sampled_from(STRIDES))
def test_a_machine_among_others_equals_the_machine_alone(several: list[Scenario], ranks: int, stride: int) -> None:
    several = [s.replace(efficiency="ideal") if i % 2 else s for i, s in enumerate(several)]
    c, size = lower(several), np.full(1, 2.0**22)
    together = _at(c, ranks, stride, size)
    for i, scenario in enumerate(several):
        alone = _at(lower([scenario]), ranks, stride, size)
        assert [t[i] for t in together] == [t[0] for t in alone]


def _at(c: Columns, ranks: int, stride: int, size: Any) -> list[Any]:
    tier = group(c, np.full(1, float(ranks)), np.full(1, float(stride)))
    times = [*gather_and_reduce_s(c, tier, size), reduce_scatter_s(c, tier, size), all_to_all_s(c, tier, size)]
    return [np.broadcast_to(t, (c.width,)) for t in (*times, send_s(c, np.full(1, float(stride)), size))]


def _as(scenario: Scenario, kind: str) -> Scenario:
    """On a switch or on a mesh of the same chips and rates; a torus keeps its size and total rate."""
    up = scenario.fabric.scale_up.replace(kind=kind, axes=(), axis_share=(), in_network_reduction=False)
    return scenario.replace(fabric=scenario.fabric.replace(scale_up=up))


@law
@given(scenarios(), st.sampled_from((1, 2, 3, 4, 8, 16, 64)), st.sampled_from((1, 2, 8)))
def test_a_mesh_is_no_faster_than_a_switch_of_the_same_rate(scenario: Scenario, ranks: int, stride: int) -> None:
    times = {}
    for kind in ("mesh", "switch"):
        c = lower([_as(scenario, kind)])
        tier = group(c, np.full(1, float(ranks)), np.full(1, float(stride)))
        times[kind] = [f(c, tier, SIZES) for f in (all_gather_s, all_reduce_s, all_to_all_s)]
        times[kind].append(send_s(c, np.full(1, float(stride)), SIZES))
        whole = group(c, c.domain, np.ones(1))
        times[f"{kind} whole"] = [f(c, whole, SIZES) for f in (all_gather_s, all_reduce_s, all_to_all_s)]
    for mesh, switch in zip(times["mesh"], times["switch"], strict=True):
        assert np.all(mesh >= switch / ROUNDING)
    for mesh, switch in zip(times["mesh whole"], times["switch whole"], strict=True):
        if scenario.fabric.scale_up.domain > 1:
            assert mesh == pytest.approx(switch, rel=1e-12)  # nothing idles when all chips take part


@law
@given(scenarios())
def test_a_step_on_a_mesh_is_no_faster_than_on_a_switch(scenario: Scenario) -> None:
    report = evaluate_study([_as(scenario, "mesh"), _as(scenario, "switch")])
    if report.valid_plan[0]:
        mesh, switch = report.columns.full(report.values["step_s"])
        assert mesh >= switch / ROUNDING


@law
@given(scenarios(), st.sampled_from(("mesh", "switch")))
def test_more_bytes_take_no_less_time(scenario: Scenario, kind: str) -> None:
    c = lower([_as(scenario, kind)])
    tier = group(c, c.tp, np.ones(1))
    for collective in (all_gather_s, all_reduce_s, all_to_all_s):
        assert np.all(np.diff(collective(c, tier, SIZES)) >= 0)
