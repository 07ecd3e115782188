"""The program reaches for no network: it makes no such socket, and it does its work where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from process_tools import environment

WATCHED = """
import socket, sys
def watch(event, arguments):
    if event.startswith("socket.") and not (event == "socket.__new__" and arguments[1] == socket.AF_UNIX):
        sys.stderr.write(f"network: {event} {arguments[1:2]}\\n")
sys.addaudithook(watch)
from explorer.cli import main
sys.exit(main(sys.argv[1:]))
"""
COMMANDS = [
    ("presets", "check"), ("eval", "--json"), ("chart", "roofline", "-o", "x.pdf"), ("table", "-o", "x.xlsx"), ("shot", "-o", "x.png", "--size", "800x600"),
]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=lambda w: w[0])
def test_no_command_makes_a_socket(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *words], cwd=tmp_path, env=environment(), capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "network:" not in done.stderr


def test_the_watch_itself(tmp_path: Path) -> None:
    code = WATCHED.replace("from explorer.cli import main", "socket.socket(socket.AF_INET).close()\nfrom explorer.cli import main")
    done = subprocess.run([sys.executable, "-c", code, "--version"], cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert "network: socket.__new__" in done.stderr


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("strace") is None, reason="no strace here")
def test_the_system_saw_no_socket_of_the_window(tmp_path: Path) -> None:
    """Also what Qt does by itself."""
    trace = tmp_path / "trace"
    command = ["strace", "-f", "-qq", "-e", "trace=socket,connect", "-o", str(trace), sys.executable, "-m", "explorer", "shot", "-o", "x.png", "--size", "800x600"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=300, check=False)
    if done.returncode and "ptrace" in done.stderr:
        pytest.skip("processes cannot be traced here")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "x.png").stat().st_size > 1000
    seen = [line for line in trace.read_text(encoding="utf-8", errors="replace").splitlines() if "AF_" in line]
    assert [line for line in seen if "AF_UNIX" not in line] == []


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("unshare") is None, reason="no unshare here")
def test_the_program_works_where_there_is_no_network(tmp_path: Path) -> None:
    alone = ["unshare", "-r", "-n"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no namespaces here")
    done = subprocess.run(
        [*alone, sys.executable, "-m", "explorer", "shot", "-o", "x.png", "--size", "800x600"], cwd=tmp_path, env=environment(), capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert os.listdir(tmp_path) == ["x.png"]
