"""What a guess is about is not seen before it is made."""

from __future__ import annotations

from class_tools import begin, guess, page, rest, visit
from PySide6.QtWidgets import QWidget
from window_tools import settle

from explorer.app.window import Window


def covered(window: Window, part: QWidget) -> bool:
    """Whether the cover is what one sees in the middle of ``part``, and the first thing that a click would hit."""
    found = window.teaching.stage.covered(part)
    top = part.childAt(part.rect().center())
    assert found == (top is not None and type(top).__name__ == "Cover"), "it says what is seen"
    return found


def test_results_are_covered_until_the_guess(window: Window) -> None:
    begin(window, "memory-fit")
    pane = window.panes.panes["memory"]
    assert pane.isVisible()
    assert covered(window, pane)
    picture = pane.grab().toImage()
    guess(window)
    assert not covered(window, pane)
    assert pane.grab().toImage() != picture
    assert all(w.isEnabled() for w in pane.findChildren(QWidget))


def test_the_state_before_a_change_is_seen_but_not_what_comes_of_it(window: Window) -> None:
    begin(window, "roofline", 2)
    pane = window.panes.panes["roofline"]
    assert not covered(window, pane), "a guess starts from it"
    window.document.edit("chip.peak_bf16_flop_per_s", 4500e12)
    rest(window)
    assert covered(window, pane), "peeking is of no use"
    window.document.undo_stack.undo()
    rest(window)
    assert not covered(window, pane)


def test_words_and_table_are_covered_before_any_guess(window: Window) -> None:
    begin(window, "cost")
    assert window.table.isVisible()
    assert covered(window, window.table)
    assert window.teaching.stage.covered(window.verdict)
    guess(window)
    assert not covered(window, window.table)
    assert not window.teaching.stage.covered(window.verdict)


def test_a_knob_does_not_say_that_it_has_no_effect(window: Window) -> None:
    begin(window, "sram", 3)
    row = window.knobs.rows["chip.sram_bytes"]
    assert row.isVisible()
    assert "no effect" not in row.note.text()
    guess(window)
    assert "no effect" in row.note.text()


def test_live_numbers_that_give_it_away_are_question_marks(window: Window) -> None:
    begin(window, "memory-fit", 3)
    text = page(window).text
    assert "13.5 s" in text.spoken()
    window.document.edit("plan.recompute", "full")
    rest(window)
    assert "17.4 s" not in text.spoken()
    assert "? a step" in text.spoken()
    guess(window)
    assert "17.4 s a step" in text.spoken()


def test_a_cover_grows_with_what_it_covers_and_goes_with_the_lesson(window: Window) -> None:
    begin(window, "memory-fit")
    window.resize(1920, 1080)
    rest(window)
    pane = window.panes.panes["memory"]
    assert covered(window, pane)
    cover = next(c for c in pane.children() if type(c).__name__ == "Cover")
    assert isinstance(cover, QWidget)
    assert cover.size() == pane.size()
    window.teaching.course.leave()
    rest(window)
    for part in (*window.panes.panes.values(), window.table, window.verdict):
        assert not covered(window, part)


def test_in_a_small_window_the_page_is_a_tab_and_charts_are_covered(window: Window) -> None:
    window.resize(800, 600)
    settle()
    begin(window, "memory-fit")
    assert page(window).isVisible()
    window.panes.fill("memory")
    rest(window)
    assert not page(window).isVisible()
    assert covered(window, window.panes.panes["memory"])
    window.resize(1600, 900)
    rest(window)
    assert page(window).isVisible()
    assert visit(window).unanswered
