"""A small deterministic fit: bounded Gauss-Newton on the logarithm of times, robust against outliers, and how well it did."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Predict = Callable[[dict[str, float]], Array]

KNEE = 0.1  # log errors above this count linearly, not squared, so that a few odd rows do not bend the rest
STARTS = 3
STEPS = 60


@dataclass(frozen=True)
class Constant:
    """One constant to fit. ``linear``: searched on a straight scale, because 0 is among its values."""

    name: str
    start: float
    low: float
    high: float
    linear: bool = False

    def inward(self, value: float) -> float:
        """From the constant's value to the search's own coordinate."""
        return value / self.high if self.linear else float(np.log(value))

    def outward(self, coordinate: float) -> float:
        """From the search's coordinate to the constant's value."""
        return coordinate * self.high if self.linear else float(np.exp(coordinate))


@dataclass(frozen=True)
class Errors:
    """Absolute errors as fractions of the measured time."""

    n: int
    mean: float
    median: float
    p90: float
    worst: float


def errors(predicted: Array, measured: Array) -> Errors:
    """How far the predictions are off; ``n`` 0 and all zero without rows."""
    if measured.size == 0:
        return Errors(0, 0.0, 0.0, 0.0, 0.0)
    off = np.abs(predicted / measured - 1.0)
    return Errors(
        off.size, float(off.mean()), float(np.median(off)), float(np.quantile(off, 0.9)), float(off.max())
    )


def fold(keys: Sequence[str], folds: int) -> NDArray[np.int64]:
    """A fold for each key by its hash: the same key always falls in the same one."""
    digests = (hashlib.sha256(key.encode()).digest() for key in keys)
    return np.array([int.from_bytes(digest[:8], "big") % folds for digest in digests], dtype=np.int64)


def fit(constants: Sequence[Constant], predict: Predict, measured: Array) -> dict[str, float]:
    """The constants, rounded to four digits, that bring ``predict`` closest to the measured times.

    ``predict`` takes all constants by name and gives one time a row. The search starts from a few fixed points and is
    deterministic. Without rows the starting values come back.
    """
    if measured.size == 0:
        return {c.name: c.start for c in constants}
    low, high = (np.array([c.inward(v) for c, v in zip(constants, edge, strict=True)]) for edge in _edges(constants))
    target = np.log(measured)

    def residual(x: Array) -> Array:
        off = np.log(predict(_named(constants, x))) - target
        return np.asarray(np.sign(off) * KNEE * np.sqrt(2.0 * (np.sqrt(1.0 + (off / KNEE) ** 2) - 1.0)))

    first = np.array([c.inward(c.start) for c in constants])
    shake = np.random.default_rng(0)
    starts = [first] + [first + 0.3 * shake.standard_normal(first.size) for _ in range(STARTS - 1)]
    ends = [_descend(residual, np.clip(start, low, high), low, high) for start in starts]
    best = min(ends, key=lambda end: end[1])[0]
    return {name: float(f"{value:.4g}") for name, value in _named(constants, best).items()}


def _edges(constants: Sequence[Constant]) -> tuple[list[float], list[float]]:
    return [c.low for c in constants], [c.high for c in constants]


def _named(constants: Sequence[Constant], x: Array) -> dict[str, float]:
    return {c.name: c.outward(float(value)) for c, value in zip(constants, x, strict=True)}


def _descend(residual: Callable[[Array], Array], x: Array, low: Array, high: Array) -> tuple[Array, float]:
    """Levenberg-Marquardt with clipped steps: the end point and its cost."""
    damping, now = 1e-2, residual(x)
    cost = float(now @ now)
    for _ in range(STEPS):
        slope = _jacobian(residual, x, now, high)
        normal, push = slope.T @ slope, -slope.T @ now
        for _ in range(8):
            step = np.linalg.solve(normal + damping * np.diag(np.diag(normal) + 1e-9), push)
            trial = np.clip(x + step, low, high)
            there = residual(trial)
            if float(there @ there) < cost * (1.0 - 1e-7):
                break
            damping *= 4.0
        else:
            break
        x, now, cost, damping = trial, there, float(there @ there), damping / 3.0
    return x, cost


def _jacobian(residual: Callable[[Array], Array], x: Array, now: Array, high: Array) -> Array:
    slope = np.empty((now.size, x.size))
    for j in range(x.size):
        moved = x.copy()
        step = 1e-4 * max(1.0, abs(x[j]))
        moved[j] += step if moved[j] + step <= high[j] else -step
        slope[:, j] = (residual(moved) - now) / (moved[j] - x[j])
    return slope
