"""The menu of lessons: the way on, all lessons, plans of workshops, presenting, claims, and this computer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from explorer.lessons.model import Workshop

if TYPE_CHECKING:
    from explorer.app.lessons.teaching import Teaching
    from explorer.app.window import Window

Add = Callable[..., QAction]


class LessonsMenu(QObject):
    """Filled when it is opened: lesson files are read then, not at launch."""

    def __init__(self, window: Window, add: Add) -> None:
        super().__init__(window)
        self._window = window
        self._teaching: Teaching = window.teaching
        teaching, course = self._teaching, self._teaching.course
        self.menu = menu = window.menuBar().addMenu("Less&ons")
        self.lessons, self.workshops = menu.addMenu("All &lessons"), menu.addMenu("&Workshop plans")
        self.lessons.aboutToShow.connect(lambda: self.fill())
        self.workshops.aboutToShow.connect(self.fill_workshops)
        self.onward = add(menu, "&Continue", self.go_on)
        add(menu, "&Open a lesson file…", self.ask_file)
        menu.addSeparator()
        self._steps = [
            add(menu, "Next step", teaching.desk.next, "Alt+Right"),
            add(menu, "Previous step", course.back, "Alt+Left"),
            add(menu, "Leave the lesson", course.leave),
        ]
        menu.addSeparator()
        add(menu, "&Present", teaching.presenter.toggle, "F5")
        menu.addSeparator()
        add(menu, "Claims of a press &release…", teaching.show_claims)
        add(menu, "&Measure this computer…", teaching.show_measure)
        course.moved.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        for action in self._steps:
            action.setEnabled(self._teaching.on)

    def lessons_copy(self) -> QMenu:
        """The same list for a button: Qt takes a menu from its old place when two actions share it."""
        self._copy = QMenu("Lessons", self._window)
        self._copy.aboutToShow.connect(lambda: self.fill(self._copy))
        return self._copy

    def fill(self, menu: QMenu | None = None) -> None:
        """All lessons, with how far somebody came."""
        menu = self.lessons if menu is None else menu
        menu.clear()
        progress = self._window.settings.progress
        for lesson in self._teaching.course.shelf.lessons().values():
            furthest = progress.get(lesson.id, 0)
            mark = "  ✓" if furthest > len(lesson.steps) else f"  ({furthest} of {len(lesson.steps)})" if furthest else ""
            text = f"{lesson.title}, {lesson.minutes} min{mark}".replace("&", "&&")
            menu.addAction(text, partial(self._teaching.course.start, lesson.id))
        self._teaching.tell_left_out()

    def fill_workshops(self) -> None:
        """The plans, each session that has a lesson a way into it."""
        self.workshops.clear()
        for plan in self._teaching.course.shelf.workshops().values():
            self._add_plan(self.workshops.addMenu(plan.title.replace("&", "&&")), plan)
        self._teaching.tell_left_out()

    def _add_plan(self, menu: QMenu, plan: Workshop) -> None:
        menu.addAction("Read the plan", partial(self._window.dialogs.tell, plan.title, plan_text(plan)))
        menu.addSeparator()
        for session in plan.sessions:
            action = menu.addAction(f"{session.minutes} min  {session.title}".replace("&", "&&"))
            action.setEnabled(session.lesson is not None)
            if session.lesson is not None:
                step = session.steps[0] if session.steps else 1
                action.triggered.connect(partial(self._start, session.lesson, step))

    def _start(self, lesson: str, step: int, _checked: bool = False) -> None:
        self._teaching.course.start(lesson, step)

    def go_on(self) -> None:
        """Where somebody was last: the furthest step of that lesson, or the first lesson."""
        course, progress = self._teaching.course, self._window.settings.progress
        lessons = course.shelf.lessons()
        last = next((x for x in reversed(progress) if x in lessons), None)
        if last is None:
            last = next(iter(lessons), None)
        elif progress[last] > len(lessons[last].steps):  # done: the first that is not
            last = next((x for x in lessons if progress.get(x, 0) <= len(lessons[x].steps)), last)
        if last is not None:
            done = progress.get(last, 1) > len(lessons[last].steps)
            course.start(last, 1 if done else progress.get(last, 1))

    def ask_file(self) -> None:
        """Choose a lesson file and start it."""
        path = self._window.dialogs.open_file("Open a lesson", "Lessons (*.toml);;All files (*)")
        if path:
            self._teaching.course.open_file(path)


def plan_text(plan: Workshop) -> str:
    """A plan as plain text."""
    lines = [plan.summary, "", *(f"• {p}" for p in plan.prepare), ""]
    at = 0
    for session in plan.sessions:
        lines.append(f"{at} to {at + session.minutes} min: {session.title}. {session.text}")
        at += session.minutes
    return "\n".join(lines)
