"""Forward, backward, what is computed again, and the optimizer: what one micro-batch costs, and how often each row runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from explorer.evaluate import kept, operators
from explorer.evaluate.blocks import Block, layer_counts, summed
from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.hidden import Busy
from explorer.evaluate.model import Widths
from explorer.evaluate.shape import Shape
from explorer.evaluate.stages import Stages
from explorer.evaluate.tapes import as_array

_ENDS = ("embedding", "head", "loss")
_CORES = ("attention", "window")


@dataclass(frozen=True, eq=False)
class Passes:
    """What a step is made of.

    ``blocks``: all that one micro-batch costs, recomputation included, ``counts`` the layers in which each row runs, ``once`` how
    often each of those does in a step (mean over the stages); ``update`` is the optimizer's, None without training. ``layer_s``: one micro-batch through all
    layers; ``first_s`` and ``last_s``: through the ends of the pipeline. ``wgrad_s``: the part of ``layer_s`` that makes weight
    gradients. ``offloaded_bytes`` go to the host and back in a step.
    """

    blocks: list[Block]
    counts: list[Array]
    once: Array
    update: Block | None
    layer_s: Array
    first_s: Array
    last_s: Array
    wgrad_s: Array
    offloaded_bytes: Array
    busy: Busy

    def total(self, field: str) -> Array:
        """A field summed over all operators of a step, on one chip."""
        found = np.zeros(1)
        for block, runs in self.all:
            found = found + summed(getattr(block, field) * runs)
        return found

    @cached_property
    def micro(self) -> list[tuple[Block, Array]]:
        """Blocks of a micro-batch, each with the number of times that its rows run in a step."""
        runs = [(count + _ends(block)) * self.once for block, count in zip(self.blocks, self.counts, strict=True)]
        return list(zip(self.blocks, runs, strict=True))

    @property
    def all(self) -> list[tuple[Block, Array]]:
        """All blocks of a step."""
        return self.micro if self.update is None else [*self.micro, (self.update, np.ones((1, 1)))]


def passes_of(c: Columns, s: Shape, w: Widths, stages: Stages) -> Passes:
    """All passes of a micro-batch."""
    parts = operators.parts_of(c, s, w)
    ahead = operators.forward(c, s, w, parts, _resident(c, s, stages))
    counts = [layer_counts(c, block) for block in ahead]
    forward = _layers(ahead, counts), _attention(ahead, counts)
    if not s.trained:
        nothing = np.zeros(1)
        return _put_together(c, s, ahead, counts, forward, (nothing, nothing, nothing), None, nothing)
    back, weights_s = operators.backward(c, s, parts, ahead)
    again = [_again(c, s, block) for block in ahead]
    micro = [_added(f, b, a) for f, b, a in zip(ahead, back, again, strict=True)]
    wgrad_s = sum((summed(t * n) for t, n in zip(weights_s, counts, strict=False)), np.zeros(1))
    update = operators.optimizer(c, s, ((stages.rank.dense, s.sharing), (stages.rank.experts, s.expert_replicas)))
    moved = _offloaded_bytes(c, s, stages) if c.some("offload") else np.zeros(1)
    backward = _layers(back, counts), _attention(back, counts), as_array(wgrad_s)
    return _put_together(c, s, micro, counts, forward, backward, update, moved)


def _offloaded_bytes(c: Columns, s: Shape, stages: Stages) -> Array:
    """A step's bytes to the host and back: gradients and weights of the rank's share, or every micro-batch's activations."""
    shares = np.where(c.zero >= 1, s.sharing, 1.0), np.where(c.zero >= 1, s.expert_replicas, 1.0)
    held = stages.rank.dense / shares[0] + stages.rank.experts / shares[1]
    state = held * (c.reduced_bytes_per_param + c.weight_bytes_per_element)
    activations = kept.offloaded_bytes(c, s, stages) * s.microbatches
    return np.where(c.offload == 1, state, np.where(c.offload == 2, activations, 0.0))


def _put_together(
    c: Columns, s: Shape, micro: list[Block], counts: list[Array], forward: tuple[Array, Array],
    backward: tuple[Array, Array, Array], update: Block | None, moved: Array,
) -> Passes:  # fmt: skip
    """``forward`` and ``backward``: seconds of all layers and of attention, and of weight gradients."""
    layer_s, attention = (forward if update is None else (_layers(micro, counts), _attention(micro, counts)))
    once, stage = s.microbatches / c.pp, 1.0 / c.pp
    first, last = _end_times(micro)
    busy = Busy(
        layer_s * stage * s.microbatches, forward[0] * stage, backward[0] * stage, attention * once, forward[1] * stage,
        backward[1] * stage, backward[2] * once,
    )  # fmt: skip
    return Passes(micro, counts, once, update, layer_s, first, last, backward[2], moved, busy)


def _attention(blocks: list[Block], counts: list[Array]) -> Array:
    """Seconds of attention in all layers, one micro-batch."""
    found = (summed(b.time_s * n) for b, n in zip(blocks, counts, strict=True) if b.keys[0] in _CORES)
    return as_array(sum(found, np.zeros(1)))


def _layers(blocks: list[Block], counts: list[Array]) -> Array:
    """Seconds of all layers, one micro-batch."""
    total = summed(blocks[0].time_s * counts[0])
    for block, count in zip(blocks[1:], counts[1:], strict=True):
        total = total + summed(block.time_s * count)
    return total


def _ends(block: Block) -> Array:
    """1 for rows that run once a stage's end."""
    return np.array([[float(key in _ENDS)] for key in block.keys])


def _end_times(blocks: list[Block]) -> tuple[Array, Array]:
    """Embedding; and head with loss."""
    row = {key: block.time_s[i] for block in blocks for i, key in enumerate(block.keys) if key in _ENDS}
    return row["embedding"], row["head"] + row["loss"]


def _again(c: Columns, s: Shape, block: Block) -> Array:
    """1 for rows whose forward pass runs again before the backward pass: the layer, or its attention."""
    layer = np.array([[float(key not in _ENDS)] for key in block.keys])
    core = np.array([[float(key in _CORES)] for key in block.keys])
    rows = np.where(c.recompute == 2, layer, np.where(c.recompute == 1, core, 0.0))
    return as_array(rows * c.recompute_fraction * s.training)


def _added(ahead: Block, back: Block, again: Array) -> Block:
    return ahead.times(1.0 + again).plus(back) if again.any() else ahead.plus(back)


def _resident(c: Columns, s: Shape, stages: Stages) -> Array:
    """Share of weights and KV cache that SRAM can hold from one decode step to the next; counted in the ideal set only."""
    if not (s.decoded and c.some("ideal")):
        return np.zeros(1)
    read = stages.rank.all * c.weight_bytes_per_element + stages.cache_bytes_per_layer * c.layers / c.pp
    return np.where((c.ideal > 0) & (s.decode > 0), np.minimum(1.0, c.sram_bytes / read), 0.0)
