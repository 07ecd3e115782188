"""One matmul ``C[m, n] = A[m, k] B[k, n]``: operations, traffic at each memory level, rounding to the array's shape."""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import MAC_FLOP, Array, Value, _array, _ratio


def matmul_flop(*, m: Value, n: Value, k: Value) -> Array:
    """Operations of one matmul.

    Parameters
    ----------
    m, n, k : [1] rows of A, columns of B, shared dimension

    Returns
    -------
    [FLOP] broadcast shape

    Equation: ``F = 2 m n k``
    Reference: definition, a multiply-add counts as two
    Leaves out: bias and epilogue
    """
    return _array(MAC_FLOP * m * n * k)


def compulsory_bytes(
    *, m: Value, n: Value, k: Value, a_bytes_per_element: Value, b_bytes_per_element: Value, c_bytes_per_element: Value
) -> Array:
    """Traffic when every operand crosses the memory interface once.

    Parameters
    ----------
    m, n, k : [1] rows of A, columns of B, shared dimension
    a_bytes_per_element, b_bytes_per_element, c_bytes_per_element : [B] size of an element of A, B, C

    Returns
    -------
    [B] broadcast shape

    Equation: ``Q = a m k + b k n + c m n``
    Reference: Williams et al. 2009 (compulsory traffic)
    Leaves out: re-reads when the fast memory is too small (see tiled_bytes)
    """
    panels = a_bytes_per_element * m + b_bytes_per_element * n
    return _array(panels * k + c_bytes_per_element * m * n)


def core_split(*, m: Value, n: Value, cores: Value) -> tuple[Array, Array]:
    """The grid of cores over the output that keeps the pieces as square as possible.

    Parameters
    ----------
    m, n : [1] rows and columns of the output
    cores : [1] cores with a memory of their own

    Returns
    -------
    rows : [1] rows of cores, broadcast shape, not rounded
    columns : [1] columns of cores, ``rows * columns = cores``

    Equation: ``rows = clip(sqrt(cores m / n), 1, cores)``, an empty side counting as one
    Reference: minimises ``m k columns + k n rows`` (communication-avoiding matmul, Irony, Toledo, Tiskin 2004)
    Leaves out: that a grid has whole rows and columns
    """
    rows = np.minimum(np.maximum(np.sqrt(cores * m / np.maximum(n, 1.0)), 1.0), cores)
    return _array(rows), _array(cores / rows)


def tiled_bytes(
    *,
    m: Value,
    n: Value,
    k: Value,
    a_bytes_per_element: Value,
    b_bytes_per_element: Value,
    c_bytes_per_element: Value,
    sram_bytes: Value,
    cores: Value,
) -> Array:
    """HBM traffic that the SRAM allows, the output blocks kept in SRAM and spread over private core memories.

    Parameters
    ----------
    m, n, k : [1] rows of A, columns of B, shared dimension
    a_bytes_per_element, b_bytes_per_element, c_bytes_per_element : [B] size of an element of A, B, C
    sram_bytes : [B] SRAM of the whole chip
    cores : [1] private memories it is divided into; 1 is one shared memory

    Returns
    -------
    [B] broadcast shape; never below compulsory_bytes, never grows with the SRAM

    Equation: ``a m k max(C, n / bn) + b k n max(R, m / bm) + c m n``, ``bm bn = SRAM / (cores max(a, b))``, R x C cores
    Reference: Smith et al. 2017 (arXiv:1702.02017); Hong, Kung 1981 (doi 10.1145/800076.802486)
    Leaves out: space for operand panels and double buffers, multicast between cores, rounding to whole tiles
    """
    rows, columns = core_split(m=m, n=n, cores=cores)
    rows_here, columns_here = np.maximum(1.0, m / rows), np.maximum(1.0, n / columns)
    block = np.maximum(1.0, sram_bytes / (cores * np.maximum(a_bytes_per_element, b_bytes_per_element)))
    tall = np.minimum(rows_here, np.sqrt(block))
    wide = np.minimum(columns_here, block / tall)
    tall = np.minimum(rows_here, block / wide)
    a_panel = a_bytes_per_element * m * np.maximum(columns, n / wide)
    b_panel = b_bytes_per_element * n * np.maximum(rows, m / tall)
    return _array((a_panel + b_panel) * k + c_bytes_per_element * m * n)


def operand_bytes(
    *,
    m: Value,
    n: Value,
    k: Value,
    a_bytes_per_element: Value,
    b_bytes_per_element: Value,
    c_bytes_per_element: Value,
    tile_m: Value,
    tile_n: Value,
) -> Array:
    """Traffic between a memory and the level below it that holds one output tile (SRAM under a register tile).

    Parameters
    ----------
    m, n, k : [1] rows of A, columns of B, shared dimension
    a_bytes_per_element, b_bytes_per_element, c_bytes_per_element : [B] size of an element of A, B, C
    tile_m, tile_n : [1] rows and columns of the output tile

    Returns
    -------
    [B] broadcast shape

    Equation: ``a m k max(1, n / tile_n) + b k n max(1, m / tile_m) + c m n``
    Reference: Smith et al. 2017 (arXiv:1702.02017)
    Leaves out: partial tiles, bank conflicts, spilled accumulators
    """
    a_panel = a_bytes_per_element * m * np.maximum(1.0, n / tile_n)
    b_panel = b_bytes_per_element * n * np.maximum(1.0, m / tile_m)
    return _array((a_panel + b_panel) * k + c_bytes_per_element * m * n)


def prologue_factor(*, k: Value, prologue_k: Value) -> Array:
    """How much longer a tile takes because its pipeline fills and drains.

    Parameters
    ----------
    k : [1] shared dimension
    prologue_k : [1] fill and drain, expressed as extra length of k

    Returns
    -------
    [1] broadcast shape; 1 without prologue

    Equation: ``(k + K0) / k``
    Reference: fitted to DeepGEMM's published H800 FP8 kernels (K0 about 700 to 760); dense FP16 on A100 about 0 to 90
    Leaves out: split-k, which shortens k for each worker
    """
    return _array((k + prologue_k) / k)


def io_lower_bound_elements(*, m: Value, n: Value, k: Value, sram_elements: Value) -> Array:
    """Elements that any schedule must read into a fast memory.

    Parameters
    ----------
    m, n, k : [1] rows of A, columns of B, shared dimension
    sram_elements : [1] elements the fast memory holds

    Returns
    -------
    [1] elements, broadcast shape; 0 where the bound says nothing

    Equation: ``max(0, 2 m n k / sqrt(S) - 2 S)``
    Reference: Smith et al. 2017 (arXiv:1702.02017)
    Leaves out: writes, and the bound's lower-order terms
    """
    return np.maximum(0.0, 2.0 * m * n * k / np.sqrt(sram_elements) - 2.0 * sram_elements)


def blocked_elements(*, m: Value, n: Value, k: Value, block_m: Value, block_n: Value) -> Array:
    """Elements moved when the output is computed in blocks of a given size.

    Parameters
    ----------
    m, n, k : [1] rows of A, columns of B, shared dimension
    block_m, block_n : [1] sides of the output block

    Returns
    -------
    [1] elements, broadcast shape

    Equation: ``m n k (1 / bm + 1 / bn) + m n``
    Reference: Smith et al. 2017 (arXiv:1702.02017)
    Leaves out: blocks larger than the output
    """
    return _array(1.0 * m * n * k * (1.0 / block_m + 1.0 / block_n) + m * n)


def sram_intensity_limit(*, sram_bytes: Value, bytes_per_element: Value) -> Array:
    """Highest intensity that a fast memory of this size permits.

    Parameters
    ----------
    sram_bytes : [B] fast memory
    bytes_per_element : [B] size of an element

    Returns
    -------
    [FLOP/B] broadcast shape

    Equation: ``sqrt(S / b) / b``
    Reference: from Smith et al. 2017 (arXiv:1702.02017): 2 m n k operations over ``2 m n k / sqrt(S)`` elements
    Leaves out: compulsory traffic, which matters for small matrices
    """
    return _array(MAC_FLOP / 2.0 * np.sqrt(sram_bytes / bytes_per_element) / bytes_per_element)


def tile_fraction(*, m: Value, n: Value, tile_m: Value, tile_n: Value) -> Array:
    """Useful part of the output when it is covered with whole tiles.

    Parameters
    ----------
    m, n : [1] rows and columns of the output
    tile_m, tile_n : [1] rows and columns of a tile

    Returns
    -------
    [1] fraction, broadcast shape

    Equation: ``m n / (ceil(m / tm) tm ceil(n / tn) tn)``
    Reference: NVIDIA matrix multiplication guide (tile quantization)
    Leaves out: kernels that skip part of a tile
    """
    return _array(1.0 * m * n / (np.ceil(m / tile_m) * tile_m * np.ceil(n / tile_n) * tile_n))


def wave_fraction(*, m: Value, n: Value, tile_m: Value, tile_n: Value, cores: Value) -> Array:
    """Useful part of the last wave when tiles are dealt to cores round by round.

    Parameters
    ----------
    m, n : [1] rows and columns of the output
    tile_m, tile_n : [1] rows and columns of a tile
    cores : [1] tiles that run at once

    Returns
    -------
    [1] fraction, broadcast shape

    Equation: ``tiles / (ceil(tiles / cores) cores)``
    Reference: NVIDIA matrix multiplication guide (wave quantization)
    Leaves out: stream-k and split-k, which fill the last wave
    """
    tiles = np.ceil(m / tile_m) * np.ceil(n / tile_n)
    return _array(tiles / (np.ceil(tiles / cores) * cores))


def systolic_edge_fraction(*, n: Value, k: Value, rows: Value, columns: Value) -> Array:
    """Useful part of a systolic array when the stationary operand is cut into array-sized pieces.

    Parameters
    ----------
    n, k : [1] columns and rows of the stationary operand
    rows, columns : [1] size of the array

    Returns
    -------
    [1] fraction, broadcast shape

    Equation: ``k n / (ceil(k / R) R ceil(n / C) C)``
    Reference: SCALE-Sim (Samajdar et al. 2018, arXiv:1811.02883)
    Leaves out: packing of several small operands into one array
    """
    return _array(1.0 * k * n / (np.ceil(k / rows) * rows * np.ceil(n / columns) * columns))


def systolic_fill_fraction(*, moving_rows: Value, rows: Value, columns: Value, load_hidden: Value = 0.0) -> Array:
    """Useful part of the time of one isolated weight-stationary tile.

    Parameters
    ----------
    moving_rows : [1] rows streamed through the array
    rows, columns : [1] size of the array
    load_hidden : [1] 1 where the next weights load behind the present tile

    Returns
    -------
    [1] fraction, broadcast shape

    Equation: ``T / (T + R [load exposed] + R + C - 2)``
    Reference: SCALE-Sim (Samajdar et al. 2018, arXiv:1811.02883)
    Leaves out: consecutive tiles that pipeline (use prologue_factor for a steady stream)
    """
    return _array(moving_rows / (moving_rows + (1.0 - load_hidden) * rows + rows + columns - 2.0))


def critical_batch(
    *,
    peak_flop_per_s: Value,
    hbm_bytes_per_s: Value,
    weight_bytes_per_element: Value,
    experts: Value = 1.0,
    active: Value = 1.0,
) -> Array:
    """Rows above which a matmul is limited by operations rather than by reading its weights.

    Parameters
    ----------
    peak_flop_per_s : [FLOP/s] dense peak
    hbm_bytes_per_s : [B/s] HBM bandwidth
    weight_bytes_per_element : [B] size of a weight
    experts, active : [1] experts whose weights are read, and those that a row passes

    Returns
    -------
    [1] rows, broadcast shape

    Equation: ``P b / (2 W) E / k``
    Reference: Austin et al. 2025, How to Scale Your Model (jax-ml.github.io/scaling-book), roofline chapter
    Leaves out: activation traffic (see exact_critical_batch)
    """
    return _array(peak_flop_per_s * weight_bytes_per_element / (MAC_FLOP * hbm_bytes_per_s) * experts / active)


def exact_critical_batch(
    *,
    n: Value,
    k: Value,
    peak_flop_per_s: Value,
    hbm_bytes_per_s: Value,
    a_bytes_per_element: Value,
    b_bytes_per_element: Value,
    c_bytes_per_element: Value,
) -> Array:
    """critical_batch with the activations counted.

    Parameters
    ----------
    n, k : [1] columns of the weights, shared dimension
    peak_flop_per_s : [FLOP/s] dense peak
    hbm_bytes_per_s : [B/s] HBM bandwidth
    a_bytes_per_element, b_bytes_per_element, c_bytes_per_element : [B] size of an element of A, B, C

    Returns
    -------
    [1] rows, broadcast shape; infinite where no batch is large enough

    Equation: ``b k n / (2 k n W / P - a k - c n)``
    Reference: Austin et al. 2025, How to Scale Your Model, roofline chapter (solved without its approximation)
    Leaves out: re-reads when the SRAM is small
    """
    spare = MAC_FLOP * k * n * hbm_bytes_per_s / peak_flop_per_s - a_bytes_per_element * k - c_bytes_per_element * n
    return _ratio(1.0 * b_bytes_per_element * k * n, np.maximum(0.0, spare))
