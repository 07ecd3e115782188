"""How far a batch or a context could grow before the fullest stage is full. Exact, also where pipeline stages take turns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.shape import Shape
from explorer.evaluate.tapes import as_array
from explorer.physics import memory
from explorer.specs.job import LONGEST_CONTEXT


@dataclass(frozen=True, eq=False)
class Growth:
    """Bytes of each stage at the present load, (stages, n) or narrower, by what they grow with.

    ``there`` is 0 for a stage that does not exist. ``cache`` grows with all sequences, ``moving`` with those of one
    micro-batch (``waiting`` is the part of it kept for ``in_flight`` micro-batches), ``longer`` with the context, ``windowed`` with
    the context up to the window, ``squared`` with its square. ``index``: the stage's place in the pipeline.
    """

    there: Array
    total: Array
    cache: Array
    moving: Array
    waiting: Array
    longer: Array
    windowed: Array
    squared: Array
    in_flight: Array
    index: Array


def stretch(c: Columns, s: Shape, g: Growth) -> tuple[Array, Array]:
    """Largest batch (training: micro-batch) and longest context that fit, each (n,)."""
    batch = _sequences(c, s, g)
    if s.training.any():
        batch = np.where(s.training > 0, _microbatch(c, s, g), batch)
    return batch, np.minimum(_least(g, _context(c, g)), LONGEST_CONTEXT)


def _context(c: Columns, g: Growth) -> Array:
    """Tokens that each stage has room for, as many on every rank of CP; beyond the window its layers grow no further."""
    each, squared = g.longer / c.context, g.squared / (c.context * c.context)
    fixed = g.total - g.longer - g.windowed - g.squared
    if not c.some("window_layers"):
        return _in_steps(c, fixed, each, squared)
    window = np.maximum(c.window, 1.0)
    turning = g.windowed / np.minimum(c.context, window)
    inside = _in_steps(c, fixed, each + turning, squared)
    beyond = _in_steps(c, fixed + turning * window, each, squared)
    return np.where((g.windowed > 0) & (inside <= window), inside, beyond)


def _in_steps(c: Columns, fixed: Array, each: Array, squared: Array) -> Array:
    """Most tokens for so many bytes of each, a multiple of CP."""
    count = memory.largest_count(
        capacity_bytes=c.hbm_bytes, fixed_bytes=fixed, bytes_each=each * c.cp, bytes_squared=squared * c.cp * c.cp
    )
    return as_array(count * c.cp)


def _least(g: Growth, counts: Array) -> Array:
    """The count that every stage allows."""
    least: Array = np.min(np.where(g.there > 0, counts, np.inf), axis=0)
    return least


def _sequences(c: Columns, s: Shape, g: Growth) -> Array:
    """Inference: b sequences lie in the cache, ceil(b / pp) of them pass a stage together."""
    each, wave = g.cache / np.ceil(c.batch), g.moving / s.sequences
    room = c.hbm_bytes - (g.total - g.cache - g.moving)
    # The last wave that could begin: room for all waves before it, and one sequence of its own.
    waves = memory.largest_count(capacity_bytes=room + (c.pp - 1) * each, fixed_bytes=0.0, bytes_each=wave + c.pp * each)
    count = memory.largest_count(capacity_bytes=room, fixed_bytes=waves * wave, bytes_each=each)
    return _least(g, np.where(waves > 0, np.minimum(count, waves * c.pp), 0.0))


def _microbatch(c: Columns, s: Shape, g: Growth) -> Array:
    """Training: larger micro-batches are fewer, so fewer wait. For 1, 2, ... micro-batches a step, the largest that fits."""
    each = (g.moving - g.waiting) / c.microbatch
    waiting = g.waiting / (c.microbatch * g.in_flight)
    fixed = g.total - g.moving
    # What waits with ever more micro-batches, up to as many as the first stage can hold.
    limit = memory.in_flight_microbatches(stage=g.index, pp=c.pp, microbatches=np.inf, chunks=s.chunks)
    last = np.ceil(np.max(limit, axis=0)) * np.ones(c.width)
    best = np.zeros(c.width)
    done = as_array(s.training == 0) | np.any((g.there > 0) & (fixed >= c.hbm_bytes), axis=0)
    for m in range(1, int(np.max(last)) + 1):
        size = each + waiting * np.minimum(limit, m)
        most = _least(g, memory.largest_count(capacity_bytes=c.hbm_bytes, fixed_bytes=fixed, bytes_each=size))
        if m > 1:
            most = np.minimum(most, np.floor(c.batch / (s.dp * m)))
        least = np.where(m >= last, 0.0, np.floor(c.batch / (s.dp * (m + 1))))
        best = np.where(~done & (most > least), most, best)
        done = done | (most > least) | (m >= last)
        if np.all(done):
            break
    return best
