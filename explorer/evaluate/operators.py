"""The operators of a transformer on one rank: FLOP, traffic at each level and time, for one micro-batch through one layer.

Arrays have shape (operators, n), in the order of `OPERATORS`. Rows that run once a stage (embedding, head, loss) or once a
step (optimizer) carry their own counts, as do those that only some layers have.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from explorer.evaluate import cores, matmuls
from explorer.evaluate.blocks import Block
from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.light import LIGHT, LIGHT_FLOP_PER_BYTE, LIGHT_KERNELS, light_bytes
from explorer.evaluate.matmuls import Matmuls, rows
from explorer.evaluate.model import Widths
from explorer.evaluate.shape import Shape
from explorer.evaluate.tapes import as_array
from explorer.physics import roofline, transformer

OPERATORS: dict[str, str] = {
    "embedding": "Embedding",
    "norm": "Norms, residuals",
    "qkv": "QKV",
    "latent": "Latent Q, KV",
    "rotary": "Rotary, KV write",
    "attention": "Attention",
    "window": "Windowed attention",
    "out": "Attention out",
    "gate_up": "FFN gate+up",
    "activation": "FFN activation",
    "down": "FFN down",
    "router": "Router, conditioning",
    "expert_up": "Experts gate+up",
    "expert_activation": "Experts' activation",
    "expert_down": "Experts down",
    "head": "Vocabulary head",
    "loss": "Logits, loss",
    "optimizer": "Optimizer",
}
ROW = {key: i for i, key in enumerate(OPERATORS)}
LAYERS = slice(ROW["norm"], ROW["expert_down"] + 1)  # what runs in a layer stands together
ATTENTIONS = ("attention", "window")
MATMULS = ("qkv", "latent", "out", "gate_up", "down", "router", "expert_up", "expert_down", "head")
PART_OF = {k: "matmul" if k in MATMULS else "attention" if k in ATTENTIONS else "elementwise" for k in OPERATORS}
PART_OF["optimizer"] = "optimizer_step"
COMPUTE, SRAM, HBM, LATENCY = range(4)
BOUNDS = ("compute", "SRAM", "HBM", "latency")
BACKWARD_ATTENTION_FLOP = 2.5  # five matmuls against two (FlashAttention-2, arXiv:2307.08691)
BACKWARD_AROUND = 2.0  # Q, K, V, O and the gradient of O are read, three gradients written: twice the forward pass
BACKWARD_ELEMENTWISE = 1.7  # model.md 8.1: gradients read and write what the forward pass wrote
OPTIMIZER_BYTES_PER_PARAM = 30.0
_ROTARY, _EXPERTS = list(LIGHT).index("rotary"), list(LIGHT).index("expert_activation")


@dataclass(frozen=True, eq=False)
class Parts:
    """What both passes are made of: stacks of matmuls and kinds of attention by operator."""

    stacks: list[Matmuls]
    attention: dict[str, cores.Core]


def parts_of(c: Columns, s: Shape, w: Widths) -> Parts:
    """The forward pass's matmuls and attention."""
    kinds = {"attention": cores.core(c, s, w)}
    if c.some("window_layers"):
        kinds["window"] = cores.windowed(c, s, w)
    return Parts(matmuls.forward(c, s, w), kinds)


def forward(c: Columns, s: Shape, w: Widths, parts: Parts, resident: Array) -> list[Block]:
    """One micro-batch forward. ``resident``: share of weights and KV cache that stays in SRAM from step to step."""
    moved, kept = light_bytes(c, s, w), 1.0 - resident
    # A bound must allow elementwise operators to be fused into their neighbours: their bytes then stay on the chip.
    spilled = moved * (1.0 - c.ideal)
    spilled[_ROTARY] *= c.core_around == 0  # what stands around a timed attention kernel is in its time
    latency = np.where(spilled > 0, c.kernel_latency_s * LIGHT_KERNELS, 0.0)
    if c.some("expert_layer_s"):
        latency[_EXPERTS] = np.where(moved[_EXPERTS] > 0, c.expert_layer_s, 0.0)
    return [
        *(_matmul_block(c, stack, kept) for stack in parts.stacks),
        *(_core_block(c, core, key, kept, _FORWARD) for key, core in parts.attention.items()),
        _light_block(c, moved, spilled, latency),
    ]


def backward(c: Columns, s: Shape, parts: Parts, ahead: list[Block]) -> tuple[list[Block], list[Array]]:
    """One micro-batch backward, without recomputation; and of each stack of matmuls the time that makes weight gradients."""
    blocks, weights_s, whole = [], [], np.ones(1)
    for stack in parts.stacks:
        of_inputs, of_weights = (_matmul_block(c, d, whole) for d in matmuls.backward(stack))
        blocks.append(of_inputs.plus(of_weights))
        weights_s.append(of_weights.time_s)
    blocks += [_core_block(c, core, key, whole, _BACKWARD) for key, core in parts.attention.items()]
    light = ahead[-1]
    moved, spilled = light.sram_bytes * BACKWARD_ELEMENTWISE, light.hbm_bytes * BACKWARD_ELEMENTWISE
    blocks.append(_light_block(c, moved, spilled, light.latency_s))
    if not (s.training > 0).all():
        return [block.times(s.training) for block in blocks], [w * s.training for w in weights_s]
    return blocks, weights_s


def optimizer(c: Columns, s: Shape, held: Iterable[tuple[Array, Array]]) -> Block:
    """One update of the parameters that this rank holds, given with the ranks that share each kind under ZeRO."""
    params = sum(count / np.where(c.zero >= 1, ranks, 1.0) for count, ranks in held)
    # Without master weights, one FP32 value fewer is read and written.
    per_param = OPTIMIZER_BYTES_PER_PARAM - 2 * (12.0 - c.optimizer_bytes_per_param)
    update = transformer.optimizer_bytes(params=as_array(params), bytes_per_param=per_param) * s.training
    update = (update * (c.offload != 1))[None]  # an optimizer whose state lies on the host works there
    flop_s = roofline.ceiling_s(work=update * 0.5, rate=c.vector_flop_per_s)
    hbm_s = roofline.ceiling_s(work=update, rate=c.hbm_bytes_per_s * c.hbm_fraction)
    sram_s = _sram_s(c, update)
    latency_s = np.where(update > 0, c.kernel_latency_s, 0.0)
    time = np.maximum(np.maximum(flop_s, hbm_s), sram_s) + latency_s
    return Block(("optimizer",), update * 0.5, update, update, flop_s, sram_s, hbm_s, latency_s, time)


def _sram_s(c: Columns, moved: Array) -> Array:
    return roofline.ceiling_s(work=moved, rate=c.sram_bytes_per_s * c.sram_fraction)


def _matmul_block(c: Columns, d: Matmuls, kept: Array) -> Block:
    """Rows of a stack. ``kept``: part of the HBM traffic that takes place."""
    work, g = matmuls.work(c, d), "expert_gemm_" if d.experts else "gemm_"
    hbm = work.hbm_bytes * kept
    hbm_s = roofline.ceiling_s(work=hbm, rate=c.hbm_bytes_per_s * getattr(c, f"{g}memory"))
    sram_s = _sram_s(c, work.sram_bytes)
    time = np.maximum(np.maximum(work.flop_s, sram_s), hbm_s)
    if c.some(f"{g}exposed"):
        time = time + getattr(c, f"{g}exposed") * np.minimum(work.flop_s, hbm_s)
    if work.apart_s is not None:
        hbm_s, time = hbm_s + work.apart_s, time + work.apart_s
    latency = getattr(c, f"{g}launch_s")[None]
    return Block(d.keys, work.flop, work.sram_bytes, hbm, work.flop_s, sram_s, hbm_s, latency, time + latency)


@dataclass(frozen=True)
class _CorePasses:
    """How often the parts of attention run in a pass, against forward."""

    kernel: float
    scores: float
    around: float


_FORWARD = _CorePasses(1.0, 1.0, 1.0)
_BACKWARD = _CorePasses(BACKWARD_ATTENTION_FLOP, cores.BACKWARD_SCORES, BACKWARD_AROUND)


def _core_block(c: Columns, core: cores.Core, key: str, kept: Array, passes: _CorePasses) -> Block:
    """Attention of one kind."""
    flop, flop_s, read = core.flop * passes.kernel, core.flop_s * passes.kernel, core.hbm_bytes * passes.kernel
    hbm_s = roofline.ceiling_s(work=core.slowed_bytes * kept / c.core_memory, rate=c.hbm_bytes_per_s) * passes.kernel
    sram, hbm = read, read * kept
    if c.some("unfused"):
        scores = core.score_bytes * passes.scores
        sram, hbm = sram + scores, hbm + scores
        hbm_s = hbm_s + roofline.ceiling_s(work=scores, rate=c.hbm_bytes_per_s * c.hbm_fraction)
    sram_s = _sram_s(c, sram)
    time = np.maximum(np.maximum(flop_s, sram_s), hbm_s)
    if c.some("unfused"):  # kernels that store the scores run one after the other
        time = np.where(c.unfused * (1.0 - c.ideal) > 0, np.maximum(flop_s + hbm_s, sram_s), time)
    around = core.around_s * passes.around
    fields = (flop, sram, hbm, flop_s, sram_s, hbm_s + around, core.launch_s, time + around + core.launch_s)
    return Block((key,), *(np.atleast_2d(f) for f in fields))


def _light_block(c: Columns, moved: Array, spilled: Array, latency: Array) -> Block:
    """Operators that compute next to nothing: ``moved`` bytes, of which ``spilled`` reach the HBM."""
    flop = moved * LIGHT_FLOP_PER_BYTE
    flop_s, sram_s = roofline.ceiling_s(work=flop, rate=c.vector_flop_per_s), _sram_s(c, moved)
    hbm_s = roofline.ceiling_s(work=spilled, rate=c.hbm_bytes_per_s * c.hbm_fraction)
    time = np.maximum(np.maximum(flop_s, sram_s), hbm_s) + latency
    return Block(tuple(LIGHT), flop, moved, spilled, flop_s, sram_s, hbm_s, latency, time)


__all__ = ["MATMULS", "OPERATORS", "PART_OF", "ROW", "Block", "Parts", "backward", "forward", "optimizer", "parts_of", "rows"]
