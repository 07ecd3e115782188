"""From a step to the study that it opens, and from one step to the next."""

from __future__ import annotations

from collections.abc import Iterable

from explorer.errors import ExplorerError
from explorer.lessons.model import Lesson, Opening
from explorer.library import Library, default_study, make_scenario
from explorer.library.changes import apply_settings
from explorer.specs import LessonPlace, Study


def opened(library: Library, opening: Opening, title: str = "") -> Study:
    """The study of ``opening``. Raises `ExplorerError` for a name or setting that is wrong."""
    fabrics = _one_each(opening, opening.fabrics, "", "fabrics ('' is the chip's own)")
    workloads = _one_each(opening, opening.workloads, opening.workload, "workloads")
    scenarios = tuple(
        make_scenario(
            library, chip=chip, fabric=fabric or None, workload=workload, phase=opening.phase, batch=opening.batch,
            context=opening.context, chips=opening.cluster, tp=opening.tp, pp=opening.pp, zero=opening.zero,
            microbatch=opening.microbatch, recompute=opening.recompute, precision=opening.precision, efficiency=opening.efficiency,
        )
        for chip, fabric, workload in zip(opening.chips, fabrics, workloads, strict=True)
    )  # fmt: skip
    study = Study(data_version=library.data_version, title=title, scenarios=scenarios)
    return changed(study, opening.set)


def _one_each(opening: Opening, given: tuple[str, ...], otherwise: str, what: str) -> tuple[str, ...]:
    if given and len(given) != len(opening.chips):
        raise ExplorerError(f"{what}: give one for each of the {len(opening.chips)} chips, or none")
    return given or (otherwise,) * len(opening.chips)


def changed(study: Study, settings: Iterable[str]) -> Study:
    """``study`` after ``settings``, such as ``b200:job.batch=64``. Raises `ExplorerError`."""
    return apply_settings(study, settings, "")


def study_at(library: Library, lesson: Lesson, step: int) -> Study:
    """The study with which ``step`` (from 0) begins for somebody who solved all before it."""
    study = default_study(library)
    for i, page in enumerate(lesson.steps[: step + 1]):
        if page.opening is not None:
            study = opened(library, page.opening, f"{lesson.title}: {page.title}"[:200])
        if i < step:
            study = after_step(lesson, i, study)
    return study.replace(lesson=LessonPlace(lesson=lesson.id, step=step + 1))


def after_step(lesson: Lesson, step: int, study: Study) -> Study:
    """``study`` after the step's prediction was revealed and its goal reached as the solution does."""
    page = lesson.steps[step]
    if page.prediction is not None:
        study = changed(study, page.prediction.after)
    return changed(study, page.solution)
