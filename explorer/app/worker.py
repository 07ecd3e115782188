"""Work beside the window: a plain function in a thread of its own, its result handed over by a signal."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from PySide6.QtCore import QObject, Signal

from explorer.errors import ExplorerError

_UNEXPECTED = "something unexpected went wrong"


class Worker(QObject):
    """Runs one function at a time that matters: what an earlier one gives after a later one has been asked for is dropped.

    ``done`` carries the result, or None and one line that says why there is none. The function must not touch Qt. Give a
    worker no parent: its thread keeps it, so that a window may close before the thread has ended.
    """

    done = Signal(object, str)
    _ended = Signal(int, object, str)

    def __init__(self) -> None:
        super().__init__()
        self._asked = 0
        self.busy = False
        self._ended.connect(self._end)

    def start(self, act: Callable[[], object]) -> None:
        """Run ``act``; the window goes on meanwhile."""
        self._asked += 1
        self.busy = True
        Thread(target=self._run, args=(self._asked, act), daemon=True).start()

    def _run(self, asked: int, act: Callable[[], object]) -> None:
        """In the thread. What nobody expected goes on to the guard against crashes, and is told here as well."""
        result, said = None, _UNEXPECTED
        try:
            result, said = act(), ""
        except (ExplorerError, OSError) as problem:
            said = str(problem)
        finally:
            self._ended.emit(asked, result, said)

    def _end(self, asked: int, result: object, said: str) -> None:
        if asked == self._asked:
            self.busy = False
            self.done.emit(result, said)
