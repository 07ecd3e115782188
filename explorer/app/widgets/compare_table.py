"""The strip at the bottom: all scenarios in figures, against the baseline."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QMimeData, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QKeySequence,
    QPainter,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QMenu,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from explorer.app.look import Look, plain_look
from explorer.app.widgets.compare_model import CompareDelegate, CompareModel, is_whole
from explorer.app.widgets.compare_text import as_html, as_tsv, visible_columns
from explorer.app.widgets.text import tint
from explorer.charts.model import Table


class WholeHeader(QHeaderView):
    """Column heads; one that the right edge would cut is left out, as its cells are."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        if is_whole(rect, self.viewport().width()):
            super().paintSection(painter, rect, logicalIndex)


class CompareTable(QFrame):
    """Rows are scenarios. Ctrl+C copies what is shown; the button in the corner hides columns in which all rows agree."""

    differences_toggled, row_activated, picture_asked = Signal(bool), Signal(int), Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.model = CompareModel()
        self.delegate = CompareDelegate()
        self.view = QTableView(self)
        self.view.setModel(self.model)
        self.view.setItemDelegate(self.delegate)
        self._widths: list[int] = []
        self.toggle = QPushButton("differences only", self.view)
        self.toggle.setCheckable(True)
        self.toggle.setChecked(True)
        self.toggle.setProperty("kind", "flat")
        self.toggle.setAccessibleName("Show differences only")
        self.toggle.setToolTip("Hide the columns in which all scenarios agree")
        self.toggle.toggled.connect(self._refresh)
        self.toggle.clicked.connect(self.differences_toggled)
        _still(self.view)
        self.view.doubleClicked.connect(lambda index: self.row_activated.emit(index.row()))
        self.toggle.raise_()
        self._box = QVBoxLayout(self)
        self._box.addWidget(self.view)
        QShortcut(QKeySequence.StandardKey.Copy, self, self.copy, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
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
        self.toggle.setFont(look.font("small"))
        tint(self.toggle, look.colour("muted"))
        self.toggle.move(look.px(2), look.px(2))
        self.toggle.setFixedHeight(look.px(20))
        self._box.setContentsMargins(look.px(10), look.px(4), look.px(10), look.px(4))
        self._widths = []
        self._refresh()

    def show_table(self, table: Table, sources: Mapping[tuple[int, str], str] | None = None) -> None:
        """Show a table; nothing is emitted. ``sources``: where a number comes from, by row and column key."""
        self.model.sources = dict(sources or {})
        self._show(table)

    def set_differences_only(self, on: bool) -> None:
        """Hide or show the columns in which all rows agree."""
        self.toggle.setChecked(on)

    def _refresh(self) -> None:
        self._show(self.model.table)

    def _show(self, table: Table) -> None:
        fresh = self.model.show(table, visible_columns(table, self.toggle.isChecked()))
        mark = "\u2713 " if self.toggle.isChecked() else ""
        if self.toggle.text() != f"{mark}differences only":
            self.toggle.setText(f"{mark}differences only")
        needed = self._needed()
        if fresh or len(needed) != len(self._widths):
            self.toggle.adjustSize()
            self._measure()
            self.updateGeometry()
        elif any(n > w for n, w in zip(needed, self._widths, strict=True)):  # wider for good: a drag must not make them breathe
            self._widths = [max(n, k) for n, k in zip(needed, self._widths, strict=True)]
            self._spread()
        self.view.setAccessibleDescription(f"{len(table.rows)} scenarios, {self.model.columnCount() - 1} columns")

    def _needed(self) -> list[int]:
        """Natural width of each column [px]."""
        model = self.model
        widths = []
        for column in range(model.columnCount()):
            head = str(model.headerData(column, Qt.Orientation.Horizontal) or "")
            cells = (self.delegate.natural(model, model.index(row, column)) for row in range(model.rowCount()))
            least = self.toggle.sizeHint().width() + self.look.px(12) if column == 0 else 0
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

    # ---- copy

    def copied_text(self) -> str:
        """What Ctrl+C puts on the clipboard."""
        return as_tsv(self.model.table, self.model.columns)

    def copy(self) -> None:
        """Copy the shown table, tab-separated for spreadsheets and as HTML for word processors."""
        QGuiApplication.clipboard().setMimeData(_copied(self.copied_text(), as_html(self.model.table, self.model.columns)))

    def _copy_cell(self, index: QModelIndex) -> None:
        QGuiApplication.clipboard().setText(str(index.data() or ""))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setFont(self.look.font("base"))
        menu.addAction("Copy as table").triggered.connect(self.copy)
        menu.addAction("Copy as picture").triggered.connect(lambda: self.picture_asked.emit())
        index = self.view.indexAt(self.view.viewport().mapFromGlobal(event.globalPos()))
        if index.isValid():
            menu.addAction("Copy cell").triggered.connect(lambda: self._copy_cell(index))
        menu.popup(event.globalPos())


def _copied(text: str, html: str) -> QMimeData:
    data = QMimeData()
    data.setText(text)
    data.setHtml(html)
    return data


def _still(view: QTableView) -> None:
    """A table that is looked at: nothing in it is selected, sorted or dragged."""
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setShowGrid(False)
    view.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    view.setTabKeyNavigation(False)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
    view.setHorizontalHeader(WholeHeader(view))
    view.setWordWrap(False)
    view.setAccessibleName("Comparison of the scenarios")
    view.verticalHeader().hide()
    header = view.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    header.setSectionsClickable(False)
    header.setHighlightSections(False)
    header.setMinimumSectionSize(10)
