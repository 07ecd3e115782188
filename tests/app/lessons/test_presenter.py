"""What a room sees, and that everything comes back as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from class_tools import begin, guess, page, rest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from window_tools import BANDWIDTH, settle

from explorer.app.lessons.player import SPEEDS
from explorer.app.lessons.presenter import Presenter
from explorer.app.window import Window

LEAST_PX = 24  # 18 pt


@pytest.fixture
def room(window: Window) -> Iterator[Presenter]:
    """A presenter at 1280 x 720 that takes no screen."""
    window.resize(1280, 720)
    settle()
    presenter = window.teaching.presenter
    presenter.full_screen = False
    yield presenter
    presenter.end()


def press(window: Window, key: Qt.Key) -> None:
    """A key as a clicker sends it: to whoever has the focus."""
    QTest.keyClick(window.focusWidget() or window, key)
    rest(window)


def small_letters(window: Window) -> list[str]:
    """What is written in under 18 pt: words of visible widgets, and those that charts paint."""
    found = []
    for part in window.findChildren(QWidget):
        said = getattr(part, "text", None) or getattr(part, "toPlainText", None) or getattr(part, "currentText", None)
        words = said() if callable(said) else ""
        if words and part.isVisible() and part.font().pixelSize() < LEAST_PX:
            found.append(f"{type(part).__name__} {words} {part.font().pixelSize()}")
    for key in window.panes.visible_keys():
        pane = window.panes.panes.get(key)
        found += [f"{key}: {kind}" for kind, font in (pane.ink.fonts if pane else {}).items() if font.pixelSize() < LEAST_PX]
    return found


@pytest.mark.parametrize("lesson", ["roofline", "memory-fit", "press-release"])
def test_no_letter_is_under_18_points_and_nothing_hangs_out(window: Window, room: Presenter, lesson: str) -> None:
    course = begin(window, lesson)
    room.start()
    rest(window)
    assert course.lesson is not None
    for step in course.lesson.steps:
        assert small_letters(window) == []
        for font in (window.look.font(k) for k in ("base", "small", "bold", "title", "headline", "mono")):  # type: ignore[arg-type]
            assert font.pixelSize() >= LEAST_PX
        charts = [window.panes.panes[k] for k in window.panes.visible_keys() if k in window.panes.panes]
        assert all(c.height() > 200 for c in charts)
        assert room.strip is not None
        assert set(room.strip.rows) <= set(step.knobs)
        for part in (room.strip, page(window), *charts):
            corner = part.mapTo(window, QPoint(part.width(), part.height()))
            assert corner.x() <= 1280
            assert corner.y() <= 720
        if step.prediction is not None:
            assert [out.number for out in room.outs.outs if out.isVisible()] == ["?"] * len(window.document.study.scenarios)  # type: ignore[union-attr]
            guess(window)
            assert small_letters(window) == []
            assert "?" not in [out.number for out in room.outs.outs if out.isVisible()]  # type: ignore[union-attr]
        press(window, Qt.Key.Key_PageDown)
    assert course.finished


def test_chrome_goes_and_everything_comes_back(window: Window, room: Presenter) -> None:
    window.wear("dark", 1.1)
    window.panes.fill("memory")
    window.split.setSizes([400, 600, 280])
    rest(window)
    look, size, sizes, picture = window.look, window.size(), window.split.sizes(), window.grab().toImage()
    window.actions_.all["Present"].trigger()
    rest(window)
    assert room.on
    assert window.look.theme.name == "projector"
    for part in (window.bar, window.knobs, window.table, window.verdict):
        assert not part.isVisible()
    assert window.menuBar().height() == 0
    press(window, Qt.Key.Key_PageDown)
    press(window, Qt.Key.Key_Escape)
    assert not room.on
    assert (window.look, window.size(), window.split.sizes()) == (look, size, sizes)
    assert (window.settings.theme, window.settings.scale) == ("dark", 1.1)
    assert window.panes.filled == "memory"
    assert different(window.grab().toImage(), picture) == 0


def different(one: QImage, other: QImage) -> int:
    """Pixels that differ, of every third."""
    assert one.size() == other.size()
    places = ((x, y) for x in range(0, one.width(), 3) for y in range(0, one.height(), 3))
    return sum(one.pixel(x, y) != other.pixel(x, y) for x, y in places)


def test_the_whole_screen_is_given_back(window: Window) -> None:
    window.resize(1280, 720)
    settle()
    before = window.geometry()
    window.teaching.presenter.start()
    rest(window)
    assert window.isFullScreen()
    window.teaching.presenter.end()
    rest(window)
    assert not window.isFullScreen()
    assert window.geometry() == before


def test_clicker_keys_go_on_and_back(window: Window, room: Presenter) -> None:
    course = begin(window, "roofline")
    room.start()
    rest(window)
    press(window, Qt.Key.Key_PageDown)
    assert course.number == 2
    press(window, Qt.Key.Key_PageUp)
    assert course.number == 1
    assert room.strip is not None
    slider = room.strip.rows[BANDWIDTH].editor.body
    assert slider is not None
    slider.setFocus()
    before = window.document.study.scenarios
    press(window, Qt.Key.Key_PageDown)
    assert course.number == 2, "a slider does not swallow it"
    assert window.document.study.scenarios == before


def test_without_a_lesson_keys_turn_the_charts(window: Window, room: Presenter) -> None:
    room.start()
    rest(window)
    assert window.panes.visible_keys() == ("roofline",)
    assert room.outs is not None
    assert room.outs.outs[0].number == window.verdict.headline.text()
    press(window, Qt.Key.Key_PageDown)
    assert window.panes.visible_keys() == ("memory",)
    press(window, Qt.Key.Key_PageUp)
    press(window, Qt.Key.Key_PageUp)
    assert window.panes.visible_keys() == ("time",)
    assert small_letters(window) == []


def test_black_out_hides_all_and_any_key_ends_it(window: Window, room: Presenter) -> None:
    begin(window, "roofline")
    room.start()
    rest(window)
    for key in (Qt.Key.Key_B, Qt.Key.Key_Period):
        baseline = window.document.study.baseline
        press(window, key)
        picture = window.grab().toImage()
        assert {picture.pixelColor(x, y).name() for x in range(0, 1280, 40) for y in range(0, 720, 40)} == {"#000000"}
        press(window, Qt.Key.Key_PageDown)
        assert window.teaching.course.number == 1, "it only ends the black-out"
        assert room.black is not None
        assert not room.black.isVisible()
        assert window.document.study.baseline == baseline, "B pins nothing here"


def test_a_ring_follows_the_pointer(window: Window, room: Presenter) -> None:
    room.start()
    rest(window)
    press(window, Qt.Key.Key_H)
    halo = room.halo
    assert halo is not None
    assert halo.isVisible()
    halo._timer.stop()
    before = window.grab().toImage()
    halo.put(QPoint(500, 300))
    settle()
    assert halo.geometry().center() in (QPoint(500, 300), QPoint(499, 299))
    assert different(window.grab().toImage(), before) > 100
    press(window, Qt.Key.Key_H)
    assert not halo.isVisible()


def test_a_knob_plays_back_and_forth_as_one_step(window: Window, room: Presenter) -> None:
    begin(window, "roofline", 3)
    room.start()
    rest(window)
    count, start = window.document.undo_stack.count(), window.document.study
    press(window, Qt.Key.Key_Space)
    player = room.player
    assert player.on
    assert player.key == "job.batch"
    player._timer.stop()
    seen = []
    for _ in range(1500):
        player.advance(0.04)
        seen.append(window.document.study.scenarios[0].job.batch)
    ladder = [int(v) for v in window.teaching.hand.ladder("job.batch").values]
    assert max(seen) == ladder[-1]
    at_top = seen.index(max(seen))
    assert seen[: at_top + 1] == sorted(seen[: at_top + 1])
    assert min(seen[at_top:]) == ladder[0], "and back"
    assert seen.count(max(seen)) > 15, "it rests at an end"
    player._timer.start()
    press(window, Qt.Key.Key_Space)
    assert not player.on
    assert window.document.undo_stack.count() == count + 1
    window.document.undo_stack.undo()
    assert window.document.study == start


def test_the_pace_is_a_quarter_to_four_times(window: Window, room: Presenter) -> None:
    room.start()
    rest(window)
    for key, end in ((Qt.Key.Key_Plus, SPEEDS[-1]), (Qt.Key.Key_Minus, SPEEDS[0])):
        for _ in range(6):
            press(window, key)
        assert room.player.speed == end


def test_keys_that_are_typed_stay_in_the_field(window: Window, room: Presenter) -> None:
    begin(window, "press-release")
    room.start()
    rest(window)
    field = page(window).guess.field
    field.setFocus()
    QTest.keyClicks(field, "1.5 b")
    assert field.text() == "1.5 b"
    assert isinstance(window.focusWidget(), QLineEdit)
    assert room.black is not None
    assert not room.black.isVisible()
    press(window, Qt.Key.Key_PageDown)
    assert window.teaching.course.number == 2


def test_a_call_out_takes_its_scenario_in_hand(window: Window, room: Presenter) -> None:
    begin(window, "press-release")
    room.start()
    rest(window)
    assert room.outs is not None
    room.outs.outs[1].click()
    rest(window)
    assert window.document.study.active == 1
    assert room.outs.outs[1].active
    guess(window)
    window.teaching.course.start("memory-fit")
    rest(window)
    guess(window)
    assert room.outs.outs[0].number == "181 GiB"


def test_closing_while_presenting_keeps_the_settings(window: Window, room: Presenter) -> None:
    window.wear("dark", 1.25)
    room.start()
    rest(window)
    window.close()
    assert not room.on
    assert (window.settings.theme, window.settings.scale) == ("dark", 1.25)
