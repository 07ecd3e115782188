"""What nobody caught is logged and told, the study is kept, and the window lives."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer, qInstallMessageHandler, qWarning
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from window_tools import BANDWIDTH, drag, settle, slider_of

from explorer.app.crash import CrashGuard
from explorer.app.window import Window
from explorer.library import read_study


@pytest.fixture
def guard(window: Window, tmp_path: Path) -> Iterator[CrashGuard]:
    """A guard that is installed, and taken away afterwards."""
    log = logging.getLogger("explorer")
    hooks, handlers, level = (sys.excepthook, threading.excepthook), list(log.handlers), log.level
    made = CrashGuard(window, tmp_path / "logs")
    made.install()
    yield made
    sys.excepthook, threading.excepthook = hooks
    qInstallMessageHandler(None)
    for handler in [h for h in log.handlers if h not in handlers]:
        log.removeHandler(handler)
        handler.close()
    log.setLevel(level)
    if made.last is not None:
        made.last.close()


def kept(guard: CrashGuard) -> list[Path]:
    return sorted(guard.folder.glob("kept-*.json"))


def text_of_log(guard: CrashGuard) -> str:
    return (guard.folder / "explorer.log").read_text(encoding="utf-8")


def test_an_error_in_a_slot_is_told_and_the_window_lives(window: Window, guard: CrashGuard, qtbot: QtBot) -> None:
    window.document.edit(BANDWIDTH, 5e12)
    study = window.document.study

    def fails() -> None:
        raise ZeroDivisionError("a fault made for the test")

    QTimer.singleShot(0, fails)
    qtbot.waitUntil(lambda: guard.last is not None)
    assert "a fault made for the test" in text_of_log(guard)
    assert [read_study(p) for p in kept(guard)] == [study]
    assert guard.last is not None
    assert guard.last.isVisible()
    details = guard.last.details.toPlainText()
    assert "ZeroDivisionError: a fault made for the test" in details
    assert str(kept(guard)[0]) in details
    copy = next(b for b in guard.last.findChildren(QPushButton) if "Copy" in b.text())
    copy.click()
    assert QGuiApplication.clipboard().text() == details
    guard.last.close()
    drag(slider_of(window), 20)
    assert window.isVisible()
    assert window.document.study != study


def test_an_error_in_another_thread_is_told_in_the_window_s(window: Window, guard: CrashGuard, qtbot: QtBot) -> None:
    def fails() -> None:
        raise KeyError("from a thread")

    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: guard.last is not None)
    assert "from a thread" in text_of_log(guard)


def test_an_error_in_every_frame_opens_one_dialog_and_fills_no_disk(
    window: Window, guard: CrashGuard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_scene: object) -> None:
        raise RuntimeError("drawing failed")

    monkeypatch.setattr("explorer.charts.comparison", fails)
    for value in range(30, 60):
        window.document.edit(BANDWIDTH, value * 1e11)
        settle()
    first = guard.last
    assert first is not None
    assert guard.last is first
    assert len(kept(guard)) <= 5
    assert read_study(kept(guard)[-1]) == window.document.study


def test_a_study_that_cannot_be_kept_is_said_so(
    window: Window, guard: CrashGuard, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def refuses(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("explorer.app.crash.write_study", refuses)
    guard.handle(ValueError, ValueError("x"), None)
    qtbot.waitUntil(lambda: guard.last is not None)
    assert guard.last is not None
    assert "could not be kept" in guard.last.details.toPlainText()
    assert "disk full" in text_of_log(guard)


def test_messages_of_qt_go_to_the_log(guard: CrashGuard) -> None:
    qWarning("something Qt says")
    assert "Qt: something Qt says" in text_of_log(guard)


def test_ctrl_c_ends_without_a_dialog(guard: CrashGuard) -> None:
    guard.handle(KeyboardInterrupt, KeyboardInterrupt(), None)
    settle()
    assert guard.last is None
    assert kept(guard) == []
