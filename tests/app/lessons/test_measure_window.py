"""This computer from the menu: progress, cancel, a preset and a scenario."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from class_tools import rest
from pytestqt.qtbot import QtBot

from explorer.app.lessons.measure_dialog import MeasureDialog
from explorer.app.window import Window
from explorer.errors import ExplorerError
from explorer.validation.computer.devices import Work


class Machine:
    """A device that takes the time that it is told to."""

    key, name, software, cores, memory_bytes, formats = "cpu", "Testbox", "nothing 1.0", 4, 64e9, ("fp32",)

    def __init__(self, seconds: float = 0.0005) -> None:
        self.seconds = seconds

    def matmul(self, number_format: str, side: int) -> Work:
        return Work(lambda: time.sleep(self.seconds), 2.0 * side**3)

    @contextmanager
    def copy(self, working_set_bytes: int) -> Iterator[Work]:
        yield Work(lambda: time.sleep(self.seconds), float(working_set_bytes))


@pytest.fixture
def dialog(window: Window, tmp_path: Path) -> MeasureDialog:
    window.actions_.all["Measure this computer"].trigger()
    found = window.teaching.measure
    assert found is not None
    window.librarian.folder = tmp_path
    found.machines, found.seconds = lambda: (Machine(),), 0.2
    return found


def test_it_is_measured_saved_and_added(window: Window, dialog: MeasureDialog, tmp_path: Path, qtbot: QtBot) -> None:
    before = window.document.study
    dialog.name.setText("My test box")
    dialog.starter.click()
    assert not dialog.starter.isEnabled()
    assert dialog.shutter.text() == "Cancel"
    qtbot.waitUntil(lambda: not dialog._worker.busy, timeout=30_000)
    rest(window)
    assert dialog.bar.value() == 100
    assert "Testbox" in dialog.report.text()
    assert [p.name for p in (tmp_path / "chips").iterdir()] == ["my-test-box.toml"]
    added = window.document.study.scenarios[-1]
    assert added.chip.name == "My test box"
    assert added.chip.sources["hbm_bytes_per_s"].kind == "measured"
    window.document.undo_stack.undo()
    assert window.document.study == before


def test_cancel_ends_it_and_saves_nothing(window: Window, dialog: MeasureDialog, tmp_path: Path, qtbot: QtBot) -> None:
    before = window.document.study
    dialog.machines, dialog.seconds = lambda: (Machine(0.01),), 30
    dialog.starter.click()
    qtbot.waitUntil(lambda: dialog.bar.value() > 0 or "matmul" in dialog.now.text(), timeout=30_000)
    dialog.shutter.click()
    qtbot.waitUntil(lambda: not dialog._worker.busy, timeout=30_000)
    assert "called off" in dialog.now.text()
    assert dialog.isVisible()
    assert not (tmp_path / "chips").exists()
    assert window.document.study == before
    assert dialog.shutter.text() == "Close"


def test_what_goes_wrong_is_told(window: Window, dialog: MeasureDialog, qtbot: QtBot) -> None:
    def none() -> tuple[Machine, ...]:
        raise ExplorerError("no device 'cuda:7'")

    dialog.machines = none
    dialog.starter.click()
    qtbot.waitUntil(lambda: not dialog._worker.busy, timeout=30_000)
    assert "cuda:7" in dialog.now.text()
    assert dialog.starter.isEnabled()


def test_closing_ends_the_measurement(window: Window, dialog: MeasureDialog, qtbot: QtBot) -> None:
    dialog.machines, dialog.seconds = lambda: (Machine(0.01),), 30
    dialog.starter.click()
    worker = dialog._worker
    dialog.close()
    qtbot.waitUntil(lambda: not worker.busy, timeout=30_000)
    assert window.teaching.measure is None
