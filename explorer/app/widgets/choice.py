"""Choosing one of a few words: a row of segments for three or fewer, a drop-down for more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QPushButton, QStyle, QStyleOptionComboBox, QWidget

from explorer.app.look import Look, plain_look

Word = float | int | str
_TAB, _CLICK = Qt.FocusPolicy.StrongFocus, Qt.FocusPolicy.ClickFocus  # Tab stops at the word that is on
_STEPS: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class Segment(QPushButton):
    """One word of a segmented control."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.ends = (False, False)
        self.slot = 0
        self.set_look(plain_look())

    def set_look(self, look: Look) -> None:
        """Font and size."""
        self.look = look
        self.setFont(look.font("small"))
        self.setFixedHeight(look.px(19))

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + self.look.px(11), self.look.px(19))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + self.look.px(5), self.look.px(19))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _STEPS:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = self.look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        r, (first, last) = look.px(4), self.ends
        box = QRectF(self.rect()).adjusted(0.5 if first else -r, 0.5, -0.5 if last else r, -0.5)
        on = self.isChecked()
        painter.setPen(QPen(look.colour("border"), 1))
        painter.setBrush(look.colour("window" if self.underMouse() and not on else "field"))
        painter.drawRoundedRect(box, r, r)
        if not first:
            painter.drawLine(QPointF(0.5, 1), QPointF(0.5, self.height() - 1))
        if on:
            painter.setBrush(look.hue(self.slot, 0.16))
            painter.setPen(QPen(look.hue(self.slot), look.px(1.4)))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), r - 1, r - 1)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.colour("accent"), look.px(2)))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), r - 1, r - 1)
        painter.setPen(look.colour("text" if on else "muted"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class Segments(QWidget):
    """All words in sight, one is on. Arrows move, Tab passes."""

    chosen = Signal(object)
    reset_asked = Signal()

    def __init__(self, words: Sequence[Word], text: Callable[[Word], str] = str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = tuple(words)
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.buttons = tuple(Segment(text(w), self) for w in words)
        for i, button in enumerate(self.buttons):
            button.ends = (i == 0, i == len(words) - 1)
            self._group.addButton(button, i)
            row.addWidget(button)
        self._group.idToggled.connect(self._toggled)
        self._showing = False

    def set_look(self, look: Look) -> None:
        """Fonts and sizes."""
        for button in self.buttons:
            button.set_look(look)

    def name(self, label: str) -> None:
        """Accessible names."""
        self.setAccessibleName(label)
        for button in self.buttons:
            button.setAccessibleName(f"{label}: {button.text()}")

    def describe(self, text: str) -> None:
        """What a screen reader adds to the names."""
        for button in self.buttons:
            button.setAccessibleDescription(text)

    def show_value(self, value: Word | None, slot: int = 0) -> None:
        """Switch a word on without telling anybody."""
        self._showing = True
        for word, button in zip(self._words, self.buttons, strict=True):
            if button.slot != slot:
                button.slot = slot
                button.update()
            if word == value:
                button.setChecked(True)
            button.setFocusPolicy(_TAB if word == value or value not in self._words else _CLICK)
        self._showing = False

    def _toggled(self, index: int, on: bool) -> None:
        self.buttons[index].setFocusPolicy(_TAB if on else _CLICK)
        if on and not self._showing:
            self.chosen.emit(self._words[index])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that a segment leaves to its row."""
        if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.reset_asked.emit()
        elif event.key() in _STEPS:
            here = next((i for i, b in enumerate(self.buttons) if b.hasFocus()), 0)
            there = self.buttons[max(0, min(len(self.buttons) - 1, here + _STEPS[event.key()]))]
            there.setFocus(Qt.FocusReason.TabFocusReason)
            there.setChecked(True)
        else:
            super().keyPressEvent(event)


class ChoiceBox(QComboBox):
    """A drop-down that leaves the wheel to the page unless it has the focus."""

    chosen = Signal(object)
    reset_asked = Signal()
    side = Qt.AlignmentFlag.AlignRight

    def __init__(self, words: Sequence[Word], text: Callable[[Word], str] = str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = tuple(words)
        self.addItems([text(w) for w in words])
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._showing = False
        self.currentIndexChanged.connect(self._changed)
        self.set_look(plain_look())

    def set_look(self, look: Look) -> None:
        """Font and size."""
        self.look = look
        self.setFont(look.font("base"))
        self.setFixedHeight(look.px(19))
        widest = max((self.fontMetrics().horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=0)
        self.setFixedWidth(min(max(look.px(84), widest + look.px(24)), look.px(150)))

    def name(self, label: str) -> None:
        """Accessible name."""
        self.setAccessibleName(label)

    def describe(self, text: str) -> None:
        """What a screen reader adds to the name."""
        self.setAccessibleDescription(text)

    def show_value(self, value: Word | None, slot: int = 0) -> None:
        """Show a word without telling anybody."""
        self._showing = True
        self.setCurrentIndex(self._words.index(value) if value in self._words else -1)
        self._showing = False

    def _changed(self, index: int) -> None:
        if not self._showing and index >= 0:
            self.chosen.emit(self._words[index])

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.reset_asked.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter, option = self.look, QPainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus, hover = self.hasFocus(), bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(QPen(look.colour("accent" if focus else "muted" if hover else "border"), look.px(1)))
        painter.setBrush(look.colour("field"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), look.px(4), look.px(4))
        painter.setPen(look.colour("text"))
        words = self.rect().adjusted(look.px(5), 0, -look.px(17), 0)
        shown = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | self.side, shown)
        painter.setPen(QPen(look.colour("muted"), look.px(1.4)))
        x, y, d = self.width() - look.px(9), self.height() / 2 + look.px(1), look.px(3)
        painter.drawPolyline([QPointF(x - d, y - d * 0.6), QPointF(x, y + d * 0.5), QPointF(x + d, y - d * 0.6)])
