"""The table and the verdict: what they show, what they copy, and that nothing in them is markup."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from widget_samples import FINDINGS, table

from explorer.app.look import Look
from explorer.app.widgets import CompareTable, VerdictPanel
from explorer.charts.model import Cell
from explorer.charts.style import theme
from explorer.evaluate.findings import Paragraph


@pytest.fixture
def compare(qtbot: QtBot) -> CompareTable:
    made = CompareTable()
    qtbot.addWidget(made)
    made.show_table(table())
    made.resize(1200, 130)
    made.show()
    made.activateWindow()
    return made


@pytest.fixture
def verdict(qtbot: QtBot) -> VerdictPanel:
    made = VerdictPanel()
    qtbot.addWidget(made)
    made.show_findings(FINDINGS)
    made.resize(290, 700)
    made.show()
    made.activateWindow()
    return made


def heads(compare: CompareTable) -> list[str]:
    model = compare.model
    return [str(model.headerData(i, Qt.Orientation.Horizontal)) for i in range(1, model.columnCount())]


def test_equal_columns_hide_until_asked_for(qtbot: QtBot, compare: CompareTable) -> None:
    assert "chips" not in heads(compare)
    with qtbot.waitSignal(compare.differences_toggled) as toggled:
        qtbot.mouseClick(compare.toggle, Qt.MouseButton.LeftButton)
    assert toggled.args == [False]
    assert "chips" in heads(compare)
    with qtbot.assertNotEmitted(compare.differences_toggled):
        compare.set_differences_only(True)
    assert "chips" not in heads(compare)


def test_a_lone_row_shows_every_column(compare: CompareTable) -> None:
    one = table()
    compare.show_table(replace(one, rows=one.rows[:1], row_labels=one.row_labels[:1], row_slots=(0,)))
    assert len(heads(compare)) == len(one.columns)


def test_cells_say_value_and_change(compare: CompareTable) -> None:
    model = compare.model
    assert model.index(1, 1).data() == "144 GiB +50 %"
    assert model.index(0, 0).data() == "Trainium2 (baseline)"
    assert model.index(1, 1).data(Qt.ItemDataRole.AccessibleTextRole) == "HBM: 144 GiB +50 %"
    assert "HBM explained" in model.headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert compare.view.accessibleName()
    assert compare.toggle.accessibleName()


def test_copy_gives_bare_numbers_in_tab_separated_text(qtbot: QtBot, compare: CompareTable) -> None:
    compare.view.setFocus()
    qtbot.waitUntil(compare.view.hasFocus)
    qtbot.keyClick(compare.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = [line.split("\t") for line in QApplication.clipboard().text().splitlines()]
    assert lines[0][:3] == ["scenario", "HBM [B]", "bandwidth [B/s]"]
    assert len({len(line) for line in lines}) == 1
    assert float(lines[2][2]) == 4.9e12
    assert lines[2][-1] == "no price"
    assert lines[3][5] == "'=HBM"


def test_new_figures_do_not_reset_the_model(qtbot: QtBot, compare: CompareTable) -> None:
    other = table()
    rows = ((Cell("97 GiB", 1.0), *other.rows[0][1:]), *other.rows[1:])
    with qtbot.assertNotEmitted(compare.model.modelReset), qtbot.waitSignal(compare.model.dataChanged):
        compare.show_table(replace(other, rows=rows))
    assert compare.model.index(0, 1).data() == "97 GiB"


@pytest.mark.parametrize("scale", [0.75, 1.0, 2.5])
def test_a_narrow_table_scrolls_and_cuts_nothing(compare: CompareTable, scale: float) -> None:
    compare.set_look(Look(theme("dark"), scale))
    compare.resize(500, compare.sizeHint().height())
    compare.grab()
    for column, needed in enumerate(compare._needed()):
        assert compare.view.columnWidth(column) >= needed
    assert compare.view.verticalScrollBar().maximum() <= compare.look.px(24)


def test_the_verdict_says_it_all_in_plain_text(verdict: VerdictPanel) -> None:
    labels = verdict.findChildren(QLabel)
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)
    words = "\n".join(label.text() for label in labels if not label.isHidden())
    for text in (FINDINGS.headline, FINDINGS.tagline, FINDINGS.change, "queueing, sampling, prefix cache"):
        assert text in words
    for paragraph in FINDINGS.paragraphs:
        assert paragraph.text in words
    assert verdict.accessibleDescription() == FINDINGS.text()


def test_fewer_paragraphs_leave_no_rest(verdict: VerdictPanel) -> None:
    verdict.show_findings(replace(FINDINGS, paragraphs=(Paragraph("", "<b>alone</b>", "bad"),), change=""))
    assert [b.isHidden() for b in verdict.blocks] == [False, True, True, True]
    assert verdict.blocks[0].body.text() == "<b>alone</b>"
    assert verdict.blocks[0].title.isHidden()
    assert verdict.change.isHidden()


def test_equal_findings_touch_nothing(verdict: VerdictPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QLabel, "setText", lambda *_: pytest.fail("touched"))
    verdict.show_findings(replace(FINDINGS))


def test_the_source_comes_and_goes(verdict: VerdictPanel) -> None:
    assert verdict.source.isHidden()
    verdict.show_source("HBM bandwidth", ("4.9 TB/s", "vendor doc"), "t = bytes / W\n  = 3 ms")
    assert not verdict.source.isHidden()
    assert verdict.formula.text() == "t = bytes / W\n  = 3 ms"
    assert "vendor doc" in verdict.shown_text()
    verdict.show_source("")
    assert verdict.source.isHidden()


def test_copy_takes_the_whole_verdict(qtbot: QtBot, verdict: VerdictPanel) -> None:
    verdict.setFocus()
    qtbot.keyClick(verdict, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert FINDINGS.headline in QApplication.clipboard().text()


def test_nothing_wider_than_the_panel(verdict: VerdictPanel) -> None:
    verdict.set_look(Look(theme("projector"), 1.5))
    verdict.resize(verdict.look.px(230), 900)
    verdict.show_source("Very long", ("https://example.org/" + "a-" * 60,), "t = " + "bytes / W " * 20)
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    verdict.grab()
    assert verdict.widget().width() <= verdict.viewport().width()
