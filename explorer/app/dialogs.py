"""Everything that stops and asks. Tests and pictures use `Quiet`, which never does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLabel, QMessageBox, QWidget

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

    def changed_on_disk(self, name: str) -> str:
        """``reload``, ``overwrite``, ``save as`` or ``cancel`` for a file that another program changed."""

    def restore(self, lines: Sequence[str]) -> tuple[str, int]:
        """``restore``, ``discard`` or ``later``, and which of the studies that a crash left."""

    def confirm(self, title: str, message: str, act: str) -> bool:
        """Whether to do ``act``, a word for the button."""

    def open_outside(self, url: QUrl) -> None:
        """Hand a web address or a folder to the system."""

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

    def changed_on_disk(self, name: str) -> str:
        """Nothing is overwritten."""
        return "cancel"

    def restore(self, lines: Sequence[str]) -> tuple[str, int]:
        """Another time."""
        return "later", 0

    def confirm(self, title: str, message: str, act: str) -> bool:
        """Nothing is done."""
        return False

    def open_outside(self, url: QUrl) -> None:
        """Nothing is opened."""

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
        dialog = QInputDialog(self._parent)
        dialog.setWindowTitle(title)
        dialog.setLabelText("")
        for part in dialog.findChildren(QLabel):  # else it would open what its markup names
            part.setTextFormat(Qt.TextFormat.PlainText)
        dialog.setLabelText(label)
        dialog.setTextValue(given)
        accepted, text = dialog.exec(), dialog.textValue().strip()
        dialog.deleteLater()
        return text if accepted and text else None

    def tell(self, title: str, message: str) -> None:
        """A message box."""
        self._box(title, message).exec()

    def confirm_close(self, name: str) -> str:
        """Save, discard or cancel."""
        box = self._box("Unsaved changes", f"{name} has unsaved changes.")
        kinds = QMessageBox.StandardButton
        box.setStandardButtons(kinds.Save | kinds.Discard | kinds.Cancel)
        return {kinds.Save: "save", kinds.Discard: "discard"}.get(kinds(box.exec()), "cancel")

    def changed_on_disk(self, name: str) -> str:
        """Four ways on; Escape changes nothing."""
        box = self._box("Changed on disk", f"{name} was changed by another program since it was opened or saved here.")
        box.setInformativeText("Reload takes the changed file; undo brings your study back. Overwrite saves yours in its place.")
        role = QMessageBox.ButtonRole
        given = (("reload", role.ResetRole), ("overwrite", role.DestructiveRole), ("save as", role.AcceptRole), ("cancel", role.RejectRole))
        buttons = {box.addButton(word.capitalize() + "…" * (word == "save as"), kind): word for word, kind in given}
        box.setEscapeButton(next(b for b, word in buttons.items() if word == "cancel"))
        box.exec()
        return buttons.get(box.clickedButton(), "cancel")  # type: ignore[call-overload]

    def restore(self, lines: Sequence[str]) -> tuple[str, int]:
        """A list to choose from."""
        from explorer.app.restore_dialog import RestoreDialog  # only after a crash

        dialog = RestoreDialog(lines, self._parent)
        dialog.exec()
        dialog.deleteLater()
        return dialog.answer, dialog.chosen()

    def confirm(self, title: str, message: str, act: str) -> bool:
        """A box with two buttons; Escape and Enter do nothing."""
        box = self._box(title, message)
        button = box.addButton(act, QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        return box.clickedButton() is button

    def open_outside(self, url: QUrl) -> None:
        """The system's browser or file manager."""
        QDesktopServices.openUrl(url)

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
