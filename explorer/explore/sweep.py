"""One knob over many values, or two over a grid: evaluate, with wider columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ExplorerError
from explorer.evaluate import KNOB_COLUMNS, Report, evaluate, lower
from explorer.knobs import Value, knob
from explorer.specs import Scenario


def sweep(scenario: Scenario, key: str, values: Sequence[Value] | NDArray[np.float64]) -> Report:
    """The scenario with knob ``key`` at each of ``values``; point i of the report is values[i].

    A knob that is a column by itself widens that column only. Others go through a scenario each, validated.
    """
    if key in KNOB_COLUMNS:
        return evaluate(lower([scenario]).replace(**{KNOB_COLUMNS[key]: np.asarray(values, dtype=np.float64)}))
    row = knob(key)
    return evaluate(lower([row.set(scenario, v.item() if isinstance(v, np.generic) else v) for v in values]))


def able(scenario: Scenario, key: str, values: Sequence[Value]) -> list[Value]:
    """Those of ``values`` that the scenario takes."""
    row, found = knob(key), list[Value]()
    if row.get(scenario) is None and not row.assume:
        return found
    for value in values:
        try:
            row.set(scenario, value)
        except ExplorerError:
            continue
        found.append(value)
    return found


def grid(scenario: Scenario, first: tuple[str, Sequence[Value]], second: tuple[str, Sequence[Value]]) -> Report:
    """Two knobs at once: point ``i * len(second values) + j`` has the first at its value i and the second at its value j."""
    (one, xs), (other, ys) = first, second
    if one in KNOB_COLUMNS and other in KNOB_COLUMNS:
        x, y = (np.asarray(v, dtype=np.float64) for v in (xs, ys))
        wide = {KNOB_COLUMNS[one]: np.repeat(x, len(y)), KNOB_COLUMNS[other]: np.tile(y, len(x))}
        return evaluate(lower([scenario]).replace(**wide))
    rows = knob(one), knob(other)
    made = [rows[0].set(scenario, x) for x in xs]
    return evaluate(lower([rows[1].set(s, y) for s in made for y in ys]))
