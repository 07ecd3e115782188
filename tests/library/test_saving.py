"""Saving over a file that others change too: nobody's work goes without a word, and old formats are kept."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import explorer
from explorer.errors import ExplorerError
from explorer.library import parse_study, read_study, study_text, write_study
from explorer.library.disk_state import stamp
from explorer.library.locks import hold
from explorer.library.saving import ChangedOnDiskError, hold_open, lock_path, save_study
from explorer.library.studies import FORMAT, format_in
from explorer.specs import Study


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files" / "s.json"


def test_an_unchanged_file_is_saved_over(study: Study, file: Path) -> None:
    known = write_study(file, study)
    saved = save_study(file, study.replace(title="b"), known)
    assert (saved.kept, saved.anew) == (None, False)
    assert saved.stamp == stamp(file)
    assert read_study(file).title == "b"
    os.utime(file, ns=(1, 1))  # touched, but the same
    assert save_study(file, study.replace(title="c"), saved.stamp).stamp == stamp(file)


def test_a_changed_file_is_not(study: Study, file: Path) -> None:
    known = write_study(file, study)
    theirs = write_study(file, study.replace(title="theirs"))
    with pytest.raises(ChangedOnDiskError, match=r"s\.json was changed by another program") as caught:
        save_study(file, study.replace(title="mine"), known)
    assert caught.value.found == theirs
    assert read_study(file).title == "theirs"
    save_study(file, study.replace(title="mine"), theirs)
    assert read_study(file).title == "mine"


def test_the_same_size_and_time_do_not_hide_a_change(study: Study, file: Path) -> None:
    known = write_study(file, study.replace(title="a"))
    file.write_bytes(study_text(study.replace(title="b")).encode())
    os.utime(file, ns=(known.mtime_ns, known.mtime_ns))
    with pytest.raises(ChangedOnDiskError):
        save_study(file, study.replace(title="c"), known)


def test_what_lies_there_already_is_no_change(study: Study, file: Path) -> None:
    known = write_study(file, study)
    write_study(file, study.replace(title="b"))
    save_study(file, study.replace(title="b"), known)


def test_a_file_that_is_gone_is_written_anew_and_said_so(study: Study, file: Path) -> None:
    known = write_study(file, study)
    file.unlink()
    assert save_study(file, study, known).anew
    assert read_study(file) == study
    assert not save_study(file, study).anew


def test_a_folder_in_the_file_s_place(study: Study, file: Path) -> None:
    known = write_study(file, study)
    file.unlink()
    file.mkdir()
    with pytest.raises(ExplorerError, match="is a folder"):
        save_study(file, study, known)


def old(study: Study, title: str = "old") -> bytes:
    return study_text(study.replace(title=title)).replace(f'"format": {FORMAT}', '"format": 1', 1).encode()


def test_the_original_of_an_older_format_is_kept_once(study: Study, file: Path) -> None:
    file.write_bytes(old(study))
    saved = save_study(file, study.replace(title="new"), stamp(file))
    assert saved.kept == file.with_name("s.format1.json")
    assert saved.kept.read_bytes() == old(study)
    assert read_study(saved.kept).title == "old"
    assert save_study(file, study, saved.stamp).kept is None
    file.write_bytes(old(study))
    assert save_study(file, study).kept == file.with_name("s.format1.json")
    file.write_bytes(old(study, "another"))
    assert save_study(file, study).kept == file.with_name("s.format1-2.json")
    assert sorted(p.name for p in file.parent.iterdir()) == ["s.format1-2.json", "s.format1.json", "s.json"]


@pytest.mark.parametrize("text", ["", "[]", "3", '{"format": true}', '{"format": "1"}', "[" * 9000, '{"format": 99}', '{"format": 0}', '{"format": -1}'])
def test_what_is_no_old_study_is_not_kept(study: Study, file: Path, text: str) -> None:
    file.write_text(text)
    assert save_study(file, study).kept is None


def test_the_format_of_bytes() -> None:
    assert format_in(b"\xff") is None
    assert format_in('\ufeff{"format": 1}'.encode()) == 1


def test_a_save_waits_for_another_and_gives_up_in_the_end(study: Study, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.library.saving._WAIT_S", 0.05)
    with hold(lock_path(file, "save")) or pytest.fail("no lock"):
        began = time.monotonic()
        with pytest.raises(ExplorerError, match="another window is saving it"):
            save_study(file, study)
        assert 0.05 <= time.monotonic() - began < 1
    save_study(file, study)


def test_one_file_has_one_lock_whatever_it_is_called(study: Study, file: Path) -> None:
    write_study(file, study)
    (file.parent / "link.json").symlink_to(file)
    first = hold_open(file)
    assert first is not None
    assert hold_open(file.parent / "link.json") is None
    assert hold_open(file.parent / ".." / "files" / "s.json") is None
    first.release()


def test_without_a_folder_for_locks_saving_goes_on(study: Study, file: Path, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    save_study(file, study)
    with pytest.raises(OSError, match="state"):
        hold_open(file)


COUNT = """
import pathlib, sys
from explorer.library import parse_study
from explorer.library.disk_state import stamp
from explorer.library.saving import ChangedOnDiskError, save_study
path, wanted = pathlib.Path(sys.argv[1]), int(sys.argv[2])
done = refused = 0
while done < wanted:
    known = stamp(path)
    study = parse_study(path.read_text(encoding="utf-8"))
    try:
        save_study(path, study.replace(title=f"{int(study.title.split()[0]) + 1} {sys.argv[3]}"), known)
        done += 1
    except ChangedOnDiskError:
        refused += 1
print(refused)
"""


@pytest.mark.parametrize("saves", [50, pytest.param(500, marks=pytest.mark.slow)])
def test_interleaved_saves_of_two_windows_lose_none(study: Study, file: Path, saves: int) -> None:
    """Both count upwards in one file; whoever is second reads again. A lost save would be a lost count."""
    write_study(file, study.replace(title="0 -"))
    environment = os.environ | {"PYTHONPATH": str(Path(explorer.__file__).parents[1])}
    command = [sys.executable, "-c", COUNT, str(file), str(saves)]
    both = [subprocess.Popen([*command, name], stdout=subprocess.PIPE, env=environment) for name in "ab"]
    refused = [int(process.communicate(timeout=300)[0]) for process in both]
    assert parse_study(file.read_text(encoding="utf-8")).title.split()[0] == str(2 * saves)
    assert sum(refused) > 0, "they never met"
    assert [p.name for p in file.parent.iterdir()] == ["s.json"]
