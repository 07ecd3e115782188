"""From starting the interpreter to the first painted window, beside an empty pyqtgraph window, in turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

_RUNS = 7
_TOLD = "painted"
_WAIT = f"""
from PySide6.QtWidgets import QApplication
app = QApplication.instance()
app.processEvents()
assert window.isVisible() and not window.grab().isNull()
print("{_TOLD}", flush=True)
import os
os._exit(0)
"""
EMPTY = """
import pyqtgraph
app = pyqtgraph.mkQApp()
window = pyqtgraph.PlotWidget()
window.resize(1600, 900)
window.show()
"""
OURS = """
from explorer.app import create
window = create(size=(1600, 900))
"""
LOADED = """
import sys
from explorer.app import create
window = create(size=(1600, 900))
late = sorted({m.partition(".")[0] for m in sys.modules} & {"matplotlib", "xlsxwriter", "tomlkit", "pint", "scipy", "IPython"})
print(", ".join(late) or "none")
import os
os._exit(0)
"""


def _environment(cache: str) -> dict[str, str]:
    """Compiled modules are kept, as for an installed program, but outside the checkout."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": cache}


def _seconds(script: str, environment: dict[str, str]) -> float:
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", script + _WAIT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as run:
        assert run.stdout is not None
        told = run.stdout.readline().strip()
        passed = time.perf_counter() - start
    if told != _TOLD:
        raise RuntimeError("a window did not come up: run the script by hand to see why")
    return passed


def main(runs: int = _RUNS) -> None:
    """Print the figures."""
    empty, ours = [], []
    with tempfile.TemporaryDirectory() as cache:
        environment = _environment(cache)
        for script in (EMPTY, OURS):
            _seconds(script, environment)  # compiles, and fills the caches of the disk
        for _ in range(runs):
            empty.append(_seconds(EMPTY, environment))
            ours.append(_seconds(OURS, environment))
    for name, times in (("empty pyqtgraph window", empty), ("this window", ours)):
        print(f"  {name:<26}{statistics.median(times):6.2f} s median   {min(times):.2f} to {max(times):.2f} of {runs}")
    print(f"  ratio {statistics.median(ours) / statistics.median(empty):.2f}   budget 1.5")
    found = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    print(f"  heavy libraries loaded at launch: {found.stdout.strip()}")
