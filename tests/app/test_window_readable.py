"""Nothing is cut, nothing jumps, words stand out from their ground."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from window_tools import BANDWIDTH, move, press, release, row_of, scenario, settle, slider_of, study_of

from explorer.app import create
from explorer.app.look import Look
from explorer.app.shot import save_shot
from explorer.app.views import legend
from explorer.app.views.ink import Ink
from explorer.app.views.plate import Plate
from explorer.app.widgets.bar_plan import plan_bar
from explorer.app.widgets.text import PartsLabel, PlainLabel, tint
from explorer.app.window import Window
from explorer.charts.model import Axis
from explorer.charts.style import theme, theme_names
from explorer.specs import Study

CHIPS = ("trainium2", "trainium3", "b200", "h100", "mi300x", "tpu-v5p")


def six() -> Study:
    return study_of(*(scenario(chip) for chip in CHIPS))


def luminance(colour: QColor) -> float:
    parts = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (colour.redF(), colour.greenF(), colour.blueF()))
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(picture: QImage, ground: QColor) -> float:
    """Of the pixel that stands out most."""
    pixels = (picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height()))
    low = luminance(ground)
    return max((max(v, low) + 0.05) / (min(v, low) + 0.05) for v in {luminance(p) for p in pixels})


# ---- colours


def test_a_colour_that_a_label_only_inherits_becomes_its_own(qtbot: QtBot) -> None:
    home = QWidget()
    qtbot.addWidget(home)
    label = PlainLabel("words", home)
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.WindowText, QColor("#E8EAEE"))
    home.setPalette(palette)
    tint(label, QColor("#E8EAEE"))
    palette.setColor(QPalette.ColorRole.WindowText, QColor("#14181F"))
    home.setPalette(palette)
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == "#e8eaee"


@pytest.mark.parametrize("name", theme_names())
def test_the_words_of_the_verdict_stand_out_from_the_start(qtbot: QtBot, name: str) -> None:
    window = create(theme=name, size=(1280, 720))
    qtbot.addWidget(window)
    settle()
    window.refresher.settle()
    settle()
    verdict = window.verdict
    shown = [verdict.name, verdict.headline, verdict.tagline, verdict.headline_note]
    shown += [part for block in verdict.blocks if block.isVisible() for part in (block.title, block.body) if part.isVisible()]
    notes = [row.note for row in window.knobs.rows.values() if row.note.isVisible()][:2]
    assert notes
    for label in (*shown, *notes):
        assert label.text()
        assert contrast(label.grab().toImage(), window.look.colour("card")) >= 4.5, label.text()


# ---- the table


def columns_in_sight(window: Window) -> list[tuple[int, int]]:
    view = window.table.view
    edges = [(view.columnViewportPosition(c), view.columnWidth(c)) for c in range(window.table.model.columnCount())]
    return [(x, w) for x, w in edges if x + w > 0 and x < view.viewport().width()]


def drawn_in_cut_columns(window: Window) -> bool:
    """Whether any word is painted where a column is cut."""
    view = window.table.view
    room = view.viewport().width()
    cut = [(max(0, x), min(room, x + w)) for x, w in columns_in_sight(window) if x < 0 or x + w > room]
    boxes = [QRect(a, window.look.px(3), b - a, window.look.px(18)) for a, b in cut]
    return any(contrast(view.viewport().grab(box).toImage(), window.look.colour("card")) > 1.5 for box in boxes)


@pytest.mark.parametrize("size", [(1280, 720), (1440, 900), (1920, 1080)])
def test_the_table_shows_whole_columns_only(window: Window, size: tuple[int, int]) -> None:
    window.resize(*size)
    settle()
    bar = window.table.view.horizontalScrollBar()
    for at in range(bar.maximum() + 1):
        bar.setValue(at)
        settle()
        assert not drawn_in_cut_columns(window)
        assert sum(1 for x, w in columns_in_sight(window) if x >= 0 and x + w <= window.table.view.viewport().width()) > 3


def test_at_1920_pixels_the_results_are_in_sight_and_only_the_datasheet_scrolls(window: Window) -> None:
    window.resize(1920, 1080)
    settle()
    heads = [str(window.table.model.headerData(i, Qt.Orientation.Horizontal)) for i in range(window.table.model.columnCount())]
    room = window.table.view.viewport().width()
    seen = {heads[i] for i, (x, w) in enumerate(columns_in_sight(window)) if x >= 0 and x + w <= room}
    assert set(heads) - seen <= {"HBM rate", "HBM", "peak"}  # numbers of the chips, each with its change: they come last
    for column, needed in enumerate(window.table._needed()):
        assert window.table.view.columnWidth(column) >= needed


# ---- the bar


def test_the_cluster_is_named_in_a_crowded_bar(window: Window) -> None:
    window.document.open(six())
    window.resize(1280, 720)
    settle()
    label = window.bar.summary
    assert label.isVisible()
    assert label.shown(label._room()).endswith("16 chips")


def test_a_line_of_parts_gives_up_its_middle(qtbot: QtBot) -> None:
    label = PartsLabel("Llama 3 70B · decode · batch 32 · context 4,096 · 16 chips")
    qtbot.addWidget(label)
    wide = label.fontMetrics().horizontalAdvance
    seen = [label.shown(room) for room in range(wide(label.text()), label.least() - 3, -1)]
    assert all(text.endswith("16 chips") for text in seen)
    assert seen[0] == label.text()
    assert "Llama 3 70B · decode · … · 16 chips" in seen
    assert seen[-1] == "… · 16 chips"
    assert all(a == b or wide(b) < wide(a) for a, b in itertools.pairwise(seen))


def test_names_give_way_before_the_end_of_the_summary() -> None:
    plan = plan_bar(600, title=100, pills=[(200, 100)] * 2, fixed=50, summary=150, actions=[50], more=34, least=60)
    assert plan.summary >= 60
    assert all(100 <= p < 200 for p in plan.pills)
    assert plan.actions == 1


# ---- charts with six scenarios


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_legends_name_all_six_and_no_axis_is_cut(window: Window, size: tuple[int, int]) -> None:
    window.document.open(six())
    window.resize(*size)
    settle()
    for key in ("roofline", "interconnect"):
        view = window.panes.panes[key].view
        assert view is not None
        ink = Ink(window.look)
        entries = legend.chart_entries(view.chart, ink)
        placed, rows = legend.arrange(entries, view.width() - 2 * ink.em, ink, 2)
        assert [p.text for p in placed] == [e.label for e in entries], "names whole"
        assert len(placed) == 6
        assert rows <= 2


@pytest.mark.parametrize("room", [20.0, 60.0, 100.0, 300.0])
def test_the_title_of_an_axis_is_whole_or_shorter_but_never_cut(qtbot: QtBot, room: float) -> None:
    ink = Ink(Look(theme("light")))
    said = Plate(ink)._title(Axis("Attained", "FLOP/s", "log"), room)
    assert said in ("Attained (FLOP/s)", "Attained", "FLOP/s", "")
    assert ink.width("small", said) <= room


def test_long_names_are_shortened_before_anybody_is_left_out(qtbot: QtBot) -> None:
    ink = Ink(Look(theme("light")))
    entries = tuple(legend.Entry(f"A scenario with a long name {i}", i) for i in range(6))
    placed, rows = legend.arrange(entries, 40 * ink.em, ink, 2)
    assert len(placed) == 6
    assert rows <= 3
    assert all(p.text.endswith(str(i)) for i, p in enumerate(placed))


def test_the_choice_of_a_chart_shows_its_longest_word(window: Window) -> None:
    box = window.panes.panes["interconnect"].variants
    assert box is not None
    widest = max(box.fontMetrics().horizontalAdvance(box.itemText(i)) for i in range(box.count()))
    assert box.width() - window.look.px(22) >= widest


# ---- nothing jumps


def test_rows_stay_in_place_while_a_hand_drags(window: Window) -> None:
    def places() -> list[int]:
        return [row.y() for row in window.knobs.rows.values() if row.isVisible()]

    slider, before = slider_of(window), places()
    buttons = [b.geometry() for b in window.bar.buttons]
    press(slider)
    for step in (10, 40, 5):
        move(slider, slider.value() + step)
        settle()
        window.refresher.settle()
        settle()
        assert places() == before
        assert [b.geometry() for b in window.bar.buttons] == buttons
    release(slider)
    settle()
    assert "was 2.9 TB/s" in row_of(window).note.text()
    assert row_of(window).note.isVisible(), "said once the hand is off"


def test_a_dragged_note_goes_when_the_hand_is_off(window: Window) -> None:
    window.document.edit(BANDWIDTH, 5e12)
    settle()
    note, slider = row_of(window).note, slider_of(window)
    assert note.isVisible()
    window.knobs.hold_rows(True)
    window.document.reset(BANDWIDTH)
    settle()
    assert note.isVisible()
    window.knobs.hold_rows(False)
    settle()
    assert not note.isVisible()
    assert slider.isVisible()


# ---- pictures of any size


@pytest.mark.parametrize(("size", "name", "scale"), [
    ((1920, 1080), "projector", 1.5), ((1280, 720), "projector", 2.5), ((640, 400), "dark", 1.0), ((320, 240), "light", 1.0),
])  # fmt: skip
def test_a_picture_is_as_large_as_asked(qtbot: QtBot, tmp_path: Path, size: tuple[int, int], name: str, scale: float) -> None:
    save_shot(None, tmp_path / "shot.png", *size, theme=name, scale=scale)
    picture = QImage(str(tmp_path / "shot.png"))
    assert (picture.width(), picture.height()) == size


def test_on_a_projector_every_tab_is_in_sight(qtbot: QtBot) -> None:
    window = create(theme="projector", scale=1.5, size=(1920, 1080))
    qtbot.addWidget(window)
    settle()
    tabs = window.panes._tabs
    assert [tabs.tabToolTip(i) for i in range(tabs.count())][-2:] == ["Verdict", "Comparison"]
    for i in range(tabs.count()):
        assert tabs.rect().contains(tabs.tabRect(i))
    for part, i in ((window.verdict, tabs.count() - 2), (window.table, tabs.count() - 1)):
        tabs.setCurrentIndex(i)
        settle()
        assert part.isVisible()
