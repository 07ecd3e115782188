"""Where the chips of a domain are drawn, and the links between them: one mark a chip, or one a block of chips where there are many."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Grid = tuple[int, int, int]
_MOST_STAR, _MOST_RING, _MOST_MESH = 144, 64, 24
_MOST_FLAT, _MOST_DEEP = (24, 16, 1), (8, 8, 8)
_ROWS = {1: 16, 2: 80, 3: _MOST_STAR}  # rows on each side of a switch, and the marks that they hold
_BAR = 0.9  # height of a switch
_ARC = np.linspace(0.0, 1.0, 13)


@dataclass(frozen=True, eq=False)
class Layout:
    """Marks in a box of ``width`` x ``height``: ``cell`` says to which mark each chip belongs.

    ``pieces`` (n, 4) are the lines of all links, ``link_of`` (n,) the link that each piece is of; ``carrying`` says which links
    a group of marks sends over. ``block`` is the shape of what a mark stands for, ``bar`` the place of a switch.
    """

    width: float
    height: float
    x: Array
    y: Array
    size: tuple[float, float]
    cell: NDArray[np.intp]
    pieces: Array
    link_of: NDArray[np.intp]
    carrying: Callable[[Mask], Mask]
    block: str = ""
    bar: tuple[float, float, float, float] | None = None

    def traffic(self, marks: Mask) -> Array:
        """The pieces of the links that the group of ``marks`` sends over."""
        pieces: Array = self.pieces[self.carrying(marks)[self.link_of]]
        return pieces


@lru_cache(maxsize=32)
def layout(kind: str, domain: int, axes: tuple[int, int, int]) -> Layout:
    """The drawing of a domain of ``domain`` chips: ``switch``, ``mesh``, ``ring`` or ``torus`` with three axes (1 where there is none)."""
    if domain == 1:
        return _star(1)
    if kind == "switch":
        return _star(domain)
    if kind == "mesh":
        return _mesh(domain)
    if max(axes) == math.prod(axes):
        return _ring(domain)
    return _torus(domain, axes)


def _blocks(domain: int, most: int) -> tuple[NDArray[np.intp], int, str]:
    """Chips in order, as many to a mark as needed; the number of marks, and what one stands for."""
    each = -(-domain // most)
    return np.arange(domain) // each, -(-domain // each), f"{each} chips" if each > 1 else ""


def _star(domain: int) -> Layout:
    """Rows of chips above and below the bar of a switch, shifted so that each has a way to it."""
    cell, n, block = _blocks(domain, _MOST_STAR)
    deep = next(r for r, most in _ROWS.items() if n <= most)
    wide = -(-n // (2 * deep)) if n > 1 else 1
    row, column = np.divmod(np.arange(n), wide)
    above = row < deep
    from_bar = np.where(above, deep - 1 - row, row - deep)
    side = (0.66, 0.46, 0.32)[deep - 1]
    away = _BAR / 2 + 0.65 + 0.5 * side + 1.5 * side * from_bar
    x = 0.75 + column + from_bar / deep
    height = 2 * (_BAR / 2 + 0.65 + 1.5 * side * deep)
    y = height / 2 + np.where(above, away, -away)
    width = wide + 0.5 + (deep - 1) / deep
    edge = height / 2 + np.where(above, _BAR / 2, -_BAR / 2)
    pieces = np.column_stack((x, y, x, edge)) if domain > 1 else np.empty((0, 4))
    bar = (width / 2, height / 2, width, _BAR) if domain > 1 else None
    return Layout(width, height, x, y, (side, side), cell, pieces, np.arange(len(pieces)), lambda m: m[: len(pieces)], block, bar)


def _mesh(domain: int) -> Layout:
    """Chips round an ellipse, each linked to every other one."""
    cell, n, block = _blocks(domain, _MOST_MESH)
    angle = 0.5 * math.pi - 2.0 * math.pi * (np.arange(n) + (0.5 if n % 2 == 0 else 0.0)) / n
    reach = max(1.5, n * 0.22)
    x, y = reach * (1.0 + 1.5 * np.cos(angle)) + 0.5 * reach + 0.6, reach * (1.0 + np.sin(angle)) + 0.6
    a, b = np.triu_indices(n, 1)
    pieces = np.column_stack((x[a], y[a], x[b], y[b]))
    return Layout(3 * reach + 1.2, 2 * reach + 1.2, x, y, (0.66, 0.66), cell, pieces, np.arange(len(a)), lambda m: m[a] & m[b], block)


def _ring(domain: int) -> Layout:
    """Chips along a race track: there on the upper side, back on the lower one."""
    cell, n, block = _blocks(domain, _MOST_RING)
    there = -(-n // 2)
    k = np.arange(n)
    x = np.where(k < there, k, 2 * there - 1 - k) + 0.75
    y = np.where(k < there, 2.1, 0.75)
    grid: Grid = (n, 1, 1)
    pieces, link_of = _grid_links(x, y, grid, "line" if domain > 2 else "none", (n, 1, 1))
    return Layout(there + 0.5, 2.85, x, y, (0.66, 0.66), cell, pieces, link_of, lambda m: _along(m, grid, domain > 2), block)


def _torus(domain: int, axes: tuple[int, int, int]) -> Layout:
    """A plane of chips with its wrap-around links as arcs, or planes behind each other with stubs."""
    deep = axes[2] > 1
    each = _factors(axes, _MOST_DEEP if deep else _MOST_FLAT)
    grid: Grid = (-(-axes[0] // each[0]), -(-axes[1] // each[1]), -(-axes[2] // each[2]))
    chip = np.arange(domain)
    a, b, c = chip % axes[0], chip // axes[0] % axes[1], chip // (axes[0] * axes[1])
    cell = a // each[0] + grid[0] * (b // each[1] + grid[1] * (c // each[2]))
    mark = np.arange(math.prod(grid))
    i, j, k = mark % grid[0], mark // grid[0] % grid[1], mark // (grid[0] * grid[1])
    step = 0.8 / grid[2] if deep else 0.0
    x = 0.75 + i + step * k
    y = 0.75 + (grid[1] - 1 - j) + step * k
    side = 0.72 * step if deep else 0.6
    width, height = grid[0] + 0.5 + step * (grid[2] - 1), grid[1] + 0.5 + step * (grid[2] - 1)
    pieces, link_of = _grid_links(x, y, grid, "stub" if deep else "arc", axes)
    block = f"{' x '.join(str(v) for v in each if v > 1)} chips" if max(each) > 1 else ""
    return Layout(width, height, x, y, (side, side), cell, pieces, link_of, lambda m: _along(m, grid, True), block)


def _factors(axes: tuple[int, int, int], most: tuple[int, int, int]) -> Grid:
    """Chips to a mark along each axis: the same cube where one divides all axes, else what each axis needs."""
    need = max(-(-a // m) for a, m in zip(axes, most, strict=True))
    for f in range(need, 4 * need):
        if all(a % f == 0 or a == 1 for a in axes):
            return min(f, axes[0]), min(f, axes[1]), min(f, axes[2])
    x, y, z = (-(-a // m) for a, m in zip(axes, most, strict=True))
    return x, y, z


def _grid_links(x: Array, y: Array, grid: Grid, wrap: str, axes: tuple[int, int, int]) -> tuple[Array, NDArray[np.intp]]:
    """Lines of the links along each axis, and round it where it is longer than two chips; in the order of `_along`."""
    places = np.arange(len(x)).reshape(grid[::-1])
    pieces, owners, start = [np.empty((0, 4))], [np.empty(0, dtype=np.intp)], 0
    for axis, length in enumerate(axes):
        lanes = np.moveaxis(places, 2 - axis, -1).reshape(-1, grid[axis])
        one, other = lanes[:, :-1].ravel(), lanes[:, 1:].ravel()
        pieces.append(np.column_stack((x[one], y[one], x[other], y[other])))
        owners.append(start + np.arange(len(one)))
        start += len(one)
        round_it = _wrapped(x, y, lanes, wrap if length > 2 and grid[axis] > 1 else "none", axis)
        pieces.append(round_it.reshape(-1, 4))
        owners.append(start + np.repeat(np.arange(len(lanes)), round_it.shape[1]))
        start += len(lanes)
    return np.concatenate(pieces), np.concatenate(owners)


def _wrapped(x: Array, y: Array, lanes: NDArray[np.intp], wrap: str, axis: int) -> Array:
    """Pieces of the link from the end of each lane to its beginning, (lanes, pieces, 4)."""
    first, last = lanes[:, 0], lanes[:, -1]
    if wrap == "none":
        return np.empty((len(lanes), 0, 4))
    if wrap == "line":
        return np.column_stack((x[last], y[last], x[first], y[first]))[:, None, :]
    if wrap == "stub":
        before = lanes[:, 1]
        dx, dy = (x[before] - x[first]) * 0.4, (y[before] - y[first]) * 0.4
        ends = (np.column_stack((x[f], y[f], x[f] + s * dx, y[f] + s * dy)) for f, s in ((first, -1.0), (last, 1.0)))
        return np.stack(tuple(ends), axis=1)
    bow = 0.34 * np.sqrt(np.sin(math.pi * _ARC).clip(0.0))
    along_x = x[first, None] + (x[last] - x[first])[:, None] * _ARC + (bow if axis == 1 else 0.0)
    along_y = y[first, None] + (y[last] - y[first])[:, None] * _ARC + (bow if axis == 0 else 0.0)
    return np.stack((along_x[:, :-1], along_y[:, :-1], along_x[:, 1:], along_y[:, 1:]), axis=-1)


def _along(marks: Mask, grid: Grid, wrapped: bool) -> Mask:
    """Links that lie between members on one lane; round it where the members reach from its one end to the other."""
    members = marks.reshape(grid[::-1])
    found = []
    for axis in range(3):
        lanes = np.moveaxis(members, 2 - axis, -1).reshape(-1, grid[axis])
        seen = np.logical_or.accumulate(lanes, axis=1)[:, :-1]
        to_come = np.logical_or.accumulate(lanes[:, ::-1], axis=1)[:, ::-1][:, 1:]
        found.append((seen & to_come).ravel())
        gaps = lanes.shape[1] - np.count_nonzero(lanes, axis=1)
        spread = np.count_nonzero(lanes, axis=1)
        # Members a stride apart cover the ring when the way from the last one round to the first is one stride too.
        first, last = np.argmax(lanes, axis=1), lanes.shape[1] - 1 - np.argmax(lanes[:, ::-1], axis=1)
        stride = np.where(spread > 1, (last - first) / np.maximum(spread - 1, 1), 0)
        whole = (spread > 1) & (first + lanes.shape[1] - last <= stride) if gaps.any() else spread > 1
        found.append(whole & wrapped & (grid[axis] > 1))
    return np.concatenate(found)
