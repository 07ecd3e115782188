"""A row: typed and dragged values go out, wrong text stays, nothing is said that no hand did."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from widget_samples import ladder_of, states, study

from explorer.app.widgets import KnobRow, KnobState
from explorer.knobs import knob

BANDWIDTH = "chip.hbm_bytes_per_s"
ENTER = Qt.Key.Key_Return


def shown(qtbot: QtBot, key: str, **changes: object) -> KnobRow:
    row = KnobRow(knob(key))
    qtbot.addWidget(row)
    row.resize(226, 60)
    row.show_state(replace(states(study().scenarios[1])[key], **changes))
    row.show()
    row.activateWindow()
    return row


@pytest.fixture
def row(qtbot: QtBot) -> KnobRow:
    return shown(qtbot, BANDWIDTH, value=4.9e12)


@pytest.fixture
def edits(row: KnobRow) -> list[tuple[str, object, int]]:
    return heard(row)


def heard(row: KnobRow) -> list[tuple[str, object, int]]:
    seen: list[tuple[str, object, int]] = []
    row.edited.connect(lambda key, value, gesture: seen.append((key, value, gesture)))
    return seen


def write(qtbot: QtBot, row: KnobRow, text: str, end: Qt.Key = ENTER) -> None:
    row.editor.field.setFocus()
    row.editor.field.selectAll()
    qtbot.keyClicks(row.editor.field, text)
    qtbot.keyClick(row.editor.field, end)


@pytest.mark.parametrize(
    ("text", "value"),
    [("6 TB/s", 6e12), ("6", 6e12), ("4*1.2", 4.8e12), ("800 GB/s", 8e11), ("9e12", 9e12), ("50 TB/s", 5e13)],
)
def test_typed_text_is_read_with_units(qtbot: QtBot, row: KnobRow, edits: list, text: str, value: float) -> None:
    write(qtbot, row, text)
    assert [(k, v) for k, v, _ in edits] == [(BANDWIDTH, pytest.approx(value))]
    assert row.error == ""


@pytest.mark.parametrize("text", ["six", "6 GiB", "4,9 TB/s", "1e99", "-3 TB/s", "nan", "1/0", "<img src=x>"])
def test_wrong_text_stays_red_and_the_value_stays(qtbot: QtBot, row: KnobRow, edits: list, text: str) -> None:
    write(qtbot, row, text)
    field = row.editor.field
    assert edits == []
    assert field.text() == text
    assert field.property("wrong") is True
    assert row.error
    assert row.note.text() == row.error
    assert field.accessibleDescription() == row.error
    row.show_state(replace(row.state, note="something else"))
    assert field.text() == text
    assert row.note.text() == row.error
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "4.9 TB/s"
    assert not field.wrong
    assert row.note.text() == "something else"


def test_a_new_value_clears_wrong_text(qtbot: QtBot, row: KnobRow) -> None:
    write(qtbot, row, "six")
    row.show_state(replace(row.state, value=5e12))
    assert row.editor.field.text() == "5 TB/s"
    assert row.error == ""
    assert row.note.isHidden()


def test_another_scenario_clears_wrong_text(qtbot: QtBot, row: KnobRow) -> None:
    write(qtbot, row, "six")
    row.show_state(replace(row.state, slot=2))
    assert row.editor.field.text() == "4.9 TB/s"
    assert row.error == ""


def test_leaving_the_field_hands_over_what_was_typed_once(qtbot: QtBot, row: KnobRow, edits: list) -> None:
    write(qtbot, row, "6", Qt.Key.Key_Tab)
    row.editor.field.clearFocus()
    assert len(edits) == 1


def test_wrong_text_is_not_told_again_on_leaving(qtbot: QtBot, row: KnobRow) -> None:
    said: list[str] = []
    row.editor.refused.connect(said.append)
    write(qtbot, row, "six")
    row.editor.slider.setFocus()
    assert len(said) == 1


def test_the_same_value_in_other_words_is_no_edit(qtbot: QtBot, row: KnobRow, edits: list) -> None:
    write(qtbot, row, "4900 GB/s")
    assert edits == []
    assert row.editor.field.text() == "4.9 TB/s"


def test_typing_beyond_the_slider_keeps_the_value(qtbot: QtBot, row: KnobRow, edits: list) -> None:
    write(qtbot, row, "500 TB/s")
    row.show_state(replace(row.state, value=edits[-1][1]))
    assert row.editor.field.text() == "500 TB/s"
    assert row.editor.slider.value() == row.editor.slider.maximum()
    assert row.editor.slider.beyond == 1
    assert len(edits) == 1


def test_a_refusal_of_the_owner_keeps_the_typed_text(qtbot: QtBot, row: KnobRow) -> None:
    row.edited.connect(lambda *_: row.refuse("the chip says no"))
    write(qtbot, row, "6 TB/s")
    assert row.editor.field.text() == "6 TB/s"
    assert row.editor.field.wrong
    assert row.note.text() == "the chip says no"


def test_a_refused_slider_goes_back(qtbot: QtBot, row: KnobRow) -> None:
    before = row.editor.slider.value()
    row.edited.connect(lambda *_: row.refuse("the chip says no"))
    row.editor.slider.setFocus()
    qtbot.keyClick(row.editor.slider, Qt.Key.Key_Right)
    assert row.editor.slider.value() == before
    assert row.editor.field.text() == "4.9 TB/s"
    assert row.note.text() == "the chip says no"


def test_the_slider_gives_the_stops_exactly(qtbot: QtBot, row: KnobRow, edits: list) -> None:
    stops = ladder_of(row.knob).values
    here = ladder_of(row.knob).nearest(4.9e12)
    row.editor.slider.setFocus()
    qtbot.keyClick(row.editor.slider, Qt.Key.Key_Right)
    assert edits[-1][1] == stops[here + 1]


def test_showing_never_emits(row: KnobRow, edits: list) -> None:
    for value in (None, 1e12, 1.234567e12, 1e20):
        row.show_state(replace(row.state, value=value))
    assert edits == []


def test_missing_is_shown_as_missing_not_as_zero(row: KnobRow) -> None:
    row.show_state(replace(row.state, value=None))
    assert row.editor.field.text() == row.knob.missing_text
    assert row.editor.slider.missing


def test_an_edited_knob_says_what_it_was(row: KnobRow) -> None:
    row.show_state(replace(row.state, was=2.9e12, note="no effect now"))
    assert row.note.text() == "was 2.9 TB/s · no effect now"
    assert row.label.font().bold() or row.label.font().weight() > 500
    assert "2.9 TB/s" in row.editor.slider.accessibleDescription()
    row.show_state(replace(row.state, was=None, note=""))
    assert row.note.isHidden()


def test_an_equal_state_touches_nothing(row: KnobRow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row.editor, "show", lambda *_: pytest.fail("touched"))
    row.show_state(replace(row.state))


def test_label_double_click_and_pointing(qtbot: QtBot, row: KnobRow) -> None:
    with qtbot.waitSignal(row.reset_asked) as reset:
        qtbot.mouseDClick(row.label, Qt.MouseButton.LeftButton)
    assert reset.args == [BANDWIDTH]
    with qtbot.waitSignal(row.pointed) as pointed:
        row.editor.slider.setFocus()
    assert pointed.args == [BANDWIDTH]


def test_tips_are_never_markup(row: KnobRow) -> None:
    row.show_state(replace(row.state, tip="<img src='file:///x'>\nsecond"))
    assert "<img" not in row.label.toolTip()
    assert "<br>second" in row.label.toolTip()
    assert "<img" not in row.editor.field.toolTip()


def test_state_is_a_value() -> None:
    some = KnobState(1.0, ladder_of(knob(BANDWIDTH)))
    assert some == replace(some)


def test_a_burst_of_keys_is_one_gesture_and_typing_another(qtbot: QtBot, row: KnobRow, edits: list) -> None:
    row.editor.slider.setFocus()
    qtbot.keyClick(row.editor.slider, Qt.Key.Key_Right)
    qtbot.keyClick(row.editor.slider, Qt.Key.Key_Right)
    with qtbot.waitSignal(row.gesture_ended):
        write(qtbot, row, "6 TB/s")
    gestures = [g for _, _, g in edits]
    assert gestures[0] == gestures[1]
    assert gestures[2] not in gestures[:2]
