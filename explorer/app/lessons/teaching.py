"""Ties the course to one window: its page, the stage, the presenter, the claims, and this computer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from explorer.app.lessons.claim_desk import ClaimDesk
from explorer.app.lessons.course import Course
from explorer.app.lessons.formulas import Formulas
from explorer.app.lessons.ladder_hand import LadderHand
from explorer.app.lessons.lesson_desk import LessonDesk
from explorer.app.lessons.presenter import Presenter
from explorer.app.lessons.sights import Sights
from explorer.app.lessons.stage import Stage
from explorer.app.look import Look

if TYPE_CHECKING:
    from explorer.app.lessons.claims_dialog import ClaimsDialog
    from explorer.app.lessons.measure_dialog import MeasureDialog
    from explorer.app.lessons.panel import LessonPanel
    from explorer.app.window import Window


class Teaching(QObject):
    """Made with the window; reads nothing before a lesson is asked for."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.formulas, self.hand, self.stage = Formulas(self), LadderHand(window), Stage(window)
        self.course = Course(window.document, window.settings, self)
        self.claim_desk = ClaimDesk(window, self)
        self.sights = Sights(self.course, self.claim_desk, window.panes.panes)
        self.desk = LessonDesk(window, self)
        self.presenter = Presenter(window, self)
        self.claims: ClaimsDialog | None = None
        self.measure: MeasureDialog | None = None
        self.course.unknown.connect(partial(window.notices.say, "lesson"))
        self.course.refused.connect(lambda line: window.dialogs.tell("Lesson", line))

    def begin(self) -> None:
        """The window is there: a study that it was made with may be in the middle of a class."""
        if self._window.document.study.lesson is not None:
            self.course.follow(self._window.document.study)

    @property
    def on(self) -> bool:
        """Whether a lesson is open."""
        return self.course.lesson is not None

    @property
    def panel(self) -> LessonPanel | None:
        """The page; None before the first lesson."""
        return self.desk.panel

    @property
    def page_shown(self) -> QWidget | None:
        """What stands beside the charts: a lesson's page, or a claim."""
        return self.panel if self.on else self.claim_desk.panel if self.claim_desk.on else None

    def set_look(self, look: Look) -> None:
        """Fonts and colours of whatever is there."""
        for part in (self.desk, self.claim_desk, self.claims, self.measure):
            if part is not None:
                part.set_look(look)

    def arrange(self) -> None:
        """Knobs and charts as the step or the claim wants them."""
        self.stage.set_step(self.sights.knobs, self.sights.charts)

    def tell_left_out(self) -> None:
        """Lesson files that are wrong are skipped, with a notice."""
        told, self.course.shelf.told = self.course.shelf.told, ()
        if told:
            more = (("Show all", partial(self._window.dialogs.tell, "Lessons that were left out", "\n".join(told))),) if len(told) > 1 else ()
            self._window.notices.say("lesson", f"A lesson was left out: {told[0]}", more)

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
