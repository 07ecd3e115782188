"""Text whose numbers can be dragged: press and pull sideways, or step with the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QTextCursor
from PySide6.QtWidgets import QWidget

from explorer.app.lessons.formulas import Formulas
from explorer.app.lessons.prose import Live, Prose, units
from explorer.app.widgets.gestures import Burst, new_gesture

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1}


class DragProse(Prose):
    """``pulled``: a knob's key, pixels from the press, the gesture. ``nudged``: a key, steps, the gesture."""

    pulled = Signal(str, float, int)
    nudged = Signal(str, int, int)
    let_go = Signal(str)

    def __init__(self, formulas: Formulas, parent: QWidget | None = None) -> None:
        super().__init__(formulas, parent)
        self._current = 0
        self._held: tuple[str, float, int] | None = None
        self._burst = Burst(self)
        self._burst.ended.connect(lambda: self.let_go.emit(self.key))
        self.viewport().setMouseTracking(True)
        self.setProperty("arrows", True)  # it wants the arrow keys

    @property
    def handles(self) -> list[Live]:
        """The numbers that can be dragged."""
        return [live for live in self.live if live.piece.kind == "drag"]

    @property
    def key(self) -> str:
        """The knob whose number has the focus, or would have it; empty where none can be dragged."""
        handles = self.handles
        return handles[min(self._current, len(handles) - 1)].piece.what if handles else ""

    def _name_all(self) -> None:
        super()._name_all()
        handles = self.handles
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if handles else Qt.FocusPolicy.NoFocus)
        now = handles[min(self._current, len(handles) - 1)].text if handles else ""
        self.setAccessibleName(f"{now}: drag sideways, or arrow keys" if handles else "Text")

    # ---- the mouse

    def _handle_at(self, at: QPoint) -> int | None:
        return next((i for i, live in enumerate(self.handles) if any(r.contains(at) for r in self.boxes(live))), None)

    def boxes(self, live: Live) -> list[QRect]:
        """Where a live number stands [px], one box a line."""
        ends = QTextCursor(self.document())
        boxes: list[QRect] = []
        for at in range(live.at, live.at + units(live.text)):
            ends.setPosition(at)
            left = self.cursorRect(ends)
            ends.setPosition(at + 1)
            right = self.cursorRect(ends)
            if right.top() == left.top():
                box = QRect(left.topLeft(), right.bottomLeft())
                boxes = [*boxes[:-1], boxes[-1] | box] if boxes and boxes[-1].top() == box.top() else [*boxes, box]
        return boxes

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._handle_at(event.position().toPoint())
        if at is None or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._burst.stop()
        self._current = at
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._held = (self.key, event.position().x(), new_gesture())
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            key, x, gesture = self._held
            self.pulled.emit(key, event.position().x() - x, gesture)
            return
        over = self._handle_at(event.position().toPoint()) is not None
        self.viewport().setCursor(Qt.CursorShape.SizeHorCursor if over else Qt.CursorShape.IBeamCursor)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            super().mouseReleaseEvent(event)
            return
        key, self._held = self._held[0], None
        self.let_go.emit(key)

    # ---- the keyboard

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes from number to number, then on."""
        to = self._current + (1 if forward else -1)
        if self.hasFocus() and 0 <= to < len(self.handles):
            self._current = to
            self._name_all()
            self.viewport().update()
            return True
        return super().focusNextPrevChild(forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() == Qt.FocusReason.TabFocusReason:
            self._current = 0
        elif event.reason() == Qt.FocusReason.BacktabFocusReason:
            self._current = max(0, len(self.handles) - 1)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._burst.stop()
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step and self.key:
            self.nudged.emit(self.key, step, self._burst.touch())
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Arrow keys are for the number."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
            if plain and Qt.Key(event.key()) in _STEPS and self.key:
                event.accept()
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        handles = self.handles
        if not handles or not self.hasFocus():
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.look.colour("accent"), self.look.px(1.5)))
        for box in self.boxes(handles[min(self._current, len(handles) - 1)]):
            painter.drawRoundedRect(box.adjusted(-2, 0, 2, -1), 3, 3)
        painter.end()
