"""ruff and mypy are content."""

from __future__ import annotations

import subprocess
import sys

from house_tree import ROOT


def run(*words: str) -> str:
    """Run a tool of this environment on the project; its complaints, or nothing."""
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=540, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_ruff():
    assert run("ruff", "check", "--no-cache", "--output-format", "concise", ".") == ""


def test_mypy():
    assert run("mypy") == ""
