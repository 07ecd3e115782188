"""Roofs are the datasheet, exactly; no point stands above its roof, at any level."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.charts import CHARTS, scene
from explorer.evaluate.operators import OPERATORS
from explorer.library import Library, make_scenario
from explorer.specs import Study

LEVELS = ("roofline", "roofline-sram", "roofline-link")


def _rates(study: Study, i: int) -> dict[str, float]:
    s = study.scenarios[i]
    return {
        "roofline": s.chip.hbm_bytes_per_s,
        "roofline-sram": s.chip.sram_bytes_per_s,
        "roofline-link": s.fabric.scale_up.link_bytes_per_s_per_direction,
    }


@pytest.mark.parametrize("name", LEVELS)
def test_vertices(study: Study, name: str) -> None:
    chart = CHARTS[name](scene(study))
    assert chart.x.range is not None
    for i, s in enumerate(study.scenarios):
        roof = next(x for x in chart.series if x.key == f"roof-{i}")
        peak = s.chip.peak_bf16_flop_per_s * s.chip.array_fraction.get("bf16", 1.0)
        rate = _rates(study, i)[name]
        assert roof.role == "roof"
        assert roof.x.tolist() == [chart.x.range[0], peak / rate, chart.x.range[1]]
        assert roof.y == pytest.approx([chart.x.range[0] * rate, peak, peak], rel=1e-15)


@pytest.mark.parametrize("precision", ["bf16", "fp8", "w=fp8,a=bf16,kv=fp8", "w=fp32,a=bf16,kv=bf16"])
@pytest.mark.parametrize("phase", ["decode", "prefill", "training"])
@pytest.mark.parametrize("efficiency", ["ideal", "calibrated"])
def test_no_point_above_its_roof(library: Library, efficiency: str, phase: str, precision: str) -> None:
    found = tuple(
        make_scenario(
            library, chip=chip, workload="llama3-70b", phase=phase, batch=64, context=2048, chips=32, tp=8, pp=2, precision=precision,
            efficiency=efficiency,
        )
        for chip in ("trainium2", "trainium3", "b200", "h100")
    )  # fmt: skip
    study = Study(scenarios=found)
    drawn = scene(study)
    for name in LEVELS:
        chart = CHARTS[name](drawn)
        for i in range(len(found)):
            points, roof = (next(x for x in chart.series if x.key == f"{kind}-{i}") for kind in ("points", "roof"))
            assert len(points.x) > 1
            top = np.minimum(points.x * _rates(study, i)[name], roof.y.max())
            assert np.all(points.y <= top * (1 + 1e-9)), (name, points.tips[int(np.argmax(points.y / top))])


def test_a_point_is_its_flop_over_its_bytes_and_time(study: Study) -> None:
    drawn = scene(study)
    chart, table = CHARTS["roofline"](drawn), drawn.report.operators
    points = next(x for x in chart.series if x.key == "points-0")
    assert points.labels
    labels = list(OPERATORS.values())
    for label, x, y, tip in zip(points.labels, points.x, points.y, points.tips, strict=True):
        k = labels.index(label)
        assert x == table.flop[k, 0] / table.hbm_bytes[k, 0]
        assert y == table.flop[k, 0] / table.time_s[k, 0]
        assert tip.startswith(f"{label} · Trainium2")
        assert "-bound, " in tip


def test_only_the_active_scenario_is_labelled(study: Study) -> None:
    for active in range(3):
        chart = CHARTS["roofline"](scene(study.replace(active=active)))
        assert [bool(s.labels) for s in chart.series if s.role == "points"] == [i == active for i in range(3)]


def test_more_sram_moves_large_matmuls_to_the_right(library: Library) -> None:
    """Prefill tiles grow with the SRAM, so the HBM is read less: the same FLOP at a higher intensity."""
    base = make_scenario(library, chip="trainium2", workload="llama3-70b", phase="prefill", batch=8, context=8192, chips=4)
    sizes = (8 * 2**20, 224 * 2**20)
    study = Study(scenarios=tuple(base.replace(chip=base.chip.replace(sram_bytes=float(s))) for s in sizes))
    chart = CHARTS["roofline"](scene(study))
    small, large = (next(x for x in chart.series if x.key == f"points-{i}") for i in range(2))
    gate = small.labels.index("FFN gate+up")
    assert large.x[gate] > 1.5 * small.x[gate]
