"""Arrows from the baseline's operators to another scenario's, found again by their ids."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.charts import chart, roofline, scene
from explorer.charts.drawings import arrows
from explorer.charts.moves import between, moves
from explorer.specs import Study


def test_arrows_join_the_same_operator(study: Study) -> None:
    drawn = chart("roofline-change", scene(study.replace(active=2)))
    points = {s.slot: dict(zip(s.ids, zip(s.x, s.y, strict=True), strict=True)) for s in drawn.series if s.role == "points"}
    assert set(points) == {0, 2}
    found = [s for s in drawn.series if s.role == "arrows"]
    assert [s.slot for s in found] == [2]
    for k, name in enumerate(found[0].ids[::2]):
        assert (found[0].x[2 * k], found[0].y[2 * k]) == points[0][name]
        assert (found[0].x[2 * k + 1], found[0].y[2 * k + 1]) == points[2][name]
    assert len(found[0].ids) == 2 * len(points[0].keys() & points[2].keys())


def test_from_the_baseline_in_hand_they_go_to_all_others(study: Study) -> None:
    assert [s.slot for s in chart("roofline-change", scene(study)).series if s.role == "arrows"] == [1, 2]
    assert "B" in chart("roofline-change", scene(study.replace(baseline=None))).empty
    assert chart("roofline-change", scene(study.replace(scenarios=study.scenarios[:1]))).empty


def test_what_stands_still_has_no_arrow(study: Study) -> None:
    before = roofline(scene(study))
    assert moves(before, before) == ()
    faster = study.scenarios[0].replace(chip=study.scenarios[0].chip.replace(hbm_bytes_per_s=5e12))
    moved = moves(before, roofline(scene(study.with_scenario(0, faster))))
    assert [s.slot for s in moved] == [0]
    assert moves(before, roofline(scene(study), "sram")) == ()


def test_operators_that_one_side_lacks_are_left_out(study: Study) -> None:
    drawn = roofline(scene(study))
    one = next(s for s in drawn.series if s.key == "points-0")
    other = next(s for s in drawn.series if s.key == "points-2")
    from dataclasses import replace

    fewer = replace(one, x=one.x[1:], y=one.y[1:], ids=one.ids[1:])
    assert one.ids[0] not in between(fewer, other, "k").ids
    assert one.ids[0] in between(one, other, "k").ids


@pytest.mark.parametrize("to", [(100.0, 0.0), (0.0, -50.0), (3.0, 4.0)])
def test_heads_point_where_the_arrow_goes(to: tuple[float, float]) -> None:
    shafts, heads = arrows(np.array([(0.0, 0.0, *to)]), 8.0, 0.0)
    assert heads[0][0] == pytest.approx(to)
    foot = heads[0][1:].mean(axis=0)
    assert shafts[0][2:] == pytest.approx(foot)
    assert np.dot(heads[0][0] - foot, to) > 0
    assert np.dot(heads[0][1] - heads[0][2], to) == pytest.approx(0.0, abs=1e-9)


def test_nothing_points_nowhere() -> None:
    shafts, heads = arrows(np.array([(1.0, 1.0, 1.5, 1.0), (np.nan, 0.0, 5.0, 5.0)]), 8.0, 3.0)
    assert len(shafts) == len(heads) == 0
