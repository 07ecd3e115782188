"""From one run to the next: the last study opens again, and what a crash left is offered."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from window_tools import BANDWIDTH, OTHER, Answers, edit, settle

import explorer
from explorer.app.dialogs import Modal
from explorer.app.restore_dialog import RestoreDialog
from explorer.app.session import LONGEST_MS, QUIET_MS, Session, line
from explorer.app.settings import Settings
from explorer.app.window import Window
from explorer.library import read_study, write_study
from explorer.library.journal import Entry, crashed, read_entry


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def session(window: Window, folder: Path) -> Iterator[Session]:
    """The window's session, with settings on the disk."""
    window.settings = Settings(folder.parent / "settings.json")
    made = Session(window, folder)
    yield made
    made.end()


def journals(folder: Path) -> list[Path]:
    return sorted(folder.glob("session-*.json"))


def test_an_edit_is_in_the_journal_within_a_second(window: Window, session: Session, folder: Path, qtbot: QtBot) -> None:
    assert journals(folder) == []
    edit(window)
    qtbot.waitUntil(lambda: len(journals(folder)) == 1, timeout=20_000)  # of a busy machine
    entry = read_entry(journals(folder)[0])
    assert (entry.study, entry.path, entry.stamp) == (window.document.study, None, None)
    assert session._quiet.interval() == QUIET_MS < 1000
    assert LONGEST_MS <= 5000


def test_the_hand_never_waits_for_the_disk(window: Window, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    writers: list[str] = []
    flush = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (writers.append(threading.current_thread().name), flush(handle))[1])
    assert session.journal is not None
    for value in range(30, 50):
        window.document.edit(BANDWIDTH, value * 1e11, 7)
        session.keep()
        settle()
    assert session.journal.settle()
    assert set(writers) == {"journal"}


def test_edits_without_a_pause_are_kept_too(window: Window, session: Session, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    session._longest.setInterval(300)
    session._quiet.setInterval(60_000)
    for value in range(40):
        assert window.document.edit(BANDWIDTH, (30 + value) * 1e11, 7) is None
        qtbot.wait(20)
        if journals(folder):
            break
    assert len(journals(folder)) == 1


def test_what_is_saved_or_undone_needs_no_journal(window: Window, session: Session, folder: Path, tmp_path: Path, answers: Answers) -> None:
    assert session.journal is not None
    for end in ("save", "undo", "new"):
        edit(window)
        session.keep()
        assert session.journal.settle()
        assert len(journals(folder)) == 1
        answers.path = tmp_path / "a.json"
        assert window.files.save() if end == "save" else True
        window.document.undo_stack.undo() if end == "undo" else window.files.new() if end == "new" else None
        assert session.journal.settle()
        assert journals(folder) == []
        window.files.new()


def test_a_clean_end_leaves_nothing(window: Window, session: Session, folder: Path, answers: Answers) -> None:
    edit(window)
    session.keep()
    window.close()
    assert session.journal is None
    assert list(folder.iterdir()) == []


DIE = """
import os, pathlib, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from explorer.app import create
from explorer.app.session import Session
window = create(size=(1200, 800))
session = Session(window, pathlib.Path(sys.argv[1]))
if len(sys.argv) > 2:
    assert window.files.open_path(sys.argv[2])
def die():
    if session.journal.path.exists():  # a busy machine may be late
        os.kill(os.getpid(), 9)
    QTimer.singleShot(50, die)
def edit():
    assert window.document.edit("job.batch", 77) is None
    QTimer.singleShot(1000, die)
QTimer.singleShot(0, edit)
QApplication.exec()
"""


def die(folder: Path, *file: Path) -> None:
    """A window that is killed one second after its last edit."""
    environment = os.environ | {"PYTHONPATH": str(Path(explorer.__file__).parents[1])}
    command = [sys.executable, "-c", DIE, str(folder), *map(str, file)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == -9, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_killed_window_is_offered_and_restored(window: Window, session: Session, folder: Path, tmp_path: Path, answers: Answers) -> None:
    file = tmp_path / "mine.json"
    write_study(file, OTHER)
    die(folder, file)
    before = window.document.study
    session.offer()  # later
    assert window.document.study is before
    assert len(answers.asked) == 1
    assert answers.asked[0].startswith("restore mine.json  ·  ")
    answers.choices = [("restore", 0)]
    session.offer()
    study = window.document.study
    assert [s.job.batch for s in study.scenarios] == [77]
    assert window.document.path == file
    assert window.isWindowModified()
    assert [read_entry(p).study for p in journals(folder)] == [study]  # its own, the dead one's is gone
    assert window.files.save()
    assert read_study(file) == study
    window.document.undo_stack.undo()
    assert window.document.study == OTHER


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_file_that_changed_since_the_crash_is_not_overwritten(window: Window, session: Session, folder: Path, tmp_path: Path, answers: Answers) -> None:
    file = tmp_path / "mine.json"
    write_study(file, OTHER)
    die(folder, file)
    write_study(file, OTHER.replace(title="theirs"))
    answers.choices = [("restore", 0)]
    session.offer()
    assert not window.files.save()
    assert answers.asked[-1] == "changed mine.json"
    assert read_study(file).title == "theirs"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_several_crashes_a_missing_file_and_a_broken_journal(window: Window, session: Session, folder: Path, tmp_path: Path, answers: Answers) -> None:
    file = tmp_path / "gone.json"
    write_study(file, OTHER)
    die(folder, file)
    die(folder)
    file.unlink()
    (folder / "session-broken.json").write_bytes(b"\0")
    answers.choices = [("discard", 0), ("restore", 0)]
    session.offer()
    assert answers.said[0].startswith("Not restored: the journal of a crashed session cannot be read")
    assert len(answers.asked) == 3  # two lines, then the one that is left
    assert window.document.path == file
    assert window.isWindowModified()
    assert len(journals(folder)) == 1
    assert window.files.save()
    assert answers.said[-1] == "Saved: gone.json was no longer there: it was written anew."
    assert crashed(folder) == ([], [])


def test_the_last_study_opens_again(window: Window, session: Session, tmp_path: Path, answers: Answers) -> None:
    file = tmp_path / "last.json"
    write_study(file, OTHER)
    assert window.files.open_path(file)
    assert Settings(tmp_path / "settings.json").last == str(file)
    window.document.open(read_study(file))
    assert window.settings.last == ""
    window.settings.last = str(file)
    session.take_up(None)
    assert (window.document.study, window.document.path) == (OTHER, file)
    window.settings.reopen = False
    window.files.new()
    window.settings.last = str(file)
    session.take_up(None)
    assert window.document.path is None
    file.unlink()
    window.settings.reopen = True
    session.take_up(None)
    assert answers.said == [f"Not opened: the last study, {file}, is no longer there"]
    assert window.settings.last == ""


def test_a_study_that_is_named_comes_before_the_last_one(window: Window, session: Session, tmp_path: Path) -> None:
    for name in ("last", "asked"):
        write_study(tmp_path / f"{name}.json", OTHER.replace(title=name))
    window.settings.last = str(tmp_path / "last.json")
    session.take_up(str(tmp_path / "asked.json"))
    assert window.document.study.title == "asked"


def test_damaged_settings_are_told_at_the_start(window: Window, session: Session, tmp_path: Path, answers: Answers) -> None:
    (tmp_path / "broken.json").write_text("{")
    window.settings = Settings(tmp_path / "broken.json")
    session.take_up(None)
    assert answers.said[0].startswith("Settings: ")
    assert window.settings.theme == "light"


def test_the_check_mark_is_remembered(window: Window) -> None:
    mark = next(a for a in window.menuBar().actions()[0].menu().actions() if a.text().startswith("Reopen"))
    assert mark.isChecked()
    mark.trigger()
    assert not window.settings.reopen


def test_a_journal_that_cannot_be_written_is_told_once(window: Window, session: Session, folder: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    assert session.journal is not None

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        edit(window)
        session.keep()
        assert session.journal.settle()
    session._tell_failure()
    assert len(answers.said) == 1
    assert answers.said[0].startswith("No journal: Unsaved changes would not survive a crash: cannot write")
    session.keep()
    assert not session._look.isActive()


def test_no_folder_for_a_journal_stops_nobody(window: Window, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    session = Session(window, tmp_path / "file" / "below")
    edit(window)
    session.keep()
    session.take_up(None)
    session.offer()
    session.end()
    assert session.journal is None


def test_the_real_question_lists_plain_lines(window: Window) -> None:
    lines = [line(Entry(OTHER.replace(title="<img src=x>"), written="2026-11-28T08:00:00+00:00")), line(Entry(OTHER, Path("/a/b.json"), written="?"))]
    assert lines[0].startswith("<img src=x>  ·  28 November 2026, ")
    assert lines[1].startswith("b.json  ·  at an unknown time  ·  ")

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, RestoreDialog)
        dialog.list.setCurrentRow(1)
        dialog.buttons["discard"].click()

    QTimer.singleShot(0, answer)
    assert Modal(window).restore(lines) == ("discard", 1)
    QTimer.singleShot(0, lambda: QApplication.activeModalWidget().close())
    assert Modal(window).restore(lines)[0] == "later"
    settle()
