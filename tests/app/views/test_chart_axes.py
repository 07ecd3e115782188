"""Ticks, ranges and the places of labels, without a window."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.app.views import axes, labels
from explorer.app.views.pick import Picked, step
from explorer.charts.model import Axis, Chart, Series


def said(axis, low, high, room=8):
    return [t.text for t in axes.ticks(axis, low, high, room)]


def test_decades_speak_in_prefixes():
    assert said(Axis("a", "FLOP/s", "log"), 11.5, 15.7) == ["1 T", "10 T", "100 T", "1 P"]
    assert said(Axis("a", "s", "log"), -5.2, -1.8) == ["10 µs", "100 µs", "1 ms", "10 ms"]
    assert said(Axis("a", "B", "log"), 3.6, 9.2) == ["10 kB", "100 kB", "1 MB", "10 MB", "100 MB", "1 GB"]
    assert said(Axis("a", "FLOP/B", "log"), -0.3, 3.6) == ["1", "10", "100", "1,000"]
    assert said(Axis("a", "fraction"), 0.0, 1.0, 5) == ["0%", "20%", "40%", "60%", "80%", "100%"]


def test_narrow_log_axes_have_ticks_too():
    assert said(Axis("a", "s", "log"), -3.1, -2.2) == ["1 ms", "2 ms", "5 ms"]
    assert len(said(Axis("a", "s", "log"), -2.95, -2.9)) >= 2


def test_bytes_on_linear_axes_are_binary():
    assert said(Axis("a", "B"), 0.0, 100 * 2.0**30, 5) == ["0 GiB", "20 GiB", "40 GiB", "60 GiB", "80 GiB", "100 GiB"]


def test_titles_carry_the_unit_that_ticks_do_not():
    assert axes.axis_title(Axis("Attainable", "FLOP/s")) == "Attainable (FLOP/s)"
    assert axes.axis_title(Axis("Time", "s")) == "Time"
    assert axes.axis_title(Axis("Rate (a chip)", "FLOP/s")) == "Rate (a chip)"


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=6),
    st.sampled_from(["linear", "log"]),
)
def test_ranges_are_finite_and_hold_the_data(values, scale):
    bounded = [v for v in values if not np.isfinite(v) or abs(v) < 1e250]
    axis = Axis("a", "s", scale)
    column = np.array(bounded, dtype=np.float64)
    low, high = axes.fitted(axis, [column])
    assert np.isfinite([low, high]).all()
    assert low < high
    shown = axes.to_view(column, axis)
    shown = shown[np.isfinite(shown)]
    if scale == "log":
        shown = shown[np.abs(shown) < 270]
    slack = 1e-12 * (high - low)
    assert ((shown >= low - slack) & (shown <= high + slack)).all()
    assert len(axes.ticks(axis, low, high, 6)) <= 40


def test_small_edits_leave_a_log_axis_where_it_is():
    axis = Axis("a", "s", "log")
    assert axes.fitted(axis, [np.array([1.3e-5, 0.03])]) == axes.fitted(axis, [np.array([1.35e-5, 0.031])])


def test_a_label_avoids_points_and_lines():
    around = labels.around((100.0, 100.0), (100.0, 100.0), (40.0, 12.0), 8.0)
    spot = labels.Spot("a", "a", (40.0, 12.0), around)
    bounds = (0.0, 0.0, 300.0, 300.0)
    nothing = np.empty((0, 2)), np.empty((0, 4))
    assert labels.place([spot], bounds, *nothing, 4.0) == {"a": 0}
    dots = np.array([[120.0, 110.0]])
    assert labels.place([spot], bounds, dots, nothing[1], 4.0)["a"] not in (0, None)
    line = np.array([[0.0, 111.0, 300.0, 111.0]])
    assert labels.place([spot], bounds, nothing[0], line, 4.0)["a"] == 2
    assert labels.place([spot], (0.0, 0.0, 30.0, 30.0), *nothing, 4.0) == {}


def test_labels_at_one_place_move_apart_or_stay_away():
    around = labels.around((100.0, 100.0), (100.0, 100.0), (40.0, 12.0), 8.0)
    spots = [labels.Spot(str(i), "a", (40.0, 12.0), around) for i in range(30)]
    chosen = labels.place(spots, (0.0, 0.0, 300.0, 300.0), np.empty((0, 2)), np.empty((0, 4)), 4.0)
    assert 2 <= len(chosen) < 10
    boxes = [around[i] for i in chosen.values()]
    for i, (x, y) in enumerate(boxes):
        assert not any(abs(x - u) < 40 and abs(y - v) < 12 for u, v in boxes[i + 1 :])


def test_near_names_are_joined():
    groups = labels.merged({"QKV": (50.0, 50.0), "O": (52.0, 51.0), "norm": (10.0, 90.0)}, (20.0, 20.0))
    assert groups == (("norm",), ("QKV", "O"))
    assert labels.joined(("a", "b", "c", "d", "e")) == "a, b, c +2"


def test_steps_skip_points_that_say_nothing():
    series = Series("k", "k", 0, "points", np.array([1.0, 2.0, np.nan, 4.0]), np.ones(4), ("a", "", "c", "d"))
    chart = Chart("k", "t", "s", Axis("x"), Axis("y"), series=(series,))
    first = step(chart, None, 1)
    assert first == Picked("k", 0)
    assert step(chart, first, 1) == Picked("k", 3)
    assert step(chart, Picked("k", 3), 1) == Picked("k", 3)


@pytest.mark.parametrize("room", [0, 1, 2, 30])
def test_any_room_gives_some_ticks(room):
    assert len(said(Axis("a", "FLOP/s", "log"), -3.0, 18.0, room)) >= 1
