"""Words beside points without overlaps: each tries places nearby, then farther ones with a leader, and takes the cheapest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.render.box import Box

FloatArray = NDArray[np.float64]
Point = tuple[float, float]
_OUTSIDE, _ON_LABEL, _ON_POINT, _BETWEEN, _ON_LINE, _LATER = 1000.0, 60.0, 9.0, 6.0, 3.0, 0.25
_RINGS = (2.6, 4.2, 6.0, 8.5)
_DIRECTIONS = 12


@dataclass(frozen=True)
class Spot:
    """A label of ``size`` points and the top-left corners it may take, best first.

    From corner ``near`` on it needs a leader to the closest of its ``anchors``.
    """

    lines: tuple[str, ...]
    size: Point
    corners: tuple[Point, ...]
    near: int
    anchors: tuple[Point, ...] = ()
    slot: int | None = None


def around(low: Point, high: Point, size: Point, gap: float) -> tuple[tuple[Point, ...], int]:
    """Corners around a column of points from ``low`` (on the sheet) up to ``high``, and how many of them are near."""
    (x, y), (u, v), (w, h) = low, high, size
    near = (
        (x + gap, y + gap * 0.5),
        (x - w / 2, y + gap),
        (x + gap * 1.4, y - h / 2),
        (u - w - gap, v - h - gap * 0.4),
        (u - w / 2, v - h - gap),
        (u + gap, v - h - gap * 0.4),
        (x - w - gap * 1.4, y - h / 2),
        (x - w - gap, y + gap * 0.5),
    )
    far = []
    for ring in _RINGS:
        for i in range(_DIRECTIONS):
            angle = math.pi * (0.25 + 2 * i / _DIRECTIONS)
            across, down = math.cos(angle), math.sin(angle)
            from_x, from_y = (x, y) if down > 0 else (u, v)
            reach = ring * gap
            far.append((from_x + across * (reach + w / 2) - w / 2, from_y + down * (reach + h / 2) - h / 2))
    return (*near, *far), len(near)


def merged(anchors: dict[str, Point], reach: Point) -> tuple[tuple[str, ...], ...]:
    """Names whose anchors lie within ``reach`` of another one of their group, left to right."""

    def beside(a: Point, b: Point) -> bool:
        return abs(a[0] - b[0]) < reach[0] and abs(a[1] - b[1]) < reach[1]

    groups: list[list[str]] = []
    for name in sorted(anchors, key=lambda n: anchors[n]):
        group = next((g for g in groups if any(beside(anchors[n], anchors[name]) for n in g)), None)
        if group is None:
            groups.append([name])
        else:
            group.append(name)
    return tuple(tuple(g) for g in groups)


def place(spots: Sequence[Spot], bounds: Box, points: FloatArray, lines: FloatArray, radius: float) -> list[int | None]:
    """The corner of each label, in the order of ``spots``; none for one that would leave ``bounds`` or cover another.

    ``points`` is (n, 2) of markers, ``lines`` (m, 4) of line pieces, both in points of the sheet.
    """
    taken = np.empty((0, 4))
    leaders = np.empty((0, 4))
    chosen: list[int | None] = []
    for spot in spots:
        boxes = np.array([(x, y, x + spot.size[0], y + spot.size[1]) for x, y in spot.corners])
        cost = _LATER * np.arange(len(boxes)) + _OUTSIDE * _outside(boxes, bounds)
        cost += _ON_POINT * _covered(boxes, points, radius) + _ON_LINE * _crossed(boxes, lines)
        cost += _ON_LABEL * (_overlaps(boxes, taken) + _crossed(boxes, leaders))
        cost[spot.near :] += [_BETWEEN * _between(Box(*box), spot, points, radius) for box in boxes[spot.near :]]
        at = int(np.argmin(cost))
        if cost[at] >= _ON_LABEL:
            chosen.append(None)
            continue
        chosen.append(at)
        taken = np.vstack((taken, boxes[at]))
        if at >= spot.near:
            leaders = np.vstack((leaders, np.ravel(leader(Box(*boxes[at]), spot))))
    return chosen


def leader(box: Box, spot: Spot) -> tuple[Point, Point]:
    """The shortest line from a box to an anchor."""

    def from_edge(x: float, y: float) -> Point:
        return min(max(x, box.left), box.right), min(max(y, box.top), box.bottom)

    return min(((from_edge(*a), a) for a in spot.anchors), key=lambda ends: math.dist(*ends))


def _between(box: Box, spot: Spot, points: FloatArray, radius: float) -> int:
    """How many markers that are not the anchor's own a leader would run across."""
    start, end = (np.array(p) for p in leader(box, spot))
    way = end - start
    share = np.clip((points - start) @ way / max(float(way @ way), 1e-9), 0.0, 1.0)
    near = np.hypot(*(start + share[:, None] * way - points).T) < radius
    own = np.hypot(*(points - end).T) < radius
    return int(np.count_nonzero(near & ~own))


def _overlaps(boxes: FloatArray, taken: FloatArray) -> FloatArray:
    a, b = boxes[:, None, :], taken[None, :, :]
    over = (a[..., 0] < b[..., 2]) & (b[..., 0] < a[..., 2]) & (a[..., 1] < b[..., 3]) & (b[..., 1] < a[..., 3])
    return _count(over)


def _outside(boxes: FloatArray, bounds: Box) -> FloatArray:
    out = (boxes[:, 0] < bounds.left) | (boxes[:, 1] < bounds.top)
    out |= (boxes[:, 2] > bounds.right) | (boxes[:, 3] > bounds.bottom)
    return out.astype(np.float64)


def _covered(boxes: FloatArray, points: FloatArray, radius: float) -> FloatArray:
    """How many markers each box covers."""
    x, y = points[:, 0], points[:, 1]
    inside = (x > boxes[:, :1] - radius) & (x < boxes[:, 2:3] + radius)
    inside &= (y > boxes[:, 1:2] - radius) & (y < boxes[:, 3:4] + radius)
    return _count(inside)


def _crossed(boxes: FloatArray, lines: FloatArray) -> FloatArray:
    """How many line pieces run through each box (slab test)."""
    enter, leave = np.zeros((len(boxes), len(lines))), np.ones((len(boxes), len(lines)))
    for axis in (0, 1):
        start, way = lines[:, axis], lines[:, axis + 2] - lines[:, axis]
        way = np.where(np.abs(way) < 1e-9, 1e-9, way)
        one = (boxes[:, axis : axis + 1] - start) / way
        two = (boxes[:, axis + 2 : axis + 3] - start) / way
        enter, leave = np.maximum(enter, np.minimum(one, two)), np.minimum(leave, np.maximum(one, two))
    return _count(enter <= leave)


def _count(hits: NDArray[np.bool_]) -> FloatArray:
    return np.asarray(np.count_nonzero(hits, axis=1), dtype=np.float64)
