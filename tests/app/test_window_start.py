"""The window as it opens, and the looks and layouts it can take."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot
from window_tools import BANDWIDTH, LIBRARY, drag, scenario, settle, slider_of, study_of

from explorer.app import create
from explorer.app.panes import FURTHER, PANES
from explorer.app.settings import SCALES, Settings
from explorer.app.window import Window
from explorer.charts.style import theme_names
from explorer.library import default_study


def test_the_window_shows_the_default_study_and_asks_nothing(window: Window) -> None:
    assert window.isVisible()
    assert window.document.study == default_study(LIBRARY)
    assert QApplication.activeModalWidget() is None
    assert [p.name for p in window.bar.pills] == ["Trainium2", "Trainium3", "B200"]
    assert window.panes.visible_keys() == tuple(key for key, _ in PANES)
    assert all(pane.chart.title and not pane.chart.empty for pane in window.panes.panes.values())
    assert window.verdict.shown_text()
    assert window.table.model.rowCount() == 3


def test_tests_and_pictures_touch_no_user_state(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.chdir(home)

    def forbidden(*_: object) -> None:
        raise AssertionError("user state was asked for, or a dialog stood in the way")

    monkeypatch.setattr(QSettings, "value", forbidden)
    monkeypatch.setattr(QSettings, "setValue", forbidden)
    monkeypatch.setattr(QDialog, "exec", forbidden)
    monkeypatch.setattr(QMenu, "exec", forbidden)
    window = create(size=(1280, 720))
    qtbot.addWidget(window)
    settle()
    drag(slider_of(window), 100)
    window.wear("dark", 1.25)
    settle()
    window.close()
    assert list(home.rglob("*")) == []


def test_settings_survive_a_run_and_damaged_ones_mean_defaults(tmp_path: Path) -> None:
    path = tmp_path / "settings.ini"
    first = Settings(path)
    first.theme, first.scale = "dark", 1.5
    for name in ("a.json", "b.json", "a.json"):
        first.remember(tmp_path / name)
    del first
    second = Settings(path)
    assert (second.theme, second.scale) == ("dark", 1.5)
    assert [Path(r).name for r in second.recent] == ["a.json", "b.json"]
    path.write_text("[General]\ntheme=nosuch\nscale=ninety\nrecent=\ngeometry=7\n")
    damaged = Settings(path)
    assert (damaged.theme, damaged.scale, damaged.recent, damaged.geometry) == ("light", 1.0, [], None)


def test_two_windows_do_not_share_anything(qtbot: QtBot, window: Window) -> None:
    other = create(study_of(scenario("b200")), size=(1280, 720))
    qtbot.addWidget(other)
    settle()
    before = window.document.study
    other.document.edit(BANDWIDTH, 5e12)
    settle()
    assert window.document.study == before
    assert len(other.bar.pills) == 1


@pytest.mark.parametrize("name", theme_names())
def test_every_theme_can_be_worn(window: Window, name: str) -> None:
    window.actions_.all[name.capitalize()].trigger()
    settle()
    assert window.look.theme.name == name
    assert window.settings.theme == name
    picture = window.grab().toImage()
    assert picture.pixelColor(2, picture.height() - 2).name().upper() == window.look.theme.card.upper()


def test_light_and_dark_change_places(window: Window) -> None:
    for expected in (True, False):
        window.actions_.all["Light or dark"].trigger()
        assert window.look.theme.dark is expected


def test_the_scale_steps_and_stops_at_its_ends(window: Window) -> None:
    for _ in range(len(SCALES) + 2):
        window.actions_.all["Larger"].trigger()
    assert window.look.scale == SCALES[-1]
    for _ in range(len(SCALES) + 2):
        window.actions_.all["Smaller"].trigger()
    assert window.look.scale == SCALES[0]
    window.actions_.all["Normal size"].trigger()
    assert window.look.scale == window.settings.scale == 1.0
    settle()


def test_menus_are_set_in_the_size_of_the_look(qtbot: QtBot) -> None:
    create(theme="light", scale=2.0).close()
    made = create(theme="projector", scale=1.5)
    qtbot.addWidget(made)
    for theme, scale in (("projector", 1.5), ("light", 1.0)):
        made.wear(theme, scale)
        settle()
        wanted = made.look.font("base").pixelSize()
        assert made.menuBar().font().pixelSize() == made.actions_.export.font().pixelSize() == wanted
        assert abs(made.menuBar().height() - 1.9 * wanted) < 0.6 * wanted


def test_one_pane_fills_the_centre_and_steps_back(window: Window) -> None:
    for key, title in PANES:
        window.actions_.all[f"Fill with {title.lower()}"].trigger()
        settle()
        assert window.panes.visible_keys() == (key,)
        assert [k for k, p in window.panes.panes.items() if p.isVisible()] == [key]
        assert window.panes.panes[key].filled
    window.actions_.all["All panes"].trigger()
    settle()
    assert all(p.isVisible() and not p.filled for p in window.panes.panes.values())


def test_the_button_of_a_pane_and_the_menu_agree(window: Window) -> None:
    window.actions_.all["Fill with memory fit"].trigger()
    window.panes.panes["memory"]._grow.click()  # now a button to step back
    assert window.panes.filled is None
    window.panes.panes["memory"]._grow.click()
    assert window.panes.filled == "memory"


def test_hidden_panes_are_drawn_when_they_appear(window: Window) -> None:
    window.panes.fill("roofline")
    settle()
    old = window.panes.panes["memory"].chart
    window.document.edit("job.batch", 64)
    settle()
    assert window.panes.panes["memory"].chart is old
    window.panes.fill(None)
    settle()
    assert window.panes.panes["memory"].chart.bars != old.bars


@pytest.mark.parametrize(("size", "scale", "tabbed"), [
    ((1100, 650), 1.0, False), ((1099, 650), 1.0, True), ((1100, 649), 1.0, True), ((1920, 1080), 1.0, False),
    ((1280, 720), 2.0, True), ((2200, 1300), 2.0, False),
])  # fmt: skip
def test_below_1100_by_650_effective_pixels_panes_become_tabs(
    window: Window, size: tuple[int, int], scale: float, tabbed: bool
) -> None:
    window.wear(None, scale)
    window.resize(*size)
    settle()
    assert len(window.panes.visible_keys()) == (1 if tabbed else 4)
    assert window.panes._tabs.isVisible() is tabbed


def test_a_tab_shows_its_pane(window: Window) -> None:
    window.resize(1000, 600)
    settle()
    for i, (key, _) in enumerate(PANES):
        window.panes._tabs.setCurrentIndex(i)
        settle()
        assert window.panes.visible_keys() == (key,)
        assert window.panes.panes[key].isVisible()
        assert window.panes.panes[key].chart.key == key


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_verdict_and_the_comparison_can_be_reached_in_a_small_window(window: Window, scale: float) -> None:
    window.wear(None, scale)
    window.resize(1280, 720)
    settle()
    for part in (window.verdict, window.table):
        shown = part.isVisible()
        for i in range(window.panes._tabs.count()):
            window.panes._tabs.setCurrentIndex(i)
            settle()
            shown = shown or part.isVisible()
        assert shown


def test_words_keep_their_colours_when_they_move_behind_a_tab_and_back(window: Window) -> None:
    def colours() -> dict[str, str]:
        labels = [x for x in window.verdict.findChildren(QLabel) if x.isVisible() and x.text()]
        return {x.text(): x.palette().color(x.foregroundRole()).name() for x in labels}

    for theme in ("dark", "light"):
        window.wear(theme)
        settle()
        before = colours()
        assert before["Fits"].upper() == window.look.theme.good.upper()
        window.resize(800, 600)
        settle()
        window.panes._tabs.setCurrentIndex(len(PANES) + len(FURTHER))
        settle()
        assert colours() == before
        window.resize(1600, 900)
        settle()
        assert colours() == before


def test_every_control_has_a_name_and_the_keyboard_reaches_it(window: Window) -> None:
    seen: set[QWidget] = set()
    part: QWidget | None = window.knobs
    while part is not None and part not in seen:
        seen.add(part)
        part = part.nextInFocusChain()
    tab = Qt.FocusPolicy.TabFocus
    stops = {p for p in seen if p.isVisible() and p.focusPolicy() & tab and p.focusProxy() is None}
    assert [p for p in stops if not p.accessibleName()] == []
    rows = [row for row in window.knobs.rows.values() if row.isVisible()]
    assert {row.editor.controls[-1] for row in rows if row.editor.body} <= stops
    assert set(window.bar.pills) <= stops
    assert {pane.view for pane in window.panes.panes.values()} <= stops
