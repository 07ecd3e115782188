"""What a room needs to see of the pointer, and a way to show it nothing at all."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QCursor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from explorer.app.look import Look

_FRAME_MS = 16


class Halo(QWidget):
    """A translucent ring around the pointer, deaf to the mouse."""

    def __init__(self, window: QWidget, look: Look) -> None:
        super().__init__(window)
        self._window = window
        self._colour = look.colour("warn")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(look.px(44), look.px(44))
        self._timer = QTimer(self, interval=_FRAME_MS)
        self._timer.timeout.connect(self.follow)
        self.hide()

    def set_on(self, on: bool) -> None:
        """Show or hide."""
        self.setVisible(on)
        if on:
            self.follow()
            self._timer.start()
        else:
            self._timer.stop()

    def follow(self) -> None:
        """Go where the pointer is; over nothing of the window's own there is no ring."""
        self.put(self._window.mapFromGlobal(QCursor.pos()))

    def put(self, at: QPoint) -> None:
        """Stand around ``at``."""
        corner = at - QPoint(self.width() // 2, self.height() // 2)
        if corner != self.pos():
            self.move(corner)
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring, fill = QColor("#FFB000"), QColor("#FFD24D")
        ring.setAlphaF(0.85)
        fill.setAlphaF(0.3)
        wide = self.width() * 0.09
        painter.setPen(QPen(ring, wide))
        painter.setBrush(fill)
        painter.drawEllipse(QRectF(self.rect()).adjusted(wide, wide, -wide, -wide))
        painter.setPen(QPen(self._colour, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(self.width() / 2, self.height() / 2), self.width() / 2 - 1, self.height() / 2 - 1)
        painter.end()


class BlackOut(QWidget):
    """Nothing but black until a key or a click."""

    ended = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setAccessibleName("Black-out: any key ends it")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.BlankCursor)
        self.hide()

    def set_on(self, on: bool) -> None:
        """Show or hide."""
        self.setGeometry(self._window.rect())
        self.setVisible(on)
        if on:
            self.raise_()
            self.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#000000"))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.ended.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.ended.emit()
