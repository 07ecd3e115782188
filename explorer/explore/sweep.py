"""One knob over many values: evaluate, with wider columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

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
