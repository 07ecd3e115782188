"""Journals: a moment behind, whole, of one window each; found after a crash, left alone while their window lives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import explorer
from explorer.errors import ExplorerError
from explorer.library import study_text
from explorer.library.disk_state import stamp
from explorer.library.journal import Entry, Journal, crashed, read_entry
from explorer.library.locks import clear, hold
from explorer.library.whole_files import sweep, write_whole
from explorer.specs import Study

DIE = """
import os, pathlib, sys
from explorer.library import read_study
from explorer.library.journal import Entry, Journal
study = read_study(sys.argv[2])
for number in range(int(sys.argv[3])):
    journal = Journal(pathlib.Path(sys.argv[1]))
    journal.keep(Entry(study.replace(title=f"lost {number}"), pathlib.Path(sys.argv[2])))
    assert journal.settle()
os._exit(1)
"""


def die(folder: Path, study: Study, count: int = 1) -> None:
    """A process that ends with ``count`` journals in its hands."""
    file = folder.parent / "mine.json"
    file.write_text(study_text(study), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(Path(explorer.__file__).parents[1])}
    command = [sys.executable, "-c", DIE, str(folder), str(file), str(count)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stderr


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def test_what_is_kept_is_read_again(study: Study, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    known = write_whole(file, b"x")
    assert stamp(file) == known
    journal = Journal(folder)
    for title in ("a", "b", "c"):
        journal.keep(Entry(study.replace(title=title), file, known))
    assert journal.settle()
    entry = read_entry(journal.path)
    assert (entry.study, entry.path, entry.stamp) == (study.replace(title="c"), file, known)
    assert entry.written.startswith("20")
    journal.drop()
    assert journal.settle()
    assert not journal.path.exists()
    journal.close()
    assert names(folder) == []


def test_a_living_window_s_journal_is_left_alone(study: Study, folder: Path) -> None:
    journal = Journal(folder)
    journal.keep(Entry(study))
    assert journal.settle()
    before = names(folder)
    assert crashed(folder) == ([], [])
    assert names(folder) == before
    journal.close()


def test_several_crashes_are_found_and_given_up_one_by_one(study: Study, folder: Path) -> None:
    die(folder, study, 3)
    found, unreadable = crashed(folder)
    assert unreadable == []
    assert sorted(one.entry.study.title for one in found) == ["lost 0", "lost 1", "lost 2"]
    assert crashed(folder) == ([], [])  # in the hands of this start: another must not offer them too
    found[0].discard()
    for one in found[1:]:
        one.leave()
    again, _ = crashed(folder)
    assert [one.entry.study.title for one in again] == [one.entry.study.title for one in found[1:]]
    for one in again:
        one.discard()
    assert names(folder) == []


def test_a_crash_with_nothing_to_keep_leaves_nothing(study: Study, folder: Path) -> None:
    die(folder, study)
    next(folder.glob("*.json")).unlink()
    (folder / ".session-x.json.0123456789ab.part").write_text("half")
    assert crashed(folder) == ([], [])
    assert names(folder) == []


BROKEN = {
    "empty": "", "half": "{}", "head only": '{"chip-explorer-journal": 1}', "foreign": '{"a": 1}\n{}', "list": "[1]\n[2]",
    "newer": '{"chip-explorer-journal": 2}\n{}', "deep": "[" * 9000 + "\n{}", "huge": "9" * 9000 + "\n{}", "nul": "\0\0\n\0",
    "no study": '{"chip-explorer-journal": 1}\n{"format": 1, "scenarios": []}', "long head": '{"a": "' + "x" * 20000 + '"}\n{}',
}  # fmt: skip


def test_broken_journals_are_set_aside_and_stop_nobody(study: Study, folder: Path) -> None:
    die(folder, study)
    for number, text in enumerate(BROKEN.values()):
        (folder / f"session-broken-{number:02}.json").write_text(text, encoding="utf-8")
    (folder / "session-latin.json").write_bytes(b"\xff\xfe{}")
    (folder / "session-folder.json").mkdir()
    (folder / "session-cut.json").write_text(next(folder.glob("session-2*.json")).read_text()[:50_000])
    found, unreadable = crashed(folder)
    assert [one.entry.study.title for one in found] == ["lost 0"]
    assert len(unreadable) == len(BROKEN) + 3
    assert all(path.exists() for path in unreadable)
    found[0].leave()
    again, none = crashed(folder)
    assert len(again) == 1
    assert none == []
    again[0].discard()


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_journal_gets_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "j.json").write_text(text, encoding="utf-8")
    with pytest.raises(ExplorerError, match=r"j\.json is not a (journal|study)"):
        read_entry(tmp_path / "j.json")


@pytest.mark.parametrize("change", [
    {"path": 3}, {"path": "a\0b"}, {"stamp": [1]}, {"stamp": {"mtime_ns": "x"}}, {"written": 5}, {"written": "\u202e"}, {"stamp": {"digest": 1e400}},
])  # fmt: skip
def test_a_wrong_head_costs_no_study(study: Study, tmp_path: Path, change: dict[str, object]) -> None:
    head, _, body = Entry(study, Path("x")).content().decode().partition("\n")
    (tmp_path / "j.json").write_text(f"{json.dumps(json.loads(head) | change)}\n{body}", encoding="utf-8")
    entry = read_entry(tmp_path / "j.json")
    assert entry.study == study
    assert entry.written.isprintable()


def test_a_folder_that_cannot_be_made_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        Journal(tmp_path / "file")
    assert crashed(tmp_path / "file") == ([], [])
    assert crashed(tmp_path / "none") == ([], [])


def test_a_lock_has_one_holder_and_goes_with_it(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    first = hold(path)
    assert first is not None
    assert hold(path) is None
    clear(tmp_path)
    assert path.exists()
    first.release()
    first.release()
    assert not path.exists()
    second = hold(path)
    assert second is not None
    second.release()
    path.write_text("left by a crash")
    clear(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_only_what_a_killed_save_left_is_swept(tmp_path: Path) -> None:
    for name in (".a.json.0123456789ab.part", "a.part", ".part", ".a.json.part", ".a.0123456789AB.part"):
        (tmp_path / name).write_text("x")
    (tmp_path / ".b.0123456789ab.part").symlink_to(tmp_path / "a.part")
    (tmp_path / ".c.0123456789ab.part").mkdir()
    assert sweep(tmp_path) == 1
    assert not (tmp_path / ".a.json.0123456789ab.part").exists()
    assert len(list(tmp_path.iterdir())) == 6
    assert sweep(tmp_path / "none") == 0


def test_leaving_twice_and_discarding_late_does_no_harm(study: Study, folder: Path) -> None:
    die(folder, study)
    (one,), _ = crashed(folder)
    one.leave()
    one.discard()
    assert names(folder) == []
