"""A slider over the stops of a knob. Its value is an index, so every step is exact."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from explorer.app.widgets import slider_paint
from explorer.app.widgets.gestures import Burst, new_gesture
from explorer.app.widgets.slider_face import SliderFace

_FINE = 0.1
_SLACK_PX = 2  # a press on the handle that shakes this much is no drag
_MAGNET_PX = 2.5  # a real product's value pulls from this far, unless Shift or Alt is held


@dataclass
class _Drag:
    gesture: int
    x: float
    at: float
    here: float
    fine: bool = False
    started: bool = False
    changed: bool = False


class KnobSlider(SliderFace):
    """Arrows step by 1, Page by 10; Shift drags finely; double click, Backspace and Delete ask for a reset.

    ``show_*`` never emits. The wheel works with focus only and otherwise belongs to whatever scrolls.
    """

    moved = Signal(int, int)
    reset_asked = Signal()
    gesture_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drag: _Drag | None = None
        self._wheel = 0
        self._burst = Burst(self)
        self._burst.ended.connect(self._gesture_over)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setPageStep(10)
        self.valueChanged.connect(self._value_changed)

    def _value_changed(self, index: int) -> None:
        if not self._showing:
            self._by_hand(index)

    def _by_hand(self, index: int) -> None:
        self._exact, self.missing, self.beyond = True, False, 0
        self.update()
        if self._drag:
            self._drag.changed = True
        gesture = self._drag.gesture if self._drag else self._burst.touch()
        self.moved.emit(index, gesture)
        self.show_name()

    def _go(self, at: float) -> None:
        index = max(self.minimum(), min(self.maximum(), round(at)))
        if index != self.value():
            self.setValue(index)
        elif not self._exact or self.missing:
            self._by_hand(index)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._burst.stop()
        x, value = event.position().x(), float(self.value())
        on_handle = abs(x - slider_paint.x_of(self, value)) <= self.look.px(8)
        at = value if on_handle else slider_paint.at_x(self, x)
        self._drag = _Drag(new_gesture(), x, at, at, started=not on_handle)
        self.setSliderDown(True)
        self.held = True
        self.update()
        if not on_handle:
            self._go(self._magnet(at, event.modifiers()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        drag, x = self._drag, event.position().x()
        if drag is None:
            return
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if fine != drag.fine:
            drag.x, drag.at, drag.fine = x, drag.here, fine
        drag.started = drag.started or abs(x - drag.x) > _SLACK_PX
        if not drag.started:
            return
        at = drag.at + (x - drag.x) * slider_paint.stops_per_px(self) * (_FINE if fine else 1.0)
        drag.here = max(float(self.minimum()), min(float(self.maximum()), at))
        self._go(self._magnet(drag.here, event.modifiers()))

    def _magnet(self, at: float, modifiers: Qt.KeyboardModifier) -> float:
        if modifiers & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier):
            return at
        reach = _MAGNET_PX * slider_paint.stops_per_px(self)
        near = [i for i in range(max(0, int(at - reach)), min(len(self.names), int(at + reach) + 2)) if self.names[i]]
        best = min(near, key=lambda i: abs(i - at), default=None)
        return at if best is None or abs(best - at) > reach else float(best)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._let_go()

    def _let_go(self) -> None:
        drag, self._drag = self._drag, None
        if drag is not None:
            self.setSliderDown(False)
            self.held = False
            self.update()
            if drag.changed:
                self._gesture_over()

    def _gesture_over(self) -> None:
        self.hide_name()
        self.gesture_ended.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._ask_reset()

    def _ask_reset(self) -> None:
        self._let_go()
        self._burst.stop()
        self.reset_asked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self._ask_reset()
            return
        before = self.value()
        super().keyPressEvent(event)
        to_end = event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End)
        if to_end and before == self.value():
            self._go(before)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus() or self._drag:
            event.ignore()
            return
        self._wheel += event.angleDelta().y() or event.angleDelta().x()
        steps = int(self._wheel / 120)
        self._wheel -= steps * 120
        if steps:
            self._go(self.value() + steps)
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._wheel = 0
        self._burst.stop()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._let_go()
        self._burst.stop()
