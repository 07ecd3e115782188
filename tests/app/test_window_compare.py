"""Comparing in the window: what moves together, per what it is counted, how the table is arranged, and what a drag leaves behind."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from window_tools import BANDWIDTH, LIBRARY, OTHER, scenario, settle, study_of

from explorer.app.linking import LINKED, Links
from explorer.app.settings import Settings
from explorer.app.views.bar_view import BarView
from explorer.app.views.chart_view import ChartView
from explorer.app.window import Window
from explorer.knobs import knob

CAPACITY = "chip.hbm_bytes"


def values(window: Window, key: str) -> list[object]:
    return [knob(key).get(s) for s in window.document.study.scenarios]


# ---- linked or not


def test_a_linked_section_moves_in_all_as_one_step(window: Window) -> None:
    before = window.document.study
    window.knobs.headers["Memory"].link.click()
    assert window.document.edit(CAPACITY, 200e9, 5) is None
    assert window.document.edit(CAPACITY, 300e9, 5) is None
    assert values(window, CAPACITY) == [300e9] * 3
    assert window.document.undo_stack.count() == 1
    window.document.undo_stack.undo()
    assert window.document.study == before
    window.knobs.headers["Memory"].link.click()
    window.document.edit(CAPACITY, 200e9)
    assert values(window, CAPACITY).count(200e9) == 1


def test_the_load_is_linked_until_somebody_unlinks_it(window: Window) -> None:
    window.document.edit("job.batch", 64)
    assert values(window, "job.batch") == [64, 64, 64]
    assert window.knobs.headers["Workload"].link.state == "all"
    window.knobs.headers["Workload"].link.click()
    settle()
    window.document.edit("job.batch", 8)
    window.scenarios.choose_workload("llama3-8b")
    assert values(window, "job.batch") == [8, 64, 64]
    assert [s.workload.id for s in window.document.study.scenarios] == ["llama3-8b", "llama3-70b", "llama3-70b"]
    assert "Moves for all" not in window.knobs.rows["job.batch"].toolTip()


def test_a_scenario_may_move_alone(window: Window) -> None:
    window.actions_.comparing.toggle_scenario(2)
    assert window.bar.pills[2].alone
    assert "moves alone" in window.bar.pills[2].accessibleDescription()
    window.document.edit("job.batch", 64)
    assert values(window, "job.batch") == [64, 64, 32]
    window.scenarios.move(2, 0)
    settle()
    assert [p.alone for p in window.bar.pills] == [True, False, False]  # by its id, wherever it stands
    window.document.activate(0)
    window.document.edit("job.batch", 4)
    assert values(window, "job.batch") == [4, 64, 64]
    window.document.open(OTHER)
    assert not window.document.links.alone


def test_a_knob_that_another_chip_lacks_leaves_it_alone(window: Window) -> None:
    window.actions_.comparing.toggle_section("Chip")
    window.document.activate(2)
    assert window.document.edit("chip.peak_fp4_flop_per_s", 8e15) is None
    assert values(window, "chip.peak_fp4_flop_per_s") == [None, 8e15, 8e15]


def test_links_are_kept_in_the_settings(window: Window) -> None:
    settings = Settings(None)
    first = Window(study_of(scenario(), scenario("b200")), LIBRARY, settings)
    first.actions_.comparing.toggle_section("Plan")
    first.table._toggle_column("mfu")
    second = Window(study_of(scenario(), scenario("b200")), LIBRARY, settings)
    assert second.document.links.sections()["Plan"] == "all"
    assert "mfu" in second.table.hidden
    assert window.document.links.sections()["Plan"] == "none"
    for made in (first, second):
        made.close()
        made.deleteLater()


def test_unknown_links_are_forgotten() -> None:
    assert Links(["job.batch", "chip.nonsense"]).keys == {"job.batch"}
    assert Links().keys == LINKED
    assert Links([]).keys == frozenset()


def test_one_scenario_has_nobody_to_link_to(window: Window) -> None:
    window.document.open(OTHER)
    settle()
    assert not any(h.link.isVisibleTo(h) for h in window.knobs.headers.values())


# ---- plans and load alike


def test_plans_are_made_alike_or_suited(window: Window) -> None:
    suited = [s.plan for s in window.document.study.scenarios]
    window.actions_.all["Same plan for all"].trigger()
    assert [s.plan for s in window.document.study.scenarios] == [suited[0]] * 3
    window.actions_.all["Each its suited plan"].trigger()
    assert [s.plan for s in window.document.study.scenarios] == suited
    assert window.document.undo_stack.count() == 2


def test_the_load_is_made_alike(window: Window) -> None:
    other = scenario("b200", workload="llama3-8b", batch=4, phase="prefill")
    window.document.open(study_of(scenario(), other))
    window.actions_.all["Same workload for all"].trigger()
    a, b = window.document.study.scenarios
    assert (a.workload, a.job.batch, a.job.phase) == (b.workload, b.job.batch, b.job.phase)
    assert b.chip == other.chip


# ---- per what


def test_the_unit_of_fairness_is_a_step_to_undo(window: Window) -> None:
    window.table.unit_chosen.emit("rack")
    settle()
    assert window.document.study.per == "rack"
    assert window.table.unit.text().startswith("per rack")
    assert window.actions_.comparing.units["rack"].isChecked()
    assert any(c.label == "tokens/s / rack" for c in window.table.model.table.columns)
    window.document.undo_stack.undo()
    settle()
    assert window.document.study.per == "chip"
    assert window.table.unit.text().startswith("per chip")


# ---- the table


def heads(window: Window) -> list[str]:
    model = window.table.model
    return [str(model.headerData(i, Qt.Orientation.Horizontal)) for i in range(model.columnCount())]


def press_head(window: Window, label: str) -> None:
    header = window.table.view.horizontalHeader()
    at = next(i for i, h in enumerate(heads(window)) if h.startswith(label))
    header.sectionClicked.emit(at)
    settle()


def test_a_press_on_a_head_sorts_best_worst_given(window: Window) -> None:
    labels = lambda: list(window.table.model.table.row_labels)  # noqa: E731
    press_head(window, "step")
    assert labels() == ["B200", "Trainium3", "Trainium2"]
    assert "step ▴" in heads(window)
    press_head(window, "step")
    assert labels() == ["Trainium2", "Trainium3", "B200"]
    assert "step ▾" in heads(window)
    press_head(window, "step")
    assert labels() == ["Trainium2", "Trainium3", "B200"]
    assert "step" in heads(window)


def test_a_sorted_row_still_is_its_scenario(window: Window) -> None:
    press_head(window, "step")
    index = window.table.model.index(0, 1)
    window.table.view.doubleClicked.emit(index)
    assert window.document.study.active == 2
    assert window.table.model.name(2) == ("Trainium2", True)
    rate = next(i for i, h in enumerate(heads(window)) if h == "HBM rate")
    assert "HGX" in str(window.table.model.data(window.table.model.index(0, rate), Qt.ItemDataRole.ToolTipRole))


def test_columns_are_chosen(window: Window) -> None:
    menu = QMenu()
    window.table.fill_columns(menu)
    chosen = next(a for a in menu.actions() if a.text() == "MFU")
    assert chosen.isChecked()
    chosen.trigger()
    assert "MFU" not in heads(window)
    assert window.settings.hidden_columns == ["mfu"]
    window.table.fill_columns(menu)
    menu.actions()[-1].trigger()
    assert "MFU" in heads(window)
    assert window.settings.hidden_columns == []


def test_a_selection_is_copied_or_everything(window: Window) -> None:
    view, model = window.table.view, window.table.model
    whole = window.table.copied_text()
    view.selectionModel().select(model.index(1, 2), QItemSelectionModel.SelectionFlag.Select)
    assert window.table.copied_text() == whole  # one cell is where the cursor is
    view.selectionModel().select(model.index(1, 3), QItemSelectionModel.SelectionFlag.Select)
    window.table.copy()
    data = QGuiApplication.clipboard().mimeData()
    lines = data.text().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["scenario", "Trainium3"]
    assert len(lines[0].split("\t")) == 3
    assert float(lines[1].split("\t")[2]) == pytest.approx(2911, rel=1e-3)
    assert data.html().count("<td>") == 3
    window.table.copy_all()
    assert QGuiApplication.clipboard().text() == whole
    assert "<b>" in QGuiApplication.clipboard().mimeData().html()


def test_the_best_is_said_and_bold(window: Window) -> None:
    model = window.table.model
    step = heads(window).index("step")
    assert str(model.data(model.index(2, step), Qt.ItemDataRole.AccessibleTextRole)).endswith(", best")
    assert not str(model.data(model.index(1, step), Qt.ItemDataRole.AccessibleTextRole)).endswith("best")


def test_b_pins_and_every_number_is_held_against_it(window: Window) -> None:
    window.document.activate(2)
    QTest.keyClick(window, Qt.Key.Key_B)
    settle()
    assert window.document.study.baseline == 2
    step = heads(window).index("step")
    assert "▲" in str(window.table.model.data(window.table.model.index(0, step)))
    window.document.activate(0)
    window.refresher.settle()
    assert "Against B200" in window.verdict.shown_text()


# ---- by id, not by place


def test_reset_after_moving_goes_by_the_scenario(window: Window) -> None:
    """Two scenarios of one chip: each goes back to its own plan, wherever it stands now."""
    window.document.open(study_of(scenario(tp=16), scenario(tp=8)))
    window.scenarios.move(0, 1)
    window.document.activate(1)
    window.document.edit("plan.tp", 4)
    window.scenarios.reset_all()
    assert [s.plan.tp for s in window.document.study.scenarios] == [8, 16]


# ---- what a drag leaves behind


def dragged(window: Window) -> None:
    window.refresher.begin_gesture(3)
    window.document.edit(BANDWIDTH, 7e12, 3)
    window.document.edit("job.batch", 128, 3)
    window.refresher.draw()


def test_bars_keep_their_ghost_when_their_name_changes(window: Window) -> None:
    view = window.panes.panes["time"].view
    assert isinstance(view, BarView)
    before = [b.total for b in view.chart.bars]
    dragged(window)
    assert view.chart.bars[0].label == "Trainium2 (edited)"
    assert [view._ghost[(b.slot, 0)] for b in view.chart.bars] == before


def test_operators_get_arrows_from_where_they_were(window: Window) -> None:
    view = window.panes.panes["roofline"].view
    assert isinstance(view, ChartView)
    then = next(s for s in view.chart.series if s.key == "points-0")
    dragged(window)
    window.panes.grab()
    moved = next(s for s in view.picture._ghosts._arrows if s.slot == 0)
    k = moved.ids.index(then.ids[0])
    assert (moved.x[k], moved.y[k]) == (then.x[0], then.y[0])


def test_a_ghost_of_scenarios_that_moved_is_gone(window: Window) -> None:
    dragged(window)
    view = window.panes.panes["time"].view
    assert isinstance(view, BarView)
    assert view._ghost
    window.scenarios.move(0, 2)
    settle()
    assert not view._ghost


@pytest.mark.parametrize("name", ["normalised", "sensitivity"])
def test_strokes_leave_an_outline(window: Window, name: str) -> None:
    window.panes._choose("time", name)
    window.refresher.draw()
    dragged(window)
    window.panes.grab()
    view = window.panes.panes["time"].view
    assert isinstance(view, ChartView)
    assert view.chart.key == name
    assert view.picture._ghosts._strokes


