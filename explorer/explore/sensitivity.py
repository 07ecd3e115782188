"""What matters: the step at each hardware number a little smaller and a little larger, all in one batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.errors import ExplorerError
from explorer.evaluate import evaluate, lower
from explorer.knobs import KNOBS, Knob
from explorer.specs import Scenario

HARDWARE = tuple(
    k for k in KNOBS if k.kind == "number" and k.section in ("Chip", "Memory", "SRAM", "Links") and not k.key.startswith("offer.")
)
"""The numbers of chip and fabric that are no counts."""


@dataclass(frozen=True)
class Effect:
    """Change of the step, as a part of it, where a number is smaller and where it is larger; NaN where that cannot be."""

    knob: Knob
    smaller: float
    larger: float

    @property
    def size(self) -> float:
        """The greater of both."""
        return float(np.nanmax(np.abs((self.smaller, self.larger, 0.0))))


def effects(s: Scenario, factor: float) -> list[Effect] | None:
    """Every hardware number divided and multiplied by ``factor``, in one batch, the strongest first; None where there is no step."""
    trials: list[tuple[Knob, int, Scenario]] = []
    for row in HARDWARE:
        value = row.get(s)
        if value is None or isinstance(value, str):
            continue
        for side, by in enumerate((1.0 / factor, factor)):
            try:
                trials.append((row, side, row.set(s, value * by)))
            except ExplorerError:
                continue  # beyond what can be
    report = evaluate(lower([s, *(t[2] for t in trials)]))
    step = report.columns.full(report.values["step_s"])
    if not np.isfinite(step[0]):
        return None
    moved: dict[Knob, list[float]] = {}
    for (row, side, _), then in zip(trials, step[1:], strict=True):
        moved.setdefault(row, [np.nan, np.nan])[side] = float(then / step[0] - 1.0)
    return sorted((Effect(row, *both) for row, both in moved.items()), key=lambda e: -e.size)
