"""The bar at the top: the scenarios, what they are asked to do, and the window's buttons."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from explorer.app.widgets.bar_face import BarFace
from explorer.app.widgets.pill import Pill
from explorer.specs import MOST_SCENARIOS, Study


class ScenarioBar(BarFace):
    """Pills on the left, a summary, and actions on the right. An action whose property ``primary`` is true stands out."""

    activated = Signal(int)
    add_asked = Signal()
    remove_asked = Signal(int)
    duplicate_asked = Signal(int)
    rename_asked = Signal(int)
    baseline_asked = Signal(int)
    specify_asked = Signal(int)
    moved = Signal(int, int)
    link_asked = Signal(int)

    def __init__(self, title: str = "Chip Explorer", parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._baseline: int | None = None
        self._alone: tuple[bool, ...] = ()
        self.plus.clicked.connect(lambda: self.add_asked.emit())

    def show_study(self, study: Study, edited: tuple[bool, ...], summary: str) -> None:
        """Show the scenarios of ``study``; nothing is emitted."""
        changed = len(self.pills) != len(study.scenarios)
        while len(self.pills) < len(study.scenarios):
            self._add_pill()
        while len(self.pills) > len(study.scenarios):
            gone = self.pills.pop()
            gone.hide()
            gone.deleteLater()
        before = [p.natural_width() for p in self.pills]
        self._baseline = study.baseline
        for i, (pill, scenario) in enumerate(zip(self.pills, study.scenarios, strict=True)):
            is_edited = i < len(edited) and edited[i]
            pill.show_scenario(scenario.name, i, edited=is_edited, baseline=i == study.baseline, active=i == study.active)
        self.plus.setEnabled(len(self.pills) < MOST_SCENARIOS)
        if changed or summary != self.summary.text() or before != [p.natural_width() for p in self.pills]:
            self.summary.show_text(summary)
            self._arrange()

    def show_links(self, alone: tuple[bool, ...]) -> None:
        """Show which scenarios move alone; nothing where there is one only. Emits nothing."""
        fresh, self._alone = alone != self._alone, alone
        for i, pill in enumerate(self.pills):
            pill.show_alone(i < len(alone) and alone[i])
        if fresh:
            self._arrange()

    def _add_pill(self) -> None:
        pill = Pill(self.look, self)
        self.pills.append(pill)
        at = self.pills.index
        pill.clicked.connect(lambda: self.activated.emit(at(pill)))
        pill.rename_asked.connect(lambda: self.rename_asked.emit(at(pill)))
        pill.remove_asked.connect(lambda: self._ask_remove(at(pill)))
        pill.shift_asked.connect(lambda step: self._ask_move(at(pill), at(pill) + step))
        pill.dropped.connect(lambda where: self._ask_move(at(pill), self._place(where)))
        pill.menu_asked.connect(lambda where: self.menu_for(at(pill)).popup(where))
        QWidget.setTabOrder(self.pills[-2] if len(self.pills) > 1 else self.title, pill)
        QWidget.setTabOrder(pill, self.plus)
        pill.show()

    # ---- what a hand asks for

    def menu_for(self, index: int) -> QMenu:
        """The menu of one scenario."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setFont(self.look.font("base"))
        several = len(self.pills) > 1
        for text, asked, possible in (
            ("Edit the specification…", self.specify_asked, True),
            ("Rename…", self.rename_asked, True),
            ("Duplicate", self.duplicate_asked, len(self.pills) < MOST_SCENARIOS),
            ("No baseline" if index == self._baseline else "Make this the baseline", self.baseline_asked, True),
            ("Remove", self.remove_asked, several),
        ):
            action = menu.addAction(text)
            action.setEnabled(possible)
            action.triggered.connect(lambda _=False, s=asked: s.emit(index))
        if self._alone:
            alone = index < len(self._alone) and self._alone[index]
            menu.addAction("Move with the others" if alone else "Move alone").triggered.connect(lambda: self.link_asked.emit(index))
        menu.addSeparator()
        for text, step in (("Move left", -1), ("Move right", 1)):
            action = menu.addAction(text)
            action.setEnabled(0 <= index + step < len(self.pills))
            action.triggered.connect(lambda _=False, d=step: self._ask_move(index, index + d))
        return menu

    def _ask_remove(self, index: int) -> None:
        if len(self.pills) > 1:
            self.remove_asked.emit(index)

    def _ask_move(self, index: int, to: int) -> None:
        if to != index and 0 <= to < len(self.pills):
            self.moved.emit(index, to)

    def _place(self, where: QPoint) -> int:
        return min(range(len(self.pills)), key=lambda i: abs(self.pills[i].geometry().center().x() - where.x()))
