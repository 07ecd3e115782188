"""Big numbers for a room: each scenario's name and what it comes to. Pressing one takes it in hand."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from explorer.app.look import Look, plain_look
from explorer.evaluate import Findings


class CallOut(QAbstractButton):
    """A name in its hue, a number as large as there is room, and what the number is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.look = plain_look()
        self.slot, self.name, self.number, self.note, self.active = 0, "", "", "", False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def say(self, look: Look, found: Findings, *, active: bool, hidden: bool) -> None:
        """Show one scenario's verdict in brief."""
        self.look, self.slot, self.active = look, found.slot, active
        self.name, self.note = found.name, "" if hidden else found.headline_note
        self.number = "?" if hidden else found.headline
        self.setAccessibleName(f"{self.name}: {self.number} {self.note}".strip())
        self.setFont(look.font("base"))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        base, large = (QFontMetrics(self.look.font(k)).height() for k in ("base", "headline"))
        return QSize(self.look.px(120), base + large + self.look.px(6))

    def number_font(self) -> QFont:
        """As large as the number fits, and never smaller than the base."""
        font, least = QFont(self.look.font("headline")), self.look.font("base").pixelSize()
        room = self.width() - self.look.px(16)
        while font.pixelSize() > least and QFontMetrics(font).horizontalAdvance(self.number) > room:
            font.setPixelSize(font.pixelSize() - 1)
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = self.look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.active:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.hue(self.slot, 0.12))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), look.px(6), look.px(6))
        side, base, large = look.px(8), look.font("base"), self.number_font()
        metrics, room = QFontMetrics(base), self.width() - 2 * look.px(8)
        painter.setFont(base)
        painter.setPen(look.hue(self.slot))
        top = QRectF(side, look.px(2), room, metrics.height())
        name = metrics.elidedText(self.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(top, Qt.AlignmentFlag.AlignLeft, name)
        painter.setFont(large)
        painter.setPen(look.colour("text"))
        below = QRectF(side, top.bottom(), room, self.height() - top.bottom() - look.px(2))
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.number)
        beside = below.adjusted(QFontMetrics(large).horizontalAdvance(self.number) + look.px(10), 0, 0, 0)
        painter.setFont(base)
        painter.setPen(look.colour("muted"))
        note = _whole(self.note, metrics, beside.width())
        painter.drawText(beside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, note)
        if self.hasFocus():
            painter.setPen(look.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), look.px(6), look.px(6))
        painter.end()


def _whole(note: str, metrics: QFontMetrics, room: float) -> str:
    """As many of the note's parts as there is room for, each whole."""
    parts = note.split(" · ")
    shown = [" · ".join(parts[:n]) for n in range(len(parts), 0, -1)]
    return next((text for text in shown if metrics.horizontalAdvance(text) <= room), "")


class CallOuts(QWidget):
    """All scenarios side by side. ``activated``: one was pressed."""

    activated = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Results")
        self.outs: list[CallOut] = []
        self._row = QHBoxLayout(self)

    def show_all(self, look: Look, listed: tuple[Findings, ...], active: int, *, hidden: bool) -> None:
        """Show these verdicts in brief."""
        self._row.setContentsMargins(look.px(6), look.px(3), look.px(6), 0)
        self._row.setSpacing(look.px(6))
        while len(self.outs) < len(listed):
            out = CallOut(self)
            out.clicked.connect(lambda _checked=False, o=out: self.activated.emit(self.outs.index(o)))
            self._row.addWidget(out)
            self.outs.append(out)
        for i, out in enumerate(self.outs):
            out.setVisible(i < len(listed))
            if i < len(listed):
                out.say(look, listed[i], active=i == active, hidden=hidden)
