"""The sign of a scenario, the same in pills, tables and charts."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from explorer.charts.style import MARKERS

_SIDES = {"t": (3, -90.0, 1.15), "d": (4, -90.0, 1.15), "p": (5, -90.0, 1.05)}


def draw_marker(painter: QPainter, slot: int, centre: QPointF, size: float, colour: QColor) -> None:
    """Paint the marker of scenario ``slot`` about ``size`` pixels wide around ``centre``."""
    kind, r = MARKERS[slot % len(MARKERS)], size / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if kind == "o":
        painter.drawEllipse(centre, r, r)
    elif kind == "s":
        painter.drawRect(QRectF(centre.x() - r * 0.9, centre.y() - r * 0.9, r * 1.8, r * 1.8))
    elif kind == "x":
        painter.setPen(QPen(colour, r * 0.55, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        arm = r * 0.75
        painter.drawLine(centre - QPointF(arm, arm), centre + QPointF(arm, arm))
        painter.drawLine(centre - QPointF(arm, -arm), centre + QPointF(arm, -arm))
    else:
        painter.drawPolygon(_polygon(centre, r, *_SIDES[kind]))
    painter.restore()


def _polygon(centre: QPointF, r: float, sides: int, start: float, grow: float) -> QPolygonF:
    turns = (math.radians(start + 360 * i / sides) for i in range(sides))
    lower = r * 0.2 if sides == 3 else 0.0  # a triangle's middle lies below the middle of its box
    return QPolygonF([centre + QPointF(r * grow * math.cos(a), lower + r * grow * math.sin(a)) for a in turns])
