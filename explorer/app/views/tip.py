"""The dark box beside the point under the hand."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from explorer.app.views.ink import Ink

_EDGE = 4.0  # pixels kept to the border of the card


class TipBox(QWidget):
    """Plain text in a rounded box, its first line bold; lies over its parent and takes no events."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._owner = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.text = ""
        self._ink: Ink | None = None
        self.hide()

    def show_tip(self, ink: Ink, text: str, at: QPointF, clear: float) -> None:
        """Show ``text`` beside the pixel ``at`` of the parent, leaving ``clear`` pixels around it free."""
        if text != self.text or ink is not self._ink:
            self.text, self._ink = text, ink
            self.resize(self._size(ink, text).toSize())
            self.update()
        room = self._owner.size()
        x = at.x() + clear
        if x + self.width() > room.width():
            x = at.x() - clear - self.width()
        y = at.y() - clear - self.height()
        if y < 0:
            y = at.y() + clear
        x = min(max(_EDGE, x), max(_EDGE, room.width() - self.width() - _EDGE))
        y = min(max(_EDGE, y), max(_EDGE, room.height() - self.height() - _EDGE))
        self.move(round(x), round(y))
        self.show()
        self.raise_()

    def clear(self) -> None:
        """Hide the box."""
        self.text = ""
        self.hide()

    def _lines(self, ink: Ink, text: str) -> list[tuple[str, str]]:
        widest = max(40.0, self._owner.width() - 2 * ink.em)
        rows = [("bold" if i == 0 else "small", row) for i, row in enumerate(text.split("\n")[:12])]
        return [(kind, ink.elided(kind, row, widest)) for kind, row in rows]

    def _size(self, ink: Ink, text: str) -> QSizeF:
        lines = self._lines(ink, text)
        wide = max(ink.width(kind, row) for kind, row in lines)
        high = sum([ink.metrics[kind].height() * 1.15 for kind, _ in lines])
        return QSizeF(wide + 1.5 * ink.em + 1, high + 0.9 * ink.em)

    def paintEvent(self, event: QPaintEvent) -> None:
        ink = self._ink
        if ink is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink.color(ink.theme.tooltip, 242))
        radius = 0.35 * ink.em
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        y = 0.45 * ink.em
        for kind, row in self._lines(ink, self.text):
            high = ink.metrics[kind].height() * 1.15
            ink.write(painter, kind, ink.theme.tooltip_text, QRectF(0.75 * ink.em, y, self.width(), high), row)
            y += high
        painter.end()
