"""Saving a window's study over what lies on the disk, and noticing when that is no longer what the window knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer

from explorer.errors import ExplorerError
from explorer.library import read_study
from explorer.library.disk_state import Stamp, stamp
from explorer.library.locks import Held
from explorer.library.saving import ChangedOnDiskError, Saved, hold_open, save_study

if TYPE_CHECKING:
    from explorer.app.window import Window


class Saver(QObject):
    """Knows what lay in the window's file when it was read or written last."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.known: Stamp | None = None
        self._left = ""  # content that its owner decided to leave as it is
        self._asking = False
        self._open: Held | None = None
        self._held_path: Path | None = None
        window.installEventFilter(self)
        window.closed.connect(self._let_go)
        window.document.saved.connect(self._follow)

    def _follow(self) -> None:
        """The document went on to another file, or to none."""
        path = self._window.document.path
        if path == self._held_path:
            return
        try:
            self.take(path, stamp(path) if path else None)
        except ExplorerError:
            self.take(path, None)

    def take(self, path: Path | None, known: Stamp | None) -> None:
        """The window's file is ``path`` now, and ``known`` is what lies in it. Says so where another window has it open."""
        self.known, self._left = known, ""
        if path == self._held_path:
            return
        self._let_go()
        self._held_path = path
        try:
            self._open = hold_open(path) if path else None
        except OSError:  # no folder for locks: the comparison at each save is still there
            return
        if path and self._open is None:
            self._window.dialogs.tell(
                "Open in two windows", f"{path.name} is open in another window too. Whoever saves second is asked before anything is overwritten."
            )  # fmt: skip

    def _let_go(self) -> None:
        if self._open is not None:
            self._open.release()
        self._open = self._held_path = None

    def write(self, path: Path) -> bool:
        """Save the window's study; asks where another program has changed the file. What goes wrong is told."""
        own = path == self._window.document.path
        return self._write(path, self.known if own else None)

    def _write(self, path: Path, known: Stamp | None) -> bool:
        window = self._window
        try:
            saved = save_study(path, window.document.study, known)
        except ChangedOnDiskError as change:
            return self._ask(path, change.found)
        except (ExplorerError, OSError) as error:
            window.dialogs.tell("Not saved", str(error))
            return False
        window.document.mark_saved(path)
        self.take(path, saved.stamp)
        window.settings.remember(path)
        words = _words(path, saved)
        if words:
            window.dialogs.tell("Saved", words)
        return True

    def _ask(self, path: Path, found: Stamp) -> bool:
        self._asking = True
        try:
            answer = self._window.dialogs.changed_on_disk(path.name)
        finally:
            self._asking = False
        if answer == "overwrite":
            return self._write(path, found)
        if answer == "save as":
            return self._window.files.save_as()
        if answer == "reload":
            self.reload(path)
        self._left = found.digest
        return False

    def reload(self, path: Path) -> bool:
        """Take what lies on the disk, as one step that can be undone."""
        document = self._window.document
        try:
            known = stamp(path)
            study = read_study(path)
        except ExplorerError as error:
            self._window.dialogs.tell("Not reloaded", str(error))
            return False
        document.replace(study, "Reload")
        document.mark_saved(path)
        self.known = known
        return True

    def look(self) -> None:
        """Compare the file with what the window knows of it, and ask once where another program has changed it."""
        path = self._window.document.path
        if path is None or self.known is None or self._asking:
            return
        try:
            found = stamp(path, like=self.known)
        except ExplorerError:
            return  # told when it matters: at the next save
        if found is None or found.digest in (self.known.digest, self._left):
            return
        self._ask(path, found)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look whenever the window comes to the front."""
        if event.type() == QEvent.Type.WindowActivate and self.known is not None and not self._asking:
            QTimer.singleShot(0, self.look)
        return super().eventFilter(watched, event)


def _words(path: Path, saved: Saved) -> str:
    """What its owner should know of a save, or nothing."""
    if saved.kept is not None:
        return f"{path.name} was written by an older version; the original is kept beside it as {saved.kept.name}."
    return f"{path.name} was no longer there: it was written anew." if saved.anew else ""
