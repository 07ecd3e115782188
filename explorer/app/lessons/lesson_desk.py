"""A lesson on the desk: its page, what the page says now, and how its goal stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from explorer.app.lessons.page import page_of
from explorer.app.look import Look
from explorer.app.widgets.gestures import new_gesture
from explorer.charts.common import Scene
from explorer.errors import ExplorerError
from explorer.knobs import knob
from explorer.lessons.prose import Piece
from explorer.lessons.results import Results, text_of, unit_in

if TYPE_CHECKING:
    from explorer.app.lessons.panel import LessonPanel
    from explorer.app.lessons.teaching import Teaching
    from explorer.app.window import Window

HIDDEN = "?"
_GHOST_MS = 8000  # what was before a reveal stays in sight for as long as a room talks about it


class LessonDesk(QObject):
    """Shows the course of one window, and hands it what hands ask for."""

    def __init__(self, window: Window, teaching: Teaching) -> None:
        super().__init__(teaching)
        self._window, self._teaching, self.course = window, teaching, teaching.course
        self.panel: LessonPanel | None = None
        self.results = Results(window.document.study)
        self._was_free = True
        self.course.moved.connect(self._moved)
        self.course.told.connect(self._told)
        self.course.leaping.connect(lambda: window.refresher.begin_gesture(new_gesture()))
        self.course.landed.connect(lambda: window.refresher.end_gesture(_GHOST_MS))
        window.refresher.drawn.connect(self._drawn)
        window.document.changed.connect(lambda _study: self.cover())

    def set_look(self, look: Look) -> None:
        """Fonts and colours."""
        if self.panel is not None:
            self.panel.set_look(look)
        if self._teaching.on:
            self.cover()

    def _page(self) -> LessonPanel:
        """The panel, made with the first lesson."""
        from explorer.app.lessons.panel import LessonPanel  # not at launch

        if self.panel is None:
            self.panel = panel = LessonPanel(self._teaching.formulas)
            panel.set_look(self._window.look)
            for signal, act in (
                (panel.next_asked, self.next), (panel.back_asked, self.course.back), (panel.leave_asked, self.course.leave),
                (panel.again_asked, self.course.again), (panel.free_toggled, self.course.set_free),
                (panel.guess.guessed, self.course.guess), (panel.goal.hint_asked, self.course.hint),
                (panel.goal.solve_asked, self.course.solve), (panel.text.pulled, self._teaching.hand.pull),
                (panel.text.nudged, self._teaching.hand.nudge), (panel.text.let_go, lambda _key: self._window.refresher.end_gesture()),
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

    def _moved(self) -> None:
        if self._teaching.on:
            self._teaching.claim_desk.close()
        elif self.panel is not None:
            self.panel.hide()
        self._told()
        self._window.fit()
        self._bring()
        self._teaching.presenter.step_aside()
        self._window.refresher.request()

    def _told(self) -> None:
        page = page_of(self.course)
        self.results = Results(self._window.document.study)
        free, self._was_free = self._was_free, self._teaching.sights.free
        self._teaching.arrange()
        if free != self._teaching.sights.free:
            self._window.fit()
        self.cover()
        if page is not None:
            self._page().show_page(page, self.speak)
            self._judge()
        self._window.refresher.request()

    def _bring(self) -> None:
        """Where parts stand behind tabs, the page comes first; in front of a room, what is to be looked at."""
        if self._teaching.on and not self._teaching.presenter.on:
            self._window.panes.show_guest("Lesson")
        elif self._teaching.sights.look[:1] in (("table",), ("verdict",)):
            self._window.panes.show_guest("Comparison" if self._teaching.sights.look[0] == "table" else "Verdict")

    def cover(self) -> None:
        """Cover and uncover as the step stands."""
        self._teaching.stage.cover(None if self.course.finished else self.course.visit, self._window.document.study)

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
        if self.panel is None or not self._teaching.on:
            return
        if slow:
            self.results = Results(scene.study)
            self._judge()
        self.panel.show_numbers(slow=slow)
