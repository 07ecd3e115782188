"""A file that others change while a window has it open: asked about, never overwritten in silence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from window_tools import OTHER, Answers, edit, settle

from explorer.app.dialogs import Modal
from explorer.app.recent import short
from explorer.app.window import Window
from explorer.library import read_study, study_text, write_study
from explorer.library.studies import FORMAT

THEIRS = OTHER.replace(title="theirs")


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture
def file(window: Window, tmp_path: Path) -> Path:
    """A study that the window has open, edited here and changed there."""
    (tmp_path / "files").mkdir()
    path = tmp_path / "files" / "s.json"
    write_study(path, OTHER)
    assert window.files.open_path(path)
    edit(window)
    return path


def activate(window: Window) -> None:
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowActivate))
    settle()


def test_an_unchanged_file_is_saved_without_a_question(window: Window, file: Path, answers: Answers) -> None:
    os.utime(file)
    activate(window)
    assert window.files.save()
    assert answers.asked == []
    assert answers.said == []


@pytest.mark.parametrize("answer", ["cancel", "reload", "overwrite", "save as"])
def test_each_way_on_from_a_changed_file(window: Window, file: Path, answers: Answers, answer: str) -> None:
    mine = window.document.study
    write_study(file, THEIRS)
    answers.on_disk, answers.path = [answer], file.with_name("copy.json")
    assert window.files.save() is (answer in ("overwrite", "save as"))
    assert answers.asked[0] == "changed s.json"
    on_disk = read_study(file)
    assert on_disk == (mine if answer == "overwrite" else THEIRS)
    assert window.document.study == (THEIRS if answer == "reload" else mine)
    assert window.isWindowModified() is (answer == "cancel")
    assert file.with_name("copy.json").exists() is (answer == "save as")
    if answer == "reload":
        window.document.undo_stack.undo()
        assert window.document.study == mine
        assert window.isWindowModified()
        assert window.files.save()
        assert read_study(file) == mine


def test_a_window_that_comes_to_the_front_asks_once(window: Window, file: Path, answers: Answers) -> None:
    write_study(file, THEIRS)
    activate(window)
    activate(window)
    assert answers.asked == ["changed s.json"]
    answers.on_disk = ["cancel"]
    assert not window.files.save()  # a save asks again
    assert answers.asked == ["changed s.json"] * 2
    write_study(file, THEIRS.replace(title="and again"))
    answers.on_disk = ["reload"]
    activate(window)
    assert window.document.study.title == "and again"
    assert not window.isWindowModified()


def test_a_change_between_question_and_answer_is_asked_about_too(window: Window, file: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    write_study(file, THEIRS)
    titles = iter(("second", "third"))

    def ask(name: str) -> str:
        answers.asked.append(name)
        title = next(titles, None)
        if title:
            write_study(file, THEIRS.replace(title=title))
        return "overwrite"

    monkeypatch.setattr(answers, "changed_on_disk", ask)
    assert window.files.save()
    assert answers.asked == ["s.json"] * 3
    assert read_study(file) == window.document.study


def test_reloading_a_file_that_became_nonsense_changes_nothing(window: Window, file: Path, answers: Answers) -> None:
    mine = window.document.study
    file.write_text("{")
    answers.on_disk = ["reload"]
    assert not window.files.save()
    assert answers.said[-1].startswith("Not reloaded: ")
    assert window.document.study == mine
    assert window.isWindowModified()
    assert file.read_text() == "{"


def test_a_file_that_was_deleted_is_written_anew_with_a_word(window: Window, file: Path, answers: Answers) -> None:
    file.unlink()
    activate(window)
    assert answers.asked == []
    assert window.files.save()
    assert answers.said == ["Saved: s.json was no longer there: it was written anew."]
    assert read_study(file) == window.document.study


def test_a_folder_in_the_file_s_place_is_told(window: Window, file: Path, answers: Answers) -> None:
    file.unlink()
    file.mkdir()
    activate(window)
    assert answers.said == []
    assert not window.files.save()
    assert answers.said[-1].startswith("Not saved: ")
    assert window.isWindowModified()


def test_the_original_of_an_older_format_is_kept_and_told(window: Window, tmp_path: Path, answers: Answers) -> None:
    path = tmp_path / "old.json"
    path.write_text(study_text(OTHER).replace(f'"format": {FORMAT}', '"format": 1', 1), encoding="utf-8")
    before = path.read_bytes()
    assert window.files.open_path(path)
    assert window.document.study == OTHER
    edit(window)
    assert window.files.save()
    assert (tmp_path / "old.format1.json").read_bytes() == before
    assert answers.said == ["Saved: old.json was written by an older version; the original is kept beside it as old.format1.json."]


@pytest.fixture
def second(window: Window, answers: Answers) -> Iterator[Window]:
    """Another window."""
    from explorer.app import create

    made = create(size=(1200, 800))
    made.dialogs = Answers()
    yield made
    made.close()
    made.deleteLater()


def test_the_second_window_on_a_file_is_told(window: Window, second: Window, file: Path, answers: Answers) -> None:
    assert isinstance(second.dialogs, Answers)
    assert second.files.open_path(file)
    assert len(second.dialogs.said) == 1
    assert second.dialogs.said[0].startswith("Open in two windows: s.json is open in another window")
    assert window.files.save()
    assert second.document.edit("job.batch", 7) is None
    second.dialogs.on_disk = ["cancel"]
    assert not second.files.save()
    assert second.dialogs.asked == ["changed s.json"]
    assert read_study(file) == window.document.study
    second.files.new()
    window.close()
    assert second.files.open_path(file)
    assert len(second.dialogs.said) == 1


def test_a_new_study_lets_the_file_go(window: Window, second: Window, file: Path) -> None:
    assert isinstance(second.dialogs, Answers)
    window.files.new()
    assert second.files.open_path(file)
    assert second.dialogs.said == []


def test_missing_recent_files_are_greyed_and_forgotten(window: Window, file: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone & lost.json"
    write_study(gone, OTHER)
    assert window.files.open_path(gone)
    gone.unlink()
    window.actions_.recent.aboutToShow.emit()
    listed = window.actions_.recent.actions()
    assert [a.isEnabled() for a in listed if a.text() and "json" in a.text()] == [False, True]
    assert listed[0].text().endswith("gone && lost.json (missing)")
    listed[-1].trigger()
    assert window.settings.recent == [str(file)]


@pytest.mark.parametrize(("name", "expected"), [
    (str(Path.home() / "a" / "b.json"), f"~{os.sep}a{os.sep}b.json"), (str(Path.home()), str(Path.home())), ("/x/b.json", "/x/b.json"),
    ("/" + "folder/" * 30 + "b.json", "/folder/folder/folder/folder/folder/folder/folder/…/b.json"), ("/a/\u202ex\n.json", "/a/?x?.json"),
])  # fmt: skip
def test_long_paths_keep_their_file_name(name: str, expected: str) -> None:
    assert short(name) == expected
    assert short("/a/" + "x" * 200 + ".json").endswith("x.json")


@pytest.mark.parametrize(("word", "answer"), [("Reload", "reload"), ("Overwrite", "overwrite"), ("Save as…", "save as"), ("Cancel", "cancel")])
def test_the_real_question(window: Window, word: str, answer: str) -> None:
    def press() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        next(b for b in box.findChildren(QPushButton) if b.text() == word).click()

    QTimer.singleShot(0, press)
    assert Modal(window).changed_on_disk("<b>s.json</b>") == answer


def test_escape_is_cancel(window: Window) -> None:
    QTimer.singleShot(0, lambda: QApplication.activeModalWidget().close())
    assert Modal(window).changed_on_disk("s.json") == "cancel"
