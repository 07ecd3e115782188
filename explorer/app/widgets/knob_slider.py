"""A slider over the stops of a knob. Its value is an index, so every step is exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QHideEvent, QKeyEvent, QMouseEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QToolTip, QWidget

from explorer.app.look import Look, plain_look, tip
from explorer.app.widgets import slider_paint
from explorer.app.widgets.gestures import Burst, new_gesture
from explorer.app.widgets.text import Bubble

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


class KnobSlider(QSlider):
    """Horizontal. Arrows step by 1, Page by 10; Shift drags finely; double click, Backspace and Delete ask for a reset.

    ``show_*`` never emits. The wheel works with focus only and otherwise belongs to whatever scrolls.
    """

    moved = Signal(int, int)
    reset_asked = Signal()
    gesture_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.names: tuple[str, ...] = ("",)
        self.slot = 0
        self.missing = False
        self.was: int | None = None
        self.beyond = 0
        self._exact = True
        self._text_of: Callable[[int], str] = str
        self._showing = False
        self._drag: _Drag | None = None
        self._wheel = 0
        self._bubble: Bubble | None = None
        self._burst = Burst(self)
        self._burst.ended.connect(self._gesture_over)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setPageStep(10)
        self.valueChanged.connect(self._value_changed)
        self.set_look(plain_look())

    def set_look(self, look: Look) -> None:
        """Colours and size."""
        self.look = look
        self.updateGeometry()
        self.update()

    def set_stops(self, names: tuple[str, ...], text_of: Callable[[int], str] = str) -> None:
        """The stops: ``names[i]`` is the product that stands at stop ``i``, ``text_of(i)`` its value in words."""
        self.names, self._text_of = names, text_of
        self._showing = True
        self.setRange(0, len(names) - 1)
        self._showing = False
        self.update()

    def show_index(
        self, index: int, *, exact: bool = True, missing: bool = False, was: int | None = None, beyond: int = 0, slot: int = 0
    ) -> None:
        """Put the handle at ``index``. ``exact``: the value is that stop; ``beyond`` -1 or 1: it lies off the slider's end."""
        fresh = (exact, missing, was, beyond, slot)
        if fresh != (self._exact, self.missing, self.was, self.beyond, self.slot):
            self._exact, self.missing, self.was, self.beyond, self.slot = fresh
            self.update()
        self._showing = True
        self.setValue(index)
        self._showing = False

    def dragging(self) -> bool:
        """Whether a hand holds the handle."""
        return self._drag is not None

    def sizeHint(self) -> QSize:
        return QSize(self.look.px(140), self.look.px(15))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.look.px(60), self.look.px(15))

    def paintEvent(self, event: QPaintEvent) -> None:
        slider_paint.paint(self)

    # ---- the hand

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
        self._show_name()

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
            self.update()
            if drag.changed:
                self._gesture_over()

    def _gesture_over(self) -> None:
        if self._bubble:
            self._bubble.deleteLater()
            self._bubble = None
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

    # ---- names

    def _show_name(self) -> None:
        name = self.names[self.value()]
        if self._bubble is None and name:
            self._bubble = Bubble(self.look, self.window())
        if self._bubble is None:
            return
        if name:
            foot = QPoint(round(slider_paint.x_of(self, self.value())), -self.look.px(2))
            self._bubble.show_at(name, self.mapTo(self.window(), foot))
        else:
            self._bubble.hide()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            words = self.words_at(event.pos().x())
            QToolTip.showText(event.globalPos(), tip(words) or self.toolTip(), self)
            return True
        return super().event(event)

    def words_at(self, x: float) -> str:
        """The products whose ticks are near ``x``, one a line, each with its value."""
        near = (i for i, n in enumerate(self.names) if n and abs(slider_paint.x_of(self, i) - x) <= self.look.px(4))
        return "\n".join(f"{self.names[i]}: {self._text_of(i)}" for i in near)
