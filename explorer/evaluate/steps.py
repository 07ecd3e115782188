"""A step put together: the pipeline flows, messages that nothing hides stand in between, optimizer and host at the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from explorer.evaluate import hidden, offload
from explorer.evaluate.blocks import summed
from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.matmuls import rows
from explorer.evaluate.network import Traffic
from explorer.evaluate.operators import PART_OF
from explorer.evaluate.passes import Passes
from explorer.evaluate.shape import Shape
from explorer.evaluate.tapes import as_array

TIME_PARTS: dict[str, str] = {
    "matmul": "matmul",
    "attention": "attention",
    "elementwise": "elementwise",
    "optimizer_step": "optimizer",
    "network": "network, exposed",
    "pipeline": "pipeline bubble",
    "host": "host",
}


@dataclass(frozen=True, eq=False)
class Step:
    """Times of a step [s], each (n,) or (1,), before ``stretch``, which all of them take alike.

    ``near_s`` and ``far_s``, (rows, n), are the exposed messages of which ``inside`` and ``outside`` are the sums.
    """

    passes: Passes
    near_s: Array
    far_s: Array
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
        return as_array(total * self.stretch)

    @cached_property
    def exposed_s(self) -> Array:
        """Time of each row of messages that nothing hides, (rows, n)."""
        return rows(*self.near_s, *self.far_s)

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


def step_of(c: Columns, s: Shape, p: Passes, t: Traffic) -> Step:
    """Busy time and exposed network of a chip, waiting for the pipeline, optimizer and host."""
    near, used = hidden.inside(c, s, t, p.busy)
    inside, once = summed(near), s.microbatches / c.pp
    busy = (p.layer_s + (p.first_s + p.last_s)) * once
    # A host that starts every kernel of a layer may be slower than the chip: what is left of its time the chip waits.
    waiting = bubble = saved = np.zeros(1)
    if c.some("expert_launch_s"):
        launches = c.expert_launch_s * c.expert_layers * c.stack_fraction * once
        waiting = np.maximum(0.0, launches - (p.layer_s * once + inside))
    if c.some("pp", 1.0):
        flowing, saved = _flowing_s(c, s, p, t, inside, waiting)
        bubble = np.where(c.pp == 1, 0.0, np.maximum(0.0, flowing - (busy + inside + waiting)))
    far = hidden.outside(c, s, t, p.busy, used, saved)
    outside = summed(far)
    update = offload.none() if p.update is None else p.update.time_s[0]
    if c.some("offload"):
        update = update + offload.exposed_s(c, s, p, busy + inside + waiting + bubble + outside)
    # What a stack adds (gaps between kernels, copies, clocks that sink) stretches all parts but the host's own time alike; a
    # draft model's tokens cost a part of a step each.
    stretch = 1.0 / c.stack_fraction
    if c.some("draft_tokens"):
        stretch = stretch * (1.0 + c.draft_tokens * c.draft_cost_fraction)
    return Step(p, near, far, busy, inside, outside, bubble, update, c.host_s * c.stack_fraction + waiting, stretch)


def _flowing_s(c: Columns, s: Shape, p: Passes, t: Traffic, inside: Array, idle: Array) -> tuple[Array, Array]:
    """All micro-batches through the slowest stage, and the others filling and draining; and what of that a schedule saves.

    Messages, and waits for the host (``idle``), are spread like the layers; embedding and head stand on one stage each.
    """
    layers = p.layer_s + (inside + idle) * (c.pp / s.microbatches)
    whole = layers + p.first_s + p.last_s
    slowest = np.maximum(layers * s.most_layers / c.layers + p.first_s, layers * s.fewest_layers / c.layers + p.last_s)
    slowest = np.where(c.pp == 1, whole, slowest)
    # The pipeline fills and drains in chunks of a stage: (p - 1) / v of a stage's time.
    waiting, saved = (whole - slowest) / s.chunks, np.zeros(1)
    if c.some("zero_bubble"):
        saved = np.minimum(waiting, _moved_into_bubble_s(c, s, p, t, inside))
    filled = s.microbatches * slowest + (waiting - saved)
    if s.decoded:
        filled = np.where(s.decode > 0, np.maximum(s.microbatches * slowest, whole), filled)
    return as_array(filled), saved


def _moved_into_bubble_s(c: Columns, s: Shape, p: Passes, t: Traffic, inside: Array) -> Array:
    """What a zero-bubble schedule (ZB-H1, arXiv:2401.10241) takes off the time in which stages wait.

    Nobody waits for weight gradients any more: (p - 1) W less. And those of all micro-batches but one fill what waiting is left,
    one for each stage before: (p - 1)(F + B - W) from p micro-batches on. Messages that hide behind weight gradients are in the
    way again where these have moved.
    """
    without = replace(p.busy, layers=p.busy.layers - p.busy.wgrad, wgrad=np.zeros(1))
    appearing = summed(hidden.inside(c, s, t, without)[0]) - inside
    shorter = np.maximum(0.0, p.busy.wgrad - appearing) / s.microbatches
    others = c.pp - 1.0
    return as_array(c.zero_bubble * shorter * (others + np.minimum(others, s.microbatches - 1.0)))
