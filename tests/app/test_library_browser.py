"""The library's window: what it lists, what stands side by side, where numbers come from, presets of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget
from window_tools import LIBRARY, Answers, edit, settle

from explorer.app.library.browser import Browser
from explorer.app.library.source_box import web_address
from explorer.app.window import Window
from explorer.library import edits, save_preset
from explorer.library.own import own_copy
from explorer.library.sheet import difference
from explorer.specs import Source


@pytest.fixture
def browser(window: Window, tmp_path: Path) -> Browser:
    window.librarian.folder = tmp_path / "presets"
    window.actions_.all["Browse"].trigger()
    settle()
    assert window.librarian.browser is not None
    return window.librarian.browser


def names(browser: Browser) -> list[str]:
    return [row.spec.name for row in browser.list.listed.rows]


def pick(browser: Browser, *ids: str) -> None:
    browser.list.choose(ids)
    settle()


def labels(menu: QMenu) -> list[str]:
    found = []
    for action in menu.actions():
        under = action.menu()
        found += labels(under) if isinstance(under, QMenu) else [action.text()]
    return found


def menu_act(browser: Browser, text: str) -> None:
    browser._menu.aboutToShow.emit()
    next(a for a in browser._menu.actions() if a.text() == text).trigger()
    settle()


@pytest.mark.parametrize("root", ["chip", "fabric", "workload", "instance"])
def test_everything_there_is_is_listed(browser: Browser, root: str) -> None:
    browser.show_root(root)
    assert sorted(names(browser)) == sorted(s.name for s in getattr(LIBRARY, f"{root}s").values())
    for row in range(browser.list.listed.rowCount()):
        for column in range(browser.list.listed.columnCount()):
            assert browser.list.listed.index(row, column).data() is not None


def test_search_and_filters_narrow_the_list(browser: Browser) -> None:
    browser.search.setText("b200 nvidia")
    assert names(browser) == ["B200", "GB200"]
    browser.search.setText("")
    for key, value, holds in (
        ("vendor", "AWS", lambda row: row.vendors == ("AWS",)),
        ("year", "2025", lambda row: row.year == 2025),
        ("year", "not known", lambda row: row.year is None),
        ("confidence", "high", lambda row: row.vendor_fraction >= 2 / 3),
    ):
        browser._narrow(key, value)
        rows = browser.list.listed.rows
        assert 0 < len(rows) < len(LIBRARY.chips)
        assert all(holds(row) for row in rows)
        browser._narrow(key, "")
    browser.search.setText("no such chip")
    assert names(browser) == []
    assert not browser.use.isEnabled()


def test_a_column_sorts_the_list_by_its_numbers(browser: Browser) -> None:
    column = [browser.list.listed.headerData(i, Qt.Orientation.Horizontal) for i in range(8)].index("HBM")
    browser.list.horizontalHeader().setSortIndicator(column, Qt.SortOrder.DescendingOrder)
    sizes = [row.spec.hbm_bytes for row in browser.list.listed.rows]
    assert sizes == sorted(sizes, reverse=True)


def test_the_scenarios_chips_stand_side_by_side_at_first(browser: Browser) -> None:
    assert browser.table.model_.sheet.columns == ("Trainium2", "Trainium3", "B200")
    rows = {row.key: row for row in browser.table.model_.sheet.rows}
    assert [cell.best for cell in rows["chip.hbm_bytes"].cells] == [False, False, True]
    assert [cell.best for cell in rows["chip.cores"].cells] == [False, False, False]
    assert [cell.best for cell in rows["chip.offers.capacity block.usd_per_chip_h"].cells] == [True, False, False]


def test_differences_only_and_copy(browser: Browser) -> None:
    pick(browser, "h100", "h200")
    every = len(browser.table.model_.sheet.rows)
    browser.differences.click()
    rows = browser.table.model_.sheet.rows
    assert 0 < len(rows) < every
    assert all(len({c.text for c in row.cells}) == 2 for row in rows)
    browser.copy.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "\tH100 SXM\tH200 SXM" or lines[0].count("\t") == 2
    assert len(lines) == len(rows) + 1


def test_every_number_says_where_it_comes_from(browser: Browser, answers: Answers) -> None:
    pick(browser, "trainium2")
    model = browser.table.model_
    at = next(i for i, line in enumerate(model.lines) if not isinstance(line, str) and line.key == "chip.hbm_bytes_per_s")
    browser.table.setCurrentIndex(model.index(at, 0))
    said = browser.source.text.toPlainText()
    source = LIBRARY.chip("trainium2").sources["hbm_bytes_per_s"]
    for part in (source.ref, "published by the vendor", source.checked, source.url, "Elsewhere: 3 TB/s (NKI guide, rounded)"):
        assert part in said
    assert answers.outside == []
    browser.source.page.click()
    assert answers.outside == [source.url]


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "javascript:alert(1)", "ftp://host/x", "https://", "//host", "data:text/html,x", "ht tp://x"])
def test_only_web_pages_are_opened(browser: Browser, url: str) -> None:
    source = Source(kind="press", ref="x", url=url)
    assert web_address(source) is None
    browser.source.show_source("x", "y", source)
    assert not browser.source.page.isEnabled()


def test_markup_in_names_stays_text(window: Window, browser: Browser) -> None:
    chip = own_copy(LIBRARY.chip("b200"), "<b>big</b><img src=x>", LIBRARY)
    save_preset(chip, window.librarian.folder)
    window.librarian.reload()
    pick(browser, chip.id)
    assert browser.title.text() == chip.name
    assert "&lt;b&gt;" in browser.list.listed.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_chips_are_added_and_fabrics_and_models_used(window: Window, browser: Browser) -> None:
    pick(browser, "h100", "h200")
    browser.use.click()
    assert [s.chip.id for s in window.document.study.scenarios][3:] == ["h100", "h200"]
    window.document.undo_stack.undo()
    browser.show_root("fabric")
    pick(browser, "nvswitch-8-h100")
    browser.use.click()
    assert window.document.study.scenarios[window.document.study.active].fabric.id == "nvswitch-8-h100"
    browser.show_root("workload")
    pick(browser, "llama3-8b")
    QTest.keyClick(browser.list, Qt.Key.Key_Return)
    assert {s.workload.id for s in window.document.study.scenarios} == {"llama3-8b"}


def test_rented_machines_come_with_their_size_fabric_and_price(window: Window, browser: Browser) -> None:
    browser.show_root("instance")
    assert [spec.id for spec in browser.list.picked()] == ["p6-b200.48xlarge", "trn2.48xlarge"]  # those whose offers the scenarios have
    pick(browser, "p5.48xlarge", "trn2.48xlarge")
    assert browser.table.model_.sheet.columns == ("p5.48xlarge", "trn2.48xlarge")
    assert not browser.duplicate.isEnabled()
    browser._menu.aboutToShow.emit()
    possible = {a.text(): a.isEnabled() for a in browser._menu.actions()}
    assert not any(possible[text] for text in ("Compare with the shipped original", "Rename…", "Remove…"))
    browser.use.click()
    made = window.document.study.scenarios[3:]
    assert [(s.name, s.chip.id, s.plan.chips, s.fabric.id, s.offer and s.offer.instance) for s in made] == [
        ("p5.48xlarge", "h100", 8, "nvswitch-8-h100", "p5.48xlarge"), ("trn2.48xlarge", "trainium2", 16, "neuronlink-torus-4x4", "trn2.48xlarge"),
    ]  # fmt: skip
    assert all(s.workload == window.document.study.scenarios[0].workload for s in made)
    browser.show_root("chip")
    assert browser.duplicate.isEnabled()


def test_duplicate_to_edit(window: Window, browser: Browser) -> None:
    pick(browser, "b200")
    browser.duplicate.click()
    settle()
    made = window.document.study.scenarios[-1]
    assert (made.chip.id, made.chip.name, made.chip.based_on, made.name) == ("b200--mine", "B200 (mine)", "b200", "B200 (mine)")
    assert window.librarian.editor is not None
    assert window.librarian.editor.windowTitle() == "Specification of B200 (mine)"
    window.document.undo_stack.undo()
    assert len(window.document.study.scenarios) == 3


def test_saved_presets_are_everywhere_at_once(window: Window, browser: Browser, answers: Answers) -> None:
    edit(window)
    answers.line = "My Trainium"
    window.actions_.all["Save the chip as my preset"].trigger()
    settle()
    chip = window.document.library.chip("my-trainium")
    scenario = window.document.study.scenarios[0]
    assert scenario.chip == chip
    assert scenario.name == "My Trainium"
    assert [(e.key, e.was) for e in edits(LIBRARY, scenario)] == [("chip.hbm_bytes_per_s", 2.9e12)]
    assert "My Trainium is saved" in window.notices.text
    assert "My Trainium" in labels(window.actions_.add)
    assert "My Trainium (yours)" in [browser.list.listed.index(i, 0).data() for i in range(3)]
    pick(browser, "my-trainium")
    menu_act(browser, "Compare with the shipped original")
    (row,) = browser.table.model_.sheet.rows
    assert [cell.text for cell in row.cells] == ["2.9 TB/s", "5 TB/s", "+72.4 %"]
    window.document.undo_stack.undo()
    assert window.document.study.scenarios[0].chip.id == "trainium2"


def test_models_and_fabrics_can_be_kept_too(window: Window, browser: Browser, answers: Answers) -> None:
    for root, line, menu in (("workload", "My Llama", window.actions_.workload), ("fabric", "My torus", window.actions_.fabric)):
        answers.line = line
        window.actions_.all[f"Save the {root} as my preset"].trigger()
        settle()
        menu.aboutToShow.emit()
        assert line in labels(menu)
    copies = [copy for menu, copy in window.actions_.copies if menu is window.actions_.workload]
    assert "My Llama" in labels(copies[0])


def test_a_preset_of_ones_own_is_saved_again_renamed_and_removed(window: Window, browser: Browser, answers: Answers) -> None:
    answers.line = "Mine"
    window.librarian.keeper.keep("chip")
    edit(window)
    window.librarian.keeper.keep("chip")  # the same name: asks, and is not sure
    assert window.document.library.chip("mine").hbm_bytes_per_s == 2.9e12
    answers.sure = True
    window.librarian.keeper.keep("chip")
    assert window.document.library.chip("mine").hbm_bytes_per_s == 5e12
    pick(browser, "mine")
    answers.line = "Yours"
    menu_act(browser, "Rename…")
    assert window.document.library.chip("mine").name == "Yours"
    menu_act(browser, "Remove…")
    assert "mine" not in window.document.library.chips
    assert window.document.study.scenarios[0].chip.id == "mine"
    window.notices.buttons[0].click()
    assert window.document.library.chip("mine").name == "Yours"
    assert answers.said == []


def test_shipped_presets_cannot_be_renamed_or_removed(browser: Browser) -> None:
    pick(browser, "b200")
    browser._menu.aboutToShow.emit()
    possible = {a.text(): a.isEnabled() for a in browser._menu.actions()}
    assert not possible["Rename…"]
    assert not possible["Remove…"]
    assert not possible["Compare with the shipped original"]


def test_the_scenario_in_hand_against_what_is_shipped(window: Window, browser: Browser) -> None:
    edit(window)
    window.actions_.all["Compare with the shipped original"].trigger()
    settle()
    (row,) = browser.table.model_.sheet.rows
    assert (row.label, [cell.text for cell in row.cells]) == ("HBM bandwidth", ["2.9 TB/s", "5 TB/s", "+72.4 %"])
    assert [cell.source and cell.source.kind for cell in row.cells] == ["vendor doc", "user", None]
    assert row.cells[1].about().splitlines()[0] == "Entered by you"
    pick(browser, "h100")
    assert browser.table.model_.sheet.columns != ("Shipped", "Now", "Difference")


def test_files_that_are_wrong_are_told(window: Window, browser: Browser, tmp_path: Path, answers: Answers) -> None:
    folder = tmp_path / "presets" / "chips"
    folder.mkdir(parents=True)
    for name in ("one", "two"):
        (folder / f"{name}.toml").write_text("id = 3", encoding="utf-8")
    window.actions_.all["Read my presets again"].trigger()
    settle()
    assert window.notices.text.startswith("2 files of your library were left out: chips/one.toml")
    assert "2 of your files left out" in browser.count.text()
    window.notices.buttons[0].click()
    assert "chips/two.toml" in answers.said[-1]
    assert window.notices.isHidden()


def test_what_cannot_be_saved_is_one_line(window: Window, browser: Browser, answers: Answers, tmp_path: Path) -> None:
    (tmp_path / "presets").write_text("a file", encoding="utf-8")
    answers.line = "Mine"
    before = window.document.study
    window.librarian.keeper.keep("chip")
    answers.line = "x" * 200
    window.librarian.keeper.keep("chip")
    assert len(answers.said) == 2
    assert all("\n" not in line for line in answers.said)
    assert window.document.study == before


def test_the_folder_is_shown_on_request(window: Window, browser: Browser, answers: Answers, tmp_path: Path) -> None:
    window.actions_.all["Show the folder of my presets"].trigger()
    assert answers.outside == [f"file://{tmp_path}/presets"]


def test_keyboard_and_names(browser: Browser) -> None:
    reachable = [w for w in browser.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible()]
    assert browser.list in reachable
    assert browser.table in reachable
    assert [type(w).__name__ for w in reachable if not w.accessibleName() and not (hasattr(w, "text") and str(w.text()))] == []
    QTest.keyClick(browser, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert browser.focusWidget() is browser.search


def test_escape_closes_and_nothing_stays(window: Window, browser: Browser) -> None:
    QTest.keyClick(browser, Qt.Key.Key_Escape)
    settle()
    assert window.librarian.browser is None


@pytest.mark.parametrize(("was", "now", "said"), [(2.0, 3.0, "+50 %"), (2.0, 1.0, "-50 %"), (1.0, 8.0, "x 8"), (None, 1.0, "added"), (1.0, None, "removed"), ("a", "b", "changed"), (0.0, 1.0, "changed"), (True, False, "changed")])
def test_differences_in_words(was: object, now: object, said: str) -> None:
    assert difference(was, now) == said
