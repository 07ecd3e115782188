"""Where points have gone: arrows from their places in one state to those in another, matched by their ids."""

from __future__ import annotations

import numpy as np

from explorer.charts.model import Chart, Series


def between(before: Series, after: Series, key: str) -> Series:
    """Arrows from each point of ``before`` to the point of ``after`` with the same id, where it stands elsewhere."""
    then = {name: n for n, name in enumerate(before.ids)}
    pairs = [(then[name], n) for n, name in enumerate(after.ids) if name in then]
    moved = [(a, b) for a, b in pairs if before.x[a] != after.x[b] or before.y[a] != after.y[b]]
    x = np.array([(before.x[a], after.x[b]) for a, b in moved]).ravel()
    y = np.array([(before.y[a], after.y[b]) for a, b in moved]).ravel()
    return Series(key, after.label, after.slot, "arrows", x, y, ids=tuple(after.ids[b] for _, b in moved for _ in (0, 1)))


def moves(before: Chart, after: Chart) -> tuple[Series, ...]:
    """Arrows for all points that have ids in both charts of the same kind."""
    if before.key != after.key:
        return ()
    then = {s.key: s for s in before.series if s.role == "points" and s.ids}
    made = (between(then[s.key], s, f"moved-{s.key}") for s in after.series if s.role == "points" and s.ids and s.key in then)
    return tuple(s for s in made if len(s.x))
