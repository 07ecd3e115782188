"""A class: what is guessed, revealed and reached at the present step. Every change of the study is one step to undo."""

from __future__ import annotations

from PySide6.QtCore import Signal

from explorer.app.lessons.place import Place
from explorer.app.lessons.visit import Revealed
from explorer.errors import ExplorerError
from explorer.lessons.judge import Check, is_close, judge, truth
from explorer.lessons.openings import changed
from explorer.lessons.results import Results, text_of


class Course(Place):
    """``leaping`` and ``landed`` come before and after a change of the study that is to be seen against what was before."""

    leaping = Signal()
    landed = Signal()

    @property
    def guesses(self) -> tuple[int, int]:
        """How many guesses of this lesson were close, and how many were made."""
        made = [v.revealed for (lesson, _), v in self._visits.items() if self.lesson and lesson == self.lesson.id and v.revealed]
        return sum(r.close for r in made), len(made)

    def guess(self, value: float) -> None:
        """Settle a guess, make the changes that were asked about, and put the truth beside it."""
        visit, study = self.visit, self._document.study
        asked = visit.step.prediction if visit else None
        if visit is None or asked is None or visit.revealed is not None:
            return
        try:
            after = changed(study, asked.after)
            answer = truth(asked, Results(after))
        except ExplorerError as error:
            self.refused.emit(f"{error}. Start the step again: the study is no longer the one that was asked about.")
            return
        said = asked.choices[int(value)].text if asked.kind == "pick" else text_of(value, answer.unit)
        visit.revealed = Revealed(value, said, answer, is_close(asked, value, answer), after)
        self.leaping.emit()
        self._document.replace(after, "Reveal")
        self.told.emit()
        self.landed.emit()

    def hint(self) -> None:
        """One more hint."""
        visit = self.visit
        if visit is not None and visit.hints < len(visit.step.hints):
            visit.hints += 1
            self.told.emit()

    def solve(self) -> None:
        """Reach the goal as the lesson does."""
        visit = self.visit
        if visit is None:
            return
        try:
            after = changed(self._document.study, visit.step.solution)
        except ExplorerError as error:
            self.refused.emit(f"{error}. Start the step again.")
            return
        self.leaping.emit()
        self._document.replace(after, "Show me")
        self.landed.emit()

    def set_free(self, on: bool) -> None:
        """All knobs and charts, or those of the step."""
        visit = self.visit
        if visit is not None and visit.free != on and not (on and visit.unanswered):
            visit.free = on
            self.told.emit()

    def judge(self, results: Results) -> tuple[Check, ...]:
        """The goal's conditions as they stand; reached once is reached for good. Empty where the study is another."""
        visit = self.visit
        if visit is None or not visit.step.goal:
            return ()
        try:
            checks = judge(visit.step.goal, results)
            score = results.value(visit.step.score) if visit.step.score else None
        except ExplorerError:
            return ()  # the scenario that the goal speaks of is gone
        met = all(c.met for c in checks)
        if met and isinstance(score, int | float):
            visit.best = float(score) if visit.best is None else max(visit.best, float(score))
        if met and not visit.reached:
            visit.reached = True
            self.told.emit()
        return checks
