"""The menus: every entry does something, every shortcut works, and none stands in another's way."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QToolButton
from window_tools import BANDWIDTH, Answers, settle

from explorer.app.window import Window


def entries(menu: QMenu) -> list[QAction]:
    """Every action of a menu and its submenus that is no separator."""
    found = []
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            found += entries(inner)
        elif not action.isSeparator():
            found.append(action)
    return found


def with_keys(window: Window) -> list[tuple[str, QKeySequence]]:
    return [(name, keys) for name, a in window.actions_.all.items() for keys in a.shortcuts()]


def test_no_shortcut_means_two_things(window: Window) -> None:
    counted = Counter(keys.toString() for _, keys in with_keys(window))
    assert [k for k, n in counted.items() if n > 1] == []
    assert "" not in counted
    assert len(counted) > 20


def test_mnemonics_of_a_menu_differ(window: Window) -> None:
    for menu in [a.menu() for a in window.menuBar().actions()]:
        assert isinstance(menu, QMenu)
        letters = [a.text()[a.text().index("&") + 1].lower() for a in menu.actions() if "&" in a.text()]
        assert len(letters) == len(set(letters)), menu.title()


def test_every_shortcut_reaches_its_action(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(window), "close", lambda _self: True)
    window.document.edit(BANDWIDTH, 5e12)
    window.document.edit(BANDWIDTH, 6e12)
    window.document.undo_stack.undo()
    settle()
    window.verdict.setFocus()
    for name, keys in with_keys(window):
        action, heard = window.actions_.all[name], list[int]()
        if not action.isEnabled():
            continue
        action.triggered.disconnect()
        action.triggered.connect(lambda *_, h=heard: h.append(1))
        QTest.keySequence(window, keys)
        assert heard == [1], f"{name}: {keys.toString()}"


def test_every_entry_of_every_menu_can_be_chosen(window: Window, answers: Answers) -> None:
    menus = [a.menu() for a in window.menuBar().actions()]
    for menu in menus:
        assert isinstance(menu, QMenu)
        for action in entries(menu):
            if action.text().replace("&", "") == "Quit" or not action.isEnabled():
                continue
            action.trigger()
            settle()
    assert window.isVisible()
    assert any("Ctrl+" in said for said in answers.said), "the sheet of shortcuts"


def test_the_sheet_lists_every_shortcut(window: Window, answers: Answers) -> None:
    window.actions_.all["Keyboard shortcuts"].trigger()
    for name, action in window.actions_.all.items():
        if not action.shortcut().isEmpty():
            assert f"{action.shortcut().toString():<16}{name}" in answers.said[-1]


@pytest.mark.parametrize("text", ["Undo", "Redo", "Workload", "Export"])
def test_the_bar_has_its_buttons(window: Window, text: str) -> None:
    shown = {b.accessibleName(): b for b in window.bar.findChildren(QToolButton) if b.isVisible()}
    assert text in shown
    if text in ("Workload", "Export"):
        menu = shown[text].defaultAction().menu()
        assert isinstance(menu, QMenu)
        assert len(menu.actions()) >= 3


def test_undo_and_redo_say_what_they_do(window: Window) -> None:
    assert not window.actions_.undo.isEnabled()
    window.document.edit(BANDWIDTH, 5e12)
    assert "Undo HBM bandwidth 5 TB/s" in window.actions_.undo.toolTip()
    assert window.actions_.undo.text() == "Undo", "a text that grows would push the bar about"
    window.actions_.undo.trigger()
    assert "Redo HBM bandwidth 5 TB/s" in window.actions_.redo.toolTip()
    assert window.actions_.redo.text() == "Redo"


def test_letters_typed_into_a_field_stay_letters(window: Window) -> None:
    field = window.knobs.rows[BANDWIDTH].editor.controls[0]
    field.setFocus()
    field.selectAll()  # type: ignore[attr-defined]
    before = window.document.study.baseline
    QTest.keyClicks(field, "5 TB/s")
    assert field.text() == "5 TB/s"  # type: ignore[attr-defined]
    assert window.document.study.baseline == before


def test_differences_only_and_its_button_agree(window: Window) -> None:
    columns = window.table.model.columnCount()
    window.actions_.all["Differences only"].trigger()
    settle()
    assert not window.table.toggle.isChecked()
    assert window.table.model.columnCount() > columns
    QTest.mouseClick(window.table.toggle, Qt.MouseButton.LeftButton)
    assert window.table.model.columnCount() == columns
