"""A drawing in its pane: chips under the hand, the keyboard, themes and sizes; cells and thick strokes under it too."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from explorer import charts
from explorer.app.look import Look
from explorer.app.views import ChartView, DrawingView, Pane
from explorer.charts.model import MARKS
from explorer.charts.style import theme, theme_names
from explorer.library import default_study, load_library


@pytest.fixture(scope="module")
def scene():
    study = default_study(load_library())
    return charts.scene(study.replace(active=2))


@pytest.fixture
def view(qtbot, scene):
    made = DrawingView()
    qtbot.addWidget(made)
    made.resize(640, 320)
    made.show_chart(charts.chart("topology-tp", scene))
    made.show()
    qtbot.waitExposed(made)
    made.grab()
    return made


def move_to(widget, at: QPointF):
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, widget.mapToGlobal(at), Qt.MouseButton.NoButton, Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_every_mark_is_told_where_it_stands(view):
    for series in view.chart.series:
        if series.role in MARKS and series.key != "switch":
            for i in range(len(series.x)):
                move_to(view, view.drawn.box(series, i).center())
                assert view.tip.text == series.tips[i]
    move_to(view, QPointF(1, 1))
    assert view.tip.text == ""


def test_the_hand_hears_of_a_chip(view, qtbot):
    group = next(s for s in view.chart.series if s.key == "chips-group")
    with qtbot.waitSignal(view.hovered) as heard:
        move_to(view, view.drawn.box(group, 3).center())
    assert heard.args == ["Chip 3\nTP 3, DP 0"]


def test_keys_step_through_the_marks(view, qtbot):
    view.setFocus(Qt.FocusReason.TabFocusReason)
    seen = set()
    for _ in range(40):
        qtbot.keyClick(view, Qt.Key.Key_Right)
        seen.add(view.tip.text.partition("\n")[0])
    assert {f"Chip {i}" for i in range(8)} | {"Domain 0", "Domain 1"} <= seen
    assert view.accessibleDescription() == view.tip.text
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.tip.text == ""


def test_group_and_links_are_painted_in_the_hue_of_the_scenario(view):
    image, hue = view.grab().toImage(), theme("light").slot(2)
    group = next(s for s in view.chart.series if s.key == "chips-group")
    for i in range(len(group.x)):
        at = view.drawn.box(group, i).center().toPoint()
        assert image.pixelColor(at).name().upper() == hue.upper()
    used = next(s for s in view.chart.series if s.key == "domains-used")
    assert image.pixelColor(view.drawn.box(used, 0).center().toPoint()).name().upper() != hue.upper()


@pytest.mark.parametrize("name", theme_names())
@pytest.mark.parametrize("size", [QSize(90, 70), QSize(300, 160), QSize(1600, 900)])
def test_marks_stay_inside_at_any_size(view, name, size):
    view.set_look(Look(theme(name), 1.5))
    view.resize(size)
    view.grab()
    for series in view.chart.series:
        if series.role in MARKS:
            for i in range(len(series.x)):
                box = view.drawn.box(series, i)
                assert box.left() >= -1.5
                assert box.right() <= size.width() + 1.5


def test_pane_takes_the_view_that_suits(qtbot, scene):
    pane = Pane()
    qtbot.addWidget(pane)
    for name, kind in (("topology", DrawingView), ("heat-map", ChartView), ("radar", DrawingView)):
        pane.show_chart(charts.chart(name, scene))
        assert type(pane.view) is kind
        pane.hold_axes(True)
        pane.show_ghost(charts.chart(name, scene))
        pane.grab()
        pane.hold_axes(False)


@pytest.mark.parametrize("name", ["heat-map", "sensitivity"])
def test_cells_and_strokes_are_picked_all_over(qtbot, scene, name):
    view = ChartView()
    qtbot.addWidget(view)
    view.resize(640, 380)
    chart = charts.chart(name, scene)
    view.show_chart(chart)
    view.show()
    view.grab()
    series = next(s for s in chart.series if s.role in ("cells", "spread"))
    at = view.picture.positions()[series.key]
    if name == "heat-map":
        view._point(QPointF(*(at[7] + (3.0, 3.0))))
        assert view.tip.text == series.tips[7]
    else:
        middle = (at[0] + at[1]) / 2
        view._point(QPointF(*middle))
        assert view.tip.text == series.tips[0]


def test_a_frame_of_a_drag_is_quick(view, scene):
    took = []
    for _ in range(9):
        start = time.perf_counter()
        view.show_chart(charts.chart("topology-tp", scene))
        view.repaint()
        took.append(time.perf_counter() - start)
    assert np.median(took) < 0.016
