"""The Library menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from explorer.app.window import Window

_Add = Callable[..., QAction]


class LibraryMenu:
    """Fills the menu of one window; what it does is the librarian's."""

    def __init__(self, window: Window, add: _Add) -> None:
        librarian = window.librarian
        self.menu: QMenu = window.menuBar().addMenu("&Library")
        add(self.menu, "&Browse…", librarian.browse, "Ctrl+B")
        add(self.menu, "&Edit the specification…", librarian.specify, "Ctrl+I")
        self.menu.addSeparator()
        add(self.menu, "&Duplicate the chip to edit", librarian.keeper.duplicate_in_hand)
        self.keep = self.menu.addMenu("&Save as my preset")
        for root in ("chip", "fabric", "workload"):
            add(self.keep, f"Save the {root} as my preset…", partial(librarian.keeper.keep, root))
        add(self.menu, "&Compare with the shipped original", librarian.compare_in_hand)
        add(self.menu, "&Update to present values", librarian.update)
        self.menu.addSeparator()
        add(self.menu, "Show the folder of my presets", librarian.keeper.reveal)
        add(self.menu, "Read my presets again", librarian.reload)
