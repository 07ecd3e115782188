"""From one run to the next: the last study opens again, and after a crash what was not saved is offered."""

from __future__ import annotations

import logging
import os
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from explorer.errors import ExplorerError
from explorer.library import default_study, read_study
from explorer.library.journal import Crashed, Entry, Journal, crashed
from explorer.library.locks import clear
from explorer.library.readers import KEPT_AS, kind_of_file
from explorer.library.share import is_share
from explorer.library.state_folder import state_folder
from explorer.library.text_files import shown
from explorer.library.whole_files import sweep

if TYPE_CHECKING:
    from explorer.app.window import Window

_LOG = logging.getLogger("explorer")
QUIET_MS = 600  # after the last edit
LONGEST_MS = 4000  # of edits that do not end
_LOOK_MS = 5000


class Session(QObject):
    """Keeps a journal of one window, and takes up what earlier windows left."""

    def __init__(self, window: Window, folder: Path | None = None) -> None:
        super().__init__(window)
        self._window = window
        self.folder = folder or state_folder() / "journal"
        self.journal = self._begin()
        self._told, self._waiting = False, ""
        self._quiet, self._longest, self._look = QTimer(self), QTimer(self), QTimer(self)
        for timer, wait in ((self._quiet, QUIET_MS), (self._longest, LONGEST_MS)):
            timer.setSingleShot(True)
            timer.setInterval(wait)
            timer.timeout.connect(self.keep)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._tell_failure)
        document = window.document
        document.changed.connect(self._edited)
        document.saved.connect(self._saved)
        document.undo_stack.cleanChanged.connect(self._settled)
        window.closed.connect(self.end)

    def _begin(self) -> Journal | None:
        try:
            return Journal(self.folder)
        except OSError as error:
            _LOG.warning("no journal is kept: %s", error)
            return None

    def _edited(self) -> None:
        self._quiet.start()
        if not self._longest.isActive():
            self._longest.start()

    def _settled(self, clean: bool) -> None:
        if clean:
            self.keep()

    def _saved(self) -> None:
        path = self._window.document.path
        self._window.settings.last = str(path.absolute()) if path else ""
        self.keep()

    def keep(self) -> None:
        """Let the journal say what the window holds now."""
        self._quiet.stop()
        self._longest.stop()
        if self.journal is None:
            return
        document = self._window.document
        if document.undo_stack.isClean():
            self.journal.drop()
            return
        self.journal.keep(Entry(document.study, document.path and document.path.absolute(), self._window.files.saver.known))
        if not self._told:
            self._look.start()

    def _tell_failure(self) -> None:
        """A journal that cannot be written is told once, and never in the middle of a drag."""
        if self.journal is None or not self.journal.failure:
            self._look.stop()
        elif QApplication.mouseButtons() == Qt.MouseButton.NoButton and QApplication.activeModalWidget() is None:
            self._look.stop()
            self._told = True
            self._window.dialogs.tell("No journal", f"Unsaved changes would not survive a crash: {self.journal.failure}")

    def end(self) -> None:
        """The window closed as it should: nothing is left to restore."""
        if self.journal is not None:
            self.journal.close()
        self.journal = None

    def take_up(self, asked: str | None) -> None:
        """Open the study that was asked for, or the last one. What is shown before it is taken waits for the window."""
        settings, window = self._window.settings, self._window
        if settings.said:
            window.dialogs.tell("Settings", settings.said)
        if asked and (is_share(asked) or kind_of_file(Path(asked)) in KEPT_AS):
            self._waiting = asked
        elif asked:
            window.files.open_path(asked)
        elif settings.reopen and settings.last:
            self._reopen(Path(settings.last))
        Thread(target=_tidy, args=({Path(name).parent for name in settings.recent},), name="tidy", daemon=True).start()

    def _reopen(self, path: Path) -> None:
        if os.path.lexists(path):
            self._window.files.open_path(path)
        else:
            self._window.dialogs.tell("Not opened", f"the last study, {shown(path)}, is no longer there")
            self._window.settings.last = ""

    def offer(self) -> None:
        """Once the window stands: what crashed windows had not saved, then what was asked for and is to be looked at first."""
        self._offer_crashed()
        waiting, self._waiting = self._waiting, ""
        if is_share(waiting):
            self._window.imports.take_text(waiting)
        elif waiting:
            self._window.imports.take_file(Path(waiting))

    def _offer_crashed(self) -> None:
        found, unreadable = crashed(self.folder)
        if unreadable:
            names = ", ".join(path.name for path in unreadable[:3])
            self._window.dialogs.tell("Not restored", f"the journal of a crashed session cannot be read; it was kept in {shown(self.folder)} as {names}")
        while found:
            answer, index = self._window.dialogs.restore([line(one.entry) for one in found])
            if answer not in ("restore", "discard") or not 0 <= index < len(found):
                break
            chosen = found.pop(index)
            if answer == "restore":
                self.restore(chosen)
                break
            chosen.discard()
        for one in found:
            one.leave()

    def restore(self, one: Crashed) -> None:
        """Show a crashed window's study, not saved yet; its journal goes once ours has it."""
        window, entry = self._window, one.entry
        base = default_study(window.document.library)
        try:
            base = read_study(entry.path) if entry.path else base
        except ExplorerError as error:
            _LOG.info("restored beside a file that cannot be read: %s", error)
        window.document.open(base, entry.path)
        window.files.saver.take(entry.path, entry.stamp)
        window.document.replace(entry.study, "Restore")
        self.keep()
        if self.journal is not None and self.journal.settle() and not self.journal.failure:
            one.discard()
        else:
            one.leave()


def _tidy(folders: set[Path]) -> None:
    """Remove what killed saves left: in the folders of recent files, and among our own locks."""
    clear(state_folder() / "locks")
    for folder in folders:
        sweep(folder)


def line(entry: Entry) -> str:
    """A crashed study in one line: its name, when it was last kept, what it was."""
    name = entry.path.name if entry.path else entry.study.title or "Untitled study"
    chips = ", ".join(s.name for s in entry.study.scenarios)
    return shown(f"{name}  ·  {_when(entry.written)}  ·  {chips}")


def _when(written: str) -> str:
    try:
        return f"{datetime.fromisoformat(written).astimezone():%d %B %Y, %H:%M}"
    except (ValueError, OverflowError, OSError):
        return "at an unknown time"
