"""Small labels: one that elides, one that wraps, and the bubble that floats over a handle."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from explorer.app.look import FontKind, Look, tip

_DOT = " · "


def tint(widget: QWidget, colour: QColor) -> None:
    """Text colour of a label, its own: one that it only inherits falls away with the palette that it came from."""
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.WindowText, colour)
    widget.setPalette(palette)  # Qt does nothing where this is what the widget has of its own


class PlainLabel(QLabel):
    """A label that never reads markup."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, wrap: bool = False, select: bool = False) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        if select:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setText(text)

    def show_text(self, text: str) -> None:
        """Set the text where it differs."""
        if text != self.text():
            self.setText(text)

    def dress(self, look: Look, kind: FontKind, colour: str = "text") -> None:
        """Font and colour from the theme."""
        self.setFont(look.font(kind))
        tint(self, look.colour(colour))


class ElidedLabel(PlainLabel):
    """One line that ends in an ellipsis when there is no room; the whole text is the tooltip then. A dot may stand before it."""

    double_clicked = Signal()

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._dot: QColor | None = None
        self._own_tip = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def set_dot(self, colour: QColor | None) -> None:
        """Show or remove the dot."""
        if colour != self._dot:
            self._dot = colour
            self._refresh_tip()
            self.update()

    def set_tip(self, text: str) -> None:
        """Plain-text tooltip."""
        if text != self._own_tip:
            self._own_tip = text
            self._refresh_tip()

    def _indent(self) -> int:
        return round(self.fontMetrics().height() * 0.72) if self._dot else 0

    def _room(self) -> int:
        return self.contentsRect().width() - self._indent()

    def is_elided(self) -> bool:
        """Whether the text is cut at present."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self._room()

    def shown(self, room: int) -> str:
        """The text as it is written in ``room`` pixels."""
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)

    def _refresh_tip(self) -> None:
        whole = f"{self.text()}\n" if self.is_elided() else ""
        self.setToolTip(tip((whole + self._own_tip).strip()))

    def setText(self, text: str) -> None:
        """Set the text; the layout is not asked again, the width is the layout's business."""
        super().setText(text)
        if hasattr(self, "_own_tip"):
            self._refresh_tip()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refresh_tip()

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().height(), self.fontMetrics().height())

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + self._indent() + 2, metrics.height())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.double_clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect, metrics = self.contentsRect(), self.fontMetrics()
        if self._dot:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._dot)
            side = metrics.height() * 0.42
            painter.drawEllipse(QPoint(round(side / 2), rect.center().y() + 1), side / 2, side / 2)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        text = self.shown(self._room())
        painter.drawText(rect.adjusted(self._indent(), 0, 0, 0), int(self.alignment()), text)


class PartsLabel(ElidedLabel):
    """Parts with dots between them, of which the first and the last say most: the others give way first."""

    def least(self) -> int:
        """Width of the last part alone [px]."""
        return self.fontMetrics().horizontalAdvance(_forms(self.text())[-1]) + 2

    def shown(self, room: int) -> str:
        """The longest form that fits."""
        wide = self.fontMetrics().horizontalAdvance
        forms = _forms(self.text())
        return next((f for f in forms if wide(f) <= room), self.fontMetrics().elidedText(forms[-1], Qt.TextElideMode.ElideRight, room))


def _forms(text: str) -> list[str]:
    """``text`` and its shorter forms, longest first: without its middle, piece by piece, and at last without its beginning."""
    parts = text.split(_DOT)
    if len(parts) < 2:
        return [text]
    cut = [_DOT.join((*parts[:k], "…", parts[-1])) for k in range(len(parts) - 2, -1, -1)]
    return [text, *cut]


class Bubble(QLabel):
    """A dark rounded read-out over a handle, part of the window and deaf to the mouse."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look, self._within = look, parent
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFont(look.font("small"))
        self.setMargin(look.px(4))
        tint(self, look.colour("tooltip_text"))

    def show_at(self, text: str, foot: QPoint) -> None:
        """Show ``text`` centred above ``foot`` (in the parent's pixels), inside the parent."""
        self.setText(text)
        self.adjustSize()
        room = self._within.rect()
        left = max(0, min(foot.x() - self.width() // 2, room.width() - self.width()))
        self.setGeometry(QRect(QPoint(left, max(0, foot.y() - self.height())), self.size()))
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("tooltip"))
        painter.drawRoundedRect(self.rect(), self._look.px(4), self._look.px(4))
        painter.end()
        super().paintEvent(event)
