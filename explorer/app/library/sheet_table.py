"""Specifications side by side, as a table: rows are fields, columns are products."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from explorer.app.library.tables import dress_table, plain_table
from explorer.app.look import Look, plain_look, tip
from explorer.library.sheet import Sheet, SheetCell, SheetRow

Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_BEST = "★ "
_LEAST_COLUMN, _MOST_LABEL = 124, 200
_LABEL_SHARE = 0.4


class SheetModel(QAbstractTableModel):
    """A sheet for Qt. The first row of a group has the group's name before it, as a line of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.sheet = Sheet("", (), ())
        self.lines: tuple[SheetRow | str, ...] = ()
        self.look = plain_look()

    def show(self, sheet: Sheet) -> None:
        """Exchange the table."""
        self.beginResetModel()
        self.sheet = sheet
        lines: list[SheetRow | str] = []
        group = ""
        for row in sheet.rows:
            if row.group != group:
                group = row.group
                lines.append(group)
            lines.append(row)
        self.lines = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.sheet.columns)

    def cell(self, index: Index) -> tuple[SheetRow, SheetCell] | None:
        """The field and what one product says of it; None on a line that names a group."""
        line = self.lines[index.row()] if index.isValid() and index.row() < len(self.lines) else ""
        return None if isinstance(line, str) or index.column() >= len(line.cells) else (line, line.cells[index.column()])

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A line that names a group cannot be chosen."""
        found = self.cell(index)
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if found else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        found = self.cell(index)
        if found is None:
            return None
        row, cell = found
        if role == _Role.DisplayRole:
            return f"{_BEST}{cell.text}" if cell.best else cell.text
        if role == _Role.AccessibleTextRole:
            return f"{row.label}, {self.sheet.columns[index.column()]}: {cell.text}{', the best' if cell.best else ''}"
        if role == _Role.ToolTipRole:
            return tip("\n".join(t for t in (f"{row.label} · {self.sheet.columns[index.column()]}", cell.text, cell.about()) if t))
        if role == _Role.ForegroundRole:
            return self.look.colour("good" if cell.best else "text" if cell.value is not None else "muted")
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        across = orientation == Qt.Orientation.Horizontal
        if section >= (len(self.sheet.columns) if across else len(self.lines)):
            return None
        line = "" if across else self.lines[section]
        if role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            return self.sheet.columns[section] if across else line if isinstance(line, str) else line.label
        if role == _Role.ToolTipRole:
            return tip(self.sheet.columns[section] if across else line if isinstance(line, str) else line.label)
        if role == _Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role == _Role.FontRole:
            return self.look.font("bold" if across or isinstance(line, str) else "small")
        return None


class SheetTable(QTableView):
    """``pointed``: another cell is current, or none. Ctrl+C copies the whole table."""

    pointed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_ = SheetModel()
        self.setModel(self.model_)
        plain_table(self, "Specifications side by side")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionsClickable(False)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.verticalHeader().setSectionsClickable(False)
        self.setCornerButtonEnabled(False)
        self.selectionModel().currentChanged.connect(lambda *_: self.pointed.emit())
        QShortcut(QKeySequence.StandardKey.Copy, self, self.copy, context=Qt.ShortcutContext.WidgetShortcut)

    def set_look(self, look: Look) -> None:
        """Fonts and colours."""
        self.model_.look = look
        dress_table(self, look)
        self.horizontalHeader().setMinimumSectionSize(look.px(_LEAST_COLUMN))
        self._fit()

    def show_sheet(self, sheet: Sheet) -> None:
        """Show a table; the place that was looked at stays where there still is one."""
        at, row = self.currentIndex().column(), self.current()
        self.model_.show(sheet)
        self.setAccessibleDescription(f"{len(sheet.rows)} rows, {len(sheet.columns)} columns")
        self._fit()
        keys = [line.key if isinstance(line, SheetRow) else "" for line in self.model_.lines]
        sourced = [line.key for line in self.model_.lines if isinstance(line, SheetRow) and any(cell.source for cell in line.cells)]
        wanted = row[0].key if row and row[0].key in keys else next((k for k in (*sourced, *keys) if k), "")
        if wanted:
            self.setCurrentIndex(self.model_.index(keys.index(wanted), max(0, min(at, len(sheet.columns) - 1))))
        self.pointed.emit()

    def current(self) -> tuple[SheetRow, SheetCell] | None:
        """The field and the product that are looked at."""
        return self.model_.cell(self.currentIndex())

    def copy(self) -> None:
        """The table as text, for a spreadsheet."""
        QGuiApplication.clipboard().setText(self.model_.sheet.text())

    def _fit(self) -> None:
        look, header = self.model_.look, self.verticalHeader()
        widest = header.sizeHint().width() + look.px(10)
        header.setFixedWidth(max(1, min(widest, look.px(_MOST_LABEL), round(_LABEL_SHARE * self.width()))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The names of the fields leave most of the width to their values."""
        self._fit()
        super().resizeEvent(event)


__all__ = ["SheetModel", "SheetTable"]
