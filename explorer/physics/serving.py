"""Closed forms for serving: quick estimates that the operator-by-operator model is checked against."""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import MAC_FLOP, ROWS_PER_TOKEN, Array, Value, _array, _ratio
from explorer.physics.links import point_to_point_s
from explorer.physics.memory import largest_count


def decode_step_s(
    *,
    sequences: Value,
    kv_bytes_per_sequence: Value,
    weight_bytes: Value,
    params: Value,
    chips: Value,
    hbm_bytes_per_s: Value,
    peak_flop_per_s: Value,
) -> Array:
    """One decode step of a model spread over chips.

    Parameters
    ----------
    sequences : [1] sequences that decode together
    kv_bytes_per_sequence : [B] KV cache of each
    weight_bytes : [B] weights of the model
    params : [1] parameters that take part
    chips : [1] chips
    hbm_bytes_per_s : [B/s] HBM bandwidth of a chip
    peak_flop_per_s : [FLOP/s] dense peak of a chip

    Returns
    -------
    [s] broadcast shape

    Equation: ``B KV / (n W) + max(2 B N / (n P), w / (n W))``
    Reference: Austin et al. 2025, How to Scale Your Model, inference chapter
    Leaves out: network, host, attention's operations
    """
    cache = _ratio(1.0 * sequences * kv_bytes_per_sequence, 1.0 * chips * hbm_bytes_per_s)
    compute = _ratio(MAC_FLOP * sequences * params, 1.0 * chips * peak_flop_per_s)
    return cache + np.maximum(compute, _ratio(weight_bytes, 1.0 * chips * hbm_bytes_per_s))


def decode_floor_s(
    *,
    weight_bytes: Value,
    chips: Value,
    hbm_bytes_per_s: Value,
    memory_fraction: Value,
    layers: Value,
    all_reduces: Value,
    all_reduce_latency_s: Value,
) -> Array:
    """Shortest decode step of a tensor-parallel model: weights once, and the latency of its collectives.

    Parameters
    ----------
    weight_bytes : [B] weights of the model
    chips : [1] tensor-parallel chips
    hbm_bytes_per_s : [B/s] HBM bandwidth of a chip
    memory_fraction : [1] attained part of it
    layers : [1] layers
    all_reduces : [1] collectives of a layer
    all_reduce_latency_s : [s] of each

    Returns
    -------
    [s] broadcast shape

    Equation: ``w / (n W e) + L n_AR alpha``
    Reference: Pope et al. 2022 (arXiv:2211.05102), with the latency term
    Leaves out: KV cache, host
    """
    reading = _ratio(weight_bytes, 1.0 * chips * hbm_bytes_per_s * memory_fraction)
    return _array(reading + 1.0 * layers * all_reduces * all_reduce_latency_s)


def prefill_s(
    *, params: Value, tokens: Value, chips: Value, peak_flop_per_s: Value, utilization_fraction: Value
) -> Array:
    """Prefill at a given utilisation.

    Parameters
    ----------
    params : [1] parameters that take part
    tokens : [token] of the prompt
    chips : [1] chips
    peak_flop_per_s : [FLOP/s] dense peak of a chip
    utilization_fraction : [1] part of the peak attained

    Returns
    -------
    [s] broadcast shape

    Equation: ``2 N s / (n P MFU)``
    Reference: Austin et al. 2025, How to Scale Your Model, inference chapter
    Leaves out: attention's operations, queueing
    """
    return _ratio(MAC_FLOP * ROWS_PER_TOKEN * params * tokens, 1.0 * chips * peak_flop_per_s * utilization_fraction)


def prefill_servers_per_decode_server(
    *, prefill_s: Value, sequences: Value, step_s: Value, generated_tokens: Value
) -> Array:
    """Prefill servers that keep one decode server busy.

    Parameters
    ----------
    prefill_s : [s] of one prompt
    sequences : [1] sequences that decode together
    step_s : [s] of a decode step
    generated_tokens : [1] steps of a sequence

    Returns
    -------
    [1] broadcast shape

    Equation: ``T_prefill B / (T_step n_out)``
    Reference: Austin et al. 2025, How to Scale Your Model, inference chapter
    Leaves out: queueing, hand-over of the KV cache
    """
    return _array(1.0 * prefill_s * sequences / (step_s * generated_tokens))


def kv_handover_s(*, context: Value, kv_bytes_per_token: Value, bytes_per_s: Value, latency_s: Value = 0.0) -> Array:
    """Sending one prompt's KV cache from a prefill server to a decode server.

    Parameters
    ----------
    context : [token] of the prompt
    kv_bytes_per_token : [B/token] cache of one
    bytes_per_s : [B/s] of the way between the servers
    latency_s : [s] of it

    Returns
    -------
    [s] broadcast shape

    Equation: ``alpha + s kv / W``
    Reference: Zhong et al. 2024, DistServe (arXiv:2401.09670)
    Leaves out: layers sent while later ones compute
    """
    return point_to_point_s(message_bytes=1.0 * context * kv_bytes_per_token, bytes_per_s=bytes_per_s, latency_s=latency_s)


def most_sequences(
    *, memory_bytes: Value, usable_fraction: Value, weight_bytes: Value, other_bytes: Value, kv_bytes_per_sequence: Value
) -> Array:
    """Sequences whose KV cache fits beside the weights.

    Parameters
    ----------
    memory_bytes : [B] of all chips of a replica
    usable_fraction : [1] part of it that the server takes
    weight_bytes, other_bytes : [B] weights, and what else stays
    kv_bytes_per_sequence : [B] KV cache of one

    Returns
    -------
    [1] whole number, broadcast shape

    Equation: ``floor((M u - w - other) / kv)``, at least 0
    Reference: Kwon et al. 2023, vLLM (arXiv:2309.06180)
    Leaves out: page rounding
    """
    return largest_count(
        capacity_bytes=memory_bytes * usable_fraction, fixed_bytes=weight_bytes + other_bytes, bytes_each=kv_bytes_per_sequence
    )


def most_context_tokens(
    *,
    memory_bytes: Value,
    usable_fraction: Value,
    weight_bytes: Value,
    other_bytes: Value,
    sequences: Value,
    kv_bytes_per_token: Value,
) -> Array:
    """Longest context of a number of sequences that fits beside the weights.

    Parameters
    ----------
    memory_bytes : [B] of all chips of a replica
    usable_fraction : [1] part of it that the server takes
    weight_bytes, other_bytes : [B] weights, and what else stays
    sequences : [1] sequences of that length
    kv_bytes_per_token : [B/token] KV cache of one token

    Returns
    -------
    [token] whole number, broadcast shape

    Equation: ``floor((M u - w - other) / (B kv))``, at least 0
    Reference: Kwon et al. 2023, vLLM (arXiv:2309.06180)
    Leaves out: page rounding
    """
    spare = largest_count(
        capacity_bytes=memory_bytes * usable_fraction, fixed_bytes=weight_bytes + other_bytes,
        bytes_each=1.0 * sequences * kv_bytes_per_token / ROWS_PER_TOKEN,
    )  # fmt: skip
    return _array(spare / ROWS_PER_TOKEN)


def first_token_s(*, prefill_s: Value, handover_s: Value, step_s: Value) -> Array:
    """Time to the first answered token where prompts are read on other chips than answers are written.

    Parameters
    ----------
    prefill_s : [s] to read the prompt
    handover_s : [s] to send its KV cache
    step_s : [s] of a decode step

    Returns
    -------
    [s] broadcast shape

    Equation: ``T_prefill + T_handover + T_step``
    Reference: Patel et al. 2024, Splitwise (arXiv:2311.18677)
    Leaves out: queueing, layers sent while others are computed
    """
    return _array(1.0 * prefill_s + handover_s + step_s)


def accepted_tokens(*, draft_tokens: Value, acceptance_fraction: Value) -> Array:
    """Tokens that a step of speculative decoding yields, in expectation.

    Parameters
    ----------
    draft_tokens : [1] tokens guessed ahead
    acceptance_fraction : [1] chance that a guess is accepted, each like the others

    Returns
    -------
    [1] broadcast shape, from 1 to one more than the guesses

    Equation: ``(1 - q^(g + 1)) / (1 - q)``, ``g + 1`` at q = 1
    Reference: Leviathan, Kalman, Matias 2023 (arXiv:2211.17192)
    Leaves out: guesses that depend on each other, trees of guesses
    """
    sure = np.greater_equal(acceptance_fraction, 1.0)
    missed = np.where(sure, 1.0, 1.0 - acceptance_fraction)
    return np.where(sure, draft_tokens + 1.0, (1.0 - acceptance_fraction ** (draft_tokens + 1.0)) / missed)
