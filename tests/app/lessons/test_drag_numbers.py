"""Numbers in a text are dragged and stepped like a slider, and formulas are pictures."""

from __future__ import annotations

from pathlib import Path

from class_tools import begin, page, rest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_tools import LEFT, settle

from explorer.app.lessons.drag_prose import DragProse
from explorer.app.lessons.formulas import Formulas, Setting, typeset
from explorer.app.window import Window

KEY = "chip.hbm_bytes_per_s"


def mouse(text: DragProse, kind: QEvent.Type, at: QPointF) -> None:
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else LEFT
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else LEFT
    event = QMouseEvent(kind, at, text.viewport().mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(text.viewport(), event)


def bandwidth(window: Window) -> float:
    return window.document.study.scenarios[0].chip.hbm_bytes_per_s


def handle(text: DragProse) -> QPointF:
    boxes = text.boxes(text.handles[0])
    assert boxes
    return QPointF(boxes[0].center())


def test_a_drag_is_one_step_and_follows_the_hand(window: Window) -> None:
    begin(window, "roofline")
    text, before = page(window).text, bandwidth(window)
    count, at = window.document.undo_stack.count(), handle(page(window).text)
    mouse(text, QEvent.Type.MouseButtonPress, at)
    seen = []
    for pixels in (20, 40, 80):
        mouse(text, QEvent.Type.MouseMove, at + QPointF(pixels, 0))
        settle()
        seen.append(bandwidth(window))
        assert text.handles[0].text in text.spoken()
    assert before < seen[0] < seen[1] < seen[2]
    mouse(text, QEvent.Type.MouseMove, at)
    settle()
    assert bandwidth(window) == before, "back where it was"
    mouse(text, QEvent.Type.MouseMove, at + QPointF(30, 0))
    mouse(text, QEvent.Type.MouseButtonRelease, at + QPointF(30, 0))
    rest(window)
    assert window.document.undo_stack.count() == count + 1
    window.document.undo_stack.undo()
    assert bandwidth(window) == before
    assert bandwidth(window) != seen[0]


def test_arrow_keys_step_the_number_and_the_cursor_shows_that_it_moves(window: Window) -> None:
    begin(window, "roofline")
    text, before = page(window).text, bandwidth(window)
    assert text.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert "7.7 TB/s" in text.accessibleName()
    text.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(text, Qt.Key.Key_Right)
    settle()
    up = bandwidth(window)
    assert up > before
    QTest.keyClick(text, Qt.Key.Key_Left)
    QTest.keyClick(text, Qt.Key.Key_Left)
    settle()
    assert bandwidth(window) < before
    at = handle(text)
    QTest.mouseMove(text.viewport(), QPoint(round(at.x()), round(at.y())))
    event = QMouseEvent(QEvent.Type.MouseMove, at, text.viewport().mapToGlobal(at), Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(text.viewport(), event)
    assert text.viewport().cursor().shape() == Qt.CursorShape.SizeHorCursor


def test_text_without_numbers_to_drag_takes_no_focus(window: Window) -> None:
    begin(window, "memory-fit")
    assert page(window).text.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_formulas_become_pictures_beside_the_window(window: Window, qtbot: QtBot) -> None:
    begin(window, "roofline")
    text = page(window).text
    qtbot.waitUntil(lambda: "\ufffc" in text.toPlainText(), timeout=20_000)
    assert "P_{peak}" not in text.toPlainText()
    assert "7.7 TB/s" in text.spoken()
    assert [live.text for live in text.live] == [text.toPlainText()[live.at : live.at + len(live.text)] for live in text.live]
    rest(window)
    assert text.height() >= text.document().size().height()


def test_ink_takes_the_colour_of_the_look_and_nonsense_is_none(qtbot: QtBot) -> None:
    assert typeset(Setting(r"\frac{", 20)) is None
    formulas = Formulas()
    assert formulas.image("I = F / B", 20, QColor("#ff0000")) is None
    qtbot.waitUntil(lambda: formulas.image("I = F / B", 20, QColor("#ff0000")) is not None, timeout=20_000)
    picture = formulas.image("I = F / B", 20, QColor("#ff0000"))
    assert picture is not None
    dark = [picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height())]
    assert any(c.alpha() == 255 and c.red() > 250 and c.green() < 5 for c in dark)


def test_a_text_opens_no_file_and_no_address(qtbot: QtBot, tmp_path: Path) -> None:
    secret = tmp_path / "secret.html"
    secret.write_text("secret words", encoding="utf-8")
    text = DragProse(Formulas())
    qtbot.addWidget(text)
    text.show_prose(f"![x]({secret.as_uri()}) [here]({secret.as_uri()}) <img src='{secret.as_uri()}'> <b>x</b>", lambda _piece: "")
    assert text.loadResource(2, QUrl.fromLocalFile(str(secret))) is None
    assert not text.openLinks()
    assert "secret words" not in text.toPlainText()


def test_letters_outside_the_basic_plane_do_not_shift_the_numbers(qtbot: QtBot) -> None:
    text = DragProse(Formulas())
    qtbot.addWidget(text)
    values = {"a": "1", "b": "22"}
    text.show_prose("𝛼 and 🦙: {a}, then **{b}**, then {a}.", lambda piece: values[piece.what])
    assert text.toPlainText() == "𝛼 and 🦙: 1, then 22, then 1."
    values |= {"a": "1000", "b": "2"}
    text.refresh()
    assert text.toPlainText() == "𝛼 and 🦙: 1000, then 2, then 1000."
    values |= {"a": "", "b": ""}
    text.refresh()
    values |= {"a": "7", "b": "8"}
    text.refresh()
    assert text.toPlainText() == "𝛼 and 🦙: 7, then 8, then 7."
