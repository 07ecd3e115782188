"""The parts of the bar at the top and their places, for every width."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from explorer.app.look import Look, plain_look
from explorer.app.widgets.bar_plan import BarPlan, plan_bar
from explorer.app.widgets.pill import Pill
from explorer.app.widgets.text import PartsLabel, PlainLabel


class BarFace(QWidget):
    """Title, pills, plus, summary and actions in one line that gives way gracefully when it gets narrow."""

    def __init__(self, title: str = "Chip Explorer", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Scenarios")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.look = plain_look()
        self.title = PlainLabel(title, self)
        self.pills: list[Pill] = []
        self.plus = QPushButton("+", self)
        self.plus.setAccessibleName("Add a scenario")
        self.plus.setProperty("kind", "icon")
        self.plus.setToolTip("Add a scenario")
        self.summary = PartsLabel("", self)
        self.summary.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.buttons: list[QToolButton] = []
        self._actions: list[QAction] = []
        self._in_menu: list[QAction] = []
        self.more = QToolButton(self)
        self.more.setText("\u22ef")
        self.more.setProperty("kind", "icon")
        self.more.setAccessibleName("More actions")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.more)
        self.more.setMenu(self.menu)
        self.set_look(self.look)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self.look = look
        self.title.dress(look, "title")
        self.summary.dress(look, "small", "muted")
        for part in (self.plus, self.more, *self.buttons, self.menu):
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
        self._actions = list(actions)
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
            summary=self.summary.sizeHint().width() + px(20),
            least=self.summary.least() + px(20),
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
        self.summary.setVisible(plan.summary >= self.summary.least() + px(18))
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
        self._fill_menu(self._actions[:hidden])
        self.more.setVisible(hidden > 0)
        if hidden:
            x -= px(28)
            self.more.setGeometry(x, top, px(28), tall)
        return x

    def _fill_menu(self, actions: list[QAction]) -> None:
        # QMenu.clear() of PySide6 destroys actions that belong to somebody else, so they are taken out one by one.
        if self._in_menu != actions:
            for action in self._in_menu:
                self.menu.removeAction(action)
            for action in actions:
                self.menu.addAction(action)
            self._in_menu = list(actions)
