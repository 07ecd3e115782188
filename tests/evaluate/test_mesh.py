"""A full mesh: a group sees the links among its own chips, a message one of them."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.evaluate import Columns, lower
from explorer.evaluate.tiers import all_gather_s, all_reduce_s, all_to_all_s, group, send_s
from explorer.library import Library, make_scenario
from explorer.specs import Scenario

MIB = 1024.0**2


def _scenario(library: Library, kind: str, chip: str = "mi300x") -> Scenario:
    made = make_scenario(library, chip=chip, workload="llama3-70b", phase="decode", batch=1, context=1, chips=8)
    up = made.fabric.scale_up.replace(kind=kind, link_latency_s=0.0)
    return made.replace(fabric=made.fabric.replace(scale_up=up), efficiency="ideal")


def _columns(library: Library, kind: str) -> Columns:
    return lower([_scenario(library, kind)])


@pytest.mark.parametrize("chip", ["mi210", "mi300x", "mi325x", "mi355x", "gaudi3", "maia100"])
def test_these_are_meshes(library: Library, chip: str) -> None:
    assert library.fabric(library.chip(chip).fabrics[0]).scale_up.kind == "mesh"


@pytest.mark.parametrize(("ranks", "links"), [(2, 1), (4, 3), (8, 7)])
def test_a_group_uses_the_links_among_its_own(library: Library, ranks: int, links: int) -> None:
    """MI300X: 7 links of 64 GB/s. Each chip sends its part of the buffer to each of the others over their own link."""
    c = _columns(library, "mesh")
    tier = group(c, np.full(1, float(ranks)), np.ones(1))
    size = np.full(1, 64 * MIB)
    assert tier.rate_fraction == pytest.approx(links / 7)
    one_link = 64 * MIB / ranks / 64e9
    assert all_gather_s(c, tier, size) == pytest.approx(one_link, rel=1e-12)
    assert all_reduce_s(c, tier, size) == pytest.approx(2 * one_link, rel=1e-12)
    assert all_to_all_s(c, tier, size) == pytest.approx(one_link, rel=1e-12)


def test_strided_groups_see_their_own_links_too(library: Library) -> None:
    c = _columns(library, "mesh")
    tier = group(c, np.full(1, 4.0), np.full(1, 2.0))  # every second chip: 4 of the 8
    assert tier.inside == 4
    assert tier.rate_fraction == pytest.approx(3 / 7)
    crossing = group(c, np.full(1, 16.0), np.full(1, 2.0))  # 4 in each of 4 meshes
    assert (crossing.inside, crossing.outside) == (4, 4)
    assert crossing.rate_fraction == pytest.approx(3 / 7)


def test_a_message_takes_one_link(library: Library) -> None:
    size = np.full(1, 64 * MIB)
    assert send_s(_columns(library, "mesh"), np.ones(1), size) == pytest.approx(64 * MIB / 64e9, rel=1e-12)
    assert send_s(_columns(library, "switch"), np.ones(1), size) == pytest.approx(64 * MIB / 448e9, rel=1e-12)


def test_one_chip_sends_nothing(library: Library) -> None:
    c = _columns(library, "mesh")
    tier = group(c, np.ones(1), np.ones(1))
    for collective in (all_gather_s, all_reduce_s, all_to_all_s):
        assert collective(c, tier, np.full(1, MIB)) == 0
    alone = c.replace(domain=1.0)
    assert np.all(np.isfinite(all_gather_s(alone, group(alone, np.full(1, 8.0), np.ones(1)), np.full(1, MIB))))
