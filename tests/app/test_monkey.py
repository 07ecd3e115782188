"""Thousands of things in a random order: nothing raised, nothing warned about, nothing left behind, all of it undone."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from monkey_hands import Monkey
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_tools import LIBRARY, Answers, settle

from explorer.app.window import Window
from explorer.evaluate import Findings, Paragraph
from explorer.library import default_study

_SHORT, _LONG = 2000, 20_000
_MOST_BLOCKS = 12
_MOST_GROWTH_MIB = 128.0  # formulas, drawn charts and recorded programs are kept: 339 to 355 MiB in the end, however early it is weighed
_LAZY_WIDGETS = 5  # a presentation keeps a call-out for each scenario that it has shown, six at most
_LAZY_OBJECTS = 4 + 2 * _LAZY_WIDGETS  # and timers and effects that Qt makes once, at first use


@dataclass(frozen=True)
class Weight:
    """What the program holds when the window is back in its first state."""

    objects: int
    widgets: int
    resident_mib: float


def resident_mib() -> float:
    """Memory of this process [MiB]; 0 where the system does not say."""
    if not os.path.exists("/proc/self/statm"):
        return 0.0
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def weigh(window: Window) -> Weight:
    """Bring the window back to its first state and look what it holds."""
    window.librarian.close_windows()
    window.document.set_library(LIBRARY)
    window.document.open(default_study(LIBRARY))
    while window.notices.text:
        window.notices.dismiss()
    window.wear("light", 1.0)
    window.resize(1600, 900)
    window.panes.fill(None)
    for section in window.knobs.headers:
        window.knobs.set_open(section, True)
    for _ in range(3):
        settle()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
    window.refresher.settle()
    settle()
    return Weight(len(window.findChildren(QObject)), len(QApplication.allWidgets()), resident_mib())


def everything_can_be_undone(window: Window) -> None:
    """Walk the whole history back and forth."""
    stack, study = window.document.undo_stack, window.document.study
    assert stack.count() < stack.undoLimit(), "the oldest steps are gone: check more often"
    index = stack.index()
    while stack.canUndo():
        stack.undo()
    opened = window.document.opened
    bottom = window.document.study
    # In a lesson the reference is the beginning of the step, whatever was dragged in the study that was opened.
    assert bottom.lesson is not None or bottom.replace(active=opened.active) == opened
    while stack.index() < index:
        stack.redo()
    assert window.document.study.replace(active=study.active) == study
    if stack.count() > stack.undoLimit() // 3:
        window.document.open(study)


@contextmanager
def warnings_of_qt(qtlog: Any) -> Iterator[list[str]]:
    """What Qt warns about. pytest-qt would keep every message of the offscreen platform, and be what grows."""
    heard: list[str] = []

    def hear(kind: QtMsgType, _context: object, message: str | None) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and "This plugin does not support" not in (message or ""):
            heard.append(message or "")

    with qtlog.disabled():
        before = qInstallMessageHandler(hear)
        try:
            yield heard
        finally:
            qInstallMessageHandler(before)


def make_lazy_parts(window: Window, qtbot: QtBot) -> None:
    """What is made at first use and then stays: the validation pane's chart and lists, as many blocks as a verdict may have."""
    window.panes.fill("validation")
    qtbot.waitUntil(lambda: window.panes.validation.found is not None, timeout=60_000)
    for box in window.panes.validation.filters.boxes.values():
        box.view()
    window.panes.fill(None)
    course, presenter = window.teaching.course, window.teaching.presenter
    for lesson in ("roofline", "press-release"):  # with goals and all three kinds of guesses
        for step in (1, 2, 3):
            course.start(lesson, step)
            settle()
    presenter.full_screen = False
    for _ in range(2):
        presenter.toggle()
        settle()
    course.leave()
    settle()
    window.verdict.show_findings(Findings("", 0, "", "", "", "", "normal", (Paragraph("title", "words"),) * _MOST_BLOCKS, ()))
    window.refresher.settle()


def campaign(window: Window, answers: Answers, qtbot: QtBot, qtlog: object, events: int, seed: int) -> tuple[Weight, Weight]:
    """Let the monkey act; returns the weights at three quarters of the way and at the end."""
    make_lazy_parts(window, qtbot)
    monkey, early = Monkey(window, answers, seed), None
    with qtbot.capture_exceptions() as raised, warnings_of_qt(qtlog) as warned:
        for i in range(events):
            if i == events * 3 // 4:  # by then every part that is made once and kept has been asked for: a presentation makes a row for each knob
                early = weigh(window)
            if i % 250 == 249:
                everything_can_be_undone(window)
            monkey.step()
            assert not raised, f"event {i} of seed {seed}, after {monkey.last}: {raised[0][1]!r}"
            assert not warned, f"event {i} of seed {seed}, after {monkey.last}: {warned[0]}"
            assert window.isVisible()
        everything_can_be_undone(window)
        late = weigh(window)
    assert early is not None
    return early, late


def check(early: Weight, late: Weight) -> None:
    """Nothing may have grown between three quarters of the way and the end."""
    print(f"objects {early.objects} -> {late.objects}, widgets {early.widgets} -> {late.widgets}, "
          f"resident {early.resident_mib:.1f} -> {late.resident_mib:.1f} MiB", file=sys.stderr)  # fmt: skip
    assert late.objects <= early.objects + _LAZY_OBJECTS
    assert late.widgets <= early.widgets + _LAZY_WIDGETS
    assert late.resident_mib - early.resident_mib < _MOST_GROWTH_MIB


def test_two_thousand_random_events(window: Window, answers: Answers, qtbot: QtBot, qtlog: object) -> None:
    check(*campaign(window, answers, qtbot, qtlog, _SHORT, seed=20260))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_twenty_thousand_random_events(window: Window, answers: Answers, qtbot: QtBot, qtlog: object, seed: int) -> None:
    check(*campaign(window, answers, qtbot, qtlog, _LONG, seed))
