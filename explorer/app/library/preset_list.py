"""The list of presets, narrowed by a search and filters, sorted by any column."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from explorer.app.library.tables import dress_table, plain_table
from explorer.app.look import Look, tip
from explorer.library.listing import Listed, Shown, headers
from explorer.specs import CONFIDENCE

Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_OWN = "yours"


class ListModel(QAbstractTableModel):
    """Rows are presets; the user's own stand in bold and say so."""

    def __init__(self) -> None:
        super().__init__()
        self.root = "chip"
        self.rows: tuple[Listed, ...] = ()
        self.bold = QFont()
        self._sorted: tuple[int, Qt.SortOrder] | None = None

    def show(self, root: str, rows: tuple[Listed, ...]) -> None:
        """Exchange the list; the order that was chosen stays where the columns do."""
        self.beginResetModel()
        if root != self.root:
            self._sorted = None
        self.root, self.rows = root, rows
        self._order()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column."""
        self._sorted = (column, order) if column >= 0 else None
        self.layoutAboutToBeChanged.emit()
        self._order()
        self.layoutChanged.emit()

    def _order(self) -> None:
        if self._sorted is not None:
            column, order = self._sorted
            self.rows = tuple(sorted(self.rows, key=lambda row: row.ranks[column], reverse=order == Qt.SortOrder.DescendingOrder))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(headers(self.root))

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row, column = self.rows[index.row()], index.column()
        text = row.cells[column]
        if role == _Role.DisplayRole:
            return f"{text} ({_OWN})" if row.own and column == 0 else text
        if role == _Role.AccessibleTextRole:
            return f"{headers(self.root)[column]}: {text}"
        if role == _Role.ToolTipRole:
            last = column == len(row.cells) - 1
            return tip(f"{row.spec.name}\n{CONFIDENCE[row.weakest]}" if last else f"{row.spec.name} · {row.spec.id}")
        if role == _Role.TextAlignmentRole:
            return _side(row, column)
        return self.bold if role == _Role.FontRole and row.own and column == 0 else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(headers(self.root)):
            return None
        if role == _Role.TextAlignmentRole:
            return _side(self.rows[0] if self.rows else None, section)
        if role == _Role.ToolTipRole and section == len(headers(self.root)) - 2:
            return tip("Share of its numbers that a datasheet or another page of the vendor gives")
        return headers(self.root)[section] if role in (_Role.DisplayRole, _Role.AccessibleTextRole) else None


def _side(row: Listed | None, column: int) -> Qt.AlignmentFlag:
    """Numbers to the right, words to the left."""
    number = row is not None and not isinstance(row.ranks[column], str) and column < len(row.cells) - 1
    return (Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter


class PresetList(QTableView):
    """One row or several may be chosen; Enter or a double click uses the current one."""

    chosen = Signal()
    used = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.listed = ListModel()
        self.setModel(self.listed)
        plain_table(self, "Presets")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionsClickable(True)
        self.horizontalHeader().setSortIndicatorShown(True)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.horizontalHeader().sortIndicatorChanged.connect(self.listed.sort)
        self.selectionModel().selectionChanged.connect(lambda *_: self.chosen.emit())
        self.doubleClicked.connect(lambda _index: self.used.emit())

    def set_look(self, look: Look) -> None:
        """Fonts and colours."""
        dress_table(self, look)
        self.listed.bold = look.font("bold")
        self.horizontalHeader().setMinimumSectionSize(look.px(48))
        self._fit()

    def show_rows(self, root: str, rows: tuple[Listed, ...], wanted: tuple[str, ...]) -> None:
        """Show presets, those with the ids ``wanted`` chosen, else the first."""
        if root != self.listed.root:
            self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.listed.show(root, rows)
        self._fit()
        self.choose(wanted)

    def choose(self, wanted: tuple[str, ...]) -> None:
        """Choose the presets with these ids, else the first one."""
        at = [i for i, row in enumerate(self.listed.rows) if row.spec.id in wanted] or [0]
        flag = QItemSelectionModel.SelectionFlag
        model = self.selectionModel()
        model.blockSignals(True)
        model.clear()
        for i in at if self.listed.rows else ():
            model.select(self.listed.index(i, 0), flag.Select | flag.Rows)
        if self.listed.rows:
            model.setCurrentIndex(self.listed.index(at[0], 0), flag.NoUpdate)
        model.blockSignals(False)
        self.viewport().update()
        self.chosen.emit()

    def picked(self) -> tuple[Shown, ...]:
        """What is chosen, in the order of the list."""
        rows = sorted({index.row() for index in self.selectionModel().selectedIndexes()})
        return tuple(self.listed.rows[i].spec for i in rows if i < len(self.listed.rows))

    def _fit(self) -> None:
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.resizeColumnToContents(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.used.emit()
        else:
            super().keyPressEvent(event)


__all__ = ["ListModel", "PresetList"]
