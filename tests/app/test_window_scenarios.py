"""Scenarios come, go and change places, each time as one step that can be undone."""

from __future__ import annotations

import gc
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_tools import BANDWIDTH, Answers, drag, scenario, settle, slider_of, study_of

from explorer.app.document import ReplaceStudy
from explorer.app.window import Window
from explorer.specs import MOST_SCENARIOS


def names(window: Window) -> list[str]:
    return [s.name for s in window.document.study.scenarios]


def undone(window: Window) -> None:
    """Undo every step and compare with the study as opened."""
    while window.document.undo_stack.canUndo():
        window.document.undo_stack.undo()
    settle()
    assert window.document.study == window.document.opened.replace(active=window.document.study.active)


@pytest.mark.parametrize(("act", "expected"), [
    (lambda w: w.scenarios.add("h100"), ["Trainium2", "Trainium3", "B200", "H100 SXM"]),
    (lambda w: w.scenarios.duplicate(1), ["Trainium2", "Trainium3", "Trainium3 2", "B200"]),
    (lambda w: w.scenarios.remove(0), ["Trainium3", "B200"]),
    (lambda w: w.scenarios.rename(2, "Mine"), ["Trainium2", "Trainium3", "Mine"]),
    (lambda w: w.scenarios.move(0, 2), ["Trainium3", "B200", "Trainium2"]),
    (lambda w: w.scenarios.pin(2), ["Trainium2", "Trainium3", "B200"]),
    (lambda w: w.scenarios.choose_workload("llama3-8b"), ["Trainium2", "Trainium3", "B200"]),
])  # fmt: skip
def test_each_change_is_one_step(window: Window, act: Callable[[Window], None], expected: list[str]) -> None:
    before = window.document.study
    act(window)
    settle()
    assert names(window) == expected
    assert window.document.study != before
    assert window.document.undo_stack.count() == 1
    assert [p.name for p in window.bar.pills] == expected
    assert window.table.model.rowCount() == len(expected)
    window.actions_.undo.trigger()
    settle()
    assert window.document.study == before
    assert [p.name for p in window.bar.pills] == names(window)


def test_an_added_chip_carries_the_same_load_and_is_in_hand(window: Window) -> None:
    window.document.edit("job.batch", 64)
    window.scenarios.add("h100")
    study = window.document.study
    assert study.active == 3
    assert study.scenarios[3].job.batch == 64
    assert study.scenarios[3].chip.id == "h100"


def test_the_last_scenario_stays_and_a_seventh_is_refused(window: Window, answers: Answers) -> None:
    for _ in range(4):
        window.scenarios.remove(0)
    assert names(window) == ["B200"]
    for _ in range(MOST_SCENARIOS + 1):
        window.scenarios.duplicate(0)
    assert len(names(window)) == MOST_SCENARIOS
    assert len(set(names(window))) == MOST_SCENARIOS
    assert any("6 scenarios at most" in said for said in answers.said)
    window.scenarios.add("h100")
    assert len(names(window)) == MOST_SCENARIOS
    settle()
    assert not window.bar.plus.isEnabled()
    undone(window)


def test_the_baseline_goes_with_its_scenario(window: Window) -> None:
    def baseline() -> str | None:
        study = window.document.study
        return None if study.baseline is None else study.scenarios[study.baseline].name

    window.scenarios.pin(1)
    assert baseline() == "Trainium3"
    for act in (lambda: window.scenarios.move(1, 0), lambda: window.scenarios.duplicate(0), lambda: window.scenarios.remove(2)):
        act()
        assert baseline() == "Trainium3"
    window.scenarios.remove(window.document.study.baseline)  # type: ignore[arg-type]
    assert baseline() is None
    settle()
    assert all(not c.change for row in window.table.model.table.rows for c in row), "no baseline, no changes against it"
    undone(window)


def test_what_is_in_hand_stays_in_hand_when_others_move(window: Window) -> None:
    window.document.activate(1)
    for act in (lambda: window.scenarios.move(0, 2), lambda: window.scenarios.remove(1), lambda: window.scenarios.move(0, 1)):
        act()
        study = window.document.study
        assert study.scenarios[study.active].name == "Trainium3"
    undone(window)


def test_activation_is_no_step_and_shows_the_other_chip(window: Window) -> None:
    QTest.mouseClick(window.bar.pills[2], Qt.MouseButton.LeftButton)
    settle()
    assert window.document.study.active == 2
    assert window.document.undo_stack.count() == 0
    assert window.verdict.name.text().startswith("B200")
    assert window.knobs.rows[BANDWIDTH].editor.controls[0].text() == "7.7 TB/s"  # type: ignore[attr-defined]
    assert window.knobs.rows["chip.peak_fp4_flop_per_s"].isVisible()
    assert slider_of(window).slot == 2


def test_advice_about_one_chip_never_stands_beside_another(window: Window) -> None:
    window.refresher.settle()
    settle()
    for index in (1, 2, 0):
        window.document.activate(index)
        settle()
        shown = window.verdict.shown_text()
        window.refresher.settle()
        settle()
        assert window.verdict.shown_text() == shown


def test_renaming_asks_and_refuses_what_is_no_name(window: Window, answers: Answers) -> None:
    answers.line = "My chip <b>"
    window.actions_.all["Rename"].trigger()
    settle()
    assert answers.asked == ["Rename: Trainium2"]
    assert names(window)[0] == "My chip <b>"
    assert window.bar.pills[0].name == "My chip <b>"
    before = window.document.study
    answers.line = "x" * 500
    window.actions_.all["Rename"].trigger()
    assert window.document.study is before
    assert len(answers.said) == 1
    assert "\n" not in answers.said[0]


def test_equal_names_are_told_apart(window: Window) -> None:
    window.scenarios.rename(1, "Trainium2")
    settle()
    assert len(set(window.table.model.table.row_labels)) == 3


def test_next_and_previous_go_round(window: Window) -> None:
    for name, expected in (("Next scenario", [1, 2, 0]), ("Previous scenario", [2, 1, 0])):
        for index in expected:
            window.actions_.all[name].trigger()
            assert window.document.study.active == index


def test_the_bar_asks_and_the_document_obeys(window: Window) -> None:
    window.bar.moved.emit(0, 1)
    window.bar.duplicate_asked.emit(0)
    window.bar.baseline_asked.emit(1)
    window.bar.remove_asked.emit(3)
    assert names(window) == ["Trainium3", "Trainium3 2", "Trainium2"]
    assert window.document.study.baseline == 1
    window.table.row_activated.emit(2)
    assert window.document.study.active == 2
    undone(window)


def test_only_fabrics_of_the_chip_are_offered(window: Window) -> None:
    window.document.activate(1)
    window.actions_.fabric.aboutToShow.emit()
    offered = [a.text() for a in window.actions_.fabric.actions()]
    chip = window.document.study.scenarios[1].chip
    assert len(offered) == len(chip.fabrics) >= 2
    assert [a.isChecked() for a in window.actions_.fabric.actions()].count(True) == 1
    other = next(a for a in window.actions_.fabric.actions() if not a.isChecked())
    other.trigger()
    assert window.document.study.scenarios[1].fabric.name == other.text()
    undone(window)


def test_another_workload_takes_a_plan_that_can_be(window: Window) -> None:
    window.document.open(study_of(scenario("b200", workload="llama3.1-405b", chips=128, tp=128)))
    window.scenarios.choose_workload("llama3-8b")
    made = window.document.study.scenarios[0]
    assert made.workload.heads % made.plan.tp == 0


def test_a_chip_that_goes_away_takes_its_wrong_text_along(window: Window) -> None:
    field = window.knobs.rows[BANDWIDTH].editor.controls[0]
    field.setFocus()
    field.selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(field, "nonsense")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.knobs.rows[BANDWIDTH].error
    window.document.activate(1)
    settle()
    assert not window.knobs.rows[BANDWIDTH].error
    assert field.text() == "4.9 TB/s"  # type: ignore[attr-defined]


def test_a_pill_that_is_gone_already_asks_for_nothing(window: Window, answers: Answers) -> None:
    answers.line = "Other"
    window.scenarios.remove(2)
    before = window.document.study
    for asked in (window.bar.rename_asked, window.bar.remove_asked, window.bar.duplicate_asked, window.bar.baseline_asked):
        asked.emit(2)
    window.bar.activated.emit(2)
    window.bar.moved.emit(2, 0)
    assert window.document.study is before


def test_a_drag_leaves_nothing_behind_once_its_history_is_gone(window: Window) -> None:
    def held() -> int:
        gc.collect()
        return sum(isinstance(o, ReplaceStudy) for o in gc.get_objects())

    drag(slider_of(window), *range(20, 60))
    assert held() == 1
    window.document.open(window.document.opened)
    assert held() == 0
