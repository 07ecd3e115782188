"""Worksheets: gaps and no answers for participants, all answers for the teacher, from the same lesson."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from explorer.charts.page import Block, Figure, Heading, Lines, Page, Rich, Scale, Together, Words
from explorer.lessons.judge import truth
from explorer.lessons.openings import changed, study_at
from explorer.lessons.paper import paragraphs
from explorer.lessons.read import read_lessons, read_workshops
from explorer.lessons.results import Results
from explorer.lessons.worksheets import plan, worksheet
from explorer.library import Library

LESSONS, _ = read_lessons()


def blocks(pages: tuple[Page, ...]) -> Iterator[Block]:
    """All blocks, those that stay together one by one."""
    for page in pages:
        for block in page.blocks:
            yield from block.blocks if isinstance(block, Together) else (block,)


def said(pages: tuple[Page, ...]) -> str:
    lines = []
    for block in blocks(pages):
        if isinstance(block, Rich):
            lines.append(f"{block.lead} {'[x] ' if block.box == 'ticked' else ''}" + "".join("____" if r.kind == "blank" else r.text for r in block.runs))
        elif isinstance(block, Words):
            lines.append(f"{block.lead} {block.text}")
        elif isinstance(block, Heading | Lines):
            lines.append(block.text if isinstance(block, Heading) else block.lead)
        elif isinstance(block, Scale):
            lines += [text for _, text in block.marks]
    return "\n".join([*(f"{p.title} {p.subtitle}" for p in pages), *lines])


@pytest.mark.parametrize("name", LESSONS)
def test_a_participant_is_not_told(library: Library, name: str) -> None:
    lesson = LESSONS[name]
    paper = worksheet(lesson, library)
    text = said(paper)
    assert "participant's worksheet" in text
    assert "[x]" not in text
    for i, step in enumerate(lesson.steps):
        assert step.title in text
        asked = step.prediction
        if step.teacher:
            assert step.teacher.strip()[:40] not in text
        if step.goal:
            assert "A solution" not in text
        if asked is not None and asked.kind != "pick":
            answer = truth(asked, Results(changed(study_at(library, lesson, i), asked.after)))
            bold = [r.text for b in blocks(paper) if isinstance(b, Rich) for r in b.runs if r.kind == "bold"]
            assert answer.text not in bold
    asked_for = sum(step.prediction is not None for step in lesson.steps)
    assert text.count("What the program shows") == asked_for
    assert text.count("How I reached it") == sum(bool(step.goal) for step in lesson.steps)
    boxes = [b for b in blocks(paper) if isinstance(b, Rich) and b.box]
    assert len(boxes) == sum(len(s.goal) + len(s.prediction.choices if s.prediction else ()) for s in lesson.steps)
    assert all(source in text for source in lesson.sources)


@pytest.mark.parametrize("name", LESSONS)
def test_a_teacher_is_told_all(library: Library, name: str) -> None:
    lesson = LESSONS[name]
    paper = worksheet(lesson, library, teacher=True)
    text = said(paper)
    assert "____" not in text
    assert not [b for b in blocks(paper) if isinstance(b, Lines)]
    for i, step in enumerate(lesson.steps):
        asked = step.prediction
        if asked is not None:
            assert truth(asked, Results(changed(study_at(library, lesson, i), asked.after))).text in text
        assert text.count("[x]") >= len(step.goal)
        assert all(hint in text for hint in step.hints)
    assert text.count("A solution:") + text.count("A solution ") == sum(bool(s.goal) for s in lesson.steps)
    assert f"{lesson.minutes} minutes" in text


def test_hints_are_on_the_last_page_only(library: Library) -> None:
    lesson = LESSONS["roofline"]
    *pages, last = worksheet(lesson, library)
    for hint in lesson.steps[2].hints:
        assert hint not in said(tuple(pages))
        assert hint in said((last,))


def test_what_is_to_be_guessed_is_in_no_chart(library: Library) -> None:
    lesson = LESSONS["memory-fit"]
    asked = lesson.steps[0].prediction
    assert asked is not None
    assert not asked.after  # the opening study is the answer
    first = worksheet(lesson, library)[0]
    assert not [b for b in blocks((first,)) if isinstance(b, Figure)]
    assert [b for b in blocks((worksheet(lesson, library, teacher=True)[0],)) if isinstance(b, Figure)]


def test_a_number_that_gives_the_answer_away_is_a_gap(library: Library) -> None:
    lesson = LESSONS["memory-fit"]
    asked = lesson.steps[0].prediction
    assert asked is not None
    step = lesson.steps[0].replace(text=f"It is {{{asked.result}}} in all.")
    told = lesson.replace(steps=(step, *lesson.steps[1:]))
    assert "It is ____ in all." in said(worksheet(told, library))
    assert "It is ____ in all." not in said(worksheet(told, library, teacher=True))


def test_paragraphs() -> None:
    found = paragraphs("A **bold *and* word**.\n\n$a / b$\n\n- one\n- two", lambda p: None, "Why")  # type: ignore[arg-type,return-value]
    assert [[(r.kind, r.text) for r in p.runs] for p in found] == [
        [("plain", "A "), ("bold", "bold "), ("slanted", "and"), ("plain", " word"), ("bold", ".")],
        [("formula", "a / b")], [("plain", "• one")], [("plain", "• two")],
    ]  # fmt: skip
    assert [p.lead for p in found] == ["Why", "", "", ""]
    assert [p.centred for p in found] == [False, True, False, False]


def test_a_plan_has_its_minutes() -> None:
    workshop = read_workshops()[0]["one-hour"]
    page = plan(workshop, LESSONS)
    text = said((page,))
    assert "60 minutes" in page.subtitle
    begins = 0
    for session in workshop.sessions:
        assert f"0:{begins:02}  {session.title}" in text
        begins += session.minutes
    assert "Does it fit?, steps 1, 2, 4" in text
