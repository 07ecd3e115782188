"""Choices: a row of segments or a drop-down, with the keyboard, and deaf to a wheel that is not meant for them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from widget_samples import states, study

from explorer.app.widgets import KnobRow
from explorer.app.widgets.choice import ChoiceBox, Segments
from explorer.knobs import knob


def shown(qtbot: QtBot, key: str, **changes: object) -> KnobRow:
    row = KnobRow(knob(key))
    qtbot.addWidget(row)
    row.resize(226, 60)
    row.show_state(replace(states(study().scenarios[1])[key], **changes))
    row.show()
    row.activateWindow()
    return row


def heard(row: KnobRow) -> list[tuple[str, object, int]]:
    seen: list[tuple[str, object, int]] = []
    row.edited.connect(lambda key, value, gesture: seen.append((key, value, gesture)))
    return seen


def test_three_words_are_segments(qtbot: QtBot) -> None:
    row = shown(qtbot, "job.phase", value="decode")
    edits = heard(row)
    assert isinstance(row.editor.head, Segments)
    qtbot.mouseClick(row.editor.head.buttons[2], Qt.MouseButton.LeftButton)
    assert [(k, v) for k, v, _ in edits] == [("job.phase", "training")]
    row.show_state(replace(row.state, value="prefill"))
    assert row.editor.head.buttons[1].isChecked()
    assert len(edits) == 1
    row.editor.head.buttons[1].setFocus()
    qtbot.keyClick(row.editor.head.buttons[1], Qt.Key.Key_Left)
    assert edits[-1][1] == "decode"
    with qtbot.waitSignal(row.reset_asked):
        qtbot.keyClick(row.editor.head.buttons[0], Qt.Key.Key_Backspace)


def test_a_refused_choice_goes_back(qtbot: QtBot) -> None:
    row = shown(qtbot, "job.phase", value="decode")
    row.edited.connect(lambda *_: row.refuse("not now"))
    qtbot.mouseClick(row.editor.head.buttons[2], Qt.MouseButton.LeftButton)
    assert row.editor.head.buttons[0].isChecked()
    assert row.note.text() == "not now"


def test_many_words_are_a_box_whose_wheel_needs_focus(qtbot: QtBot) -> None:
    row = shown(qtbot, "job.weight_format", value="bf16")
    edits = heard(row)
    box = row.editor.head
    assert isinstance(box, ChoiceBox)

    def wheel() -> bool:
        event = QWheelEvent(
            QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(box, event)
        return event.isAccepted()

    box.clearFocus()
    assert not wheel()
    assert edits == []
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    assert wheel()
    assert [v for _, v, _ in edits] == ["fp8"]
