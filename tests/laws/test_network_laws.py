"""Laws of a group on the machine, over random scenarios."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from law_cases import law, scenarios

from explorer.evaluate import evaluate_study, lower
from explorer.evaluate.tiers import all_gather_s, all_reduce_s, all_to_all_s, group, send_s
from explorer.specs import Scenario

ROUNDING = 1 + 1e-9
SIZES = np.array([1.0, 4096.0, 2.0**20, 2.0**30])


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
