"""Which lesson and step a class is at: as the study says, and from there on. Every step is one step to undo."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.app.document import Document
from explorer.app.lessons.shelf import Shelf
from explorer.app.lessons.visit import Visit, in_hand
from explorer.app.settings import Settings
from explorer.errors import ExplorerError
from explorer.lessons.model import Lesson
from explorer.lessons.openings import study_at
from explorer.specs import LessonPlace, Study


class Place(QObject):
    """Follows the place that the study names, and takes it further. ``moved``: another step; ``told``: something was done there.

    ``unknown`` and ``refused`` carry a line for a place that does not exist, and for what could not be done.
    """

    moved = Signal()
    told = Signal()
    unknown = Signal(str)
    refused = Signal(str)

    def __init__(self, document: Document, settings: Settings, parent: QObject | None = None, shelf: Shelf | None = None) -> None:
        super().__init__(parent)
        self._document, self._settings = document, settings
        self.shelf = shelf or Shelf()
        self.lesson: Lesson | None = None
        self.number = 0
        self.finished = False
        self._visits: dict[tuple[str, int], Visit] = {}
        self._before: tuple[Study, Study] | None = None  # the study without a lesson, and what it was opened as
        document.changed.connect(self.follow)

    # ---- where the class is

    @property
    def visit(self) -> Visit | None:
        """The present step; None outside of lessons."""
        return self._visits.get((self.lesson.id, self.number)) if self.lesson else None

    def follow(self, study: Study) -> None:
        """Go where ``study`` says: it was opened, undone, or taken further from here."""
        if not self._document.undo_stack.count() and study is self._document.opened:
            self._visits.clear()  # opened anew: nothing was guessed yet
            self._before = None
        place = study.lesson
        if place is None:
            self._leave_place()
        elif not self.lesson or (place.lesson, place.step) != (self.lesson.id, self.number):
            self._enter(place, study)

    def _leave_place(self) -> None:
        if self.lesson is None:
            return
        self.lesson, self.number, self.finished = None, 0, False
        if self._before is not None:
            self._document.opened = self._before[1]
        self.moved.emit()

    def _enter(self, place: LessonPlace, study: Study) -> None:
        lesson = self.shelf.lessons().get(place.lesson)
        if lesson is None or place.step > len(lesson.steps):
            self._leave_place()
            what = f"There is no lesson {place.lesson!r} here" if lesson is None else f"{lesson.title} has {len(lesson.steps)} steps"
            self.unknown.emit(f"{what}: the study is open without it.")
            return
        self.lesson, self.number, self.finished = lesson, place.step, False
        visit = self._visits.setdefault((lesson.id, place.step), Visit(lesson.steps[place.step - 1], study))
        self._document.opened = visit.start  # what a step begins with is no edit
        self._settings.keep_progress(lesson.id, place.step)
        self.moved.emit()

    # ---- from step to step

    def start(self, lesson_id: str, step: int = 1) -> None:
        """Open a lesson at a step. What was there before is one undo, or `leave`, away."""
        lesson = self.shelf.lessons().get(lesson_id)
        if lesson is None:
            self.unknown.emit(f"There is no lesson {lesson_id!r} here.")
            return
        self._go(lesson, min(max(step, 1), len(lesson.steps)), fresh=True)

    def open_file(self, path: Path) -> None:
        """Start a lesson from a file. One that is wrong is told, and nothing changes."""
        try:
            lesson = self.shelf.put(path, self._document.library)
        except ExplorerError as error:
            self.refused.emit(str(error))
            return
        self.start(lesson.id)

    def next(self) -> None:
        """The next step, or the end."""
        lesson = self.lesson
        if lesson is None or self.finished:
            return
        if self.number < len(lesson.steps):
            self._go(lesson, self.number + 1)
            return
        self.finished = True
        self._settings.keep_progress(lesson.id, len(lesson.steps) + 1)
        self.told.emit()

    def back(self) -> None:
        """The step before, as it begins."""
        if self.finished:
            self.finished = False
            self.told.emit()
        elif self.lesson is not None and self.number > 1:
            self._go(self.lesson, self.number - 1)

    def again(self) -> None:
        """The present step as it began; guesses and ticks stay."""
        visit = self.visit
        if visit is not None:
            self._document.replace(visit.start, "Start the step again")

    def leave(self) -> None:
        """Out of the lesson, back to the study from before it."""
        if self.lesson is None:
            return
        study = self._document.study.replace(lesson=None) if self._before is None else self._before[0]
        self._document.replace(study, f"Leave {self.lesson.title}")

    def _go(self, lesson: Lesson, step: int, *, fresh: bool = False) -> None:
        document = self._document
        if document.study.lesson is None:
            self._before = (document.study, document.opened)
        try:
            study = study_at(document.library, lesson, step - 1)  # whatever was dragged before: a step asks about its own study
            study = in_hand(study, lesson.steps[step - 1].solution)
        except ExplorerError as error:
            self.refused.emit(f"{lesson.title}, step {step}: {error}")
            return
        if fresh:
            self._visits = {key: v for key, v in self._visits.items() if key[0] != lesson.id}
        self._visits.setdefault((lesson.id, step), Visit(lesson.steps[step - 1], study)).start = study
        here = self.lesson is lesson and self.number == step
        document.replace(study, f"{lesson.title}: step {step}")
        if here:
            self.finished = False
            self.moved.emit()
