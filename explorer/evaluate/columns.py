"""Nouns to numbers: a study becomes columns, one value a scenario, that physics can take at once.

Each column is a float64 array of shape (scenarios,), or (1,) where all points share the value: a sweep over one knob
widens that column alone, and what depends on the others only is computed once.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.evaluate.getters import GETTERS
from explorer.evaluate.lowering import Lowering
from explorer.evaluate.tapes import Traced
from explorer.specs import PHASES, Scenario, Study

Array = NDArray[np.float64]
DECODE, PREFILL, TRAINING = range(len(PHASES))
COLUMN_NAMES = tuple(GETTERS)
_ROW = {name: i for i, name in enumerate(COLUMN_NAMES)}
_LOWERING = Lowering(tuple(GETTERS.values()))


class Columns:
    """Read-only arrays by name, as attributes: ``columns.hbm_bytes_per_s``."""

    def __init__(self, arrays: dict[str, Array] | None = None, table: Array | None = None) -> None:
        """Either arrays by name or a ``table`` of all columns in their order, whose rows become arrays when they are asked for."""
        self.table = table
        self._some: dict[str, bool] = {}
        if arrays is not None:
            self.__dict__.update(arrays, _arrays=arrays)
        self.width = table.shape[1] if table is not None else max(a.shape[0] for a in self._arrays.values())

    def __getattr__(self, name: str) -> Array:
        table, row = self.__dict__.get("table"), _ROW.get(name)
        if table is None or row is None:
            raise AttributeError(f"no column {name!r}")
        found: Array = table[row]
        self.__dict__[name] = found
        return found

    @cached_property
    def _arrays(self) -> dict[str, Array]:
        return dict(zip(COLUMN_NAMES, self.table, strict=True)) if self.table is not None else {}

    def asked(self) -> tuple[str, ...]:
        """Names of the columns of a table that somebody has asked for until now."""
        return tuple(name for name in self.__dict__ if name in _ROW)

    def some(self, name: str, above: float = 0.0) -> bool:
        """Whether any point has more than ``above`` in a column: what no point has need not be computed."""
        key = f"{name}>{above}"
        if key not in self._some:
            self._some[key] = bool((getattr(self, name) > above).any())
        return self._some[key]

    def replace(self, **changes: Any) -> Columns:
        """Columns with some exchanged; each is an array of shape (n,) or a number. All widths are equal or 1."""
        for name in changes:
            if name not in _ROW:
                raise AttributeError(f"no column {name!r}")
        return Columns({**self._arrays, **{name: _column(value) for name, value in changes.items()}})

    def take(self, points: slice | NDArray[np.intp]) -> Columns:
        """The points named; columns that all points share stay as they are."""
        if self.table is not None:
            table = np.ascontiguousarray(self.table[:, points])
            table.setflags(write=False)
            return Columns(table=table)
        return Columns({k: v if v.shape[0] == 1 else v[points] for k, v in self._arrays.items()})

    def full(self, value: Array) -> Array:
        """``value`` repeated to the full width."""
        return np.broadcast_to(value, (*value.shape[:-1], self.width))


def _column(value: Any) -> Array:
    if isinstance(value, Traced):
        return value  # type: ignore[return-value]  # stands in for an array
    array = np.atleast_1d(np.asarray(value, dtype=np.float64))
    array.setflags(write=False)
    return array


def lower(scenarios: Study | Iterable[Scenario]) -> Columns:
    """Columns of shape (scenarios,) from a study, or from any number of scenarios."""
    listed = scenarios.scenarios if isinstance(scenarios, Study) else tuple(scenarios)
    table = np.ascontiguousarray(np.array([_LOWERING.values(s) for s in listed], dtype=np.float64).T)
    table.setflags(write=False)
    return Columns(table=table)
