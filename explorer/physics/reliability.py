"""Long runs on many chips: time to train, failures, checkpoints, the part of the time that makes progress."""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import MAC_FLOP, ROWS_PER_TOKEN, Array, Value, _array


def train_s(
    *, flop: Value, chips: Value, peak_flop_per_s: Value, utilization_fraction: Value, goodput_fraction: Value = 1.0
) -> Array:
    """Time of a training run.

    Parameters
    ----------
    flop : [FLOP] model operations of the run
    chips : [1] chips
    peak_flop_per_s : [FLOP/s] dense peak of a chip
    utilization_fraction : [1] model operations against peak
    goodput_fraction : [1] part of the time that makes progress

    Returns
    -------
    [s] broadcast shape

    Equation: ``F / (n P MFU goodput)``
    Reference: Austin et al. 2025, How to Scale Your Model, training chapter
    Leaves out: failures unless the goodput carries them
    """
    return _array(flop / (1.0 * chips * peak_flop_per_s * utilization_fraction * goodput_fraction))


def recomputed_train_s(*, tokens: Value, params: Value, chips: Value, attained_flop_per_s: Value) -> Array:
    """Time of a training run with full recomputation, from the attained rate that counts it.

    Parameters
    ----------
    tokens : [token] of the run
    params : [1] parameters
    chips : [1] chips
    attained_flop_per_s : [FLOP/s] of a chip, recomputation counted

    Returns
    -------
    [s] broadcast shape

    Equation: ``8 T N / (n X)``
    Reference: Narayanan et al. 2021, section 5.1 (arXiv:2104.04473)
    Leaves out: attention's operations, failures
    """
    return _array(4.0 * MAC_FLOP * ROWS_PER_TOKEN * tokens * params / (1.0 * chips * attained_flop_per_s))


def observed_mtbf_s(*, duration_s: Value, failures: Value) -> Array:
    """Mean time between failures that a run showed.

    Parameters
    ----------
    duration_s : [s] of the run
    failures : [1] interruptions counted

    Returns
    -------
    [s] broadcast shape

    Equation: ``T / k``
    Reference: Grattafiori et al. 2024, section 3.3.4 (arXiv:2407.21783)
    Leaves out: early-life failures
    """
    return _array(1.0 * duration_s / failures)


def scaled_mtbf_s(*, mtbf_s: Value, chips: Value, scaled_chips: Value) -> Array:
    """Mean time between failures at another number of chips.

    Parameters
    ----------
    mtbf_s : [s] at the first size
    chips, scaled_chips : [1] first and second size

    Returns
    -------
    [s] broadcast shape

    Equation: ``M n0 / n1``
    Reference: independent failures; Kokolis et al. 2024 (arXiv:2410.21680)
    Leaves out: failures of shared parts
    """
    return _array(1.0 * mtbf_s * chips / scaled_chips)


def fleet_mtbf_s(*, nodes: Value, failures_per_node_s: Value) -> Array:
    """Mean time between failures of a job from a fleet's failure rate.

    Parameters
    ----------
    nodes : [1] nodes of the job
    failures_per_node_s : [1/s] failures of one node in a second

    Returns
    -------
    [s] broadcast shape

    Equation: ``1 / (n r)``
    Reference: Kokolis et al. 2024 (arXiv:2410.21680)
    Leaves out: correlated failures
    """
    return _array(1.0 / (1.0 * nodes * failures_per_node_s))


def young_s(*, checkpoint_s: Value, mtbf_s: Value) -> Array:
    """Best time between checkpoints, first order.

    Parameters
    ----------
    checkpoint_s : [s] to write one
    mtbf_s : [s] mean time between failures

    Returns
    -------
    [s] broadcast shape

    Equation: ``sqrt(2 delta M)``
    Reference: Young 1974 (doi 10.1145/361147.361115)
    Leaves out: restart time, failures during a checkpoint
    """
    return np.sqrt(2.0 * checkpoint_s * mtbf_s)


def daly_s(*, checkpoint_s: Value, mtbf_s: Value) -> Array:
    """Best time between checkpoints, higher order.

    Parameters
    ----------
    checkpoint_s : [s] to write one
    mtbf_s : [s] mean time between failures

    Returns
    -------
    [s] broadcast shape

    Equation: ``sqrt(2 delta M)(1 + sqrt(delta / 2 M) / 3 + (delta / 2 M) / 9) - delta``, ``M`` where ``delta >= 2 M``
    Reference: Daly 2006 (doi 10.1016/j.future.2004.11.016)
    Leaves out: failures that are not independent
    """
    part = checkpoint_s / (2.0 * mtbf_s)
    best = np.sqrt(2.0 * checkpoint_s * mtbf_s) * (1.0 + np.sqrt(part) / 3.0 + part / 9.0) - checkpoint_s
    return _array(np.where(np.greater_equal(part, 1.0), mtbf_s, best))


def goodput_fraction(*, interval_s: Value, checkpoint_s: Value, mtbf_s: Value, restart_s: Value) -> Array:
    """Part of the time that makes progress, exponential failures.

    Parameters
    ----------
    interval_s : [s] of work between checkpoints
    checkpoint_s : [s] to write one
    mtbf_s : [s] mean time between failures
    restart_s : [s] to resume after a failure

    Returns
    -------
    [1] broadcast shape

    Equation: ``tau / (M e^(R / M) (e^((tau + delta) / M) - 1))``
    Reference: Daly 2006 (doi 10.1016/j.future.2004.11.016)
    Leaves out: asynchronous checkpoints, hot spares
    """
    with np.errstate(over="ignore"):
        lost = np.exp(restart_s / mtbf_s) * np.expm1((interval_s + checkpoint_s) / mtbf_s)
        return _array(interval_s / (mtbf_s * lost))


def first_order_goodput_fraction(*, interval_s: Value, checkpoint_s: Value, mtbf_s: Value, restart_s: Value) -> Array:
    """goodput_fraction to first order; pessimistic where failures are frequent.

    Parameters
    ----------
    interval_s : [s] of work between checkpoints
    checkpoint_s : [s] to write one
    mtbf_s : [s] mean time between failures
    restart_s : [s] to resume after a failure

    Returns
    -------
    [1] broadcast shape

    Equation: ``1 - delta / tau - tau / (2 M) - R / M``
    Reference: Young 1974 (doi 10.1145/361147.361115)
    Leaves out: failures during checkpoints and restarts
    """
    return _array(1.0 - checkpoint_s / interval_s - interval_s / (2.0 * mtbf_s) - restart_s / mtbf_s)


def straggler_factor(*, chips: Value, step_spread_fraction: Value) -> Array:
    """How much longer a synchronous step takes than the mean chip needs, because all wait for the last one.

    Parameters
    ----------
    chips : [1] chips that wait for each other
    step_spread_fraction : [1] standard deviation of a chip's step time against its mean

    Returns
    -------
    [1] broadcast shape; 1 for one chip

    Equation: ``1 + cv sqrt(2 ln n)``
    Reference: Gumbel 1958, Statistics of Extremes: the largest of n normal draws, from above
    Leaves out: chips that are slow for good, tails heavier than normal; too much by 0.4 cv at 100,000 chips, by 0.6 cv at 8
    """
    return _array(1.0 + step_spread_fraction * np.sqrt(2.0 * np.log(np.maximum(1.0, chips))))
