"""The parts of the editor's window: rows of fields under headings, a search over them, buttons below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from explorer.app.library.field_row import FieldRow
from explorer.app.library.field_states import words_of
from explorer.app.library.tables import LibraryWindow
from explorer.app.look import Look, plain_look
from explorer.app.widgets.choice import Segments
from explorer.app.widgets.text import ElidedLabel, PlainLabel
from explorer.library.fields import Row
from explorer.library.listing import ROOTS

TABS = {"chip": "Chip", "fabric": "Fabric", "workload": "Workload"}
_SIZE = (820, 640)


class EditorFace(LibraryWindow):
    """``entered`` carries a path and what was typed or chosen there; ``reset_asked`` a path. Knows no study."""

    entered = Signal(str, str)
    reset_asked = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Specification", _SIZE)
        self.look = plain_look()
        self.rows: dict[str, FieldRow] = {}
        self._headings: list[PlainLabel] = []
        self.listed: tuple[Row, ...] = ()
        self._build()

    def _build(self) -> None:
        self.tabs = Segments(ROOTS, lambda root: TABS[str(root)], self)
        self.tabs.name("What is edited")
        self.title, self.hint = ElidedLabel("", self), ElidedLabel("", self)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Find a field")
        self.search.setAccessibleName("Find a field")
        self.search.setClearButtonEnabled(True)
        self.list = QWidget()
        self.list.setProperty("kind", "side")
        self._column = QVBoxLayout(self.list)
        self.page = QScrollArea(self)
        self.page.setProperty("kind", "side")
        self.page.setWidgetResizable(True)
        self.page.setFrameShape(QFrame.Shape.NoFrame)
        self.page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.page.setWidget(self.list)
        self.reset, self.keep = QPushButton("Reset all", self), QPushButton("Save as my preset…", self)
        top, foot = QHBoxLayout(), QHBoxLayout()
        for line, parts in ((top, (self.tabs, self.title, self.search)), (foot, (self.hint, self.reset, self.keep))):
            for part in parts:
                line.addWidget(part, int(part in (self.title, self.hint)))
        self._rows = QVBoxLayout(self)
        self._rows.addLayout(top)
        self._rows.addWidget(self.page, 1)
        self._rows.addLayout(foot)
        self._lines = (top, foot)
        self.search.textChanged.connect(self._filter)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self.look = look
        self._rows.setContentsMargins(*[look.px(10)] * 4)
        self._column.setContentsMargins(look.px(12), look.px(8), look.px(12), look.px(8))
        self._column.setSpacing(look.px(5))
        for line in (self._rows, *self._lines):
            line.setSpacing(look.px(8))
        self.tabs.set_look(look)
        self.title.dress(look, "bold")
        self.hint.dress(look, "small", "muted")
        self.search.setFont(look.font("base"))
        self.search.setFixedSize(look.px(150), look.px(21))
        for button in (self.reset, self.keep):
            button.setFont(look.font("base"))
        for row in self.rows.values():
            row.set_look(look)
        for heading in self._headings:
            heading.dress(look, "bold", "muted")

    def rebuild(self, rows: tuple[Row, ...]) -> None:
        """Show other fields than before: a part came or went, or another product is in hand."""
        kept = {row.row: row for row in self.rows.values() if row.row in rows}
        while self._column.count():
            item = self._column.takeAt(0)
            part = item.widget() if item else None
            if part is not None and part not in kept.values():
                part.hide()
                part.deleteLater()
        self.listed, self.rows, self._headings, group = rows, {}, [], ""
        for row in rows:
            if row.group != group:
                group = row.group
                self._heading(group)
            made = kept.get(row) or self._make(row)
            self.rows[row.path] = made
            self._column.addWidget(made)
        self._column.addStretch(1)
        for first, second in zip(list(self.rows.values()), list(self.rows.values())[1:], strict=False):
            QWidget.setTabOrder(first.back, second.field)
        self._filter(self.search.text())

    def _heading(self, text: str) -> None:
        heading = PlainLabel(text, self.list)
        heading.dress(self.look, "bold", "muted")
        self._headings.append(heading)
        self._column.addWidget(heading)

    def _make(self, row: Row) -> FieldRow:
        made = FieldRow(row, words_of(row), self.list)
        made.set_look(self.look)
        made.entered.connect(self.entered)
        made.reset_asked.connect(self.reset_asked)
        return made

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        for row in self.rows.values():
            named = f"{row.row.label} {row.row.group} {row.row.path}".casefold()
            row.setVisible(all(word in named for word in words))
        for heading in self._headings:
            heading.setVisible(any(r.row.group == heading.text() and not r.isHidden() for r in self.rows.values()))


__all__ = ["TABS", "EditorFace"]
