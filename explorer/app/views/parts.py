"""The small pieces of a card: painted words and painted buttons."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton, QWidget

from explorer.app.views.ink import KEYBOARD, Ink


class Words(QWidget):
    """Plain text painted by hand: a heading with its subtitle, or a few centred lines where a chart is missing."""

    def __init__(self, parent: QWidget, *, centred: bool = False) -> None:
        super().__init__(parent)
        self.ink: Ink | None = None
        self.heading, self.text = "", ""
        self.centred = centred

    def say(self, ink: Ink, heading: str, text: str) -> None:
        """Show other words; repaints only where they differ."""
        if (ink, heading, text) != (self.ink, self.heading, self.text):
            self.ink, self.heading, self.text = ink, heading, text
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        ink = self.ink
        if ink is None:
            return
        painter = QPainter(self)
        room = QRectF(self.rect())
        if self.centred:
            painter.setFont(ink.fonts["base"])
            painter.setPen(ink.color(ink.theme.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(room.adjusted(2 * ink.em, 0, -2 * ink.em, 0), int(flags), self.text)
        else:
            heading = ink.elided("title", self.heading, room.width())
            ink.write(painter, "title", ink.theme.text, room, heading)
            beside = room.adjusted(ink.width("title", heading) + 0.7 * ink.em, 0, 0, 0)
            if beside.width() > 2 * ink.em:
                ink.write(painter, "small", ink.theme.muted, beside, ink.elided("small", self.text, beside.width()))
        painter.end()


class Icon(QToolButton):
    """A small button with a painted sign: ``grow``, ``shrink`` or ``more``."""

    def __init__(self, sign: str, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.sign = sign
        self.ink: Ink | None = None
        self._keyed = False
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_ink(self, ink: Ink) -> None:
        """Other colours and sizes."""
        self.ink = ink
        self.setFixedSize(QSize(round(1.7 * ink.em), round(1.7 * ink.em)))
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._keyed = event.reason() in KEYBOARD

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._keyed = False

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.ink is None:
            return
        ink, painter = self.ink, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink.color(ink.theme.window))
            painter.drawRoundedRect(box, 4, 4)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._keyed:
            painter.setPen(ink.pen(ink.theme.accent, 1.5 * ink.hair))
            painter.drawRoundedRect(box, 4, 4)
        color = ink.theme.text if self.underMouse() else ink.theme.muted
        painter.setPen(ink.pen(color, 1.3 * ink.hair))
        painter.translate(box.center())
        self._sign(painter, 0.36 * ink.em, color, ink)
        painter.end()

    def _sign(self, painter: QPainter, r: float, color: str, ink: Ink) -> None:
        if self.sign == "more":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink.color(color))
            for x in (-r, 0.0, r):
                painter.drawEllipse(QPointF(x, 0), 1.25 * ink.hair, 1.25 * ink.hair)
            return
        tip, back = (r, 0.3 * r) if self.sign == "grow" else (0.2 * r, 0.9 * r)
        end = 0.2 * r if self.sign == "grow" else r
        for way in (1.0, -1.0):
            corner = QPointF(way * tip, -way * tip)
            painter.drawLine(QLineF(corner, QPointF(way * end, -way * end)))
            painter.drawLine(QLineF(corner, QPointF(way * back, -way * tip)))
            painter.drawLine(QLineF(corner, QPointF(way * tip, -way * back)))
