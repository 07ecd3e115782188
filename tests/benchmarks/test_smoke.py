"""The benchmarks run; what they measure is for people to read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DRAG = """
from tests.benchmarks.drag import KNOBS, measure, parts
for knob in KNOBS:
    whole, bare, studies = measure(knob, blocks=1, frames=3, warm=2)
    assert len(whole) == len(bare) == len(studies) == 3 and min(whole + bare) > 0
assert len(parts(studies)) == 7
"""
BATCH = """
from explorer.evaluate import evaluate
from explorer.library import load_library
from tests.benchmarks import evaluation
evaluation.POINTS = 50
for phase in ("decode", "training"):
    for make in (evaluation.one_knob, evaluation.many_knobs):
        assert evaluate(make(load_library(), "calibrated", phase)).valid_plan.shape[-1] in (1, 50)
"""
EXPORT = """
import tempfile
from pathlib import Path
from explorer.app import create
from tests.benchmarks.export import cold_command, frames, one_export
with tempfile.TemporaryDirectory() as name:
    window = create(size=(1280, 720))
    assert min(cold_command(Path(name), 1) + one_export(window, Path(name), 1) + frames(window, 3)) > 0
    assert len(list(Path(name).iterdir())) == 2
"""


@pytest.mark.parametrize("script", [DRAG, BATCH, EXPORT])
def test_a_short_run(script: str) -> None:
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_unknown_part_is_told() -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "drga"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "choose among drag, evaluate, launch, export" in done.stderr
