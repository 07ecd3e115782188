"""Edit to painted: a real slider is dragged by real mouse events, and every frame is timed until it is on the screen's image.

Beside it, in the same run and in turns with it, the bare painting of the same curves and bars: the charts of those very
frames, made beforehand, are handed to the same four views.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from explorer import charts
from explorer.app import create
from explorer.app.widgets import KnobSlider, slider_paint
from explorer.app.window import Window
from explorer.charts import Chart
from explorer.charts.common import Scene
from explorer.evaluate import evaluate_study, explain
from tests.benchmarks.figures import HEAD, at_percent, line

# The batch moves every curve and bar of every scenario; the bandwidth moves those of one, in two of the four views.
KNOBS = {"job.batch": ("roofline", "memory", "interconnect", "time"), "chip.hbm_bytes_per_s": ("roofline", "time")}
_BLOCKS, _FRAMES, _WARM, _MOST_TURNS = 6, 60, 15, 10


class Painted(QObject):
    """Counts what was painted: a frame is done when every view has been."""

    def __init__(self, views: list[QWidget]) -> None:
        super().__init__()
        self.views = views
        self.seen: Counter[QObject] = Counter()
        for view in views:
            view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.seen[watched] += 1
        return False


def _surface(window: Window, key: str) -> QWidget:
    view: Any = window.panes.panes[key].view
    return view.canvas.viewport() if hasattr(view, "canvas") else view  # type: ignore[no-any-return]


def _mouse(slider: KnobSlider, kind: QEvent.Type, stop: float) -> None:
    at = QPointF(slider_paint.x_of(slider, stop), slider.height() / 2)
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    held = Qt.KeyboardModifier.AltModifier
    event = QMouseEvent(kind, at, slider.mapToGlobal(at), button, Qt.MouseButton.LeftButton, held)
    QApplication.sendEvent(slider, event)


def _timed(act: Callable[[], object], painted: Painted) -> float:
    """From ``act`` until every view has been painted [s]."""
    before, start = painted.seen.copy(), time.perf_counter()
    act()
    for _ in range(_MOST_TURNS):
        QApplication.processEvents()
        if all(painted.seen[view] > before[view] for view in painted.views):
            return time.perf_counter() - start
    raise RuntimeError("a view was not painted: this frame cannot be timed")


def _ready(window: Window, knob: str) -> KnobSlider:
    for _ in range(5):
        QApplication.processEvents()
    window.refresher.settle()
    row = window.knobs.rows[knob]
    window.knobs.ensureWidgetVisible(row)
    for _ in range(5):
        QApplication.processEvents()
    slider = row.editor.body
    assert isinstance(slider, KnobSlider)
    return slider


def _stops(slider: KnobSlider, frames: int) -> list[int]:
    """There and back through the middle half, a new stop in every frame."""
    low, high = slider.maximum() // 4, 3 * slider.maximum() // 4
    there = [*range(low, high), *range(high, low, -1)]
    return [there[i % len(there)] for i in range(frames)]


def measure(
    knob: str = "job.batch", blocks: int = _BLOCKS, frames: int = _FRAMES, warm: int = _WARM
) -> tuple[list[float], list[float], list[Any]]:
    """Times of whole frames and of bare ones [s], and the studies that were shown."""
    window = create(size=(1600, 900))
    slider = _ready(window, knob)
    painted = Painted([_surface(window, key) for key in KNOBS[knob]])
    whole, bare, studies = [], [], []

    def go(stop: int) -> float:
        return _timed(lambda: _mouse(slider, QEvent.Type.MouseMove, stop), painted)

    _mouse(slider, QEvent.Type.MouseButtonPress, slider.value())
    stops = _stops(slider, blocks * frames + warm)
    for stop in stops[:warm]:
        go(stop)
    for block in range(blocks):
        shown: list[dict[str, Chart]] = []
        for stop in stops[warm + block * frames :][:frames]:
            whole.append(go(stop))
            shown.append({key: pane.chart for key, pane in window.panes.panes.items()})
            studies.append(window.document.study)
        window.refresher._rest.stop()
        for frame in shown:
            bare.append(_timed(lambda f=frame: window.panes.show_charts(f), painted))  # type: ignore[misc]
    _mouse(slider, QEvent.Type.MouseButtonRelease, slider.value())
    window.close()
    return whole, bare, studies


def parts(studies: list[Any]) -> list[str]:
    """What the words and figures of a frame cost without any painting."""
    times: dict[str, list[float]] = {}

    def run(name: str, act: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        found = act()
        times.setdefault(name, []).append(time.perf_counter() - start)
        return found

    for study in studies[:120]:
        report = run("  evaluate the study", lambda s=study: evaluate_study(s))  # type: ignore[misc]
        scene = Scene(study, report)
        for name in ("roofline", "memory", "interconnect", "time"):
            run(f"  chart {name}", lambda n=name, c=scene: charts.chart(n, c))  # type: ignore[misc]
        run("  comparison", lambda c=scene: charts.comparison(c))  # type: ignore[misc]
        run("  findings", lambda s=study, r=report: explain(r, s.scenarios, s.active, s.baseline))  # type: ignore[misc]
    return [line(name, found) for name, found in times.items()]


def main() -> None:
    """Print the figures."""
    print("  four panes, three scenarios, window of 1600 x 900")
    studies: list[Any] = []
    for knob in KNOBS:
        whole, bare, shown = measure(knob)
        studies = studies or shown
        print(f"  {len(whole)} frames of {knob}\n{HEAD}")
        print(line("edit to painted, whole frame", whole, "budget p95 8.3, p99 16"))
        print(line("bare painting of the same curves", bare))
        ratio = [at_percent(whole, p) / at_percent(bare, p) for p in (50, 95)]
        print(f"  whole / bare: {ratio[0]:.2f} at p50, {ratio[1]:.2f} at p95   budget 1.5")
    print("\n".join(parts(studies)))
