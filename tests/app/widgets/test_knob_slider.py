"""The slider: exact steps, honest gestures, and a wheel that leaves strangers alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from explorer.app.widgets import KnobSlider, slider_paint
from explorer.app.widgets.gestures import SILENCE_MS

NAMES = tuple("Trainium2" if i == 40 else "B200" if i == 120 else "" for i in range(201))
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def slider(qtbot: QtBot) -> KnobSlider:
    made = KnobSlider()
    qtbot.addWidget(made)
    made.resize(260, 15)
    made.set_stops(NAMES, lambda i: f"{i} GiB")
    made.show_index(80)
    made.show()
    made.activateWindow()
    made.setFocus()
    qtbot.waitUntil(made.hasFocus)
    return made


@pytest.fixture
def moves(slider: KnobSlider) -> list[tuple[int, int]]:
    seen: list[tuple[int, int]] = []
    slider.moved.connect(lambda index, gesture: seen.append((index, gesture)))
    return seen


def mouse(slider: KnobSlider, kind: QMouseEvent.Type, x: float, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    at = QPointF(x, 7)
    button = Qt.MouseButton.NoButton if kind == QMouseEvent.Type.MouseMove else LEFT
    QApplication.sendEvent(slider, QMouseEvent(kind, at, slider.mapToGlobal(at), button, LEFT, modifiers))


def drag(slider: KnobSlider, start: float, *stops: float, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    mouse(slider, QMouseEvent.Type.MouseButtonPress, start)
    for x in stops:
        mouse(slider, QMouseEvent.Type.MouseMove, x, modifiers)
    mouse(slider, QMouseEvent.Type.MouseButtonRelease, stops[-1] if stops else start)


def wheel(slider: KnobSlider, clicks: int) -> QWheelEvent:
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, 120 * clicks), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(slider, event)
    return event


@pytest.mark.parametrize(
    ("key", "index"),
    [
        (Qt.Key.Key_Right, 81), (Qt.Key.Key_Left, 79), (Qt.Key.Key_Up, 81), (Qt.Key.Key_Down, 79), (Qt.Key.Key_PageUp, 90),
        (Qt.Key.Key_PageDown, 70), (Qt.Key.Key_Home, 0), (Qt.Key.Key_End, 200),
    ],
)  # fmt: skip
def test_keys_step_exactly(qtbot: QtBot, slider: KnobSlider, moves: list, key: Qt.Key, index: int) -> None:
    qtbot.keyClick(slider, key)
    assert [i for i, _ in moves] == [index]


def test_show_index_never_emits(slider: KnobSlider, moves: list) -> None:
    slider.show_index(3)
    slider.set_stops(NAMES[:50])
    slider.show_index(7, missing=True)
    assert moves == []


def test_a_drag_is_one_gesture_and_the_next_is_another(qtbot: QtBot, slider: KnobSlider, moves: list) -> None:
    ended: list[int] = []
    slider.gesture_ended.connect(lambda: ended.append(len(moves)))
    x = slider_paint.x_of(slider, 80)
    drag(slider, x, x + 10, x + 20, x + 31)
    first = len(moves)
    drag(slider, slider_paint.x_of(slider, slider.value()), x, x - 30)
    assert first >= 3
    assert len({g for _, g in moves[:first]}) == 1
    assert len({g for _, g in moves}) == 2
    assert ended == [first, len(moves)]


def test_a_key_burst_is_one_gesture_until_silence(qtbot: QtBot, slider: KnobSlider, moves: list) -> None:
    with qtbot.waitSignal(slider.gesture_ended, timeout=SILENCE_MS * 20):
        qtbot.keyClick(slider, Qt.Key.Key_Right)
        qtbot.keyClick(slider, Qt.Key.Key_Right)
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    gestures = [g for _, g in moves]
    assert gestures[0] == gestures[1] != gestures[2]


def test_a_press_on_the_handle_changes_nothing(slider: KnobSlider, moves: list) -> None:
    ended: list[bool] = []
    slider.gesture_ended.connect(lambda: ended.append(True))
    x = slider_paint.x_of(slider, 80)
    drag(slider, x + 3, x + 4)
    assert moves == []
    assert ended == []


def test_a_press_on_the_track_goes_there(slider: KnobSlider, moves: list) -> None:
    drag(slider, slider_paint.x_of(slider, 160))
    assert [i for i, _ in moves] == [160]


def test_shift_drags_a_tenth(slider: KnobSlider, moves: list) -> None:
    x = slider_paint.x_of(slider, 80)
    drag(slider, x, x + 40)
    coarse = slider.value() - 80
    slider.show_index(80)
    mouse(slider, QMouseEvent.Type.MouseButtonPress, x)
    mouse(slider, QMouseEvent.Type.MouseMove, x, Qt.KeyboardModifier.ShiftModifier)
    mouse(slider, QMouseEvent.Type.MouseMove, x + 40, Qt.KeyboardModifier.ShiftModifier)
    assert slider.value() - 80 == round(coarse / 10)
    mouse(slider, QMouseEvent.Type.MouseButtonRelease, x + 40)


def test_products_pull_the_handle_unless_shift_is_held(slider: KnobSlider) -> None:
    x = slider_paint.x_of(slider, 120)
    drag(slider, slider_paint.x_of(slider, 80), x - 20, x - 2)
    assert slider.value() == 120
    slider.show_index(80)
    drag(slider, slider_paint.x_of(slider, 80), x - 20, x - 2, modifiers=Qt.KeyboardModifier.AltModifier)
    assert 115 < slider.value() < 120


@pytest.mark.parametrize("key", [Qt.Key.Key_Backspace, Qt.Key.Key_Delete])
def test_reset_by_key(qtbot: QtBot, slider: KnobSlider, moves: list, key: Qt.Key) -> None:
    with qtbot.waitSignal(slider.reset_asked):
        qtbot.keyClick(slider, key)
    assert moves == []


def test_reset_by_double_click(qtbot: QtBot, slider: KnobSlider, moves: list) -> None:
    with qtbot.waitSignal(slider.reset_asked):
        qtbot.mouseDClick(slider, LEFT, pos=QPoint(round(slider_paint.x_of(slider, 80)), 7))
    assert moves == []
    assert not slider.held


def test_wheel_works_with_focus_only(slider: KnobSlider, moves: list) -> None:
    assert wheel(slider, 1).isAccepted()
    assert [i for i, _ in moves] == [81]
    slider.clearFocus()
    assert not wheel(slider, 1).isAccepted()
    assert slider.value() == 81


def test_a_missing_value_can_be_set_to_the_first_stop(qtbot: QtBot, slider: KnobSlider, moves: list) -> None:
    slider.show_index(0, missing=True)
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert [i for i, _ in moves] == [0]


def test_ticks_carry_products(slider: KnobSlider) -> None:
    assert slider.words_at(slider_paint.x_of(slider, 40) + 1) == "Trainium2: 40 GiB"
    assert slider.words_at(slider_paint.x_of(slider, 80)) == ""


def test_ticks_are_painted_where_products_stand(slider: KnobSlider) -> None:
    slider.clearFocus()
    picture = slider.grab().toImage()
    row = round(slider.look.px(6.5) + 0.5 + slider.look.px(6))
    grey = {x for x in range(picture.width()) if picture.pixelColor(x, row) != picture.pixelColor(100, row)}
    for index in (40, 120):
        assert any(abs(x - slider_paint.x_of(slider, index)) <= 1.5 for x in grey), index
    assert not any(abs(x - slider_paint.x_of(slider, 180)) <= 5 for x in grey)


def test_the_name_floats_while_dragging_and_goes_with_the_hand(qtbot: QtBot, slider: KnobSlider) -> None:
    mouse(slider, QMouseEvent.Type.MouseButtonPress, slider_paint.x_of(slider, 120))
    bubble = slider._bubble
    assert bubble is not None
    assert bubble.text() == "B200"
    mouse(slider, QMouseEvent.Type.MouseMove, slider_paint.x_of(slider, 160))
    assert bubble.isHidden()
    mouse(slider, QMouseEvent.Type.MouseButtonRelease, slider_paint.x_of(slider, 160))
    assert slider._bubble is None


def test_hiding_the_slider_ends_the_drag(slider: KnobSlider, moves: list) -> None:
    ended: list[bool] = []
    slider.gesture_ended.connect(lambda: ended.append(True))
    mouse(slider, QMouseEvent.Type.MouseButtonPress, slider_paint.x_of(slider, 160))
    slider.hide()
    assert ended == [True]
    assert not slider.held
