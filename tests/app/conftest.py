"""The window's tests need no display."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture
def answers():  # type: ignore[no-untyped-def]
    """Dialogs whose answers the test writes down."""
    from window_tools import Answers

    return Answers()


@pytest.fixture
def window(qtbot, answers) -> Iterator:  # type: ignore[no-untyped-def, type-arg]
    """The window with the default study, settled, with `answers` as its dialogs."""
    from explorer.app import create
    from window_tools import settle

    made = create(size=(1600, 900))
    made.dialogs = answers
    qtbot.addWidget(made)
    made.activateWindow()
    settle()
    made.refresher.settle()
    settle()
    yield made
    answers.leave = "discard"
