"""The page of a lesson beside the charts: text, guess, goal, and the way on. It knows neither the document nor the course."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from explorer.app.lessons.drag_prose import DragProse
from explorer.app.lessons.formulas import Formulas
from explorer.app.lessons.goal_box import GoalBox
from explorer.app.lessons.guess_box import GuessBox
from explorer.app.lessons.page import Page
from explorer.app.lessons.prose import Speak
from explorer.app.look import Look, plain_look
from explorer.app.widgets.text import PlainLabel
from explorer.lessons.judge import Check
from explorer.specs import LessonPlace


class LessonPanel(QFrame):
    """Signals fire for hands only; ``show_*`` never emits."""

    next_asked = Signal()
    back_asked = Signal()
    leave_asked = Signal()
    again_asked = Signal()
    free_toggled = Signal(bool)

    def __init__(self, formulas: Formulas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = plain_look()
        self.page: Page | None = None
        self._bare = False
        self._place: tuple[LessonPlace, str] | None = None
        self.setAccessibleName("Lesson")
        self.setProperty("kind", "card")
        self.lesson, self.title = PlainLabel("", self, wrap=True), PlainLabel("", self, wrap=True)
        self.text, self.guess, self.goal = DragProse(formulas), GuessBox(formulas), GoalBox()
        self.look_at = PlainLabel("", wrap=True)
        self.back, self.next = QPushButton("Back", self), QPushButton("Next", self)
        self.free, self.again, self.leave = (QPushButton(t, self) for t in ("Free play", "Again", "Leave"))
        self.free.setCheckable(True)
        self._lay_out()
        for button, signal in ((self.back, self.back_asked), (self.next, self.next_asked), (self.leave, self.leave_asked), (self.again, self.again_asked)):
            button.clicked.connect(signal)
        self.free.clicked.connect(self.free_toggled)
        self.guess.touched.connect(lambda: self._bring(self.guess.button))

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setProperty("kind", "side")
        self._body = QVBoxLayout(inside)
        for part in (self.text, self.look_at, self.guess, self.goal):
            self._body.addWidget(part)
        self._body.addStretch(1)
        self.reel = QScrollArea(self)
        self.reel.setProperty("kind", "side")
        self.reel.setFrameShape(QFrame.Shape.NoFrame)
        self.reel.setWidgetResizable(True)
        self.reel.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.reel.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.reel.setWidget(inside)
        self._foot, self._ways = QGridLayout(), QHBoxLayout()
        for i, button in enumerate((self.free, self.again, self.leave)):
            self._foot.addWidget(button, 0, i)
        self._ways.addWidget(self.back)
        self._ways.addWidget(self.next, 1)
        self._column = QVBoxLayout(self)
        for head in (self.lesson, self.title):
            self._column.addWidget(head)
        self._column.addWidget(self.reel, 1)
        self._column.addLayout(self._foot)
        self._column.addLayout(self._ways)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self.look = look
        side = look.px(12)
        self._column.setContentsMargins(side, look.px(8), side, look.px(8))
        self._column.setSpacing(look.px(5))
        self._body.setContentsMargins(0, 0, look.px(4), 0)
        self._body.setSpacing(look.px(9))
        self.lesson.dress(look, "small", "muted")
        self.title.dress(look, "title")
        self.look_at.dress(look, "base", "accent")
        for part in (self.text, self.guess, self.goal):
            part.set_look(look)
        for button in (self.back, self.next, self.free, self.again, self.leave):
            button.setFont(look.font("base"))
        self._foot.setSpacing(look.px(5))
        self._ways.setSpacing(look.px(5))
        self.setMinimumWidth(look.px(200))

    def sizeHint(self) -> QSize:
        return QSize(self.look.px(340), self.look.px(600))

    def set_bare(self, on: bool) -> None:
        """Without what a room need not see."""
        self._bare = on
        if self.page is not None:
            self.title.show_text(self._heading(self.page))
        for part in (self.free, self.again, self.leave, self.back, self.next, self.lesson):
            part.setVisible(not on)
        self.look_at.setVisible(bool(self.look_at.text()) and not on)  # whoever speaks says it

    def _heading(self, page: Page) -> str:
        return f"{page.title} · {page.place.step}/{page.count}" if self._bare and not page.ending else page.title

    def turn_page(self, by: int) -> None:
        """Scroll the text by lines."""
        bar = self.reel.verticalScrollBar()
        bar.setValue(bar.value() + by * self.look.px(40))

    # ---- what is shown

    def show_page(self, page: Page, speak: Speak) -> None:
        """Show a step; one that is shown already keeps its place in the scroll and what is half typed."""
        before, self.page = self.page, page
        place = (page.place, page.ending)
        self.lesson.show_text(f"{page.lesson} · {page.progress}")
        self.title.show_text(self._heading(page))
        self.text.show_prose(page.text, speak)
        self.look_at.show_text(f"Look at: {page.look_at}" if page.look_at else "")
        self.look_at.setVisible(bool(page.look_at) and not self._bare)
        if place != self._place:
            self._place = place
            self.guess.ask(page.asked, speak)
            self.reel.verticalScrollBar().setValue(0)
        self.guess.show_outcome(page.revealed)
        self.goal.setVisible(page.has_goal and not page.unanswered)
        self._show_ways(page)
        if before is not None and before.place == page.place and page.revealed and not before.revealed:
            self._bring(self.guess)

    def _show_ways(self, page: Page) -> None:
        last = page.place.step == page.count
        self.back.setEnabled(page.place.step > 1 or bool(page.ending))
        self.next.setText("Next lesson" if page.ending else "Finish" if last else "Next")
        self.next.setEnabled(not page.ending or bool(page.onward))
        ready = page.done or bool(page.ending)
        if self.next.property("kind") != ("primary" if ready else ""):
            self.next.setProperty("kind", "primary" if ready else "")
            self.next.style().unpolish(self.next)
            self.next.style().polish(self.next)
        self.free.setEnabled(not page.unanswered and not page.ending)
        self.free.setChecked(page.free)
        self.again.setEnabled(not page.ending)

    def show_checks(self, checks: tuple[Check, ...], score: str) -> None:
        """How the goal stands."""
        page = self.page
        if page is not None:
            self.goal.show_goal(checks, reached=page.reached, hints=page.hints, shown=page.shown_hints, score=score, hidden=page.unanswered)

    def show_numbers(self, *, slow: bool) -> None:
        """The numbers in the text: those under a hand at once, results where ``slow`` ones may follow."""
        for prose in (self.text, self.guess.question):
            prose.refresh(("result", "drag") if slow else ("drag",))

    def _bring(self, part: QWidget) -> None:
        QTimer.singleShot(0, self, lambda: self.reel.ensureWidgetVisible(part, 0, self.look.px(8)))
