"""The places of labels, and steps from point to point, without a window."""

from __future__ import annotations

import numpy as np

from explorer.app.views import labels
from explorer.app.views.pick import Picked, step
from explorer.charts.model import Axis, Chart, Series


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
