"""A row of drop-downs that narrow what is shown, and the buttons beside them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from explorer.app.look import Look, plain_look
from explorer.app.widgets.choice import ChoiceBox

Entries = tuple[tuple[str, str], ...]
_WIDEST_LIST = 520


class FilterBox(ChoiceBox):
    """A drop-down whose words come and go; it shares the row with its neighbours. The first word means: no filter."""

    side = Qt.AlignmentFlag.AlignLeft

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__((), parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.name(name)

    def set_look(self, look: Look) -> None:
        """Font and size."""
        self.look = look
        self.setFont(look.font("base"))
        self.setFixedHeight(look.px(21))
        self.setMinimumWidth(look.px(64))
        self.setMaximumWidth(look.px(260))

    def offer(self, entries: Entries, value: str) -> None:
        """Other words, (key, label), one of them on; tells nobody."""
        keys = tuple(key for key, _ in entries)
        labels = [label for _, label in entries]
        if keys != self._words or labels != [self.itemText(i) for i in range(self.count())]:
            self._showing = True
            self.clear()
            self._words = keys
            self.addItems(labels)
            self._showing = False
        self.show_value(value)

    def showPopup(self) -> None:
        """The list may be wider than the box."""
        widest = max((self.fontMetrics().horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=0)
        self.view().setMinimumWidth(min(widest + self.look.px(24), self.look.px(_WIDEST_LIST)))
        super().showPopup()


class FilterBar(QWidget):
    """``chosen`` names the filter and its key; the other signals are those of the buttons."""

    chosen = Signal(str, str)
    open_asked = Signal()
    back_asked = Signal()

    def __init__(self, names: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes = {key: FilterBox(name, self) for key, name in names.items()}
        self.open, self.back = QPushButton("Open…", self), QPushButton("Shipped rows", self)
        self.open.setAccessibleName("Open measurements")
        self.open.setToolTip("Predict your own measurements, in the columns of the shipped ones")
        self.back.setToolTip("Back to the measurements that come with the program")
        self.back.hide()
        self.row = QHBoxLayout(self)
        for key, box in self.boxes.items():
            box.chosen.connect(partial(self._choose, key))
            box.reset_asked.connect(partial(self.chosen.emit, key, ""))
            self.row.addWidget(box, 1)
        self.row.addStretch()
        for button, signal in ((self.open, self.open_asked), (self.back, self.back_asked)):
            button.clicked.connect(lambda _checked=False, s=signal: s.emit())
            self.row.addWidget(button)
        self.set_look(plain_look())

    def _choose(self, key: str, word: object) -> None:
        self.chosen.emit(key, str(word))

    def set_look(self, look: Look) -> None:
        """Fonts and sizes."""
        self.row.setContentsMargins(look.px(12), look.px(2), look.px(12), look.px(4))
        self.row.setSpacing(look.px(6))
        for box in self.boxes.values():
            box.set_look(look)
        for button in (self.open, self.back):
            button.setFont(look.font("small"))

    def offer(self, entries: Mapping[str, Entries], values: Mapping[str, str]) -> None:
        """What each filter offers, and which word is on; tells nobody."""
        for key, box in self.boxes.items():
            box.offer(entries[key], values[key])
