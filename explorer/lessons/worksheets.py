"""Lessons on paper: what a participant fills in, and what a teacher reads, as pages from the same data as the window's lesson.

A participant's sheet has gaps where a number would give a guess away, and no chart of what is still to be guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from explorer import charts
from explorer.charts.common import context_line
from explorer.charts.page import Block, Booklet, Figure, Heading, Lines, Page, Rich, Run, Together, Words, listing_of
from explorer.charts.report import dated
from explorer.knobs import knob
from explorer.lessons.judge import judge, truth
from explorer.lessons.model import Lesson, Prediction, Step, Workshop
from explorer.lessons.openings import changed, study_at
from explorer.lessons.paper import Speak, choices, paragraphs, scale, span
from explorer.lessons.prose import Piece
from explorer.lessons.results import Results
from explorer.library import Library
from explorer.specs import Study

_SHARE = 0.4  # height of a chart against its width, less where it has few bars: two of them and the text stay on a sheet
_MOST_CHARTS = 2
_HOW = "Open the lesson in the program. Write your guess down before you reveal anything. Hints are on the last page: read one at a time."


@dataclass(frozen=True)
class _Stage:
    """A step with its studies: at its beginning, after the reveal, and after the solution."""

    number: int
    step: Step
    begins: Study
    revealed: Study
    solved: Study


def worksheet(lesson: Lesson, library: Library, *, teacher: bool = False) -> tuple[Page, ...]:
    """A lesson's sheets. Raises `ExplorerError` for a lesson that is not true (see `check`)."""
    stages = [_stage(lesson, library, i) for i in range(len(lesson.steps))]
    secrets = None if teacher else frozenset(_secrets(stages))
    pages = []
    for stage in stages:
        blocks = [*_step(stage, secrets, teacher=teacher)]
        title, subtitle = f"{stage.number}. {stage.step.title}", f"{lesson.title}, step {stage.number} of {len(stages)}"
        if stage.number == 1:
            blocks = [*_opening(lesson, teacher=teacher), Heading(title), *blocks]
            title = lesson.title
            subtitle = f"{'teacher' if teacher else 'participant'}'s worksheet · {lesson.minutes} minutes · {len(stages)} steps"
        pages.append(Page(title, tuple(blocks), subtitle))
    last = (*(() if teacher else _hints(lesson)), Words("; ".join(lesson.sources) + ".", "Sources", small=True))
    return (*pages[:-1], Page(pages[-1].title, (*pages[-1].blocks, *last), pages[-1].subtitle)) if teacher else (*pages, Page("Hints", last, lesson.title))


def plan(workshop: Workshop, lessons: Mapping[str, Lesson]) -> Page:
    """A workshop's plan: what to prepare, and the sessions with their minutes."""
    blocks: list[Block] = [Words(workshop.summary), Heading("To prepare")]
    blocks += [Rich((Run(text),), box="empty") for text in workshop.prepare]
    blocks.append(Heading("Sessions"))
    begins = 0
    for s in workshop.sessions:
        lesson = lessons.get(s.lesson or "")
        steps = f", steps {', '.join(map(str, s.steps))}" if s.steps else ""
        said = [Heading(f"{begins // 60}:{begins % 60:02}  {s.title}", beside=f"{s.minutes} minutes")]
        named = [Words(f"{lesson.title}{steps}", "Lesson")] if lesson else []
        blocks.append(Together((*said, *named, *([Words(" ".join(s.text.split()))] if s.text else []))))
        begins += s.minutes
    return Page(workshop.title, tuple(blocks), f"plan of a workshop · {begins} minutes")


def bound(pages: Iterable[Page], title: str, study: Study) -> Booklet:
    """Sheets as one file; the foot says which program and which data they come from."""
    return Booklet(title, "worksheets", tuple(pages), dated(study))


def _stage(lesson: Lesson, library: Library, i: int) -> _Stage:
    step, begins = lesson.steps[i], study_at(library, lesson, i)
    revealed = changed(begins, step.prediction.after) if step.prediction else begins
    return _Stage(i + 1, step, begins, revealed, changed(revealed, step.solution))


def _secrets(stages: Iterable[_Stage]) -> Iterator[str]:
    """What numbers to be guessed look like, in any step: a later text may repeat them."""
    for stage in stages:
        asked = stage.step.prediction
        if asked is not None and asked.kind != "pick":
            yield truth(asked, Results(stage.revealed)).text


def _opening(lesson: Lesson, *, teacher: bool) -> list[Block]:
    blocks: list[Block] = [Words(lesson.summary)]
    if not teacher:
        blocks += [Lines("Name"), Words(_HOW, small=True)]
    return blocks + ([Words(", ".join(lesson.needs) + ".", "Comes after", small=True)] if lesson.needs else [])


def _speak(study: Study, secrets: frozenset[str] | None) -> Speak:
    """Live numbers as they are; ``secrets`` (None for a teacher) and what has no value yet are gaps."""
    results = Results(study)

    def say(piece: Piece) -> Run:
        text = results.text(piece.what)
        gap = secrets is not None and (text == "none" or (piece.kind == "result" and text in secrets))
        return Run("", "blank") if gap else Run(text, "bold")

    return say


def _step(stage: _Stage, secrets: frozenset[str] | None, *, teacher: bool) -> Iterator[Block]:
    step, say = stage.step, _speak(stage.begins, secrets)
    yield from paragraphs(step.text, say)
    if step.look_at:
        yield Rich((Run(step.look_at),), "Look at")
    asked = step.prediction
    covered = asked is not None and not asked.after and not teacher
    if not covered:
        yield from _charts(step, stage.begins, "")
    if asked is not None:
        yield from _guess(asked, stage, say, teacher=teacher)
    if step.goal:
        yield from _goal(stage, teacher=teacher)
    if asked is None and not step.goal and not teacher:
        yield Lines("What I saw", 2)
    if teacher and step.teacher:
        yield from paragraphs(step.teacher, say, "For the teacher")


def _charts(step: Step, study: Study, when: str) -> Iterator[Block]:
    scene = charts.scene(study)
    drawn = [c for c in (charts.chart(name, scene) for name in step.look if name in charts.CHARTS) if not c.empty]
    under: tuple[Block, ...] = (Words(f"{when}{context_line(study)}", small=True),)
    for c in drawn[:_MOST_CHARTS]:
        yield Together((*under, Figure(c, min(_SHARE, 0.2 + 0.06 * len(c.bars)) if c.bars else _SHARE)))
        under = ()
    if not drawn and "table" in step.look:
        yield listing_of(charts.comparison(scene))


def _guess(asked: Prediction, stage: _Stage, say: Speak, *, teacher: bool) -> Iterator[Block]:
    answer = truth(asked, Results(stage.revealed))
    group: list[Block] = [Heading("Guess first"), *paragraphs(asked.question, say)]
    if asked.kind == "pick":
        group += choices(asked, int(float(answer.value or 0)) if teacher else None)
    elif asked.kind == "marker":
        group.append(scale(asked, answer if teacher else None))
    if not teacher:
        group += [] if asked.kind == "pick" else [Lines("My guess")]
        yield Together(tuple(group))
        yield Together((Lines("What the program shows"), Lines("Why", 2)))
        return
    yield Together((*group, Rich((Run(answer.text, "bold"), Run(span(asked, answer))), "Answer")))
    yield from paragraphs(asked.reason, _speak(stage.revealed, None), "Why")
    if asked.after:
        yield _settings("Changed for the answer", asked.after)
        yield from _charts(stage.step, stage.revealed, "After the reveal: ")


def _goal(stage: _Stage, *, teacher: bool) -> Iterator[Block]:
    step, results = stage.step, Results(stage.solved)
    checks = judge(step.goal, results)
    boxes = [Rich((Run(c.asks), *([Run(f" (solved: {c.now})")] if teacher else [])), box="ticked" if teacher else "empty") for c in checks]
    group: list[Block] = [Heading("Goal"), *boxes]
    if not teacher:
        yield Together((*group, Lines("How I reached it", 2), *([Lines("My score")] if step.score else [])))
        return
    group.append(_settings("A solution", step.solution))
    if step.score:
        group.append(Rich((Run(results.text(step.score), "bold"), Run(" with this solution; more is better")), "Score"))
    yield Together((*group, *(Words(text, f"Hint {i}") for i, text in enumerate(step.hints, start=1))))
    yield from _charts(step, stage.solved, "Solved: ")


def _settings(lead: str, settings: Iterable[str]) -> Rich:
    """Settings in the window's words: ``Batch 512``."""
    said = []
    for setting in settings:
        path, _, value = setting.rpartition("=")
        scenario, _, key = path.rpartition(":")
        said.append(f"{f'{scenario}: ' if scenario else ''}{knob(key.strip()).label} {value.strip()}")
    return Rich((Run("; ".join(said)),), lead)


def _hints(lesson: Lesson) -> Iterator[Block]:
    """Hints of every step that has them, behind all that is to be worked out."""
    if any(step.hints for step in lesson.steps):
        yield Words("Read one only when you are stuck, and try again before the next.")
    for i, step in enumerate(lesson.steps, start=1):
        if step.hints:
            yield Together((Heading(f"{i}. {step.title}"), *(Words(text, f"Hint {n}") for n, text in enumerate(step.hints, start=1))))
