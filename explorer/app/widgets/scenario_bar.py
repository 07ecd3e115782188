"""The bar at the top: the scenarios, what they are asked to do, and the window's buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from explorer.app.look import Look, plain_look
from explorer.app.widgets.bar_plan import BarPlan, plan_bar
from explorer.app.widgets.pill import Pill
from explorer.app.widgets.text import ElidedLabel, PlainLabel
from explorer.specs import MOST_SCENARIOS, Study


class ScenarioBar(QWidget):
    """Pills on the left, a summary, and actions on the right. An action whose property ``primary`` is true stands out."""

    activated = Signal(int)
    add_asked = Signal()
    remove_asked = Signal(int)
    duplicate_asked = Signal(int)
    rename_asked = Signal(int)
    baseline_asked = Signal(int)
    moved = Signal(int, int)

    def __init__(self, title: str = "Chip Explorer", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Scenarios")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.look = plain_look()
        self.title = PlainLabel(title, self)
        self.pills: list[Pill] = []
        self.plus = QPushButton("+", self)
        self.plus.setAccessibleName("Add a scenario")
        self.plus.setToolTip("Add a scenario")
        self.plus.clicked.connect(self.add_asked)
        self.summary = ElidedLabel("", self)
        self.summary.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.buttons: list[QToolButton] = []
        self.more = QToolButton(self, text="\u22ef")
        self.more.setAccessibleName("More actions")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(QMenu(self.more))
        self._baseline: int | None = None
        self.set_look(self.look)

    # ---- what is shown

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self.look = look
        self.title.dress(look, "title")
        self.summary.dress(look, "small", "muted")
        for part in (self.plus, self.more, *self.buttons, self.more.menu()):
            part.setFont(look.font("base"))
        for pill in self.pills:
            pill.set_look(look)
        self.setFixedHeight(look.px(44))
        self._arrange()
        self.update()

    def set_actions(self, actions: Sequence[QAction]) -> None:
        """The buttons on the right, from left to right; the last ones stay longest when the bar is narrow."""
        for button in self.buttons:
            button.deleteLater()
        self.buttons = []
        previous: QWidget = self.plus
        for action in actions:
            button = QToolButton(self)
            button.setDefaultAction(action)
            button.setAccessibleName(action.text().replace("&", ""))
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            if action.property("primary"):
                button.setProperty("kind", "primary")
            button.setFont(self.look.font("base"))
            self.buttons.append(button)
            QWidget.setTabOrder(previous, button)
            previous = button
        self._arrange()

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
            ("Rename…", self.rename_asked, True),
            ("Duplicate", self.duplicate_asked, len(self.pills) < MOST_SCENARIOS),
            ("No baseline" if index == self._baseline else "Make this the baseline", self.baseline_asked, True),
            ("Remove", self.remove_asked, several),
        ):
            action = menu.addAction(text)
            action.setEnabled(possible)
            action.triggered.connect(lambda _=False, s=asked: s.emit(index))
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

    # ---- room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def sizeHint(self) -> QSize:
        return QSize(self.look.px(900), self.look.px(44))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.look.px(240), self.look.px(44))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.look.colour("card"))
        painter.setPen(QPen(self.look.colour("border"), 1))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)

    def _plan(self) -> BarPlan:
        px = self.look.px
        return plan_bar(
            self.width(),
            title=self.title.sizeHint().width() + px(16),
            pills=[(p.natural_width() + px(6), p.least_width() + px(6)) for p in self.pills],
            fixed=px(12) + px(28) + px(18) + px(12),
            summary=self.summary.sizeHint().width() + px(16),
            actions=[b.sizeHint().width() + px(6) for b in self.buttons],
            more=px(34),
        )

    def _arrange(self) -> None:
        px, plan = self.look.px, self._plan()
        tall = px(28)
        top, x = (self.height() - tall) // 2, px(12)
        self.title.setVisible(plan.title)
        if plan.title:
            self.title.setGeometry(x, 0, self.title.sizeHint().width(), self.height() - 1)
            x += self.title.sizeHint().width() + px(16)
        for pill, width in zip(self.pills, plan.pills, strict=True):
            pill.setGeometry(x, top, max(1, width - px(6)), tall)
            x += width
        self.plus.setGeometry(x, top, px(28), tall)
        end = self._arrange_actions(plan.actions, top, tall)
        left = x + px(28) + px(9)
        self.summary.setVisible(plan.summary > px(90))
        self.summary.setGeometry(left, 0, max(1, end - left - px(9)), self.height() - 1)

    def _arrange_actions(self, kept: int, top: int, tall: int) -> int:
        """Place the buttons from the right; what does not fit goes into the menu. Returns where they begin."""
        px = self.look.px
        x = self.width() - px(12)
        hidden = len(self.buttons) - kept
        for i, button in reversed(list(enumerate(self.buttons))):
            button.setVisible(i >= hidden)
            if i >= hidden:
                wide = button.sizeHint().width()
                x -= wide
                button.setGeometry(x, top, wide, tall)
                x -= px(6)
        menu = self.more.menu()
        menu.clear()
        menu.addActions([b.defaultAction() for b in self.buttons[:hidden]])
        self.more.setVisible(hidden > 0)
        if hidden:
            x -= px(28)
            self.more.setGeometry(x, top, px(28), tall)
        return x
