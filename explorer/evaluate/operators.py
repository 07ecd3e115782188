"""The operators of a dense decoder on one rank: FLOP, traffic at each level and time, for one micro-batch through one layer.

Arrays have shape (operators, n), in the order of `OPERATORS`. Rows that run once a stage (embedding, head, loss) or once a
step (optimizer) carry their own counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.shape import Shape
from explorer.physics import attention, matmul, roofline, transformer

OPERATORS: dict[str, str] = {
    "embedding": "Embedding",
    "norm": "Norms, residuals",
    "qkv": "QKV",
    "rotary": "Rotary, KV write",
    "attention": "Attention",
    "out": "Attention out",
    "gate_up": "FFN gate+up",
    "activation": "FFN activation",
    "down": "FFN down",
    "head": "Vocabulary head",
    "loss": "Logits, loss",
    "optimizer": "Optimizer",
}
ROW = {key: i for i, key in enumerate(OPERATORS)}
MATMULS = ("qkv", "out", "gate_up", "down", "head")
PART_OF = {k: "matmul" if k in MATMULS else "attention" if k == "attention" else "elementwise" for k in OPERATORS}
PART_OF["optimizer"] = "optimizer_step"
COMPUTE, SRAM, HBM, LATENCY = range(4)
BOUNDS = ("compute", "SRAM", "HBM", "latency")
BACKWARD_ATTENTION_FLOP = 2.5  # five matmuls against two (FlashAttention-2, arXiv:2307.08691)
BACKWARD_ELEMENTWISE = 1.7  # model.md 8.1: gradients read and write what the forward pass wrote
OPTIMIZER_BYTES_PER_PARAM = 30.0


def rows(*values: Array) -> Array:
    """Stack (n,) and (1,) arrays into (len, n)."""
    width = max(v.shape[-1] for v in values)
    table = np.empty((len(values), width))
    for row, value in zip(table, values, strict=True):
        row[:] = value
    return table


@dataclass(frozen=True, eq=False)
class Work:
    """One pass (forward, backward or once a step) over all operators, each array of shape (operators, n).

    ``time_s`` is the slowest ceiling plus launch latency.
    """

    flop: Array
    sram_bytes: Array
    hbm_bytes: Array
    flop_s: Array
    sram_s: Array
    hbm_s: Array
    latency_s: Array
    time_s: Array


@dataclass(frozen=True, eq=False)
class Matmuls:
    """Dimensions of stacked matmuls, (rows, n), and sizes of their operands' elements, (n,)."""

    m: Array
    n: Array
    k: Array
    a: Array
    b: Array
    c: Array


def _forward_matmuls(c: Columns, s: Shape) -> Matmuls:
    kv_width = 2 * attention.kv_heads_per_rank(kv_heads=c.kv_heads, tp=c.tp) * c.head_dim
    query_width, inner = c.heads * c.head_dim / c.tp, c.ffn / c.tp
    return Matmuls(
        m=rows(s.tokens, s.tokens, s.tokens, s.tokens, s.head_tokens),
        n=rows(query_width + kv_width, c.hidden, (c.ffn_matrices - 1) * inner, c.hidden, c.vocab / c.tp),
        k=rows(c.hidden, query_width, c.hidden, inner, c.hidden),
        a=c.activation_bytes_per_element,
        b=c.weight_bytes_per_element,
        c=c.stream_bytes_per_element,
    )


def _backward_matmuls(f: Matmuls) -> tuple[Matmuls, Matmuls]:
    """Gradients of the inputs (m, k, n), and gradients of the weights (k, n, m), accumulated in FP32 (read, write)."""
    return Matmuls(f.m, f.k, f.n, f.a, f.b, f.c), Matmuls(f.k, f.n, f.m, f.a, f.a, np.full(1, 8.0))


def _matmul_work(c: Columns, d: Matmuls) -> tuple[Array, Array, Array, Array]:
    """FLOP, SRAM bytes, HBM bytes of stacked matmuls, and FLOP with what filling the pipeline costs."""
    flop = matmul.matmul_flop(m=d.m, n=d.n, k=d.k)
    sizes = {"a_bytes_per_element": d.a, "b_bytes_per_element": d.b, "c_bytes_per_element": d.c}
    hbm = matmul.tiled_bytes(m=d.m, n=d.n, k=d.k, **sizes, sram_bytes=c.sram_bytes, cores=c.sram_cores)
    sram = matmul.operand_bytes(m=d.m, n=d.n, k=d.k, **sizes, tile_m=c.tile_m, tile_n=c.tile_n)
    return flop, sram, hbm, flop * matmul.prologue_factor(k=d.k, prologue_k=c.prologue_k)


def _attention_work(c: Columns, s: Shape) -> tuple[Array, Array]:
    """FLOP and HBM bytes of one layer's attention: flash tiling over the prompt, the whole KV cache in decode."""
    heads, kv = c.heads / c.tp, attention.kv_heads_per_rank(kv_heads=c.kv_heads, tp=c.tp)
    queries = np.where(s.decode > 0, 1.0, c.context)
    flop = s.sequences * attention.attention_flop(
        query_tokens=queries, key_tokens=c.context, heads=heads, head_dim=c.head_dim,
        causal_fraction=np.where(s.decode > 0, 1.0, 0.5),
    )  # fmt: skip
    read = attention.flash_bytes(
        query_tokens=queries, key_tokens=c.context, heads=heads, kv_heads=kv, head_dim=c.head_dim,
        activation_bytes_per_element=c.stream_bytes_per_element, kv_bytes_per_element=c.kv_bytes_per_element,
        sram_bytes=c.sram_bytes / c.sram_cores,
    )  # fmt: skip
    return flop, s.sequences * read


def _elementwise_bytes(c: Columns, s: Shape) -> Array:
    """HBM bytes of the operators that compute next to nothing, one layer (or one stage for embedding and loss)."""
    size, heads = c.stream_bytes_per_element, (c.heads + c.kv_heads) * c.head_dim / c.tp
    split = np.where((s.training > 0) & (c.sequence_parallel > 0), c.tp, 1.0)
    stream = s.tokens * c.hidden / split
    norm = transformer.rms_norm_bytes(elements=stream, bytes_per_element=size)
    residual = transformer.residual_bytes(elements=stream, bytes_per_element=size)
    return rows(
        transformer.rms_norm_bytes(elements=s.tokens * c.hidden, bytes_per_element=size),
        2 * (norm + residual),
        transformer.rotary_bytes(elements=s.tokens * heads, bytes_per_element=size),
        transformer.gated_activation_bytes(elements=s.tokens * c.ffn / c.tp, bytes_per_element=size),
        transformer.rms_norm_bytes(elements=s.head_tokens * c.vocab / c.tp, bytes_per_element=np.asarray(4.0)),
    )


_LIGHT = {"embedding": 0.0, "norm": 0.5, "rotary": 0.75, "activation": 1.0, "loss": 1.0}  # FLOP a byte
_LIGHT_FLOP_PER_BYTE = np.array(list(_LIGHT.values()))[:, None]
_LIGHT_ROWS = [ROW[key] for key in _LIGHT]
_MATMUL_ROWS = [ROW[key] for key in MATMULS]
_ATTENTION = ROW["attention"]


def _table(matmuls: Array, core: Array, light: Array) -> Array:
    """All operators from their three kinds, (operators, n); the optimizer's row is 0."""
    table = np.zeros((len(OPERATORS), max(matmuls.shape[-1], core.shape[-1], light.shape[-1])))
    table[_MATMUL_ROWS] = matmuls
    table[_ATTENTION] = core
    table[_LIGHT_ROWS] = light
    return table


def forward(c: Columns, s: Shape, resident: Array) -> Work:
    """One micro-batch forward. ``resident``: share of weights and KV cache that stays in SRAM from step to step."""
    flop, sram, hbm, padded = _matmul_work(c, _forward_matmuls(c, s))
    attention_flop, attention_bytes = _attention_work(c, s)
    light = _elementwise_bytes(c, s)
    # A bound must allow elementwise operators to be fused into their neighbours: their bytes then stay on the chip.
    spilled, kept = light * (1.0 - c.ideal), 1.0 - resident
    light_flop = light * _LIGHT_FLOP_PER_BYTE
    rate = _table(c.array_flop_per_s * c.matmul_fraction, c.attention_flop_per_s * c.attention_fraction, c.vector_flop_per_s)
    return _work(
        c,
        _table(flop, attention_flop, light_flop),
        _table(sram, attention_bytes, light),
        _table(hbm * kept, attention_bytes * kept, spilled),
        roofline.ceiling_s(work=_table(padded, attention_flop, light_flop), rate=rate),
    )


def _work(c: Columns, flop: Array, sram: Array, hbm: Array, flop_s: Array) -> Work:
    sram_s = roofline.ceiling_s(work=sram, rate=c.sram_bytes_per_s * c.sram_fraction)
    hbm_s = roofline.ceiling_s(work=hbm, rate=c.hbm_bytes_per_s * c.hbm_fraction)
    latency_s = np.where(hbm > 0, c.kernel_latency_s, 0.0)
    return Work(flop, sram, hbm, flop_s, sram_s, hbm_s, latency_s, np.maximum(np.maximum(flop_s, sram_s), hbm_s) + latency_s)


def backward(c: Columns, s: Shape, ahead: Work) -> Work:
    """One micro-batch backward, without recomputation. Zero where nothing is trained."""
    inputs, weights = (_matmul_work(c, d) for d in _backward_matmuls(_forward_matmuls(c, s)))
    rate = c.array_flop_per_s * c.matmul_fraction
    flop, sram, hbm, padded = (a + b for a, b in zip(inputs, weights, strict=True))

    def table(matmuls: Array, earlier: Array) -> Array:
        attention, light = earlier[_ATTENTION] * BACKWARD_ATTENTION_FLOP, earlier[_LIGHT_ROWS] * BACKWARD_ELEMENTWISE
        return _table(matmuls, attention, light) * s.training

    matmul_s = roofline.ceiling_s(work=padded, rate=rate)
    return _work(
        c, table(flop, ahead.flop), table(sram, ahead.sram_bytes), table(hbm, ahead.hbm_bytes), table(matmul_s, ahead.flop_s)
    )


def optimizer(c: Columns, s: Shape, params: Array) -> Work:
    """One update of the parameters that this rank holds; ZeRO shares the work among the replicas."""
    shared = np.where(c.zero >= 1, s.dp, 1.0)
    update = transformer.optimizer_bytes(params=params / shared, bytes_per_param=np.asarray(OPTIMIZER_BYTES_PER_PARAM))
    table = np.zeros((len(OPERATORS), max(update.shape[-1], s.training.shape[-1])))
    table[ROW["optimizer"]] = update * s.training
    return _work(c, table * 0.5, table, table, roofline.ceiling_s(work=table * 0.5, rate=c.vector_flop_per_s))
