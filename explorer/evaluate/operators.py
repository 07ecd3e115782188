"""The operators of a dense decoder on one rank: FLOP, traffic at each level and time, for one micro-batch through one layer.

Arrays have shape (operators, n), in the order of `OPERATORS`. Rows that run once a stage (embedding, head, loss) or once a
step (optimizer) carry their own counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate import cores
from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.shape import Shape
from explorer.physics import attention, kernels, matmul, roofline, transformer

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
BACKWARD_AROUND = 2.0  # Q, K, V, O and the gradient of O are read, three gradients written: twice the forward pass
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

    ``time_s`` is the slowest ceiling, what it does not hide, and launch latency. ``hbm_s`` has all the HBM does in it, of
    which ``around_s`` (one row) stands around the attention kernel and hides behind nothing.
    """

    flop: Array
    sram_bytes: Array
    hbm_bytes: Array
    flop_s: Array
    sram_s: Array
    hbm_s: Array
    latency_s: Array
    time_s: Array
    around_s: Array | None = None


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
    """FLOP, SRAM bytes, HBM bytes of stacked matmuls, and the time of their arithmetic."""
    flop = matmul.matmul_flop(m=d.m, n=d.n, k=d.k)
    sizes = {"a_bytes_per_element": d.a, "b_bytes_per_element": d.b, "c_bytes_per_element": d.c}
    hbm = matmul.tiled_bytes(m=d.m, n=d.n, k=d.k, **sizes, sram_bytes=c.sram_bytes, cores=c.sram_cores)
    sram = matmul.operand_bytes(m=d.m, n=d.n, k=d.k, **sizes, tile_m=c.tile_m, tile_n=c.tile_n)
    stretch = np.ones(1)
    if (c.gemm_wave > 0).any():
        stretch = kernels.wave_stretch(m=d.m, n=d.n, groups=1.0, cores=c.cores, wave_fraction=c.gemm_wave)
    rate = c.array_flop_per_s * c.gemm_compute
    time = kernels.gemm_compute_s(
        m=d.m, n=d.n, k=d.k, stretch=stretch, flop_per_s=rate, prologue_k=c.gemm_prologue_k, step_s=c.gemm_step_s
    )
    return flop, sram, hbm, time


def _quantise_s(c: Columns, *all_dims: Matmuls) -> Array | None:
    """Kernels that only quantise the inputs of matmuls; None where the norm or activation before them does it in passing."""
    if not (c.quantised_apart > 0).any():
        return None
    return sum((_one_quantise_s(c, d) for d in all_dims[1:]), _one_quantise_s(c, all_dims[0]))


def _one_quantise_s(c: Columns, d: Matmuls) -> Array:
    time = kernels.quantise_kernel_s(
        m=d.m, k=d.k, from_bytes_per_element=2.0, to_bytes_per_element=d.a, hbm_bytes_per_s=c.hbm_bytes_per_s,
        quantise_fraction=c.quantise_fraction, launch_s=c.quantise_launch_s,
    )  # fmt: skip
    return np.asarray(time * c.quantised_apart)


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
_ATTENTION, _OPTIMIZER, _ROTARY = ROW["attention"], ROW["optimizer"], list(_LIGHT).index("rotary")
_LIGHT_KERNELS = np.array([[2.0 if key == "norm" else 1.0] for key in _LIGHT])  # a layer adds and normalises twice


def _table(matmuls: Array, core: Array, light: Array) -> Array:
    """All operators from their three kinds, (operators, n); the optimizer's row is 0."""
    table = np.zeros((len(OPERATORS), max(matmuls.shape[-1], core.shape[-1], light.shape[-1])))
    table[_MATMUL_ROWS] = matmuls
    table[_ATTENTION] = core
    table[_LIGHT_ROWS] = light
    return table


def forward(c: Columns, s: Shape, resident: Array) -> Work:
    """One micro-batch forward. ``resident``: share of weights and KV cache that stays in SRAM from step to step."""
    dims, core = _forward_matmuls(c, s), cores.core(c, s)
    flop, sram, hbm, matmul_s = _matmul_work(c, dims)
    light = _elementwise_bytes(c, s)
    # A bound must allow elementwise operators to be fused into their neighbours: their bytes then stay on the chip.
    spilled, kept = light * (1.0 - c.ideal), 1.0 - resident
    spilled[_ROTARY] *= c.core_around == 0  # what stands around a timed attention kernel is in its time
    light_flop = light * _LIGHT_FLOP_PER_BYTE
    light_s = roofline.ceiling_s(work=light_flop, rate=c.vector_flop_per_s)
    hbm = hbm * kept
    attained = _table(c.gemm_memory, c.core_memory, c.hbm_fraction)
    attained[_OPTIMIZER] = 1.0  # has its own pass
    hbm_s = roofline.ceiling_s(work=_table(hbm, core.slowed_bytes * kept, spilled) / attained, rate=c.hbm_bytes_per_s)
    return _work(
        c,
        (_table(flop, core.flop, light_flop), _table(sram, core.hbm_bytes, light), _table(hbm, core.hbm_bytes * kept, spilled)),
        (_table(matmul_s, core.flop_s, light_s), hbm_s),
        _table(c.gemm_launch_s, core.launch_s, np.where(spilled > 0, c.kernel_latency_s * _LIGHT_KERNELS, 0.0)),
        _Apart(_quantise_s(c, dims), core.around_s),
    )


@dataclass(frozen=True, eq=False)
class _Apart:
    """Kernels beside matmuls and attention that nothing hides [s]."""

    matmuls: Array | None
    attention: Array


def _work(c: Columns, amounts: tuple[Array, Array, Array], busy: tuple[Array, Array], latency_s: Array, apart: _Apart) -> Work:
    """``amounts``: FLOP, SRAM and HBM bytes. ``busy``: times of arithmetic and of the HBM."""
    (flop, sram, hbm), (flop_s, hbm_s) = amounts, busy
    sram_s = roofline.ceiling_s(work=sram, rate=c.sram_bytes_per_s * c.sram_fraction)
    time_s = np.maximum(np.maximum(flop_s, sram_s), hbm_s)
    if (c.gemm_overlap < 1).any():
        time_s[_MATMUL_ROWS] += (1.0 - c.gemm_overlap) * np.minimum(flop_s[_MATMUL_ROWS], hbm_s[_MATMUL_ROWS])
    if apart.matmuls is not None:
        hbm_s[_MATMUL_ROWS] += apart.matmuls
        time_s[_MATMUL_ROWS] += apart.matmuls
    hbm_s[_ATTENTION] += apart.attention
    time_s[_ATTENTION] += apart.attention
    return Work(flop, sram, hbm, flop_s, sram_s, hbm_s, latency_s, time_s + latency_s, apart.attention)


def backward(c: Columns, s: Shape, ahead: Work) -> Work:
    """One micro-batch backward, without recomputation. Zero where nothing is trained."""
    both = _backward_matmuls(_forward_matmuls(c, s))
    flop, sram, hbm, matmul_s = (a + b for a, b in zip(*(_matmul_work(c, d) for d in both), strict=True))
    around = np.asarray(ahead.around_s)

    def table(matmuls: Array, core: Array, light: Array) -> Array:
        return _table(matmuls, core * BACKWARD_ATTENTION_FLOP, light * BACKWARD_ELEMENTWISE) * s.training

    def of(earlier: Array, matmuls: Array) -> Array:
        return table(matmuls, earlier[_ATTENTION], earlier[_LIGHT_ROWS])

    hbm_rate = c.hbm_bytes_per_s * c.gemm_memory
    hbm_s = table(roofline.ceiling_s(work=hbm, rate=hbm_rate), ahead.hbm_s[_ATTENTION] - around, ahead.hbm_s[_LIGHT_ROWS])
    launches = _table(2.0 * c.gemm_launch_s, ahead.latency_s[_ATTENTION], ahead.latency_s[_LIGHT_ROWS]) * s.training
    quantise = _quantise_s(c, *both)
    return _work(
        c, (of(ahead.flop, flop), of(ahead.sram_bytes, sram), of(ahead.hbm_bytes, hbm)), (of(ahead.flop_s, matmul_s), hbm_s),
        launches, _Apart(quantise if quantise is None else quantise * s.training, around * BACKWARD_AROUND * s.training),
    )  # fmt: skip


def optimizer(c: Columns, s: Shape, params: Array) -> Work:
    """One update of the parameters that this rank holds; ZeRO shares the work among the replicas."""
    shared = np.where(c.zero >= 1, s.dp, 1.0)
    update = transformer.optimizer_bytes(params=params / shared, bytes_per_param=np.asarray(OPTIMIZER_BYTES_PER_PARAM))
    table = np.zeros((len(OPERATORS), max(update.shape[-1], s.training.shape[-1])))
    table[ROW["optimizer"]] = update * s.training
    flop_s = roofline.ceiling_s(work=table * 0.5, rate=c.vector_flop_per_s)
    hbm_s = roofline.ceiling_s(work=table, rate=c.hbm_bytes_per_s * c.hbm_fraction)
    latency_s = np.where(table > 0, c.kernel_latency_s, 0.0)
    return _work(c, (table * 0.5, table, table), (flop_s, hbm_s), latency_s, _Apart(None, np.zeros(1)))
