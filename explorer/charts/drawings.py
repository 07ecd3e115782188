"""How drawings without axes look, for window and files alike: how far they may be stretched, the colours of their marks."""

from __future__ import annotations

import numpy as np

from explorer.charts.axes import FloatArray
from explorer.charts.model import Role, Series
from explorer.charts.style import Theme

_STRETCH = 1.35  # of one side of a drawing against the other, at most


def fitted(drawing: tuple[float, float], room: tuple[float, float]) -> tuple[float, float]:
    """Width and height of a drawing of these proportions in a room, stretched a little to use it."""
    sx, sy = room[0] / drawing[0], room[1] / drawing[1]
    sx, sy = min(sx, _STRETCH * sy), min(sy, _STRETCH * sx)
    return sx * drawing[0], sy * drawing[1]


def blend(one: str, other: str, share: float) -> str:
    """The colour ``share`` of the way from ``one`` to ``other``."""
    a, b = ([int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (one, other))
    return "#" + "".join(f"{round(p + (q - p) * share):02x}" for p, q in zip(a, b, strict=True))


def mark_colors(theme: Theme, role: Role, slot: int) -> tuple[str, str]:
    """Fill and edge of a mark."""
    edge = blend(theme.border, theme.muted, 0.6)
    if role == "group":
        return theme.slot(slot), theme.slot(slot)
    if role == "used":
        return blend(theme.card, theme.muted, 0.45), edge
    return (blend(theme.card, theme.window, 0.62) if role == "block" else theme.card), edge


def cell_color(theme: Theme, shade: float, slot: int) -> str:
    """A cell of a heat map: from a tint to the whole hue of a scenario."""
    return blend(theme.card, theme.slot(slot), 0.08 + 0.92 * min(max(shade, 0.0), 1.0))


def sample_colors(theme: Theme, series: Series) -> tuple[str, str]:
    """Fill and edge of a series of boxes in a legend."""
    return (stroke_color(theme, series), "") if series.role == "spread" else mark_colors(theme, series.role, series.slot)


def arrows(ends: FloatArray, head: float, gap: float) -> tuple[FloatArray, FloatArray]:
    """Shafts (n, 4) and heads (n, 3, 2) of arrows between ``ends`` (m, 4). Each stops ``gap`` before the mark it points at.

    What has moved by less than half a head has no arrow.
    """
    ends = ends[np.isfinite(ends).all(axis=1)]
    way = ends[:, 2:] - ends[:, :2]
    length = np.hypot(*way.T)
    ends, way, length = (v[length > 0.5 * head] for v in (ends, way, length))
    unit = way / length[:, None]
    tip = ends[:, 2:] - unit * np.where(length > gap + head, gap, 0.0)[:, None]
    foot = tip - unit * np.minimum(head, length)[:, None]
    side = 0.42 * head * unit[:, ::-1] * (-1.0, 1.0)
    return np.hstack((ends[:, :2], foot)), np.stack((tip, foot + side, foot - side), axis=1)


def stroke_color(theme: Theme, series: Series) -> str:
    """A thick stroke: the hue of its scenario, paler with less weight."""
    return blend(theme.card, theme.slot(series.slot), 0.4 + 0.6 * min(max(series.weight, 0.0), 1.0))
