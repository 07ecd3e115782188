"""Measured points over the roofline: a series of their own, held against the roof of the chip that they name."""

from __future__ import annotations

import numpy as np
import pytest

from explorer import charts
from explorer.charts.overlaid import KEY, scenario_of
from explorer.charts.style import NEUTRAL
from explorer.library import default_study, load_library
from explorer.specs import MeasuredPoint, Study

STUDY = default_study(load_library())


def study(*points: MeasuredPoint, **changes: object) -> Study:
    return STUDY.replace(measured=points, **changes)


def point(name: str = "k", x: float = 0.01, y: float = 1e10, chip: str = "", note: str = "") -> MeasuredPoint:
    return MeasuredPoint(name=name, flop_per_byte=x, flop_per_s=y, chip=chip, note=note)


def test_points_are_a_series_that_belongs_to_no_scenario() -> None:
    chart = charts.chart("roofline", charts.scene(study(point("a", 3.0, 2e12), point("b", 5000.0, 4e16))))
    found = next(s for s in chart.series if s.key == KEY)
    assert (found.role, found.slot, found.label) == ("points", NEUTRAL, "Measured")
    assert found.x.tolist() == [3.0, 5000.0]
    assert found.y.tolist() == [2e12, 4e16]
    assert found.labels == ("a", "b")
    assert chart.x.range is not None
    assert chart.y is not None
    assert chart.y.range is not None
    assert chart.x.range[1] > 5000
    assert chart.y.range[1] > 4e16
    assert "2 measured points" in chart.summary


def test_without_points_and_at_other_levels_nothing_changes() -> None:
    bare = charts.chart("roofline", charts.scene(STUDY))
    assert KEY not in {s.key for s in bare.series}
    for name in ("roofline-sram", "roofline-link"):
        one, other = (charts.chart(name, charts.scene(s)) for s in (STUDY, study(point())))
        assert [s.key for s in one.series] == [s.key for s in other.series]
        assert one.x == other.x


@pytest.mark.parametrize("chip", ["b200", "B200", " b-200 "])
def test_a_point_is_held_against_the_chip_that_it_names(chip: str) -> None:
    assert scenario_of(STUDY, point(chip=chip)) == 2
    chart = charts.chart("roofline", charts.scene(study(point(chip=chip, x=1.0, y=4e12, note="warm"))))
    tip = next(s for s in chart.series if s.key == KEY).tips[0]
    slope = STUDY.scenarios[2].chip.hbm_bytes_per_s
    assert tip.splitlines() == [f"k · measured on {chip.strip()}" if chip == chip.strip() else f"k · measured on {chip}", "1 FLOP/B · 4 TFLOP/s", f"{4e12 / slope:.0%} of the roof of B200", "warm"]


def test_any_other_point_is_held_against_the_scenario_in_hand() -> None:
    for active in range(3):
        assert scenario_of(STUDY.replace(active=active), point(chip="h100")) == active
    same = STUDY.replace(scenarios=(STUDY.scenarios[2], *STUDY.scenarios[1:]), active=2)
    assert scenario_of(same, point(chip="b200")) == 2


def test_many_points_carry_no_labels() -> None:
    chart = charts.chart("roofline", charts.scene(study(*(point(f"k{i}", float(i + 1)) for i in range(9)))))
    found = next(s for s in chart.series if s.key == KEY)
    assert found.labels == ()
    assert np.all(np.isfinite(found.x))
