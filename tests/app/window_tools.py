"""Hands and answers for the window's tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from explorer.app.dialogs import Quiet
from explorer.app.widgets import KnobRow, KnobSlider, slider_paint
from explorer.app.window import Window
from explorer.library import default_study, load_library, make_scenario
from explorer.specs import Scenario, Study

LEFT = Qt.MouseButton.LeftButton
BANDWIDTH = "chip.hbm_bytes_per_s"
LIBRARY = load_library()


class Answers(Quiet):
    """Dialogs that answer at once with what the test wrote down."""

    def __init__(self) -> None:
        super().__init__()
        self.path: Path | None = None
        self.line: str | None = None
        self.leave = "discard"
        self.on_disk = ["cancel"]
        self.choices: list[tuple[str, int]] = []
        self.asked: list[str] = []
        self.sure = False
        self.outside: list[str] = []

    def open_file(self, title: str, filters: str) -> Path | None:
        self.asked.append(title)
        return self.path

    def save_file(self, title: str, suggested: str, filters: str) -> Path | None:
        self.asked.append(title)
        return self.path

    def folder(self, title: str) -> Path | None:
        self.asked.append(title)
        return self.path

    def text(self, title: str, label: str, given: str) -> str | None:
        self.asked.append(f"{title}: {given}")
        return self.line

    def confirm_close(self, name: str) -> str:
        self.asked.append(f"leave {name}")
        return self.leave

    def changed_on_disk(self, name: str) -> str:
        self.asked.append(f"changed {name}")
        return self.on_disk.pop(0) if len(self.on_disk) > 1 else self.on_disk[0]

    def restore(self, lines: Sequence[str]) -> tuple[str, int]:
        self.asked += [f"restore {line}" for line in lines]
        return self.choices.pop(0) if self.choices else ("later", 0)

    def confirm(self, title: str, message: str, act: str) -> bool:
        self.asked.append(f"{title}: {message}")
        return self.sure

    def open_outside(self, url: QUrl) -> None:
        self.outside.append(url.toString())


def scenario(chip: str = "trainium2", **changes: object) -> Scenario:
    """One scenario of the default study's load, with changes."""
    given = {"workload": "llama3-70b", "phase": "decode", "batch": 32, "context": 4096, "chips": 16} | changes
    return make_scenario(LIBRARY, chip=chip, **given)  # type: ignore[arg-type]


def study_of(*scenarios: Scenario) -> Study:
    """A study of these scenarios."""
    return default_study(LIBRARY).replace(scenarios=scenarios)


OTHER = study_of(scenario("b200", batch=64))


def settle() -> None:
    """Let everything that was asked for happen."""
    for _ in range(3):
        QApplication.processEvents()


def exported(window: Window, begun: bool) -> bool:
    """Whether an export has begun, and ended without a word."""
    before = len(getattr(window.dialogs, "said", ()))
    window.files.exporter.finish(300)
    assert not window.files.exporter.busy
    return begun and len(getattr(window.dialogs, "said", ())) == before


def edit(window: Window) -> None:
    """One small change."""
    assert window.document.edit(BANDWIDTH, 5e12) is None
    settle()


def drop(window: Window, *paths: Path) -> bool:
    """Drop files on the window; whether it would take them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(p)) for p in paths])
    args = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    entering = QDragEnterEvent(QPoint(50, 50), *args)
    entering.ignore()
    QApplication.sendEvent(window, entering)
    if entering.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), *args))
    settle()
    return entering.isAccepted()


def row_of(window: Window, key: str = BANDWIDTH) -> KnobRow:
    """A knob's row, scrolled into sight."""
    row = window.knobs.rows[key]
    window.knobs.ensureWidgetVisible(row)
    settle()
    return row


def slider_of(window: Window, key: str = BANDWIDTH) -> KnobSlider:
    """A knob's slider."""
    slider = row_of(window, key).editor.body
    assert isinstance(slider, KnobSlider)
    return slider


def mouse(slider: KnobSlider, kind: QMouseEvent.Type, x: float) -> None:
    """One mouse event at ``x`` of a slider. Alt keeps the named stops from pulling."""
    at = QPointF(x, slider.height() / 2)
    button = Qt.MouseButton.NoButton if kind == QMouseEvent.Type.MouseMove else LEFT
    held = Qt.KeyboardModifier.AltModifier
    QApplication.sendEvent(slider, QMouseEvent(kind, at, slider.mapToGlobal(at), button, LEFT, held))


def press(slider: KnobSlider, stop: float | None = None) -> None:
    """Press the handle, or the track at a stop."""
    mouse(slider, QMouseEvent.Type.MouseButtonPress, slider_paint.x_of(slider, slider.value() if stop is None else stop))


def move(slider: KnobSlider, stop: float) -> None:
    """Move the pressed mouse to a stop."""
    mouse(slider, QMouseEvent.Type.MouseMove, slider_paint.x_of(slider, stop))


def release(slider: KnobSlider) -> None:
    """Let go."""
    mouse(slider, QMouseEvent.Type.MouseButtonRelease, slider_paint.x_of(slider, slider.value()))


def drag(slider: KnobSlider, *stops: float) -> None:
    """Press the handle, visit stops, let go."""
    press(slider)
    for stop in stops:
        move(slider, stop)
        settle()
    release(slider)
    settle()
