"""The card of measured rows: predicted against measured, filters over the chart, what was skipped under it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QWidget

from explorer.app.look import Look, tip
from explorer.app.views.chart_view import ChartView
from explorer.app.views.pane import Pane, View
from explorer.app.widgets.filter_bar import FilterBar
from explorer.app.widgets.text import ElidedLabel
from explorer.charts import VARIANTS, Axis, Chart

if TYPE_CHECKING:  # the rows' own code is loaded in the thread that predicts them, not at launch
    from explorer.charts.measured import Choice
    from explorer.validation import Found, Prediction

KEY, RATIO_KEY = (name for name, _ in VARIANTS["validation"])
_FILTERS = {"kind": "Filter by kind", "chip": "Filter by chip", "source": "Filter by source"}
_SHARE = 0.26  # of the card's height
_HINT = "Click a row, or step with the arrows and press Enter, to load it as a scenario."


class ValidationPane(Pane):
    """``row_chosen`` carries a prediction; ``open_asked`` and ``back_asked`` ask for other rows. Evaluates nothing."""

    row_chosen = Signal(object)
    open_asked = Signal()
    back_asked = Signal()

    def __init__(self, look: Look | None = None, parent: QWidget | None = None) -> None:
        super().__init__(look, parent, VARIANTS["validation"])
        self.found: Found | None = None
        self.choice: Choice | None = None
        self.name = self._left = ""
        self._rows: dict[str, tuple[Prediction, ...]] = {}
        self.filters, self.hint = FilterBar(_FILTERS, self), ElidedLabel("", self)
        self.skipped, self.reasons = QPushButton(self), QPlainTextEdit(self)
        self.skipped.setCheckable(True)
        self.skipped.setProperty("kind", "flat")
        self.reasons.setReadOnly(True)
        self.reasons.setAccessibleName("What was skipped, and why")
        self.reasons.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.reasons.setTabChangesFocus(True)
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.hint, 1)
        self._foot.addWidget(self.skipped)
        self._box.insertWidget(1, self.filters)
        self._below = QHBoxLayout()
        self._below.addWidget(self.reasons)
        self._box.addLayout(self._foot)
        self._box.addLayout(self._below)
        self.set_look(self.ink.look)
        self._connect()
        self._show_parts()

    def _connect(self) -> None:
        self.filters.chosen.connect(self._filter)
        self.filters.open_asked.connect(self.open_asked)
        self.filters.back_asked.connect(self.back_asked)
        self.skipped.toggled.connect(self._fold)
        self.variant_chosen.connect(self._vary)

    def _suited(self, chart: Chart) -> View:
        before, view = self.view, super()._suited(chart)
        if isinstance(view, ChartView) and view is not before:
            view.chosen.connect(self._choose)
            QWidget.setTabOrder(self.filters.back, view)
            QWidget.setTabOrder(view, self.skipped)
        return view

    def set_look(self, look: Look) -> None:
        """Other colours and sizes."""
        super().set_look(look)
        self.filters.set_look(look)
        self.hint.dress(look, "small", "muted")
        self.skipped.setFont(look.font("small"))
        self.reasons.setFont(look.font("mono"))
        for row in (self._foot, self._below):
            row.setContentsMargins(look.px(12), look.px(2), look.px(12), look.px(2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The list of what was skipped leaves most of the room to the chart."""
        super().resizeEvent(event)
        self.reasons.setFixedHeight(min(self.ink.look.px(132), max(self.ink.look.px(48), round(_SHARE * self.height()))))

    def show_words(self, text: str) -> None:
        """Words in the chart's place: it is being computed, or cannot be."""
        self.show_chart(Chart(KEY, "Validation", "predicted against measured", Axis(""), empty=text))
        self._show_parts(working=True)

    def show_found(self, found: Found, name: str = "") -> None:
        """Show predicted rows, all of them; ``name``: of the file, where they are not the shipped ones."""
        from explorer.charts.measured import Choice

        self.found, self.name = found, name
        self._draw(Choice(ratio=bool(self.choice and self.choice.ratio)))

    def show_again(self) -> None:
        """Show the last rows as they were."""
        if self.choice is not None:
            self._draw(self.choice)

    def _draw(self, choice: Choice) -> None:
        from explorer.charts.measured import options
        from explorer.charts.validation import skipped_line, skipped_text, validation

        assert self.found is not None
        self.choice = choice
        checked = validation(self.found, choice, self.name)
        self._rows = dict(checked.rows)
        self.show_chart(checked.chart)
        self._head.setToolTip(tip(checked.chart.subtitle))
        if isinstance(self.view, ChartView):
            self.view.fit()
        offered = options(self.found, choice)
        self.filters.offer({key: getattr(offered, key) for key in _FILTERS}, {key: getattr(choice, key) for key in _FILTERS})
        self._left = skipped_line(self.found, choice)
        self.skipped.setAccessibleName(f"{self._left}: why")
        self.reasons.setPlainText(skipped_text(self.found, choice))
        self.say(_HINT)
        self._show_parts()

    def say(self, text: str) -> None:
        """One line under the chart."""
        self.hint.show_text(text)

    def _show_parts(self, *, working: bool = False) -> None:
        """Only what there is something to do with."""
        there = self.found is not None and not working
        self.filters.setEnabled(not working or self.found is None)
        for box in self.filters.boxes.values():
            box.setVisible(there)
        self.filters.back.setVisible(there and bool(self.name))
        for part in (self.hint, self.skipped):
            part.setVisible(there)
        self._fold(there and self.skipped.isChecked())
        if self.variants is not None:
            self.variants.setVisible(there)

    def _filter(self, name: str, key: str) -> None:
        if self.choice is not None:
            self._draw(self.choice.narrowed(name, key))

    def _vary(self, key: str) -> None:
        if self.choice is not None:
            self._draw(replace(self.choice, ratio=key == RATIO_KEY))

    def _fold(self, on: bool) -> None:
        self.skipped.setText(f"{self._left} {'▴' if on else '▾'}")
        self.reasons.setVisible(on)

    def _choose(self, key: str, index: int) -> None:
        rows = self._rows.get(key, ())
        if index < len(rows):
            self.row_chosen.emit(rows[index])
