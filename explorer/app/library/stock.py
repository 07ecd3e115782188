"""The menus of chips, fabrics and models: filled from the presets that there are, anew when these change."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from explorer.app import menus
from explorer.library.listing import family

if TYPE_CHECKING:
    from explorer.app.actions import Actions
    from explorer.app.window import Window


def fill_chips(window: Window, menu: QMenu) -> None:
    """All chips, by vendor; choosing one adds a scenario."""
    chips = window.document.library.chips.values()
    menus.fill(menu, ((c.vendor, c.name, c.id) for c in chips), window.scenarios.add)
    menu.addSeparator()
    menu.addAction("Browse the library…", lambda: window.librarian.browse())


def fill_workloads(window: Window, menu: QMenu) -> None:
    """All models, by the family that their names begin with."""
    models = window.document.library.workloads.values()
    menus.fill(menu, ((family(m.name), m.name, m.id) for m in models), window.scenarios.choose_workload)


def fill_fabrics(window: Window, menu: QMenu) -> None:
    """Only the fabrics that go with the chip in hand, and those made from them."""
    menu.clear()
    study = window.document.study
    scenario = study.scenarios[study.active]
    for found in window.document.library.fabrics.values():
        if {found.id, found.based_on} & set(scenario.chip.fabrics):
            item = menu.addAction(found.name.replace("&", "&&"), partial(window.scenarios.choose_fabric, found.id))
            item.setCheckable(True)
            item.setChecked(found.id == scenario.fabric.id)


def restock(window: Window, actions: Actions) -> None:
    """Other presets: the menus begin anew, and the buttons that show the same entries."""
    for menu, fill in ((actions.add, fill_chips), (actions.workload, fill_workloads)):
        menus.empty(menu)
        fill(window, menu)
    for menu, copy in actions.copies:
        if menu is actions.workload:
            for old in copy.actions():
                copy.removeAction(old)
            copy.addActions(menu.actions())


__all__ = ["fill_chips", "fill_fabrics", "fill_workloads", "restock"]
