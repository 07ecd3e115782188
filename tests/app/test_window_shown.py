"""What the window shows of the state, when, and what it says about it."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication
from window_tools import BANDWIDTH, move, press, release, row_of, scenario, settle, slider_of, study_of

from explorer.app.views import ChartView
from explorer.app.window import Window
from explorer.errors import ExplorerError
from explorer.knobs import knob


def test_a_refused_edit_is_told_at_its_row(window: Window) -> None:
    before = window.document.study
    window.knobs.edited.emit("plan.tp", 0, 7)
    settle()
    assert window.document.study is before
    assert window.knobs.rows["plan.tp"].error
    with pytest.raises(ExplorerError, match="unknown knob"):
        window.document.edit("plan.tq", 2)


def test_many_changes_are_one_redraw(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.app import refresh

    seen: list[object] = []
    real = refresh.evaluate_study

    def counted(study: Any, **options: bool) -> Any:
        seen.append(study)
        return real(study, **options)

    monkeypatch.setattr(refresh, "evaluate_study", counted)
    for value in range(30, 60):
        window.document.edit(BANDWIDTH, value * 1e11, 7)
    assert seen == []
    QApplication.processEvents()
    assert seen == [window.document.study]


def test_a_drag_keeps_the_axes_still_and_shows_where_it_began(window: Window) -> None:
    slider, pane = slider_of(window), window.panes.panes["roofline"]
    assert isinstance(pane.view, ChartView)
    ranges = pane.view.canvas.port.viewRange()
    press(slider)
    move(slider, slider.value() + 40)
    settle()
    assert pane._held
    assert pane._ghost is not None
    assert pane.view.canvas.port.viewRange() == ranges
    release(slider)
    settle()
    assert pane.view.canvas.port.viewRange() != ranges, "the axes fit again"
    assert not pane._held
    assert pane._ghost is not None, "the ghost stays a moment"


def test_showing_emits_nothing(window: Window) -> None:
    heard: list[str] = []
    for part, names in (
        (window.knobs, ("edited", "reset_asked", "gesture_ended")),
        (window.bar, ("activated", "add_asked", "remove_asked", "duplicate_asked", "rename_asked", "baseline_asked", "moved")),
        (window.table, ("row_activated", "differences_toggled")),
    ):
        for name in names:
            getattr(part, name).connect(lambda *_, n=name: heard.append(n))
    window.document.open(study_of(scenario("b200", batch=64), scenario("trainium3", phase="training", batch=512)))
    settle()
    window.refresher.settle()
    window.document.edit(BANDWIDTH, 5.0e12)
    window.document.activate(1)
    settle()
    assert heard == []


def test_the_verdict_names_the_source_of_the_number_under_the_pointer(window: Window) -> None:
    row = row_of(window)
    QApplication.sendEvent(row, QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(row.mapToGlobal(QPointF(5, 5)))))
    settle()
    shown = window.verdict.shown_text()
    source = knob(BANDWIDTH).source(window.document.study.scenarios[0])
    assert source is not None
    assert "HBM bandwidth  2.9 TB/s" in shown
    assert source.ref in shown
    assert knob(BANDWIDTH).enters in shown


def test_an_edited_number_does_not_borrow_the_datasheet(window: Window) -> None:
    window.document.edit(BANDWIDTH, 5e12)
    settle()
    window.knobs.pointed.emit(BANDWIDTH)
    shown = window.verdict.shown_text()
    assert "HBM bandwidth  5 TB/s" in shown
    assert "Set by you" in shown
    assert "Set by you" in row_of(window).state.tip  # type: ignore[union-attr]


def test_the_source_shown_follows_the_value(window: Window) -> None:
    window.knobs.pointed.emit(BANDWIDTH)
    window.document.activate(2)
    settle()
    assert "HBM bandwidth  7.7 TB/s" in window.verdict.shown_text()


def test_a_plan_that_cannot_be_is_an_answer_with_reasons(window: Window) -> None:
    window.document.open(study_of(scenario(chips=24, tp=7)))
    settle()
    window.refresher.settle()
    settle()
    assert "24 chips" in window.verdict.shown_text()
    assert "then the plan can be" in window.verdict.shown_text(), "the only advice is how the plan becomes possible"
    assert "tokens/s per chip" not in window.verdict.shown_text()
    noted = [r.knob.key for r in window.knobs.rows.values() if r.state and r.state.note]
    assert len(noted) < 12, "where there is no result, 'no effect now' at every row says nothing"


@pytest.mark.parametrize("phase", ["prefill", "training"])
def test_every_phase_is_drawn(window: Window, phase: str) -> None:
    assert window.document.edit("job.phase", phase) is None
    settle()
    window.refresher.settle()
    assert all(p.chart.bars or p.chart.series for p in window.panes.panes.values())
    assert phase in window.bar.summary.text()
