"""The strip at the bottom under the hand: sorted by a head, its columns and its unit chosen, copied whole or in part."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QMimeData, QModelIndex, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QWidget

from explorer.app.widgets.compare_face import CompareFace, WholeHeader
from explorer.app.widgets.compare_text import as_html, as_tsv, some_rows
from explorer.charts.fairness import WORDS
from explorer.charts.model import Column, Table
from explorer.charts.table_order import GIVEN, next_order
from explorer.specs import UNITS, Per


class CompareTable(CompareFace):
    """Ctrl+C copies the selected cells, or all that is shown. A press on a head sorts: best first, worst first, as given."""

    picture_asked, unit_chosen, hidden_changed = Signal(), Signal(str), Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        QShortcut(QKeySequence.StandardKey.Copy, self, self.copy, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.view.horizontalHeader().sectionClicked.connect(self._sort_by)
        self.unit.clicked.connect(self._offer_units)

    # ---- the order of the rows

    def _column(self, section: int) -> Column | None:
        """The column under a head; None over the names."""
        return self.model.table.columns[self.model.columns[section - 1]] if 0 < section <= len(self.model.columns) else None

    def _sort_by(self, section: int) -> None:
        column = self._column(section)
        self.order = GIVEN if column is None else next_order(self.order, column)
        self.view.clearSelection()
        self._refresh()
        self._measure()

    def unsort(self) -> None:
        """Rows in the order of the scenarios."""
        self._sort_by(0)

    # ---- the columns

    def set_hidden(self, keys: Iterable[str]) -> None:
        """Leave out columns, by their keys; emits nothing."""
        self.hidden = frozenset(keys)
        self._refresh()

    def _toggle_column(self, key: str) -> None:
        self.set_hidden(self.hidden ^ {key})
        self.hidden_changed.emit(self.hidden)

    def _show_all(self) -> None:
        self.set_hidden(())
        self.hidden_changed.emit(self.hidden)

    def fill_columns(self, menu: QMenu) -> None:
        """Put every column of the table into ``menu``, to be shown or hidden."""
        menu.clear()
        for column in self._given.columns:
            action = menu.addAction(column.label.replace("&", "&&"), partial(self._toggle_column, column.key))
            action.setCheckable(True)
            action.setChecked(column.key not in self.hidden)
        menu.addSeparator()
        menu.addAction("All columns", self._show_all).setEnabled(bool(self.hidden))

    # ---- the unit

    def show_unit(self, unit: Per) -> None:
        """Show the unit of fairness; emits nothing."""
        text = f"{WORDS[unit].label} ▾"
        if self.unit.text() != text:
            self.unit.setText(text)
            self.unit.setAccessibleName(f"Unit of fairness: {WORDS[unit].label}")
            self._place_buttons()
            self._measure()

    def unit_menu(self) -> QMenu:
        """The units to choose from."""
        menu = self._menu()
        for unit in UNITS:
            action = menu.addAction(WORDS[unit].label, partial(self.unit_chosen.emit, unit))
            action.setCheckable(True)
            action.setChecked(self.unit.text().startswith(WORDS[unit].label))
        return menu

    def _offer_units(self) -> None:
        self.unit_menu().popup(self.unit.mapToGlobal(self.unit.rect().bottomLeft()))

    # ---- copy

    def _meant(self) -> tuple[Table, tuple[int, ...]]:
        """The selected part of the table, or all that is shown where there is no more than one cell of it."""
        chosen = self.view.selectionModel().selectedIndexes()
        columns = sorted({i.column() for i in chosen if i.column()})
        if len(chosen) < 2 or not columns:
            return self.model.table, self.model.columns
        return some_rows(self.model.table, sorted({i.row() for i in chosen})), tuple(self.model.columns[c - 1] for c in columns)

    def copied_text(self) -> str:
        """What Ctrl+C puts on the clipboard."""
        return as_tsv(*self._meant())

    def copy(self) -> None:
        """Copy the selected cells, or the whole table, tab-separated for spreadsheets and as HTML for word processors."""
        QGuiApplication.clipboard().setMimeData(_copied(self.copied_text(), as_html(*self._meant())))

    def copy_all(self) -> None:
        """Copy all that is shown."""
        self.view.clearSelection()
        self.copy()

    def _copy_cell(self, index: QModelIndex) -> None:
        QGuiApplication.clipboard().setText(str(index.data() or ""))

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setFont(self.look.font("base"))
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu, at = self._menu(), self.view.viewport().mapFromGlobal(event.globalPos())
        menu.addAction("Copy as table").triggered.connect(self.copy)
        menu.addAction("Copy as picture").triggered.connect(lambda: self.picture_asked.emit())
        index = self.view.indexAt(at)
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index = self.view.currentIndex()
        if index.isValid():
            menu.addAction("Copy cell").triggered.connect(lambda: self._copy_cell(index))
        section = index.column() if index.isValid() else self.view.horizontalHeader().logicalIndexAt(at)
        column = self._column(section)
        menu.addSeparator()
        if column is not None:
            menu.addAction(f"Sort by {column.label}", partial(self._sort_by, section))
            menu.addAction(f"Hide {column.label}", partial(self._toggle_column, column.key))
        self.fill_columns(menu.addMenu("Columns"))
        menu.popup(event.globalPos())


def _copied(text: str, html: str) -> QMimeData:
    data = QMimeData()
    data.setText(text)
    data.setHtml(html)
    return data


__all__ = ["CompareTable", "WholeHeader"]
