"""Attention on one rank: FLOP, traffic and time of its kernel, one layer, prompts and decode steps alike."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.model import Widths
from explorer.evaluate.shape import Shape
from explorer.evaluate.tapes import as_array
from explorer.physics import alignment, attention, kernels, roofline

# Softmax, dropout and masks over scores that go to memory and back (model.md 3.4), for 16-bit scores.
_BYTES_PER_SCORE, _BYTES_PER_SCORE_BACKWARD = 13.0, 18.0
BACKWARD_SCORES = _BYTES_PER_SCORE_BACKWARD / _BYTES_PER_SCORE


@dataclass(frozen=True, eq=False)
class Core:
    """Attention of one micro-batch in one layer, each array of shape (n,) or (1,).

    ``around_s``: the small kernels around it (rotary embedding, cache write, merge), which nothing hides. The kernel's own
    ``hbm_bytes`` count the whole cache, whatever of it stays in SRAM; ``slowed_bytes`` are those that would take as long at
    the full rate. ``score_bytes`` go to memory and back where attention is not fused.
    """

    flop: Array
    hbm_bytes: Array
    flop_s: Array
    slowed_bytes: Array
    score_bytes: Array
    around_s: Array
    launch_s: Array


@dataclass(frozen=True, eq=False)
class Keys:
    """What attention works on: the keys a query sees and the mean part of them it computes with, and sizes of heads and cache.

    ``dim`` is the mean of a score's and a value's length; ``cache_width`` elements of keys and values of a token lie in HBM.
    ``widest``: most query heads that share a key on the matrix units; all of them over a latent cache.
    """

    queries: Array
    seen: Array
    causal: Array
    kv: Array
    dim: Array
    cache_width: Array
    widest: Array


def keys_of(c: Columns, s: Shape, w: Widths, seen: Array) -> Keys:
    """Heads of attention over ``seen`` keys. In decode a latent cache serves all heads as it is (absorbed projections)."""
    triangle = np.where(c.decoder > 0, 0.5, 1.0)
    causal = np.where(s.decode > 0, 1.0, triangle) if s.decoded else triangle
    kv, dim = w.kv_heads, c.head_dim
    if not c.some("latent_rank"):
        return Keys(s.queries, seen, causal, kv, dim, 2 * kv * dim, c.core_group_most)
    latent = c.latent_rank > 0
    absorbed = latent & (s.decode > 0)
    plain = np.where(latent, (c.query_dim + c.head_dim) / 2, dim)
    dim = np.where(absorbed, c.latent_rank + c.latent_rotary / 2, plain)
    kv = np.where(absorbed, 1.0, kv)
    width = np.where(absorbed, c.latent_rank + c.latent_rotary, 2 * kv * plain)
    return Keys(s.queries, seen, causal, kv, dim, width, np.where(absorbed, np.inf, c.core_group_most))


def core(c: Columns, s: Shape, w: Widths) -> Core:
    """Attention to all tokens before: flash tiling over the prompt, the whole KV cache in decode."""
    return _core(c, s, w, keys_of(c, s, w, np.where(s.decode > 0, c.context / c.cp, c.context)))


def windowed(c: Columns, s: Shape, w: Widths) -> Core:
    """Attention to the last ``window`` tokens."""
    seen = np.minimum(c.context, np.maximum(c.window, 1.0))
    k = keys_of(c, s, w, np.where(s.decode > 0, seen / c.cp, seen))
    # The first queries of a prompt see fewer than the window: the mean over all of them, in parts of it. In decode each rank of
    # CP holds its part of the window.
    mean = 1.0 - seen / (2.0 * c.context)
    causal = np.where(s.decode > 0, 1.0, mean)
    return _core(c, s, w, replace(k, causal=causal))


def _core(c: Columns, s: Shape, w: Widths, k: Keys) -> Core:
    flop = s.sequences * attention.attention_flop(
        query_tokens=k.queries, key_tokens=k.seen, heads=w.heads, head_dim=k.dim, causal_fraction=k.causal
    )
    size = c.stream_bytes_per_element
    read = s.sequences * attention.flash_bytes(
        query_tokens=k.queries, key_tokens=k.seen, heads=w.heads, kv_heads=k.kv, head_dim=k.dim,
        activation_bytes_per_element=size,
        # Training keeps no cache: keys and values are activations like the rest.
        kv_bytes_per_element=np.where(s.training > 0, size, c.kv_bytes_per_element) * k.cache_width / (2 * k.kv * k.dim),
        sram_bytes=c.sram_bytes / c.sram_cores,
    )  # fmt: skip
    scores = np.zeros(1)
    if c.some("unfused"):
        # Nothing is skipped: the mask is applied to whole rows of scores.
        full = flop / k.causal
        flop = np.where(c.unfused > 0, full, flop)
        scores = c.unfused * s.sequences * w.heads * k.queries * k.seen * _BYTES_PER_SCORE
    return Core(
        flop, read, _flop_s(c, s, flop, w, k), _slowed(c, s, read), scores, _around_s(c, s, w, k), _launch_s(c, s, k)
    )


def _slowed(c: Columns, s: Shape, read: Array) -> Array:
    """Short reads do not reach the full rate; a cache that SRAM still holds is read at that one's (timed kernels alone)."""
    slowed = read
    if c.some("core_ramp_bytes"):
        slowed = kernels.ramped_bytes(read_bytes=read, ramp_bytes=c.core_ramp_bytes * s.decode)
    if not c.some("warm_bytes"):
        return slowed
    missed = np.clip(read / c.warm_bytes - 1.0, 0.0, 1.0)
    from_sram = read * (c.hbm_bytes_per_s * c.core_memory / c.warm_bytes_per_s)
    return np.where(c.warm_bytes > 0, np.maximum(slowed * missed, from_sram), slowed)


def _flop_s(c: Columns, s: Shape, flop: Array, w: Widths, k: Keys) -> Array:
    """The kernel's arithmetic: what the mask throws away inside blocks for prompts, the units that serve the heads in decode."""
    rate = c.attention_flop_per_s * c.core_compute
    if c.some("core_block_tokens"):
        blocked = kernels.blocked_attention_flop(
            sequences=s.sequences, query_tokens=k.queries, key_tokens=k.seen, heads=w.heads, head_dim=k.dim, cores=c.cores,
            causal_fraction=k.causal, block_tokens=c.core_block_tokens,
        )  # fmt: skip
        flop = np.where((s.decode > 0) | (c.core_block_tokens == 0), flop, np.maximum(blocked, flop))
    if c.some("unfused"):
        # Libraries' batched matmuls leave the matrix units where a head's row is not whole loads.
        slow = c.unfused * (1.0 - c.ideal) * alignment.over_bytes(row_bytes=k.dim * c.stream_bytes_per_element, unit_bytes=alignment.LOAD_BYTES) > 0
        rate = np.where(slow, np.minimum(rate, c.vector_flop_per_s), rate)
    if s.decoded:
        rate = kernels.grouped_flop_per_s(
            heads=w.heads, kv_heads=k.kv, group_least=c.core_group_least * s.decode, group_most=k.widest,
            matmul_flop_per_s=rate, vector_flop_per_s=np.minimum(c.vector_flop_per_s * c.core_vector, c.attention_flop_per_s),
        )  # fmt: skip
    return roofline.ceiling_s(work=flop, rate=rate)


def _around_s(c: Columns, s: Shape, w: Widths, k: Keys) -> Array:
    keys = np.where(s.decode > 0, 0.0, k.kv * k.queries)
    one_pass = 2.0 * s.sequences * k.dim * c.stream_bytes_per_element * (w.heads * k.queries + keys)
    return as_array(one_pass * c.core_around / c.hbm_bytes_per_s)


def _launch_s(c: Columns, s: Shape, k: Keys) -> Array:
    return as_array(c.core_launch_s + c.core_token_s * k.seen * s.decode)
