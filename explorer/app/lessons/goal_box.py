"""What a step wants reached: conditions with live ticks, hints one at a time, and the solution."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from explorer.app.look import Look, plain_look
from explorer.app.widgets.text import PlainLabel
from explorer.lessons.judge import Check


class Checks(QWidget):
    """Conditions, each with a tick that follows the study and what the value is now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = plain_look()
        self.rows: list[PlainLabel] = []
        self._shown: tuple[Check, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and distances."""
        self.look = look
        self._column.setSpacing(look.px(2))
        self._dress()

    def show_checks(self, checks: tuple[Check, ...], *, hidden: bool = False) -> None:
        """Show how these stand; ``hidden``: without what would give an answer away."""
        while len(self.rows) < len(checks):
            row = PlainLabel("", self, wrap=True)
            self._column.addWidget(row)
            self.rows.append(row)
        self._shown = checks
        for i, row in enumerate(self.rows):
            row.setVisible(i < len(checks))
            if i < len(checks):
                row.show_text(line(checks[i], hidden=hidden))
        self._dress()

    def _dress(self) -> None:
        for row, check in zip(self.rows, self._shown, strict=False):
            row.dress(self.look, "base", "good" if check.met else "text")


def line(check: Check, *, hidden: bool = False) -> str:
    """One condition in words."""
    if hidden:
        return f"○ {check.asks}"
    return f"✓ {check.asks}" if check.met else f"○ {check.asks} (now {check.now})"


class GoalBox(QFrame):
    """``hint_asked``, ``solve_asked``: what a hand asks for."""

    hint_asked = Signal()
    solve_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = plain_look()
        self.setProperty("kind", "card")
        self.setAccessibleName("Goal")
        self.heading = PlainLabel("Goal", self, wrap=True)
        self.checks = Checks(self)
        self.score = PlainLabel("", self, wrap=True, select=True)
        self.hints = [PlainLabel("", self, wrap=True) for _ in range(3)]
        self.hint, self.solve = QPushButton("Hint", self), QPushButton("Show me", self)
        self.hint.clicked.connect(self.hint_asked)
        self.solve.clicked.connect(self.solve_asked)
        self._column, self._row = QVBoxLayout(self), QHBoxLayout()
        for part in (self.heading, self.checks, self.score, *self.hints):
            self._column.addWidget(part)
        self._row.addWidget(self.hint)
        self._row.addWidget(self.solve)
        self._row.addStretch(1)
        self._column.addLayout(self._row)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self.look = look
        self._column.setContentsMargins(*[look.px(10)] * 4)
        self._column.setSpacing(look.px(5))
        self._row.setSpacing(look.px(6))
        self.checks.set_look(look)
        self.score.dress(look, "bold")
        for label in self.hints:
            label.dress(look, "base", "muted")
        for button in (self.hint, self.solve):
            button.setFont(look.font("base"))
        self._dress()

    def _dress(self) -> None:
        self.heading.dress(self.look, "bold", "good" if self.heading.text().startswith("✓") else "accent")

    def show_goal(self, checks: tuple[Check, ...], *, reached: bool, hints: tuple[str, ...], shown: int, score: str, hidden: bool) -> None:
        """Show how the goal stands, and the first ``shown`` of the hints."""
        self.heading.show_text("✓ Goal reached" if reached else "Goal")
        self._dress()
        self.checks.show_checks(checks, hidden=hidden)
        self.score.show_text(score)
        self.score.setVisible(bool(score))
        for i, label in enumerate(self.hints):
            label.setVisible(i < shown)
            label.show_text(f"Hint {i + 1}: {hints[i]}" if i < min(shown, len(hints)) else "")
        self.hint.setText("Hint" if not shown else "Another hint")
        self.hint.setVisible(shown < len(hints) and not reached)
        self.solve.setVisible(not reached)
        self.solve.setEnabled(not hidden)
        self.hint.setEnabled(not hidden)
        self.setAccessibleDescription("; ".join(line(c, hidden=hidden) for c in checks))
