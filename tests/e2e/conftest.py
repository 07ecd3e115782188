"""The command line as a person uses it: in this process (`cli`), and as a process of its own (`program`)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from process_tools import Answer, environment

from explorer.cli import main


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """``cli("eval", "--json")`` in an empty folder, in this process."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Answer:
        status = main(list(words))
        said = capsys.readouterr()
        return Answer(status, said.out, said.err)

    return run


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Answer]:
    """``program(["eval"], DISPLAY=None)`` as ``python -m explorer`` in an empty folder."""

    def run(words: Sequence[str], **variables: str | None) -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "explorer", *words], cwd=tmp_path, env=environment(**variables),
            capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
        )  # fmt: skip
        return Answer(done.returncode, done.stdout, done.stderr)

    return run
