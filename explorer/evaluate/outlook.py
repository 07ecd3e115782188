"""From a step to a run: stragglers, failures and checkpoints, time, money and energy of a training; power of the site; price of a fleet.

Reckoned all at once when somebody asks for one of them: a drag that shows none of it pays nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from explorer.evaluate.columns import TRAINING, Array, Columns
from explorer.physics import economics, reliability

_HOUR = 3600.0
RUN_KEYS = (
    "run_tokens_per_s", "goodput_fraction", "straggler_fraction", "job_mtbf_s", "checkpoint_every_s", "time_to_train_s",
    "train_chip_h", "train_usd", "train_energy_j",
)  # fmt: skip
RESULTS = (*RUN_KEYS, "site_power_w", "served_usd_per_million_tokens")


def outlook(c: Columns, step: Mapping[str, Array]) -> dict[str, Array]:
    """Results of the run by key of `quantities.QUANTITIES`; NaN where there is no training, no price, no power, or no end."""
    training = c.phase == TRAINING
    nothing = np.full(1, np.nan)
    trained = _training(c, step, np.where(training, 1.0, np.nan)) if training.any() else dict.fromkeys(RUN_KEYS, nothing)
    served = economics.served_usd_per_million_tokens(
        usd_per_million_tokens=step["usd_per_million_tokens"], busy_fraction=c.fleet_fraction
    )
    return {
        **trained,
        "site_power_w": economics.site_power_w(chips=c.chips, tdp_w=c.tdp_w, host_w=c.host_w, pue=c.pue),
        "served_usd_per_million_tokens": np.where(training, np.nan, served),
    }


def _training(c: Columns, step: Mapping[str, Array], exists: Array) -> dict[str, Array]:
    straggling = reliability.straggler_factor(chips=c.chips, step_spread_fraction=c.straggler_cv)
    mtbf_s = reliability.scaled_mtbf_s(mtbf_s=c.chip_mtbf_s, chips=1.0, scaled_chips=c.chips)
    interval_s, goodput = _failures(c, step["step_s"] * straggling, mtbf_s)
    rate = step["tokens_per_s"] * goodput / straggling * exists
    time_s = _existing(c.run_tokens / rate)
    chip_h = c.chips * time_s / _HOUR
    chip_w = step["joules_per_token"] * step["tokens_per_s"] / c.chips
    energy = economics.site_energy_j(chips=c.chips, chip_w=chip_w, host_w=c.host_w, pue=c.pue, duration_s=time_s)
    return {
        "run_tokens_per_s": rate,
        "goodput_fraction": goodput * exists,
        "straggler_fraction": (1.0 - 1.0 / straggling) * exists,
        "job_mtbf_s": _existing(mtbf_s * exists),
        "checkpoint_every_s": interval_s * exists,
        "time_to_train_s": time_s,
        "train_chip_h": chip_h,
        "train_usd": economics.train_usd(chip_h=chip_h, usd_per_chip_h=c.usd_per_chip_h),
        "train_energy_j": _existing(energy),
    }


def _failures(c: Columns, step_s: Array, mtbf_s: Array) -> tuple[Array, Array]:
    """Time between checkpoints, a step at least, and the part of the time that makes progress; no checkpoints without failures."""
    best_s = reliability.daly_s(checkpoint_s=c.checkpoint_s, mtbf_s=mtbf_s)
    interval_s = np.maximum(np.where(c.checkpoint_interval_s > 0, c.checkpoint_interval_s, best_s), step_s)
    progress = reliability.goodput_fraction(
        interval_s=interval_s, checkpoint_s=c.checkpoint_s, mtbf_s=mtbf_s, restart_s=c.restart_s
    )
    never = np.isinf(mtbf_s)
    return np.where(never, np.nan, interval_s), np.where(never, 1.0, progress)


def _existing(value: Array) -> Array:
    """NaN for what has no end: a run that fails before every checkpoint is never done."""
    return np.where(np.isfinite(value), value, np.nan)
