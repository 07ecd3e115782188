"""The roofline: what a ceiling costs, and how two costs share the same time."""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import Array, Value, _array, _ratio


def arithmetic_intensity(*, flop: Value, traffic_bytes: Value) -> Array:
    """Operations done for each byte moved at one memory level.

    Parameters
    ----------
    flop : [FLOP] operations
    traffic_bytes : [B] traffic at the level in question

    Returns
    -------
    [FLOP/B] broadcast shape; 0 where there is no work, infinite where work moves nothing

    Equation: ``I = F / Q``
    Reference: Williams, Waterman, Patterson 2009 (doi 10.1145/1498765.1498785)
    Leaves out: nothing; the traffic decides what the number means
    """
    return _ratio(flop, traffic_bytes)


def attainable_flop_per_s(*, intensity_flop_per_byte: Value, peak_flop_per_s: Value, bytes_per_s: Value) -> Array:
    """The roof above one intensity.

    Parameters
    ----------
    intensity_flop_per_byte : [FLOP/B] arithmetic intensity
    peak_flop_per_s : [FLOP/s] dense peak
    bytes_per_s : [B/s] bandwidth of the level

    Returns
    -------
    [FLOP/s] broadcast shape

    Equation: ``min(P, I W)``
    Reference: Williams, Waterman, Patterson 2009 (doi 10.1145/1498765.1498785)
    Leaves out: latency, and any overlap short of complete
    """
    return _array(np.minimum(peak_flop_per_s, intensity_flop_per_byte * bytes_per_s))


def ceiling_s(*, work: Value, rate: Value) -> Array:
    """Time that one ceiling asks for; serves bytes with a bandwidth as well as operations with a peak.

    Parameters
    ----------
    work : [B] bytes moved (or operations, with a rate in operations)
    rate : [B/s] the ceiling's rate in the same unit

    Returns
    -------
    [s] broadcast shape; exactly 0 where there is no work, infinite where there is work and no rate

    Equation: ``T = work / rate``
    Reference: Williams, Waterman, Patterson 2009 (doi 10.1145/1498765.1498785)
    Leaves out: start-up time, and efficiency unless the rate already carries it
    """
    return _ratio(work, rate)


def overlapped_s(*, first_s: Value, second_s: Value, overlap_fraction: Value) -> Array:
    """Two costs that partly hide each other.

    Parameters
    ----------
    first_s, second_s : [s] each cost alone
    overlap_fraction : [1] 0 one after the other, 1 completely at once

    Returns
    -------
    [s] broadcast shape; exactly the larger at 1, exactly the sum at 0

    Equation: ``T1 + T2 - phi min(T1, T2)``, computed as ``max + (1 - phi) min``
    Reference: bounds of Williams et al. 2009; linear interpolation between its two limits
    Leaves out: that overlapped work slows its partner (shared cores, shared HBM)
    """
    return np.maximum(first_s, second_s) + (1.0 - overlap_fraction) * np.minimum(first_s, second_s)


def exposed_s(*, hidden_s: Value, behind_s: Value, overlap_fraction: Value) -> Array:
    """What remains visible of a cost that is hidden behind another.

    Parameters
    ----------
    hidden_s : [s] the cost to hide
    behind_s : [s] the work it hides behind
    overlap_fraction : [1] how much of the shorter one runs at once

    Returns
    -------
    [s] broadcast shape; ``overlapped_s`` less ``behind_s``

    Equation: ``max(0, T - phi min(T, window))``
    Reference: linear overlap, as in Calculon (Isaev et al. 2023, doi 10.1145/3581784.3607102)
    Leaves out: that overlapped work slows its partner
    """
    return np.maximum(0.0, hidden_s - overlap_fraction * np.minimum(hidden_s, behind_s))


def exposed_past_window_s(*, hidden_s: Value, window_s: Value, usable_fraction: Value) -> Array:
    """What remains of a cost once a window, of which only a part can be used, has swallowed it.

    Parameters
    ----------
    hidden_s : [s] the cost to hide
    window_s : [s] time during which it may run
    usable_fraction : [1] part of the window that it can use

    Returns
    -------
    [s] broadcast shape

    Equation: ``max(0, T - phi window)``
    Reference: data-parallel gradient overlap, Narayanan et al. 2021 (arXiv:2104.04473)
    Leaves out: that overlapped work slows its partner
    """
    return np.maximum(0.0, hidden_s - usable_fraction * window_s)


def transfer_exposed_s(*, moved_bytes: Value, bytes_per_s: Value, window_s: Value) -> Array:
    """What remains visible of a transfer that runs beside other work, to the host's memory for one.

    Parameters
    ----------
    moved_bytes : [B] size of the transfer
    bytes_per_s : [B/s] rate of the path, one direction
    window_s : [s] work beside it

    Returns
    -------
    [s] broadcast shape

    Equation: ``max(0, Q / W - window)``
    Reference: offloading in Calculon (Isaev et al. 2023, doi 10.1145/3581784.3607102)
    Leaves out: the HBM traffic of the transfer, and its double buffer
    """
    return np.maximum(0.0, _ratio(moved_bytes, bytes_per_s) - window_s)


def smooth_maximum_s(*, first_s: Value, second_s: Value, power: Value) -> Array:
    """Two costs joined without a kink: the larger far from the ridge, a little above it at the ridge.

    Parameters
    ----------
    first_s, second_s : [s] each cost alone
    power : [1] 1 gives the sum, large values the maximum

    Returns
    -------
    [s] broadcast shape

    Equation: ``(T1^p + T2^p)^(1/p)``
    Reference: p-norm; at p = 3 it lies at most 26 % above the maximum
    Leaves out: any mechanism; it is a shape, not a model of the machine
    """
    larger = np.maximum(first_s, second_s)
    return larger * np.power(1.0 + np.power(_ratio(np.minimum(first_s, second_s), larger), power), 1.0 / power)


def kernel_s(
    *,
    flop: Value,
    traffic_bytes: Value,
    peak_flop_per_s: Value,
    bytes_per_s: Value,
    compute_fraction: Value = 1.0,
    memory_fraction: Value = 1.0,
    launch_s: Value = 0.0,
) -> Array:
    """One kernel with efficiencies and a launch.

    Parameters
    ----------
    flop : [FLOP] operations
    traffic_bytes : [B] traffic
    peak_flop_per_s : [FLOP/s] dense peak
    bytes_per_s : [B/s] bandwidth
    compute_fraction, memory_fraction : [1] attained part of each ceiling
    launch_s : [s] fixed cost

    Returns
    -------
    [s] broadcast shape

    Equation: ``t0 + max(F / (P e_c), Q / (W e_m))``
    Reference: Williams et al. 2009 with efficiencies
    Leaves out: tile and wave rounding (see matmul)
    """
    compute = _ratio(flop, peak_flop_per_s * compute_fraction)
    return launch_s + np.maximum(compute, _ratio(traffic_bytes, bytes_per_s * memory_fraction))


def amdahl_speedup(*, fraction: Value, speedup: Value) -> Array:
    """Gain of the whole when a part of it becomes faster.

    Parameters
    ----------
    fraction : [1] part of the time that is sped up
    speedup : [1] how much faster that part runs

    Returns
    -------
    [1] broadcast shape

    Equation: ``1 / ((1 - f) + f / x)``
    Reference: Amdahl 1967 (doi 10.1145/1465482.1465560)
    Leaves out: work that grows with the machine
    """
    return _array(1.0 / ((1.0 - fraction) + fraction / speedup))


def array_peak_flop_per_s(*, clock_per_s: Value, multiply_adds_flop: Value, units: Value) -> Array:
    """Peak of a chip from its clock and its multiply-add units.

    Parameters
    ----------
    clock_per_s : [1/s] clock the peak is quoted at
    multiply_adds_flop : [FLOP] operations of one unit in one cycle (two for each multiply-add)
    units : [1] units on the chip

    Returns
    -------
    [FLOP/s] broadcast shape

    Equation: ``P = clock * (2 FMA per cycle) * units``
    Reference: vendors' architecture papers; H100 SXM: 1830 MHz, 512 FMA, 528 tensor cores
    Leaves out: sustained clocks under a power limit
    """
    return _array(1.0 * clock_per_s * multiply_adds_flop * units)
