"""Utilisation, energy and money."""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import Array, Value, _array, _ratio


def model_flop_utilization(*, flop: Value, chips: Value, peak_flop_per_s: Value, step_s: Value) -> Array:
    """Model operations done, against what the chips' peak allows.

    Parameters
    ----------
    flop : [FLOP] model operations of a step
    chips : [1] chips that worked
    peak_flop_per_s : [FLOP/s] dense headline peak of the format
    step_s : [s] time of the step

    Returns
    -------
    [1] broadcast shape

    Equation: ``F / (n P T)``
    Reference: Chowdhery et al. 2022, PaLM, appendix B (arXiv:2204.02311)
    Leaves out: recomputation, which is no model work
    """
    return _ratio(flop, 1.0 * chips * peak_flop_per_s * step_s)


def token_flop_utilization(
    *, tokens_per_s: Value, flop_per_token: Value, chips: Value, peak_flop_per_s: Value
) -> Array:
    """model_flop_utilization from a published throughput.

    Parameters
    ----------
    tokens_per_s : [token/s] of all chips together
    flop_per_token : [FLOP/token] model operations
    chips : [1] chips that worked
    peak_flop_per_s : [FLOP/s] dense headline peak of the format

    Returns
    -------
    [1] broadcast shape

    Equation: ``r F / (n P)``
    Reference: Chowdhery et al. 2022, PaLM, appendix B (arXiv:2204.02311)
    Leaves out: recomputation, which is no model work
    """
    return _ratio(1.0 * tokens_per_s * flop_per_token, 1.0 * chips * peak_flop_per_s)


def usd_per_million_tokens(*, chips: Value, usd_per_chip_h: Value, tokens_per_s: Value) -> Array:
    """Price of a million tokens at full load.

    Parameters
    ----------
    chips : [1] chips rented
    usd_per_chip_h : [USD/h] price of one
    tokens_per_s : [token/s] of all chips together

    Returns
    -------
    [USD/Mtoken] broadcast shape; infinite where no token is made

    Equation: ``n price / 3600 / rate * 1e6``
    Reference: definition
    Leaves out: idle hours, hosts, discounts
    """
    return _ratio(chips * usd_per_chip_h / 3600.0 * 1e6, tokens_per_s)


def chip_energy_j(
    *,
    flop: Value,
    peak_flop_per_s: Value,
    hbm_bytes: Value,
    link_bytes: Value,
    step_s: Value,
    tdp_w: Value,
    idle_power_fraction: Value,
    hbm_j_per_byte: Value,
    link_j_per_byte: Value,
) -> Array:
    """Energy of one chip over a step, never above its thermal design power.

    Parameters
    ----------
    flop : [FLOP] operations of this chip
    peak_flop_per_s : [FLOP/s] dense peak
    hbm_bytes, link_bytes : [B] traffic of this chip
    step_s : [s] time of the step
    tdp_w : [W] thermal design power
    idle_power_fraction : [1] part of it drawn without work
    hbm_j_per_byte, link_j_per_byte : [J/B] of HBM and of links

    Returns
    -------
    [J] broadcast shape

    Equation: ``min(TDP T, TDP (idle T + (1 - idle) F / P) + Q_hbm e_hbm + Q_link e_link)``
    Reference: Horowitz 2014 (doi 10.1109/ISSCC.2014.6757323) for the terms; the operations' energy from TDP and peak
    Leaves out: voltage and frequency scaling, data dependence, host and cooling; good to about a half until calibrated
    """
    busy = idle_power_fraction * step_s + (1.0 - idle_power_fraction) * _ratio(flop, peak_flop_per_s)
    moved = hbm_bytes * hbm_j_per_byte + link_bytes * link_j_per_byte
    return np.minimum(tdp_w * step_s, tdp_w * busy + moved)


def joules_per_token(*, chip_energy_j: Value, chips: Value, tokens: Value) -> Array:
    """Energy of one token over all chips.

    Parameters
    ----------
    chip_energy_j : [J] of one chip over a step
    chips : [1] chips that worked
    tokens : [token] made in the step

    Returns
    -------
    [J/token] broadcast shape; infinite where no token is made

    Equation: ``E n / tokens``
    Reference: definition
    Leaves out: host, network and cooling
    """
    return _ratio(1.0 * chip_energy_j * chips, tokens)


def component_energy_j(
    *,
    flop: Value,
    j_per_flop: Value,
    hbm_bytes: Value,
    hbm_j_per_byte: Value,
    link_bytes: Value,
    link_j_per_byte: Value,
    idle_w: Value,
    step_s: Value,
) -> Array:
    """Energy of one chip from the energy of each operation and byte.

    Parameters
    ----------
    flop : [FLOP] operations
    j_per_flop : [J/FLOP] of an operation
    hbm_bytes, link_bytes : [B] traffic
    hbm_j_per_byte, link_j_per_byte : [J/B] of each
    idle_w : [W] drawn without work
    step_s : [s] time of the step

    Returns
    -------
    [J] broadcast shape

    Equation: ``F e_f + Q_hbm e_m + Q_link e_l + P_idle T``
    Reference: Horowitz 2014 (doi 10.1109/ISSCC.2014.6757323)
    Leaves out: SRAM traffic, voltage scaling
    """
    moved = hbm_bytes * hbm_j_per_byte + link_bytes * link_j_per_byte
    return _array(flop * j_per_flop + moved + idle_w * step_s)


def power_limited_flop_per_s(
    *, tdp_w: Value, static_w: Value, hbm_bytes_per_s: Value, hbm_j_per_byte: Value, j_per_flop: Value
) -> Array:
    """Operations a second that the power budget permits.

    Parameters
    ----------
    tdp_w, static_w : [W] thermal design power, and what is drawn without work
    hbm_bytes_per_s : [B/s] HBM traffic
    hbm_j_per_byte : [J/B] of HBM
    j_per_flop : [J/FLOP] of an operation

    Returns
    -------
    [FLOP/s] broadcast shape; 0 where the memory alone takes the budget

    Equation: ``max(0, (TDP - P_static - W_hbm e_m) / e_f)``
    Reference: Horowitz 2014 (doi 10.1109/ISSCC.2014.6757323)
    Leaves out: short bursts above the limit
    """
    return _ratio(np.maximum(0.0, tdp_w - static_w - hbm_bytes_per_s * hbm_j_per_byte), j_per_flop)


def site_power_w(*, chips: Value, tdp_w: Value, host_w: Value, pue: Value) -> Array:
    """Power of a site.

    Parameters
    ----------
    chips : [1] chips
    tdp_w, host_w : [W] of a chip, and of its share of host and network
    pue : [1] power usage effectiveness, 1 without cooling

    Returns
    -------
    [W] broadcast shape

    Equation: ``n (TDP + host) PUE``
    Reference: The Green Grid 2012, PUE
    Leaves out: load below thermal design power
    """
    return _array(chips * (tdp_w + host_w) * pue)


def train_usd(*, chip_h: Value, usd_per_chip_h: Value) -> Array:
    """Rent of a training run.

    Parameters
    ----------
    chip_h : [h] chip-hours
    usd_per_chip_h : [USD/h] price of one

    Returns
    -------
    [USD] broadcast shape

    Equation: ``hours * price``
    Reference: DeepSeek-AI 2024, table 1 (arXiv:2412.19437)
    Leaves out: failed runs, experiments, people
    """
    return _array(1.0 * chip_h * usd_per_chip_h)


def chip_hours(
    *, flop: Value, peak_flop_per_s: Value, utilization_fraction: Value, goodput_fraction: Value = 1.0
) -> Array:
    """Chip-hours of a training run.

    Parameters
    ----------
    flop : [FLOP] model operations of the run
    peak_flop_per_s : [FLOP/s] dense peak of a chip
    utilization_fraction : [1] model operations against peak
    goodput_fraction : [1] part of the time that makes progress

    Returns
    -------
    [h] broadcast shape

    Equation: ``F / (P MFU goodput 3600)``
    Reference: definition
    Leaves out: queueing, restarts unless the goodput carries them
    """
    return _array(flop / (1.0 * peak_flop_per_s * utilization_fraction * goodput_fraction) / 3600.0)


def capped_clock_fraction(*, tdp_w: Value, rated_w: Value) -> Array:
    """Clock of a chip that may draw less than it is rated for, against its usual clock.

    Parameters
    ----------
    tdp_w : [W] what it may draw
    rated_w : [W] what it draws at its usual clock under full load

    Returns
    -------
    [1] broadcast shape; 1 where it may draw as much or more

    Equation: ``min(1, TDP / rated)^(1/3)``
    Reference: power of a clock whose voltage follows it, f V^2; Horowitz 2014 (doi 10.1109/ISSCC.2014.6757323)
    Leaves out: the lowest voltage, below which power falls with the clock alone; memory and links, whose clocks are their own
    """
    return np.cbrt(np.minimum(1.0, 1.0 * tdp_w / rated_w))


def served_usd_per_million_tokens(*, usd_per_million_tokens: Value, busy_fraction: Value) -> Array:
    """Price of a million tokens of a fleet that is paid for around the clock.

    Parameters
    ----------
    usd_per_million_tokens : [USD/Mtoken] at full load
    busy_fraction : [1] part of the time with work

    Returns
    -------
    [USD/Mtoken] broadcast shape

    Equation: ``price / utilisation``
    Reference: definition
    Leaves out: hosts that are billed apart, discounts
    """
    return _array(1.0 * usd_per_million_tokens / busy_fraction)


def site_energy_j(*, chips: Value, chip_w: Value, host_w: Value, pue: Value, duration_s: Value) -> Array:
    """Energy that a site takes over a run.

    Parameters
    ----------
    chips : [1] chips
    chip_w, host_w : [W] drawn by a chip, and by its share of host and network
    pue : [1] power usage effectiveness, 1 without cooling
    duration_s : [s] of the run

    Returns
    -------
    [J] broadcast shape

    Equation: ``n (P + host) PUE T``
    Reference: The Green Grid 2012, PUE
    Leaves out: lower power while chips wait for repairs
    """
    return _array(1.0 * chips * (chip_w + host_w) * pue * duration_s)
