"""A cold ``chart`` command, one export in the window, and how live the window stays while it exports everything.

A drag goes on during the export; each frame is timed from the edit to the end of the painting, beside the same frames without
an export. The drawing process takes a core of its own: on a machine with one core free, frames wait for it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from explorer.app import create
from explorer.app.window import Window
from tests.benchmarks.figures import HEAD, line

_RUNS, _FRAMES = 5, 200


def cold_command(folder: Path, runs: int = _RUNS) -> list[float]:
    """From starting the interpreter to the end of ``chart roofline -o x.png`` [s]."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "explorer", "chart", "roofline", "-o", str(folder / "cold.png")], check=True)
        times.append(time.perf_counter() - start)
    return times


def one_export(window: Window, folder: Path, runs: int = _RUNS) -> list[float]:
    """From the click to the file, the first one with the start of the drawing process [s]."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        window.files.export_to("roofline", folder / "one.png")
        window.files.exporter.finish()
        times.append(time.perf_counter() - start)
    return times


def frames(window: Window, most: int = _FRAMES) -> list[float]:
    """Edits one after the other, as a drag makes them, each until the window has nothing left to do [s]."""
    times = []
    for i in range(most):
        start = time.perf_counter()
        window.document.edit("job.batch", 32 + i % 64, 7)
        for _ in range(3):
            QApplication.processEvents()
        times.append(time.perf_counter() - start)
        time.sleep(0.004)
    return times


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        window = create(size=(1600, 900))
        QApplication.processEvents()
        print(HEAD)
        print(line("cold chart command", cold_command(folder)))
        times = one_export(window, folder)
        print(line("first export in the window", times[:1]))
        print(line("further exports in the window", times[1:]))
        print(line("frame of a drag", frames(window)))
        window.dialogs.folder = lambda _title: folder  # type: ignore[method-assign]
        window.files.export_all()
        print(line("frame while all is exported", frames(window), "a frame or two of 16.7 ms"))
        window.files.exporter.stop()
        window.files.exporter.finish()
