"""What would come in, shown before it does: plain text, and the hand decides."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

_LETTERS, _LINES = 72, 20  # room for so many, where the text has as many


class Preview(QDialog):
    """A title, a text to read, perhaps something to tick, and two buttons."""

    def __init__(self, parent: QWidget, title: str, text: str, act: str, option: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.text = QPlainTextEdit(text)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(title)
        metrics = QFontMetricsF(self.text.font())
        shown = min(max(text.count("\n") + 2, 4), _LINES)
        self.text.setMinimumSize(round(_LETTERS * metrics.averageCharWidth()), round(shown * metrics.lineSpacing()))
        self.option = QCheckBox(option)
        self.option.setVisible(bool(option))
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.take = self.buttons.addButton(act, QDialogButtonBox.ButtonRole.AcceptRole)
        self.take.setDefault(True)
        self.take.setFocus(Qt.FocusReason.OtherFocusReason)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        for part in (self.text, self.option, self.buttons):
            rows.addWidget(part)

    def answer(self) -> str:
        """Ask, and say ``take``, ``keep`` or ``cancel``."""
        accepted = bool(self.exec())
        kept = self.option.isChecked()
        self.deleteLater()
        return ("keep" if kept else "take") if accepted else "cancel"
