"""A step put together: the pipeline flows, messages that nothing hides stand in between, optimizer and host at the end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from explorer.evaluate import network, offload
from explorer.evaluate.blocks import summed
from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.matmuls import rows
from explorer.evaluate.operators import PART_OF
from explorer.evaluate.passes import Passes
from explorer.evaluate.shape import Shape

TIME_PARTS: dict[str, str] = {
    "matmul": "matmul",
    "attention": "attention",
    "elementwise": "elementwise",
    "optimizer_step": "optimizer",
    "network": "network, exposed",
    "pipeline": "pipeline bubble",
    "host": "host",
}
_INSIDE = slice(0, network.ROW["dp_gradients"])  # messages of a micro-batch; those after it come once a step


@dataclass(frozen=True, eq=False)
class Step:
    """Times of a step [s], each (n,) or (1,), before ``stretch``, which all of them take alike."""

    passes: Passes
    busy: Array
    inside: Array
    outside: Array
    bubble: Array
    update: Array
    host: Array
    stretch: Array

    @cached_property
    def total(self) -> Array:
        """The whole step."""
        total = self.busy + self.inside + self.bubble + self.outside + self.update + self.host
        return np.asarray(total * self.stretch)

    @cached_property
    def parts(self) -> Array:
        """The step cut into `TIME_PARTS`, (parts, n)."""
        sums = {part: np.zeros(1) for part in TIME_PARTS}
        for block, runs in self.passes.micro:
            times = block.time_s * runs
            for i, key in enumerate(block.keys):
                part = PART_OF.get(key, "matmul")
                sums[part] = sums[part] + times[i]
        sums["optimizer_step"], sums["host"] = self.update, self.host
        sums["network"], sums["pipeline"] = self.inside + self.outside, self.bubble
        return rows(*sums.values()) * self.stretch


def step_of(c: Columns, s: Shape, p: Passes, exposed: Array) -> Step:
    """Busy time and exposed network of a chip, waiting for the pipeline, optimizer and host."""
    inside, outside = summed(exposed[_INSIDE]), summed(exposed[_INSIDE.stop :])
    once = s.microbatches / c.pp
    busy = (p.layer_s + (p.first_s + p.last_s)) * once
    bubble = np.maximum(0.0, _flowing_s(c, s, p, inside) - (busy + inside)) if c.some("pp", 1.0) else np.zeros(1)
    update = offload.none() if p.update is None else p.update.time_s[0]
    if c.some("offload"):
        update = update + offload.exposed_s(c, s, p)
    # What a training stack adds (gaps between kernels, copies, clocks that sink) stretches all parts alike; a draft model's
    # tokens cost a part of a step each.
    stretch = 1.0 / c.stack_fraction
    if c.some("draft_tokens"):
        stretch = stretch * (1.0 + c.draft_tokens * c.draft_cost_fraction)
    return Step(p, busy, inside, outside, np.where(c.pp == 1, 0.0, bubble), update, c.host_s, stretch)


def _flowing_s(c: Columns, s: Shape, p: Passes, inside: Array) -> Array:
    """All micro-batches through the slowest stage, and the others filling and draining.

    Messages are spread like the layers; embedding and head stand on one stage each.
    """
    layers = p.layer_s + inside * (c.pp / s.microbatches)
    whole = layers + p.first_s + p.last_s
    slowest = np.maximum(layers * s.most_layers / c.layers + p.first_s, layers * s.fewest_layers / c.layers + p.last_s)
    slowest = np.where(c.pp == 1, whole, slowest)
    # The pipeline fills and drains in chunks of a stage: (p - 1) / v of a stage's time. Zero-bubble schedules (ZB-H1,
    # arXiv:2401.10241) put weight gradients where it waits: (F + B - W) / (F + B + W) of it is left.
    left = 1.0 / s.chunks
    if c.some("zero_bubble"):
        left = left * np.where(c.zero_bubble > 0, np.maximum(0.0, 1.0 - 2.0 * p.wgrad_s / p.layer_s), 1.0)
    filled = s.microbatches * slowest + (whole - slowest) * left
    if not s.decoded:
        return np.asarray(filled)
    return np.where(s.decode > 0, np.maximum(s.microbatches * slowest, whole), filled)
