"""A claim that is open in the window: its study, with its own knobs and charts, until somebody closes it or a lesson begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from explorer.app.lessons.visit import in_hand
from explorer.app.look import Look
from explorer.charts.common import Scene
from explorer.errors import ExplorerError
from explorer.knobs import knob
from explorer.lessons.openings import changed, opened
from explorer.lessons.prose import Piece
from explorer.lessons.results import Results
from explorer.specs import Study

if TYPE_CHECKING:
    from explorer.app.lessons.claim_panel import ClaimPanel
    from explorer.app.lessons.teaching import Teaching
    from explorer.app.window import Window
    from explorer.lessons.claims import Claim


class ClaimDesk(QObject):
    """``changed``: another claim, or its numbers are others."""

    changed = Signal()

    def __init__(self, window: Window, teaching: Teaching) -> None:
        super().__init__(teaching)
        self._window, self._teaching = window, teaching
        self.claim: Claim | None = None
        self.panel: ClaimPanel | None = None
        self._results = Results(window.document.study)
        self._before: tuple[Study, Study] | None = None
        self._start: Study | None = None
        window.refresher.drawn.connect(self._drawn)

    @property
    def on(self) -> bool:
        """Whether a claim is open."""
        return self.claim is not None

    @property
    def look(self) -> tuple[str, ...]:
        """What to look at."""
        return self.claim.live.look or ("time",) if self.claim and self.claim.live else ()

    @property
    def knobs(self) -> tuple[str, ...]:
        """The assumptions that can be dragged."""
        return self.claim.live.knobs if self.claim and self.claim.live else ()

    def set_look(self, look: Look) -> None:
        """Fonts and colours."""
        if self.panel is not None:
            self.panel.set_look(look)

    def open(self, claim: Claim) -> None:
        """Open the study of ``claim``, as one step: what was there before is one undo away."""
        document = self._window.document
        if claim.live is None:
            return
        try:
            study = in_hand(opened(document.library, claim.live.opening, claim.quote[:200]), claim.live.becomes_true)
        except ExplorerError as error:
            self._window.dialogs.tell("Claims", str(error))
            return
        if self._before is None and document.study.lesson is None:
            self._before = (document.study, document.opened)
        document.replace(study, f"Claim: {claim.quote[:40]}")
        document.opened = study  # its assumptions are no edits
        self.claim, self._start = claim, study
        self._page().show_claim(claim, self.speak)
        self._settle()

    def close(self) -> None:
        """Put the claim away; the study stays as it is."""
        if self.claim is None:
            return
        self.claim, before, self._before = None, self._before, None
        if before is not None and self._window.document.study.lesson is None:
            self._window.document.opened = before[1]
        if self.panel is not None:
            self.panel.hide()
        self._settle()

    def leave(self) -> None:
        """Back to the study from before."""
        before = self._before
        self.close()
        if before is not None:
            self._window.document.replace(before[0], "Leave the claim")

    def _settle(self) -> None:
        self._results = Results(self._window.document.study)
        self._teaching.arrange()
        self._show()
        self._window.fit()
        self._window.panes.show_guest("Lesson")
        self._window.refresher.request()

    def _page(self) -> ClaimPanel:
        from explorer.app.lessons.claim_panel import ClaimPanel

        if self.panel is None:
            self.panel = panel = ClaimPanel(self._teaching.formulas)
            panel.set_look(self._window.look)
            panel.solve_asked.connect(self.solve)
            panel.again_asked.connect(self.again)
            panel.close_asked.connect(self.leave)
            panel.says.pulled.connect(self._teaching.hand.pull)
            panel.says.nudged.connect(self._teaching.hand.nudge)
            panel.says.let_go.connect(lambda _key: self._window.refresher.end_gesture())
        return self.panel

    def solve(self) -> None:
        """Change the assumptions until the claim is true."""
        if self.claim is None or self.claim.live is None:
            return
        try:
            self._window.document.replace(changed(self._window.document.study, self.claim.live.becomes_true), "Make the claim true")
        except ExplorerError as error:
            self._window.dialogs.tell("Claims", str(error))

    def again(self) -> None:
        """Its own assumptions again."""
        if self._start is not None:
            self._window.document.replace(self._start, "The claim's assumptions")

    def speak(self, piece: Piece) -> str:
        """What a live part of the claim's sum says now."""
        study = self._window.document.study
        try:
            if piece.kind == "drag":
                return knob(piece.what).text(knob(piece.what).get(study.scenarios[study.active]))
            return self._results.text(piece.what)
        except ExplorerError:
            return "–"

    def _drawn(self, scene: Scene, slow: bool) -> None:
        if self.claim is not None and slow:
            self._results = Results(scene.study)
            self._show()

    def _show(self) -> None:
        if self.claim is None or self.panel is None:
            return
        from explorer.lessons.claims import computed  # not at launch

        try:
            checks = computed(self.claim, self._window.document.library, self._window.document.study).checks
        except ExplorerError:
            checks = ()
        self.panel.says.refresh()
        self.panel.show_checks(checks)
        self.changed.emit()
