"""The downhill simplex of Nelder and Mead (1965), without chance: the same start gives the same end."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from explorer.physics.arrays import Array

Loss = Callable[[Array], float]


def minimise(loss: Loss, start: Array, *, steps: int = 1000, restarts: int = 4, width: float = 0.25) -> Array:
    """Point where ``loss`` is lowest; each restart builds a fresh simplex around the best point so far."""
    best = np.asarray(start, dtype=np.float64)
    for turn in range(restarts):
        best = _descend(loss, best, steps, width * (-1.0) ** turn)
    return best


def _descend(loss: Loss, start: Array, steps: int, width: float) -> Array:
    points = [start, *(start + width * row for row in np.eye(len(start)))]
    values = [loss(point) for point in points]
    for _ in range(steps):
        order = np.argsort(np.asarray(values), kind="stable")
        points, values = [points[i] for i in order], [values[i] for i in order]
        if values[-1] - values[0] < 1e-9:
            break
        centre = np.mean(np.asarray(points[:-1]), axis=0)
        moved, value = _move(loss, centre, points[-1], values)
        if value < values[-1]:
            points[-1], values[-1] = moved, value
        else:
            points = [points[0], *(0.5 * (points[0] + point) for point in points[1:])]
            values = [values[0], *(loss(point) for point in points[1:])]
    return points[int(np.argmin(np.asarray(values)))]


def _move(loss: Loss, centre: Array, worst: Array, values: list[float]) -> tuple[Array, float]:
    """Reflect the worst point; go twice as far if that is a new best, half as far inwards if it is no better."""
    mirrored = 2.0 * centre - worst
    value = loss(mirrored)
    if value < values[0]:
        further = 3.0 * centre - 2.0 * worst
        far = loss(further)
        return (further, far) if far < value else (mirrored, value)
    if value < values[-2]:
        return mirrored, value
    inner = 0.5 * (centre + worst)
    return inner, loss(inner)
