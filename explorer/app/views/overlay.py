"""What is painted with the curves in pixels: bands and marks under them, points, labels and the hand's ring over them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from explorer.app.views import fields, labels
from explorer.app.views.frame import Frame
from explorer.app.views.ink import Ink
from explorer.charts.axes import FloatArray, to_view
from explorer.charts.model import Axis, Chart, Mark, Series

_MARK_DASH = (3.0, 2.5)
_BAND_ALPHA = 38
_DOT, _DOT_ALPHA = 0.75, 140
_LINES = ("roof", "roof_faint", "line")


def pixels(series: Series, chart: Chart, frame: Frame) -> FloatArray:
    """Pixel positions of a series, shape (points, 2); NaN where a log axis has none."""
    return frame.px(to_view(series.x, chart.x), to_view(series.y, chart.y or Axis("")))


def paint_under(painter: QPainter, chart: Chart, frame: Frame, ink: Ink) -> None:
    """Cells, thick strokes, bands and mark lines."""
    fields.paint(painter, chart, frame, ink)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for series in chart.series:
        if series.low is not None and series.high is not None and series.role != "points":
            y_axis = chart.y or Axis("")
            x = to_view(series.x, chart.x)
            low, high = frame.px(x, to_view(series.low, y_axis)), frame.px(x, to_view(series.high, y_axis))
            outline = np.concatenate((low, high[::-1]))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink.color(ink.theme.slot(series.slot), _BAND_ALPHA))
            painter.drawPolygon(QPolygonF([QPointF(a, b) for a, b in outline[np.isfinite(outline).all(axis=1)]]))
    for mark in chart.marks:
        line = mark_line(mark, chart, frame)
        if line is not None:
            color = ink.theme.muted if mark.slot is None else ink.theme.slot(mark.slot)
            painter.setPen(ink.pen(color, ink.hair * 1.1, _MARK_DASH))
            painter.drawLine(line)


def mark_line(mark: Mark, chart: Chart, frame: Frame) -> QLineF | None:
    """The line of a mark in pixels, or none where it lies outside."""
    axis = chart.x if mark.axis == "x" else chart.y or Axis("")
    at = float(to_view(np.array([mark.value]), axis)[0])
    low, high = frame.x if mark.axis == "x" else frame.y
    if not low <= at <= high:
        return None
    if mark.axis == "x":
        x = round(frame.px_x(at)) + 0.5
        return QLineF(x, frame.top, x, frame.top + frame.height)
    y = round(frame.px_y(at)) + 0.5
    return QLineF(frame.left, y, frame.left + frame.width, y)


class Labels:
    """Words of points, marks and annotations. While held, each keeps its place beside its moving point."""

    def __init__(self) -> None:
        self.stale = True
        self.held = False
        self._groups: tuple[tuple[str, ...], ...] = ()
        self._chosen: dict[str, int] = {}
        self.placed: list[tuple[str, QRectF, int | None]] = []

    def layout(self, chart: Chart, frame: Frame, ink: Ink, positions: dict[str, FloatArray]) -> None:
        """Find places, when something has changed since the last time."""
        if not self.stale:
            return
        self.stale = False
        ends = _label_ends(chart, frame, positions)
        if not (self.held and {n for g in self._groups for n in g} == set(ends)):
            self._groups = labels.merged({n: low for n, (low, _) in ends.items()}, (1.7 * ink.em, 1.4 * ink.em))
        spots, slots = self._spots(chart, frame, ink, ends)
        if not (self.held and {s.key for s in spots} >= set(self._chosen) and self._chosen):
            dots, lines = _obstacles(chart, positions, frame)
            bounds = (frame.left + 2, frame.top, frame.left + frame.width, frame.top + frame.height - 2)
            self._chosen = labels.place(spots, bounds, dots, lines, 0.3 * ink.em)
        self.placed = [
            (s.text, QRectF(*s.corners[self._chosen[s.key]], *s.size), slots.get(s.key))
            for s in spots if s.key in self._chosen
        ]

    def _spots(
        self, chart: Chart, frame: Frame, ink: Ink, ends: dict[str, tuple[tuple[float, float], tuple[float, float]]]
    ) -> tuple[list[labels.Spot], dict[str, int | None]]:
        found: list[labels.Spot] = []
        slots: dict[str, int | None] = {}
        for i, mark in enumerate(chart.marks):
            line = mark_line(mark, chart, frame) if mark.label else None
            if line is not None:
                size = _size(mark.label, ink)
                found.append(labels.Spot(f"mark {i}", mark.label, size, _mark_corners(line, size, frame, ink.em), labels.INSIDE))
        for i, note in enumerate(chart.annotations):
            at = frame.px(to_view(np.array([note.x]), chart.x), to_view(np.array([note.y]), chart.y or Axis("")))[0]
            spot, size = (float(at[0]), float(at[1])), _size(note.text, ink)
            found.append(labels.Spot(f"note {i}", note.text, size, labels.around(spot, spot, size, 0.4 * ink.em), labels.INSIDE))
            slots[f"note {i}"] = note.slot
        for group in self._groups:
            text = labels.joined(group)
            low = max((ends[n][0] for n in group), key=lambda p: p[1])
            high = min((ends[n][1] for n in group), key=lambda p: p[1])
            size = _size(text, ink)
            found.append(labels.Spot(f"point {group}", text, size, labels.around(low, high, size, 0.55 * ink.em)))
        return found, slots

    def paint(self, painter: QPainter, ink: Ink) -> None:
        """Write the labels, each on a pale patch that keeps it readable over lines."""
        patch = ink.color(ink.theme.card, 200)
        for text, box, slot in self.placed:
            painter.fillRect(box, patch)
            color = ink.theme.text if slot is None else ink.theme.slot(slot)
            ink.write(painter, "small", color, box, text, Qt.AlignmentFlag.AlignHCenter)


def _size(text: str, ink: Ink) -> tuple[float, float]:
    return ink.width("small", text) + 4, ink.em


def _mark_corners(
    line: QLineF, size: tuple[float, float], frame: Frame, em: float
) -> tuple[tuple[float, float], ...]:
    wide, high = size
    if line.x1() == line.x2():
        x = line.x1()
        steps = [frame.top + 0.15 * em + i * 1.3 * high for i in range(4)]
        steps.append(frame.top + frame.height - high - 0.3 * em)
        return tuple((left, y) for y in steps for left in (x + 0.25 * em, x - wide - 0.25 * em))
    y = line.y1()
    stops = (frame.left + frame.width - wide - 2, frame.left + 4, frame.left + (frame.width - wide) / 2)
    return tuple((x, top) for x in stops for top in (y - high - 2, y + 2))


def _label_ends(
    chart: Chart, frame: Frame, positions: dict[str, FloatArray]
) -> dict[str, tuple[tuple[float, float], tuple[float, float]]]:
    """Lowest and highest pixel of the points of each name, over all scenarios."""
    found: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {}
    for series in chart.series:
        if not series.labels:
            continue
        for name, (x, y) in zip(series.labels, positions[series.key].tolist(), strict=False):
            if not name or not frame.holds(x, y):
                continue
            low, high = found.get(name, ((x, y), (x, y)))
            found[name] = (x, y) if y > low[1] else low, (x, y) if y < high[1] else high
    return found


def _obstacles(chart: Chart, positions: dict[str, FloatArray], frame: Frame) -> tuple[FloatArray, FloatArray]:
    dots = [positions[s.key] for s in chart.series if s.role == "points"]
    paths = [positions[s.key] for s in chart.series if s.role in _LINES]
    pieces = [np.hstack((p[:-1], p[1:])) for p in paths if len(p) > 1]
    for mark in chart.marks:
        line = mark_line(mark, chart, frame)
        if line is not None:
            pieces.append(np.array([[line.x1(), line.y1(), line.x2(), line.y2()]]))
    lines = np.concatenate(pieces) if pieces else np.empty((0, 4))
    return (np.concatenate(dots) if dots else np.empty((0, 2))), lines[np.isfinite(lines).all(axis=1)]


def paint_points(painter: QPainter, chart: Chart, frame: Frame, ink: Ink, positions: dict[str, FloatArray]) -> None:
    """The markers of every scenario, with error bars where a point has a range."""
    size = marker_size(ink)
    for series in chart.series:
        if series.role != "points":
            continue
        if series.low is not None and series.high is not None:
            x, y_axis = to_view(series.x, chart.x), chart.y or Axis("")
            low, high = frame.px(x, to_view(series.low, y_axis)), frame.px(x, to_view(series.high, y_axis))
            bars = np.hstack((low, high))
            painter.setPen(ink.pen(ink.theme.slot(series.slot), ink.hair))
            painter.drawLines([QLineF(*row) for row in bars[np.isfinite(bars).all(axis=1)].tolist()])
        for x, y in positions[series.key].tolist():
            if frame.holds(x, y):
                ink.draw_marker(painter, series.slot, QPointF(x, y), size, ink.hair)


def paint_dots(painter: QPainter, chart: Chart, frame: Frame, ink: Ink, positions: dict[str, FloatArray]) -> None:
    """Points by the hundred: small, without a rim, and seen through, so that a crowd is darker than one."""
    painter.setPen(Qt.PenStyle.NoPen)
    for series in chart.series:
        if series.role != "dots":
            continue
        painter.setBrush(ink.color(ink.theme.slot(series.slot), _DOT_ALPHA))
        shape = ink.marker(series.slot, _DOT * marker_size(ink))
        for x, y in positions[series.key].tolist():
            if frame.holds(x, y):
                painter.translate(x, y)
                painter.drawPath(shape)
                painter.translate(-x, -y)


def marker_size(ink: Ink) -> float:
    """Pixels across a marker."""
    return 0.64 * ink.em

