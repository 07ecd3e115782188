"""The menu of recent files: short names, missing files greyed, and whether the last one opens again."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from explorer.app.look import tip
from explorer.app.settings import Settings
from explorer.library.text_files import shown

if TYPE_CHECKING:
    from explorer.app.window import Window

_LONGEST = 60


def add_to(menu: QMenu, window: Window) -> QMenu:
    """The submenu of recent files, and below it whether the last one opens again. Both ask the window's settings when they are seen."""
    under = menu.addMenu("Open &recent")
    under.aboutToShow.connect(lambda: fill(under, window.settings, window.files.open_path))
    action = menu.addAction("Reopen the last study at start")
    action.setCheckable(True)
    action.setChecked(window.settings.reopen)
    action.toggled.connect(lambda on: setattr(window.settings, "reopen", on))
    return under


def fill(menu: QMenu, settings: Settings, open_path: Callable[[str], object]) -> None:
    """Put the recent files into ``menu``, newest first; those that are gone cannot be chosen, but taken off the list."""
    menu.clear()
    menu.setToolTipsVisible(True)
    missing = [name for name in settings.recent if not os.path.lexists(name)]
    for name in settings.recent:
        gone = name in missing
        action = menu.addAction(f"{short(name)}{' (missing)' if gone else ''}".replace("&", "&&"), partial(open_path, name))
        action.setToolTip(tip(shown(name)))
        action.setEnabled(not gone)
    if missing:
        menu.addSeparator()
        menu.addAction("Forget missing files", partial(settings.forget, missing))
    if menu.isEmpty():
        menu.addAction("No recent files").setEnabled(False)


def short(name: str) -> str:
    """A path that fits into a menu: ``~`` for the home folder, the middle of a long one left out, its file name whole."""
    path, home = Path(name), Path.home()
    text = f"~{os.sep}{path.relative_to(home)}" if path.is_relative_to(home) and path != home else name
    if len(text) <= _LONGEST:
        return shown(text)
    file = shown(path.name)
    kept = text[: max(0, _LONGEST - len(file) - 2)].rpartition(os.sep)[0]
    return f"{shown(kept)}{os.sep}…{os.sep}{file}"
