"""Ties the course to one window: its panel, the stage, the presenter, the claims, and this computer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from explorer.app.lessons.claim_desk import ClaimDesk
from explorer.app.lessons.course import Course
from explorer.app.lessons.formulas import Formulas
from explorer.app.lessons.ladder_hand import LadderHand
from explorer.app.lessons.page import page_of
from explorer.app.lessons.panel import LessonPanel
from explorer.app.lessons.presenter import Presenter
from explorer.app.lessons.stage import Stage
from explorer.app.look import Look
from explorer.app.widgets.gestures import new_gesture
from explorer.charts.common import Scene
from explorer.errors import ExplorerError
from explorer.knobs import knob
from explorer.lessons.prose import Piece
from explorer.lessons.results import Results, text_of, unit_in

if TYPE_CHECKING:
    from explorer.app.lessons.claims_dialog import ClaimsDialog
    from explorer.app.lessons.measure_dialog import MeasureDialog
    from explorer.app.window import Window

HIDDEN = "?"
_CHART = "time"  # stands with a step that looks at words and numbers only
_GHOST_MS = 8000  # what was before a reveal stays in sight for as long as a room talks about it


class Teaching(QObject):
    """Made with the window; reads nothing before a lesson is asked for."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.formulas = Formulas(self)
        self.hand = LadderHand(window)
        self.course = Course(window.document, window.settings, self)
        self.stage = Stage(window)
        self.panel: LessonPanel | None = None
        self.results = Results(window.document.study)
        self.presenter = Presenter(window, self)
        self.claims: ClaimsDialog | None = None
        self.claim_desk = ClaimDesk(window, self)
        self.measure: MeasureDialog | None = None
        self._leap, self._was_free = -1, True
        course = self.course
        course.moved.connect(self._moved)
        course.told.connect(self._told)
        course.leaping.connect(self._leaping)
        course.landed.connect(self._landed)
        course.unknown.connect(self._say)
        course.refused.connect(lambda line: window.dialogs.tell("Lesson", line))
        window.refresher.drawn.connect(self._drawn)
        window.document.changed.connect(lambda _study: self._cover())

    def begin(self) -> None:
        """The window is there: a study that it was made with may be in the middle of a class."""
        if self._window.document.study.lesson is not None:
            self.course.follow(self._window.document.study)

    @property
    def on(self) -> bool:
        """Whether a lesson is open."""
        return self.course.lesson is not None

    def set_look(self, look: Look) -> None:
        """Fonts and colours of whatever is there."""
        for part in (self.panel, self.claim_desk, self.claims, self.measure):
            if part is not None:
                part.set_look(look)
        if self.on:
            self._cover()

    def _say(self, line: str) -> None:
        self._window.notices.say("lesson", line)

    def tell_left_out(self) -> None:
        """Lesson files that are wrong are skipped, with a notice."""
        told, self.course.shelf.told = self.course.shelf.told, ()
        if told:
            more = (("Show all", partial(self._window.dialogs.tell, "Lessons that were left out", "\n".join(told))),) if len(told) > 1 else ()
            self._window.notices.say("lesson", f"A lesson was left out: {told[0]}", more)

    # ---- what of the window is in sight

    @property
    def free(self) -> bool:
        """Whether all knobs and charts are in sight."""
        visit = self.course.visit
        return visit is None or visit.free or self.course.finished

    @property
    def charts(self) -> tuple[str, ...]:
        """The charts that the step or the claim looks at; nothing where all are in sight."""
        look = self.look
        charts = tuple(k for k in look if k in self._window.panes.panes)
        return charts or (_CHART,) * bool(look)

    @property
    def look(self) -> tuple[str, ...]:
        """What the step or the claim looks at, in its order."""
        if self.claim_desk.on:
            return self.claim_desk.look
        visit = self.course.visit
        return () if visit is None or self.free else visit.step.look

    @property
    def page_shown(self) -> QWidget | None:
        """What stands beside the charts: a lesson's page, or a claim."""
        return self.panel if self.on else self.claim_desk.panel if self.claim_desk.on else None

    def shows(self, part: str) -> bool:
        """Whether ``verdict`` or ``table`` is in sight."""
        return not self.look or part in self.look

    def show_claims(self) -> None:
        """The claims of a press release in a window of their own."""
        from explorer.app.lessons.claims_dialog import ClaimsDialog  # read when asked for, not at launch

        if self.claims is None:
            self.claims = ClaimsDialog(self._window, self.claim_desk)
            self.claims.finished.connect(lambda _code: setattr(self, "claims", None))
        self.claims.present()

    def show_measure(self) -> None:
        """This computer, measured and put beside the others."""
        from explorer.app.lessons.measure_dialog import MeasureDialog

        if self.measure is None:
            self.measure = MeasureDialog(self._window)
            self.measure.finished.connect(lambda _code: setattr(self, "measure", None))
        self.measure.present()

    # ---- the page

    def _page(self) -> LessonPanel:
        """The panel, made with the first lesson."""
        if self.panel is None:
            self.panel = panel = LessonPanel(self.formulas)
            panel.set_look(self._window.look)
            for signal, act in (
                (panel.next_asked, self.next), (panel.back_asked, self.back), (panel.leave_asked, self.course.leave),
                (panel.again_asked, self.course.again), (panel.free_toggled, self.course.set_free),
                (panel.guess.guessed, self.course.guess), (panel.goal.hint_asked, self.course.hint),
                (panel.goal.solve_asked, self.course.solve), (panel.text.pulled, self.hand.pull),
                (panel.text.nudged, self.hand.nudge), (panel.text.let_go, lambda _key: self._window.refresher.end_gesture()),
            ):  # fmt: skip
                signal.connect(act)
        return self.panel

    def next(self) -> None:
        """The next step; after the end the next lesson."""
        page = page_of(self.course)
        if page is not None and page.onward:
            self.course.start(page.onward)
        else:
            self.course.next()

    def back(self) -> None:
        """The step before."""
        self.course.back()

    def _moved(self) -> None:
        if self.on:
            self.claim_desk.close()
        elif self.panel is not None:
            self.panel.hide()
        self._told()
        self._window.fit()
        self._bring()
        self.presenter.step_aside()
        self._window.refresher.request()

    def arrange(self) -> None:
        visit = self.course.visit
        knobs = self.claim_desk.knobs if self.claim_desk.on else None if visit is None or self.free else visit.step.knobs
        self.stage.set_step(knobs, self.charts)

    def _told(self) -> None:
        page = page_of(self.course)
        self.results = Results(self._window.document.study)
        free, self._was_free = self._was_free, self.free
        self.arrange()
        if free != self.free:
            self._window.fit()
        self._cover()
        if page is not None:
            self._page().show_page(page, self.speak)
            self._judge()
        self._window.refresher.request()

    def _bring(self) -> None:
        """Where parts stand behind tabs, the page comes first; in front of a room, what is to be looked at."""
        if self.on and not self.presenter.on:
            self._window.panes.show_guest("Lesson")
        elif self.look[:1] in (("table",), ("verdict",)):
            self._window.panes.show_guest("Comparison" if self.look[0] == "table" else "Verdict")

    def _cover(self) -> None:
        self.stage.cover(None if self.course.finished else self.course.visit, self._window.document.study)

    def _judge(self) -> None:
        if self.panel is None or self.course.visit is None or self.course.visit.unanswered:
            return
        checks = self.course.judge(self.results)
        self.panel.show_checks(checks, self._score())

    def _score(self) -> str:
        visit = self.course.visit
        if visit is None or not visit.step.score or not visit.reached:
            return ""
        unit = unit_in(visit.step.score)
        best = "" if visit.best is None else f", best so far {text_of(visit.best, unit)}"
        try:
            return f"Score: {self.results.text(visit.step.score)}{best}"
        except ExplorerError:
            return ""

    # ---- numbers

    def speak(self, piece: Piece) -> str:
        """What a live part of a text says now."""
        study, visit = self._window.document.study, self.course.visit
        try:
            if piece.kind == "drag":
                return knob(piece.what).text(knob(piece.what).get(study.scenarios[study.active]))
            if visit is not None and visit.hides(piece.what, study):
                return HIDDEN
            return self.results.text(piece.what)
        except ExplorerError:
            return "–"  # the scenario that it speaks of is gone

    def _drawn(self, scene: Scene, slow: bool) -> None:
        if self.panel is None or not self.on:
            return
        if slow:
            self.results = Results(scene.study)
            self._judge()
        self.panel.show_numbers(slow=slow)

    # ---- leaps that are to be seen

    def _leaping(self) -> None:
        self._leap = new_gesture()
        self._window.refresher.begin_gesture(self._leap)

    def _landed(self) -> None:
        self._window.refresher.end_gesture(_GHOST_MS)
