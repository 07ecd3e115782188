"""What matters: how far the step moves when each hardware number of the active scenario is a little larger or smaller."""

from __future__ import annotations

import numpy as np

from explorer.charts.common import Scene, context_line, footer, names
from explorer.charts.model import Axis, Chart, Each, Series
from explorer.explore import Effect, effects

_MOST_ROWS = 10
_NOTHING = 5e-5  # part of a step that is no change


def sensitivity(scene: Scene, factor: float = 1.1) -> Chart:
    """A tornado: the longest bar is the number that matters most."""
    i = scene.study.active
    name, found = names(scene.study)[i], effects(scene.study.scenarios[i], factor)
    strong = [e for e in found or [] if e.size > _NOTHING][:_MOST_ROWS]
    still = sum(e.size <= _NOTHING for e in found or [])
    by = "10 %" if factor < 2 else f"{factor:g} times"
    reach = max([e.size for e in strong], default=0.01) * 1.15
    return Chart(
        key="sensitivity" if factor < 2 else "sensitivity-double",
        title="What matters",
        subtitle=f"{name}: each number {by} more or (pale) less" + (f"; {still} change nothing" if still else ""),
        x=Axis("Change of the step", "fraction", "linear", (-reach, reach)),
        y=Axis("", range=(-0.6, max(1, len(strong)) - 0.4), names=tuple(e.knob.label for e in reversed(strong))),
        series=tuple(s for side in (0, 1) for s in _side(name, i, strong, side, by)),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary=f"What matters for {name}: " + "; ".join(_said(e, by) for e in strong[:3]),
        empty="" if strong else "This plan cannot be: see the verdict." if found is None else "No number of the hardware changes the step.",
        metadata=dict(scene.metadata),
    )


def _side(name: str, slot: int, strong: list[Effect], side: int, by: str) -> list[Series]:
    rows = [(len(strong) - 1.0 - k, e) for k, e in enumerate(strong) if np.isfinite((e.smaller, e.larger)[side])]
    if not rows:
        return []
    ends = np.array([(0.0, (e.smaller, e.larger)[side]) for _, e in rows]).ravel()
    y = np.repeat([row for row, _ in rows], 2)
    tips = Each(len(ends), lambda n: _tip(name, rows[n // 2][1], side, by))
    key = ("less", "more")[side]
    return [Series(key, f"{by} {key}", slot, "spread", ends, y, tips, size=(0.0, 0.62), weight=float(side))]


def _tip(name: str, e: Effect, side: int, by: str) -> str:
    return f"{name}\n{e.knob.label} {by} {('less', 'more')[side]}: step {(e.smaller, e.larger)[side]:+.1%}"


def _said(e: Effect, by: str) -> str:
    more = abs(np.nan_to_num(e.larger)) >= abs(np.nan_to_num(e.smaller))
    return f"{e.knob.label} {by} {'more' if more else 'less'} moves the step by {e.larger if more else e.smaller:+.1%}"
