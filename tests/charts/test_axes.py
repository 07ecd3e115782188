"""Ticks and ranges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.charts import axes
from explorer.charts.model import Axis, Chart, Mark, Series


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


@pytest.mark.parametrize("room", [0, 1, 2, 30])
def test_any_room_gives_some_ticks(room):
    assert len(said(Axis("a", "FLOP/s", "log"), -3.0, 18.0, room)) >= 1


def test_an_axis_shows_what_is_drawn_and_no_ghost():
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    series = (
        Series("a", "a", 0, "line", x, y, low=y - 1, high=y + 1), Series("b", "b", 0, "ghost", 100 * x, 100 * y),
        Series("c", "c", 0, "band", x, 50 * y, low=y - 2, high=y + 2),
    )  # fmt: skip
    chart = Chart("k", "t", "s", Axis("x"), Axis("y"), series=series, marks=(Mark("x", 9.0), Mark("y", 0.5)))
    assert np.concatenate(axes.columns(chart, "x")).max() == 9.0
    shown = np.concatenate(axes.columns(chart, "y"))
    assert (shown.min(), shown.max()) == (0.5, 6.0)


def test_a_range_that_is_given_is_kept_and_one_that_makes_no_sense_is_not():
    data = [np.array([2.0, 40.0])]
    assert axes.fitted(Axis("a", "s", "log", (1.0, 1000.0)), data) == (0.0, 3.0)
    assert axes.fitted(Axis("a", "s", "log", (-1.0, 1000.0)), data) == axes.fitted(Axis("a", "s", "log"), data)
    assert axes.fitted(Axis("a", "s"), []) == (0.0, 1.0)
