"""What would come in, shown before it does: plain text, and the hand decides."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

_LETTERS, _LINES = 72, 20  # room for so many, where the text has as many


class Preview(QDialog):
    """A text to read, and buttons: ``act`` takes it, ``option`` (where there is one) takes and keeps it."""

    def __init__(self, parent: QWidget, title: str, text: str, act: str, option: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.text = QPlainTextEdit(text)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(title)
        metrics = QFontMetricsF(self.text.font())
        folded = sum(1 + len(line) // _LETTERS for line in text.split("\n"))
        shown = min(max(folded + 2, 4), _LINES)
        room = self.screen().availableGeometry()
        wide, tall = _LETTERS * metrics.averageCharWidth(), shown * metrics.lineSpacing()
        self.text.setMinimumSize(round(min(wide, 0.8 * room.width())), round(min(tall, 0.6 * room.height())))
        self.kept = False
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.take = self.buttons.addButton(act, QDialogButtonBox.ButtonRole.AcceptRole)
        self.take.setDefault(True)
        self.take.setFocus(Qt.FocusReason.OtherFocusReason)
        self.keep = self.buttons.addButton(option, QDialogButtonBox.ButtonRole.AcceptRole) if option else None
        if self.keep is not None:
            self.keep.clicked.connect(self._mark)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        for part in (self.text, self.buttons):
            rows.addWidget(part)

    def _mark(self) -> None:
        self.kept = True

    def answer(self) -> str:
        """Ask, and say ``take``, ``keep`` or ``cancel``."""
        accepted = bool(self.exec())
        self.deleteLater()
        return self.said() if accepted else "cancel"

    def said(self) -> str:
        """Which of the two buttons that take it was pressed."""
        return "keep" if self.kept else "take"
