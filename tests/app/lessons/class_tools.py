"""Hands for a class: guess, reveal, reach goals with the knobs of the panel."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_tools import settle

from explorer.app.lessons.course import Course
from explorer.app.lessons.panel import LessonPanel
from explorer.app.lessons.visit import Visit
from explorer.app.window import Window
from explorer.knobs import knob


def rest(window: Window) -> None:
    """Let the window catch up, words included."""
    settle()
    window.refresher.settle()
    settle()


def begin(window: Window, lesson: str, step: int = 1) -> Course:
    """A lesson at a step."""
    window.teaching.course.start(lesson, step)
    rest(window)
    return window.teaching.course


def page(window: Window) -> LessonPanel:
    """The panel."""
    panel = window.teaching.panel
    assert panel is not None
    return panel


def visit(window: Window) -> Visit:
    """The present step."""
    found = window.teaching.course.visit
    assert found is not None
    return found


def guess(window: Window, choice: int = 0) -> None:
    """Guess with whatever the step offers, and reveal."""
    box, asked = page(window).guess, visit(window).step.prediction
    assert asked is not None
    assert not box.button.isEnabled(), "nothing is guessed yet"
    if asked.kind == "pick":
        box.picks[choice].click()
    elif asked.kind == "marker":
        box.marker.setFocus()
        QTest.keyClick(box.marker, Qt.Key.Key_Right)
    else:
        box.field.setFocus()
        QTest.keyClicks(box.field, "1.5")
    settle()
    box.button.click()
    rest(window)


def set_knob(window: Window, setting: str) -> None:
    """One setting of a solution, through the row of the panel as somebody would type it."""
    name, _, value = setting.partition("=")
    scenario, _, key = name.rpartition(":")
    if scenario:
        names = [s.chip.id for s in window.document.study.scenarios]
        window.document.activate(names.index(scenario))
        settle()
    row = window.knobs.rows[key]
    assert row.isVisible(), key
    row.edited.emit(key, knob(key).parse(value), 0)
    row.gesture_ended.emit(key)
    settle()
    assert not row.error
