"""The window's tests: a window each, with dialogs that answer at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pytestqt.qtbot import QtBot

if TYPE_CHECKING:
    from window_tools import Answers

    from explorer.app.window import Window


@pytest.fixture
def answers() -> Answers:
    """Dialogs whose answers the test writes down."""
    from window_tools import Answers

    return Answers()


@pytest.fixture
def window(qtbot: QtBot, answers: Answers) -> Iterator[Window]:
    """The window with the default study, settled, with `answers` as its dialogs."""
    from PySide6.QtCore import QCoreApplication, QEvent
    from window_tools import settle

    from explorer.app import create

    made = create(size=(1600, 900))
    made.dialogs = answers
    made.activateWindow()
    settle()
    made.refresher.settle()
    settle()
    yield made
    answers.leave = "discard"
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
