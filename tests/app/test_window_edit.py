"""From the hand to the document and back to what is seen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from window_tools import BANDWIDTH, drag, row_of, settle, slider_of

from explorer.app.linking import LINKED
from explorer.app.widgets.gestures import SILENCE_MS
from explorer.app.window import Window
from explorer.knobs import KNOBS, knob

KEY = Qt.Key


def value_of(window: Window, key: str = BANDWIDTH, index: int | None = None) -> object:
    study = window.document.study
    return knob(key).get(study.scenarios[study.active if index is None else index])


def type_into(window: Window, text: str, key: str = BANDWIDTH, end: Qt.Key = KEY.Key_Return) -> None:
    field = row_of(window, key).editor.controls[0]
    field.setFocus(Qt.FocusReason.TabFocusReason)
    settle()
    field.selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(field, text)
    QTest.keyClick(field, end)
    settle()


def test_one_drag_is_one_step_and_undo_restores_the_exact_study(window: Window) -> None:
    before = window.document.study
    slider = slider_of(window)
    start = slider.value()
    drag(slider, start + 10, start + 31, start + 20)
    assert window.document.undo_stack.count() == 1
    assert value_of(window) == row_of(window).editor._ladder.values[start + 20]  # type: ignore[union-attr]
    after = window.document.study
    window.actions_.undo.trigger()
    settle()
    assert window.document.study == before
    assert slider.value() == start
    window.actions_.redo.trigger()
    assert window.document.study == after


def test_two_drags_are_two_steps(window: Window) -> None:
    slider = slider_of(window)
    drag(slider, slider.value() + 10)
    drag(slider, slider.value() + 10)
    assert window.document.undo_stack.count() == 2


def test_a_drag_back_to_where_it_began_leaves_nothing_to_undo(window: Window) -> None:
    slider, before = slider_of(window), window.document.study
    drag(slider, slider.value() + 12, slider.value())
    assert window.document.study == before
    assert window.document.undo_stack.isClean()
    assert not window.actions_.undo.isEnabled()
    assert not window.isWindowModified()


def test_a_burst_of_keys_is_one_step(window: Window, qtbot: QtBot) -> None:
    slider, before = slider_of(window), window.document.study
    slider.setFocus()
    start = slider.value()
    for key in (KEY.Key_Right, KEY.Key_Right, KEY.Key_PageUp, KEY.Key_Left):
        QTest.keyClick(slider, key)
    settle()
    assert slider.value() == start + 11
    assert window.document.undo_stack.count() == 1
    qtbot.wait(SILENCE_MS + 100)
    QTest.keyClick(slider, KEY.Key_Home)
    assert window.document.undo_stack.count() == 2
    window.document.undo_stack.undo()
    window.document.undo_stack.undo()
    assert window.document.study == before


def test_keys_in_two_scenarios_are_two_steps(window: Window) -> None:
    slider = slider_of(window)
    slider.setFocus()
    QTest.keyClick(slider, KEY.Key_Right)
    window.document.activate(1)
    settle()
    QTest.keyClick(slider, KEY.Key_Right)
    assert window.document.undo_stack.count() == 2


@pytest.mark.parametrize(("text", "value"), [
    ("4.9 TB/s", 4.9e12), ("5", 5e12), ("2.9*2", 5.8e12), ("4900 GB/s", 4.9e12), ("1e12", 1e12),
])  # fmt: skip
def test_what_is_typed_is_taken_exactly(window: Window, text: str, value: float) -> None:
    type_into(window, text if text != "1e12" else "1e12 B/s")
    assert value_of(window) == pytest.approx(value, rel=1e-12)
    assert not row_of(window).error
    assert window.document.undo_stack.count() == 1


@pytest.mark.parametrize("text", ["four", "4.9 TB", "-1", "nan", "inf", "1e99 TB/s", "1;2", "()", "9" * 120, "4,9 TB/s x"])
def test_wrong_text_stays_in_red_and_the_value_stays(window: Window, text: str) -> None:
    before = window.document.study
    type_into(window, text)
    row = row_of(window)
    assert window.document.study is before
    assert row.error
    assert row.note.isVisible()
    assert row.editor.field.text() == text  # type: ignore[union-attr]
    QTest.keyClick(row.editor.field, KEY.Key_Escape)  # type: ignore[union-attr]
    settle()
    assert row.editor.field.text() == "2.9 TB/s"  # type: ignore[union-attr]
    assert not row.error


def test_undo_works_while_the_field_has_the_keyboard(window: Window) -> None:
    before = window.document.study
    type_into(window, "4.9 TB/s")
    field = row_of(window).editor.controls[0]
    assert field.hasFocus()
    QTest.keyClick(field, KEY.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert window.document.study == before


def test_the_workload_moves_for_all_and_hardware_for_one(window: Window) -> None:
    window.document.activate(1)
    for row in KNOBS:
        now = row.get(window.document.study.scenarios[1])
        if now is None or row.key == "chip.tdp_w":
            continue
        other = next(s for s in row.stops if s != now)
        before = window.document.study
        assert window.document.edit(row.key, other) is None
        moved = {i for i in range(3) if window.document.study.scenarios[i] != before.scenarios[i]}
        assert moved == ({0, 1, 2} if row.key in LINKED else {1}), row.key
        window.document.undo_stack.undo()
        assert window.document.study == before
    settle()


def test_reset_by_double_click_and_key(window: Window) -> None:
    before, slider = window.document.study, slider_of(window)
    for ask in (lambda: QTest.mouseDClick(slider, Qt.MouseButton.LeftButton), lambda: QTest.keyClick(slider, KEY.Key_Backspace)):
        drag(slider, slider.value() + 15)
        assert window.document.study != before
        assert row_of(window).state.was == 2.9e12  # type: ignore[union-attr]
        assert "was 2.9 TB/s" in row_of(window).note.text()
        ask()
        settle()
        assert window.document.study == before
        assert row_of(window).state.was is None  # type: ignore[union-attr]


def test_reset_of_a_price_brings_the_offer_back_with_its_source(window: Window) -> None:
    offer = window.document.study.scenarios[0].offer
    assert offer is not None
    window.document.edit("offer.usd_per_chip_h", 9.0)
    window.document.reset("offer.usd_per_chip_h")
    assert window.document.study.scenarios[0].offer == offer


def test_a_price_can_be_assumed_and_taken_back(window: Window) -> None:
    window.document.activate(1)
    assert value_of(window, "offer.usd_per_chip_h") is None
    settle()
    assert "assume a price" in row_of(window, "offer.usd_per_chip_h").note.text()
    type_into(window, "3", "offer.usd_per_chip_h")
    assert value_of(window, "offer.usd_per_chip_h") == 3.0
    window.document.reset("offer.usd_per_chip_h")
    settle()
    assert value_of(window, "offer.usd_per_chip_h") is None


def test_the_whole_scenario_can_be_reset(window: Window) -> None:
    before = window.document.study
    for key, value in ((BANDWIDTH, 5e12), ("chip.hbm_bytes", 2e11), ("plan.tp", 8)):
        assert window.document.edit(key, value) is None
    window.actions_.all["Reset this scenario"].trigger()
    assert window.document.study == before
    assert window.document.undo_stack.count() == 4


def test_a_power_that_nobody_has_published_can_be_assumed_and_taken_back(window: Window) -> None:
    library, before = window.document.library, window.document.study
    scenario = before.scenarios[before.active]
    window.document.replace(before.with_scenario(before.active, scenario.replace(chip=library.chip("trainium1"))), "Trainium1")
    settle()
    row = row_of(window, "chip.tdp_w")
    assert not row.isHidden()
    assert row.editor.field.text() == "not published"  # type: ignore[union-attr]
    assert "assume a power" in row.note.text()
    type_into(window, "300", "chip.tdp_w")
    assert value_of(window, "chip.tdp_w") == 300.0
    settle()
    assert "Set by you" in row.state.tip  # type: ignore[union-attr]
    window.document.reset("chip.tdp_w")
    settle()
    assert value_of(window, "chip.tdp_w") is None
    assert row_of(window, "chip.peak_fp4_flop_per_s").isHidden()
