"""Adding, removing, renaming and pinning scenarios: each one undoable step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu

from explorer.app.library import stock
from explorer.app.references import reference
from explorer.errors import ExplorerError
from explorer.library import make_scenario, suited_plan
from explorer.specs import MOST_SCENARIOS, Scenario, Study, Was, Workload, taken

if TYPE_CHECKING:
    from explorer.app.window import Window


class Scenarios(QObject):
    """Acts on the document of one window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window

    @property
    def _study(self) -> Study:
        return self._window.document.study

    def _there(self, index: int) -> bool:
        """Whether a scenario still stands at ``index``: the bar is drawn a moment after the study changes."""
        return 0 <= index < len(self._study.scenarios)

    def chip_menu(self, title: str) -> QMenu:
        """All chips of the library; choosing one adds a scenario."""
        menu = QMenu(title, self._window)
        stock.fill_chips(self._window, menu)
        return menu

    def ask_add(self) -> None:
        """Offer the chips where the pointer is."""
        menu = self.chip_menu("Add a chip")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(QCursor.pos())

    def add(self, chip: str) -> None:
        """A scenario of ``chip`` under the same load, at a plan that suits it. A rented machine brings its size and its name."""
        study, library = self._study, self._window.document.library
        like = study.scenarios[study.active]
        machine = library.instances.get(chip)
        any_model = next(iter(library.workloads))  # the model in hand may be that of a measured row, which no preset has
        try:
            made = make_scenario(
                library, chip=chip, workload=any_model, phase=like.job.phase, batch=like.job.batch, context=like.job.context,
                chips=machine.chips if machine else like.plan.chips, tp=1, efficiency=like.efficiency, name=machine.name if machine else None,
            ).replace(workload=like.workload, was=_of_workload(like))  # fmt: skip
        except ExplorerError as error:
            self._window.dialogs.tell("Add a chip", str(error))
            return
        self.take(made.replace(plan=suited_plan(made)), "Add a chip")

    def take(self, made: Scenario, title: str) -> bool:
        """Put a scenario last, in hand. Where there is no room that is told, under ``title``."""
        study = self._study
        if len(study.scenarios) >= MOST_SCENARIOS:
            self._window.dialogs.tell(title, f"A study holds {MOST_SCENARIOS} scenarios at most: remove one first.")
            return False
        self._push((*study.scenarios, made), len(study.scenarios), study.baseline, f"Add {made.name}")
        return True

    def duplicate(self, index: int) -> None:
        """A copy beside the original, in hand."""
        study = self._study
        if not self._there(index):
            return
        if len(study.scenarios) >= MOST_SCENARIOS:
            self._window.dialogs.tell("Duplicate", f"A study holds {MOST_SCENARIOS} scenarios at most: remove one first.")
            return
        copy = study.scenarios[index].replace(name=self._free_name(study.scenarios[index].name))
        listed = (*study.scenarios[: index + 1], copy, *study.scenarios[index + 1 :])
        baseline = study.baseline + (study.baseline > index) if study.baseline is not None else None
        self._push(listed, index + 1, baseline, f"Duplicate {copy.name}")

    def _free_name(self, name: str) -> str:
        taken = {s.name for s in self._study.scenarios}
        return next(n for i in range(2, 99) if (n := f"{name[:70]} {i}") not in taken)

    def remove(self, index: int) -> None:
        """Take a scenario away; the last one stays."""
        study = self._study
        if len(study.scenarios) == 1 or not self._there(index):
            return
        listed = study.scenarios[:index] + study.scenarios[index + 1 :]
        active = min(study.active - (study.active > index), len(listed) - 1)
        baseline = study.baseline
        if baseline is not None:
            baseline = None if baseline == index else baseline - (baseline > index)
        self._push(listed, active, baseline, f"Remove {study.scenarios[index].name}")

    def move(self, index: int, to: int) -> None:
        """Put a scenario in another place."""
        study = self._study
        if not (self._there(index) and self._there(to)) or index == to:
            return
        order = list(range(len(study.scenarios)))
        order.insert(to, order.pop(index))
        baseline = None if study.baseline is None else order.index(study.baseline)
        self._push(tuple(study.scenarios[i] for i in order), order.index(study.active), baseline, "Reorder")

    def ask_rename(self, index: int) -> None:
        """Ask for another name."""
        if not self._there(index):
            return
        name = self._window.dialogs.text("Rename", "Name of the scenario", self._study.scenarios[index].name)
        if name:
            self.rename(index, name)

    def rename(self, index: int, name: str) -> None:
        """Give a scenario another name."""
        try:
            changed = self._study.scenarios[index].replace(name=name)
        except ExplorerError as error:
            self._window.dialogs.tell("Rename", str(error))
            return
        self._window.document.replace(self._study.with_scenario(index, changed), f"Rename to {name[:30]}")

    def pin(self, index: int) -> None:
        """Make a scenario the baseline, or release it when it is."""
        study = self._study
        if not self._there(index):
            return
        released = study.baseline == index
        text = "Release the baseline" if released else f"Baseline {study.scenarios[index].name}"
        self._window.document.replace(study.replace(baseline=None if released else index), text)

    def choose_workload(self, workload: str) -> None:
        """Another model of the library for all scenarios that are linked."""
        self.use_workload(self._window.document.library.workload(workload))

    def use_workload(self, model: Workload) -> None:
        """Another model for all linked scenarios; plans stay where they can be, else one that suits is taken."""
        study = self._study
        meant = self._window.document.links.targets(study, "workload")
        listed = tuple(self._with_workload(s, model) if i in meant else s for i, s in enumerate(study.scenarios))
        self._window.document.replace(study.replace(scenarios=listed), f"Workload {model.name}")

    def _with_workload(self, s: Scenario, model: Workload) -> Scenario:
        changed = taken(s, workload=model)
        if model.heads % s.plan.tp or s.plan.pp > model.layers:
            return changed.replace(plan=suited_plan(changed.replace(plan=s.plan.replace(pp=1))))
        return changed

    def choose_fabric(self, fabric: str) -> None:
        """Another fabric under the chip in hand."""
        found = self._window.document.library.fabric(fabric)
        study = self._study
        changed = taken(study.scenarios[study.active], fabric=found)
        self._window.document.replace(study.with_scenario(study.active, changed), f"Fabric {found.name}")

    def reset_all(self) -> None:
        """The scenario in hand as the presets have it."""
        document, study = self._window.document, self._study
        before = reference(document.library, document.opened, study, study.active)
        document.replace(study.with_scenario(study.active, before), f"Reset {before.name}")

    def _push(self, listed: tuple[Scenario, ...], active: int, baseline: int | None, text: str) -> None:
        study = self._study.replace(scenarios=listed, active=active, baseline=baseline)
        self._window.document.replace(study, text)


def _of_workload(scenario: Scenario) -> dict[str, Was]:
    """What its user changed in the model, which goes along with it."""
    return {path: was for path, was in scenario.was.items() if path.startswith("workload.")}
