"""Columns of a scenario's run: its length, failures, stragglers, site and fleet. A bound counts no failures and no stragglers."""

from __future__ import annotations

import math
from collections.abc import Callable

from explorer.specs import Scenario


def _ideal(s: Scenario) -> bool:
    return s.efficiency == "ideal"


RUN: dict[str, Callable[[Scenario], float]] = {
    "run_tokens": lambda s: s.run.tokens,
    "chip_mtbf_s": lambda s: math.inf if _ideal(s) else s.run.chip_mtbf_s,
    "checkpoint_s": lambda s: s.run.checkpoint_s,
    "checkpoint_interval_s": lambda s: s.run.checkpoint_interval_s,
    "restart_s": lambda s: s.run.restart_s,
    "straggler_cv": lambda s: 0.0 if _ideal(s) else s.run.straggler_cv,
    "pue": lambda s: s.run.pue,
    "host_w": lambda s: s.run.host_w,
    "fleet_fraction": lambda s: s.run.fleet_fraction,
    # Without a power under which the rates hold, no other power changes them; nor does one change a bound.
    "rated_w": lambda s: math.nan if _ideal(s) or s.calibration.rated_w is None else s.calibration.rated_w,
    "clock": lambda s: 1.0,  # against the usual one; `power_columns` lowers it
}
