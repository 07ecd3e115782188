"""Sizes by name, in pixels and as lengths; other words; no ground."""

from __future__ import annotations

import re
import struct
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import render_samples as samples
from matplotlib.image import imread

from explorer.charts.wording import AS_IT_IS, Wording, worded, worded_table
from explorer.errors import ExplorerError
from explorer.render.files import chart_bytes, table_bytes
from explorer.render.options import SIZES, Options, size_of


def chunk(png: bytes, kind: bytes) -> bytes:
    at = png.index(kind)
    return png[at + 4 : at + 4 + int.from_bytes(png[at - 4 : at], "big")]


def pixels(png: bytes) -> tuple[int, int]:
    wide, high = struct.unpack(">II", chunk(png, b"IHDR")[:8])
    return wide, high


@pytest.mark.parametrize("wide", [320, 334, 1001, 1280, 1600, 1919, 2560])
@pytest.mark.parametrize("dpi", [None, 72, 96, 110, 119])
def test_pixels_are_those_that_were_asked_for(wide, dpi):
    """As matplotlib counts them: whole pixels of the inches times the dots."""
    high = wide * 9 // 16
    found = size_of(f"{wide}x{high}", dpi)
    assert (int(found.width_in * found.dpi), int(found.height_in * found.dpi)) == (wide, high)
    assert found.dpi == (dpi or (144 if wide > 700 else high * 2 // 5))


@pytest.mark.parametrize(
    ("size", "dpi", "expected", "per_metre"),
    [
        ("1600x900", 300, (1600, 900), 11811), ("777x555", None, (777, 555), 5669), ("slide", None, (1920, 1080), 5669),
        ("single", 300, (1020, 870), 11811), ("90x60mm", None, (1062, 708), 11811), ("3x2in", 96, (288, 192), 3780),
    ],
)  # fmt: skip
def test_a_png_has_its_pixels_and_says_how_large_they_are_on_paper(size, dpi, expected, per_metre):
    png = chart_bytes(samples.memory(), ".png", Options(size=size, dpi=dpi))
    assert pixels(png) == expected
    across, down, unit = struct.unpack(">IIB", chunk(png, b"pHYs"))
    assert (across, down, unit) == (per_metre, per_metre, 1)


def test_drawings_are_as_large_on_paper():
    pdf = chart_bytes(samples.memory(), ".pdf", Options(size="90x60mm"))
    found = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", pdf)
    assert found is not None
    assert [float(v) / 72 * 25.4 for v in found.groups()] == pytest.approx([90, 60], abs=0.01)
    poster = SIZES["poster"]
    assert (round(poster.width_in * 25.4), round(poster.height_in * 25.4)) == (594, 420)


@pytest.mark.parametrize(
    ("size", "dpi", "said"),
    [
        ("postre", None, "did you mean poster"), ("12x", None, "1600x900"), ("50x50", None, "inches"), ("99999x99999", None, "36 to 1200"), ("5000x3000", 72, "inches"),
        ("20000x20000", 1200, "megapixels"), ("slide", 10, "36 to 1200"), ("slide", 5000, "36 to 1200"), ("1x1mm", None, "inches"), ("", None, "known"),
    ],
)  # fmt: skip
def test_sizes_that_make_no_sense_are_told(size, dpi, said):
    with pytest.raises(ExplorerError, match=said):
        size_of(size, dpi)


def alpha(png: bytes) -> np.ndarray:
    return imread(BytesIO(png), format="png")[..., 3]


def test_a_transparent_picture_has_no_ground_and_no_patches():
    for chart in (samples.roofline(), samples.interconnect(), samples.memory()):
        seen = alpha(chart_bytes(chart, ".png", Options(size="double", dpi=100, transparent=True)))
        assert seen[0, 0] == 0
        assert seen.max() == 1
        opaque = alpha(chart_bytes(chart, ".png", Options(size="double", dpi=100)))
        assert opaque.min() == 1
    svg = chart_bytes(samples.roofline(), ".svg", Options(transparent=True)).decode()
    assert 'opacity: 0.82' not in svg
    assert 'opacity: 0.82' in chart_bytes(samples.roofline(), ".svg", Options()).decode()
    assert alpha(table_bytes(samples.table(), ".png", Options(transparent=True)))[0, 0] == 0


def test_words_are_exchanged_or_left_out():
    chart = replace(samples.roofline(), context="the load")
    assert worded(chart, AS_IT_IS) is chart
    other = worded(chart, Wording(title="T", subtitle="S", x_label="X", y_label="Y", footer="F"))
    assert (other.title, other.subtitle, other.x.label, other.y and other.y.label) == ("T", "S", "X", "Y")
    assert (other.context, other.note) == ("", "F")
    assert (other.x.unit, other.x.range, other.series) == (chart.x.unit, chart.x.range, chart.series)
    bare = worded(chart, Wording(title="", subtitle="", footer=""))
    assert (bare.title, bare.subtitle, bare.context, bare.note) == ("", "", "", "")
    table = worded_table(samples.table(), Wording(title="T", footer=""))
    assert (table.title, table.note) == ("T", "")


def test_a_chart_without_words_has_more_room():
    def axes(options: Options) -> tuple[float, float]:
        svg = chart_bytes(samples.roofline(), ".svg", options).decode()
        path = re.search(r'id="axes">\s*<path d="M ([\d.]+) ([\d.]+)\s*L ([\d.]+) ([\d.]+)', svg)
        assert path is not None
        return float(path[2]), float(path[4])

    (top, bottom), (high, low) = axes(Options()), axes(Options(wording=Wording(title="", subtitle="", footer="")))
    assert high < top - 10
    assert low > bottom + 10
