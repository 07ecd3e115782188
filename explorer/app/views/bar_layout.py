"""Where the bars, their words and their pieces stand, in pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize

from explorer.app.views import legend
from explorer.app.views.ink import Ink
from explorer.charts.model import Bar, Chart


@dataclass(frozen=True)
class Piece:
    """One segment of one bar."""

    bar: int
    segment: int
    box: QRectF


@dataclass(frozen=True)
class Row:
    """One bar: its box up to the limit or total, the line for its note, the name's column."""

    bar: Bar
    name: QRectF
    band: QRectF
    note: QRectF | None
    pieces: tuple[Piece, ...]

    def words(self) -> QRectF:
        """Where the name and the note stand."""
        return self.name if self.note is None else self.name.united(self.note)


@dataclass(frozen=True)
class Layout:
    """All bars on a common scale: ``left + value * per_unit`` is a pixel; nothing is drawn right of ``right``."""

    left: float
    right: float
    per_unit: float
    rows: tuple[Row, ...]
    legend: tuple[legend.Placed, ...]
    legend_top: float

    def x(self, value: float) -> float:
        """Pixel of a value; beyond the axis it stays at its end."""
        return min(self.left + max(0.0, value) * self.per_unit, self.right)

    def beyond(self, value: float) -> bool:
        """Whether a value lies beyond the end of the axis."""
        return self.left + value * self.per_unit > self.right + 0.5


def reach(chart: Chart) -> float:
    """The largest value that the axis must show."""
    if chart.x.range is not None and math.isfinite(chart.x.range[1]) and chart.x.range[1] > 0:
        return chart.x.range[1]
    found = [v for b in chart.bars for v in (b.total, b.limit, b.high, b.ghost) if v is not None and math.isfinite(v)]
    top = max(found, default=0.0)
    return top if top > 0 else 1.0


def lay_out(chart: Chart, size: QSize, top_value: float, ink: Ink) -> Layout:
    """Place everything for an axis that ends at ``top_value``."""
    em, wide, high = ink.em, float(size.width()), float(size.height())
    names = max((ink.width("bold", b.label) for b in chart.bars), default=0.0) + 1.3 * em
    left = 0.9 * em + min(names, 0.3 * wide) + 0.6 * em
    ends = max((ink.width("bold", b.end_label) + 0.5 * em for b in chart.bars if b.end_label), default=0.0)
    ends = max(ends, min(0.12 * wide, 0.3 * em + max((ink.width("small", b.limit_label) for b in chart.bars), default=0.0)))
    right = max(left + 10.0, wide - 1.1 * em - ends)
    entries, rows = legend.arrange(legend.bar_entries(chart, ink), wide - 2 * em, ink, 1 if high < 16 * em else 2)
    legend_top = high - rows * legend.row_height(ink) - 0.6 * em
    per_unit = (right - left) / top_value
    block = min((legend_top - 0.4 * em) / max(1, len(chart.bars)), 6.0 * em)
    start = max(0.3 * em, (legend_top - block * len(chart.bars)) / 2)
    empty = Layout(left, right, per_unit, (), entries, legend_top)
    placed = tuple(_row(i, bar, start + i * block, block, empty, ink, wide) for i, bar in enumerate(chart.bars))
    return Layout(left, right, per_unit, placed, entries, legend_top)


def _row(index: int, bar: Bar, top: float, block: float, on: Layout, ink: Ink, wide: float) -> Row:
    em = ink.em
    noted = block >= 2.1 * em
    thick = min(max(block - (1.6 * em if noted else 0.3 * em), 0.5 * em), 1.95 * em)
    used = thick + (1.35 * em if noted else 0.0)
    y = round(top + max(0.0, (block - used) / 2))
    thick = round(thick)
    pieces, at = [], 0.0
    for i, segment in enumerate(bar.segments):
        value = segment.value if math.isfinite(segment.value) and segment.value > 0 else 0.0
        a, b = on.x(at), on.x(at + value)
        at += value
        if value > 0 and a < on.right:
            pieces.append(Piece(index, i, QRectF(a, y, max(b - a, 1.0), thick)))
    ends = [v for v in (bar.limit, at) if v is not None and math.isfinite(v)]
    band = QRectF(on.left, y, max(on.x(max(ends)) - on.left, 1.0), thick)
    name = QRectF(0.9 * em, y, on.left - 1.5 * em, thick)
    note = QRectF(on.left, y + thick + 0.15 * em, wide - on.left - 0.5 * em, 1.15 * em) if noted else None
    return Row(bar, name, band, note, tuple(pieces))
