"""The shipped lessons and workshop plans: all that was promised, each of a length that a newcomer manages."""

from __future__ import annotations

import pytest

from explorer.lessons.budget import design, shipped_budget
from explorer.lessons.judge import reached
from explorer.lessons.openings import changed, opened, study_at
from explorer.lessons.read import read_lessons, read_workshops
from explorer.lessons.results import Results
from explorer.library import Library, make_scenario
from explorer.specs import set_path

LESSONS, _ = read_lessons()
WORKSHOPS, _TOLD = read_workshops()
TOPICS = (
    "roofline", "decode-batch", "sram", "precision", "memory-fit", "parallelism", "topology", "moe", "scale", "cost", "press-release",
    "design-a-chip",
)  # fmt: skip


def test_all_topics_are_there_in_order() -> None:
    assert tuple(LESSONS) == TOPICS
    assert _TOLD == ()


@pytest.mark.parametrize("name", TOPICS)
def test_a_lesson_asks_and_answers(name: str) -> None:
    lesson = LESSONS[name]
    assert 5 <= lesson.minutes <= 10
    assert any(step.prediction for step in lesson.steps)
    assert any(step.goal for step in lesson.steps)
    assert lesson.sources
    assert all(step.look for step in lesson.steps)
    assert set(lesson.needs) <= set(LESSONS)


@pytest.mark.parametrize("name", TOPICS)
def test_the_solution_walks_to_the_end(library: Library, name: str) -> None:
    lesson = LESSONS[name]
    study = study_at(library, lesson, 0)
    for step in lesson.steps:
        study = opened(library, step.opening) if step.opening else study
        if step.prediction:
            study = changed(study, step.prediction.after)
        if step.goal:
            assert not reached(step.goal, Results(study)), step.title
            study = changed(study, step.solution)
            assert reached(step.goal, Results(study)), step.title


def test_every_kind_of_guess_is_used() -> None:
    kinds = {step.prediction.kind for lesson in LESSONS.values() for step in lesson.steps if step.prediction}
    assert kinds == {"number", "marker", "pick"}


def test_workshops_last_as_long_as_they_say() -> None:
    assert {name: sum(s.minutes for s in plan.sessions) for name, plan in WORKSHOPS.items()} == {"one-hour": 60, "two-hours": 120}
    for plan in WORKSHOPS.values():
        for session in plan.sessions:
            if session.lesson is not None:
                lesson = LESSONS[session.lesson]
                assert all(1 <= step <= len(lesson.steps) for step in session.steps)
                assert session.minutes >= lesson.minutes or session.steps


def test_the_budget_of_an_h100(library: Library) -> None:
    scenario = make_scenario(library, chip="h100", workload="llama3-8b", phase="decode", batch=1, context=128, chips=1)
    costs = design(scenario)
    assert costs["area_mm2"] == pytest.approx(814, rel=0.1)
    assert costs["power_w"] == pytest.approx(700, rel=0.1)
    more = design(set_path(scenario, "chip.hbm_bytes_per_s", scenario.chip.hbm_bytes_per_s + 1e12))
    budget = shipped_budget()
    assert more["area_mm2"] - costs["area_mm2"] == pytest.approx(budget.area.a_hbm_tb_per_s)
    assert {s.kind for s in budget.sources.values()} <= {"guess", "recalled"}
