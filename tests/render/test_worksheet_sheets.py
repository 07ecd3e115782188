"""Worksheets on sheets: nothing over the edge or over each other, formulas set, the same bytes each time."""

from __future__ import annotations

from itertools import pairwise

import pytest

from explorer.charts.page import Booklet, Lines, Page, Rich, Run, Scale, Together, Words
from explorer.lessons.read import read_lessons
from explorer.lessons.worksheets import bound, worksheet
from explorer.library import default_study, load_library
from explorer.render.figure import settings
from explorer.render.formulas import formula_size, trouble
from explorer.render.options import Options
from explorer.render.pages import laid_out, render_booklet

LESSONS = read_lessons()[0]


def booklet(name: str, *, teacher: bool) -> Booklet:
    library = load_library()
    return bound(worksheet(LESSONS[name], library, teacher=teacher), name, default_study(library))


@pytest.mark.parametrize("teacher", [False, True])
@pytest.mark.parametrize("name", ["roofline", "precision", "design-a-chip"])
def test_all_stays_on_the_paper(name: str, teacher: bool) -> None:
    with settings():
        sheets = laid_out(booklet(name, teacher=teacher), Options())
        for sheet in sheets:
            for text, box in sheet.texts:
                assert box.left >= 0, text
                assert box.right <= sheet.wide + 1e-6, text
                assert box.top >= 0, text
                assert box.bottom <= sheet.high, text


@pytest.mark.parametrize("teacher", [False, True])
def test_no_words_over_others(teacher: bool) -> None:
    with settings():
        for sheet in laid_out(booklet("decode-batch", teacher=teacher), Options()):
            boxes = [(t, b) for t, b in sheet.texts if t != "[x]"]
            for i, (text, a) in enumerate(boxes):
                for other, b in boxes[i + 1 :]:
                    wide, high = min(a.right, b.right) - max(a.left, b.left), min(a.bottom, b.bottom) - max(a.top, b.top)
                    assert wide <= 1 or high <= 1, (text, other)


def test_same_lesson_same_bytes() -> None:
    assert render_booklet(booklet("roofline", teacher=True)) == render_booklet(booklet("roofline", teacher=True))


def sheets_of(*blocks: object) -> list:  # type: ignore[type-arg]
    with settings():
        return laid_out(Booklet("b", "b", (Page("p", blocks),)), Options())  # type: ignore[arg-type]


def test_a_paragraph_keeps_its_order_and_its_spaces() -> None:
    runs = (Run("one "), Run("two", "bold"), Run(", "), Run("x / y", "formula"), Run(" and "), Run("", "blank"), Run("."))
    texts = [(t, b) for t, b in sheets_of(Rich(runs))[0].texts if t not in ("p", "1 / 1")]
    assert [t for t, _ in texts] == ["one", "two", ",", "x / y", "and", "____", "."]
    gaps = [b.left - a.right for (_, a), (_, b) in pairwise(texts)]
    assert [round(gap) > 1 for gap in gaps] == [True, False, True, True, True, False]


def test_formulas() -> None:
    assert trouble(r"t \geq W / B") == ""
    assert "nosuch" in trouble(r"\nosuch{a}")
    assert formula_size("a+b", 20.0)[0] == pytest.approx(2 * formula_size("a+b", 10.0)[0], rel=0.02)
    shown = [t for t, _ in sheets_of(Rich((Run(r"\nosuch{a}", "formula"),)))[0].texts]
    assert r"\nosuch{a}" in shown  # as it was written, not an end of all


def test_what_belongs_together_stays_on_a_sheet() -> None:
    filler = [Words("line " * 400)] * 3
    for much in range(0, 30, 2):
        sheets = sheets_of(*filler, *[Lines("a")] * much, Together((Words("begins here"), Lines("b", 4), Words("ends here"))))
        where = [i for i, sheet in enumerate(sheets) for t, _ in sheet.texts if t in ("begins here", "ends here")]
        assert len(where) == 2
        assert where[0] == where[1]


def test_marks_stand_where_they_belong_on_a_scale() -> None:
    texts = dict(sheets_of(Scale(((0.0, "1 ms"), (1.0, "100 ms")), ((0.5, "10 ms"),)))[0].texts)
    low, high, mark = (sum((texts[t].left, texts[t].right)) / 2 for t in ("1 ms", "100 ms", "10 ms"))
    assert mark == pytest.approx((low + high) / 2)
