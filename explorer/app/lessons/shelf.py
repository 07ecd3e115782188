"""The lessons that there are: the shipped ones, and those opened from files since. Nothing is read before somebody asks."""

from __future__ import annotations

from pathlib import Path

from explorer.errors import ExplorerError
from explorer.lessons.check import problems
from explorer.lessons.model import Lesson, Workshop
from explorer.lessons.read import read_lesson, read_lessons, read_workshops
from explorer.library import Library


class Shelf:
    """Lessons by id, in their order. ``told``: a line for each shipped file that is wrong and was left out."""

    def __init__(self, folder: Path | None = None, workshops: Path | None = None) -> None:
        self._folder, self._workshop_folder = folder, workshops
        self._lessons: dict[str, Lesson] | None = None
        self._own: dict[str, Lesson] = {}
        self._workshops: dict[str, Workshop] | None = None
        self.told: tuple[str, ...] = ()

    def lessons(self) -> dict[str, Lesson]:
        """All of them. A lesson from a file stands before a shipped one of the same id."""
        if self._lessons is None:
            self._lessons, told = read_lessons(self._folder)
            self.told = (*self.told, *told)
        return self._lessons | self._own

    def workshops(self) -> dict[str, Workshop]:
        """The plans of workshops."""
        if self._workshops is None:
            self._workshops, told = read_workshops(self._workshop_folder)
            self.told = (*self.told, *told)
        return self._workshops

    def put(self, path: Path, library: Library) -> Lesson:
        """A lesson from a file, checked as ``lessons check`` does. Raises `ExplorerError`: file, line and field."""
        lesson = read_lesson(path)
        wrong = problems(lesson, library, path)
        if wrong:
            raise ExplorerError(wrong[0])
        self._own[lesson.id] = lesson
        return lesson
