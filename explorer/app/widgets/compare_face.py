"""How the strip at the bottom looks: all scenarios in figures, against the baseline, as wide as there is room."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QPushButton, QTableView, QVBoxLayout, QWidget

from explorer.app.look import Look, plain_look
from explorer.app.widgets.compare_model import CompareDelegate, CompareModel, is_whole
from explorer.app.widgets.compare_text import visible_columns
from explorer.app.widgets.text import tint
from explorer.charts.model import Table
from explorer.charts.table_order import GIVEN, ordered


class WholeHeader(QHeaderView):
    """Column heads; one that the right edge would cut is left out, as its cells are."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        if is_whole(rect, self.viewport().width()):
            super().paintSection(painter, rect, logicalIndex)


class CompareFace(QFrame):
    """Rows are scenarios, in the order asked for. The buttons in the corner hide columns in which all rows agree, and choose the unit."""

    differences_toggled, row_activated = Signal(bool), Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.model = CompareModel()
        self.delegate = CompareDelegate()
        self.view = QTableView(self)
        self.view.setModel(self.model)
        self.view.setItemDelegate(self.delegate)
        self._widths: list[int] = []
        self.order, self.hidden, self._given = GIVEN, frozenset[str](), self.model.table
        self.unit = QPushButton("per chip ▾", self.view)
        self.unit.setProperty("kind", "flat")
        self.unit.setAccessibleName("Unit of fairness: per chip")
        self.unit.setToolTip("Unit of fairness: what the figures of a chip are counted in")
        self.toggle = QPushButton("differences only", self.view)
        self.toggle.setCheckable(True)
        self.toggle.setChecked(True)
        self.toggle.setProperty("kind", "flat")
        self.toggle.setAccessibleName("Show differences only")
        self.toggle.setToolTip("Hide the columns in which all scenarios agree")
        self.toggle.toggled.connect(self._refresh)
        self.toggle.clicked.connect(self.differences_toggled)
        _still(self.view)
        self.view.doubleClicked.connect(lambda index: self.row_activated.emit(self.model.table.row_slots[index.row()]))
        for button in (self.toggle, self.unit):
            button.raise_()
        self._box = QVBoxLayout(self)
        self._box.addWidget(self.view)
        self.set_look(plain_look())

    # ---- what is shown

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self.look = look
        self.delegate.look = look
        header = self.view.horizontalHeader()
        header.setFont(look.font("small"))
        header.setFixedHeight(look.px(24))
        palette = self.view.palette()
        palette.setColor(palette.ColorRole.Base, look.colour("card"))
        self.view.setPalette(palette)
        self.view.setStyleSheet(
            f"QTableView {{ background: {look.theme.card}; border: 0; }} QHeaderView {{ background: {look.theme.card}; }}"
            f"QHeaderView::section {{ background: {look.theme.card}; color: {look.theme.muted}; border: 0;"
            f" border-bottom: 1px solid {look.theme.grid}; padding: 0 {look.px(4)}px; }}"
        )
        self.view.verticalHeader().setDefaultSectionSize(look.px(24))
        for button in (self.toggle, self.unit):
            button.setFont(look.font("small"))
            tint(button, look.colour("muted"))
            button.setFixedHeight(look.px(20))
        self._box.setContentsMargins(look.px(10), look.px(4), look.px(10), look.px(4))
        self._widths = []
        self._refresh()

    def show_table(self, table: Table, sources: Mapping[tuple[int, str], str] | None = None) -> None:
        """Show a table; nothing is emitted. ``sources``: where a number comes from, by row and column key."""
        self.model.sources = dict(sources or {})
        self._given = table
        self._refresh()

    def set_differences_only(self, on: bool) -> None:
        """Hide or show the columns in which all rows agree."""
        self.toggle.setChecked(on)

    def _refresh(self) -> None:
        """Show the given table as it is asked for."""
        table = ordered(self._given, self.order)
        shown = visible_columns(table, self.toggle.isChecked())
        fresh = self.model.show(table, tuple(i for i in shown if table.columns[i].key not in self.hidden), self.order)
        mark = "\u2713 " if self.toggle.isChecked() else ""
        if self.toggle.text() != f"{mark}differences only":
            self.toggle.setText(f"{mark}differences only")
        needed = self._needed()
        if fresh or len(needed) != len(self._widths):
            self._place_buttons()
            self._measure()
            self.updateGeometry()
        elif any(n > w for n, w in zip(needed, self._widths, strict=True)):  # wider for good: a drag must not make them breathe
            self._widths = [max(n, k) for n, k in zip(needed, self._widths, strict=True)]
            self._spread()
        self.view.setAccessibleDescription(f"{len(table.rows)} scenarios, {self.model.columnCount() - 1} columns")

    def _place_buttons(self) -> None:
        for button in (self.toggle, self.unit):
            button.adjustSize()
            button.setFixedHeight(self.look.px(20))
        self.toggle.move(self.look.px(2), self.look.px(2))
        self.unit.move(self.toggle.geometry().right() + self.look.px(4), self.look.px(2))

    def _corner(self) -> int:
        """Width of the buttons [px]."""
        return self.toggle.sizeHint().width() + self.unit.sizeHint().width() + self.look.px(16)

    def _needed(self) -> list[int]:
        """Natural width of each column [px]."""
        model = self.model
        widths = []
        for column in range(model.columnCount()):
            head = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
            cells = (self.delegate.natural(model, model.index(row, column)) for row in range(model.rowCount()))
            least = self._corner() if column == 0 else 0
            widths.append(max(least, self.look.width("small", head) + self.look.px(self.delegate.air), *cells, 0))
        return widths

    def _measure(self) -> None:
        """Widths for the room there is: with air, or tight where the columns do not all fit."""
        for tight in (False, True):
            self.delegate.tight = tight
            self._widths = self._needed()
            if sum(self._widths) <= self.view.viewport().width():
                break
        self._spread()

    def _spread(self) -> None:
        """Share what is left of the width among the columns that are whole before anybody scrolls."""
        if not self._widths:
            return
        room, whole = self.view.viewport().width(), 1
        while whole < len(self._widths) and sum(self._widths[: whole + 1]) <= room:
            whole += 1
        spare = max(0, room - sum(self._widths[:whole]))
        share, rest = divmod(spare, whole)
        for column, width in enumerate(self._widths):
            more = (share if column < whole else 0) + (rest if column == 0 else 0)
            self.view.setColumnWidth(column, width + more)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def sizeHint(self) -> QSize:
        rows = max(3, self.model.rowCount())
        return QSize(self.look.px(600), self.look.px(24 * (rows + 1) + 18))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.look.px(200), self.look.px(24 * 3 + 18))


def _still(view: QTableView) -> None:
    """A table that is looked at: cells are selected to be copied, heads are pressed to sort, nothing is dragged."""
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setShowGrid(False)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
    view.setTabKeyNavigation(False)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
    view.setHorizontalHeader(WholeHeader(view))
    view.setWordWrap(False)
    view.setAccessibleName("Comparison of the scenarios")
    view.verticalHeader().hide()
    header = view.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    header.setSectionsClickable(True)
    header.setHighlightSections(False)
    header.setMinimumSectionSize(10)
