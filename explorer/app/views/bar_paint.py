"""How a bar looks: pieces in the parts' colours, the outline to its limit, the range, the words."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter

from explorer.app.views.bar_layout import Layout, Row
from explorer.app.views.ink import Ink
from explorer.charts.model import Bar

_BAD = ("bad",)


def over(bar: Bar) -> bool:
    """Whether a bar is longer than its limit."""
    return bar.limit is not None and bar.total > bar.limit * (1 + 1e-9)


def paint_row(painter: QPainter, row: Row, on: Layout, ghost: float | None, ink: Ink) -> None:
    """Draw one bar with everything around it."""
    _name(painter, row, ink)
    if row.bar.limit is not None:
        _outline(painter, row, on, ink, filled=True)
    for piece in row.pieces:
        painter.fillRect(piece.box, ink.color(ink.theme.part(row.bar.segments[piece.segment].part)))
    painter.setPen(ink.pen(ink.theme.card, ink.hair))
    seams = [piece.box for piece in row.pieces[1:] if piece.box.width() > 3 * ink.hair]
    painter.drawLines([QLineF(box.topLeft(), box.bottomLeft()) for box in seams])
    if row.bar.limit is not None:
        _too_much(painter, row, on, ink)
        _outline(painter, row, on, ink, filled=False)
    _range(painter, row, on, ink)
    _ghost(painter, row, on, ghost if ghost is not None else row.bar.ghost, ink)
    _words(painter, row, on, ink)


def _name(painter: QPainter, row: Row, ink: Ink) -> None:
    box, em = row.name, ink.em
    ink.draw_marker(painter, row.bar.slot, QPointF(box.left() + 0.35 * em, box.center().y()), 0.66 * em, 0.0)
    text = ink.elided("bold", row.bar.label, box.width() - 1.1 * em)
    ink.write(painter, "bold", ink.theme.text, box.adjusted(1.0 * em, 0, 0, 0), text)


def _outline(painter: QPainter, row: Row, on: Layout, ink: Ink, *, filled: bool) -> None:
    bad = over(row.bar)
    limit = QRectF(row.band)
    limit.setRight(on.x(row.bar.limit or 0.0))
    if filled:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink.color(ink.pale))
        painter.drawRoundedRect(limit, 0.2 * ink.em, 0.2 * ink.em)
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(ink.pen(ink.theme.bad if bad else ink.frame, (2.0 if bad else 1.0) * ink.hair))
    painter.drawRoundedRect(limit.adjusted(-0.5, -0.5, 0.5, 0.5), 0.2 * ink.em, 0.2 * ink.em)


def _too_much(painter: QPainter, row: Row, on: Layout, ink: Ink) -> None:
    """Hatch what stands beyond the limit."""
    if not over(row.bar):
        return
    start = on.x(row.bar.limit or 0.0)
    rest = QRectF(start, row.band.top(), row.band.right() - start, row.band.height())
    painter.fillRect(rest, ink.color(ink.theme.card, 120))
    painter.fillRect(rest, QBrush(ink.color(ink.theme.bad), Qt.BrushStyle.BDiagPattern))
    painter.setPen(ink.pen(ink.theme.bad, ink.hair))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rest)


def _range(painter: QPainter, row: Row, on: Layout, ink: Ink) -> None:
    """The whisker from low to high, dark on a rim so that it reads on every colour."""
    low, high = row.bar.low, row.bar.high
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return
    a, b, y = on.x(low), on.x(high), row.band.center().y()
    cap = 0.2 * row.band.height()
    lines = [QLineF(a, y, b, y), QLineF(a, y - cap, a, y + cap)]
    if not on.beyond(high):
        lines.append(QLineF(b, y - cap, b, y + cap))
    for color, width, alpha in ((ink.theme.card, 3.4, 190), (ink.theme.text, 1.4, 255)):
        painter.setPen(ink.pen(color, width * ink.hair, (), alpha))
        painter.drawLines(lines)


def _ghost(painter: QPainter, row: Row, on: Layout, value: float | None, ink: Ink) -> None:
    """A tick in the scenario's hue where the bar ended before."""
    if value is None or not math.isfinite(value) or on.beyond(value):
        return
    x, more = on.x(value), 0.22 * ink.em
    # Whole pixels: a see-through line between them takes Qt many times as long.
    tick = QRect(round(x - ink.hair), round(row.band.top() - more), round(2.0 * ink.hair), round(row.band.height() + 2.0 * more))
    painter.fillRect(tick, ink.color(ink.theme.slot(row.bar.slot), 190))


def _words(painter: QPainter, row: Row, on: Layout, ink: Ink) -> None:
    bar, em = row.bar, ink.em
    used = on.x(min(bar.total, 1e300)) if math.isfinite(bar.total) else on.left
    if bar.limit_label and bar.limit is not None and not over(bar):
        edge, wide = on.x(bar.limit), ink.width("small", bar.limit_label)
        inside = edge - used > wide + 1.1 * em
        if inside or not bar.end_label:
            left = edge - wide - 0.6 * em if inside else edge + 0.4 * em
            box = QRectF(left, row.band.top(), wide + 1, row.band.height())
            ink.write(painter, "small", ink.theme.muted, box, bar.limit_label)
    end = max(row.band.right(), on.x(bar.high) if bar.high is not None and math.isfinite(bar.high) else 0.0)
    if on.beyond(max(bar.total, bar.high or 0.0)):
        _more(painter, row, on, ink)
    if bar.end_label:
        color = ink.theme.bad if bar.severity in _BAD or over(bar) else ink.theme.text
        box = QRectF(end + 0.45 * em, row.band.top(), ink.width("bold", bar.end_label) + 2, row.band.height())
        ink.write(painter, "bold", color, box, bar.end_label)
    if row.note is not None and bar.note:
        color = {"bad": ink.theme.bad, "warn": ink.theme.warn}.get("bad" if over(bar) else bar.severity, ink.theme.text)
        ink.write(painter, "small", color, row.note, ink.elided("small", bar.note, row.note.width()))


def _more(painter: QPainter, row: Row, on: Layout, ink: Ink) -> None:
    """A torn edge: the bar goes on beyond the axis."""
    high = row.band.height()
    painter.setPen(ink.pen(ink.theme.card, 2.2 * ink.hair))
    for shift in (0.35, 0.75):
        x = on.right - shift * ink.em
        painter.drawLine(QPointF(x - 0.2 * ink.em, row.band.top() + high), QPointF(x + 0.2 * ink.em, row.band.top()))
