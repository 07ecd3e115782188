"""Nouns meet verbs: columns in, a report out. Nothing here loops over points."""

from __future__ import annotations

import numpy as np

from explorer.evaluate import batches, replay
from explorer.evaluate.columns import Array, Columns, lower
from explorer.evaluate.outcomes import RULES
from explorer.evaluate.power_columns import throttled
from explorer.evaluate.report import Report
from explorer.specs import Scenario, Study

_CHUNK = 4096  # points that keep the tables of one pass inside a core's cache


def evaluate_study(study: Study | list[Scenario], *, search: bool = False) -> Report:
    """Evaluate every scenario of a study, or a list of scenarios, as one batch."""
    return evaluate(lower(study), search=search)


def evaluate(c: Columns, *, search: bool = False) -> Report:
    """Evaluate all points of ``c``. ``search`` also finds the fewest chips. Never raises; what cannot be is NaN."""
    taken = replay.taken(c)
    return Report(throttled(c), RULES, search=search, taken=taken)


def evaluate_in_chunks(c: Columns, key: str) -> Array:
    """One result for a large batch, shape (n,), computed in pieces that stay in the cache."""
    if c.width <= _CHUNK:
        return evaluate(c).values[key]
    found = batches.one_result(c, key) if c.width >= batches.LEAST else None
    if found is not None:
        return found
    parts = [evaluate(c.take(slice(i, i + _CHUNK))).values[key] for i in range(0, c.width, _CHUNK)]
    return np.concatenate([np.broadcast_to(p, (min(_CHUNK, c.width - i * _CHUNK),)) for i, p in enumerate(parts)])
