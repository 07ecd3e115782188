"""Where things stand in a picture, read back from the SVG and from the sheet."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from itertools import combinations

import matplotlib
import numpy as np
import pytest
import render_samples as samples

from explorer.charts.model import Axis, Chart, Mark, Series
from explorer.charts.style import theme, theme_names
from explorer.render import figure
from explorer.render.figure import SIZES, render_chart
from explorer.render.sheet import Sheet

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "Trainium3 with a name that somebody made very long indeed, to see where it goes", "$x^2$ & <b>bold</b> \\frac{1}{2}",
    "日本語 \U0001f680\x07\n second line", "B200", "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "x",
)  # fmt: skip


def paths(chart: Chart) -> dict[str, list[tuple[float, float]]]:
    """Vertices of every named line, in points of the page."""
    root = ET.fromstring(render_chart(chart, "svg"))
    found = {}
    for group in root.iter(f"{SVG}g"):
        path = group.find(f"{SVG}path")
        if path is not None and "id" in group.attrib:
            numbers = [float(v) for v in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", path.attrib["d"])]
            found[group.attrib["id"]] = list(zip(numbers[::2], numbers[1::2], strict=True))
    return found


def drawn(chart: Chart, size: str = "slide", look: str = "print") -> Sheet:
    paper = SIZES[size]
    with matplotlib.rc_context(figure._SETTINGS):
        sheet = Sheet(theme(look), paper.width_in, paper.height_in)
        figure.draw(chart, sheet)
    return sheet


def test_decade_lines_and_vertices_stand_where_the_data_says():
    found = paths(samples.roofline())
    (left, _), (_, bottom), (right, _) = found["axes"]
    top = found["axes"][0][1]

    def x(value: float) -> float:
        return left + math.log10(value / 0.5) / math.log10(4000 / 0.5) * (right - left)

    def y(value: float) -> float:
        return bottom - math.log10(value / 1e12) / math.log10(5e3) * (bottom - top)

    assert [found[f"x-tick-{i}"][0][0] for i in range(4)] == pytest.approx([x(10.0**d) for d in range(4)], abs=0.01)
    assert [found[f"y-tick-{i}"][0][1] for i in range(4)] == pytest.approx([y(10.0**d) for d in range(12, 16)], abs=0.01)
    for series in (s for s in samples.roofline().series if s.role == "roof"):
        wanted = [(x(a), y(b)) for a, b in zip(series.x, series.y, strict=True)]
        assert np.array(found[series.key]) == pytest.approx(np.array(wanted), abs=0.01)
    assert "x-tick-4" not in found


def test_points_stand_on_their_data():
    found = paths(samples.roofline())
    (left, _), _, (right, _) = found["axes"]
    for i, intensity in enumerate(samples.INTENSITY):
        square = np.array(found[f"points-1-{i}"])  # the second scenario's marker is a square
        middle = (square[:, 0].min() + square[:, 0].max()) / 2
        wanted = left + math.log10(intensity / 0.5) / math.log10(8000) * (right - left)
        assert middle == pytest.approx(wanted, abs=0.02)


def test_bars_are_as_long_as_their_values():
    found = paths(samples.memory())
    ticks = [found[f"x-tick-{i}"][0][0] for i in range(4)]
    per_gib = (ticks[1] - ticks[0]) / 50
    assert ticks == pytest.approx([ticks[0] + 50 * per_gib * i for i in range(4)], abs=0.01)
    for bar, limit in enumerate((96, 144, 179)):
        xs = [p[0] for p in found[f"limit-{bar}"]]
        assert (max(xs) - min(xs)) / per_gib == pytest.approx(limit, rel=1e-3)
    pieces = [found["bar-2-0-weights"], found["bar-2-1-kv_cache"], found["bar-2-2-reserve"]]
    ends = [(min(p[0] for p in piece), max(p[0] for p in piece)) for piece in pieces]
    assert [(b - a) / per_gib for a, b in ends] == pytest.approx([120, 60, 18], rel=1e-3)
    assert [a for a, _ in ends[1:]] == pytest.approx([b for _, b in ends[:-1]], abs=0.01)
    over = [p[0] for p in found["over-2"]]
    assert (max(over) - min(over)) / per_gib == pytest.approx(19, rel=1e-2)
    assert "over-0" not in found


CHARTS = {
    "roofline": samples.roofline, "interconnect": samples.interconnect, "memory": samples.memory, "time": samples.step_time,
    "six hostile bars": lambda: samples.memory(names=HOSTILE, note=" · ".join(HOSTILE)),
    "six hostile lines": lambda: _hostile_lines(),
}  # fmt: skip


def _hostile_lines() -> Chart:
    series = tuple(
        Series(f"s{i}", n, i, "line", np.array([1.0, 9.0]), np.array([1e13, 1e14 * (i + 1)]), labels=("a $ b", ""))
        for i, n in enumerate(HOSTILE)
    )
    return Chart(
        "x", "$x$ & title " * 12, "why\n" * 60, Axis("across " * 20, "FLOP/B", "log"), Axis("up " * 40, "FLOP/s", "log"),
        series=series, marks=(Mark("x", 3.0, "mark " * 40), Mark("x", 99.0, "outside")), note=samples.NOTE * 9,
    )  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", CHARTS)
def test_no_word_is_cut_off_or_covers_another(name, size):
    for look in ("print", "projector"):
        sheet = drawn(CHARTS[name](), size, look)
        assert sheet.texts
        for text, box in sheet.texts:
            inside = box.left >= 0 and box.top >= 0 and box.right <= sheet.wide and box.bottom <= sheet.high
            assert inside, (look, text, box)
        for (one, a), (other, b) in combinations(sheet.texts, 2):
            apart = a.right <= b.left + 0.5 or b.right <= a.left + 0.5 or a.bottom <= b.top + 0.5 or b.bottom <= a.top + 0.5
            assert apart, (look, one, other)


def test_every_operator_is_named():
    for size in SIZES:
        said = " ".join(t for t, _ in drawn(samples.roofline(), size).texts)
        assert all(name in said for name in samples.OPERATORS)


def test_ticks_are_written_with_the_prefixes_of_the_axis():
    said = [t for t, _ in drawn(samples.interconnect()).texts]
    assert {"10 kB", "1 MB", "100 µs", "this step: 512 kB", "Time"} <= set(said)
    said = [t for t, _ in drawn(samples.roofline()).texts]
    assert {"1 T", "100 T", "1 P", "1,000", "Attainable (FLOP/s)"} <= set(said)
    assert "50 GiB" in [t for t, _ in drawn(samples.memory()).texts]


@pytest.mark.parametrize(
    ("chart", "words"),
    [
        (samples.roofline(series=(), empty="This plan cannot be"), "This plan cannot be"),
        (samples.roofline(series=()), "Nothing to draw"),
        (samples.roofline(series=(Series("a", "a", 0, "line", np.empty(0), np.empty(0)),)), "Nothing to draw"),
        (samples.roofline(series=(Series("a", "a", 0, "line", np.ones(2), np.array([math.nan, math.inf])),)), "Nothing to draw"),
    ],
)
def test_an_empty_chart_says_so(chart, words):
    assert words in [t for t, _ in drawn(chart).texts]
    assert render_chart(chart, "pdf")


def test_numbers_that_do_not_exist_leave_gaps_only():
    x = np.array([1.0, 10.0, 100.0, 0.0, -3.0])
    y = np.array([1e12, math.nan, 1e14, 1e13, math.inf])
    chart = samples.roofline(series=(Series("a", "a", 0, "line", x, y), Series("p", "a", 0, "points", x, y)))
    found = paths(chart)
    assert {"p-0", "p-2"} <= set(found)
    assert not {"p-1", "p-3", "p-4"} & set(found)


@pytest.mark.parametrize("look", theme_names())
def test_every_theme_is_drawn_in_its_colours(look):
    assert theme(look).card.lower().encode() in render_chart(samples.memory(), "svg", theme=look).lower()
