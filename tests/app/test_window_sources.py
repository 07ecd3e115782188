"""Every result says where it comes from: cells and heads of the table, bars and points of the charts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from window_tools import BANDWIDTH, LIBRARY, row_of, scenario, settle, study_of

from explorer.app.references import edited
from explorer.app.views import pick
from explorer.app.window import Window

TIP = Qt.ItemDataRole.ToolTipRole


def cell(window: Window, key: str, row: int = 0) -> QModelIndex:
    keys = [window.table.model.table.columns[i].key for i in window.table.model.columns]
    return window.table.model.index(row, keys.index(key) + 1)


def test_cells_and_heads_say_the_number_in_full_and_where_it_comes_from(window: Window) -> None:
    model = window.table.model
    step = str(cell(window, "step_s").data(TIP))
    exact = window.refresher.scene.report.value("step_s", 0)  # type: ignore[union-attr]
    assert f"{exact:.10g}" in step
    assert "Trainium2" in step
    assert "sum of operators" in step
    head = str(model.headerData(cell(window, "step_s").column(), Qt.Orientation.Horizontal, TIP))
    assert "sum of operators" in head
    rate = str(cell(window, "hbm_bytes_per_s").data(TIP))
    assert "2.9e+12" in rate or "2900000000000" in rate
    assert "Source: " in rate
    window.document.edit(BANDWIDTH, 5e12)
    settle()
    assert "Set by you" in str(cell(window, "hbm_bytes_per_s").data(TIP))


def test_a_bar_under_the_hand_says_its_formula_beside_the_verdict(window: Window) -> None:
    window.knobs.pointed.emit(BANDWIDTH)
    view = window.panes.panes["memory"].view
    assert view is not None
    view._pick((0, 0))
    shown = window.verdict.shown_text()
    assert "weights · Trainium2" in shown
    assert "bytes of a weight" in shown
    assert knob_line(window) not in shown, "the knob of before is gone"
    window.knobs.pointed.emit(BANDWIDTH)
    assert "bytes of a weight" not in window.verdict.shown_text()


def knob_line(window: Window) -> str:
    return f"{row_of(window).knob.label}  2.9 TB/s"


def test_a_point_under_the_hand_says_its_formula(window: Window) -> None:
    for pane, words in (("roofline", "max(FLOP / rate"), ("interconnect", "steps x latency"), ("time", "max(FLOP / rate")):
        view = window.panes.panes[pane].view
        assert view is not None
        view.setFocus()
        view._pick((0, 0) if view.chart.bars else None)  # type: ignore[arg-type]
        if not view.chart.bars:
            view._pick(pick.ordered(view.chart)[0])  # type: ignore[arg-type]
        assert words in window.verdict.shown_text(), pane
        assert view.tip.text.split("\n")[0] in window.verdict.shown_text()


def test_what_a_mark_said_does_not_outlive_its_numbers(window: Window) -> None:
    view = window.panes.panes["memory"].view
    assert view is not None
    view._pick((0, 0))  # type: ignore[arg-type]
    view._pick(None)
    assert "weights · Trainium2" in window.verdict.shown_text(), "it stays to be read"
    window.document.edit("job.weight_format", "fp8")
    settle()
    assert "weights · Trainium2" not in window.verdict.shown_text()


def test_an_edited_scenario_is_called_so_in_the_verdict(window: Window) -> None:
    assert window.verdict.name.text() == "Trainium2"
    window.document.edit(BANDWIDTH, 5e12)
    settle()
    assert window.verdict.name.text() == "Trainium2 (edited)"


@pytest.mark.parametrize("chip", sorted(LIBRARY.chips))
def test_a_fresh_scenario_is_not_edited(chip: str) -> None:
    assert not edited(LIBRARY, study_of(scenario(chip)), 0)
