"""One knob: its label, its value, its slider, and a line of words when there is something to say."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QGridLayout, QMenu, QWidget

from explorer.app.look import Look, plain_look
from explorer.app.widgets.editors import ChoiceEditor, NumberEditor
from explorer.app.widgets.text import ElidedLabel, PlainLabel
from explorer.knobs import Knob, Ladder, Value

_ANY_HEIGHT = 16_777_215  # Qt's own largest


@dataclass(frozen=True)
class KnobState:
    """What a row shows. ``was``: the preset's value where the present one differs; ``slot``: whose hue it wears."""

    value: Value | None
    ladder: Ladder
    was: Value | None = None
    note: str = ""
    tip: str = ""
    slot: int = 0


class KnobRow(QWidget):
    """A knob in the panel. Signals fire for hands only."""

    edited = Signal(str, object, int)
    reset_asked = Signal(str)
    gesture_ended = Signal(str)
    pointed = Signal(str)

    def __init__(self, knob: Knob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.knob = knob
        self.state: KnobState | None = None
        self._error = ""
        self._held = False
        self.label = ElidedLabel(knob.label, self)
        self.note = PlainLabel("", self, wrap=True)
        self.note.hide()
        self.editor: NumberEditor | ChoiceEditor = (ChoiceEditor if knob.kind == "choice" else NumberEditor)(knob, self)
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(self.editor.head, 0, 1)
        grid.setColumnStretch(0, 1)
        if self.editor.body:
            grid.addWidget(self.editor.body, 1, 0, 1, 2)
        grid.addWidget(self.note, 2, 0, 1, 2)
        self._connect()
        self.set_look(plain_look())

    def _connect(self) -> None:
        key = self.knob.key
        self.editor.edited.connect(self._hand)
        self.editor.refused.connect(self.refuse)
        self.editor.mended.connect(lambda: self._say_error(""))
        self.editor.reset_asked.connect(lambda: self.reset_asked.emit(key))
        self.editor.gesture_ended.connect(lambda: self.gesture_ended.emit(key))
        self.label.double_clicked.connect(lambda: self.reset_asked.emit(key))
        for control in self.editor.controls:
            control.installEventFilter(self)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self.look = look
        self.editor.set_look(look)
        self._grid.setContentsMargins(0, 0, 0, 0 if self.editor.body else look.px(4))
        self._grid.setHorizontalSpacing(look.px(6))
        self._dress()

    def show_state(self, state: KnobState) -> None:
        """Show ``state``; nothing is emitted, and nothing is touched that is the same as before."""
        before = self.state
        if state == before:
            return
        if before and state.slot != before.slot:
            self.editor.drop_error()
        self.state = state
        self.editor.show(state.value, state.ladder, state.was, state.slot)
        if not before or (state.was is None, state.slot) != (before.was is None, before.slot):
            self._dress()
        self._say(before)

    def hold(self, on: bool) -> None:
        """While a drag lasts no line of words comes, goes or grows: the rows below stay under the hand."""
        if on == self._held:
            return
        self._held = on
        if on and not self.note.isHidden():
            self.note.setFixedHeight(self.note.height())
        elif not on:
            self.note.setMinimumHeight(0)
            self.note.setMaximumHeight(_ANY_HEIGHT)
            self._say_note()

    def refuse(self, message: str) -> None:
        """Say in red why the last edit was refused; what was typed stays, the value stays the old one."""
        self.editor.refuse(message)
        if self.state:
            self.editor.show(self.state.value, self.state.ladder, self.state.was, self.state.slot)
        self._say_error(message)

    @property
    def error(self) -> str:
        """Why the last edit was refused, or nothing."""
        return self._error

    def _hand(self, value: Value, gesture: int) -> None:
        self._say_error("")
        self.edited.emit(self.knob.key, value, gesture)

    def _say_error(self, message: str) -> None:
        if message != self._error:
            self._error = message
            self._say_note()

    def _say(self, before: KnobState | None) -> None:
        state = self.state
        assert state is not None
        self._error = self._error if self.editor.wrong else ""
        self._say_note()
        value = self.knob.text(state.value)
        self.editor.describe(" · ".join(t for t in (value, self.note.text()) if t))
        if not before or state.tip != before.tip:
            self.label.set_tip(state.tip or self.knob.help)
            self.editor.set_tip(state.tip or self.knob.help)

    def _say_note(self) -> None:
        parts: list[str] = []
        if self.state:
            was = f"was {self.knob.text(self.state.was)}" if self.state.was is not None else ""
            parts = [t for t in (was, self.state.note) if t]
        self.note.show_text(self._error or " · ".join(parts))
        self.note.dress(self.look, "small", "bad" if self._error else "warn")
        if self._error or not self._held:
            self.note.setVisible(bool(self.note.text()))

    def _dress(self) -> None:
        changed = self.state is not None and self.state.was is not None
        self.label.dress(self.look, "bold" if changed else "base")
        self.label.set_dot(self.look.hue(self.state.slot) if self.state and changed else None)
        self._say_note()

    # ---- who is looked at

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.pointed.emit(self.knob.key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self.pointed.emit(self.knob.key)
        return super().eventFilter(watched, event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setFont(self.look.font("base"))
        reset = menu.addAction(f"Reset {self.knob.label}")
        reset.triggered.connect(lambda: self.reset_asked.emit(self.knob.key))
        copy = menu.addAction("Copy value")
        copy.triggered.connect(self._copy)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.knob.text(self.state.value if self.state else None))
