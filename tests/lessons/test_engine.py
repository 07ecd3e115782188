"""The machinery of lessons: names of results, goals, guesses, files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from explorer.errors import ExplorerError
from explorer.evaluate import evaluate_study
from explorer.lessons.check import problems
from explorer.lessons.judge import is_close, judge, reached, truth
from explorer.lessons.model import Condition, Lesson, Prediction
from explorer.lessons.openings import changed, opened, study_at
from explorer.lessons.prose import Piece, pieces
from explorer.lessons.read import lessons_folder, read_lesson, read_lessons
from explorer.lessons.results import Results
from explorer.library import Library, default_study
from explorer.specs import Study, build

ROOFLINE = lessons_folder() / "roofline.toml"


@pytest.fixture
def study(library: Library) -> Study:
    return default_study(library)


def test_names_of_results(study: Study) -> None:
    results, report = Results(study), evaluate_study(study, search=True)
    assert results.value("b200:tokens_per_s") == report.value("tokens_per_s", 2)
    assert results.value("3:tokens_per_s") == results.value("B200:tokens_per_s")
    assert results.value("tokens_per_s") == report.value("tokens_per_s", 0)
    ratio = results.value("b200:tokens_per_s / trainium2:tokens_per_s")
    assert ratio == results.value("b200:tokens_per_s") / results.value("trainium2:tokens_per_s")  # type: ignore[operator]
    assert results.value("b200:job.batch") == 32
    assert results.value("b200:chip.hbm_bytes") == study.scenarios[2].chip.hbm_bytes
    assert results.value("b200:fits") is True
    assert results.value("b200:roofline.gate_up.bound") == "HBM"
    assert results.value("b200:interconnect.pp.time_s") is None
    parts = [results.value(f"b200:memory.{p}_bytes") for p in ("weights", "kv_cache")]
    assert all(isinstance(p, float) and p > 0 for p in parts)
    assert results.value("10 * b200:job.batch") == 320
    assert results.text("b200:step_s").endswith("ms")
    assert results.text("b200:tokens_per_s / trainium2:tokens_per_s").replace(".", "").isdigit()


@pytest.mark.parametrize(("name", "told"), [
    ("b200:token_per_s", "did you mean tokens_per_s"), ("b201:step_s", "did you mean B200"), ("b200:job.batsch", "no field"),
    ("b200:roofline.gate.bound", "unknown operator or parallel axis"), ("b200:memory", "no single value"),
    ("b200:chip.offers", "no single value"), ("b200:bound / b200:step_s", "only numbers"),
])  # fmt: skip
def test_unknown_names_are_told(study: Study, name: str, told: str) -> None:
    with pytest.raises(ExplorerError, match=told):
        Results(study).value(name)


def condition(**values: Any) -> Condition:
    return build(Condition, values)


def test_conditions(study: Study) -> None:
    results = Results(study)
    exact = results.text("b200:step_s")
    for holds, c in (
        (True, condition(result="b200:job.batch", equals="32")), (False, condition(result="b200:job.batch", equals="33")),
        (True, condition(result="b200:fits", equals=True)), (False, condition(result="b200:fits", equals=False)),
        (True, condition(result="b200:bound", equals=str(results.value("b200:bound")))),
        (True, condition(result="b200:chip.hbm_bytes", at_least="179 GiB")), (False, condition(result="b200:chip.hbm_bytes", at_least="180 GiB")),
        (True, condition(result="b200:step_s", at_most="trainium2:step_s")), (False, condition(result="b200:step_s", at_least="trainium2:step_s")),
        (False, condition(result="b200:interconnect.pp.time_s", at_least="0 s")),
    ):  # fmt: skip
        assert reached([c], results) is holds, c
    assert judge([condition(result="b200:step_s", at_least="1 us")], results)[0].now == exact
    with pytest.raises(ExplorerError, match="is no number in s"):
        judge([condition(result="b200:step_s", at_least="5 GiB")], results)
    with pytest.raises(ExplorerError, match="one of at_least"):
        condition(result="b200:step_s", at_least="1 s", at_most="2 s")


def test_guesses(study: Study) -> None:
    number = build(Prediction, {"kind": "number", "question": "?", "result": "b200:step_s", "close": 1.5, "reason": "."})
    answer = truth(number, Results(study))
    assert answer.value == evaluate_study(study).value("step_s", 2)
    value = float(answer.value)  # type: ignore[arg-type]
    assert [is_close(number, value * f, answer) for f in (0.6, 0.7, 1.0, 1.49, 1.51, -1.0)] == [False, True, True, True, False, False]
    choices = ({"text": "many", "when": ({"result": "b200:job.batch", "at_least": "33"},)}, {"text": "few", "when": ({"result": "b200:job.batch", "at_most": "32"},)})
    pick = build(Prediction, {"kind": "pick", "question": "?", "choices": choices, "reason": "."})
    assert truth(pick, Results(study)).text == "few"
    assert truth(pick, Results(changed(study, ["job.batch=64"]))).text == "many"
    with pytest.raises(ExplorerError, match="2 of 2 choices"):
        truth(build(Prediction, {"kind": "pick", "question": "?", "choices": (choices[1], choices[1]), "reason": "."}), Results(study))


def test_text_is_cut_at_what_is_live() -> None:
    found = pieces("a {b200:step_s} b {drag job.batch} $I = F / B$ {{x}} $$5")
    assert found == (
        Piece("text", "a "), Piece("result", "b200:step_s"), Piece("text", " b "), Piece("drag", "job.batch"), Piece("text", " "),
        Piece("formula", "I = F / B"), Piece("text", " {x}} $5"),
    )  # fmt: skip


@pytest.mark.parametrize("name", list(read_lessons()[0]))
def test_every_lesson_is_true(library: Library, name: str) -> None:
    assert problems(read_lessons()[0][name], library, lessons_folder() / f"{name}.toml") == ()


def test_every_lesson_file_is_read() -> None:
    found, told = read_lessons()
    assert told == ()
    assert len(found) == len(list(lessons_folder().glob("*.toml")))


@pytest.mark.parametrize(("old", "new", "line", "told"), [
    ('result = "b200:roofline.gate_up.bound"', 'result = "b200:roofline.gate.bound"', 72, "unknown operator"),
    ("solution = [\"job.context=1024\", \"job.batch=512\"]", "solution = [\"job.batch=2\"]", 81, "does not reach the goal"),
    ("at_most = \"1.4 ms\"", "at_most = \"14 ms\"", 45, "2 of 3 choices are right"),
    ("{b200:step_s}", "{b200:steps}", 49, "did you mean step_s"),
    ('workload = "llama3-8b"', 'workload = "llama3-9b"', 27, "did you mean llama3-8b"),
])  # fmt: skip
def test_what_is_not_true_is_told_with_its_line(library: Library, tmp_path: Path, old: str, new: str, line: int, told: str) -> None:
    text = ROOFLINE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "roofline.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    found = problems(read_lesson(file), library, file)
    assert len(found) == 1
    assert found[0].startswith(f"roofline.toml:{line}: steps.")
    assert told in found[0]


@pytest.mark.parametrize(("old", "new", "told"), [
    ("minutes = 8", "minutes = -8", "roofline.toml:5: minutes"), ("look_at =", "loook_at =", "roofline.toml:24: steps.0.loook_at"),
    ('kind = "pick"', 'kind = "guess"', "roofline.toml:46: steps.1.prediction.kind"), ("minutes = 8", "minutes = nan", "not finite"),
    ('id = "roofline"', "id = [[[", "roofline.toml:"),
])  # fmt: skip
def test_a_broken_file_is_told_with_its_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    file = tmp_path / "roofline.toml"
    file.write_text(ROOFLINE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ExplorerError) as caught:
        read_lesson(file)
    assert told in str(caught.value)
    found, lines = read_lessons(tmp_path)
    assert found == {}
    assert lines == (str(caught.value),)


def test_a_step_begins_where_the_solved_steps_before_it_end(library: Library) -> None:
    lesson: Lesson = read_lesson(ROOFLINE)
    assert study_at(library, lesson, 0).scenarios == opened(library, lesson.steps[0].opening).scenarios  # type: ignore[arg-type]
    assert study_at(library, lesson, 1).scenarios == study_at(library, lesson, 0).scenarios
    assert study_at(library, lesson, 2).scenarios[0].chip == library.chip("b200")
