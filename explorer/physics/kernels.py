"""Times of single matmul and attention kernels with a few named constants; with the default constants each is a bound.

The defaults are the ideal machine: efficiencies 1, no launch, no fill, full overlap, no rounding to waves. Every constant can
only lengthen the time, so a calibrated kernel is never faster than the ideal one.
"""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import MAC_FLOP, ROWS_PER_TOKEN, Array, Value, _array, _ratio
from explorer.physics.matmul import compulsory_bytes
from explorer.physics.roofline import overlapped_s

TILE_ROWS = 128.0
TILE_COLUMNS = 256.0
"""The output tile whose last wave is counted; smaller tiles fill a chip that these leave idle."""


def wave_stretch(*, m: Value, n: Value, groups: Value, cores: Value, wave_fraction: Value) -> Array:
    """How much longer a matmul takes because its last wave of tiles leaves cores idle.

    Parameters
    ----------
    m, n : [1] rows and columns of the output
    groups : [1] matmuls of that size in one kernel
    cores : [1] tiles that run at once
    wave_fraction : [1] part of the idle share that is really lost: 1 whole waves, 0 work spread evenly

    Returns
    -------
    [1] broadcast shape; 1 where all tiles fit in one wave

    Equation: ``1 + q (ceil(w) / w - 1)`` with ``w = G ceil(m / 128) ceil(n / 256) / cores``, 1 for ``w <= 1``
    Reference: NVIDIA matrix multiplication guide (wave quantization)
    Leaves out: the kernel's own choice of tile
    """
    waves = groups * np.ceil(m / TILE_ROWS) * np.ceil(n / TILE_COLUMNS) / cores
    idle = _ratio(np.ceil(waves), waves) - 1.0
    return _array(1.0 + wave_fraction * np.where(waves > 1.0, idle, 0.0))


def gemm_compute_s(
    *, m: Value, n: Value, k: Value, stretch: Value, flop_per_s: Value, prologue_k: Value, step_s: Value
) -> Array:
    """The arithmetic of one matmul kernel: all steps along k, none shorter than the latency of one.

    Parameters
    ----------
    m, n, k : [1] rows of A, columns of B, shared dimension
    stretch : [1] matmuls of this size in the kernel, times what whole waves cost (see wave_stretch)
    flop_per_s : [FLOP/s] sustained rate
    prologue_k : [1] fill and drain of the pipeline, as extra length of k
    step_s : [s] least time of one step along k

    Returns
    -------
    [s] broadcast shape

    Equation: ``(k + K0) max(2 m n r / P, tau)``
    Reference: as gemm_kernel_s
    Leaves out: traffic and launch
    """
    return _array((k + prologue_k) * np.maximum(MAC_FLOP * m * n * stretch / flop_per_s, step_s))


def gemm_kernel_s(
    *,
    m: Value,
    n: Value,
    k: Value,
    a_bytes_per_element: Value,
    b_bytes_per_element: Value,
    c_bytes_per_element: Value,
    peak_flop_per_s: Value,
    hbm_bytes_per_s: Value,
    cores: Value,
    groups: Value = 1.0,
    compute_fraction: Value = 1.0,
    memory_fraction: Value = 1.0,
    overlap_fraction: Value = 1.0,
    wave_fraction: Value = 0.0,
    prologue_k: Value = 0.0,
    step_s: Value = 0.0,
    launch_s: Value = 0.0,
) -> Array:
    """One matmul kernel, operands cold in HBM; several equal ones in a grouped or batched kernel.

    Parameters
    ----------
    m, n, k : [1] rows of A, columns of B, shared dimension
    a_bytes_per_element, b_bytes_per_element, c_bytes_per_element : [B] size of an element of A, B, C
    peak_flop_per_s : [FLOP/s] dense peak of the format
    hbm_bytes_per_s : [B/s] HBM bandwidth
    cores : [1] tiles that run at once
    groups : [1] matmuls of this size in the kernel
    compute_fraction, memory_fraction : [1] sustained part of the peak and of the bandwidth
    overlap_fraction : [1] how much of the shorter of arithmetic and traffic hides behind the longer
    wave_fraction : [1] part of the last wave's idle share that is lost (see wave_stretch)
    prologue_k : [1] fill and drain of the pipeline, as extra length of k
    step_s : [s] least time of one step along k, however small the output (latency of the inner loop)
    launch_s : [s] fixed cost of a queued kernel

    Returns
    -------
    [s] broadcast shape

    Equation: ``t0 + max(C, Q) + (1 - phi) min(C, Q)``, ``C = (k + K0) max(2 G m n r / (P e_c), tau)``, ``Q = G bytes / (W e_m)``
    Reference: Williams et al. 2009 with efficiencies; K0 as fitted to DeepGEMM; tau after the single-tile latency of split-free kernels
    Leaves out: quantisation of the inputs (see quantise_kernel_s), operands that stay in a cache, throttling in long runs
    """
    stretch = wave_stretch(m=m, n=n, groups=groups, cores=cores, wave_fraction=wave_fraction)
    compute = gemm_compute_s(
        m=m, n=n, k=k, stretch=groups * stretch, flop_per_s=peak_flop_per_s * compute_fraction, prologue_k=prologue_k, step_s=step_s
    )
    traffic = groups * compulsory_bytes(
        m=m, n=n, k=k, a_bytes_per_element=a_bytes_per_element, b_bytes_per_element=b_bytes_per_element,
        c_bytes_per_element=c_bytes_per_element,
    )  # fmt: skip
    memory = _ratio(traffic, hbm_bytes_per_s * memory_fraction)
    return launch_s + overlapped_s(first_s=compute, second_s=memory, overlap_fraction=overlap_fraction)


def quantise_kernel_s(
    *,
    m: Value,
    k: Value,
    from_bytes_per_element: Value,
    to_bytes_per_element: Value,
    hbm_bytes_per_s: Value,
    quantise_fraction: Value = 1.0,
    launch_s: Value = 0.0,
) -> Array:
    """A kernel that converts the activations of a matmul to a narrower format before it starts.

    Parameters
    ----------
    m, k : [1] rows and columns of the activations
    from_bytes_per_element, to_bytes_per_element : [B] size of an element before and after, scales included
    hbm_bytes_per_s : [B/s] HBM bandwidth
    quantise_fraction : [1] attained part of the bandwidth
    launch_s : [s] fixed cost

    Returns
    -------
    [s] broadcast shape

    Equation: ``t_q + m k (b_from + b_to) / (W e_q)``
    Reference: model of a memory-bound elementwise kernel; e_q fitted to matmul timings that include it
    Leaves out: fusion with the norm or activation before it, which removes the kernel
    """
    traffic = m * k * (from_bytes_per_element + to_bytes_per_element)
    return launch_s + _ratio(traffic, hbm_bytes_per_s * quantise_fraction)


def blocked_attention_flop(
    *,
    sequences: Value,
    query_tokens: Value,
    key_tokens: Value,
    heads: Value,
    head_dim: Value,
    cores: Value,
    causal_fraction: Value,
    block_tokens: Value,
) -> Array:
    """Operations that fused attention spends on prompts, those that the mask throws away inside a block among them.

    Parameters
    ----------
    sequences : [1] prompts in the batch
    query_tokens, key_tokens : [token] of one prompt
    heads : [1] query heads (of this rank)
    head_dim : [1] elements of a head
    cores : [1] blocks of queries that run at once
    causal_fraction : [1] part of the score matrix that counts: 0.5 causal
    block_tokens : [token] queries of a block; one block is the least a core does

    Returns
    -------
    [FLOP] broadcast shape

    Equation: ``4 d max(B a q (c s + b/2), b s cores)``
    Reference: FlashAttention-2 (Dao 2023, arXiv:2307.08691): blocks on the diagonal are computed in full
    Leaves out: the last wave
    """
    keys, block = ROWS_PER_TOKEN * key_tokens, ROWS_PER_TOKEN * block_tokens
    scores = np.maximum(
        sequences * heads * (ROWS_PER_TOKEN * query_tokens) * (keys * causal_fraction + block / 2.0), block * keys * cores
    )
    return _array(2.0 * MAC_FLOP * scores * head_dim)


def attention_prefill_kernel_s(
    *,
    sequences: Value,
    query_tokens: Value,
    key_tokens: Value,
    heads: Value,
    kv_heads: Value,
    head_dim: Value,
    activation_bytes_per_element: Value,
    peak_flop_per_s: Value,
    hbm_bytes_per_s: Value,
    cores: Value,
    causal_fraction: Value = 0.5,
    block_tokens: Value = 0.0,
    compute_fraction: Value = 1.0,
    io_fraction: Value = 1.0,
    overlap_fraction: Value = 1.0,
    launch_s: Value = 0.0,
) -> Array:
    """Fused attention over prompts, one layer, forward, with the small kernels around it (rotary, cache write).

    Parameters
    ----------
    sequences : [1] prompts in the batch
    query_tokens, key_tokens : [token] of one prompt
    heads, kv_heads : [1] query heads and key-value heads (of this rank)
    head_dim : [1] elements of a head
    activation_bytes_per_element : [B] size of an element of Q, K, V and O
    peak_flop_per_s : [FLOP/s] dense peak of the format
    hbm_bytes_per_s : [B/s] HBM bandwidth
    cores : [1] blocks of queries that run at once
    causal_fraction : [1] part of the score matrix that counts: 0.5 causal
    block_tokens : [token] queries of a block; the mask saves nothing inside one, and one block is the least a core does
    compute_fraction : [1] sustained part of the peak
    io_fraction : [1] one pass over Q, K, V and O against all the traffic around the kernel, as a part of the bandwidth
    overlap_fraction : [1] how much of that traffic hides behind the arithmetic; 0 where separate kernels do it
    launch_s : [s] fixed cost

    Returns
    -------
    [s] broadcast shape

    Equation: ``t0 + C + Q`` at phi = 0, ``C = 4 d max(B a q (c s + b/2), b s cores) / (P e_c)``, ``Q = 2 B d b_el (a q + kv s) / (W e_io)``
    Reference: FlashAttention-2 (Dao 2023, arXiv:2307.08691) taken as compute-bound; linear term fitted
    Leaves out: other head sizes' efficiency, sliding windows (give the window as key_tokens), the last wave
    """
    queries, keys = ROWS_PER_TOKEN * query_tokens, ROWS_PER_TOKEN * key_tokens
    flop = blocked_attention_flop(
        sequences=sequences, query_tokens=query_tokens, key_tokens=key_tokens, heads=heads, head_dim=head_dim, cores=cores,
        causal_fraction=causal_fraction, block_tokens=block_tokens,
    )  # fmt: skip
    compute = flop / (peak_flop_per_s * compute_fraction)
    traffic = 2.0 * sequences * head_dim * activation_bytes_per_element * (heads * queries + kv_heads * keys)
    memory = _ratio(traffic, hbm_bytes_per_s * io_fraction)
    return launch_s + overlapped_s(first_s=compute, second_s=memory, overlap_fraction=overlap_fraction)


def ramped_bytes(*, read_bytes: Value, ramp_bytes: Value) -> Array:
    """What a read costs, as bytes at the full bandwidth: a short one does not reach it.

    Parameters
    ----------
    read_bytes : [B] size of the read
    ramp_bytes : [B] a read much smaller than this runs at half the bandwidth

    Returns
    -------
    [B] broadcast shape

    Equation: ``Q (1 + R / (Q + R))``
    Reference: fitted form
    Leaves out: nothing read, which costs nothing
    """
    return _array(read_bytes * (1.0 + _ratio(ramp_bytes, read_bytes + ramp_bytes)))


def grouped_flop_per_s(
    *,
    heads: Value,
    kv_heads: Value,
    group_least: Value,
    group_most: Value,
    matmul_flop_per_s: Value,
    vector_flop_per_s: Value,
) -> Array:
    """Rate of decode attention's arithmetic: on the matmul units only for groups of query heads that their kernel serves.

    Parameters
    ----------
    heads, kv_heads : [1] query heads and key-value heads (of this rank)
    group_least, group_most : [1] query heads per key-value head that the matmul kernel serves
    matmul_flop_per_s, vector_flop_per_s : [FLOP/s] sustained rates of the two kernels

    Returns
    -------
    [FLOP/s] broadcast shape

    Equation: ``P_matmul`` where ``least <= a / kv <= most``, else ``P_vector``
    Reference: as attention_decode_kernel_s
    Leaves out: groups that are padded
    """
    group = heads / kv_heads
    return _array(np.where((group >= group_least) & (group <= group_most), matmul_flop_per_s, vector_flop_per_s))


def attention_decode_kernel_s(
    *,
    sequences: Value,
    context: Value,
    heads: Value,
    kv_heads: Value,
    head_dim: Value,
    activation_bytes_per_element: Value,
    kv_bytes_per_element: Value,
    peak_flop_per_s: Value,
    vector_flop_per_s: Value,
    hbm_bytes_per_s: Value,
    cache_bytes: Value = 0.0,
    cache_bytes_per_s: Value = np.inf,
    group_least: Value = 1.0,
    group_most: Value = np.inf,
    memory_fraction: Value = 1.0,
    compute_fraction: Value = 1.0,
    vector_fraction: Value = 1.0,
    io_fraction: Value = 1.0,
    ramp_bytes: Value = 0.0,
    token_s: Value = 0.0,
    launch_s: Value = 0.0,
) -> Array:
    """Attention of one new token per sequence over its cache, one layer, with the small kernels around it.

    Parameters
    ----------
    sequences : [1] sequences that decode together
    context : [token] cached tokens of each
    heads, kv_heads : [1] query heads and key-value heads (of this rank)
    head_dim : [1] elements of a head
    activation_bytes_per_element, kv_bytes_per_element : [B] size of an element of Q and O, and of the cache
    peak_flop_per_s, vector_flop_per_s : [FLOP/s] dense matmul peak of the activations' format, and of the vector units
    hbm_bytes_per_s : [B/s] HBM bandwidth
    cache_bytes : [B] on-chip cache that still holds the KV cache from the step before: 0 in a real model, where weights pass in between
    cache_bytes_per_s : [B/s] its bandwidth
    group_least, group_most : [1] query heads per key-value head that the matmul kernel serves; others run on the vector units
    memory_fraction, compute_fraction, vector_fraction : [1] attained part of bandwidth, matmul peak and vector peak
    io_fraction : [1] attained part of the bandwidth for queries and outputs
    ramp_bytes : [B] a small read runs at half the bandwidth, a read much larger than this at the full one
    token_s : [s/token] serial time for each token of context (split and merge)
    launch_s : [s] fixed cost

    Returns
    -------
    [s] broadcast shape

    Equation: ``t0 + lam s + max(Q' (1 + R / (Q' + R)) / (W e_m), Q / W_cache, 4 B s a d / (P e)) + 4 B a d b / (W e_io)``,
    ``Q' = Q clip(Q / cache - 1, 0, 1)``
    Reference: Pope et al. 2022 (arXiv:2211.05102) for the traffic; ramp, cache and serial terms fitted
    Leaves out: page tables, compressed caches (MLA), uneven lengths
    """
    tokens = sequences * context * ROWS_PER_TOKEN
    cache = 2.0 * tokens * kv_heads * head_dim * kv_bytes_per_element
    missed = cache * np.clip(_ratio(cache, cache_bytes) - 1.0, 0.0, 1.0)
    ramped = ramped_bytes(read_bytes=missed, ramp_bytes=ramp_bytes)
    rate = grouped_flop_per_s(
        heads=heads, kv_heads=kv_heads, group_least=group_least, group_most=group_most,
        matmul_flop_per_s=peak_flop_per_s * compute_fraction, vector_flop_per_s=vector_flop_per_s * vector_fraction,
    )  # fmt: skip
    compute = 2.0 * MAC_FLOP * tokens * heads * head_dim / rate
    memory = np.maximum(ramped / (hbm_bytes_per_s * memory_fraction), cache / cache_bytes_per_s)
    queries = 2.0 * sequences * heads * head_dim * activation_bytes_per_element
    around = queries / (hbm_bytes_per_s * io_fraction)
    return _array(launch_s + token_s * context + np.maximum(memory, compute) + around)
