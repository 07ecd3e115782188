"""The live chart: standing items, held axes, hover and keyboard, wheel and double click, bad data."""

from __future__ import annotations

from dataclasses import replace

import chart_samples as samples
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from explorer.app.look import Look
from explorer.app.views import ChartView
from explorer.charts.model import Axis, Chart, Series
from explorer.charts.style import theme, theme_names


@pytest.fixture
def view(qtbot):
    made = ChartView()
    qtbot.addWidget(made)
    made.resize(640, 380)
    made.show_chart(samples.roofline())
    made.show()
    qtbot.waitExposed(made)
    made.grab()
    return made


def painted(view) -> bytes:
    image = view.grab().toImage()
    return bytes(image.constBits())


def move_to(view, x, y):
    port = view.canvas.viewport()
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(x, y), port.mapToGlobal(QPointF(x, y)),
        Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(port, event)


def double_click(view):
    """Sent by hand: QTest forgets to let go of the button, which the next test would feel."""
    port, at = view.canvas.viewport(), QPointF(300, 150)
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick,
                 QEvent.Type.MouseButtonRelease):
        down = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        event = QMouseEvent(kind, at, port.mapToGlobal(at), Qt.MouseButton.LeftButton, down, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(port, event)


def wheel(view, modifiers=Qt.KeyboardModifier.NoModifier) -> bool:
    at = QPointF(300, 150)
    event = QWheelEvent(
        at, view.canvas.viewport().mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False,
    )
    event.setAccepted(True)
    QApplication.sendEvent(view.canvas.viewport(), event)
    return event.isAccepted()


def test_curves_lie_where_the_painted_frame_says(view):
    """The curves of pyqtgraph and the points painted in pixels share one geometry."""
    frame, port = view.picture.frame(), view.canvas.port
    assert port.mapRectToScene(port.rect()) == frame.rect
    ridge = view.picture.positions()["roof 0"][1]
    at = port.mapViewToScene(QPointF(np.log10(667e12 / 2.9e12), np.log10(667e12)))
    assert (at.x(), at.y()) == pytest.approx(tuple(ridge), abs=0.6)


def test_names_for_those_who_cannot_see(view):
    assert view.accessibleName() == "Roofline"
    assert view.accessibleDescription() == "All three chips are bound by HBM in decode."


def test_items_stand_while_numbers_change(view):
    before = dict(view.curves.items)
    view.show_chart(samples.roofline((2.9e12, 6.0e12, 7.7e12)))
    assert view.curves.items == before
    x, y = view.curves.items["roof 1"].getData()
    assert 10 ** x[1] == pytest.approx(671e12 / 6.0e12)
    assert 10 ** y[1] == pytest.approx(671e12)


def test_unchanged_curves_are_not_touched(view, monkeypatch):
    touched = []
    for key, item in view.curves.items.items():
        monkeypatch.setattr(item, "setData", lambda *a, _key=key, **k: touched.append(_key))
    view.show_chart(samples.roofline((2.9e12, 6.0e12, 7.7e12)))
    assert touched == ["roof 1"]


def test_vanished_series_leave_no_item(view):
    chart = samples.roofline()
    view.show_chart(replace(chart, series=tuple(s for s in chart.series if s.slot != 2)))
    assert set(view.curves.items) == {"roof 0", "roof 1"}
    view.grab()


def test_show_emits_nothing_and_hover_does(view, qtbot):
    said = []
    view.hovered.connect(said.append)
    x, y = view.picture.positions()["points 1"][7]
    move_to(view, x + 4, y + 3)
    assert view.tip.isVisible()
    assert said == [view.tip.text]
    assert said[0].startswith("head · Trainium3 (edited)")
    view.show_chart(samples.roofline((2.9e12, 6.0e12, 7.7e12), shift=1.1))
    view.show_ghost(samples.roofline())
    view.set_look(Look(theme("dark"), 1.5))
    assert len(said) == 1
    assert "66.0 FLOP/B" in view.tip.text  # the open tip follows the numbers
    view.canvas.leaveEvent(QEvent(QEvent.Type.Leave))
    assert said[-1] == ""
    assert view.tip.isHidden()


def test_far_from_every_point_no_tip(view):
    frame = view.picture.frame()
    move_to(view, frame.left + frame.width - 30, frame.top + frame.height - 30)
    assert view.tip.isHidden()


def test_keys_step_through_points(view, qtbot):
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.tip.text.startswith("rope · Trainium2")
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.tip.text.startswith("rope · Trainium3")
    assert view.accessibleDescription() == view.tip.text
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.tip.text.startswith("head · B200")
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.tip.text.startswith("head · Trainium3")
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.tip.isHidden()


def test_held_axes_stay_and_fit_at_release(view):
    chart = samples.interconnect()
    view.show_chart(chart)
    fitted = view.picture.views
    view.hold_axes(True)
    view.show_chart(samples.interconnect(latency=300))
    assert view.picture.views == fitted
    view.hold_axes(False)
    assert view.picture.views != fitted
    assert view.picture.views[1][0] > fitted[1][0]


def test_another_chart_fits_even_while_held(view):
    view.hold_axes(True)
    view.show_chart(samples.interconnect())
    assert view.picture.views[0][1] == pytest.approx(np.log10(2e9))


def test_held_labels_keep_their_place(view):
    view.hold_axes(True)
    view.grab()
    words = [text for text, _, _ in view.picture.labels.placed]
    view.show_chart(samples.roofline(shift=1.2))
    view.grab()
    assert [text for text, _, _ in view.picture.labels.placed] == words


def test_labels_do_not_overlap(view):
    boxes = [box for _, box, _ in view.picture.labels.placed]
    assert len(boxes) >= 4
    for i, one in enumerate(boxes):
        assert view.picture.frame().rect.contains(one)
        assert not any(one.intersects(other) for other in boxes[i + 1 :])


def test_ghost_shows_only_what_moved(view):
    view.show_ghost(samples.roofline())
    assert set(view.curves.items) == {"roof 0", "roof 1", "roof 2"}
    view.show_chart(samples.roofline((2.9e12, 6.0e12, 7.7e12)))
    assert set(view.curves.items) == {"roof 0", "roof 1", "roof 2", "ghost of roof 1"}
    view.show_ghost(None)
    assert set(view.curves.items) == {"roof 0", "roof 1", "roof 2"}


def test_wheel_needs_focus_or_ctrl(view):
    fitted = view.picture.views
    view.clearFocus()
    assert not wheel(view)
    assert view.picture.views == fitted
    assert wheel(view, Qt.KeyboardModifier.ControlModifier)
    zoomed = view.picture.views
    assert zoomed != fitted
    view.show_chart(samples.roofline((2.9e12, 6.0e12, 7.7e12)))
    assert view.picture.views == zoomed  # a zoom of the hand outlives edits
    double_click(view)
    assert view.picture.views == fitted


def test_left_drag_pans_and_right_does_not(view, qtbot):
    port, fitted = view.canvas.viewport(), view.picture.views
    for button, moves in ((Qt.MouseButton.RightButton, False), (Qt.MouseButton.LeftButton, True)):
        qtbot.mousePress(port, button, pos=QPoint(300, 150))
        for x in (310, 330, 360):
            qtbot.wait(12)  # pyqtgraph lets 100 moves a second through
            event = QMouseEvent(
                QEvent.Type.MouseMove, QPointF(x, 150), port.mapToGlobal(QPointF(x, 150)), Qt.MouseButton.NoButton, button,
                Qt.KeyboardModifier.NoModifier,
            )
            QApplication.sendEvent(port, event)
        qtbot.mouseRelease(port, button, pos=QPoint(360, 150))
        assert (view.picture.views != fitted) is moves


BAD = np.array([np.nan, -1.0, 0.0, np.inf])


@pytest.mark.parametrize(
    "series",
    [
        (),
        (Series("e", "empty", 0, "line", np.empty(0), np.empty(0)),),
        (Series("b", "bad", 0, "points", BAD, BAD, ("a", "b", "c", "d"), ("a", "b", "c", "d")),),
        (Series("b", "bad", 0, "roof", BAD, BAD),),
        (Series("o", "one", 0, "line", np.array([5.0]), np.array([5.0])),),
        (Series("h", "huge", 0, "line", np.array([1e-300, 1e300]), np.array([1e-300, 1e300])),),
        (Series("w", "band", 1, "band", np.array([1.0, 2.0]), np.array([1.0, 2.0]), low=BAD[:2], high=BAD[2:]),),
    ],
)
@pytest.mark.parametrize("scale", ["linear", "log"])
def test_poor_data_leave_sane_axes(qtbot, series, scale):
    view = ChartView()
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show_chart(Chart("k", "t", "s", Axis("x", "B", scale), Axis("y", "s", scale), series=series))
    view.grab()
    for low, high in view.picture.views:
        assert np.isfinite([low, high]).all()
        assert low < high
    if scale == "log":
        assert view.picture.views[0][1] <= 308


def test_empty_and_tiny_views_paint(qtbot):
    for size in ((60, 60), (200, 90), (480, 300)):
        view = ChartView()
        qtbot.addWidget(view)
        view.resize(*size)
        view.grab()
        view.show_chart(samples.roofline())
        view.grab()


@pytest.mark.parametrize("name", theme_names())
@pytest.mark.parametrize("scale", [0.75, 2.5])
def test_every_look_paints_its_own_card(view, name, scale):
    before = painted(view)
    view.set_look(Look(theme(name), scale))
    assert painted(view) != before
    assert view.grab().toImage().pixelColor(1, 1).name().upper() == theme(name).card


def test_equal_charts_paint_equal_pictures(view):
    before = painted(view)
    view.show_chart(samples.roofline((1e12, 1e12, 1e12)))
    assert painted(view) != before
    view.show_chart(samples.roofline())
    assert painted(view) == before


def test_one_edit_is_one_repaint(qtbot, monkeypatch):
    """While a drag lasts. The scene of pyqtgraph queues a second repaint behind the first unless its items keep quiet."""
    host = QWidget()
    qtbot.addWidget(host)
    row, views, times = QHBoxLayout(host), [ChartView(), ChartView()], []
    for view in views:
        row.addWidget(view)
        view.show_chart(samples.interconnect())
        view.hold_axes(True)
    host.resize(900, 400)
    host.show()
    qtbot.waitExposed(host)
    QApplication.processEvents()
    for view in views:
        paint = view.picture.paint_under
        monkeypatch.setattr(view.picture, "paint_under", lambda *a, _v=view, _p=paint: (times.append(_v), _p(*a)))
    for view in views:
        view.show_chart(samples.interconnect(3.0))
    for _ in range(5):
        QApplication.processEvents()
    assert times == views


def test_background_is_painted_once_for_equal_axes(view, monkeypatch):
    drawn = []
    plate = view.picture._plate
    monkeypatch.setattr(plate, "_paint", lambda *a: drawn.append(1))
    view.show_chart(samples.roofline((2.9e12, 6.0e12, 7.7e12)))
    view.grab()
    assert not drawn
    view.resize(700, 400)
    view.grab()
    assert drawn


def test_no_stock_menu(view):
    assert not view.canvas.scene().contextMenu
    assert not view.canvas.getPlotItem().menuEnabled()
