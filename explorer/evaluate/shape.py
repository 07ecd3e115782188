"""What follows from plan and job alone: replicas, micro-batches, tokens of a stage, layers of a stage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate.columns import DECODE, PREFILL, TRAINING, Array, Columns


@dataclass(frozen=True, eq=False)
class Shape:
    """How the work is cut, each of shape (n,) or (1,).

    ``sequences`` and ``tokens`` pass a stage in one of ``microbatches``; ``head_tokens`` reach the vocabulary;
    ``chunks`` is the number of pieces of the model on each stage: more than one in interleaved training only.
    """

    training: Array
    decode: Array
    prefill: Array
    dp: Array
    chunks: Array
    microbatches: Array
    sequences: Array
    tokens: Array
    head_tokens: Array
    most_layers: Array
    fewest_layers: Array


def cut(c: Columns) -> Shape:
    """Replicas and micro-batches of each point. Impossible plans get the nearest possible numbers; `validity` rejects them."""
    training, decode, prefill = c.phase == TRAINING, c.phase == DECODE, c.phase == PREFILL
    dp = np.maximum(1.0, np.floor(c.chips / (c.tp * c.pp)))
    groups = np.minimum(c.pp, c.batch)
    microbatches = np.where(training, np.maximum(1.0, np.floor(c.batch / (dp * c.microbatch))), groups)
    sequences = np.where(training, c.microbatch, np.ceil(c.batch / groups))
    tokens = np.where(decode, sequences, sequences * c.context)
    return Shape(
        training=training.astype(np.float64),
        decode=decode.astype(np.float64),
        prefill=prefill.astype(np.float64),
        dp=dp,
        chunks=np.where(training, c.virtual_stages, 1.0),
        microbatches=microbatches,
        sequences=sequences,
        tokens=tokens,
        head_tokens=np.where(training, tokens, sequences),
        most_layers=np.ceil(c.layers / c.pp),
        fewest_layers=np.floor(c.layers / c.pp),
    )
