"""A question before its answer: a guess is typed, dragged or picked; then guess and truth stand side by side with the reason."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QPushButton, QRadioButton, QVBoxLayout, QWidget

from explorer.app.lessons.formulas import Formulas
from explorer.app.lessons.guess_marker import GuessMarker
from explorer.app.lessons.prose import Prose, Speak
from explorer.app.lessons.visit import Revealed
from explorer.app.look import Look, plain_look
from explorer.app.widgets.number_field import NumberField
from explorer.app.widgets.text import PlainLabel
from explorer.errors import ExplorerError
from explorer.lessons.model import Prediction
from explorer.lessons.results import Results, unit_in
from explorer.units import parse_quantity

_MOST_CHOICES = 8
_WANTED = {"1": "a number, such as 2.5", "B": "with its unit, such as 40 GB", "s": "with its unit, such as 2.5 ms", "B/s": "such as 3 TB/s"}


class GuessBox(QFrame):
    """``guessed``: a number in base units, or the number of a choice. ``touched``: a guess was given, not yet settled."""

    guessed = Signal(float)
    touched = Signal()

    def __init__(self, formulas: Formulas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = plain_look()
        self._asked: Prediction | None = None
        self.setProperty("kind", "card")
        self.setAccessibleName("Prediction")
        self.heading = PlainLabel("Your guess first", self)
        self.question, self.reason = Prose(formulas, self), Prose(formulas, self)
        self.field, self.marker = NumberField(self), GuessMarker(self)
        self.field.setAccessibleName("Your guess")
        self.picks = [QRadioButton(self) for _ in range(_MOST_CHOICES)]
        self._group = QButtonGroup(self)
        for i, pick in enumerate(self.picks):
            self._group.addButton(pick, i)
        self.wrong = PlainLabel("", self, wrap=True)
        self.button = QPushButton("Reveal", self)
        self.button.setProperty("kind", "primary")
        self.labels = [PlainLabel(t, self) for t in ("Your guess", "The model says")]
        self.values = [PlainLabel("", self, wrap=True) for _ in range(2)]
        self.verdict = PlainLabel("", self, wrap=True)
        self._lay_out()
        self.field.typed.connect(lambda _text: self._settle())
        for signal in (self.field.textEdited, self.marker.moved, self._group.idClicked):
            signal.connect(lambda _value: self._ready())
            signal.connect(lambda _value: self.touched.emit())
        self.button.clicked.connect(self._settle)

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        self._table = QGridLayout()
        for i in range(2):
            self._table.addWidget(self.labels[i], 0, i)
            self._table.addWidget(self.values[i], 1, i)
            self._table.setColumnStretch(i, 1)
        for part in (self.heading, self.question, self.field, self.marker, *self.picks, self.wrong, self.button):
            self._column.addWidget(part)
        self._column.addLayout(self._table)
        self._column.addWidget(self.verdict)
        self._column.addWidget(self.reason)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self.look = look
        self._column.setContentsMargins(*[look.px(10)] * 4)
        self._column.setSpacing(look.px(5))
        self.heading.dress(look, "bold", "accent")
        for prose in (self.question, self.reason):
            prose.set_look(look)
        self.field.set_look(look)
        self.field.setFixedHeight(look.px(24))
        self.marker.set_look(look)
        for control in (*self.picks, self.button):
            control.setFont(look.font("base"))
        for label in self.labels:
            label.dress(look, "small", "muted")
        for value in self.values:
            value.dress(look, "title")
        self.wrong.dress(look, "small", "bad")
        self.verdict.dress(look, "bold", "good")

    def ask(self, asked: Prediction | None, speak: Speak) -> None:
        """Another question, without a guess."""
        self._asked = asked
        self.setVisible(asked is not None)
        if asked is None:
            return
        self.question.show_prose(asked.question, speak)
        self.wrong.show_text("")
        if asked.kind == "marker":
            self.marker.set_scale(asked.low, asked.high, unit_in(asked.result))
        self.field.show_text("")
        self.field.setPlaceholderText(_WANTED.get(unit_in(asked.result), "a number with its unit") if asked.result else "")
        self._group.setExclusive(False)
        for i, pick in enumerate(self.picks):
            pick.setChecked(False)
            pick.setText(asked.choices[i].text.replace("&", "&&") if i < len(asked.choices) else "")
        self._group.setExclusive(True)
        self.show_outcome(None)

    def show_outcome(self, revealed: Revealed | None) -> None:
        """Guess and truth side by side, with the reason; None asks."""
        asked = self._asked
        if asked is None:
            return
        self.heading.show_text("Guess and truth" if revealed else "Your guess first")
        self.field.setVisible(asked.kind == "number" and revealed is None)
        self.marker.setVisible(asked.kind == "marker")
        for i, pick in enumerate(self.picks):
            pick.setVisible(i < len(asked.choices) and revealed is None)
        self.wrong.setVisible(revealed is None and bool(self.wrong.text()))
        self.button.setVisible(revealed is None)
        for part in (*self.labels, *self.values, self.verdict, self.reason):
            part.setVisible(revealed is not None)
        self._ready()
        if revealed is not None:
            self._show_both(asked, revealed)

    def _show_both(self, asked: Prediction, revealed: Revealed) -> None:
        truth = revealed.truth
        for label, text in zip(self.values, (revealed.said, truth.text), strict=True):
            label.show_text(text)
        self.verdict.show_text(_mark(asked, revealed))
        self.verdict.dress(self.look, "bold", "good" if revealed.close else "warn")
        if asked.kind == "marker" and isinstance(truth.value, int | float):
            self.marker.show_values(revealed.guess, float(truth.value))
        results = Results(revealed.study)
        self.reason.show_prose(asked.reason, lambda piece: results.text(piece.what))
        self.setAccessibleDescription(f"Your guess: {revealed.said}. The model says: {truth.text}. {self.verdict.text()}")

    # ---- hands

    def _ready(self) -> None:
        asked = self._asked
        given = bool(self.field.text()) if asked and asked.kind == "number" else self._group.checkedId() >= 0
        self.button.setEnabled(self.marker.value is not None if asked and asked.kind == "marker" else given)

    def _settle(self) -> None:
        asked = self._asked
        if asked is None or not self.button.isVisibleTo(self):
            return
        try:
            value = self._value(asked)
        except ExplorerError as error:
            self.field.refuse(str(error))
            self.wrong.show_text(str(error))
            self.wrong.setVisible(True)
            return
        if value is not None:
            self.guessed.emit(value)

    def _value(self, asked: Prediction) -> float | None:
        if asked.kind == "number":
            return parse_quantity(self.field.text(), unit_in(asked.result)) if self.field.text() else None
        return self.marker.value if asked.kind == "marker" else float(self._group.checkedId())


def _mark(asked: Prediction, revealed: Revealed) -> str:
    if revealed.close:
        return "✓ Right" if asked.kind == "pick" else "✓ Close"
    value = revealed.truth.value
    if asked.kind == "pick" or not isinstance(value, int | float) or not value or revealed.guess / value <= 0:
        return "✗ Not this one" if asked.kind == "pick" else "✗ Not close"
    off = revealed.guess / value
    return f"✗ {max(off, 1 / off):.3g} times too {'high' if off > 1 else 'low'}"
