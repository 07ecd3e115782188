"""One field of a specification: its name, its value to be written over, whose number it is, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from explorer.app.look import Look, plain_look
from explorer.app.widgets.choice import ChoiceBox
from explorer.app.widgets.number_field import NumberField
from explorer.app.widgets.text import ElidedLabel
from explorer.library.fields import Row

_LABEL, _FIELD = 190, 150


@dataclass(frozen=True)
class FieldState:
    """What a row shows: the value as text (for a choice, the word), where it comes from, and what it was if it was edited."""

    text: str
    said: str
    tip: str
    edited: bool = False


class FieldRow(QWidget):
    """``entered`` carries the path and what was typed or chosen; ``reset_asked`` the path. They fire for hands only."""

    entered = Signal(str, str)
    reset_asked = Signal(str)

    def __init__(self, row: Row, words: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self.row, self.state = row, FieldState("", "", "")
        self._error = ""
        self.label, self.said = ElidedLabel(row.label, self), ElidedLabel("", self)
        self.field: NumberField | ChoiceBox
        if words:
            self.field = ChoiceBox(words, str, self)
            self.field.chosen.connect(lambda word: self.entered.emit(row.path, str(word)))
            self.field.reset_asked.connect(lambda: self.reset_asked.emit(row.path))
        else:
            self.field = NumberField(self)
            self.field.typed.connect(lambda text: self.entered.emit(row.path, text))
            self.field.mended.connect(lambda: self._say(""))
            if row.fact:
                self.field.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.field.setAccessibleName(row.label)
        self.back = QPushButton("Reset", self)
        self.back.setProperty("kind", "flat")
        self.back.setAccessibleName(f"Reset {row.label}")
        self.back.clicked.connect(lambda: self.reset_asked.emit(row.path))
        policy = self.back.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.back.setSizePolicy(policy)
        self._line = QHBoxLayout(self)
        for part, share in ((self.label, 0), (self.field, 0), (self.back, 0), (self.said, 1)):
            self._line.addWidget(part, share)
        self.set_look(plain_look())

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self.look = look
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(look.px(8))
        self.field.set_look(look)
        self.label.setFixedWidth(look.px(_LABEL))
        self.field.setFixedWidth(look.px(_FIELD))
        self.back.setFont(look.font("small"))
        self._dress()

    def show_state(self, state: FieldState) -> None:
        """Show a value; nothing is emitted, and nothing is touched that is the same."""
        if state == self.state and not self._error:
            return
        dressed = state.edited != self.state.edited
        if state != self.state:
            self._error = ""
        self.state = state
        if isinstance(self.field, NumberField):
            self.field.show_text(state.text)
            self.field.set_tip(state.tip)
        else:
            self.field.show_value(state.text)
        self.field.setAccessibleDescription(state.said)
        self.label.set_tip(state.tip)
        self.back.setVisible(state.edited)
        self._show_said()
        if dressed:
            self._dress()

    def refuse(self, message: str) -> None:
        """Say why what was entered cannot be; what was typed stays to be mended."""
        if isinstance(self.field, NumberField):
            self.field.refuse(message)
        else:
            self.field.show_value(self.state.text)
        self._say(message)

    @property
    def error(self) -> str:
        """Why the last entry was refused, or nothing."""
        return self._error

    def _say(self, message: str) -> None:
        self._error = message
        self._show_said()

    def _show_said(self) -> None:
        self.said.show_text(self._error or self.state.said)
        self.said.set_tip(self._error or self.state.tip)
        self.said.dress(self.look, "small", "bad" if self._error else "warn" if self.state.edited else "muted")

    def _dress(self) -> None:
        self.label.dress(self.look, "bold" if self.state.edited else "base")
        self._show_said()
        self.back.setVisible(self.state.edited)


__all__ = ["FieldRow", "FieldState"]
