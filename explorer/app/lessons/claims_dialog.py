"""The claims of an article in a window of their own: what was said, what is right, and what the model makes of it today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout

from explorer.app.lessons.claim_desk import ClaimDesk
from explorer.app.lessons.claim_panel import COLOURS, SIGNS
from explorer.app.lessons.goal_box import Checks
from explorer.app.look import Look
from explorer.app.widgets.choice import ChoiceBox
from explorer.app.widgets.text import PlainLabel
from explorer.errors import ExplorerError
from explorer.lessons.claims import VERDICTS, Claim, Computed, computed, read_claims

if TYPE_CHECKING:
    from explorer.app.window import Window

_ALL_VERDICTS, _ALL_TOPICS, _LIVE = "All verdicts", "All topics", "Computed live"


class ClaimsDialog(QDialog):
    """Stays open beside the window, and follows a claim that is open there."""

    def __init__(self, window: Window, desk: ClaimDesk) -> None:
        super().__init__(window)
        self._window, self._desk = window, desk
        self._known: dict[str, Computed] = {}
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Claims of a press release")
        self.claims, self.article = self._read()
        topics = tuple(dict.fromkeys(claim.topic for claim in self.claims if claim.topic))
        self.verdicts = ChoiceBox((_ALL_VERDICTS, *VERDICTS, _LIVE), lambda v: str(v).capitalize() if v != _LIVE else _LIVE, self)
        self.topics = ChoiceBox((_ALL_TOPICS, *topics), str, self)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Claims")
        self.list.setWordWrap(True)
        self.count, self.verdict, self.quote, self.right, self.source, self.numbers, self.heading = (
            PlainLabel("", self, wrap=True, select=True) for _ in range(7)
        )
        self.checks = Checks(self)
        self.opener, self.shutter = QPushButton("Open in the window", self), QPushButton("Close", self)
        self._lay_out()
        self._wanted = (_ALL_VERDICTS, _ALL_TOPICS)
        for box, word in zip((self.verdicts, self.topics), self._wanted, strict=True):
            box.show_value(word)
        self._connect()
        self.set_look(window.look)
        self.filter()

    def _read(self) -> tuple[tuple[Claim, ...], str]:
        try:
            found = read_claims()
        except ExplorerError as error:
            self._window.dialogs.tell("Claims", str(error))
            return (), ""
        return found.claims, found.article

    def _lay_out(self) -> None:
        self._row, self._left, self._right, self._filters, self._buttons = QHBoxLayout(self), QVBoxLayout(), QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        self._row.addLayout(self._left, 2)
        self._row.addLayout(self._right, 3)
        for box in (self.verdicts, self.topics):
            self._filters.addWidget(box)
        self._filters.addStretch(1)
        self._left.addLayout(self._filters)
        self._left.addWidget(self.list, 1)
        self._left.addWidget(self.count)
        for part in (self.verdict, self.quote, self.right, self.numbers, self.heading, self.checks, self.source):
            self._right.addWidget(part)
        self._right.addStretch(1)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.opener)
        self._buttons.addWidget(self.shutter)
        self._right.addLayout(self._buttons)

    def _connect(self) -> None:
        self.verdicts.chosen.connect(lambda v: self.filter(verdict=str(v)))
        self.topics.chosen.connect(lambda t: self.filter(topic=str(t)))
        self.list.currentItemChanged.connect(lambda _new, _old: self.show_claim())
        self.list.itemActivated.connect(lambda _item: self.open_claim())
        self.opener.clicked.connect(self.open_claim)
        self.shutter.clicked.connect(self.close)
        self._desk.changed.connect(self.show_claim)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        for layout, gap in ((self._row, 14), (self._left, 6), (self._right, 8), (self._filters, 6), (self._buttons, 6)):
            layout.setSpacing(look.px(gap))
        for box in (self.verdicts, self.topics):
            box.set_look(look)
        for part in (self.list, self.opener, self.shutter):
            part.setFont(look.font("base"))
        self.quote.dress(look, "title")
        for label, kind, colour in ((self.right, "base", "text"), (self.numbers, "base", "text"), (self.source, "small", "muted"), (self.count, "small", "muted")):
            label.dress(look, kind, colour)  # type: ignore[arg-type]
        self.checks.set_look(look)
        self._row.setContentsMargins(*[look.px(12)] * 4)
        self.resize(look.px(860), look.px(560))
        self.show_claim()

    def present(self) -> None:
        """Show it, in front."""
        self.show()
        self.raise_()
        self.activateWindow()

    # ---- the list

    @property
    def claim(self) -> Claim | None:
        """The one that is chosen."""
        item = self.list.currentItem()
        return next((c for c in self.claims if item is not None and c.id == item.data(Qt.ItemDataRole.UserRole)), None)

    def filter(self, verdict: str | None = None, topic: str | None = None) -> None:
        """Show those of a verdict and a topic; None keeps what was wanted."""
        self._wanted = verdict, topic = verdict or self._wanted[0], topic or self._wanted[1]
        kept = self.claim
        self.list.clear()
        for claim in self.claims:
            if wanted(claim, verdict, topic):
                item = QListWidgetItem(f"{SIGNS[claim.verdict]}  {claim.quote}", self.list)
                item.setData(Qt.ItemDataRole.UserRole, claim.id)
                item.setForeground(self._window.look.colour(COLOURS[claim.verdict]))
                if claim is kept:
                    self.list.setCurrentItem(item)
        if self.list.currentItem() is None and self.list.count():
            self.list.setCurrentRow(0)
        self.count.show_text(f"{self.list.count()} of {len(self.claims)} claims · {self.article}")
        self.show_claim()

    # ---- one claim

    def show_claim(self) -> None:
        """The chosen claim: of the window's study where it is open there, else of its own."""
        claim, look = self.claim, self._window.look
        found = None if claim is None else self._computed(claim)
        self.verdict.show_text(f"{SIGNS[claim.verdict]} {claim.verdict.capitalize()}" if claim else "No claim of this kind")
        self.verdict.dress(look, "bold", COLOURS[claim.verdict] if claim else "muted")
        self.quote.show_text(f"“{claim.quote}”" if claim else "")
        self.right.show_text(claim.right if claim else "")
        self.source.show_text(f"Source: {claim.source}" if claim else "")
        self.numbers.show_text("\n".join(f"{label}: {text}" for label, text, _ in found.numbers) if found else "")
        self.numbers.setVisible(found is not None)
        self.heading.show_text("" if found is None else "✓ It holds today" if found.holds else "It would be true if")
        self.heading.dress(look, "bold", "good" if found and found.holds else "accent")
        self.heading.setVisible(found is not None)
        self.checks.show_checks(found.checks if found else ())
        self.opener.setEnabled(found is not None)

    def _computed(self, claim: Claim) -> Computed | None:
        if claim.live is None:
            return None
        try:
            if self._desk.claim is claim:
                return computed(claim, self._window.document.library, self._window.document.study)
        except ExplorerError:
            pass  # the study is another one by now
        if claim.id not in self._known:
            try:
                self._known[claim.id] = computed(claim, self._window.document.library)
            except ExplorerError:
                return None
        return self._known[claim.id]

    def open_claim(self) -> None:
        """Its study in the window, with its assumptions as the knobs."""
        if self.claim is not None:
            self._desk.open(self.claim)
            self.show_claim()


def wanted(claim: Claim, verdict: str, topic: str) -> bool:
    """Whether a claim passes both filters."""
    right = verdict in (_ALL_VERDICTS, claim.verdict) or (verdict == _LIVE and claim.live is not None)
    return right and topic in (_ALL_TOPICS, claim.topic)
