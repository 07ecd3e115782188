"""Checking files of lessons: every mistake with file, line and field; the template and the guide's example are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from explorer.cli.lesson_files import checked
from explorer.lessons.check import problems
from explorer.lessons.read import lessons_folder, new_lesson, read_lesson, workshops_folder
from explorer.library import Library


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_template_is_true_as_it_stands(library: Library, tmp_path: Path) -> None:
    file = write(tmp_path, "of-mine", new_lesson("of-mine"))
    assert checked([str(file)], library) == (["1 lesson"], [])
    assert read_lesson(file).id == "of-mine"


def test_the_example_of_the_guide_is_true(library: Library, tmp_path: Path) -> None:
    guide = (lessons_folder() / "AUTHORS.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    assert len(examples) == 1
    file = write(tmp_path, "example", examples[0])
    assert checked([str(file)], library) == (["1 lesson"], [])


def test_what_is_shipped_is_true(library: Library) -> None:
    found, wrong = checked([str(workshops_folder())], library)
    assert (found, wrong) == (["2 workshops"], [])


def test_every_mistake_is_told_at_once(library: Library, tmp_path: Path) -> None:
    text = new_lesson("broken").replace("minutes = 5 ", "minutes = -5 ").replace("look_at =", "loook_at =", 1).replace('kind = "marker"', 'kind = "gues"', 1)
    file = write(tmp_path, "broken", text)
    _, wrong = checked([str(file)], library)
    lines = text.split("\n")
    for line, (start, field) in zip(wrong, (("minutes", "minutes"), ("loook_at", "steps.0.loook_at"), ("kind = ", "steps.1.prediction.kind")), strict=True):
        number = next(i for i, content in enumerate(lines, start=1) if content.startswith(start))
        assert line.startswith(f"broken.toml:{number}: {field}: ")


def test_a_broken_step_hides_no_other(library: Library, tmp_path: Path) -> None:
    text = new_lesson("broken").replace('knobs = ["chip.hbm_bytes_per_s"]', 'knobs = ["chip.hbm_bytes_per_second"]').replace('solution = ["job.batch=256"]', 'solution = ["job.batch=9"]')
    file = write(tmp_path, "broken", text.replace("{b200:step_s} on", "{b200:steps} on"))
    _, wrong = checked([str(file)], library)
    assert [line.split(": ")[1] for line in wrong] == ["steps.0.knobs", "steps.0.text", "steps.0.text", "steps.2.solution"]
    assert "did you mean chip.hbm_bytes_per_s" in wrong[0]


def test_after_a_step_that_cannot_be_opened_the_next_that_can_is_checked(library: Library, tmp_path: Path) -> None:
    text = new_lesson("broken").replace('chips = ["b200"]', 'chips = ["b201"]', 1).replace('solution = ["job.batch=256"]', 'solution = ["job.batch=9"]')
    _, wrong = checked([str(write(tmp_path, "broken", text))], library)
    assert [line.split(": ")[1] for line in wrong] == ["steps.0.opening", "steps.2.solution"]


@pytest.mark.parametrize(("old", "new", "told"), [
    ('# needs = ["roofline"]', 'needs = ["roofing"]', "needs: there is no lesson 'roofing' (did you mean roofline?)"),
    ('low = "100 tokens/s"', 'low = "100 watts"', "steps.1.prediction.low: "),
    ('high = "50000 tokens/s"', 'high = "10 tokens/s"', "steps.1.prediction.low: 100 tokens/s is not below 10 tokens/s"),
    ("{b200:tokens_per_s}: the weights", "$\\\\frakk{a}$ the weights", "steps.1.prediction.reason: the formula $\\frakk{a}$ cannot be set"),
    ('question = "How', 'question = "{b200:stepp_s} How', "steps.1.prediction.question: "),
    ('id = "broken"', 'id = "other"', "id: it must be the file's name, 'broken'"),
])  # fmt: skip
def test_one_mistake_one_line(library: Library, tmp_path: Path, old: str, new: str, told: str) -> None:
    text = new_lesson("broken")
    assert old in text
    _, wrong = checked([str(write(tmp_path, "broken", text.replace(old, new, 1)))], library)
    assert len(wrong) == 1
    assert re.match(r"broken\.toml:\d+: ", wrong[0])
    assert told in wrong[0]


def test_a_plan_names_lessons_that_exist(library: Library, tmp_path: Path) -> None:
    text = (workshops_folder() / "one-hour.toml").read_text(encoding="utf-8").replace('lesson = "memory-fit"', 'lesson = "memory"')
    _, wrong = checked([str(write(tmp_path, "one-hour", text))], library)
    assert len(wrong) == 1
    assert "sessions.3.lesson: there is no lesson 'memory'" in wrong[0]
    line = int(wrong[0].split(":")[1])
    assert text.split("\n")[line - 1] == 'lesson = "memory"'


def test_lessons_without_files_are_checked_too(library: Library) -> None:
    assert problems(read_lesson(lessons_folder() / "roofline.toml"), library, known=("other",)) == ()
