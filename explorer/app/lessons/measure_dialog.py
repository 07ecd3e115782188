"""This computer, measured while the window goes on, and put beside the chips of the study."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QProgressBar, QPushButton, QVBoxLayout

from explorer.app.look import Look
from explorer.app.widgets.text import PlainLabel
from explorer.app.worker import Worker
from explorer.errors import ExplorerError
from explorer.validation.computer import Device, Measured, devices, keep, measure, report_lines

if TYPE_CHECKING:
    from explorer.app.window import Window

_SECONDS = 40.0
_LOOK_MS = 120
_WORDS = (
    "Times matrix products and copies of many sizes for about 40 seconds, on the processor and on any GPU that PyTorch knows. "
    "Close what else computes. The result becomes a chip of your own library and a scenario of this study."
)
Found = list[tuple[str, Measured]]


class MeasureDialog(QDialog):
    """``machines`` says what can compute, ``seconds`` how long all of it is measured."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.machines: Callable[[], Sequence[Device]] = devices
        self.seconds = _SECONDS
        self._stop = threading.Event()
        self._closing = False
        self._told: tuple[float, str] = (0.0, "")
        self._worker = Worker()
        self._worker.done.connect(self._take)
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._show_progress)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Measure this computer")
        window.closed.connect(self.close)
        self.words, self.now, self.report = (PlainLabel(t, self, wrap=True, select=True) for t in (_WORDS, "", ""))
        self.label, self.name, self.bar = PlainLabel("Name", self), QLineEdit("This computer", self), QProgressBar(self)
        self.name.setAccessibleName("Name of the preset")
        self.name.setMaxLength(60)
        self.bar.setRange(0, 100)
        self.bar.setAccessibleName("Progress")
        self.starter, self.shutter = QPushButton("Measure", self), QPushButton("Close", self)
        self.starter.clicked.connect(self.start)
        self.shutter.clicked.connect(self.cancel_or_close)
        self._lay_out()
        self.set_look(window.look)

    def _lay_out(self) -> None:
        self._column, self._top, self._row = QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        self._top.addWidget(self.label)
        self._top.addWidget(self.name, 1)
        self._column.addWidget(self.words)
        self._column.addLayout(self._top)
        for part in (self.bar, self.now, self.report):
            self._column.addWidget(part)
        self._column.addStretch(1)
        self._row.addStretch(1)
        self._row.addWidget(self.starter)
        self._row.addWidget(self.shutter)
        self._column.addLayout(self._row)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self._column.setContentsMargins(*[look.px(14)] * 4)
        self._column.setSpacing(look.px(8))
        for label, kind, colour in ((self.words, "base", "text"), (self.label, "base", "text"), (self.now, "small", "muted"), (self.report, "mono", "text")):
            label.dress(look, kind, colour)  # type: ignore[arg-type]
        for part in (self.name, self.bar, self.starter, self.shutter):
            part.setFont(look.font("base"))
        self.name.setFixedHeight(look.px(24))
        self.setMinimumWidth(look.px(480))

    def present(self) -> None:
        """Show it, in front."""
        self.show()
        self.raise_()
        self.activateWindow()

    # ---- measuring

    def start(self) -> None:
        """Measure in a thread of its own."""
        if self._worker.busy:
            return
        self._stop = stop = threading.Event()
        self._told = (0.0, "looking for what can compute here")
        self._show_state()
        self._timer.start()
        find, seconds = self.machines, self.seconds
        self._worker.start(lambda: _measured(find, seconds, self._tell, stop))
        self._show_state()

    def _tell(self, share: float, text: str) -> None:
        """Called in the thread: only remembered here, shown by the timer."""
        self._told = (share, text)

    def _show_progress(self) -> None:
        self.bar.setValue(round(100 * self._told[0]))
        self.now.show_text(self._told[1])

    def _show_state(self) -> None:
        busy = self._worker.busy
        self.starter.setEnabled(not busy)
        self.name.setEnabled(not busy)
        self.shutter.setText("Cancel" if busy else "Close")
        self._show_progress()

    def cancel_or_close(self) -> None:
        """Call the measurement off, or close."""
        if self._worker.busy:
            self._stop.set()
            self._told = (self._told[0], "ending …")
        else:
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._closing = True
        self._stop.set()
        super().closeEvent(event)

    def reject(self) -> None:
        """Esc: end the measurement first."""
        if self._worker.busy and not self._closing:
            self.cancel_or_close()
        else:
            super().reject()

    def _take(self, found: object, said: str) -> None:
        self._timer.stop()
        if self._closing:
            return
        if not isinstance(found, list):
            self._told = (0.0, said)
            self._show_state()
            return
        self._told = (1.0, "done")
        self._show_state()
        try:
            lines = self._keep(found)
        except ExplorerError as error:
            lines = [str(error)]
        self.report.show_text("\n".join(lines))

    def _keep(self, found: Found) -> list[str]:
        """Save what was measured, and put it into the study."""
        lines, chips = [], []
        for key, measured in found:
            chip, where = keep(measured, self.name.text() or "This computer", key, self._window.librarian.folder)
            lines += [*report_lines(measured), f"  saved as {chip.id}: {where}"]
            chips.append(chip.id)
        self._window.librarian.reload()
        for chip_id in chips:
            self._window.scenarios.add(chip_id)
        return lines


def _told(tell: Callable[[float, str], None], device: int, of: int, name: str, part: float, text: str) -> None:
    tell((device + part) / of, f"{name}: {text}")


def _measured(find: Callable[[], Sequence[Device]], seconds: float, tell: Callable[[float, str], None], stop: threading.Event) -> Found:
    listed, found = find(), []
    for i, device in enumerate(listed):
        told = partial(_told, tell, i, len(listed), device.name[:40])
        found.append((device.key, measure(device, seconds / len(listed), told, stop.is_set)))
    return found


__all__ = ["MeasureDialog"]
