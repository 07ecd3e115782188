"""The program as a person has it: killed in the middle of work, started again, and nothing is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from process_tools import environment

from explorer.library import default_study, load_library, read_study, write_study

LIVE = """
import os, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from explorer.app.dialogs import Modal
from explorer.app.start import make_application, run
from explorer.app.window import Window
from explorer.library.state_folder import state_folder

answers = sys.argv[1].split(",")
Modal.restore = lambda self, lines: (print("offered", *lines, sep="|"), (answers.pop(0) if answers else "later", 0))[1]
Modal.tell = lambda self, title, message: print("told", title, message, sep="|")
Modal.confirm_close = lambda self, name: "discard"
edits = int(sys.argv[2])

def window():
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, Window))

def die():
    if list((state_folder() / "journal").glob("*.json")):  # a busy machine may be late
        os.kill(os.getpid(), 9)
    QTimer.singleShot(50, die)

def work():
    document = window().document
    print("open", document.path, document.study.scenarios[0].job.batch, window().isWindowModified(), sep="|", flush=True)
    if edits:
        assert document.edit("job.batch", edits) is None
        QTimer.singleShot(1000, die)
    else:
        window().files.save() if document.path else None
        window().close()

make_application()
QTimer.singleShot(1500, work)
sys.exit(run(sys.argv[3] if len(sys.argv) > 3 else None))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_killed_program_loses_nothing(tmp_path: Path) -> None:
    home = {name: str(tmp_path / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")}
    file = tmp_path / "work" / "mine.json"
    file.parent.mkdir()
    write_study(file, default_study(load_library()))

    def live(*words: object) -> tuple[int, list[str]]:
        command = [sys.executable, "-c", LIVE, *map(str, words)]
        done = subprocess.run(command, env=environment(**home), capture_output=True, text=True, encoding="utf-8", timeout=180, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout.splitlines()

    before = file.read_bytes()
    assert live("", 77, file) == (-9, [f"open|{file}|32|False"])
    assert file.read_bytes() == before  # never over the user's file
    (file.parent / ".mine.json.0123456789ab.part").write_bytes(b"of a save that was killed")
    status, said = live("later", 0)
    assert status == 0
    assert said[0].startswith("offered|mine.json  ·  ")
    assert said[1] == f"open|{file}|32|False"  # the last study opens again
    status, said = live("restore", 0)
    assert status == 0
    assert said[1:] == [f"open|{file}|77|True"]
    assert [s.job.batch for s in read_study(file).scenarios] == [77] * 3
    assert live("", 0) == (0, [f"open|{file}|77|False"])  # nothing is offered twice
    assert os.listdir(file.parent) == ["mine.json"]
    state = Path(home["XDG_STATE_HOME"]) / "chip-architecture-explorer"
    assert [p.name for p in state.rglob("*") if p.is_file() and not p.name.startswith("explorer.log")] == []
