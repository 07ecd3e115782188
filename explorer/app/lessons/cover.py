"""What is not to be seen before the guess: a card with a question mark over it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from explorer.app.look import Look

_WORDS = "Covered until you have made your guess"


class Cover(QWidget):
    """Lies over ``part`` and grows with it. What is covered takes neither mouse nor keys."""

    def __init__(self, part: QWidget, look: Look) -> None:
        super().__init__(part)
        self.look = look
        self._part = part
        self.setAccessibleName(_WORDS)
        self.setAutoFillBackground(False)
        part.installEventFilter(self)
        self.hide()

    def set_on(self, on: bool, look: Look) -> None:
        """Cover or uncover."""
        self.look = look
        if on:
            self.setGeometry(self._part.rect())
            self.show()
            self.raise_()
        else:
            self.hide()
        for child in self._part.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if child is not self:
                child.setEnabled(not on)
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as what is covered, and above what is put into it later."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._part.rect())
        elif event.type() == QEvent.Type.ChildAdded and not self.isHidden():
            self.raise_()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter, room = self.look, QPainter(self), QRectF(self.rect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.colour("border"))
        painter.setBrush(look.colour("card"))
        painter.drawRoundedRect(room.adjusted(0.5, 0.5, -0.5, -0.5), look.px(8), look.px(8))
        words, line = look.font("base"), look.px(20)
        large = QFont(look.font("headline"))
        large.setPixelSize(max(large.pixelSize(), round(min(room.height() * 0.35, room.width() * 0.3))))
        fits = room.height() > large.pixelSize() * 1.3 + 2 * line
        painter.setPen(look.colour("muted", 0.6))
        painter.setFont(large)
        painter.drawText(room.adjusted(0, 0, 0, -2 * line if fits else 0), Qt.AlignmentFlag.AlignCenter, "?")
        if fits:
            painter.setFont(words)
            painter.setPen(look.colour("muted"))
            foot = room.adjusted(line, room.height() / 2 + large.pixelSize() * 0.35, -line, 0)
            painter.drawText(foot, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), _WORDS)
        painter.end()
