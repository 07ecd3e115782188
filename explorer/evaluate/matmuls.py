"""All matmuls of a layer and of the stage's ends, stacked: one row each, (rows, n). Experts and latent attention add rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.model import Widths
from explorer.evaluate.shape import Shape
from explorer.evaluate.tapes import as_array, stack
from explorer.physics import alignment, kernels, matmul, mixture

PLAIN = ("qkv", "out", "gate_up", "down", "head")
LATENT = ("latent_query", "latent_kv")
EXPERTS = ("expert_up", "expert_down")
BESIDE = ("router", "shared_up", "shared_down")
WEIGHT_GRADIENT_BYTES = 8.0  # accumulated in FP32: read and written


def rows(*values: Array) -> Array:
    """Stack (n,) and (1,) arrays into (len, n)."""
    width = 1
    for value in values:
        if type(value) is not np.ndarray:  # something that stands in for one
            recorded: Array = stack(values)
            return recorded
        if value.shape[-1] > width:
            width = value.shape[-1]
    table = np.empty((len(values), width))
    for i, value in enumerate(values):
        table[i] = value
    return table


@dataclass(frozen=True, eq=False)
class Matmuls:
    """Dimensions of stacked matmuls, (rows, n), and sizes of their operands' elements, (n,).

    ``groups`` of them run in one kernel; ``padded``: rows that the tiles of a group take against those that it has.
    ``summed_rows``: the sum runs over rows (tokens), as in gradients of weights.
    """

    keys: tuple[str, ...]
    m: Array
    n: Array
    k: Array
    a: Array
    b: Array
    c: Array
    groups: Array
    padded: Array
    experts: bool = False
    summed_rows: bool = False


@dataclass(frozen=True, eq=False)
class MatmulWork:
    """What stacked matmuls cost, each (rows, n): bytes at both levels, seconds of arithmetic and of quantising apart (None: none)."""

    flop: Array
    sram_bytes: Array
    hbm_bytes: Array
    flop_s: Array
    apart_s: Array | None


_ONE = np.ones(1)


def forward(c: Columns, s: Shape, w: Widths) -> list[Matmuls]:
    """Stacks of one micro-batch's forward pass: the dense one, and where any point has experts, theirs."""
    tokens, hidden = s.tokens, c.hidden
    m, n = [tokens] * 4, [w.qkv, hidden, (c.ffn_matrices - 1) * w.inner, hidden]
    k = [hidden, w.attended, hidden, w.inner]
    keys: tuple[str, ...] = PLAIN[:4]
    if c.some("latent_rank"):
        keys, m = (*keys, *LATENT), [*m, tokens, tokens]
        n, k = [*n, w.latent_query, w.latent_kv], [*k, c.latent_query_rank, c.latent_rank]
    if c.some("experts") or c.some("modulation"):
        # Conditioning is computed once a sequence, routing once a token of this rank.
        keys = (*keys, *BESIDE)
        m = [*m, np.where(c.experts > 0, tokens / c.tp, s.sequences), tokens, tokens]
        n = [*n, np.maximum(c.experts, c.modulation * hidden / c.tp), (c.ffn_matrices - 1) * w.shared_inner, hidden]
        k = [*k, hidden, hidden, w.shared_inner]
    keys, m, n, k = (*keys, PLAIN[4]), [*m, s.head_tokens], [*n, c.vocab / c.tp], [*k, hidden]
    weights = c.weight_bytes_per_element
    if c.some("streams", 1.0):
        weights = weights * c.streams
    plain = Matmuls(
        keys, rows(*m), rows(*n), rows(*k), c.activation_bytes_per_element, weights, c.stream_bytes_per_element, _ONE, _ONE
    )
    return [plain, _experts(c, s, w)] if c.some("experts") else [plain]


def expert_rows(c: Columns, s: Shape) -> Array:
    """Rows of the busiest rank's expert matmuls, all its experts together, (n,)."""
    return as_array(s.tokens / c.tp * s.expert_tp * c.active_experts * c.expert_imbalance)


def _experts(c: Columns, s: Shape, w: Widths) -> Matmuls:
    """One matmul for each expert that any token of the group chose; rows round up to whole tiles where losses count."""
    choosing = s.tokens / c.tp * c.ep * s.expert_tp
    experts = np.maximum(c.experts, 1.0)
    touched = mixture.touched_experts(experts=experts, active=c.active_experts, tokens=choosing, evenness=c.expert_evenness) / c.ep
    touched = np.maximum(touched, 1e-9)
    each = np.maximum(expert_rows(c, s) / touched, 1e-9)
    padded = np.where(c.ideal > 0, 1.0, np.ceil(each / c.tile_m) * c.tile_m / each)
    return Matmuls(
        EXPERTS, rows(each, each), rows((c.ffn_matrices - 1) * w.expert_inner, c.hidden), rows(c.hidden, w.expert_inner),
        c.expert_activation_bytes_per_element, c.expert_weight_bytes_per_element, c.stream_bytes_per_element, touched, padded, True,
    )  # fmt: skip


def backward(f: Matmuls) -> tuple[Matmuls, Matmuls]:
    """Gradients of the inputs (m, k, n), and gradients of the weights (k, n, m), along whose sum no tile is rounded up."""
    gradient = np.full(1, WEIGHT_GRADIENT_BYTES)
    return (
        Matmuls(f.keys, f.m, f.k, f.n, f.a, f.b, f.c, f.groups, f.padded, f.experts),
        Matmuls(f.keys, f.k, f.n, f.m, f.a, f.a, gradient, f.groups, _ONE, f.experts, True),
    )


def work(c: Columns, d: Matmuls) -> MatmulWork:
    """FLOP, traffic and time of a stack."""
    g = "expert_gemm_" if d.experts else "gemm_"
    flop = matmul.matmul_flop(m=d.m, n=d.n, k=d.k)
    sizes = {"a_bytes_per_element": d.a, "b_bytes_per_element": d.b, "c_bytes_per_element": d.c}
    hbm = matmul.tiled_bytes(m=d.m, n=d.n, k=d.k, **sizes, sram_bytes=c.sram_bytes, cores=c.sram_cores)
    sram = matmul.operand_bytes(m=d.m, n=d.n, k=d.k, **sizes, tile_m=c.tile_m, tile_n=c.tile_n)
    stretch = d.groups * d.padded
    if c.some(f"{g}wave"):
        stretch = stretch * kernels.wave_stretch(
            m=d.m, n=d.n, groups=d.groups, cores=c.cores, wave_fraction=getattr(c, f"{g}wave")
        )
    if c.some("systolic_side"):
        # An array holds whole blocks of weights, of which the last ones are not full.
        full = matmul.systolic_edge_fraction(n=d.n, k=d.k, rows=c.systolic_side, columns=c.systolic_side)
        stretch = np.where((c.systolic_side > 0) & (flop > 0), stretch / full, stretch)
    if c.some("misaligned"):
        stretch = stretch * _misaligned(c, d)
    time = kernels.gemm_compute_s(
        m=d.m, n=d.n, k=d.k, stretch=stretch, flop_per_s=_rate(c, d.experts) * getattr(c, f"{g}compute"),
        prologue_k=getattr(c, f"{g}prologue_k"), step_s=getattr(c, f"{g}step_s"),
    )  # fmt: skip
    if d.experts:
        flop, hbm, sram = flop * d.groups, hbm * d.groups, sram * d.groups
    return MatmulWork(flop, sram, hbm, time, _quantise_s(c, d))


def _misaligned(c: Columns, d: Matmuls) -> Array:
    """Rows that are not whole cache lines; vocabularies are padded to whole ones."""
    padded = np.array([[key == "head"] for key in d.keys])
    # An expert's rows are a mean, which says nothing of the cache lines they take.
    summed = np.zeros(1) if d.experts and d.summed_rows else d.k
    lost = alignment.misaligned_stretch(n=d.n, k=summed, bytes_per_element=d.a, lost=c.misaligned)
    return np.where(padded, 1.0, lost)


def _rate(c: Columns, experts: bool) -> Array:
    return c.expert_array_flop_per_s if experts else c.array_flop_per_s


def _quantise_s(c: Columns, d: Matmuls) -> Array | None:
    """Kernels that only quantise the inputs of matmuls; None where the norm or activation before them does it in passing."""
    name = "experts_quantised_apart" if d.experts else "quantised_apart"
    if not c.some(name):
        return None
    time = kernels.quantise_kernel_s(
        m=d.m * d.groups, k=d.k, from_bytes_per_element=2.0, to_bytes_per_element=d.a, hbm_bytes_per_s=c.hbm_bytes_per_s,
        quantise_fraction=c.quantise_fraction, launch_s=c.quantise_launch_s,
    )  # fmt: skip
    return as_array(time * getattr(c, name))
