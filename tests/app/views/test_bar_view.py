"""The stacked bars: geometry, what is too long, hover and keyboard, held scale."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import chart_samples as samples
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from explorer.app.look import Look
from explorer.app.views import BarView
from explorer.charts.model import Axis, Bar, Chart, Segment
from explorer.charts.style import theme, theme_names


@pytest.fixture
def view(qtbot):
    made = BarView()
    qtbot.addWidget(made)
    made.resize(640, 380)
    made.show_chart(samples.memory())
    made.show()
    qtbot.waitExposed(made)
    return made


def color_at(view, x, y) -> str:
    return QColor(view.grab().toImage().pixel(round(x), round(y))).name().upper()


def test_pieces_are_as_long_as_their_values(view):
    layout = view.bars_layout()
    for row in layout.rows:
        for piece in row.pieces:
            value = row.bar.segments[piece.segment].value
            assert piece.box.width() == pytest.approx(max(1.0, value * layout.per_unit))
    assert layout.rows[0].band.right() == pytest.approx(layout.x(96 * 2**30))


def test_pieces_wear_the_colour_of_their_part(view):
    box = view.bars_layout().rows[2].pieces[0].box
    assert color_at(view, box.center().x(), box.center().y()) == theme("light").part("weights")


def test_what_does_not_fit_is_outlined_and_hatched(view):
    layout = view.bars_layout()
    end = layout.x(179 * 2**30)
    row = layout.rows[2]
    image = view.grab().toImage()
    red = theme("light").bad
    edge = {QColor(image.pixel(round(end) + dx, round(row.band.center().y()))).name().upper() for dx in (-1, 0, 1)}
    assert red in edge
    assert red in {QColor(image.pixel(round(row.band.left()) + dx, round(row.band.center().y()))).name().upper() for dx in (-1, 0)}
    fine = layout.rows[0]
    around = {QColor(image.pixel(x, round(fine.band.center().y()))).name().upper() for x in range(640)}
    assert red not in around


def test_show_emits_nothing_and_hover_does(view, qtbot):
    said = []
    view.hovered.connect(said.append)
    box = view.bars_layout().rows[2].pieces[1].box
    qtbot.mouseMove(view, QPoint(round(box.center().x()), round(box.center().y())))
    assert said == ["KV cache · B200\n60.0 GiB"]
    assert view.tip.isVisible()
    view.show_chart(samples.memory(20))
    view.show_ghost(samples.memory())
    view.hold_axes(True)
    assert len(said) == 1
    qtbot.mouseMove(view, QPoint(5, 5))
    assert said[-1] == ""


def test_words_cut_short_are_told_in_full(view, qtbot):
    name = view.bars_layout().rows[2].name
    qtbot.mouseMove(view, QPoint(round(name.left()) + 4, round(name.center().y())))
    assert view.tip.text == "B200\nshort by 19 GiB\n179 GiB"


def test_keys_step_through_pieces(view, qtbot):
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.tip.text.startswith("weights · Trainium2")
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.tip.text.startswith("KV cache · Trainium2")
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.tip.text.startswith("KV cache · Trainium3")
    assert view.accessibleDescription() == view.tip.text
    qtbot.keyClick(view, Qt.Key.Key_Up)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.tip.text.startswith("weights · Trainium2")
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.tip.isHidden()


def test_held_scale_stays_and_fits_at_release(view):
    view.show_chart(samples.step_time())
    before = view.bars_layout().per_unit
    view.hold_axes(True)
    view.show_chart(samples.step_time(8.0))
    layout = view.bars_layout()
    assert layout.per_unit == pytest.approx(before, rel=0.05)
    assert layout.beyond(layout.rows[1].bar.total)
    assert max(p.box.right() for p in layout.rows[1].pieces) <= layout.right + 1
    view.grab()
    view.hold_axes(False)
    assert not view.bars_layout().beyond(view.bars_layout().rows[1].bar.total)


def test_range_of_the_chart_wins(view):
    chart = replace(samples.memory(), x=Axis("HBM", "B", "linear", (0.0, 400 * 2.0**30)))
    view.show_chart(chart)
    layout = view.bars_layout()
    assert layout.x(400 * 2.0**30) == pytest.approx(layout.right)


def test_ghost_changes_the_picture_only_where_bars_moved(view):
    plain = view.grab().toImage()
    view.show_ghost(samples.memory())
    assert view.grab().toImage() == plain
    view.show_ghost(samples.memory(60))
    assert view.grab().toImage() != plain
    view.show_ghost(None)
    assert view.grab().toImage() == plain


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_poor_values_paint(qtbot, value):
    view = BarView()
    qtbot.addWidget(view)
    view.resize(400, 240)
    bar = Bar("A", 0, (Segment("weights", "weights", value), Segment("host", "host", 1.0)), limit=value or None,
              end_label="x", note="y", low=value, high=value, ghost=value)
    view.show_chart(Chart("k", "t", "s", Axis("x", "s"), bars=(bar,)))
    assert not view.grab().isNull()
    for row in view.bars_layout().rows:
        for piece in row.pieces:
            assert math.isfinite(piece.box.width())


def test_no_bars_and_six_bars_in_little_room(qtbot):
    view = BarView()
    qtbot.addWidget(view)
    view.resize(300, 150)
    view.grab()
    chart = samples.memory()
    view.show_chart(replace(chart, bars=tuple(replace(chart.bars[i % 3], slot=i, label=f"Chip {i}") for i in range(6))))
    view.grab()
    layout = view.bars_layout()
    bands = [r.band for r in layout.rows]
    assert all(a.bottom() <= b.top() for a, b in pairwise(bands))
    assert bands[-1].bottom() <= layout.legend_top


@pytest.mark.parametrize("name", theme_names())
@pytest.mark.parametrize("scale", [0.75, 2.5])
def test_every_look_paints_its_own_card(view, name, scale):
    view.set_look(Look(theme(name), scale))
    assert color_at(view, 2, 2) == theme(name).card
