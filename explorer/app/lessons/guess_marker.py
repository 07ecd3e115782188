"""A marker between two ends of a scale in equal factors: dragged to a guess, and later the truth beside it."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.app.look import Look, plain_look
from explorer.lessons.results import text_of
from explorer.units import parse_quantity

_FINE, _COARSE = 1 / 100, 1 / 10  # of the scale, for the arrow and the page keys
_STEPS = {
    Qt.Key.Key_Left: -_FINE, Qt.Key.Key_Down: -_FINE, Qt.Key.Key_Right: _FINE, Qt.Key.Key_Up: _FINE,
    Qt.Key.Key_PageDown: -_COARSE, Qt.Key.Key_PageUp: _COARSE, Qt.Key.Key_Home: -1.0, Qt.Key.Key_End: 1.0,
}  # fmt: skip


class GuessMarker(QWidget):
    """``moved``: a hand has put the marker somewhere. It has no value before that."""

    moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = plain_look()
        self._low, self._high, self._unit = 1.0, 10.0, "1"
        self._ends_text = ("", "")
        self.value: float | None = None
        self.truth: float | None = None
        self.setAccessibleName("Your guess")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setProperty("arrows", True)  # it wants the arrow keys
        self.setCursor(Qt.CursorShape.SizeHorCursor)

    def set_look(self, look: Look) -> None:
        """Colours and sizes."""
        self.look = look
        self.setFont(look.font("base"))
        self.updateGeometry()

    def set_scale(self, low: str, high: str, unit: str) -> None:
        """The ends, as people write them; the marker is lifted off."""
        self._low, self._high, self._unit = parse_quantity(low, unit), parse_quantity(high, unit), unit
        self._ends_text = (low, high)
        self.show_values(None, None)

    def show_values(self, value: float | None, truth: float | None) -> None:
        """Show a guess, and the truth where it may be seen; nothing is emitted."""
        self.value, self.truth = value, truth
        self.setEnabled(truth is None)
        self._describe()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.look.px(200), round(self.fontMetrics().height() * 3.4))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.look.px(120), self.sizeHint().height())

    # ---- hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._put(self._share_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._put(self._share_at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._put((0.5 if self.value is None else self._share(self.value)) + step)

    def _put(self, share: float) -> None:
        share = min(max(share, 0.0), 1.0)
        self.value = float(f"{self._low * (self._high / self._low) ** share:.3g}")
        self._describe()
        self.update()
        self.moved.emit(self.value)

    def _describe(self) -> None:
        said = "not put anywhere yet" if self.value is None else text_of(self.value, self._unit)
        self.setAccessibleDescription(said)

    # ---- painting

    def _ends(self) -> tuple[float, float]:
        side = self.look.px(9)
        return side, self.width() - side

    def _share(self, value: float) -> float:
        return math.log(value / self._low) / math.log(self._high / self._low) if value > 0 else 0.0

    def _share_at(self, x: float) -> float:
        left, right = self._ends()
        return (x - left) / max(1.0, right - left)

    def _x(self, value: float) -> float:
        left, right = self._ends()
        return left + min(max(self._share(value), 0.0), 1.0) * (right - left)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), self.look
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self.fontMetrics().height()
        middle, (left, right) = line * 1.7, self._ends()
        painter.setPen(QPen(look.colour("track"), look.px(4), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(left, middle), QPointF(right, middle))
        painter.setPen(look.colour("muted"))
        foot = QRectF(0, middle + line * 0.5, self.width(), line * 1.1)
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, self._ends_text[0])
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight, self._ends_text[1])
        if self.truth is not None:
            self._mark(painter, self.truth, "good", middle)
        if self.value is not None:
            self._mark(painter, self.value, "accent", middle)
            if self.truth is None:
                self._name(painter, self.value, line)
        elif self.truth is None:
            painter.drawText(QRectF(0, 0, self.width(), line * 1.2), Qt.AlignmentFlag.AlignHCenter, "Drag to your guess")
        if self.hasFocus():
            painter.setPen(QPen(look.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), look.px(4), look.px(4))
        painter.end()

    def _mark(self, painter: QPainter, value: float, colour: str, middle: float) -> None:
        painter.setPen(QPen(self.look.colour("card"), self.look.px(1.5)))
        painter.setBrush(self.look.colour(colour))
        at, r = QPointF(self._x(value), middle), self.look.px(7)
        if colour == "good":
            painter.drawRect(QRectF(at.x() - r * 0.5, at.y() - r * 1.3, r, r * 2.6))
        else:
            painter.drawEllipse(at, r, r)

    def _name(self, painter: QPainter, value: float, line: float) -> None:
        text = text_of(value, self._unit)
        wide = self.fontMetrics().horizontalAdvance(text)
        left = min(max(0.0, self._x(value) - wide / 2), max(0.0, self.width() - wide))
        painter.setPen(self.look.colour("text"))
        painter.drawText(QRectF(left, 0, wide + 2, line * 1.2), Qt.AlignmentFlag.AlignLeft, text)
