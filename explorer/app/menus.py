"""Long lists as menus: one submenu a group, so that none is taller than the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtWidgets import QMenu

_FEW = 12


def fill(menu: QMenu, items: Iterable[tuple[str, str, str]], choose: Callable[[str], object]) -> None:
    """Add (group, name, id) entries to ``menu``; choosing one calls ``choose`` with its id.

    Up to a dozen stand in the menu itself; more go into a submenu a group, groups of one into "Other".
    """
    listed = list(items)
    if len(listed) <= _FEW:
        for _, name, key in listed:
            menu.addAction(name, partial(choose, key))
        return
    groups: dict[str, list[tuple[str, str]]] = {}
    for group, name, key in listed:
        groups.setdefault(group, []).append((name, key))
    alone = [entry for entries in groups.values() if len(entries) == 1 for entry in entries]
    shown = {g: e for g, e in groups.items() if len(e) > 1} | ({"Other": alone} if alone else {})
    for group, entries in shown.items():
        under = menu.addMenu(group.replace("&", "&&"))
        for name, key in entries:
            under.addAction(name.replace("&", "&&"), partial(choose, key))


def empty(menu: QMenu) -> None:
    """Take everything out of ``menu``, its submenus with all that they hold."""
    under = [action.menu() for action in menu.actions()]
    menu.clear()
    for part in under:
        if isinstance(part, QMenu):
            part.deleteLater()
