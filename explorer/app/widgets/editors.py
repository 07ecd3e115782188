"""The two ways of setting a knob: a field with a slider under it, or a choice."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from explorer.app.look import Look, tip
from explorer.app.widgets.choice import ChoiceBox, Segments
from explorer.app.widgets.gestures import new_gesture
from explorer.app.widgets.knob_slider import KnobSlider
from explorer.app.widgets.number_field import NumberField
from explorer.errors import ExplorerError
from explorer.knobs import Knob, Ladder, Value

_MOST_SEGMENTS = 3


class NumberEditor(QObject):
    """A number: typed into the field or moved with the slider."""

    edited = Signal(object, int)
    refused = Signal(str)
    mended = Signal()
    reset_asked = Signal()
    gesture_ended = Signal()

    def __init__(self, knob: Knob, parent: QWidget) -> None:
        super().__init__(parent)
        self._knob = knob
        self._ladder = Ladder((0,), ("",))
        self._value: Value | None = None
        self.head = self.field = NumberField(parent)
        self.body: QWidget | None
        self.body = self.slider = KnobSlider(parent)
        self.controls: tuple[QWidget, ...] = (self.field, self.slider)
        self.field.setAccessibleName(f"{knob.label}, value")
        self.slider.setAccessibleName(knob.label)
        self.field.typed.connect(self._typed)
        self.field.mended.connect(self.mended)
        self.slider.moved.connect(self._moved)
        self.slider.reset_asked.connect(self.reset_asked)
        self.slider.gesture_ended.connect(self.gesture_ended)

    @property
    def wrong(self) -> bool:
        """Whether refused text stands in the field."""
        return self.field.wrong

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self.field.set_look(look)
        self.slider.set_look(look)

    def set_tip(self, text: str) -> None:
        """Plain-text tooltip."""
        self.field.set_tip(text)
        self.slider.setToolTip(tip(text))

    def describe(self, text: str) -> None:
        """For screen readers."""
        self.field.describe(text)
        if text != self.slider.accessibleDescription():
            self.slider.setAccessibleDescription(text)

    def show(self, value: Value | None, ladder: Ladder, was: Value | None, slot: int) -> None:
        """Show a value; one between two stops, or off the end, stays what it is."""
        if ladder is not self._ladder and ladder != self._ladder:
            self._ladder = ladder
            self.slider.set_stops(ladder.names, lambda i: self._knob.text(ladder.values[i]))
        self._value = value
        self.field.show_text(self._knob.text(value))
        if value is None or isinstance(value, str):
            self.slider.show_index(0, missing=True, slot=slot)
            return
        at, stops = ladder.nearest(value), [float(ladder.values[0]), float(ladder.values[-1])]
        self.slider.show_index(
            at,
            exact=ladder.values[at] == value,
            was=None if was is None else ladder.nearest(was),
            beyond=-1 if value < stops[0] else 1 if value > stops[1] else 0,
            slot=slot,
        )

    def refuse(self, message: str) -> None:
        """Paint what stands in the field red, if it was typed."""
        if self.field.text() != self._knob.text(self._value):
            self.field.refuse(message)

    def drop_error(self) -> None:
        """Forget refused text."""
        self.field.restore()

    def _typed(self, text: str) -> None:
        try:
            value = self._knob.parse(text, shown=self._knob.shown_unit(self._value))
        except ExplorerError as error:
            self.refused.emit(str(error))
            return
        if value == self._value:
            self.field.restore()
            self.mended.emit()
            return
        self.edited.emit(value, new_gesture())
        self.gesture_ended.emit()

    def _moved(self, index: int, gesture: int) -> None:
        self.edited.emit(self._ladder.values[index], gesture)


class ChoiceEditor(QObject):
    """A word out of a few."""

    edited = Signal(object, int)
    refused = Signal(str)
    mended = Signal()
    reset_asked = Signal()
    gesture_ended = Signal()

    def __init__(self, knob: Knob, parent: QWidget) -> None:
        super().__init__(parent)
        few = len(knob.stops) <= _MOST_SEGMENTS
        self.head: Segments | ChoiceBox = (Segments if few else ChoiceBox)(knob.stops, knob.text, parent)
        self.body: QWidget | None = None
        self.controls: tuple[QWidget, ...] = self.head.buttons if isinstance(self.head, Segments) else (self.head,)
        self.wrong = False
        self.head.name(knob.label)
        self.head.chosen.connect(self._chosen)
        self.head.reset_asked.connect(self.reset_asked)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self.head.set_look(look)

    def set_tip(self, text: str) -> None:
        """Plain-text tooltip."""
        self.head.setToolTip(tip(text))

    def describe(self, text: str) -> None:
        """For screen readers."""
        self.head.describe(text)

    def show(self, value: Value | None, ladder: Ladder, was: Value | None, slot: int) -> None:
        """Show a word."""
        self.head.show_value(value, slot)

    def refuse(self, message: str) -> None:
        """A refused choice has no wrong text to keep; the row says why."""

    def drop_error(self) -> None:
        """Nothing to forget."""

    def _chosen(self, value: Value) -> None:
        self.edited.emit(value, new_gesture())
        self.gesture_ended.emit()
