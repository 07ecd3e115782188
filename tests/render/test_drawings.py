"""Drawings, heat maps and tornados in files: marks where the data says, words that do not touch, the same at every size."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import combinations

import matplotlib
import numpy as np
import pytest

from explorer import charts
from explorer.charts import Chart
from explorer.charts.drawings import blend, cell_color, fitted
from explorer.charts.model import MARKS
from explorer.charts.style import theme, theme_names
from explorer.library import default_study, load_library
from explorer.render import figure
from explorer.render.figure import SIZES, render_chart
from explorer.render.sheet import Sheet

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("topology", "topology-dp", "radar", "heat-map", "sensitivity", "algorithms", "precision", "cost", "exposed")


@pytest.fixture(scope="module")
def scene() -> charts.Scene:
    study = default_study(load_library())
    return charts.scene(study.replace(active=2))


def _boxes(chart: Chart) -> dict[str, tuple[float, float]]:
    """Middle of every named box, in points of the page."""
    found = {}
    for group in ET.fromstring(render_chart(chart, "svg")).iter(f"{SVG}g"):
        path = group.find(f"{SVG}path")
        if path is not None and "id" in group.attrib:
            numbers = np.array([float(v) for v in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", path.attrib["d"])]).reshape(-1, 2)
            found[group.attrib["id"]] = tuple((numbers.min(axis=0) + numbers.max(axis=0)) / 2)
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("name", ["topology", "radar", "heat-map"])
def test_marks_stand_where_the_data_says(scene: charts.Scene, name: str) -> None:
    chart = charts.chart(name, scene)
    places, data = [], []
    found = _boxes(chart)
    for series in chart.series:
        if series.role in (*MARKS, "cells"):
            for i, at in enumerate(zip(series.x, series.y, strict=True)):
                if f"{series.key}-{i}" in found:
                    places.append(found[f"{series.key}-{i}"])
                    data.append(at)
    assert len(places) > 8
    for axis, way in ((0, 1), (1, -1)):  # the page counts downwards
        slope, start = np.polyfit([d[axis] for d in data], [p[axis] for p in places], 1)
        assert slope * way > 0
        assert [slope * d[axis] + start for d in data] == pytest.approx([p[axis] for p in places], abs=0.05)


def test_colour_of_a_cell_follows_its_value(scene: charts.Scene) -> None:
    chart = charts.chart("heat-map", scene)
    cells = next(s for s in chart.series if s.role == "cells")
    text = render_chart(chart, "svg").decode()
    assert cells.shade is not None
    k = int(np.nanargmax(cells.shade))
    assert f"fill: {cell_color(theme('print'), 1.0, 2)}" in re.search(rf'id="cells-{k}".*?</g>', text, re.DOTALL)[0]  # type: ignore[index]
    assert 'id="cells-' in text
    assert text.count('id="cells-') == int(np.isfinite(cells.shade).sum())
    assert blend("#000000", "#ffffff", 0.5) == "#808080"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("look", theme_names())
def test_words_do_not_touch(scene: charts.Scene, name: str, size: str, look: str) -> None:
    paper = SIZES[size]
    with matplotlib.rc_context(figure._SETTINGS):
        sheet = Sheet(theme(look), paper.width_in, paper.height_in)
        figure.draw(charts.chart(name, scene), sheet)
    for text, box in sheet.texts:
        assert box.left >= -0.5, text
        assert box.right <= sheet.wide + 0.5, text
    for (one, a), (other, b) in combinations(sheet.texts, 2):
        apart = a.right <= b.left + 0.5 or b.right <= a.left + 0.5 or a.bottom <= b.top + 0.5 or b.bottom <= a.top + 0.5
        assert apart, (one, other)


def test_a_drawing_is_stretched_only_a_little() -> None:
    for room in ((100.0, 900.0), (900.0, 100.0), (400.0, 300.0)):
        wide, high = fitted((4.0, 3.0), room)
        assert wide <= room[0] + 1e-9
        assert high <= room[1] + 1e-9
        assert 1 / 1.36 < (wide / 4) / (high / 3) < 1.36


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_same_bytes_twice(scene: charts.Scene, kind: str) -> None:
    chart = charts.chart("topology", scene)
    assert render_chart(chart, kind) == render_chart(charts.chart("topology", scene), kind)  # type: ignore[arg-type]
