"""How scenarios are compared: per what, which of them move together, at whose plan, and what the table shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from explorer.app.linking import LINKED
from explorer.app.look import tip
from explorer.charts.fairness import WORDS
from explorer.library.plans import same_plans, same_workload, suited_plans
from explorer.specs import UNITS, Per, Study

if TYPE_CHECKING:
    from explorer.app.window import Window

_Add = Callable[..., QAction]


class Comparing(QObject):
    """The Compare menu of one window, and what the hands at its table and its chains ask for."""

    def __init__(self, window: Window, add: _Add) -> None:
        super().__init__(window)
        self._window = window
        self.menu: QMenu = window.menuBar().addMenu("&Compare")
        self._units()
        self._linking(add)
        self._plans(add)
        self._table(add)
        window.document.changed.connect(self.show)
        window.knobs.link_toggled.connect(self.toggle_section)
        window.bar.link_asked.connect(self.toggle_scenario)
        window.table.unit_chosen.connect(lambda unit: self.choose_unit(str(unit)))
        window.table.hidden_changed.connect(self._keep_columns)
        window.table.set_hidden(window.settings.hidden_columns)
        self.show()

    @property
    def _study(self) -> Study:
        return self._window.document.study

    def _units(self) -> None:
        menu = self.menu.addMenu("&Unit of fairness")
        self.units: dict[Per, QAction] = {}
        for unit in UNITS:
            action = menu.addAction(WORDS[unit].label.capitalize(), partial(self.choose_unit, unit))
            action.setCheckable(True)
            action.setToolTip(tip(WORDS[unit].help))
            self.units[unit] = action

    def _linking(self, add: _Add) -> None:
        self.links: QMenu = self.menu.addMenu("&Linked knobs")
        self.sections: dict[str, QAction] = {}
        for section in self._window.document.links.sections():
            action = self.links.addAction(section, partial(self.toggle_section, section))
            action.setCheckable(True)
            self.sections[section] = action
        self.links.addSeparator()
        add(self.links, "As usual: the load", partial(self._link, LINKED))
        add(self.links, "Nothing linked", partial(self._link, frozenset()))
        self.lone = add(self.menu, "Scenario in hand moves alone", lambda: self.toggle_scenario(self._study.active), "Ctrl+L")
        self.lone.setCheckable(True)

    def _plans(self, add: _Add) -> None:
        self.menu.addSeparator()
        add(self.menu, "Same workload for all", partial(self._change, same_workload, "Same workload for all"))
        add(self.menu, "Same plan for all", partial(self._change, same_plans, "Same plan for all"))
        add(self.menu, "Each its suited plan", partial(self._change, suited_plans, "Each its suited plan"))

    def _table(self, add: _Add) -> None:
        self.menu.addSeparator()
        self.columns: QMenu = self.menu.addMenu("Table &columns")
        self.columns.aboutToShow.connect(lambda: self._window.table.fill_columns(self.columns))
        add(self.menu, "Rows as given", self._window.table.unsort)
        add(self.menu, "Copy the table", self._window.table.copy_all, "Ctrl+Alt+C")

    def show(self, _study: Study | None = None) -> None:
        """Bring menu, chains and pills in line with study and links."""
        study, links = self._study, self._window.document.links
        several = len(study.scenarios) > 1
        for unit, action in self.units.items():
            action.setChecked(unit == study.per)
        for section, action in self.sections.items():
            action.setChecked(links.sections()[section] == "all")
        self.lone.setEnabled(several)
        self.lone.setChecked(study.scenarios[study.active].id in links.alone)
        self._window.knobs.show_links(links.sections() if several else {})
        self._window.bar.show_links(tuple(s.id in links.alone for s in study.scenarios) if several else ())
        self._window.table.show_unit(study.per)

    def choose_unit(self, unit: str) -> None:
        """Count in another unit of fairness: a step to undo, since charts and files say it."""
        if unit in UNITS:
            self._window.document.replace(self._study.replace(per=unit), f"Count {WORDS[unit].label}")
        self.show()

    def toggle_section(self, section: str) -> None:
        """Link or unlink the knobs of a section."""
        self._window.document.links.toggle_section(section)
        self._keep_links()

    def toggle_scenario(self, index: int) -> None:
        """Let a scenario move alone, or with the others again."""
        if 0 <= index < len(self._study.scenarios):
            self._window.document.links.toggle_scenario(self._study.scenarios[index].id)
            self._keep_links()

    def _link(self, keys: frozenset[str]) -> None:
        self._window.document.links.keys = keys
        self._keep_links()

    def _keep_links(self) -> None:
        self._window.settings.linked = sorted(self._window.document.links.keys)
        self.show()
        self._window.refresher.request()

    def _keep_columns(self, hidden: Any) -> None:
        self._window.settings.hidden_columns = sorted(hidden)

    def _change(self, change: Callable[[Study], Study], text: str) -> None:
        self._window.document.replace(change(self._study), text)

