"""The parts of the library's window and where they stand."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QSplitter, QToolButton, QVBoxLayout, QWidget

from explorer.app.library.preset_list import PresetList
from explorer.app.library.sheet_table import SheetTable
from explorer.app.library.source_box import SourceBox
from explorer.app.library.tables import LibraryWindow
from explorer.app.look import Look
from explorer.app.widgets.choice import Segments
from explorer.app.widgets.filter_bar import FilterBox
from explorer.app.widgets.text import ElidedLabel

KINDS = {"chip": "Chips", "fabric": "Fabrics", "workload": "Workloads", "instance": "Machines"}
_FILTERS = {"vendor": "Filter by vendor", "year": "Filter by year", "confidence": "Filter by confidence", "owner": "Shipped or yours"}
_SIZE = (1240, 700)


class BrowserFace(LibraryWindow):
    """A list with its filters on the left, a table and a source on the right, buttons below. Does nothing by itself."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Library", _SIZE)
        self._build()
        self._lay_out()

    def _build(self) -> None:
        self.kinds = Segments(tuple(KINDS), lambda root: KINDS[str(root)], self)
        self.kinds.name("What is listed")
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search by name, vendor or id")
        self.search.setClearButtonEnabled(True)
        self.filters = {key: FilterBox(name, self) for key, name in _FILTERS.items()}
        self.list, self.table, self.source = PresetList(self), SheetTable(self), SourceBox(self)
        self.count, self.title = ElidedLabel("", self), ElidedLabel("", self)
        self.differences, self.copy = QPushButton("Differences only", self), QPushButton("Copy", self)
        self.differences.setCheckable(True)
        self.copy.setAccessibleName("Copy the table as text")
        self.use, self.duplicate = QPushButton(self), QPushButton("Duplicate to edit", self)
        self.use.setProperty("kind", "primary")
        self.more, self._menu = QToolButton(self), QMenu(self)
        self.more.setText("More ▾")
        self.more.setAccessibleName("More")
        self.more.setMenu(self._menu)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def _lay_out(self) -> None:
        top, head, foot = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for part, share in ((self.kinds, 0), (self.search, 2), *((box, 1) for box in self.filters.values())):
            top.addWidget(part, share)
        for part in (self.title, self.differences, self.copy):
            head.addWidget(part, int(part is self.title))
        for part in (self.count, self.more, self.duplicate, self.use):
            foot.addWidget(part, int(part is self.count))
        upper = QWidget(self)
        side = QVBoxLayout(upper)
        side.setContentsMargins(0, 0, 0, 0)
        side.addLayout(head)
        side.addWidget(self.table, 1)
        self._right = QSplitter(Qt.Orientation.Vertical, self)
        self._across = QSplitter(Qt.Orientation.Horizontal, self)
        for splitter, parts in ((self._right, (upper, self.source)), (self._across, (self.list, self._right))):
            splitter.setChildrenCollapsible(False)
            for part in parts:
                splitter.addWidget(part)
        self._rows = QVBoxLayout(self)
        self._rows.addLayout(top)
        self._rows.addWidget(self._across, 1)
        self._rows.addLayout(foot)
        self._lines = (top, head, foot, side)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self._rows.setContentsMargins(*[look.px(10)] * 4)
        for line in (self._rows, *self._lines):
            line.setSpacing(look.px(6))
        for part in (self.kinds, self.list, self.table, self.source):
            part.set_look(look)
        for box in self.filters.values():
            box.set_look(look)
            box.setMinimumWidth(look.px(88))
        self.search.setFont(look.font("base"))
        self.search.setFixedHeight(look.px(21))
        self.search.setMinimumWidth(look.px(90))
        self.title.dress(look, "bold")
        self.count.dress(look, "small", "muted")
        for button in (self.differences, self.copy, self.use, self.duplicate, self.more):
            button.setFont(look.font("base"))
        self._menu.setFont(look.font("base"))
        self._across.setSizes([look.px(540), look.px(620)])
        self._right.setSizes([look.px(430), look.px(130)])


__all__ = ["KINDS", "BrowserFace"]
