"""The card: the right view for a chart, words where there is none, its buttons and pictures."""

from __future__ import annotations

from dataclasses import replace

import chart_samples as samples
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from explorer.app.look import Look
from explorer.app.views import BarView, ChartView, Pane
from explorer.charts.style import theme


@pytest.fixture
def pane(qtbot):
    made = Pane()
    qtbot.addWidget(made)
    made.resize(640, 420)
    made.show_chart(samples.roofline())
    made.show()
    qtbot.waitExposed(made)
    return made


def test_picks_the_view_that_suits_the_chart(pane):
    assert isinstance(pane.view, ChartView)
    view = pane.view
    pane.show_chart(samples.roofline(shift=2.0))
    assert pane.view is view
    pane.show_chart(samples.memory())
    assert isinstance(pane.view, BarView)
    assert pane.accessibleName() == "Memory fit"


def test_empty_chart_says_why(pane):
    shown = pane.grab_image()
    pane.show_chart(replace(samples.roofline(), series=(), empty="No operator reads <b>HBM</b>."))
    assert pane.grab_image() != shown
    assert not pane.view.isVisible()
    assert pane.accessibleDescription() == "No operator reads <b>HBM</b>."
    pane.show_chart(samples.roofline())
    assert pane.view.isVisible()
    assert pane.accessibleDescription() == samples.roofline().summary
    assert pane.grab_image() == shown


def test_an_empty_chart_comes_first(qtbot):
    pane = Pane()
    qtbot.addWidget(pane)
    pane.show_chart(replace(samples.memory(), bars=(), empty="nothing"))
    assert pane.view is None
    pane.hold_axes(True)
    pane.show_ghost(samples.memory())
    pane.show_chart(samples.memory(30))
    assert pane.view._held


def test_forwards_hold_ghost_and_look(pane):
    pane.show_ghost(samples.roofline())
    pane.hold_axes(True)
    pane.show_chart(samples.roofline((2.9e12, 6e12, 7.7e12)))
    assert "ghost of roof 1" in pane.view.curves.items
    assert pane.view._held
    pane.set_look(Look(theme("dark"), 1.5))
    assert pane.view.picture.ink.theme.name == "dark"
    pane.hold_axes(False)
    pane.show_ghost(None)
    assert "ghost of roof 1" not in pane.view.curves.items


def test_fill_button(pane, qtbot):
    asked = []
    pane.fill_toggled.connect(asked.append)
    pane.set_filled(True)
    assert asked == []
    qtbot.mouseClick(pane._grow, Qt.MouseButton.LeftButton)
    assert asked == [False]
    pane._grow.setFocus()
    qtbot.keyClick(pane._grow, Qt.Key.Key_Space)
    assert asked == [False, True]
    assert pane._grow.accessibleName() == "Back to all charts"


def test_the_menu_asks_for_exports_and_copies(pane):
    asked = []
    pane.export_asked.connect(asked.append)
    pane.taken.connect(lambda how, name: asked.append(f"{how} {name}"))
    assert [a.text() for a in pane._menu.actions()] == ["Export this chart…", "Copy as picture", "Copy as table"]
    for action in pane._menu.actions():
        action.trigger()
    assert asked == ["roofline", "picture roofline", "numbers roofline"]


def test_the_title_pulled_far_enough_asks_for_a_drag_once(pane, qtbot):
    asked = []
    pane.taken.connect(lambda how, name: asked.append((how, name)))
    start = pane._head.rect().center()
    for button, moves in ((Qt.MouseButton.LeftButton, (2, 60, 90)), (Qt.MouseButton.RightButton, (60,))):
        qtbot.mousePress(pane._head, button, pos=start)
        for x in moves:
            at, none = start + QPoint(x, 0), Qt.MouseButton.NoButton
            spot = (QPointF(at), QPointF(pane._head.mapToGlobal(at)))
            QApplication.sendEvent(pane._head, QMouseEvent(QEvent.Type.MouseMove, *spot, none, button, Qt.KeyboardModifier.NoModifier))
        qtbot.mouseRelease(pane._head, button)
        assert asked == [("drag", "roofline")]


def test_every_control_has_a_name_and_a_place_in_the_tab_order(pane):
    for control in (pane._more, pane._grow, pane.view):
        assert control.accessibleName()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_hover_reaches_the_card(pane, qtbot):
    said = []
    pane.hovered.connect(said.append)
    qtbot.keyClick(pane.view, Qt.Key.Key_Right)
    assert said
    assert said[0].startswith("rope · Trainium2")
