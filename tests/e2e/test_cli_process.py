"""The program as a process of its own: versions, help, no display, a closed pipe, the window as a picture."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from process_tools import environment

from explorer import __version__
from explorer.cli.parser import COMMANDS
from explorer.library import load_library

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="about Linux displays")


def test_version(cli):
    answer = cli("--version")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == f"chip-explorer {__version__} (data {load_library().data_version})\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_with_examples(cli, command):
    answer = cli(command, "-h")
    assert (answer.status, answer.err) == (0, "")
    assert f"chip-explorer {command}" in answer.out
    assert "examples:" in answer.out


def test_help_of_the_whole(cli):
    answer = cli("-h")
    assert answer.status == 0
    assert all(command in answer.out for command in COMMANDS)


def test_python_m_explorer_answers_without_a_display(program):
    answer = program(["eval", "--json"], DISPLAY=None, WAYLAND_DISPLAY=None, QT_QPA_PLATFORM=None)
    assert (answer.status, answer.err) == (0, "")
    assert len(answer.json["scenarios"]) == 3


def test_an_error_of_the_process(program):
    answer = program(["eval", "--chip", "b20"])
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == "chip-explorer: unknown chip 'b20' (did you mean b200?)\n"


@LINUX
@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ({"DISPLAY": None, "WAYLAND_DISPLAY": None}, "there is no display"),
        ({"DISPLAY": ":4711", "WAYLAND_DISPLAY": None}, "DISPLAY=':4711' cannot be reached"),
        ({"QT_QPA_PLATFORM": "mirror"}, "QT_QPA_PLATFORM=mirror: Qt has no such platform"),
    ],
)
def test_the_window_says_why_it_cannot_open(program, variables, text):
    answer = program([], **{"QT_QPA_PLATFORM": None} | variables)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    if "cannot be reached" in text and "apt-get install" in answer.err:
        pytest.skip(f"this system lacks libraries of the xcb platform: {answer.err}")
    assert text in answer.err
    assert "chip-explorer eval" in answer.err  # what works without one


@pytest.mark.parametrize("command", ["eval", "presets list", "--version", "-h"])
def test_a_reader_who_leaves_early_is_no_error(tmp_path: Path, command: str):
    words = [sys.executable, "-m", "explorer", *command.split()]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, env=environment(PYTHONUNBUFFERED=None), cwd=tmp_path, **pipes) as started:
        started.stdout.close()
        complaint = started.stderr.read()
    assert (started.returncode, complaint) == (0, b"")


def test_an_interruption_is_quiet(cli, monkeypatch: pytest.MonkeyPatch):
    def interrupt(study: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("explorer.cli.commands.report_text", interrupt)
    answer = cli("eval")
    assert (answer.status, answer.out, answer.err) == (130, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_told_in_one_line(tmp_path: Path):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "explorer", "eval", "--json"], stdout=full, stderr=subprocess.PIPE, env=environment(),
            cwd=tmp_path, check=False, timeout=60,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == ["chip-explorer: cannot write the output: no space left on device"]


def test_a_terminal_without_unicode_gets_question_marks(program):
    answer = program(["eval"], PYTHONIOENCODING="ascii")
    assert (answer.status, answer.err) == (0, "")
    assert "HBM-bound" in answer.out


@pytest.mark.skipif(importlib.util.find_spec("PySide6") is None, reason="needs Qt")
def test_shot_paints_the_window(program, tmp_path: Path):
    words = ["shot", "-o", "window.png", "--size", "1280x720", "--theme", "dark", "--chip", "h100", "--batch", "8"]
    answer = program(words, DISPLAY=None, WAYLAND_DISPLAY=None, QT_QPA_PLATFORM=None)
    assert (answer.status, answer.out, answer.err) == (0, "", "")
    content = (tmp_path / "window.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert (int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")) == (1280, 720)


def test_shot_leaves_nothing_behind_when_it_cannot_write(program, tmp_path: Path):
    answer = program(["shot", "-o", "no/such/window.png"])
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    assert os.listdir(tmp_path) == []
