"""Everything that stops and asks. Tests and pictures use `Quiet`, which never does."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from explorer.render.options import Draft, Options


class Dialogs(Protocol):
    """What the window may ask a person."""

    def open_file(self, title: str, filters: str) -> Path | None:
        """A file to read, or None."""

    def save_file(self, title: str, suggested: str, filters: str) -> Path | None:
        """A file to write, or None."""

    def folder(self, title: str) -> Path | None:
        """A folder to write into, or None."""

    def look_of(self, title: str, draft: Draft, given: Options) -> Options | None:
        """How a picture shall look, or None for no picture at all."""

    def text(self, title: str, label: str, given: str) -> str | None:
        """A line of text, or None."""

    def tell(self, title: str, message: str) -> None:
        """Say something that needs an OK."""

    def confirm_close(self, name: str) -> str:
        """``save``, ``discard`` or ``cancel`` for unsaved changes."""

    def preview(self, title: str, text: str, act: str, option: str = "") -> str:
        """A look at what comes in, before it does: ``take``, ``keep`` (by the button that says ``option``) or ``cancel``."""


class Quiet:
    """Answers nothing and remembers what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def open_file(self, title: str, filters: str) -> Path | None:
        """Nothing to open."""
        return None

    def save_file(self, title: str, suggested: str, filters: str) -> Path | None:
        """Nowhere to save."""
        return None

    def folder(self, title: str) -> Path | None:
        """Nowhere to save."""
        return None

    def look_of(self, title: str, draft: Draft, given: Options) -> Options | None:
        """As it was the last time."""
        return given

    def text(self, title: str, label: str, given: str) -> str | None:
        """No text."""
        return None

    def tell(self, title: str, message: str) -> None:
        """Kept for the test to read."""
        self.said = [*self.said[-99:], f"{title}: {message}"]

    def confirm_close(self, name: str) -> str:
        """Nothing is kept."""
        return "discard"

    def preview(self, title: str, text: str, act: str, option: str = "") -> str:
        """Nothing is taken, unseen."""
        self.said = [*self.said[-99:], f"{title}: {text}"]
        return "cancel"


class Modal:
    """The real ones, plain text only."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent

    def open_file(self, title: str, filters: str) -> Path | None:
        """The platform's file dialog."""
        name, _ = QFileDialog.getOpenFileName(self._parent, title, "", filters)
        return Path(name) if name else None

    def save_file(self, title: str, suggested: str, filters: str) -> Path | None:
        """The platform's file dialog; it asks before it overwrites, also where it adds the suffix of the chosen kind."""
        dialog = QFileDialog(self._parent, title, suggested, filters)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(Path(suggested).suffix)
        dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(kind.rpartition("*")[2].rstrip(")")))
        dialog.selectFile(suggested)
        chosen = dialog.selectedFiles() if dialog.exec() else []
        dialog.deleteLater()
        return Path(chosen[0]) if chosen else None

    def folder(self, title: str) -> Path | None:
        """The platform's dialog for folders."""
        name = QFileDialog.getExistingDirectory(self._parent, title)
        return Path(name) if name else None

    def look_of(self, title: str, draft: Draft, given: Options) -> Options | None:
        """A dialog with the picture as it would be."""
        from explorer.app.export_dialog import ExportDialog

        return ExportDialog(title, draft, given, self._parent).ask()

    def text(self, title: str, label: str, given: str) -> str | None:
        """A one-line dialog."""
        text, accepted = QInputDialog.getText(self._parent, title, label, text=given)
        return text.strip() if accepted and text.strip() else None

    def tell(self, title: str, message: str) -> None:
        """A message box."""
        self._box(title, message).exec()

    def confirm_close(self, name: str) -> str:
        """Save, discard or cancel."""
        box = self._box("Unsaved changes", f"{name} has unsaved changes.")
        kinds = QMessageBox.StandardButton
        box.setStandardButtons(kinds.Save | kinds.Discard | kinds.Cancel)
        return {kinds.Save: "save", kinds.Discard: "discard"}.get(kinds(box.exec()), "cancel")

    def preview(self, title: str, text: str, act: str, option: str = "") -> str:
        """A window with the text, to scroll through."""
        from explorer.app.preview import Preview

        return Preview(self._parent, title, text, act, option).answer()

    def _box(self, title: str, message: str) -> QMessageBox:
        box = QMessageBox(self._parent)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(title)
        box.setText(message)
        return box
