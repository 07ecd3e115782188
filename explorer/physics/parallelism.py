"""Limits of parallelism: how little work a chip may have before the network is the limit."""

from __future__ import annotations

import numpy as np

from explorer.physics.arrays import MAC_FLOP, ROWS_PER_TOKEN, Array, Value, _array, _ratio


def data_parallel_critical_tokens(
    *,
    peak_flop_per_s: Value,
    bytes_per_s: Value,
    gradient_bytes: Value = 2.0,
    nodes: Value = np.inf,
    experts_over_active: Value = 1.0,
) -> Array:
    """Tokens that each chip needs before its gradient all-reduce hides behind the backward pass.

    Parameters
    ----------
    peak_flop_per_s : [FLOP/s] dense peak
    bytes_per_s : [B/s] network rate of a chip, all directions in use
    gradient_bytes : [B] size of a gradient as sent
    nodes : [1] nodes between which gradients travel; few leave a part of them at home
    experts_over_active : [1] experts for each that a token passes: 1 for a dense model

    Returns
    -------
    [token] broadcast shape

    Equation: ``P b / (2 W) (1 - 1 / x) E / k``
    Reference: Austin et al. 2025, How to Scale Your Model, training chapter
    Leaves out: latency
    """
    travelling = (1.0 - 1.0 / nodes) * experts_over_active
    return _array(peak_flop_per_s * gradient_bytes / (MAC_FLOP * ROWS_PER_TOKEN * bytes_per_s) * travelling)


def tensor_parallel_limit(
    *, ffn: Value, peak_flop_per_s: Value, bytes_per_s: Value, axes: Value = 1.0, bytes_per_element: Value = 2.0
) -> Array:
    """Tensor-parallel ways up to which matmuls take longer than their collectives.

    Parameters
    ----------
    ffn : [1] inner width
    peak_flop_per_s : [FLOP/s] dense peak
    bytes_per_s : [B/s] network rate of a chip on one axis, both directions
    axes : [1] axes in use
    bytes_per_element : [B] size of an activation

    Returns
    -------
    [1] ways, broadcast shape

    Equation: ``2 f W axes / (b P)``
    Reference: Austin et al. 2025, How to Scale Your Model, training chapter
    Leaves out: latency, attention
    """
    return _array(MAC_FLOP * ffn * bytes_per_s * axes / (bytes_per_element * peak_flop_per_s))


def best_fsdp_ways(*, batch_tokens: Value, ffn: Value, chips: Value, fsdp_axes: Value, tensor_axes: Value) -> Array:
    """Fully sharded ways that make a mixed plan's traffic least.

    Parameters
    ----------
    batch_tokens : [token] global batch
    ffn : [1] inner width
    chips : [1] chips
    fsdp_axes, tensor_axes : [1] network axes given to each

    Returns
    -------
    [1] ways, broadcast shape, not rounded

    Equation: ``sqrt(B / f M_x / M_y N)``
    Reference: Austin et al. 2025, How to Scale Your Model, training chapter
    Leaves out: latency, whole numbers
    """
    return np.sqrt(ROWS_PER_TOKEN * batch_tokens / ffn * fsdp_axes / tensor_axes * chips)


def mixed_critical_tokens(
    *,
    ffn: Value,
    peak_flop_per_s: Value,
    bytes_per_s: Value,
    fsdp_axes: Value,
    tensor_axes: Value,
    bytes_per_element: Value = 2.0,
) -> Array:
    """Tokens that each chip needs under the best mix of sharded data and tensor parallelism.

    Parameters
    ----------
    ffn : [1] inner width
    peak_flop_per_s : [FLOP/s] dense peak
    bytes_per_s : [B/s] network rate of a chip on one axis, both directions
    fsdp_axes, tensor_axes : [1] network axes given to each
    bytes_per_element : [B] size of an element as sent

    Returns
    -------
    [token] broadcast shape

    Equation: ``4 (P b / 2 W)^2 / (M_x M_y f)``
    Reference: Austin et al. 2025, How to Scale Your Model, training chapter
    Leaves out: latency
    """
    ratio = peak_flop_per_s * bytes_per_element / (MAC_FLOP * bytes_per_s)
    return _array(4.0 * ratio * ratio / (1.0 * fsdp_axes * tensor_axes * ffn) / ROWS_PER_TOKEN)


def decode_tensor_limit(*, ffn: Value, sequences: Value, hbm_bytes_per_s: Value, link_bytes_per_s: Value) -> Array:
    """Tensor-parallel ways up to which a decode step reads weights longer than it exchanges activations.

    Parameters
    ----------
    ffn : [1] inner width
    sequences : [1] sequences that decode together
    hbm_bytes_per_s, link_bytes_per_s : [B/s] HBM and network rate of a chip

    Returns
    -------
    [1] ways, broadcast shape

    Equation: ``f W / (B W_hbm)``
    Reference: Austin et al. 2025, How to Scale Your Model, inference chapter
    Leaves out: latency, which usually decides first
    """
    return _array(1.0 * ffn / sequences * link_bytes_per_s / hbm_bytes_per_s)


def tensor_parallel_layer_s(
    *,
    sequences: Value,
    context: Value,
    hidden: Value,
    tp: Value,
    bytes_per_element: Value,
    bytes_per_s: Value,
    all_reduces: Value = 4.0,
) -> Array:
    """Time of one layer's tensor-parallel collectives, bandwidth only.

    Parameters
    ----------
    sequences : [1] of the micro-batch
    context : [token] sequence length
    hidden : [1] model width
    tp : [1] tensor-parallel ranks
    bytes_per_element : [B] size of an activation
    bytes_per_s : [B/s] one direction of a rank's network
    all_reduces : [1] 4 forward and backward, 2 forward only

    Returns
    -------
    [s] broadcast shape

    Equation: ``n_AR 2 (t - 1) / t B s h b / W``
    Reference: Shoeybi et al. 2019 (arXiv:1909.08053)
    Leaves out: latency, overlap
    """
    buffer_bytes = ROWS_PER_TOKEN * sequences * context * hidden * bytes_per_element
    return _ratio(all_reduces * 2.0 * (tp - 1.0) / tp * buffer_bytes, bytes_per_s)


def ring_attention_critical_tokens(
    *,
    peak_flop_per_s: Value,
    bytes_per_s: Value,
    heads: Value,
    kv_heads: Value,
    kv_bytes_per_element: Value = 2.0,
    computed_fraction: Value = 1.0,
) -> Array:
    """Tokens of a sequence each rank needs before passing K and V on hides behind attention.

    Parameters
    ----------
    peak_flop_per_s : [FLOP/s] dense peak
    bytes_per_s : [B/s] one direction of one link
    heads, kv_heads : [1] query heads and key-value heads
    kv_bytes_per_element : [B] size of an element of K and V
    computed_fraction : [1] part of the score matrix that is computed

    Returns
    -------
    [token] broadcast shape

    Equation: ``2 b kv P / (4 frac a W)``
    Reference: Liu, Zaharia, Abbeel 2023 (arXiv:2310.01889)
    Leaves out: latency, backward pass
    """
    bottom = MAC_FLOP * ROWS_PER_TOKEN * computed_fraction * heads * bytes_per_s
    return _array(1.0 * kv_bytes_per_element * kv_heads * peak_flop_per_s / bottom)


def ring_attention_exposed_s(
    *,
    context: Value,
    ranks: Value,
    sequences: Value,
    heads: Value,
    kv_heads: Value,
    head_dim: Value,
    peak_flop_per_s: Value,
    bytes_per_s: Value,
    kv_bytes_per_element: Value = 2.0,
    computed_fraction: Value = 0.5,
) -> Array:
    """Visible time of passing K and V around the ring, one layer, forward.

    Parameters
    ----------
    context : [token] sequence length
    ranks : [1] context-parallel ranks
    sequences : [1] sequences of the micro-batch
    heads, kv_heads, head_dim : [1] the layer's shape on this rank
    peak_flop_per_s : [FLOP/s] dense peak
    bytes_per_s : [B/s] one direction of one link
    kv_bytes_per_element : [B] size of an element of K and V
    computed_fraction : [1] part of the score matrix that is computed

    Returns
    -------
    [s] broadcast shape; exactly 0 for one rank

    Equation: ``(c - 1) max(0, 2 l B kv d_h b / W - 4 l^2 B a d_h frac / P)``, ``l = s / c``
    Reference: Liu, Zaharia, Abbeel 2023 (arXiv:2310.01889)
    Leaves out: latency, imbalance without a zig-zag split
    """
    rows = ROWS_PER_TOKEN * context / ranks
    passed = _ratio(2.0 * rows * sequences * kv_heads * head_dim * kv_bytes_per_element, bytes_per_s)
    work = 2.0 * MAC_FLOP * rows * rows * sequences * heads * head_dim * computed_fraction
    return (ranks - 1.0) * np.maximum(0.0, passed - _ratio(work, peak_flop_per_s))


def stationary_1d_s(
    *, sequences: Value, context: Value, hidden: Value, bytes_per_element: Value, bytes_per_s: Value
) -> Array:
    """Collectives of one FFN with weights sharded along the inner width only.

    Parameters
    ----------
    sequences : [1] that pass together
    context : [token] of each: 1 in decode
    hidden : [1] model width
    bytes_per_element : [B] size of an activation
    bytes_per_s : [B/s] network rate of a chip

    Returns
    -------
    [s] broadcast shape

    Equation: ``2 B L E b / W``
    Reference: Pope et al. 2022, section 3.2 (arXiv:2211.05102)
    Leaves out: latency
    """
    return _ratio(2.0 * ROWS_PER_TOKEN * sequences * context * hidden * bytes_per_element, bytes_per_s)


def stationary_2d_s(
    *, sequences: Value, context: Value, hidden: Value, chips: Value, bytes_per_element: Value, bytes_per_s: Value
) -> Array:
    """Collectives of one FFN with weights sharded along both widths, inner width four times the model's.

    Parameters
    ----------
    sequences : [1] that pass together
    context : [token] of each: 1 in decode
    hidden : [1] model width
    chips : [1] chips
    bytes_per_element : [B] size of an activation
    bytes_per_s : [B/s] network rate of a chip

    Returns
    -------
    [s] broadcast shape

    Equation: ``8 B L E b / (sqrt(n) W)``
    Reference: Pope et al. 2022, section 3.2 (arXiv:2211.05102)
    Leaves out: latency
    """
    sent = 8.0 * ROWS_PER_TOKEN * sequences * context * hidden * bytes_per_element
    return _ratio(sent / np.sqrt(chips), bytes_per_s)


def weight_gathered_s(
    *,
    sequences: Value,
    context: Value,
    hidden: Value,
    ffn: Value,
    chips: Value,
    bytes_per_element: Value,
    bytes_per_s: Value,
) -> Array:
    """Collectives of one FFN that gathers its weights, at the best mix of gathered and stationary.

    Parameters
    ----------
    sequences : [1] that pass together
    context : [token] of each: 1 in decode
    hidden, ffn : [1] model width and inner width
    chips : [1] chips
    bytes_per_element : [B] size of an element as sent
    bytes_per_s : [B/s] network rate of a chip

    Returns
    -------
    [s] broadcast shape

    Equation: ``4 E sqrt(B L F / n) b / W``
    Reference: Pope et al. 2022, section 3.2 (arXiv:2211.05102)
    Leaves out: latency
    """
    rows = ROWS_PER_TOKEN * sequences * context
    return _ratio(4.0 * hidden * np.sqrt(rows * ffn / chips) * bytes_per_element, bytes_per_s)


def expert_exchange_s(
    *,
    rows: Value,
    destinations: Value,
    hidden: Value,
    dispatch_bytes_per_element: Value,
    combine_bytes_per_element: Value,
    bytes_per_s: Value,
) -> Array:
    """Dispatch to experts and combine from them, bandwidth only.

    Parameters
    ----------
    rows : [1] tokens of a rank
    destinations : [1] experts each token goes to
    hidden : [1] model width
    dispatch_bytes_per_element, combine_bytes_per_element : [B] size of an element on the way there and back
    bytes_per_s : [B/s] one direction of a rank's network

    Returns
    -------
    [s] broadcast shape

    Equation: ``T k h (b_d + b_c) / W``
    Reference: Zhao et al. 2025, Insights into DeepSeek-V3 (arXiv:2505.09343)
    Leaves out: latency, imbalance, experts at home
    """
    sent = 1.0 * rows * destinations * hidden * (dispatch_bytes_per_element + combine_bytes_per_element)
    return _ratio(sent, bytes_per_s)


def exchange_bound_token_s(*, exchange_s: Value, layers: Value, batches: Value = 2.0) -> Array:
    """Time of a generated token where nothing but the experts' exchange takes time.

    Parameters
    ----------
    exchange_s : [s] dispatch and combine of one layer and one batch (see expert_exchange_s)
    layers : [1] layers
    batches : [1] batches in turn, one computing while the other sends

    Returns
    -------
    [s] broadcast shape

    Equation: ``L n T``
    Reference: Zhao et al. 2025, Insights into DeepSeek-V3 (arXiv:2505.09343): two batches in turn
    Leaves out: layers without experts
    """
    return _array(1.0 * layers * batches * exchange_s)
