"""Three lessons walked through the window as somebody does who reads, guesses, drags and goes on."""

from __future__ import annotations

import pytest
from class_tools import begin, guess, page, rest, set_knob, visit
from window_tools import settle

from explorer.app.window import Window
from explorer.lessons.judge import reached
from explorer.lessons.results import Results


@pytest.mark.parametrize("lesson", ["roofline", "memory-fit", "press-release"])
def test_a_lesson_is_walked_to_its_end(window: Window, lesson: str) -> None:
    course = begin(window, lesson)
    assert course.lesson is not None
    for number, step in enumerate(course.lesson.steps, start=1):
        panel = page(window)
        assert window.document.study.lesson is not None
        assert window.document.study.lesson.step == number == course.number
        assert panel.title.text() == step.title
        shown = {key for key, row in window.knobs.rows.items() if row.isVisible()}
        assert shown <= set(step.knobs)
        assert shown, "the step's knobs"
        if step.prediction is not None:
            guess(window)
            assert panel.guess.values[1].text() == visit(window).revealed.truth.text  # type: ignore[union-attr]
            assert panel.guess.reason.spoken().strip()
            assert "{" not in panel.guess.reason.spoken()
        if step.goal:
            assert not visit(window).reached
            for setting in step.solution:
                set_knob(window, setting)
            rest(window)
            assert reached(step.goal, Results(window.document.study))
            assert panel.goal.heading.text() == "✓ Goal reached"
        assert visit(window).done
        assert panel.next.property("kind") == "primary"
        panel.next.click()
        rest(window)
    assert course.finished
    assert "guess" in page(window).text.spoken()
    assert page(window).next.text() == "Next lesson"
    assert window.settings.progress[lesson] == len(course.lesson.steps) + 1


def test_text_says_its_numbers_and_they_follow_a_hand(window: Window) -> None:
    begin(window, "roofline")
    text = page(window).text
    assert "2,250 TFLOP/s" in text.spoken()
    assert "7.7 TB/s" in text.spoken()
    assert "292 FLOP a byte" in text.spoken()
    assert "{" not in text.spoken()
    window.document.edit("chip.hbm_bytes_per_s", 4e12)
    rest(window)
    assert "4 TB/s" in text.spoken()
    assert "292" not in text.spoken()
    assert text.spoken().count("2,250 TFLOP/s") == 1


def test_a_step_is_one_undo_and_undo_steps_back(window: Window) -> None:
    before = window.document.study
    course = begin(window, "roofline")
    count = window.document.undo_stack.count()
    window.teaching.desk.next()
    rest(window)
    assert window.document.undo_stack.count() == count + 1
    assert (course.number, page(window).title.text()) == (2, "Where decode stands")
    window.document.undo_stack.undo()
    rest(window)
    assert (course.number, page(window).title.text()) == (1, "Two ceilings")
    window.document.undo_stack.undo()
    rest(window)
    assert course.lesson is None
    assert window.document.study == before
    assert not page(window).isVisible()
    assert window.verdict.isVisible()
    assert len([r for r in window.knobs.rows.values() if r.isVisible()]) > 20


def test_a_reveal_is_one_undo_and_the_guess_stays_made(window: Window) -> None:
    begin(window, "roofline", 2)
    before = window.document.study
    guess(window)
    assert window.document.study.scenarios[0].chip.peak_bf16_flop_per_s == 4500e12
    assert not window.knobs.rows["chip.peak_bf16_flop_per_s"].error
    window.document.undo_stack.undo()
    rest(window)
    assert window.document.study == before
    assert visit(window).revealed is not None
    assert "4.5" not in page(window).guess.reason.spoken()


def test_what_a_lesson_opens_with_is_no_edit(window: Window) -> None:
    begin(window, "memory-fit")
    state = window.knobs.rows["plan.chips"].state
    assert state is not None
    assert state.was is None
    window.teaching.course.leave()
    rest(window)
    assert all(row.state.was is None for row in window.knobs.rows.values() if row.state and row.isVisible())


def test_leaving_brings_back_what_was_there(window: Window) -> None:
    window.document.edit("job.batch", 128)
    settle()
    before = window.document.study
    begin(window, "memory-fit", 2)
    page(window).leave.click()
    rest(window)
    assert window.document.study == before
    assert not window.teaching.on


def test_free_play_shows_all_and_again_begins_anew(window: Window) -> None:
    begin(window, "roofline", 3)
    start = window.document.study
    assert window.panes.visible_keys() == ("roofline",)
    page(window).free.click()
    rest(window)
    assert len(window.panes.visible_keys()) == 4
    assert window.knobs.rows["plan.tp"].isVisible()
    assert window.table.isVisible()
    window.document.edit("plan.chips", 8)
    page(window).again.click()
    rest(window)
    assert window.document.study == start
    page(window).free.click()
    rest(window)
    assert window.panes.visible_keys() == ("roofline",)
    assert not window.knobs.rows["plan.tp"].isVisible()


def test_hints_come_one_at_a_time_and_show_me_reaches_the_goal(window: Window) -> None:
    begin(window, "roofline", 3)
    goal, step = page(window).goal, visit(window).step
    for shown in range(4):
        texts = [label.text() for label in goal.hints if label.isVisible()]
        assert texts == [f"Hint {i + 1}: {hint}" for i, hint in enumerate(step.hints[:shown])]
        assert goal.hint.isVisible() == (shown < 3)
        goal.hint.click()
        settle()
    count = window.document.undo_stack.count()
    goal.solve.click()
    rest(window)
    assert goal.heading.text() == "✓ Goal reached"
    assert window.document.undo_stack.count() == count + 1
    window.document.undo_stack.undo()
    rest(window)
    assert goal.heading.text() == "✓ Goal reached", "once reached is reached"
    assert goal.checks.rows[0].text().startswith("○"), "though the condition ticks live"


def test_a_wrong_number_is_refused_at_the_field(window: Window) -> None:
    begin(window, "press-release")
    box = page(window).guess
    box.field.setText("lots")
    box.field.setModified(True)
    box._ready()
    box.button.click()
    settle()
    assert box.wrong.isVisible()
    assert visit(window).revealed is None


def test_the_scenario_that_a_goal_speaks_of_is_in_hand(window: Window) -> None:
    begin(window, "press-release", 4)
    study = window.document.study
    assert study.scenarios[study.active].chip.id == "trainium3"


def test_a_goal_whose_scenario_is_gone_asks_for_another_start(window: Window) -> None:
    begin(window, "press-release", 4)
    window.scenarios.remove(1)
    rest(window)
    assert page(window).goal.checks.rows == [] or not page(window).goal.checks.rows[0].isVisible()
    assert "–" in page(window).text.spoken()
