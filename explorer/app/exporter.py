"""Exports beside the window: one after the other, drawn in another process, told when they end, stopped when somebody asks."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QProgressDialog

from explorer.app.worker import Worker
from explorer.errors import ExplorerError
from explorer.render.apart import Job, Stopped, draughtsman

if TYPE_CHECKING:
    from explorer.app.window import Window

Act = Callable[[], object]
Then = Callable[[object], None]


class Exporter(QObject):
    """Runs the exports of one window in their order. A failure is told in one line in a box of the window.

    ``progressed``: how many parts of how many are done, and the name of the next.
    """

    progressed = Signal(int, int, str)

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._waiting: deque[tuple[Act, Then | None]] = deque()
        self._then: Then | None = None
        self._bar: QProgressDialog | None = None
        self._worker = Worker()
        self._worker.done.connect(self._done)
        self.progressed.connect(self._show_progress)

    @property
    def busy(self) -> bool:
        """Whether anything is being written or waits for its turn."""
        return self._worker.busy or bool(self._waiting)

    def order(self, job: Job, then: Then | None = None, title: str = "") -> None:
        """Have a job drawn in the other process, and ``then`` run with its result. With a ``title`` a bar shows how far it is."""
        if title:
            self._open_bar(title)
        self.submit(partial(draughtsman().ask, job, self.progressed.emit), then)

    def submit(self, act: Act, then: Then | None = None) -> None:
        """Run ``act`` in a thread when those before it have ended, and ``then`` with its result in the window's."""
        self._waiting.append((act, then))
        if not self._worker.busy:
            self._next()

    def _next(self) -> None:
        if self._waiting:
            act, self._then = self._waiting.popleft()
            self._worker.start(partial(_settled, act))

    def _done(self, result: object, problem: str) -> None:
        then, self._then = self._then, None
        self._close_bar()
        error = result if isinstance(result, ExplorerError) else None
        said = str(error) if error is not None else problem
        self._next()  # before anything stops and asks
        if said and not isinstance(error, Stopped):
            self._window.dialogs.tell("Not exported", said)
        elif not said and then is not None:
            then(result)

    def stop(self) -> None:
        """No more of what is being drawn; what waits is forgotten, and files that are written stay."""
        self._waiting.clear()
        if self._worker.busy:
            draughtsman().stop()

    def finish(self, most_s: float = 60.0) -> None:
        """Wait, with the window live, until everything is written: before the window closes."""
        end = time.monotonic() + most_s
        while self.busy and time.monotonic() < end:
            QCoreApplication.processEvents()
            time.sleep(0.005)

    def _open_bar(self, title: str) -> None:
        self._close_bar()
        self._bar = QProgressDialog(title, "Stop", 0, 0, self._window)
        self._bar.setWindowTitle("Export")
        self._bar.setWindowModality(Qt.WindowModality.NonModal)
        self._bar.setAutoClose(False)
        self._bar.setAutoReset(False)
        self._bar.setMinimumWidth(self._window.look.px(360))
        self._bar.setMinimumDuration(300)
        self._bar.canceled.connect(self.stop)

    def _show_progress(self, done: int, total: int, words: str) -> None:
        if self._bar is not None:
            self._bar.setMaximum(total)
            self._bar.setValue(done)
            self._bar.setLabelText(f"{done + 1} of {total}: {words}")

    def _close_bar(self) -> None:
        bar, self._bar = self._bar, None
        if bar is not None:
            bar.canceled.disconnect(self.stop)
            bar.close()
            bar.deleteLater()


def _settled(act: Act) -> object:
    """In the thread: an expected error as a result, so that a stop can be told from a failure."""
    try:
        return act()
    except ExplorerError as error:
        return error
