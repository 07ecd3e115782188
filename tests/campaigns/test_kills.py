"""A process that saves without pause is killed at random moments: what it has acknowledged is there, whole, and nothing else is left."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import explorer
from explorer.library import read_study, write_study
from explorer.library.journal import crashed
from explorer.library.locks import clear
from explorer.library.settings_file import SettingsFile
from explorer.library.state_folder import state_folder
from explorer.library.whole_files import sweep
from explorer.specs import Study

SHORT, LONG = 25, 500
# Imports once, then brings up a child for every line it reads: a child saves study, journal and settings in turn.
NURSERY = """
import os, pathlib, signal, sys
from explorer.library import read_study
from explorer.library.disk_state import stamp
from explorer.library.journal import Entry, Journal
from explorer.library.saving import save_study
from explorer.library.locks import clear
from explorer.library.settings_file import SettingsFile
folder = pathlib.Path(sys.argv[1])
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
study = read_study(folder / "s.json")
def live(count):
    settings, journal = SettingsFile(folder / "settings.json"), Journal(folder / "journal")
    known = stamp(folder / "s.json")
    while True:
        count += 1
        now = study.replace(title=str(count))
        journal.keep(Entry(now, folder / "s.json", known))
        journal.settle()
        os.write(1, b"j%d\\n" % count)
        known = save_study(folder / "s.json", now, known).stamp
        os.write(1, b"s%d\\n" % count)
        settings.set("theme", str(count))
        os.write(1, b"t%d\\n" % count)
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        live(int(line))
    os.write(1, b"p%d\\n" % pid)
"""
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


@pytest.fixture
def nursery(study: Study, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that can bring up saving ones."""
    write_study(tmp_path / "s.json", study)
    SettingsFile(tmp_path / "settings.json").set("theme", "0")
    environment = os.environ | {"PYTHONPATH": str(Path(explorer.__file__).parents[1])}
    with subprocess.Popen([sys.executable, "-c", NURSERY, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        yield process
        process.kill()


def kill_one(nursery: subprocess.Popen[bytes], count: int, delay_s: float) -> dict[str, int]:
    """Let a child save from ``count`` on, kill it after a while; the last number that it acknowledged, by kind (0: none)."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(b"%d\n" % count)
    nursery.stdin.flush()
    seen = {"j": 0, "s": 0, "t": 0}
    pid = 0
    while not pid:
        _note(nursery.stdout.readline(), seen)
        pid = seen.pop("p", 0)
    time.sleep(delay_s)
    os.kill(pid, signal.SIGKILL)
    while Path(f"/proc/{pid}").exists():
        time.sleep(0.001)
    os.set_blocking(nursery.stdout.fileno(), False)
    while line := nursery.stdout.readline():
        _note(line, seen)
    os.set_blocking(nursery.stdout.fileno(), True)
    return seen


def _note(line: bytes, seen: dict[str, int]) -> None:
    seen[chr(line[0])] = int(line[1:])


@pytest.mark.parametrize("kills", [SHORT, pytest.param(LONG, marks=pytest.mark.slow)])
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_killed_while_saving(nursery: subprocess.Popen[bytes], study: Study, tmp_path: Path, kills: int) -> None:
    rng = random.Random(4)
    count, title, theme, strays, journals = 0, 0, 0, 0, 0
    for _ in range(kills):
        seen = kill_one(nursery, count, rng.uniform(0, 0.08))
        saved = read_study(tmp_path / "s.json")
        title = between(saved.title, title, seen["s"], count)
        assert saved.scenarios == study.scenarios
        settings = SettingsFile(tmp_path / "settings.json")
        assert settings.said == ""
        theme = between(settings.get("theme"), theme, seen["t"], count)
        count = max(count, seen["j"]) + 2
        strays += sum(p.suffix == ".part" for p in tmp_path.rglob("*"))
        journals += restart(tmp_path, seen["j"])
        assert sorted(p.name for p in tmp_path.iterdir()) == ["journal", "s.json", "settings.json"]
    assert list((tmp_path / "journal").iterdir()) == []
    assert list((state_folder() / "locks").iterdir()) == []
    print(f"{kills} kills: {journals} journals restored, {strays} temporary files swept, {count} saves")


def between(found: str, before: int, acknowledged: int, count: int) -> int:
    """What lies there is what was acknowledged last, or the one that was under way; as before where none was."""
    number = int(found) if found.isdigit() else 0
    assert number in ((acknowledged, acknowledged + 1) if acknowledged else (before, count + 1))
    return number


def restart(folder: Path, acknowledged: int) -> int:
    """What a start does: sweep, find what crashed, give it back."""
    sweep(folder)
    clear(state_folder() / "locks")
    (folder / "journal").mkdir(exist_ok=True)
    found, unreadable = crashed(folder / "journal")
    assert unreadable == []
    assert len(found) == (1 if acknowledged else len(found))
    for one in found:
        assert int(one.entry.study.title) >= acknowledged
        assert one.entry.path == folder / "s.json"
        one.discard()
    return len(found)
