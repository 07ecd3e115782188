"""What the lesson panel shows at one step, as data."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.app.lessons.course import Course
from explorer.app.lessons.visit import Revealed
from explorer.lessons.model import Lesson, Prediction
from explorer.specs import LessonPlace


@dataclass(frozen=True)
class Page:
    """A step as somebody sees it who has guessed and reached what `revealed` and ``reached`` say."""

    place: LessonPlace
    lesson: str
    title: str
    count: int
    text: str
    look_at: str
    asked: Prediction | None
    revealed: Revealed | None
    has_goal: bool
    reached: bool
    hints: tuple[str, ...]
    shown_hints: int
    free: bool
    done: bool
    unanswered: bool
    ending: str = ""
    onward: str = ""

    @property
    def progress(self) -> str:
        """``step 2 of 5``."""
        return "the end" if self.ending else f"step {self.place.step} of {self.count}"


def page_of(course: Course) -> Page | None:
    """The present page; None outside of lessons."""
    lesson, visit = course.lesson, course.visit
    if lesson is None or visit is None:
        return None
    step = visit.step
    ending, onward = _ending(course, lesson) if course.finished else ("", "")
    return Page(
        place=LessonPlace(lesson=lesson.id, step=course.number), lesson=lesson.title, title="Done" if ending else step.title,
        count=len(lesson.steps), text=ending or step.text, look_at="" if ending else step.look_at,
        asked=None if ending else step.prediction, revealed=visit.revealed, has_goal=bool(step.goal) and not ending,
        reached=visit.reached, hints=step.hints, shown_hints=visit.hints, free=visit.free, done=visit.done,
        unanswered=visit.unanswered and not ending, ending=ending, onward=onward,
    )  # fmt: skip


def _ending(course: Course, lesson: Lesson) -> tuple[str, str]:
    """What is said after the last step, and the lesson that comes next."""
    close, made = course.guesses
    lessons = list(course.shelf.lessons().values())
    later = [x for x in lessons if x.order > lesson.order]
    said = [f"That was **{_plain(lesson.title)}**."]
    if made:
        said.append(f"{close} of {made} guesses were close." if made > 1 else f"The guess was {'' if close else 'not '}close.")
    said.append("All knobs and charts are yours now: play with this study, go back a step, or leave the lesson.")
    if later:
        said.append(f"Next: *{_plain(later[0].title)}*, {later[0].minutes} minutes. {_plain(later[0].summary)}")
    return "\n\n".join(said), later[0].id if later else ""


def _plain(text: str) -> str:
    """Without what prose would read as live, or Markdown as its own."""
    return text.replace("{", "{{").replace("$", "$$").replace("*", "")
