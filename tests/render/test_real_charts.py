"""Every chart of every study: no word cut off or covered at any size, and what stands in the SVG is the data."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import combinations

import numpy as np
import pytest
from real_studies import PAIRS, real_chart, scene_of, studies

from explorer.charts import Chart, comparison
from explorer.charts.axes import to_view
from explorer.charts.style import theme
from explorer.render import figure
from explorer.render.bars import draw_bars
from explorer.render.box import Box
from explorer.render.dress import dress
from explorer.render.figure import render_chart, settings
from explorer.render.grid import draw_table
from explorer.render.lines import draw_lines
from explorer.render.options import Options
from explorer.render.plate import Plot
from explorer.render.sheet import Sheet

SVG = "{http://www.w3.org/2000/svg}"
LOOKS = (("slide", "print"), ("slide", "projector"), ("single", "print"), ("double", "projector"), ("poster", "print"), ("1000x1400", "grey"))
SLACK = 0.5  # points
EXACT = 0.02  # points on a slide of 960


def sheet_for(size: str, look: str) -> Sheet:
    paper = Options(look, size).paper()
    return Sheet(theme(look), paper.width_in, paper.height_in)


def check(sheet: Sheet, what: tuple) -> None:
    assert sheet.texts
    for text, box in sheet.texts:
        inside = box.left >= 0 and box.top >= 0 and box.right <= sheet.wide and box.bottom <= sheet.high
        assert inside, (*what, text, box)
    for (one, a), (other, b) in combinations(sheet.texts, 2):
        beside = a.right <= b.left + SLACK or b.right <= a.left + SLACK
        assert beside or a.bottom <= b.top + SLACK or b.bottom <= a.top + SLACK, (*what, one, other)


@pytest.mark.parametrize(("study", "name"), PAIRS)
def test_no_word_is_cut_off_or_covers_another(study, name):
    for size, look in LOOKS:
        with settings():
            sheet = sheet_for(size, look)
            figure.draw(real_chart(study, name), sheet)
        check(sheet, (size, look))


@pytest.mark.parametrize("study", studies())
def test_no_word_of_the_comparison_is_cut_off_or_covers_another(study):
    for size, look in LOOKS:
        with settings():
            sheet = sheet_for(size, look)
            draw_table(comparison(scene_of(study)), sheet)
        check(sheet, (size, look))


def paths(chart: Chart) -> dict[str, np.ndarray]:
    """Vertices of every named line, (n, 2) in points of the page."""
    found = {}
    for group in ET.fromstring(render_chart(chart, "svg")).iter(f"{SVG}g"):
        path = group.find(f"{SVG}path")
        if path is not None and "id" in group.attrib:
            numbers = [float(v) for v in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", path.attrib["d"])]
            found[group.attrib["id"]] = np.array(numbers).reshape(-1, 2)
    return found


def scale(found: dict[str, np.ndarray], which: str, plot: Plot) -> tuple[float, float]:
    """Place of zero and points per unit, from the first and the last tick in the file; the others must agree."""
    column, ticks = (0, plot.x_ticks) if which == "x" else (1, plot.y_ticks)
    if len(ticks) == 1:  # a named axis of one place: its middle is the middle of the axes
        ends = found["axes"][:, column]
        return (float(ends.min()) + float(ends.max())) / 2, float(ends.max() - ends.min())
    places = [float(found[f"{which}-tick-{i}"][0, column]) for i in range(len(ticks))]
    per = (places[-1] - places[0]) / (ticks[-1].at - ticks[0].at)
    zero = places[0] - per * ticks[0].at
    assert places == pytest.approx([zero + per * t.at for t in ticks], abs=EXACT)
    return zero, per


AXES = [(s, n) for s, n in PAIRS if s != "hostile"]


@pytest.mark.parametrize(("study", "name"), AXES)
def test_what_stands_in_the_svg_is_the_data(study, name):
    chart = real_chart(study, name)
    if chart.empty or chart.drawing:
        return
    with settings():
        sheet = sheet_for("slide", "print")
        area = dress(chart.title, chart.subtitle, chart.context, chart.note, sheet)
        (_bars if chart.bars else _lines)(chart, sheet, area)


def _lines(chart: Chart, sheet: Sheet, area: Box) -> None:
    plot, found = draw_lines(chart, sheet, area), paths(chart)
    (x0, per_x), (y0, per_y) = scale(found, "x", plot), scale(found, "y", plot)
    seen = 0
    for series in chart.series:
        x, y = x0 + per_x * to_view(series.x, plot.x), y0 + per_y * to_view(series.y, plot.y)
        if series.role in ("line", "roof"):
            for a, b in zip(x, y, strict=True):
                if plot.holds(a, b):
                    assert np.abs(found[series.key] - (a, b)).max(axis=1).min() <= EXACT, (series.key, a, b)
                    seen += 1
        elif series.role == "points":
            for i, (a, b) in enumerate(zip(x, y, strict=True)):
                if np.isfinite((a, b)).all() and plot.holds(a, b):
                    shape = found[f"{series.key}-{i}"]
                    assert (shape[:, 0].min() + shape[:, 0].max()) / 2 == pytest.approx(a, abs=0.05)
                    assert shape[:, 1].min() < b < shape[:, 1].max()
                    seen += 1
        elif series.role == "cells":
            for i in np.flatnonzero(np.isfinite(series.shade)):
                shape = found[f"{series.key}-{i}"]
                assert (shape.min(axis=0) + shape.max(axis=0)) / 2 == pytest.approx((x[i], y[i]), abs=0.05)
                assert np.ptp(shape, axis=0) == pytest.approx(np.abs((per_x, per_y)) * series.size, abs=0.05)
                seen += 1
        elif series.role == "spread":
            for i, (a, b) in enumerate(zip(x[::2], x[1::2], strict=True)):
                shape = found[f"{series.key}-{i}"][:, 0]
                assert (shape.min(), shape.max()) == pytest.approx((min(a, b), max(a, b)), abs=0.05)
                seen += 1
    assert seen > 1


def _bars(chart: Chart, sheet: Sheet, area: Box) -> None:
    drawn, found = draw_bars(chart, sheet, area), paths(chart)
    places = {k: v[0, 0] for k, v in found.items() if k.startswith("x-tick-")}
    assert len(places) >= 2
    left = found["axes"][:, 0].min()
    per = (found["axes"][:, 0].max() - left) / drawn.top
    for i, bar in enumerate(chart.bars):
        end = 0.0
        for k, segment in enumerate(bar.segments):
            shape = found.get(f"bar-{i}-{k}-{segment.part}")
            if shape is None:
                assert min(end + segment.value, drawn.top) - min(end, drawn.top) <= 0, (bar.label, segment.label)
                continue
            ends = (shape[:, 0].min(), shape[:, 0].max())
            assert ends == pytest.approx([left + per * min(v, drawn.top) for v in (end, end + segment.value)], abs=EXACT)
            end += segment.value
        if bar.limit is not None:
            limit = found[f"limit-{i}"][:, 0]
            assert limit.max() - limit.min() == pytest.approx(per * min(bar.limit, drawn.top), abs=EXACT)
