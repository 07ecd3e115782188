"""Words beside points without overlaps: every label tries a few places and takes the one that covers least."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.charts.axes import FloatArray

INSIDE = 1000.0  # bears anything but leaving the bounds
_ON_POINT, _ON_LINE, _LATER = 8.0, 3.0, 0.3
_TOO_MUCH = 6.0  # a marker, or two lines: then the read-out under the hand has to do
_MOST_NAMES = 3


@dataclass(frozen=True)
class Spot:
    """A label of ``size`` pixels and the top-left corners that it may take, best first."""

    key: str
    text: str
    size: tuple[float, float]
    corners: tuple[tuple[float, float], ...]
    bearable: float = _TOO_MUCH


def around(low: tuple[float, float], high: tuple[float, float], size: tuple[float, float], gap: float) -> tuple[
    tuple[float, float], ...
]:
    """Corners around a column of points that reaches from ``low`` (on the screen) up to ``high``."""
    (x, y), (u, v), (w, h) = low, high, size
    return (
        (x + gap, y + gap * 0.6),
        (x - w / 2, y + gap),
        (x + gap * 1.4, y - h / 2),
        (u - w - gap, v - h - gap * 0.4),
        (u - w / 2, v - h - gap),
        (u + gap, v - h - gap * 0.4),
        (x - w - gap * 1.4, y - h / 2),
        (x - w - gap, y + gap * 0.6),
        (x + gap, y + gap + h * 1.2),
        (u - w - gap, v - h * 2.2 - gap),
    )


def merged(anchors: dict[str, tuple[float, float]], reach: tuple[float, float]) -> tuple[tuple[str, ...], ...]:
    """Names whose anchors lie within ``reach`` pixels of each other, left to right."""
    groups: list[list[str]] = []
    for name in sorted(anchors, key=lambda n: anchors[n]):
        x, y = anchors[name]
        near = (g for g in groups if abs(anchors[g[0]][0] - x) < reach[0] and abs(anchors[g[0]][1] - y) < reach[1])
        group = next(near, None)
        if group is None:
            groups.append([name])
        else:
            group.append(name)
    return tuple(tuple(g) for g in groups)


def joined(names: Sequence[str]) -> str:
    """``QKV, O, FFN``; the rest of a long list is counted."""
    shown = ", ".join(names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown} +{len(names) - _MOST_NAMES}"


def place(
    spots: Sequence[Spot], bounds: tuple[float, float, float, float], points: FloatArray, lines: FloatArray, radius: float
) -> dict[str, int]:
    """The corner that each label takes, by key; one that would cover a marker or another label, or leave ``bounds``, gets none.

    ``points`` is (n, 2) pixels of markers, ``lines`` (m, 4) pixels of line pieces.
    """
    taken: list[tuple[float, float, float, float]] = []
    chosen: dict[str, int] = {}
    for spot in spots:
        boxes = np.array([(x, y, x + spot.size[0], y + spot.size[1]) for x, y in spot.corners])
        cost = _LATER * np.arange(len(boxes))
        cost += INSIDE * _outside(boxes, bounds)
        cost += _ON_POINT * _covered(boxes, points, radius) + _ON_LINE * _crossed(boxes, lines)
        for at in np.argsort(cost, kind="stable"):
            box = tuple(float(v) for v in boxes[at])
            if cost[at] < spot.bearable and not any(_overlap(box, other) for other in taken):
                chosen[spot.key] = int(at)
                taken.append((box[0], box[1], box[2], box[3]))
                break
    return chosen


def _overlap(a: Sequence[float], b: Sequence[float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _outside(boxes: FloatArray, bounds: tuple[float, float, float, float]) -> FloatArray:
    left, top, right, bottom = bounds
    out = (boxes[:, 0] < left) | (boxes[:, 1] < top) | (boxes[:, 2] > right) | (boxes[:, 3] > bottom)
    return out.astype(np.float64)


def _covered(boxes: FloatArray, points: FloatArray, radius: float) -> FloatArray:
    """How many markers each box covers."""
    if not len(points):
        return np.zeros(len(boxes))
    x, y = points[:, 0], points[:, 1]
    inside = (x > boxes[:, :1] - radius) & (x < boxes[:, 2:3] + radius)
    inside &= (y > boxes[:, 1:2] - radius) & (y < boxes[:, 3:4] + radius)
    return inside.sum(axis=1).astype(np.float64)


def _crossed(boxes: FloatArray, lines: FloatArray) -> FloatArray:
    """How many line pieces run through each box (slab test)."""
    if not len(lines):
        return np.zeros(len(boxes))
    enter, leave = np.zeros((len(boxes), len(lines))), np.ones((len(boxes), len(lines)))
    for axis in (0, 1):
        start, way = lines[:, axis], lines[:, axis + 2] - lines[:, axis]
        way = np.where(np.abs(way) < 1e-9, 1e-9, way)
        one = (boxes[:, axis : axis + 1] - start) / way
        two = (boxes[:, axis + 2 : axis + 3] - start) / way
        enter, leave = np.maximum(enter, np.minimum(one, two)), np.minimum(leave, np.maximum(one, two))
    return (enter <= leave).sum(axis=1).astype(np.float64)
