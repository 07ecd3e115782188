"""Tokens a second of sweeps in a unit of fairness, also where the knob that is swept makes the unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from explorer.charts.common import Array
from explorer.charts.fairness import WORDS, chips_in
from explorer.knobs import Knob, Value
from explorer.quantities import Quantity
from explorer.specs import Per, Scenario

RATE = "tokens_per_s_per_chip"
_MAKES = {"offer.usd_per_chip_h": "dollar", "chip.tdp_w": "watt", "fabric.scale_up.domain": "domain"}


def counted(of: Quantity, per: Per) -> tuple[Quantity, Per]:
    """The quantity as it is called in a unit, and the unit: a chip for all but the rate."""
    if of.key != RATE or per == "chip":
        return of, "chip"
    return replace(of, label=f"tokens/s {WORDS[per].label}", help=f"{of.help} {WORDS[per].help}"), per


def held_along(s: Scenario, row: Knob, stops: Sequence[Value], per: Per) -> Array:
    """Chips in one unit at each stop of a knob; NaN where that is not known."""
    if _MAKES.get(row.key) == per:
        found = [chips_in(row.set(s, v), per) for v in stops]
    else:
        found = [chips_in(s, per)] * len(stops)
    return np.array([np.nan if v is None else v for v in found])


def held_over(s: Scenario, rows: tuple[Knob, Knob], stops: Sequence[Sequence[Value]], per: Per) -> Array:
    """The same at each pair of stops of two knobs, the second one fastest; at most one of them makes the unit."""
    second = _MAKES.get(rows[1].key) == per
    along = held_along(s, rows[second], stops[second], per)
    shape = len(stops[0]), len(stops[1])
    return np.ravel(np.broadcast_to(along if second else along[:, None], shape))
