"""The bar: pills say who is in hand, ask for everything else, and give way when it gets narrow."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot
from widget_samples import study

from explorer.app.look import Look
from explorer.app.widgets import ScenarioBar
from explorer.app.widgets.bar_plan import plan_bar
from explorer.charts.style import theme
from explorer.specs import Study

LEFT = Qt.MouseButton.LeftButton
SUMMARY = "Llama 3 70B · decode · batch 32 · 4k context · 16 chips"


def many(count: int) -> Study:
    return study().replace(scenarios=(study().scenarios * 2)[:count], active=min(1, count - 1))


@pytest.fixture
def bar(qtbot: QtBot) -> ScenarioBar:
    made = ScenarioBar()
    qtbot.addWidget(made)
    actions = [QAction(t, made) for t in ("Undo", "Redo", "Library", "Lessons", "Export", "Present F5")]
    made.set_actions(actions)
    made.show_study(many(3), (False, True, False), SUMMARY)
    made.resize(1900, 44)
    made.show()
    made.activateWindow()
    return made


def test_pills_show_the_study_and_nothing_is_emitted(qtbot: QtBot, bar: ScenarioBar) -> None:
    with qtbot.assertNotEmitted(bar.activated):
        bar.show_study(many(2), (True, False), "x")
        bar.show_study(many(6), (False,) * 6, SUMMARY)
    assert [p.isChecked() for p in bar.pills] == [False, True, False, False, False, False]
    assert not bar.plus.isEnabled()
    assert bar.summary.text() == SUMMARY
    assert bar.pills[0].baseline
    assert "baseline" in bar.pills[0].accessibleDescription()


def test_edited_is_said(bar: ScenarioBar) -> None:
    assert bar.pills[1].words().endswith("(edited)")
    assert "edited" in bar.pills[1].accessibleDescription()


def test_a_click_asks_and_the_owner_decides(qtbot: QtBot, bar: ScenarioBar) -> None:
    with qtbot.waitSignal(bar.activated) as asked:
        qtbot.mouseClick(bar.pills[2], LEFT)
    assert asked.args == [2]
    assert [p.isChecked() for p in bar.pills] == [False, True, False]
    with qtbot.waitSignal(bar.add_asked):
        qtbot.mouseClick(bar.plus, LEFT)


@pytest.mark.parametrize(
    ("key", "modifier", "signal", "args"),
    [
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "activated", [1]),
        (Qt.Key.Key_F2, Qt.KeyboardModifier.NoModifier, "rename_asked", [1]),
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier, "remove_asked", [1]),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier, "moved", [1, 2]),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier, "moved", [1, 0]),
    ],
)
def test_keys_on_a_pill(qtbot: QtBot, bar: ScenarioBar, key, modifier, signal: str, args: list) -> None:
    with qtbot.waitSignal(getattr(bar, signal)) as asked:
        qtbot.keyClick(bar.pills[1], key, modifier)
    assert asked.args == args


def test_the_menu_offers_everything(qtbot: QtBot, bar: ScenarioBar) -> None:
    menu = bar.menu_for(1)
    by_text = {a.text(): a for a in menu.actions() if a.text()}
    for text, signal in (
        ("Rename…", bar.rename_asked), ("Duplicate", bar.duplicate_asked), ("Make this the baseline", bar.baseline_asked),
        ("Remove", bar.remove_asked),
    ):  # fmt: skip
        with qtbot.waitSignal(signal) as asked:
            by_text[text].trigger()
        assert asked.args == [1]
    with qtbot.waitSignal(bar.moved) as moved:
        by_text["Move left"].trigger()
    assert moved.args == [1, 0]
    menu.deleteLater()


def test_the_last_scenario_cannot_be_removed(qtbot: QtBot, bar: ScenarioBar) -> None:
    one = study().replace(scenarios=study().scenarios[:1], active=0)
    bar.show_study(one, (False,), "")
    with qtbot.assertNotEmitted(bar.remove_asked):
        qtbot.keyClick(bar.pills[0], Qt.Key.Key_Delete)


def test_dragging_a_pill_moves_it(qtbot: QtBot, bar: ScenarioBar) -> None:
    pill, other = bar.pills[0], bar.pills[2]
    with qtbot.waitSignal(bar.moved) as moved, qtbot.assertNotEmitted(bar.activated):
        qtbot.mousePress(pill, LEFT, pos=QPoint(20, 10))
        qtbot.mouseRelease(pill, LEFT, pos=other.geometry().center() - pill.pos())
    assert moved.args == [0, 2]


@pytest.mark.parametrize(("name", "scale"), [("light", 1.0), ("light", 2.0), ("projector", 1.0)])
@pytest.mark.parametrize("width", [640, 1280, 1920])
@pytest.mark.parametrize("count", [1, 6])
def test_nothing_overlaps(bar: ScenarioBar, name: str, scale: float, width: int, count: int) -> None:
    bar.set_look(Look(theme(name), scale))
    bar.show_study(many(count), (True,) * count, SUMMARY)
    bar.resize(width, bar.height())
    parts = [w for w in (bar.title, *bar.pills, bar.plus, bar.summary, bar.more, *bar.buttons) if w.isVisible()]
    boxes = sorted((w.geometry() for w in parts), key=lambda r: r.left())
    for left, right in itertools.pairwise(boxes):
        assert left.right() < right.left()
    assert boxes[0].left() >= 0
    assert boxes[-1].right() < width


def test_six_pills_fit_1280_pixels_with_readable_names(bar: ScenarioBar) -> None:
    bar.show_study(many(6), (False,) * 6, SUMMARY)
    bar.resize(1280, bar.height())
    for pill in bar.pills:
        metrics = pill.fontMetrics()
        assert pill.width() - bar.look.px(39) >= metrics.horizontalAdvance(pill.name)


def test_actions_that_do_not_fit_are_in_the_menu(bar: ScenarioBar) -> None:
    bar.resize(760, bar.height())
    hidden = [b for b in bar.buttons if not b.isVisible()]
    assert hidden
    assert [a.text() for a in bar.menu.actions()] == [b.defaultAction().text() for b in hidden]
    assert bar.buttons[-1].isVisible()


@given(
    room=st.integers(0, 3000), pills=st.lists(st.tuples(st.integers(60, 300), st.integers(20, 60)), min_size=1, max_size=6),
    actions=st.lists(st.integers(20, 120), max_size=8), summary=st.integers(0, 500),
)  # fmt: skip
def test_a_plan_never_takes_more_than_there_is(room: int, pills: list, actions: list, summary: int) -> None:
    plan = plan_bar(room, title=110, pills=pills, fixed=70, summary=summary, actions=actions, more=34)
    spent = 70 + sum(plan.pills) + plan.summary + (110 if plan.title else 0)
    spent += sum(actions[len(actions) - plan.actions :]) + (34 if plan.actions < len(actions) else 0)
    assert spent <= max(room, 70 + 34)
    assert all(w <= n for w, (n, _) in zip(plan.pills, pills, strict=True))
