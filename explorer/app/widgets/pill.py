"""A scenario as a button: its marker, its name, whether it is edited, the baseline, or in hand."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from explorer.app.look import Look, tip
from explorer.app.widgets.link_mark import draw_chain
from explorer.app.widgets.marker import draw_marker


class Pill(QPushButton):
    """One scenario. Checked means: in hand. Dragging it sideways asks for another place in the row."""

    menu_asked = Signal(QPoint)
    rename_asked = Signal()
    remove_asked = Signal()
    shift_asked = Signal(int)
    dropped = Signal(QPoint)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.name, self.edited, self.baseline, self.slot = "", False, False, 0
        self.alone = False
        self._pressed_at: QPoint | None = None
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self.look = look
        self.setFont(look.font("base"))
        self.setFixedHeight(look.px(28))
        self.update()

    def show_scenario(self, name: str, slot: int, *, edited: bool, baseline: bool, active: bool) -> None:
        """Show a scenario; nothing is emitted."""
        fresh = (name, slot, edited, baseline)
        if fresh != (self.name, self.slot, self.edited, self.baseline):
            self.name, self.slot, self.edited, self.baseline = fresh
            self._describe()
        self.setChecked(active)

    def show_alone(self, alone: bool) -> None:
        """Show whether it moves alone while others are linked; emits nothing."""
        if alone != self.alone:
            self.alone = alone
            self._describe()

    def _describe(self) -> None:
        states = (("edited", self.edited), ("baseline", self.baseline), ("moves alone", self.alone))
        state = ", ".join(t for t, on in states if on)
        self.setAccessibleName(self.name)
        self.setAccessibleDescription(f"scenario {self.slot + 1}{', ' if state else ''}{state}")
        self.setToolTip(tip(f"{self.name}{f' ({state})' if state else ''}"))
        self.update()

    def nextCheckState(self) -> None:
        """A click on the scenario in hand leaves it in hand; on another one it is the owner who decides."""

    # ---- size

    def words(self) -> str:
        """The text on the pill."""
        return f"{self.name} (edited)" if self.edited else self.name

    def natural_width(self) -> int:
        """Width that shows every word."""
        metrics = QFontMetrics(self.look.font("bold"))
        tag = QFontMetrics(self.look.font("small")).horizontalAdvance("baseline") + self.look.px(7) if self.baseline else 0
        return metrics.horizontalAdvance(self.words()) + tag + self.look.px(42 + 24 * self.alone)

    def least_width(self) -> int:
        """Width below which a name says little."""
        return min(self.natural_width(), self.look.px(112))

    def sizeHint(self) -> QSize:
        return QSize(self.natural_width(), self.look.px(28))

    # ---- hand

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and ctrl:
            self.shift_asked.emit(1 if event.key() == Qt.Key.Key_Right else -1)
        elif event.key() == Qt.Key.Key_F2:
            self.rename_asked.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.remove_asked.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        self.menu_asked.emit(self.mapToGlobal(QPoint(0, self.height())) if keyboard else event.globalPos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._pressed_at = event.position().toPoint() if event.button() == Qt.MouseButton.LeftButton else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed_at, self._pressed_at = self._pressed_at, None
        super().mouseReleaseEvent(event)
        here = event.position().toPoint()
        if pressed_at is not None and not self.rect().contains(here) and abs(here.x() - pressed_at.x()) > self.look.px(24):
            self.dropped.emit(self.mapToParent(here))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.rename_asked.emit()

    # ---- paint

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = self.look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_box(self, painter)
        small = self.width() < look.px(52)
        draw_marker(painter, self.slot, QPointF(look.px(13 if small else 16), self.height() / 2), look.px(9), look.hue(self.slot))
        if self.alone and not small:
            painter.setPen(look.colour("muted"))
            draw_chain(painter, look, QPointF(self.width() - look.px(20), self.height() / 2), False)
        self._paint_words(painter, QRect(look.px(27), 0, self.width() - look.px(39 + 24 * self.alone), self.height()))

    def _wording(self, metrics: QFontMetrics, tags: QFontMetrics, room: int) -> tuple[str, str]:
        """Name and tag in the longest form that fits; the end of a name is kept, it tells Trainium2 from Trainium3."""
        short = f"{self.name}*" if self.edited else self.name
        for tag in ("baseline", "base") if self.baseline else ("",):
            for words in dict.fromkeys((self.words(), short)):
                gap = tags.horizontalAdvance(tag) + self.look.px(7) if tag else 0
                if metrics.horizontalAdvance(words) + gap <= room:
                    return words, tag
        star = "*" if self.edited else ""
        name = metrics.elidedText(self.name, Qt.TextElideMode.ElideMiddle, room - metrics.horizontalAdvance(star))
        return name + star, ""

    def _paint_words(self, painter: QPainter, room: QRect) -> None:
        look = self.look
        font, small = look.font("bold" if self.isChecked() else "base"), look.font("small")
        metrics = QFontMetrics(font)
        text, tag = self._wording(metrics, QFontMetrics(small), room.width())
        wide = metrics.horizontalAdvance(text)
        painter.setFont(font)
        painter.setPen(look.colour("text"))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.setPen(QPen(look.colour("muted"), look.px(1.2)))
        if tag:
            painter.setFont(small)
            after = room.adjusted(wide + look.px(7), 0, look.px(4), 0)
            painter.drawText(after, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, tag)
        elif self.baseline:  # no room for the word: a line under the name
            y = self.height() / 2 + metrics.ascent() * 0.62
            painter.drawLine(QPointF(room.left(), y), QPointF(room.left() + wide, y))


def _paint_box(pill: Pill, painter: QPainter) -> None:
    look, on = pill.look, pill.isChecked()
    wide = look.px(1.6) if on else 1
    box = QRectF(pill.rect()).adjusted(wide / 2, wide / 2, -wide / 2, -wide / 2)
    painter.setPen(QPen(look.hue(pill.slot) if on else look.colour("muted" if pill.underMouse() else "border"), wide))
    painter.setBrush(look.colour("card" if on or look.theme.dark else "window"))
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    if pill.hasFocus():
        inner = box.adjusted(look.px(2), look.px(2), -look.px(2), -look.px(2))
        painter.setPen(QPen(look.colour("accent"), look.px(1.4)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(inner, inner.height() / 2, inner.height() / 2)
