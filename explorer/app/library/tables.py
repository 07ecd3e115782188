"""The look of the library's tables, and the window that both of its windows are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QDialog, QFrame, QHeaderView, QTableView, QWidget

from explorer.app.look import Look, plain_look


class LibraryWindow(QDialog):
    """A window beside the main one, which stays usable. It is gone when it is closed."""

    def __init__(self, parent: QWidget, title: str, size: tuple[int, int]) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._size = size

    def present(self) -> None:
        """Show, in front, with a size that the screen has room for."""
        if not self.isVisible():
            room = self.screen().availableGeometry().size() if self.screen() else self.size()
            look: Look = getattr(self.parent(), "look", plain_look())
            self.resize(*(max(320, min(look.px(n), most - 40)) for n, most in zip(self._size, (room.width(), room.height()), strict=True)))
        self.show()
        self.raise_()
        self.activateWindow()


def dress_table(view: QTableView, look: Look) -> None:
    """Fonts, colours and heights of a table of the library."""
    t = look.theme
    view.setFont(look.font("base"))
    for header in (view.horizontalHeader(), view.verticalHeader()):
        header.setFont(look.font("small"))
    view.horizontalHeader().setFixedHeight(look.px(24))
    view.verticalHeader().setDefaultSectionSize(look.px(22))
    view.setStyleSheet(
        f"QTableView {{ background: {t.card}; color: {t.text}; border: 0; selection-background-color: {t.track}; selection-color: {t.text}; }}"
        f"QTableView::item {{ border: 0; border-top: 1px solid {t.grid}; padding: 0 {look.px(4)}px; }}"
        f"QTableView::item:focus {{ border: {look.px(1)}px solid {t.accent}; }}"
        f"QHeaderView, QTableCornerButton::section {{ background: {t.card}; border: 0; }}"
        f"QHeaderView::section {{ background: {t.card}; color: {t.muted}; border: 0; padding: 0 {look.px(4)}px; }}"
        f"QHeaderView::section:horizontal {{ border-bottom: 1px solid {t.border}; }}"
    )


def plain_table(view: QTableView, name: str) -> None:
    """What both tables have in common: no frame, no editing, Tab leaves them."""
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setAccessibleName(name)
    view.horizontalHeader().setHighlightSections(False)
    view.verticalHeader().setHighlightSections(False)
    view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
