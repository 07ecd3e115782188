"""Standing curve items, one per series; an item is touched only when its numbers have changed."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from explorer.app.views.ink import Ink
from explorer.charts.axes import FloatArray, to_view
from explorer.charts.model import Axis, Chart, Series

_ROLES = ("roof", "roof_faint", "line", "ghost")
_GHOST_PREFIX = "ghost of "
_BEYOND = 1.0  # widths of the chart by which a roof is drawn on


def same_numbers(one: Series | None, other: Series | None) -> bool:
    """Whether two series draw the same line."""
    if one is None or other is None:
        return False
    return one is other or (np.array_equal(one.x, other.x) and np.array_equal(one.y, other.y))


def _extended(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A roof goes on beyond its ends: held or moved axes may show more than the chart was made for."""
    if len(x) < 2 or not (x[1] > x[0] and x[-1] > x[-2]):
        return x, y
    first, last = (y[1] - y[0]) / (x[1] - x[0]), (y[-1] - y[-2]) / (x[-1] - x[-2])
    far = _BEYOND * (x[-1] - x[0])
    return (
        np.concatenate(([x[0] - far], x[1:-1], [x[-1] + far])),
        np.concatenate(([y[0] - first * far], y[1:-1], [y[-1] + last * far])),
    )


class Curve(pg.PlotCurveItem):  # type: ignore[misc]  # pyqtgraph has no types
    """A curve that never asks for repainting: the view repaints as a whole, once, when it has shown its chart.

    The scene would otherwise queue a second repaint behind the first. It keeps no index of its items, so that it need not
    hear of their geometry either.
    """

    def update(self, *_rect: object) -> None:
        """Nothing: the view repaints."""

    def prepareGeometryChange(self) -> None:
        """Nothing: the scene has no index."""


class Curves:
    """The curve items of a view box, keyed by series."""

    def __init__(self, port: pg.ViewBox, ink: Ink) -> None:
        self.port = port
        self.ink = ink
        self.items: dict[str, Curve] = {}
        self._shown: dict[str, tuple[Series, Axis, Axis]] = {}

    def show(self, chart: Chart, ghost: Chart | None) -> None:
        """Bring the items in line with the chart and the faint lines behind it."""
        wanted = {s.key: s for s in chart.series if s.role in _ROLES}
        behind = {s.key: s for s in ghost.series if s.role in _ROLES} if ghost else {}
        moved = {_GHOST_PREFIX + k: s for k, s in behind.items() if not same_numbers(s, wanted.get(k))}
        for key in [k for k in self.items if k not in wanted and k not in moved]:
            self.port.removeItem(self.items.pop(key))
            self._shown.pop(key, None)
        for key, series in moved.items():
            self._show_one(key, series, chart, "ghost", -10)
        for key, series in wanted.items():
            self._show_one(key, series, chart, series.role, (0 if series.role == "roof_faint" else 10) + series.slot)

    def _show_one(self, key: str, series: Series, chart: Chart, role: str, height: float) -> None:
        item = self.items.get(key)
        if item is None:
            item = Curve(antialias=True, skipFiniteCheck=True)
            self.items[key] = item
            self.port.addItem(item, ignoreBounds=True)
        before = self._shown.get(key)
        y_axis = chart.y or Axis("")
        if before is None or (before[0].slot, before[0].role) != (series.slot, series.role):
            item.setPen(self.ink.line_pen(series.slot, role))
            item.setZValue(height)
        scales = (chart.x.scale, y_axis.scale)
        if before and same_numbers(before[0], series) and scales == (before[1].scale, before[2].scale):
            self._shown[key] = (series, chart.x, y_axis)
            return
        self._shown[key] = (series, chart.x, y_axis)
        x, y = to_view(series.x, chart.x), to_view(series.y, y_axis)
        if series.role in ("roof", "roof_faint"):
            x, y = _extended(x, y)
        whole = bool(np.isfinite(x).all() and np.isfinite(y).all())
        item.setData(x, y, connect="all" if whole else "finite", skipFiniteCheck=whole)

    def set_ink(self, ink: Ink) -> None:
        """Repaint every item with other pens."""
        self.ink = ink
        for key, item in self.items.items():
            series = self._shown[key][0]
            item.setPen(ink.line_pen(series.slot, "ghost" if key.startswith(_GHOST_PREFIX) else series.role))
