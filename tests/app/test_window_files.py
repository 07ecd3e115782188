"""Opening, saving, exporting, dropping: what goes wrong is told in one line and loses nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PySide6.QtGui import QCloseEvent
from window_tools import OTHER, Answers, drop, edit, settle

from explorer.app.window import TITLE, Window
from explorer.library import read_study, write_study


def close(window: Window) -> bool:
    event = QCloseEvent()
    window.closeEvent(event)
    return event.isAccepted()


def test_the_title_names_the_file_and_marks_changes(window: Window, tmp_path: Path, answers: Answers) -> None:
    assert window.windowTitle() == f"Llama 3 70B decode on 16 chips[*] – {TITLE}"
    assert not window.isWindowModified()
    edit(window)
    assert window.isWindowModified()
    answers.path = tmp_path / "mine.json"
    assert window.files.save()
    assert window.windowTitle() == f"mine.json[*] – {TITLE}"
    assert not window.isWindowModified()
    window.document.undo_stack.undo()
    assert window.isWindowModified()
    window.document.undo_stack.redo()
    assert not window.isWindowModified()


def test_saved_and_opened_again_is_the_same_study(window: Window, tmp_path: Path, answers: Answers) -> None:
    edit(window)
    window.document.activate(2)
    answers.path = tmp_path / "mine"
    window.actions_.all["Save as"].trigger()
    saved = tmp_path / "mine.json"
    study = window.document.study
    assert read_study(saved) == study
    window.actions_.all["New"].trigger()
    assert window.document.study != study
    answers.path = saved
    window.actions_.all["Open"].trigger()
    settle()
    assert window.document.study == study
    assert window.document.path == saved
    assert window.document.undo_stack.count() == 0


def test_save_writes_to_the_same_file_without_asking(window: Window, tmp_path: Path, answers: Answers) -> None:
    answers.path = tmp_path / "a.json"
    window.files.save()
    answers.asked.clear()
    edit(window)
    assert window.files.save()
    assert answers.asked == []
    assert read_study(tmp_path / "a.json") == window.document.study


def test_a_study_is_not_saved_under_a_picture_s_name(window: Window, tmp_path: Path, answers: Answers) -> None:
    answers.path = tmp_path / "study.png"
    assert window.files.save_as()
    assert not (tmp_path / "study.png").exists()
    assert read_study(tmp_path / "study.png.json") == window.document.study


def bad_files(folder: Path) -> list[Path]:
    write_study(folder / "whole.json", OTHER)
    text = (folder / "whole.json").read_text()
    for name, content in {
        "truncated.json": text[: len(text) // 2], "empty.json": "", "foreign.json": '{"a": 1}', "list.json": "[1, 2]",
        "future.json": text.replace('"format": ', '"format": 9', 1), "nan.json": text.replace("64", "NaN", 1),
        "deep.json": "[" * 100_000, "noise.json": "\x00\x01\x02", "markup.json": '<img src="file:///etc/passwd">',
        "wrong.json": json.dumps(json.loads(text) | {"scenarios": []}), "plain.png": "not a picture", "empty.svg": "<svg/>",
    }.items():  # fmt: skip
        (folder / name).write_text(content)
    (folder / "binary.json").write_bytes(bytes(range(256)))
    (folder / "folder.json").mkdir()
    (folder / "whole.json").unlink()
    return [*sorted(folder.iterdir()), folder / "missing.json", folder / "missing.png"]


def test_bad_files_are_told_in_one_line_and_change_nothing(window: Window, tmp_path: Path, answers: Answers) -> None:
    edit(window)
    before = (window.document.study, window.document.path, window.document.undo_stack.count(), window.settings.recent)
    paths = bad_files(tmp_path)
    for path in paths:
        answers.said.clear()
        assert not window.files.open_path(path), path.name
        assert len(answers.said) == 1, path.name
        said = answers.said[0]
        assert said.startswith("Not opened: "), said
        assert path.name in said
        assert "\n" not in said
        assert len(said) < 300
        assert "Errno" not in said
    assert (window.document.study, window.document.path, window.document.undo_stack.count(), window.settings.recent) == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in this system's folders")
@pytest.mark.parametrize("name", ["pipe.png", "pipe.svg", "pipe.json"])
def test_a_pipe_is_refused_and_never_waited_for(window: Window, tmp_path: Path, answers: Answers, name: str) -> None:
    os.mkfifo(tmp_path / name)
    assert not window.files.open_path(tmp_path / name)
    assert answers.said[-1].endswith("is not a regular file")


@pytest.mark.parametrize("where", ["missing/a.json", "folder"])
def test_a_path_that_cannot_be_written_is_told(window: Window, tmp_path: Path, answers: Answers, where: str) -> None:
    (tmp_path / "folder.json").mkdir()
    edit(window)
    answers.path = tmp_path / where
    assert not window.files.save()
    assert len(answers.said) == 1
    assert answers.said[0].startswith("Not saved: ")
    assert window.isWindowModified()
    assert window.document.path is None


def test_recent_files_are_listed_newest_first_and_open(window: Window, tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        write_study(tmp_path / name, OTHER)
        assert window.files.open_path(tmp_path / name)
    window.actions_.recent.aboutToShow.emit()
    listed = window.actions_.recent.actions()
    assert [Path(a.text()).name for a in listed] == ["b.json", "a.json"]
    listed[1].trigger()
    assert window.document.path == tmp_path / "a.json"


def test_without_recent_files_the_menu_says_so(window: Window) -> None:
    window.actions_.recent.aboutToShow.emit()
    assert [a.isEnabled() for a in window.actions_.recent.actions()] == [False]


@pytest.mark.parametrize(("answer", "leaves"), [("discard", True), ("cancel", False), ("save", True)])
def test_unsaved_changes_are_asked_about(
    window: Window, tmp_path: Path, answers: Answers, answer: str, leaves: bool
) -> None:
    edit(window)
    answers.leave, answers.path = answer, tmp_path / "kept.json"
    study = window.document.study
    assert close(window) is leaves
    assert answers.asked[0] == "leave This study"
    assert (tmp_path / "kept.json").exists() is (answer == "save")
    if answer == "save":
        assert read_study(tmp_path / "kept.json") == study


def test_a_save_that_is_given_up_keeps_the_window(window: Window, answers: Answers) -> None:
    edit(window)
    answers.leave, answers.path = "save", None
    assert not close(window)
    window.actions_.all["New"].trigger()
    assert window.document.undo_stack.count() == 1


def test_an_unchanged_study_is_not_asked_about(window: Window, answers: Answers) -> None:
    window.document.activate(1)
    assert close(window)
    assert answers.asked == []


def test_a_dropped_study_opens(window: Window, tmp_path: Path) -> None:
    write_study(tmp_path / "drop.json", OTHER)
    assert drop(window, tmp_path / "drop.json")
    assert window.document.study == OTHER
    assert window.document.path == tmp_path / "drop.json"


def test_a_dropped_wrong_file_is_told(window: Window, tmp_path: Path, answers: Answers) -> None:
    before = window.document.study
    (tmp_path / "x.json").write_text("{}")
    drop(window, tmp_path / "x.json")
    assert window.document.study is before
    assert len(answers.said) == 1
