"""What a knob's slider shows, and the names of its stops. What a hand does with it is in `knob_slider`."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QSlider, QToolTip, QWidget

from explorer.app.look import Look, plain_look, tip
from explorer.app.widgets import slider_paint
from explorer.app.widgets.text import Bubble


class SliderFace(QSlider):
    """A painted horizontal slider whose value is the index of a stop. ``show_index`` never emits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.names: tuple[str, ...] = ("",)
        self.slot = 0
        self.missing = False
        self.was: int | None = None
        self.beyond = 0
        self.held = False
        self._exact = True
        self._text_of: Callable[[int], str] = str
        self._showing = False
        self._bubble: Bubble | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
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

    def sizeHint(self) -> QSize:
        return QSize(self.look.px(140), self.look.px(15))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.look.px(60), self.look.px(15))

    def paintEvent(self, event: QPaintEvent) -> None:
        slider_paint.paint(self)

    def show_name(self) -> None:
        """Float the product's name over the handle while it stands on one."""
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

    def hide_name(self) -> None:
        """Remove the bubble."""
        if self._bubble:
            self._bubble.deleteLater()
            self._bubble = None

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
