"""A field in which people write numbers with units. What it says is text; reading it is somebody else's work."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from explorer.app.look import Look, plain_look, tip

_WIDEST = 20  # characters for which the field makes room
_LONGEST = 130  # a little more than units.parse_quantity reads, so that it can say so


class NumberField(QLineEdit):
    """Shows a text, hands over what was typed, and keeps wrong text in red until it is mended or dropped with Esc."""

    typed = Signal(str)
    mended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self._refused: str | None = None
        self._least = 0
        self._usual_tip = ""
        self._description = ""
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setMaxLength(_LONGEST)
        self.textEdited.connect(self._mend)
        self.textChanged.connect(self._fit)
        self._wide = 0
        self.set_look(plain_look())

    @property
    def wrong(self) -> bool:
        """Whether the text has been refused."""
        return self._refused is not None

    def set_look(self, look: Look) -> None:
        """Font and size."""
        self.setFont(look.font("base"))
        self.setFixedHeight(look.px(19))
        self._least = look.px(84)
        self._padding = look.px(17)
        self.updateGeometry()

    def set_tip(self, text: str) -> None:
        """Plain-text tooltip for as long as nothing is wrong."""
        self._usual_tip = text
        if not self.wrong:
            self.setToolTip(tip(text))

    def describe(self, text: str) -> None:
        """What a screen reader adds to the name, for as long as nothing is wrong."""
        if text != self._description:
            self._description = text
            if not self.wrong:
                self.setAccessibleDescription(text)

    def show_text(self, text: str) -> None:
        """Show ``text``; one that is already shown does not disturb what is being typed."""
        if text == self._shown and (self.wrong or (self.isModified() and self.hasFocus())):
            return
        if text != self._shown or text != self.text():
            self._shown = text
            self.restore()

    def restore(self) -> None:
        """Back to what was shown last, without an error."""
        self.setText(self._shown)
        self.setCursorPosition(0)
        self._clear_error()

    def refuse(self, message: str) -> None:
        """Keep the text, paint it red and say why."""
        self._refused = self.text()
        self.setToolTip(tip(message))
        self.setAccessibleDescription(message)
        self._paint_wrong(True)

    def _clear_error(self) -> None:
        if self.wrong:
            self._refused = None
            self.setToolTip(tip(self._usual_tip))
            self.setAccessibleDescription(self._description)
            self._paint_wrong(False)
            self.mended.emit()

    def _mend(self) -> None:
        if self.wrong and self.text() == self._shown:
            self._clear_error()

    def _paint_wrong(self, wrong: bool) -> None:
        self.setProperty("wrong", wrong)
        self.style().unpolish(self)
        self.style().polish(self)

    def _commit(self) -> None:
        if self.text() == self._shown:
            self._clear_error()
        elif self.isModified():
            self.setModified(False)
            self.typed.emit(self.text())

    def event(self, event: QEvent) -> bool:
        """Undo and redo are the study's for as long as nothing is half typed here."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self.text() == self._shown:
            keys = QKeySequence.StandardKey
            if event.matches(keys.Undo) or event.matches(keys.Redo):
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.setModified(self.isModified() or self.wrong)
            self._commit()
            self.selectAll()
        elif event.key() == Qt.Key.Key_Escape and (self.wrong or self.text() != self._shown):
            self.restore()
            self.selectAll()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.deselect()
            self._commit()

    def _fit(self) -> None:
        if self.sizeHint().width() != self._wide:
            self._wide = self.sizeHint().width()
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        text = self.fontMetrics().horizontalAdvance(self.text()[:_WIDEST])
        return QSize(max(self._least, text + self._padding), self.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()
