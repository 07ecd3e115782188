"""A hand that pulls a part of a card, far enough to mean it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget


class Pull(QObject):
    """Watches a widget. ``pulled`` says once for each press that the left button was pressed on it and moved away."""

    pulled = Signal()

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._pressed: QPoint | None = None
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep presses, look at moves."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            self._pressed = event.position().toPoint() if event.button() == Qt.MouseButton.LeftButton else None
            return True  # else the moves would go to the card behind
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseMove and self._far(event.position().toPoint()):
            self._pressed = None
            self.pulled.emit()
        return False

    def _far(self, at: QPoint) -> bool:
        return self._pressed is not None and (at - self._pressed).manhattanLength() >= QApplication.startDragDistance()
