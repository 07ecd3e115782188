"""Exports beside the window: one after the other in a thread, told when they end, and stopped when somebody asks."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal
from PySide6.QtWidgets import QProgressDialog

from explorer.app.worker import Worker
from explorer.errors import ExplorerError

if TYPE_CHECKING:
    from explorer.app.window import Window
    from explorer.render.bundle import Task

Act = Callable[[], object]
Then = Callable[[object], None]


class Stopped(ExplorerError):  # noqa: N818 - nothing went wrong
    """Somebody asked for no more."""


class Exporter(QObject):
    """Runs exports of one window in their order. ``said`` has every failure, one line each, in a box of the window."""

    progressed = Signal(int, int, str)

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._waiting: deque[tuple[Act, Then | None]] = deque()
        self._then: Then | None = None
        self._stop = Event()
        self._bar: QProgressDialog | None = None
        self._worker = Worker()
        self._worker.done.connect(self._done)
        self.progressed.connect(self._show_progress)

    @property
    def busy(self) -> bool:
        """Whether anything is being written or waits for its turn."""
        return self._worker.busy or bool(self._waiting)

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
        error = result if isinstance(result, Exception) else None
        said = str(error) if error is not None else problem
        self._next()  # before anything stops and asks
        if said and not isinstance(error, Stopped):
            self._window.dialogs.tell("Not exported", said)
        elif not said and then is not None:
            then(result)

    def submit_all(self, make: Callable[[], list[Task]], title: str) -> None:
        """Write many files with a bar that shows how far it is and can stop it; files that are written stay."""
        self._stop.clear()
        self._open_bar(title)
        self.submit(lambda: self._write_all(make()))

    def _write_all(self, tasks: list[Task]) -> None:
        """In the thread. What fails is told at the end; the others are written all the same."""
        failed: list[str] = []
        for i, task in enumerate(tasks):
            self.step(i, len(tasks), task.path.name)
            try:
                task.write()
            except Stopped:
                raise
            except ExplorerError as error:
                failed.append(str(error))
        if failed:
            raise ExplorerError(f"{len(failed)} of {len(tasks)} files: {failed[0]}")

    def step(self, done: int, total: int, words: str = "") -> None:
        """From the thread: how far it is. Raises `Stopped` where somebody has asked for no more."""
        if self._stop.is_set():
            raise Stopped("stopped")
        self.progressed.emit(done, total, words)

    def write_report(self, make: Callable[[Callable[[int, int], None]], bytes], path: Path, title: str) -> None:
        """Write a long document; ``make`` is given what to call between its sheets."""
        from explorer.library import write_whole

        self._stop.clear()
        self._open_bar(title)
        self.submit(lambda: write_whole(path, make(lambda i, n: self.step(i, n, f"sheet {i + 1} of {n}"))))

    def stop(self) -> None:
        """No more of what is being written; what waits is forgotten."""
        self._stop.set()
        self._waiting.clear()

    def finish(self, most_s: float = 30.0) -> None:
        """Wait, with the window live, until everything is written; a window that closes takes its threads with it."""
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
