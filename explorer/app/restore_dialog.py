"""After a crash: which of the studies that were not saved comes back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QVBoxLayout, QWidget

from explorer.app.widgets.text import PlainLabel

_WORDS = "The program ended without closing. These studies had changes that were not saved; the files on your disk are as you saved them last."


class RestoreDialog(QDialog):
    """A list of studies, newest first. Closing it, or Escape, asks again at the next start."""

    def __init__(self, lines: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answer = "later"
        self.setWindowTitle("Restore unsaved studies")
        self.list = QListWidget()
        self.list.setAccessibleName("Unsaved studies")
        self.list.setWordWrap(True)
        self.list.addItems(list(lines))
        self.list.setCurrentRow(0)
        self.list.itemActivated.connect(lambda _item: self._end("restore"))
        buttons, role = QDialogButtonBox(), QDialogButtonBox.ButtonRole
        self.buttons = {word: buttons.addButton(word.capitalize(), kind) for word, kind in (
            ("restore", role.AcceptRole), ("discard", role.DestructiveRole), ("later", role.RejectRole),
        )}  # fmt: skip
        for word, button in self.buttons.items():
            button.clicked.connect(lambda _checked=False, word=word: self._end(word))
        self.buttons["restore"].setDefault(True)
        layout = QVBoxLayout(self)
        for part in (PlainLabel(_WORDS, wrap=True), self.list, buttons):
            layout.addWidget(part)
        metrics, room = self.fontMetrics(), self.screen().availableSize()  # a projector's letters need more
        self.resize(min(metrics.averageCharWidth() * 90, room.width()), min(metrics.height() * 18, room.height()))

    def chosen(self) -> int:
        """The study in hand, counted from 0."""
        return max(0, self.list.currentRow())

    def _end(self, answer: str) -> None:
        self.answer = answer
        self.accept()
