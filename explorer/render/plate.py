"""The axes of a chart: where they stand, their decade lines and what their ticks say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from explorer.charts.axes import Tick, axis_title, columns, fitted, ticks, to_view
from explorer.charts.model import Axis, Chart, Mark
from explorer.render.box import Box
from explorer.render.sheet import FloatArray, Sheet

_NAMES_APART = 1.02  # lines of text from name to name
_NO_AXIS = Axis("")


@dataclass(frozen=True)
class Plot:
    """The plotting rectangle with its two axes; ``x_view`` and ``y_view`` are log10 of the data on log axes."""

    box: Box
    x: Axis
    y: Axis
    x_view: tuple[float, float]
    y_view: tuple[float, float]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]

    def px_x(self, view: FloatArray) -> FloatArray:
        """Points from the left of the sheet."""
        low, high = self.x_view
        return self.box.left + (np.asarray(view) - low) / (high - low) * self.box.wide

    def px_y(self, view: FloatArray) -> FloatArray:
        """Points from the top of the sheet."""
        low, high = self.y_view
        return self.box.bottom - (np.asarray(view) - low) / (high - low) * self.box.high

    def at(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Data to points of the sheet, shape (n, 2); NaN where a log axis has no place."""
        return np.column_stack((self.px_x(to_view(x, self.x)), self.px_y(to_view(y, self.y))))

    def holds(self, x: float, y: float) -> bool:
        """Whether a point of the sheet lies in the plot, its edge included."""
        slack = 0.01
        return bool(
            self.box.left - slack <= x <= self.box.right + slack and self.box.top - slack <= y <= self.box.bottom + slack
        )

    def across(self, mark: Mark) -> FloatArray | None:
        """The ends of a mark's line, shape (2, 2), or none where it lies outside."""
        upright = mark.axis == "x"
        axis, (low, high) = (self.x, self.x_view) if upright else (self.y, self.y_view)
        view = to_view(np.array([mark.value]), axis)
        if not low <= view[0] <= high:
            return None
        if upright:
            x = float(self.px_x(view)[0])
            return np.array([(x, self.box.top), (x, self.box.bottom)])
        y = float(self.px_y(view)[0])
        return np.array([(self.box.left, y), (self.box.right, y)])


def fit_plot(chart: Chart, sheet: Sheet, area: Box) -> Plot:
    """The plot that leaves room for ticks and titles within the area."""
    em, y_axis = sheet.em, chart.y or _NO_AXIS
    x_view, y_view = fitted(chart.x, columns(chart, "x")), fitted(y_axis, columns(chart, "y"))
    bottom = area.bottom - 1.55 * em - (1.25 * em if chart.x.label else 0.0)
    top = area.top + 0.3 * em
    bottom = max(bottom, top + 2 * em)
    apart = _NAMES_APART if y_axis.names else 1.9  # a name that is missing is missed, a number is not
    y_ticks = ticks(y_axis, *y_view, int((bottom - top) / (apart * em)))
    widest = max((sheet.width(t.text, "small") for t in y_ticks), default=0.0)
    left = area.left + widest + 0.55 * em + (1.4 * em if y_axis.label else 0.0)
    right = max(area.right - 0.6 * em, left + 2 * em)
    x_ticks = _roomy(chart.x, x_view, right - left, sheet)
    return Plot(Box(left, top, right, bottom), chart.x, y_axis, x_view, y_view, x_ticks, y_ticks)


def _roomy(axis: Axis, view: tuple[float, float], wide: float, sheet: Sheet) -> tuple[Tick, ...]:
    """As many ticks as stand side by side without touching."""
    room = max(2, int(wide / (3.2 * sheet.em)))
    while True:
        found = ticks(axis, *view, room)
        per_unit = wide / (view[1] - view[0])
        pairs = pairwise(found)
        gaps = [
            (b.at - a.at) * per_unit - (sheet.width(a.text, "small") + sheet.width(b.text, "small")) / 2 for a, b in pairs
        ]
        if room <= 2 or min(gaps, default=1e9) >= 0.7 * sheet.em:
            return found
        room -= 1


def draw_plate(chart: Chart, plot: Plot, sheet: Sheet) -> None:
    """Decade lines, the two axes, ticks and titles."""
    theme, em, box = sheet.theme, sheet.em, plot.box
    for i, (tick, x) in enumerate(zip(plot.x_ticks, _places(plot.px_x, plot.x_ticks), strict=True)):
        sheet.line([(x, box.top), (x, box.bottom)], theme.grid, sheet.hair, name=f"x-tick-{i}")
        half = sheet.width(tick.text, "small") / 2
        middle = min(max(x, 0.3 * em + half), sheet.wide - 0.3 * em - half)
        sheet.text(middle, box.bottom + 0.85 * em, tick.text, "small", theme.muted, "center")
    for i, (tick, y) in enumerate(zip(plot.y_ticks, _places(plot.px_y, plot.y_ticks), strict=True)):
        sheet.line([(box.left, y), (box.right, y)], theme.grid, sheet.hair, name=f"y-tick-{i}")
        sheet.text(box.left - 0.45 * em, y, tick.text, "small", theme.muted, "right")
    corner = [(box.left, box.top), (box.left, box.bottom), (box.right, box.bottom)]
    sheet.line(corner, theme.muted, 1.2 * sheet.hair, name="axes")
    title = sheet.fit(axis_title(plot.x), "small", sheet.wide - box.left - em)
    middle = min((box.left + box.right) / 2, sheet.wide - 0.5 * em - sheet.width(title, "small") / 2)
    sheet.text(middle, box.bottom + 2.15 * em, title, "small", theme.text, "center")
    if plot.y.label:
        widest = max((sheet.width(t.text, "small") for t in plot.y_ticks), default=0.0)
        title = sheet.fit(axis_title(plot.y), "small", box.high + em)
        sheet.text(box.left - widest - 1.35 * em, box.middle, title, "small", theme.text, "center", upright=True)


def _places(px: Callable[[FloatArray], FloatArray], found: tuple[Tick, ...]) -> list[float]:
    return [float(v) for v in px(np.array([t.at for t in found], dtype=np.float64))]


def axis_line(axis: Axis, sheet: Sheet, span: tuple[float, float], top: float, y: float) -> None:
    """A horizontal axis from 0 to ``top`` between two abscissae, with short ticks, its title below."""
    left, right = span
    theme, em, wide = sheet.theme, sheet.em, right - left
    sheet.line([(left, y), (right, y)], theme.muted, 1.2 * sheet.hair, name="axes")
    for i, tick in enumerate(_roomy(axis, (0.0, top), wide, sheet)):
        x = left + tick.at / top * wide
        sheet.line([(x, y), (x, y + 0.3 * em)], theme.muted, sheet.hair, name=f"x-tick-{i}")
        half = sheet.width(tick.text, "small") / 2
        middle = min(x, sheet.wide - 0.3 * em - half)
        sheet.text(middle, y + 0.95 * em, tick.text, "small", theme.muted, "center")
    title = sheet.fit(axis_title(axis), "small", sheet.wide - left - em)
    sheet.text((left + right) / 2, y + 2.2 * em, title, "small", theme.text, "center")
