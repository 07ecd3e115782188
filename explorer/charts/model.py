"""A chart as data: what is drawn, in data units, with no toolkit in sight. The window and the files draw the same one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray

Scale = Literal["linear", "log"]
Role = Literal[
    "roof", "roof_faint", "points", "dots", "ghost", "line", "band", "spread", "cells", "links", "traffic", "block", "used", "free", "group", "arrows",
]  # fmt: skip
MARKS: tuple[Role, ...] = ("block", "used", "free", "group")
"""Roles of boxes in a drawing, in the order in which they are painted."""
PAIRS: tuple[Role, ...] = ("links", "traffic", "spread", "arrows")
"""Roles whose points go in pairs, each a piece of its own."""
Severity = Literal["normal", "faint", "good", "bad", "warn"]


@dataclass(frozen=True)
class Axis:
    """One axis. ``unit`` is a base unit of `explorer.units`, used to write the ticks; ``range`` is in data units.

    ``names`` stand at 0, 1, 2 ... in the place of numbers.
    """

    label: str
    unit: str = "1"
    scale: Scale = "linear"
    range: tuple[float, float] | None = None
    names: tuple[str, ...] = ()


class Later(Sequence[str]):
    """Texts that are written when the first of them is read: a drag draws many charts that nobody points at."""

    def __init__(self, count: int, write: Callable[[], tuple[str, ...]]) -> None:
        self._count, self._write = count, write
        self._texts: tuple[str, ...] | None = None

    def _all(self) -> tuple[str, ...]:
        if self._texts is None:
            self._texts = self._write()
        return self._texts

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self._all()[index]


class Each(Sequence[str]):
    """Texts that are written one by one, when read; none of them is empty. For points by the thousand."""

    def __init__(self, count: int, write: Callable[[int], str]) -> None:
        self._count, self._write = count, write

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return tuple(map(self._write, range(*index.indices(self._count))))
        return self._write(range(self._count)[index])


@dataclass(frozen=True, eq=False)
class Series:
    """A line or a set of points of one scenario.

    ``slot`` (0-5) picks hue, dash and marker of a scenario, the same in every chart; `style.NEUTRAL` is the colour of text.
    ``tips[i]`` is the plain-text read-out of point ``i``; ``labels[i]`` a short name beside it (empty for none). ``dots`` are
    points by the hundred: small, and seen through. ``ids[i]`` names point ``i`` for good, by which it is found again in another
    state's chart. ``size``: of marks, cells and thick strokes in data units (of cells: in steps
    of the view), ``weight`` a traffic's thickness in lines; ``shade`` of a cell 0 to 1, NaN where there is nothing,
    and its ``value``.
    """

    key: str
    label: str
    slot: int
    role: Role
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    tips: Sequence[str] = ()
    labels: tuple[str, ...] = ()
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None
    size: tuple[float, float] = (0.0, 0.0)
    weight: float = 1.0
    shade: NDArray[np.float64] | None = None
    value: NDArray[np.float64] | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Segment:
    """A piece of a stacked bar. ``part`` names its colour in the theme."""

    part: str
    label: str
    value: float
    tip: str = ""


@dataclass(frozen=True)
class Bar:
    """One horizontal stacked bar: its pieces, an outline up to ``limit`` and the words around it."""

    label: str
    slot: int
    segments: tuple[Segment, ...]
    limit: float | None = None
    limit_label: str = ""
    end_label: str = ""
    note: str = ""
    severity: Severity = "normal"
    ghost: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def total(self) -> float:
        """Sum of the pieces."""
        return sum(s.value for s in self.segments)


@dataclass(frozen=True)
class Mark:
    """A straight line across the chart at ``value`` of one axis."""

    axis: Literal["x", "y"]
    value: float
    label: str = ""
    slot: int | None = None


@dataclass(frozen=True)
class Annotation:
    """A few words at a point, in data units. In a drawing they are centred there and cut to ``room`` data units."""

    x: float
    y: float
    text: str
    slot: int | None = None
    room: float = 0.0


@dataclass(frozen=True, eq=False)
class Chart:
    """Everything that is drawn. Either ``series`` on two axes, or ``bars`` along the x axis, or a ``drawing``: series without
    axes, in the ranges of ``x`` and ``y``. ``of``: what the values of cells are, with their unit.

    ``note`` is the source footer of files, ``context`` the load they show (the window shows it elsewhere); ``summary`` one sentence for people who cannot see the chart; ``empty`` says why
    nothing is drawn when that is so.
    """

    key: str
    title: str
    subtitle: str
    x: Axis
    y: Axis | None = None
    series: tuple[Series, ...] = ()
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    note: str = ""
    context: str = ""
    summary: str = ""
    empty: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    drawing: bool = False
    of: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell of a table: the text as shown, the bare number for files, the change against the baseline, and whether no row is better."""

    text: str
    value: float | str | None = None
    change: str = ""
    severity: Severity = "normal"
    best: bool = False


@dataclass(frozen=True)
class Column:
    """A column: key and label, unit, help text, whether every row says the same, and which way is better."""

    key: str
    label: str
    unit: str
    help: str
    same: bool = False
    better: Literal["more", "less", "neither"] = "neither"


@dataclass(frozen=True)
class Table:
    """Rows are scenarios (or what ``head`` says), columns are quantities. ``note`` and ``context`` as in a `Chart`."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    row_labels: tuple[str, ...]
    row_slots: tuple[int, ...]
    baseline: int | None = None
    note: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    context: str = ""
    head: str = "scenario"
