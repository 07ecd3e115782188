"""A class starts where a file or a menu says; what is wrong is told and loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from class_tools import begin, guess, page, rest, visit
from pytestqt.qtbot import QtBot
from window_tools import Answers, settle

from explorer.app.lessons.menu import plan_text
from explorer.app.settings import Settings
from explorer.app.window import Window
from explorer.lessons.read import lessons_folder
from explorer.library import write_study
from explorer.specs import LessonPlace


def test_a_saved_class_opens_at_its_step_with_nothing_guessed(window: Window, tmp_path: Path) -> None:
    begin(window, "memory-fit")
    guess(window)
    write_study(tmp_path / "class.json", window.document.study)
    window.teaching.course.leave()
    rest(window)
    assert window.files.open_path(tmp_path / "class.json")
    rest(window)
    assert page(window).title.text() == "A small model, a large chip"
    assert visit(window).unanswered
    assert page(window).guess.button.isVisible()


def test_a_study_of_an_unknown_lesson_opens_without_it(window: Window, tmp_path: Path) -> None:
    told = []
    for place in (LessonPlace(lesson="no-such-lesson"), LessonPlace(lesson="roofline", step=99)):
        study = window.document.study.replace(lesson=place)
        write_study(tmp_path / "class.json", study)
        assert window.files.open_path(tmp_path / "class.json")
        rest(window)
        assert window.document.study == study, "nothing is lost"
        assert not window.teaching.on
        assert len(window.panes.visible_keys()) == 4
        told.append(window.notices.text)
    assert "no-such-lesson" in told[0]
    assert "3 steps" in told[1]


def test_a_lesson_from_a_file_is_checked_and_started(window: Window, answers: Answers, tmp_path: Path) -> None:
    good = (lessons_folder() / "roofline.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(good.replace('id = "roofline"', 'id = "mine"').replace("What a roofline is", "My roofline"), encoding="utf-8")
    (tmp_path / "bad.toml").write_text(good.replace('knobs = ["chip.hbm_bytes_per_s"', 'knobs = ["chip.hbm_byte_per_s"'), encoding="utf-8")
    before = window.document.study
    answers.path = tmp_path / "bad.toml"
    window.actions_.lessons.ask_file()
    rest(window)
    assert window.document.study == before
    assert "bad.toml:" in answers.said[-1]
    assert "hbm_byte_per_s" in answers.said[-1]
    answers.path = tmp_path / "mine.toml"
    window.actions_.lessons.ask_file()
    rest(window)
    assert window.teaching.course.lesson is not None
    assert window.teaching.course.lesson.title == "My roofline"


def test_shipped_lessons_that_are_wrong_are_left_out_with_a_word(window: Window, tmp_path: Path) -> None:
    from explorer.app.lessons.shelf import Shelf

    good = (lessons_folder() / "roofline.toml").read_text(encoding="utf-8")
    (tmp_path / "roofline.toml").write_text(good, encoding="utf-8")
    (tmp_path / "broken.toml").write_text(good.replace('id = "roofline"', 'id = "broken"') + "\nnonsense = 1\n", encoding="utf-8")
    window.teaching.course.shelf = Shelf(tmp_path)
    window.actions_.lessons.fill()
    assert [a.text() for a in window.actions_.lessons.lessons.actions()] == ["What a roofline is, 8 min"]
    assert "broken.toml" in window.notices.text


def test_the_menu_lists_lessons_in_order_and_says_how_far_one_came(window: Window) -> None:
    menu = window.actions_.lessons
    begin(window, "roofline", 2)
    menu.fill()
    texts = [a.text() for a in menu.lessons.actions()]
    assert len(texts) == 12
    assert texts[0] == "What a roofline is, 8 min  (2 of 3)"
    menu.lessons.actions()[4].trigger()
    rest(window)
    assert page(window).lesson.text().startswith(menu.lessons.actions()[4].text().split(",")[0].split("  ")[0][:6])


def test_continue_goes_where_somebody_was_last(window: Window) -> None:
    menu = window.actions_.lessons
    menu.go_on()
    assert window.teaching.course.lesson is not None
    assert window.teaching.course.lesson.id == "roofline", "the first, where nobody was anywhere yet"
    begin(window, "sram", 3)
    begin(window, "sram", 1)
    window.teaching.course.leave()
    menu.go_on()
    assert (window.teaching.course.lesson.id, window.teaching.course.number) == ("sram", 3)


def test_workshop_plans_lead_into_their_lessons(window: Window) -> None:
    menu = window.actions_.lessons
    menu.fill_workshops()
    plans = list(window.teaching.course.shelf.workshops().values())
    assert len(menu.workshops.actions()) == len(plans) == 2
    assert "55 to 60 min" in plan_text(plans[0])
    under = menu.workshops.actions()[0].menu()
    next(a for a in under.actions() if "The roofline" in a.text()).trigger()  # type: ignore[union-attr]
    rest(window)
    assert window.teaching.course.lesson is not None
    assert window.teaching.course.lesson.id == "roofline"


@pytest.mark.parametrize("text", ["", "roofline", "roofline:x :3 sram:2", "a:b:4"])
def test_damaged_progress_is_none(text: str) -> None:
    settings = Settings(None)
    settings._set("lessons", text)
    assert all(isinstance(v, int) for v in settings.progress.values())
    settings.keep_progress("moe", 2)
    settings.keep_progress("moe", 1)
    assert settings.progress["moe"] == 2


def test_launch_reads_no_lesson(window: Window) -> None:
    assert window.teaching.course.shelf._lessons is None
    assert window.teaching.panel is None
    settle()


def test_a_window_made_in_the_middle_of_a_class_shows_its_page(qtbot: QtBot) -> None:
    from explorer.app import create
    from explorer.lessons.openings import study_at
    from explorer.lessons.read import read_lessons
    from explorer.library import load_library

    window = create(study_at(load_library(), read_lessons()[0]["sram"], 2), size=(1280, 720))
    qtbot.addWidget(window)
    rest(window)
    assert window.teaching.course.number == 3
    assert page(window).isVisible()
    assert visit(window).unanswered
    assert window.document.undo_stack.isClean()
