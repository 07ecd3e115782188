"""One claim beside the charts: its words, the model's sum, and when it would be true, ticking while its assumptions are dragged."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from explorer.app.lessons.drag_prose import DragProse
from explorer.app.lessons.formulas import Formulas
from explorer.app.lessons.goal_box import Checks
from explorer.app.lessons.prose import Speak
from explorer.app.look import Look, plain_look
from explorer.app.widgets.text import PlainLabel
from explorer.lessons.claims import Claim
from explorer.lessons.judge import Check

SIGNS = {"supported": "✓", "partly": "≈", "contradicted": "✗", "unverifiable": "?"}
COLOURS = {"supported": "good", "partly": "warn", "contradicted": "bad", "unverifiable": "muted"}


class ClaimPanel(QFrame):
    """Signals fire for hands only."""

    solve_asked = Signal()
    again_asked = Signal()
    close_asked = Signal()

    def __init__(self, formulas: Formulas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = plain_look()
        self.claim: Claim | None = None
        self.setAccessibleName("Claim")
        self.setProperty("kind", "card")
        self.verdict, self.quote, self.right, self.source, self.heading = (PlainLabel("", wrap=True, select=True) for _ in range(5))
        self.says, self.checks = DragProse(formulas), Checks()
        self.solve, self.again, self.leave = QPushButton("Make it true"), QPushButton("Again"), QPushButton("Close")
        inside = QWidget()
        inside.setProperty("kind", "side")
        self._body = QVBoxLayout(inside)
        for part in (self.says, self.heading, self.checks, self.right, self.source):
            self._body.addWidget(part)
        self._body.addStretch(1)
        self.reel = QScrollArea(self)
        self.reel.setProperty("kind", "side")
        self.reel.setFrameShape(QFrame.Shape.NoFrame)
        self.reel.setWidgetResizable(True)
        self.reel.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.reel.setWidget(inside)
        self._column, self._row = QVBoxLayout(self), QHBoxLayout()
        for head in (self.verdict, self.quote):
            self._column.addWidget(head)
        self._column.addWidget(self.reel, 1)
        for button, signal in ((self.solve, self.solve_asked), (self.again, self.again_asked), (self.leave, self.close_asked)):
            self._row.addWidget(button)
            button.clicked.connect(signal)
        self._column.addLayout(self._row)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self.look = look
        side = look.px(12)
        self._column.setContentsMargins(side, look.px(8), side, look.px(8))
        self._column.setSpacing(look.px(6))
        self._body.setContentsMargins(0, 0, look.px(4), 0)
        self._body.setSpacing(look.px(8))
        self.quote.dress(look, "title")
        self.says.set_look(look)
        self.checks.set_look(look)
        self.right.dress(look, "base")
        self.source.dress(look, "small", "muted")
        for button in (self.solve, self.again, self.leave):
            button.setFont(look.font("base"))
        self.setMinimumWidth(look.px(200))
        self._dress()

    def _dress(self) -> None:
        self.verdict.dress(self.look, "bold", COLOURS[self.claim.verdict] if self.claim else "text")
        self.heading.dress(self.look, "bold", "good" if self.heading.text().startswith("✓") else "accent")

    def sizeHint(self) -> QSize:
        return QSize(self.look.px(340), self.look.px(600))

    def show_claim(self, claim: Claim, speak: Speak) -> None:
        """Another claim."""
        self.claim = claim
        self.verdict.show_text(f"{SIGNS[claim.verdict]} {claim.verdict.capitalize()}{f' · {claim.topic}' if claim.topic else ''}")
        self.quote.show_text(f"“{claim.quote}”")
        self.says.show_prose(claim.live.says if claim.live else "", speak)
        self.right.show_text(claim.right)
        self.source.show_text(f"Source: {claim.source}")
        self.solve.setVisible(bool(claim.live and claim.live.becomes_true))
        self._dress()

    def show_checks(self, checks: tuple[Check, ...]) -> None:
        """Which of its conditions hold now; none at all where the study is another one."""
        met = bool(checks) and all(c.met for c in checks)
        self.heading.show_text("✓ True of this study" if met else "It would be true if" if checks else "The study is another one now")
        self.checks.show_checks(checks)
        self.solve.setEnabled(bool(checks) and not met)
        self._dress()
