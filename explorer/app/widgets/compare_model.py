"""The comparison table for Qt: what a cell says, and how it is painted."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from explorer.app.look import FontKind, Look, plain_look, tip
from explorer.app.widgets.marker import draw_marker
from explorer.charts.model import Cell, Column, Table
from explorer.charts.table_order import GIVEN, Order

Index = QModelIndex | QPersistentModelIndex
_COLOURS = {"good": "good", "bad": "bad", "warn": "warn", "faint": "muted", "normal": "muted"}
_Role = Qt.ItemDataRole


class CompareModel(QAbstractTableModel):
    """Column 0 names the scenario; the others are the shown columns of the table."""

    def __init__(self) -> None:
        super().__init__()
        self.table = Table("", (), (), (), ())
        self.columns: tuple[int, ...] = ()
        self.sources: dict[tuple[int, str], str] = {}
        self.order = GIVEN

    def show(self, table: Table, columns: tuple[int, ...], order: Order = GIVEN) -> bool:
        """Exchange the table; True when rows or columns are others than before."""
        turned, self.order = order != self.order, order
        keys = [table.columns[i].key for i in columns]
        known = [self.table.columns[i].key for i in self.columns]
        same = keys == known and len(table.rows) == len(self.table.rows)
        if same:
            before, self.table, self.columns = self.table, table, columns
            self._tell(before, turned)
            return False
        self.beginResetModel()
        self.table, self.columns = table, columns
        self.endResetModel()
        return True

    def _tell(self, before: Table, turned: bool) -> None:
        """Say which cells are not what they were ``before``: only those are painted again."""
        now = self.table
        names = [(t.row_labels, t.row_slots, t.baseline) for t in (before, now)]
        for row, (old, new) in enumerate(zip(before.rows, now.rows, strict=True)):
            changed = [0] if names[0] != names[1] else []
            changed += [at for at, i in enumerate(self.columns, start=1) if old[i] != new[i]]
            for column in changed:
                self.dataChanged.emit(self.index(row, column), self.index(row, column))
        if turned or [before.columns[i].label for i in self.columns] != [now.columns[i].label for i in self.columns]:
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.table.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns) + 1

    def cell(self, index: Index) -> Cell | None:
        """The table's cell; None in the column of names."""
        return self.table.rows[index.row()][self.columns[index.column() - 1]] if index.column() else None

    def name(self, row: int) -> tuple[str, bool]:
        """A scenario's name, and whether it is the baseline."""
        return self.table.row_labels[row], row == self.table.baseline

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        if not index.isValid() or role not in (_Role.DisplayRole, _Role.AccessibleTextRole, _Role.ToolTipRole):
            return None
        cell = self.cell(index)
        if cell is None:
            name, is_baseline = self.name(index.row())
            return tip(name) if role == _Role.ToolTipRole else f"{name}{' (baseline)' if is_baseline else ''}"
        column = self.table.columns[self.columns[index.column() - 1]]
        if role == _Role.ToolTipRole:
            source = self.sources.get((self.table.row_slots[index.row()], column.key), "")
            return tip("\n".join(t for t in (*_told(self.table, index.row(), column, cell), column.help, source) if t))
        text = f"{cell.text} {cell.change}".strip()
        return f"{column.label}: {text}{', best' if cell.best else ''}" if role == _Role.AccessibleTextRole else text

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section > len(self.columns):
            return None
        if section == 0:
            return {_Role.AccessibleTextRole: "scenario", _Role.DisplayRole: ""}.get(_Role(role))
        column = self.table.columns[self.columns[section - 1]]
        if role == _Role.ToolTipRole:
            return tip(column.help)
        if role == _Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        sign = "" if column.key != self.order.key else " ▾" if self.order.down else " ▴"
        return f"{column.label}{sign}" if role in (_Role.DisplayRole, _Role.AccessibleTextRole) else None


def _told(table: Table, row: int, column: Column, cell: Cell) -> tuple[str, str]:
    """Whose number it is, and the number with all its digits."""
    exact = f" = {cell.value:.10g}" if isinstance(cell.value, float | int) else ""
    unit = f" {column.unit}" if exact and column.unit != "1" else ""
    against = f", {cell.change} against the baseline" if cell.change else ""
    against += ", the best" if cell.best else ""
    return f"{column.label} · {table.row_labels[row]}", f"{cell.text}{exact}{unit}{against}"


def is_whole(rect: QRect, room: int) -> bool:
    """Whether a column is not cut by an edge of a table ``room`` pixels wide. One that is wider is shown as far as it goes."""
    return rect.width() > room or (rect.left() >= 0 and rect.right() < room)


class CompareDelegate(QStyledItemDelegate):
    """Value in the text's colour, change beside it in green or red, a marker before each name."""

    look: Look = plain_look()
    tight = False

    @property
    def air(self) -> int:
        """Pixels of a 10 pt layout beside the words of a column."""
        return 7 if self.tight else 14

    @property
    def kind(self) -> FontKind:
        """The font of the cells."""
        return "small" if self.tight else "base"

    def natural(self, model: CompareModel, index: QModelIndex) -> int:
        """Width that shows everything [px]."""
        look, cell, kind = self.look, model.cell(index), self.kind
        if cell is None:
            name, is_baseline = model.name(index.row())
            tag = look.width("small", "baseline") + look.px(7) if is_baseline else 0
            return look.px(22) + look.width(kind, name) + tag + look.px(6)
        change = look.width(kind, cell.change) + look.px(4) if cell.change else 0
        return look.width(self._weight(cell), cell.text) + change + look.px(self.air)

    def _weight(self, cell: Cell) -> FontKind:
        """The font of a value: the best of a column is bold."""
        return ("small bold" if self.tight else "bold") if cell.best else self.kind

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self.look.px(80), self.look.px(24))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look, model = self.look, index.model()
        assert isinstance(model, CompareModel)
        rect: QRect = option.rect
        view = option.widget
        if isinstance(view, QTableView) and not is_whole(rect, view.viewport().width()):
            return
        state: QStyle.StateFlag = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, look.colour("accent", 0.14))
        if index.row():
            painter.setPen(QPen(look.colour("grid"), 1))
            painter.drawLine(rect.topLeft(), rect.topRight())
        cell = model.cell(index)
        if cell is None:
            self._paint_name(painter, rect, model, index.row())
        else:
            self._paint_cell(painter, rect, cell)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(look.colour("accent"), look.px(1.4)))
            painter.drawRoundedRect(rect.adjusted(1, 2, -2, -2), look.px(3), look.px(3))
        painter.restore()

    def _paint_name(self, painter: QPainter, rect: QRect, model: CompareModel, row: int) -> None:
        look, (name, is_baseline), slot = self.look, model.name(row), model.table.row_slots[row]
        middle = QPointF(rect.left() + look.px(10), rect.center().y() + 0.5)
        draw_marker(painter, slot, middle, look.px(9), look.hue(slot))
        metrics = QFontMetrics(look.font(self.kind))
        room = rect.adjusted(look.px(22), 0, 0, 0)
        text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width())
        _write(painter, room, text, look, self.kind, "text", Qt.AlignmentFlag.AlignLeft)
        if is_baseline:
            after = room.adjusted(metrics.horizontalAdvance(text) + look.px(7), 0, 0, 0)
            _write(painter, after, "baseline", look, "small", "muted", Qt.AlignmentFlag.AlignLeft)

    def _paint_cell(self, painter: QPainter, rect: QRect, cell: Cell) -> None:
        look = self.look
        right = rect.adjusted(0, 0, -look.px(self.air // 2), 0)
        alone = "text" if cell.change or cell.severity == "normal" else _COLOURS[cell.severity]
        if cell.change:
            _write(painter, right, cell.change, look, self.kind, _COLOURS[cell.severity], Qt.AlignmentFlag.AlignRight)
            right = right.adjusted(0, 0, -look.width(self.kind, cell.change) - look.px(4), 0)
        _write(painter, right, cell.text, look, self._weight(cell), alone, Qt.AlignmentFlag.AlignRight)


def _write(painter: QPainter, rect: QRect, text: str, look: Look, kind: Any, colour: str, side: Qt.AlignmentFlag) -> None:
    painter.setFont(look.font(kind))
    painter.setPen(look.colour(colour))
    painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, text)
