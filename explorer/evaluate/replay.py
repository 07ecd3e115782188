"""Studies that are evaluated again and again: the formulas are recorded once, and replayed while the same questions have the same answers.

A replay runs the very calls that the formulas made, on kept buffers and only those whose inputs changed, so its results are
the same bit for bit; while a slider is dragged that is nearly all there is to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from operator import itemgetter
from threading import Lock
from typing import Any

import numpy as np

from explorer.evaluate.columns import COLUMN_NAMES, Array, Columns
from explorer.evaluate.outcomes import RULES
from explorer.evaluate.power_columns import throttled
from explorer.evaluate.report import Report
from explorer.evaluate.tapes import Node, NotTraceableError, Program, Span, Tape, Traced, mapped
from explorer.physics.arrays import quiet

PARTS = ("shape", "memory", "traffic", "operators", "time_parts", "exposed_s", "valid_plan", "reach")
_MOST_POINTS, _MOST_WIDTHS, _MOST_TAPES, _PATIENCE, _MOST_PATIENCE = 64, 8, 6, 1, 128


class Recording:
    """One tape of a study's evaluation: the buffers of its columns, its program, and where each result lies."""

    def __init__(self, table: Array) -> None:
        tape = Tape()
        columns = {name: Traced(tape, tape.input(row)) for name, row in zip(COLUMN_NAMES, table.copy(), strict=True)}
        with quiet():
            self.parts = _results(tape, Report(throttled(Columns(columns)), RULES))  # type: ignore[arg-type]
        self.table = table.copy()
        nodes: list[Node] = []
        for part in self.parts.values():
            mapped(part, lambda t: nodes.append(t.node))
        self.program = Program(tape, nodes, list(self.table))
        places = dict(zip(self.program.outputs, self.program.spans, strict=True))
        self.makers = {name: _maker(part, places) for name, part in self.parts.items()}

    def run(self, table: Array) -> Array | None:
        """All results of other columns, one after the other; None where the formulas would take another way."""
        old, new = self.table.view(np.int64), table.view(np.int64)
        changed = 0
        for row in (old != new).any(axis=1).nonzero()[0].tolist():
            changed |= 1 << row
        self.table[...] = table
        with quiet():
            return self.program.run(changed)


def _results(tape: Tape, report: Report) -> dict[str, Any]:
    """What a tape can hold of a report, by name."""
    found: dict[str, Any] = {}
    for name in (*PARTS, *(key for key in RULES if key != "fewest_chips")):
        asked = dict(tape.guards)
        try:
            found[name] = getattr(report, name) if name in PARTS else report.values[name]
        except NotTraceableError:
            tape.guards.clear()
            tape.guards.update(asked)
    return found


def _maker(part: Any, places: Mapping[Node, Span]) -> Callable[[Array], Any]:
    """What puts a part together from the results: each traced array in it becomes a view of them."""
    if type(part) is Traced:
        start, end, shape = places[part.node]
        return itemgetter(slice(start, end)) if len(shape) == 1 else lambda results: results[start:end].reshape(shape)
    if isinstance(part, (tuple, list)):
        kind, makers = type(part), [_maker(p, places) for p in part]
        return lambda results: kind([make(results) for make in makers])
    if is_dataclass(part) and not isinstance(part, type):
        build, named = type(part), [(f.name, _maker(getattr(part, f.name), places)) for f in fields(part)]
        return lambda results: build(**{name: make(results) for name, make in named})
    return lambda _: part


class Taken:
    """Results of a replay, put together when they are asked for."""

    def __init__(self, makers: Mapping[str, Callable[[Array], Any]], results: Array) -> None:
        self._makers, self._results = makers, results

    def __contains__(self, name: str) -> bool:
        return name in self._makers

    def part(self, name: str) -> Any:
        """One of them."""
        return self._makers[name](self._results)


class _Width:
    """Recordings of studies of so many scenarios, the one that was used last in front."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.recordings: list[Recording] = []
        self.missed, self.patience = 0, _PATIENCE

    def taken(self, table: Array) -> Taken | None:
        for i, recording in enumerate(self.recordings):
            results = recording.run(table)
            if results is not None:
                self.recordings.insert(0, self.recordings.pop(i))
                self.missed, self.patience = 0, max(_PATIENCE, self.patience // 2)
                return Taken(recording.makers, results)
        self.missed += 1
        if self.missed <= self.patience:
            return None
        # Studies that differ from one to the next are not worth a recording each.
        self.missed, self.patience = 0, min(2 * self.patience, _MOST_PATIENCE)
        self.recordings = [Recording(table), *self.recordings[: _MOST_TAPES - 1]]
        results = self.recordings[0].run(table)
        return None if results is None else Taken(self.recordings[0].makers, results)


_widths: dict[int, _Width] = {}


def taken(c: Columns) -> Taken | None:
    """Results of a study's columns, where a recording has them; None: compute them."""
    if c.table is None or c.width > _MOST_POINTS:
        return None
    width = _widths.get(c.width)
    if width is None:
        if len(_widths) >= _MOST_WIDTHS:
            _widths.clear()
        width = _widths[c.width] = _Width()
    if not width.lock.acquire(blocking=False):  # a thread beside the window is at it
        return None
    try:
        return width.taken(c.table)
    finally:
        width.lock.release()
