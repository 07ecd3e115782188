"""The panel: all knobs, folding, and names for every control."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QLineEdit, QScrollBar
from pytestqt.qtbot import QtBot
from widget_samples import states, study

from explorer.app.look import Look, palette, stylesheet
from explorer.app.widgets import KnobPanel, KnobRow
from explorer.app.widgets.choice import Segment
from explorer.charts.style import theme
from explorer.knobs import KNOBS, SECTIONS, knob


@pytest.fixture
def panel(qtbot: QtBot) -> KnobPanel:
    made = KnobPanel()
    qtbot.addWidget(made)
    made.show_states(states(study().scenarios[1]))
    made.resize(300, 700)
    made.show()
    made.activateWindow()
    return made


def test_every_knob_has_a_row_and_every_control_a_name(panel: KnobPanel) -> None:
    assert set(panel.rows) == {k.key for k in KNOBS}
    kinds = (QAbstractButton, QAbstractSlider, QComboBox, QLineEdit)
    controls = [c for kind in kinds for c in panel.widget().findChildren(kind) if not isinstance(c, QScrollBar)]
    assert len(controls) > 50
    for control in controls:
        assert control.accessibleName(), control
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(control, Segment), control


def test_absent_states_hide_rows_and_empty_sections(panel: KnobPanel) -> None:
    some = {k: s for k, s in states(study().scenarios[0]).items() if k.startswith("chip.")}
    panel.show_states(some)
    assert all(row.isHidden() == (key not in some) for key, row in panel.rows.items())
    assert not panel.headers["Memory"].isHidden()
    assert panel.headers["Plan"].isHidden()


def test_sections_fold_by_mouse_and_keyboard(qtbot: QtBot, panel: KnobPanel) -> None:
    header = panel.headers["Chip"]
    qtbot.mouseClick(header, Qt.MouseButton.LeftButton)
    assert panel.folded() == ("Chip",)
    assert panel.rows["chip.tdp_w"].isHidden()
    assert header.accessibleDescription() == "folded"
    qtbot.keyClick(header, Qt.Key.Key_Right)
    assert panel.folded() == ()
    assert not panel.rows["chip.tdp_w"].isHidden()
    panel.set_open("Memory", False)
    panel.show_states({k: s for k, s in states(study().scenarios[0]).items() if k != "chip.tdp_w"})
    assert panel.rows["chip.hbm_bytes"].isHidden()
    assert set(panel.headers) == set(SECTIONS)


def test_only_what_changed_is_touched(panel: KnobPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    touched: list[str] = []
    real = KnobRow._say
    monkeypatch.setattr(KnobRow, "_say", lambda row, before: (touched.append(row.knob.key), real(row, before)))
    first = study().scenarios[1]
    panel.show_states(states(first))
    assert touched == []
    panel.show_states(states(knob("chip.hbm_bytes").set(first, 2.0**37)))
    assert touched == ["chip.hbm_bytes"]


def test_signals_are_handed_on(qtbot: QtBot, panel: KnobPanel) -> None:
    row = panel.rows["plan.tp"]
    row.editor.slider.setFocus()
    with qtbot.waitSignal(panel.edited) as edited:
        qtbot.keyClick(row.editor.slider, Qt.Key.Key_Home)
    assert edited.args[:2] == ["plan.tp", 1]
    with qtbot.waitSignal(panel.reset_asked) as reset:
        qtbot.keyClick(row.editor.slider, Qt.Key.Key_Delete)
    assert reset.args == ["plan.tp"]
    panel.refuse("plan.tp", "no")
    assert row.note.text() == "no"


def test_it_is_compact(panel: KnobPanel) -> None:
    panel.resize(300, 1020)
    look = panel.look
    tall = [row.height() for row in panel.rows.values() if row.knob.kind != "choice"]
    assert max(tall) <= look.px(35)
    assert panel.minimumWidth() == look.px(250)


@pytest.mark.parametrize(("name", "scale"), [("light", 1.0), ("dark", 0.75), ("projector", 1.5), ("light", 2.5)])
def test_no_label_is_cut_at_any_scale(qtbot: QtBot, panel: KnobPanel, name: str, scale: float) -> None:
    look = Look(theme(name), scale)
    panel.setPalette(palette(look))
    panel.setStyleSheet(stylesheet(look))
    panel.set_look(look)
    panel.resize(look.px(300), look.px(900))
    panel.grab()
    assert panel.widget().width() <= panel.viewport().width()
    for row in panel.rows.values():
        assert not row.label.is_elided(), row.knob.label
        assert row.label.height() >= QFontMetrics(row.label.font()).height() - 1
        for segment in row.findChildren(Segment):
            assert segment.width() >= segment.fontMetrics().horizontalAdvance(segment.text()) + 2
