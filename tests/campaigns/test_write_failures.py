"""Every system call of a save fails once: it is told in one line, and the old study or the new one lies there, whole."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from failing_calls import ERRORS, failing

import explorer
from explorer.errors import ExplorerError
from explorer.library import Library, read_study, save_preset, study_text, user_library, write_study, write_whole
from explorer.library.disk_state import stamp
from explorer.library.journal import Entry, Journal, crashed
from explorer.library.saving import save_study
from explorer.library.settings_file import SettingsFile
from explorer.library.studies import FORMAT
from explorer.library.whole_files import sweep
from explorer.specs import Study

MOST = 200


def each(act: Callable[[], object], check: Callable[[bool], None], code: int) -> int:
    """Let call 1, 2, 3 ... of ``act`` fail until none is left; ``check`` is told whether ``act`` succeeded. How many there were."""
    for at in range(1, MOST):
        told = None
        with failing(at, code) as calls:
            try:
                act()
            except ExplorerError as error:
                told = str(error)
        assert told is None or ("cannot" in told and "Errno" not in told and "\n" not in told)
        check(told is None)
        if not calls.failed:
            assert told is None
            return at - 1
    raise AssertionError("a save without an end")


@pytest.mark.parametrize("code", ERRORS, ids=lambda c: errno.errorcode[c])
@pytest.mark.parametrize("there", [True, False], ids=["over", "new"])
def test_saving_a_study(study: Study, tmp_path: Path, code: int, there: bool) -> None:
    file = tmp_path / "s.json"
    other = study.replace(title="the new one")
    states = {study_text(s).encode() for s in (study, other)}

    def prepare() -> None:
        if there:
            write_study(file, study)
        else:
            file.unlink(missing_ok=True)

    def check(done: bool) -> None:
        if done:
            assert read_study(file) == other
        else:
            assert (file.read_bytes() in states) if there or file.exists() else True
        sweep(tmp_path)
        assert {p.name for p in tmp_path.iterdir()} <= {"s.json"}
        prepare()

    prepare()
    assert each(lambda: save_study(file, other, stamp(file) if there else None), check, code) >= 12


def test_an_old_format_is_lost_at_no_call(study: Study, tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    old = study_text(study).replace(f'"format": {FORMAT}', '"format": 1', 1).encode()
    file.write_bytes(old)

    def check(_done: bool) -> None:
        assert old in [p.read_bytes() for p in tmp_path.glob("s*.json")]
        for path in tmp_path.glob("s*.json"):
            assert read_study(path).scenarios == study.scenarios
        for path in tmp_path.iterdir():
            path.unlink()
        file.write_bytes(old)

    assert each(lambda: save_study(file, study.replace(title="new")), check, errno.ENOSPC) >= 20


def test_a_preset(library: Library, tmp_path: Path) -> None:
    chip = library.chip("b200").replace(id="mine", based_on="b200")
    other = chip.replace(hbm_bytes=2.0**38)
    path = save_preset(chip, tmp_path)

    def check(done: bool) -> None:
        found, told = user_library(tmp_path)
        assert told == ()
        assert found.chip("mine") in ((other,) if done else (chip, other))
        save_preset(chip, tmp_path, overwrite=True)
        sweep(path.parent)

    assert each(lambda: save_preset(other, tmp_path, overwrite=True), check, errno.ENOSPC) >= 8


@pytest.mark.parametrize("code", ERRORS, ids=lambda c: errno.errorcode[c])
def test_settings(tmp_path: Path, code: int) -> None:
    path = tmp_path / "settings.json"
    SettingsFile(path).set("theme", "dark")
    before = path.read_bytes()
    for at in range(1, MOST):
        with failing(at, code) as calls:
            settings = SettingsFile(path)
            settings.set("theme", "light")
        assert settings.get("theme") == "light"
        assert settings.said or SettingsFile(path).get("theme") == "light"
        kept = [p for p in tmp_path.iterdir() if p.suffix == ".json"]
        assert all(SettingsFile(p).get("theme") in ("dark", "light") for p in kept)
        assert kept
        shutil.rmtree(tmp_path)
        tmp_path.mkdir()
        path.write_bytes(before)
        if not calls.failed:
            assert settings.said == ""
            break
    assert at > 10


def test_the_journal_says_so_and_goes_on(study: Study, tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.keep(Entry(study))
    assert journal.settle()
    for at in range(1, MOST):
        with failing(at, errno.ENOSPC) as calls:
            journal.keep(Entry(study.replace(title=str(at))))
            assert journal.settle()
        whole = journal.path.read_text(encoding="utf-8")
        assert whole.endswith("}\n")
        if not calls.failed:
            break
        assert journal.failure or f'"title":"{at}"' in whole
    assert at > 8
    assert journal.failure == ""
    assert crashed(tmp_path) == ([], [])  # it lives
    journal.close()
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


FULL = """
import pathlib, sys
from explorer.errors import ExplorerError
from explorer.library import default_study, load_library, read_study, write_study, write_whole
from explorer.library.journal import Entry, Journal
from explorer.library.settings_file import SettingsFile
from explorer.library.studies import FORMAT
folder = pathlib.Path(sys.argv[1])
small = default_study(load_library())
small = small.replace(scenarios=small.scenarios[:1], baseline=0, active=0)
write_study(folder / "s.json", small)
SettingsFile(folder / "settings.json").set("theme", "dark")
filler = folder / "filler"
try:
    with filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
except OSError:
    pass
before = (folder / "s.json").read_bytes()
try:
    write_study(folder / "s.json", small.replace(title="does not fit"))
    print("written on a full disk?")
except ExplorerError as error:
    print(error)
settings = SettingsFile(folder / "settings.json")
settings.set("theme", "light")
print(settings.said, settings.get("theme"))
journal = Journal(folder / "j")
journal.keep(Entry(small))
journal.settle()
print(journal.failure)
journal.close()
assert (folder / "s.json").read_bytes() == before
assert SettingsFile(folder / "settings.json").get("theme") == "dark"
assert sorted(p.name for p in folder.iterdir()) == ["filler", "j", "s.json", "settings.json"], list(folder.iterdir())
filler.unlink()
write_study(folder / "s.json", small.replace(title="fits"))
assert read_study(folder / "s.json").title == "fits"
print("lossless")
"""


def test_a_full_disk(tmp_path: Path) -> None:
    """A small disk of our own, in a namespace that goes with the process."""
    disk = tmp_path / "disk"
    disk.mkdir()
    (tmp_path / "full.py").write_text(FULL, encoding="utf-8")
    mount = 'mount -t tmpfs -o size=192k,nr_inodes=32 small "$1" && exec "$2" "$3" "$1"'
    command = ["unshare", "-r", "-m", "sh", "-c", mount, "sh", str(disk), sys.executable, str(tmp_path / "full.py")]
    if sys.platform != "linux" or shutil.which("unshare") is None:
        pytest.skip("no unshare here")
    if subprocess.run(["unshare", "-r", "-m", "sh", "-c", 'mount -t tmpfs t "$1"', "sh", str(disk)], capture_output=True, check=False).returncode:
        pytest.skip("a disk cannot be mounted here")
    environment = os.environ | {"PYTHONPATH": str(Path(explorer.__file__).parents[1])}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert "cannot write" in lines[0]
    assert lines[0].endswith("s.json: no space left on device")
    assert "no space left on device; changed settings last until the program ends light" in lines[1]
    assert lines[2].endswith("no space left on device")
    assert lines[3] == "lossless"


def test_the_failing_call_itself(tmp_path: Path) -> None:
    with failing(0) as counted:
        write_whole(tmp_path / "x", b"x")
    assert counted.count >= 8
    with failing(1) as calls, pytest.raises(ExplorerError):
        write_whole(tmp_path / "x", b"x")
    assert calls.failed
