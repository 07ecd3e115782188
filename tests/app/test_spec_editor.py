"""The editor of every field: what is typed goes through the document, what is refused is said at its row."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from window_tools import BANDWIDTH, LIBRARY, row_of, settle

from explorer.app.library.editor import SpecEditor
from explorer.app.widgets.choice import ChoiceBox
from explorer.app.window import Window
from explorer.library import parse_study, study_text
from explorer.specs import value_at


@pytest.fixture
def editor(window: Window) -> SpecEditor:
    window.actions_.all["Edit the specification"].trigger()
    settle()
    assert window.librarian.editor is not None
    return window.librarian.editor


def value(window: Window, path: str) -> object:
    return value_at(window.document.study.scenarios[window.document.study.active], path)


def enter(editor: SpecEditor, path: str, text: str) -> None:
    field = editor.rows[path].field
    if isinstance(field, ChoiceBox):
        field.setCurrentText(text)
    else:
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
    settle()


@pytest.mark.parametrize(
    ("root", "path", "text", "expected"),
    [
        ("chip", "chip.array_fraction.bf16", "80 %", 0.8), ("chip", "chip.sparse_flop_per_s.fp8", "none", None),
        ("chip", "chip.cores", "16", 16), ("chip", "chip.matmul_tile", "64 x 64", (64, 64)), ("chip", "chip.reserve_bytes", "2 GiB", 2.0**31),
        ("chip", "chip.sram_parts.0.bytes", "300 MiB", 300 * 2.0**20), ("chip", "chip.peak_fp4_flop_per_s", "2 PFLOP/s", 2e15),
        ("chip", "chip.name", "Mine", "Mine"), ("chip", "chip.sram_scope", "chip", "chip"), ("chip", "chip.offers.0.usd_per_chip_h", "$3/h", 3.0),
        ("chip", "offer.usd_per_chip_h", "1.5", 1.5), ("fabric", "fabric.scale_up.axis_share", "60% x 40%", (0.6, 0.4)),
        ("fabric", "fabric.scale_out.radix", "64", 64), ("fabric", "fabric.scale_up.in_network_reduction", "yes", True),
        ("workload", "workload.layers", "40", 40), ("workload", "workload.kind", "encoder", "encoder"), ("workload", "workload.modulation", "0.5", 0.5),
    ],
)  # fmt: skip
def test_a_field_takes_what_is_typed(window: Window, editor: SpecEditor, root: str, path: str, text: str, expected: object) -> None:
    editor.show_root(root)
    before = window.document.study
    enter(editor, path, text)
    assert value(window, path) == expected
    assert window.document.undo_stack.count() == 1
    row = editor.rows[path]
    assert row.error == ""
    assert row.state.edited
    assert row.state.said.startswith("Edited, was ")
    row.back.click()
    settle()
    assert window.document.study == before
    assert not editor.rows[path].state.edited
    window.document.undo_stack.undo()
    assert value(window, path) == expected


@pytest.mark.parametrize(
    ("root", "path", "text", "word"),
    [
        ("chip", "chip.hbm_bytes", "3 parsec", "parsec"), ("chip", "chip.hbm_bytes", "-4 GiB", "greater than 0"), ("chip", "chip.cores", "2.5", "whole"),
        ("chip", "chip.array_fraction.bf16", "130 %", "less than or equal"), ("chip", "chip.name", " ", "at least 1"),
        ("fabric", "fabric.scale_up.axis_share", "50%", "in pairs"), ("workload", "workload.kv_heads", "7", "do not divide"),
        ("workload", "workload.layers", "1e400", "number"), ("chip", "offer.usd_per_chip_h", "-1", "greater than or equal"),
        ("chip", "offer.usd_per_chip_h", "1e308", "less than or equal"),
    ],
)  # fmt: skip
def test_a_refusal_is_said_at_its_row_and_changes_nothing(window: Window, editor: SpecEditor, root: str, path: str, text: str, word: str) -> None:
    editor.show_root(root)
    before = window.document.study
    enter(editor, path, text)
    row = editor.rows[path]
    assert word in row.error
    assert "\n" not in row.error
    assert row.said.text() == row.error
    assert window.document.study is before
    QTest.keyClick(row.field, Qt.Key.Key_Escape)
    assert row.error == ""


def test_axes_and_domain_go_together(window: Window, editor: SpecEditor) -> None:
    editor.show_root("fabric")
    before = window.document.study
    enter(editor, "fabric.scale_up.axes", "4 x 4 x 2")
    up = window.document.study.scenarios[0].fabric.scale_up
    assert (up.axes, up.domain, up.axis_share) == ((4, 4, 2), 32, (1 / 3,) * 3)
    enter(editor, "fabric.scale_up.kind", "switch")
    assert window.document.study.scenarios[0].fabric.scale_up.axes == ()
    editor.reset.click()
    settle()
    assert window.document.study == before


def test_a_part_that_a_model_lacks_comes_and_goes(window: Window, editor: SpecEditor) -> None:
    editor.show_root("workload")
    before = window.document.study
    assert "workload.experts.count" not in editor.rows
    enter(editor, "workload.experts", "present")
    assert value(window, "workload.experts.count") == 8
    enter(editor, "workload.experts.count", "64")
    assert editor.rows["workload.experts"].state.edited
    enter(editor, "workload.experts", "none")
    assert "workload.experts.count" not in editor.rows
    assert window.document.study == before
    enter(editor, "workload.kind", "encoder")
    enter(editor, "workload.experts", "present")
    assert "encoder" in editor.rows["workload.experts"].error


def test_what_nobody_published_can_be_assumed(window: Window, editor: SpecEditor) -> None:
    assert editor.rows["chip.peak_fp4_flop_per_s"].state.text == "none published"
    enter(editor, "chip.peak_fp4_flop_per_s", "1 PFLOP/s")
    chip = window.document.study.scenarios[0].chip
    assert chip.sources["peak_fp4_flop_per_s"].kind == "user"
    assert "peak_fp4_flop_per_s" in study_text(window.document.study)
    enter(editor, "chip.peak_fp4_flop_per_s", "none")
    assert window.document.study.scenarios[0].was == {}


def test_the_editor_follows_the_knobs_and_the_knobs_the_editor(window: Window, editor: SpecEditor, qtbot) -> None:
    window.document.edit(BANDWIDTH, 5e12)
    qtbot.waitUntil(lambda: editor.rows[BANDWIDTH].state.text == "5 TB/s")
    assert editor.rows[BANDWIDTH].state.said == "Edited, was 2.9 TB/s"
    enter(editor, BANDWIDTH, "6 TB/s")
    row = row_of(window)
    assert row.state is not None
    assert (row.state.value, row.state.was) == (6e12, 2.9e12)
    assert "Set by you; it was 2.9 TB/s" in row.state.tip
    source = LIBRARY.chip("trainium2").sources["hbm_bytes_per_s"]
    assert f"Source of 2.9 TB/s: {source.ref}" in row.state.tip
    window.document.activate(2)
    qtbot.waitUntil(lambda: editor.title.text() == "B200")


def test_marks_survive_a_file_and_other_presets(window: Window) -> None:
    window.document.edit(BANDWIDTH, 5e12)
    again = parse_study(study_text(window.document.study))
    chip = LIBRARY.chip("trainium2").replace(hbm_bytes_per_s=3.5e12)
    window.document.set_library(replace(LIBRARY, chips={**LIBRARY.chips, "trainium2": chip}, data_version="2099-01-01+1"))
    window.document.open(again)
    settle()
    assert row_of(window).state.was == 2.9e12  # type: ignore[union-attr]
    assert [pill.edited for pill in window.bar.pills] == [True, False, False]
    assert window.notices.text == (
        "The presets have changed since this study was made: Trainium2 HBM bandwidth 2.9 TB/s, now 3.5 TB/s."
    )
    window.notices.buttons[0].click()
    settle()
    assert window.notices.isHidden()
    assert row_of(window).state.was == 3.5e12  # type: ignore[union-attr]
    assert value(window, BANDWIDTH) == 5e12
    window.document.undo_stack.undo()
    assert window.document.study == again


def test_undo_from_within_the_editor(window: Window, editor: SpecEditor) -> None:
    before = window.document.study
    enter(editor, "chip.cores", "16")
    QTest.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert window.document.study == before


def test_fields_are_found_by_name(editor: SpecEditor) -> None:
    editor.search.setText("hbm band")
    assert [path for path, row in editor.rows.items() if not row.isHidden()] == [BANDWIDTH]
    assert [h.text() for h in editor._headings if not h.isHidden()] == ["Memory"]
    editor.search.setText("")
    assert not any(row.isHidden() for row in editor.rows.values())


def test_every_field_has_a_name_for_the_screen_reader(editor: SpecEditor) -> None:
    for root in ("chip", "fabric", "workload"):
        editor.show_root(root)
        for row in editor.rows.values():
            assert row.field.accessibleName()
            assert row.back.accessibleName()
