"""Every chart and the table, for studies of all kinds: finite, consistent, and honest about what cannot be drawn."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.charts import CHARTS, Chart, comparison, scene
from explorer.charts.model import MARKS
from explorer.errors import ExplorerError
from explorer.evaluate import TIME_PARTS
from explorer.library import Library, make_scenario
from explorer.specs import Scenario, Study

CASES = (
    "default", "ideal", "six", "cannot be", "one of two", "one chip", "no fit", "training", "prefill", "pipeline", "no price",
    "no format",
)  # fmt: skip


SEEN = ("points", "line", "ghost", "cells", "spread", *MARKS)


def _make(library: Library, chip: str, **more: object) -> Scenario:
    plan = {"workload": "llama3-70b", "phase": "decode", "batch": 32, "context": 4096, "chips": 16} | more
    return make_scenario(library, chip=chip, **plan)  # type: ignore[arg-type]


def study_of(library: Library, study: Study, case: str) -> Study:
    """The study of one case."""
    trio = study.scenarios
    broken = [s.replace(plan=s.plan.replace(chips=24, tp=7)) for s in trio]
    alone = [_make(library, c, workload="llama3-8b", chips=1, batch=1) for c in ("trainium2", "b200")]
    found: dict[str, list[Scenario]] = {
        "default": list(trio),
        "ideal": [s.replace(efficiency="ideal") for s in trio],
        "six": [*trio, *(s.replace(efficiency="ideal") for s in trio)],
        "cannot be": broken,
        "one of two": [trio[0], broken[1]],
        "one chip": alone,
        "no fit": [_make(library, c, workload="llama3.1-405b", chips=2) for c in ("trainium2", "b200")],
        "training": [_make(library, c, phase="training", batch=64, tp=8, pp=2) for c in ("trainium2", "h100")],
        "prefill": [_make(library, c, phase="prefill", batch=4) for c in ("trainium3", "b200")],
        "pipeline": [_make(library, "h100", tp=1, pp=16), _make(library, "b200", tp=8, pp=2)],
        "no price": [trio[0].replace(offer=None), trio[2]],
        "no format": [_make(library, "trainium2", precision="fp4"), trio[2]],
    }
    return study.replace(scenarios=tuple(found[case]))


def _arrays(chart: Chart) -> list[float]:
    numbers = [v for s in chart.series for v in (*s.x, *s.y)]
    numbers += [seg.value for b in chart.bars for seg in b.segments]
    numbers += [m.value for m in chart.marks]
    for axis in (chart.x, chart.y):
        numbers += [] if axis is None or axis.range is None else list(axis.range)
    return [float(v) for v in numbers]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", list(CHARTS))
def test_chart(library: Library, study: Study, name: str, case: str) -> None:
    drawn = scene(study_of(library, study, case), {"study": "x"})
    chart = CHARTS[name](drawn)
    assert chart.key == name
    assert chart.metadata == {"study": "x"}
    assert np.all(np.isfinite(_arrays(chart)))
    assert chart.note.startswith("Sources: ")
    for axis in (chart.x, chart.y):
        if axis is not None and axis.range is not None:
            assert axis.range[0] < axis.range[1]
            assert axis.scale == "linear" or axis.range[0] > 0
    for series in chart.series:
        assert len(series.x) == len(series.y)
        assert len(series.tips) in (0, len(series.x))
        assert len(series.labels) in (0, len(series.x))
        assert 0 <= series.slot < len(drawn.study.scenarios) or name == "algorithms"  # a hue an algorithm
        assert chart.x.scale == "linear" or np.all(series.x > 0)
        assert chart.y is None or chart.y.scale == "linear" or np.all(series.y > 0)
    words = "\n".join([chart.title, chart.subtitle, chart.summary, chart.note, chart.empty, *(t for s in chart.series for t in s.tips)])
    assert "nan" not in words.lower()
    assert "inf " not in words
    assert bool(chart.empty) == (not chart.bars and not any(len(s.x) and s.role in SEEN for s in chart.series))


@pytest.mark.parametrize("case", CASES)
def test_points_stand_inside_the_axes(library: Library, study: Study, case: str) -> None:
    drawn = scene(study_of(library, study, case))
    for name in ("roofline", "roofline-sram", "roofline-link", "interconnect"):
        chart = CHARTS[name](drawn)
        assert chart.x.range is not None
        assert chart.y is not None
        assert chart.y.range is not None
        for series in chart.series:
            assert np.all((series.x >= chart.x.range[0] * (1 - 1e-12)) & (series.x <= chart.x.range[1] * (1 + 1e-12)))
            # A roof may leave the picture at its lower left corner, where no operator is.
            assert np.all(series.y <= chart.y.range[1])
            assert series.role == "roof" or np.all(series.y >= chart.y.range[0])


def test_bars_of_memory_and_time(library: Library, study: Study) -> None:
    for case in CASES:
        drawn = scene(study_of(library, study, case))
        for i, bar in enumerate(CHARTS["memory"](drawn).bars):
            total, capacity = drawn.report.value("memory_total_bytes", i), drawn.study.scenarios[i].chip.hbm_bytes
            assert bar.total == pytest.approx(total)
            assert bar.limit == capacity
            assert (bar.severity == "bad") == (bar.total > capacity)
            assert ("short by" in bar.note) == (bar.total > capacity)
        for i, bar in enumerate(CHARTS["time"](drawn).bars):
            step = drawn.report.value("step_s", i)
            if step is None:
                assert bar.end_label == "cannot be"
                assert bar.segments == ()
                continue
            assert bar.total == pytest.approx(step)
            assert {s.part for s in bar.segments} <= set(TIME_PARTS)
            if bar.low is not None and bar.high is not None:
                assert bar.low <= step <= bar.high


def test_one_chip_says_why_nothing_is_drawn(library: Library, study: Study) -> None:
    drawn = scene(study_of(library, study, "one chip"))
    assert "nothing to send" in CHARTS["interconnect"](drawn).empty
    assert "tensor parallel is 1" in CHARTS["roofline-link"](drawn).empty
    assert not CHARTS["roofline"](drawn).empty


def test_this_step_lies_on_its_curve(study: Study) -> None:
    chart = CHARTS["interconnect"](scene(study))
    for i in range(3):
        curve, here = (next(s for s in chart.series if s.key == f"{kind}-{i}") for kind in ("curve", "here"))
        at = np.exp(np.interp(np.log(here.x[0]), np.log(curve.x), np.log(curve.y)))
        assert here.y[0] == pytest.approx(at, rel=0.02)
        assert np.all(np.diff(curve.y) >= 0)


def test_notes_name_their_sources(study: Study) -> None:
    note = CHARTS["roofline"](scene(study)).note
    for s in study.scenarios[:2]:
        cited = s.chip.sources["hbm_bytes_per_s"].ref
        assert s.chip.name in note
        assert cited.split()[0] in note
    assert "Efficiency: calibrated" in note
    assert study.data_version in note
    both = study.with_scenario(0, study.scenarios[0].replace(efficiency="ideal"))
    assert "Efficiency: calibrated and ideal" in CHARTS["time"](scene(both)).note


def test_unknown_chart() -> None:
    from explorer.charts import chart

    with pytest.raises(ExplorerError, match="roofline"):
        chart("rooflne", None)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", CASES)
def test_table(library: Library, study: Study, case: str) -> None:
    table = comparison(scene(study_of(library, study, case)))
    assert len(table.rows) == len(table.row_labels) == len(table.row_slots)
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert len(set(table.row_labels)) == len(table.row_labels)
    for row in table.rows:
        for cell in row:
            assert cell.text
            assert "nan" not in cell.text
            assert cell.value is None or isinstance(cell.value, str) or np.isfinite(cell.value)
