"""One scenario as numbers. An edit asks again only what it may have changed: each getter's reads are noted while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.specs import Scenario
from explorer.specs.base import Spec

Read = tuple[str, str]
WHOLE = "*"  # more than one field of a part: a method was asked
_PARTS = tuple(name for name in Scenario.model_fields if name != "name")
_KEPT = 64  # scenarios whose values are remembered: an edit changes one of a study, or a knob in all of them
_MOST_NEW_PARTS = 2


class _Watched:
    """Stands in for a scenario or a part of it, and notes which fields are read."""

    __slots__ = ("_name", "_reads", "_spec")

    def __init__(self, spec: Spec, name: str, reads: set[Read]) -> None:
        self._spec, self._name, self._reads = spec, name, reads

    def __getattr__(self, field: str) -> Any:
        found = getattr(self._spec, field)
        if self._name:
            self._reads.add((self._name, field if field in type(self._spec).model_fields else WHOLE))
        elif isinstance(found, Spec):
            return _Watched(found, field, self._reads)
        else:
            self._reads.add((field, WHOLE))
        return found


@dataclass(frozen=True, slots=True)
class _Known:
    scenario: Scenario
    values: NDArray[np.float64]
    readers: Mapping[Read, Sequence[int]]


class Lowering:
    """Values of scenarios by ``getters``, remembered: scenarios are frozen, so one that is the same object has the same."""

    def __init__(self, getters: Sequence[Callable[[Scenario], float]]) -> None:
        self._getters = tuple(getters)
        self._known: dict[int, _Known] = {}
        self._lock = Lock()

    def values(self, scenario: Scenario) -> NDArray[np.float64]:
        """One value a getter."""
        known = self._known.get(id(scenario))
        if known is not None and known.scenario is scenario:
            return known.values
        with self._lock:  # rows are predicted in a thread beside the window
            found = self._lowered(scenario)
            while len(self._known) >= _KEPT:
                self._known.pop(next(iter(self._known)))
            self._known.pop(id(scenario), None)
            self._known[id(scenario)] = found
        return found.values

    def _lowered(self, scenario: Scenario) -> _Known:
        for known in reversed(self._known.values()):
            changed = [p for p in _PARTS if getattr(known.scenario, p) is not getattr(scenario, p)]
            if len(changed) <= _MOST_NEW_PARTS:
                return self._edited(known, scenario, changed)
        readers: dict[Read, Sequence[int]] = {}
        values = np.empty(len(self._getters))
        self._ask(scenario, range(len(self._getters)), values, readers)
        return _Known(scenario, values, readers)

    def _edited(self, known: _Known, scenario: Scenario, parts: Sequence[str]) -> _Known:
        """The known values, with those asked again that have read what is different now."""
        asked: set[int] = set()
        for part in parts:
            for read in _differences(part, getattr(known.scenario, part), getattr(scenario, part)):
                asked.update(known.readers.get(read, ()))
        values, readers = known.values.copy(), dict(known.readers)
        self._ask(scenario, sorted(asked), values, readers)
        return _Known(scenario, values, readers)

    def _ask(self, s: Scenario, which: Sequence[int], values: NDArray[np.float64], readers: dict[Read, Sequence[int]]) -> None:
        for i in which:
            reads: set[Read] = set()
            values[i] = self._getters[i](_Watched(s, "", reads))  # type: ignore[arg-type]
            for read in reads:
                if i not in readers.get(read, ()):  # what it read before stays: at worst it is asked in vain
                    readers[read] = (*readers.get(read, ()), i)


def _differences(part: str, old: Any, new: Any) -> list[Read]:
    """Fields of a part that differ, and the part as a whole."""
    if type(old) is not type(new) or not isinstance(new, Spec):
        fields = type(new).model_fields if isinstance(new, Spec) else type(old).model_fields if isinstance(old, Spec) else ()
        return [(part, WHOLE), *((part, f) for f in fields)]
    found = []
    for field in type(new).model_fields:
        before, after = getattr(old, field), getattr(new, field)
        if before is not after and before != after:
            found.append((part, field))
    return [*found, (part, WHOLE)] if found else []
