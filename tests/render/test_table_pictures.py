"""The comparison as a picture: every word whole and apart, colours by severity, the study inside, the same bytes."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from io import BytesIO
from itertools import combinations
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import render_samples as samples
from matplotlib.image import imread

from explorer.charts.model import Cell, Column, Table
from explorer.charts.style import theme, theme_names
from explorer.errors import ExplorerError
from explorer.render import figure
from explorer.render.figure import SIZES, Size, render_table
from explorer.render.grid import draw_table
from explorer.render.metadata import read_study_from
from explorer.render.sheet import SMALLEST_PT, Sheet

KINDS = ("png", "svg", "pdf")
HERE = Path(__file__).parent
SLACK = 0.5  # points


class Told(Sheet):
    """A sheet that keeps the colour of each text too."""

    def text(self, x, middle, text, kind, color, *more, **named):
        self.colors = [*getattr(self, "colors", []), (text, color)]
        super().text(x, middle, text, kind, color, *more, **named)


def drawn(table: Table, size: str = "slide", look: str = "print") -> Told:
    paper = SIZES[size]
    with matplotlib.rc_context(figure._SETTINGS):
        sheet = Told(theme(look), paper.width_in, paper.height_in)
        draw_table(table, sheet)
    return sheet


def words(sheet: Sheet) -> list[str]:
    return [t for t, _ in sheet.texts]


TABLES = {
    "as it is": samples.wide_table(), "six": samples.wide_table(6), "one": samples.wide_table(1), "few": samples.table(),
    "hostile": samples.hostile_table(),
}  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", TABLES)
def test_no_word_is_cut_off_or_covers_another(name, size):
    for look in ("print", "projector"):
        sheet = drawn(TABLES[name], size, look)
        assert sheet.texts
        for text, box in sheet.texts:
            inside = box.left >= 0 and box.top >= 0 and box.right <= sheet.wide and box.bottom <= sheet.high
            assert inside, (look, text, box)
        for (one, a), (other, b) in combinations(sheet.texts, 2):
            beside = a.right <= b.left + SLACK or b.right <= a.left + SLACK
            assert beside or a.bottom <= b.top + SLACK or b.bottom <= a.top + SLACK, (look, one, other)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 3, 6])
def test_every_cell_is_there_whole(count, size):
    table = samples.wide_table(count)
    sheet = drawn(table, size)
    said, below = words(sheet), " ".join(words(sheet)[-6:])
    assert not [t for t in said if "…" in t]
    named = table.columns[-1].label if (count, size) == (6, "single") else ""  # the one that has no room, and is told so
    assert f"No room for: {named}" in below if named else "No room" not in below
    for i, column in enumerate(c for c in table.columns if c.label != named):
        for row in table.rows:
            assert row[i].text in said or f"{column.label} {row[i].text}" in below
            assert not row[i].change or row[i].change in said


def test_columns_wrap_into_as_many_bands_as_the_width_asks_for():
    def bands(table: Table, size: str) -> int:
        return words(drawn(table, size)).count("baseline")

    assert bands(samples.table(), "slide") == 1
    assert 2 <= bands(samples.wide_table(), "slide") <= 3
    assert 2 <= bands(samples.wide_table(6), "double") <= 3
    assert 3 <= bands(samples.wide_table(), "single") <= 4


def test_values_of_a_column_end_together_and_changes_stand_beyond_them():
    found = dict(drawn(samples.wide_table()).texts)
    ends = [found[t].right for t in ("12.5 ms", "8.75 ms", "8.5 ms")]
    assert ends == pytest.approx([ends[0]] * 3)
    assert found["step"].right == pytest.approx(ends[0])
    assert found["−30%"].left > ends[0]
    assert found["−30%"].middle == pytest.approx(found["8.75 ms"].middle)


@pytest.mark.parametrize("look", theme_names())
def test_changes_and_refusals_are_coloured_by_what_they_mean(look):
    colors = theme(look)
    told = drawn(samples.wide_table(), look=look).colors
    expected = [
        ("−30%", colors.good), ("+21%", colors.bad), ("other offer", colors.warn), ("no price", colors.muted),
        ("no", colors.bad), ("8.75 ms", colors.text), ("step", colors.muted), ("baseline", colors.muted), ("Trainium2", colors.text),
    ]  # fmt: skip
    for pair in expected:
        assert pair in told
    svg = render_table(samples.wide_table(), "svg", theme=look).decode().lower()
    assert all(colors.slot(i).lower() in svg for i in range(3))
    assert colors.card.lower() in svg


def test_columns_that_say_the_same_are_told_once_below():
    sheet = drawn(samples.wide_table())
    assert words(sheet)[-1] == "Same for all: matmul BF16 · chips 16"
    assert "matmul" not in words(sheet)
    table = samples.wide_table()
    alike = replace(table, columns=tuple(replace(c, same=True) for c in table.columns))
    assert {"matmul", "step"} <= set(words(drawn(alike)))


def test_the_head_names_what_changes_are_against_and_the_foot_the_sources():
    said = words(drawn(samples.wide_table()))
    assert said[:2] == ["Comparison", "changes against Trainium2"]
    assert said[2].startswith("Sources: ")
    assert not [t for t in words(drawn(replace(samples.wide_table(1), baseline=None))) if "against" in t or t == "baseline"]


def test_what_has_no_room_is_named_and_too_many_rows_are_refused():
    table = samples.wide_table(6)
    with matplotlib.rc_context(figure._SETTINGS):
        sheet = Sheet(theme("print"), 2.2, 1.9)
        draw_table(table, sheet)
    assert sheet.em == SMALLEST_PT
    said = " ".join(words(sheet))
    assert "No room for: " in said
    assert said.endswith(" · peak")
    many = replace(table, rows=table.rows * 9, row_labels=table.row_labels * 9, row_slots=table.row_slots * 9)
    with pytest.raises(ExplorerError, match="54 rows do not fit"):
        render_table(many, "png", size=SIZES["single"])


def test_a_table_of_nothing_says_so():
    assert "Nothing to compare" in words(drawn(Table("Comparison", (), (), (), ())))


@pytest.mark.parametrize("kind", KINDS)
def test_the_study_comes_back_letter_by_letter(kind):
    table = replace(samples.wide_table(), metadata={"study": samples.STUDY})
    assert read_study_from(render_table(table, kind)) == samples.STUDY
    assert read_study_from(render_table(samples.table(), kind)) is None


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_table_gives_the_same_bytes(kind):
    code = (
        f"import sys, hashlib; sys.path.insert(0, {str(HERE)!r})\n"
        "import render_samples as s; from explorer.render.figure import render_table\n"
        f"print(hashlib.sha256(render_table(s.wide_table(), {kind!r})).hexdigest())"
    )
    here = render_table(samples.wide_table(), kind)
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE.parents[1])
    assert there.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_svg_and_pdf_are_drawings_with_words_about_them():
    root = ET.fromstring(render_table(samples.wide_table(), "svg", size=Size(4, 3, 100)))
    assert root.attrib["viewBox"] == "0 0 288 216"
    assert not list(root.iter("{http://www.w3.org/2000/svg}image"))
    about = root.find(".//{http://purl.org/dc/elements/1.1/}description")
    assert about is not None
    assert str(about.text).startswith("Trainium2, Trainium3, B200: plan, step")
    pdf = render_table(samples.wide_table(), "pdf")
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    assert b"/FontFile2" in pdf


@pytest.mark.parametrize(("more", "said"), [({"kind": "gif"}, "gif"), ({"theme": "drak"}, "dark"), ({"size": Size(0, 3, 99)}, "inches")])
def test_what_makes_no_sense_is_told(more, said):
    with pytest.raises(ExplorerError, match=said):
        render_table(samples.table(), **({"kind": "png"} | more))


def test_texts_are_plain_and_never_formulas():
    awkward = r"$\frac{$ <b> & -- \$ %s {0}"
    table = Table(awkward, (Column("a", awkward, "1", ""),), ((Cell(awkward, awkward, awkward),),), (awkward,), (0,), 0, awkward)
    for kind in KINDS:
        assert len(render_table(table, kind)) > 1000


@pytest.mark.parametrize("size", [SIZES["slide"], Size(6, 4, 72)])
def test_letters_of_a_coarse_picture_are_as_wide_as_they_were_measured(size):
    content = render_table(samples.hostile_table(), "png", size=size)
    dark = imread(BytesIO(content), format="png")[..., :3].min(axis=2) < 0.8
    across = np.flatnonzero(dark.any(axis=0))
    margin = 1.1 * Sheet(theme("print"), size.width_in, size.height_in).em * size.dpi / 72
    assert dark.shape[1] - 1 - across[-1] > 0.9 * margin
