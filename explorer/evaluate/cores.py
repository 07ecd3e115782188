"""Attention on one rank: FLOP, traffic and time of the fused kernel, one layer, prompts and decode steps alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.shape import Shape
from explorer.physics import attention, kernels, roofline


@dataclass(frozen=True, eq=False)
class Core:
    """Attention of one micro-batch in one layer, each array of shape (n,) or (1,).

    ``around_s``: the small kernels around it (rotary embedding, cache write, merge), which nothing hides. The kernel's own
    ``hbm_bytes`` count the whole cache, whatever of it stays in SRAM; ``slowed_bytes`` are those that would take as long at
    the full rate.
    """

    flop: Array
    hbm_bytes: Array
    flop_s: Array
    slowed_bytes: Array
    around_s: Array
    launch_s: Array


def core(c: Columns, s: Shape) -> Core:
    """Flash tiling over the prompt, the whole KV cache in decode."""
    heads, kv = c.heads / c.tp, attention.kv_heads_per_rank(kv_heads=c.kv_heads, tp=c.tp)
    queries = np.where(s.decode > 0, 1.0, c.context)
    flop = s.sequences * attention.attention_flop(
        query_tokens=queries, key_tokens=c.context, heads=heads, head_dim=c.head_dim,
        causal_fraction=np.where(s.decode > 0, 1.0, 0.5),
    )  # fmt: skip
    read = s.sequences * attention.flash_bytes(
        query_tokens=queries, key_tokens=c.context, heads=heads, kv_heads=kv, head_dim=c.head_dim,
        activation_bytes_per_element=c.stream_bytes_per_element,
        # Training keeps no cache: keys and values are activations like the rest.
        kv_bytes_per_element=np.where(s.training > 0, c.stream_bytes_per_element, c.kv_bytes_per_element),
        sram_bytes=c.sram_bytes / c.sram_cores,
    )  # fmt: skip
    return Core(
        flop, read, _flop_s(c, s, flop, heads, kv), _slowed(c, s, read), _around_s(c, s, queries, heads, kv), _launch_s(c, s)
    )


def _slowed(c: Columns, s: Shape, read: Array) -> Array:
    """Short reads do not reach the full rate; a cache that SRAM still holds is read at that one's (timed kernels alone)."""
    slowed = read
    if (c.core_ramp_bytes > 0).any():
        slowed = kernels.ramped_bytes(read_bytes=read, ramp_bytes=c.core_ramp_bytes * s.decode)
    if not (c.warm_bytes > 0).any():
        return slowed
    missed = np.clip(read / c.warm_bytes - 1.0, 0.0, 1.0)
    from_sram = read * (c.hbm_bytes_per_s * c.core_memory / c.warm_bytes_per_s)
    return np.where(c.warm_bytes > 0, np.maximum(slowed * missed, from_sram), slowed)


def _flop_s(c: Columns, s: Shape, flop: Array, heads: Array, kv: Array) -> Array:
    """The kernel's arithmetic: what the mask throws away inside blocks for prompts, the units that serve the heads in decode."""
    rate = c.attention_flop_per_s * c.core_compute
    if (c.core_block_tokens > 0).any():
        blocked = kernels.blocked_attention_flop(
            sequences=s.sequences, query_tokens=c.context, key_tokens=c.context, heads=heads, head_dim=c.head_dim, cores=c.cores,
            causal_fraction=0.5, block_tokens=c.core_block_tokens,
        )  # fmt: skip
        flop = np.where((s.decode > 0) | (c.core_block_tokens == 0), flop, blocked)
    if s.decode.any():
        rate = kernels.grouped_flop_per_s(
            heads=heads, kv_heads=kv, group_least=c.core_group_least * s.decode, group_most=c.core_group_most,
            matmul_flop_per_s=rate, vector_flop_per_s=np.minimum(c.vector_flop_per_s * c.core_vector, c.attention_flop_per_s),
        )  # fmt: skip
    return roofline.ceiling_s(work=flop, rate=rate)


def _around_s(c: Columns, s: Shape, queries: Array, heads: Array, kv: Array) -> Array:
    keys = np.where(s.decode > 0, 0.0, kv * c.context)
    one_pass = 2.0 * s.sequences * c.head_dim * c.stream_bytes_per_element * (heads * queries + keys)
    return np.asarray(one_pass * c.core_around / c.hbm_bytes_per_s)


def _launch_s(c: Columns, s: Shape) -> Array:
    return np.asarray(c.core_launch_s + c.core_token_s * c.context * s.decode)
