"""What follows from plan and job alone: replicas, micro-batches, tokens of a stage, layers of a stage, who holds the experts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate.columns import DECODE, PREFILL, TRAINING, Array, Columns


@dataclass(frozen=True, eq=False)
class Shape:
    """How the work is cut, each of shape (n,) or (1,).

    ``dp`` replicas of tp x pp x cp chips. ``sequences`` and ``tokens`` (of a rank's part of the context) pass a stage in one of
    ``microbatches``; ``queries`` of them belong to one sequence; ``head_tokens`` reach the vocabulary. ``chunks``: pieces of the
    model on each stage, more than one in interleaved training only. ``expert_tp`` ranks slice an expert; ``expert_replicas``
    hold the same ones. ``sharing`` ranks hold the same dense weights.
    """

    training: Array
    decode: Array
    prefill: Array
    dp: Array
    sharing: Array
    chunks: Array
    microbatches: Array
    sequences: Array
    queries: Array
    tokens: Array
    head_tokens: Array
    most_layers: Array
    fewest_layers: Array
    expert_tp: Array
    expert_replicas: Array
    trained: bool
    decoded: bool


def cut(c: Columns) -> Shape:
    """Replicas and micro-batches of each point. Impossible plans get the nearest possible numbers; `validity` rejects them."""
    training, decode, prefill = c.phase == TRAINING, c.phase == DECODE, c.phase == PREFILL
    trained, decoded = bool(training.any()), bool(decode.any())
    dp = np.maximum(1.0, np.floor(c.chips / (c.tp * c.pp * c.cp)))
    microbatches, sequences = _microbatches(c, training, dp) if trained else _waves(c)
    queries = np.where(decode, 1.0 + c.draft_tokens, np.ceil(c.context / c.cp))
    tokens, per_stage = sequences * queries, c.layers / c.pp
    # A prompt needs the logits of its last token, an encoder those of one token; a diffusion model paints every patch.
    everywhere = ((training | decode) & (c.decoder > 0)) | (c.paints > 0)
    expert_tp = np.where(c.expert_tp > 0, c.expert_tp, np.maximum(1.0, np.floor(c.tp / c.ep)))
    return Shape(
        training=training.astype(np.float64),
        decode=decode.astype(np.float64),
        prefill=prefill.astype(np.float64),
        dp=dp,
        sharing=dp * c.cp,
        chunks=np.where(training, c.virtual_stages, 1.0) if trained else np.ones(1),
        microbatches=microbatches,
        sequences=sequences,
        queries=queries,
        tokens=tokens,
        head_tokens=np.where(everywhere, tokens, sequences),
        most_layers=np.ceil(per_stage),
        fewest_layers=np.floor(per_stage),
        expert_tp=expert_tp,
        expert_replicas=np.maximum(1.0, c.tp * dp * c.cp / (c.ep * expert_tp)),
        trained=trained,
        decoded=decoded,
    )


def _waves(c: Columns) -> tuple[Array, Array]:
    """Inference: as many groups of sequences as there are stages to keep busy, and the sequences of a group."""
    groups = np.minimum(c.pp, c.batch)
    return groups, np.ceil(c.batch / groups)


def _microbatches(c: Columns, training: Array, dp: Array) -> tuple[Array, Array]:
    """Training: the replica's share of the batch in micro-batches, and the sequences of one."""
    groups, sequences = _waves(c)
    several = np.maximum(1.0, np.floor(c.batch / (dp * c.microbatch)))
    return np.where(training, several, groups), np.where(training, c.microbatch, sequences)
