"""How a knob's slider looks, and which pixel is which stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

if TYPE_CHECKING:
    from explorer.app.widgets.slider_face import SliderFace

_RADIUS = 5.5


def _ends(slider: SliderFace) -> tuple[float, float]:
    edge = slider.look.px(_RADIUS + 2)
    return float(edge), float(max(edge + 1, slider.width() - edge))


def x_of(slider: SliderFace, at: float) -> float:
    """Where stop ``at`` lies [px]."""
    left, right = _ends(slider)
    return left + (right - left) * at / max(1, slider.maximum())


def at_x(slider: SliderFace, x: float) -> float:
    """The stop under ``x`` [px], with its fraction."""
    left, right = _ends(slider)
    return max(0.0, min(1.0, (x - left) / (right - left))) * slider.maximum()


def stops_per_px(slider: SliderFace) -> float:
    """How many stops a pixel spans."""
    left, right = _ends(slider)
    return slider.maximum() / (right - left)


def paint(slider: SliderFace) -> None:
    """Track, filled part, ticks at real products, a notch where the value was, and the handle."""
    look, painter = slider.look, QPainter(slider)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle, hue = look.px(6.5) + 0.5, look.hue(slider.slot)
    here = x_of(slider, slider.value())
    _ticks(painter, slider, middle)
    thick = look.px(3)
    track = QRectF(0, middle - thick / 2, slider.width(), thick)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("track"))
    painter.drawRoundedRect(track, thick / 2, thick / 2)
    if not slider.missing:
        painter.setBrush(hue)
        painter.drawRoundedRect(QRectF(0, track.y(), here, thick), thick / 2, thick / 2)
    if slider.was is not None and not slider.missing:
        painter.setPen(QPen(look.hue(slider.slot, 0.75), look.px(2)))
        ghost = x_of(slider, slider.was)
        painter.drawLine(QPointF(ghost, middle - look.px(4)), QPointF(ghost, middle + look.px(4)))
    _handle(painter, slider, QPointF(here, middle), hue)
    painter.end()


def _ticks(painter: QPainter, slider: SliderFace, middle: float) -> None:
    look = slider.look
    painter.setPen(QPen(look.colour("muted", 0.8), max(1.0, look.px(1))))
    top, foot = middle + look.px(4), middle + look.px(7.5)
    for at, name in enumerate(slider.names):
        if name:
            x = round(x_of(slider, at)) + 0.5
            painter.drawLine(QPointF(x, top), QPointF(x, foot))


def _handle(painter: QPainter, slider: SliderFace, centre: QPointF, hue: QColor) -> None:
    look = slider.look
    r = float(look.px(_RADIUS * 2)) / 2
    if slider.hasFocus() or slider.held:
        halo = QColor(hue)
        halo.setAlphaF(0.3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(halo)
        painter.drawEllipse(centre, r + look.px(1.4), r + look.px(1.4))
    pen = QPen(hue, look.px(1.6))
    if slider.missing:
        pen.setStyle(Qt.PenStyle.DotLine)
    painter.setPen(pen)
    held = slider.held or slider.hasFocus()
    painter.setBrush(hue if held and not slider.missing else look.colour("card"))
    inner = r - look.px(1.6) / 2
    painter.drawEllipse(centre, inner, inner)
    if slider.beyond:  # the value lies off the end: an arrow in the handle points to it
        painter.setPen(QPen(look.colour("card") if held else hue, look.px(1.4)))
        tip, back = centre + QPointF(slider.beyond * r * 0.4, 0), -slider.beyond * r * 0.3
        painter.drawLine(tip, QPointF(centre.x() + back, centre.y() - r * 0.45))
        painter.drawLine(tip, QPointF(centre.x() + back, centre.y() + r * 0.45))
