"""SVG and PDF drawn by other programs (librsvg, poppler) look like the PNG; fonts are in the PDF. Skipped where they are not installed.

The measure: grey pictures of equal pixels, averaged over 5 x 5, so that the smoothing of edges does not count. ``MEAN`` is
the mean difference and ``SHARE`` the share of places that differ by a tenth of the way from black to white.
"""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from real_studies import PAIRS, real_chart, scene_of

from explorer.charts import comparison
from explorer.charts.report import booklet
from explorer.render.files import chart_bytes, table_bytes
from explorer.render.options import Options
from explorer.render.pages import render_booklet

MEAN = {"svg": 0.004, "pdf": 0.009}  # found: 0.003 and 0.0065 at most; poppler draws hairlines on whole pixels
SHARE = {"svg": 0.006, "pdf": 0.010}  # found: 0.0044 (dashes of the scaling chart) and 0.0075 at most
LOOK = Options("light", "10x5.625in", 96)
CASES = [p for p in PAIRS if p[0] in ("default", "training")]


def other(content: bytes, kind: str) -> np.ndarray:
    program = {"svg": "rsvg-convert", "pdf": "pdftoppm"}[kind]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    command = [program, "--width", "960", "--height", "540"] if kind == "svg" else [program, "-png", "-r", "96", "-"]
    return grey(subprocess.run(command, input=content, capture_output=True, check=True).stdout)


def grey(png: bytes) -> np.ndarray:
    return np.atleast_3d(imread(BytesIO(png), format="png"))[..., :3].mean(axis=2)


def smooth(picture: np.ndarray) -> np.ndarray:
    windows = np.lib.stride_tricks.sliding_window_view(picture, (5, 5))
    return windows.mean(axis=(2, 3))


def difference(one: np.ndarray, two: np.ndarray) -> tuple[float, float]:
    apart = np.abs(smooth(one) - smooth(two))
    return float(apart.mean()), float((apart > 0.1).mean())


@pytest.mark.parametrize("kind", ["svg", "pdf"])
@pytest.mark.parametrize(("study", "name"), CASES)
def test_other_programs_draw_the_same(study, name, kind, record_property):
    chart = real_chart(study, name)
    mean, share = difference(grey(chart_bytes(chart, ".png", LOOK)), other(chart_bytes(chart, f".{kind}", LOOK), kind))
    record_property("mean", mean)
    record_property("share", share)
    assert mean <= MEAN[kind], (mean, share)
    assert share <= SHARE[kind], (mean, share)


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_other_programs_draw_the_same_table(kind):
    table = comparison(scene_of("default"))
    mean, share = difference(grey(table_bytes(table, ".png", LOOK)), other(table_bytes(table, f".{kind}", LOOK), kind))
    assert (mean <= MEAN[kind], share <= SHARE[kind]) == (True, True), (mean, share)


def test_the_measure_itself():
    """Another theme's line, or a chart with one bar moved, is told apart."""
    one = grey(chart_bytes(real_chart("default", "memory"), ".png", LOOK))
    mean, share = difference(one, grey(chart_bytes(real_chart("default", "time"), ".png", LOOK)))
    assert mean > 2 * MEAN["pdf"]
    assert share > 2 * SHARE["pdf"]
    shifted = np.roll(one, 4, axis=1)
    assert difference(one, shifted)[1] > 2 * SHARE["pdf"]


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="pdffonts is not installed")
@pytest.mark.parametrize("what", ["chart", "table", "report"])
def test_all_fonts_are_in_the_pdf_as_truetype(what, tmp_path: Path):
    content = {
        "chart": lambda: chart_bytes(real_chart("default", "roofline"), ".pdf", Options()),
        "table": lambda: table_bytes(comparison(scene_of("default")), ".pdf", Options()),
        "report": lambda: render_booklet(booklet(scene_of("alone").study, chosen=("memory",))),
    }[what]()
    (tmp_path / "a.pdf").write_bytes(content)
    told = subprocess.run(["pdffonts", str(tmp_path / "a.pdf")], capture_output=True, text=True, check=True).stdout
    rows = told.splitlines()[2:]
    assert rows
    for row in rows:
        assert "TrueType" in row
        assert row.split()[-5:-3] == ["yes", "yes"], row  # embedded, and only the letters that are used
