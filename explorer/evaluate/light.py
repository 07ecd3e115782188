"""Operators that compute next to nothing: what they move, one layer (or one stage for embedding and loss)."""

from __future__ import annotations

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.matmuls import expert_rows, rows
from explorer.evaluate.model import Widths
from explorer.evaluate.shape import Shape
from explorer.evaluate.tapes import as_array
from explorer.physics import transformer

LIGHT = {"embedding": 0.0, "norm": 0.5, "rotary": 0.75, "activation": 1.0, "expert_activation": 1.0, "loss": 1.0}  # FLOP a byte
LIGHT_FLOP_PER_BYTE = np.array(list(LIGHT.values()))[:, None]
# A layer adds and normalises twice; tokens are sorted to their experts and back, and the activation between.
_KERNELS = {"norm": 2.0, "expert_activation": 3.0}
LIGHT_KERNELS = np.array([[_KERNELS.get(key, 1.0)] for key in LIGHT])
_LOGIT_BYTES = np.full(1, 4.0)  # FP32


def light_bytes(c: Columns, s: Shape, w: Widths) -> Array:
    """Bytes of each row of `LIGHT`, (rows, n)."""
    size = c.stream_bytes_per_element
    stream = s.tokens * c.hidden
    # Inference keeps norms and residuals whole on each rank.
    here = stream / np.where((s.training > 0) & (c.sequence_parallel > 0), c.tp, 1.0) if s.trained else stream
    norm = transformer.rms_norm_bytes(elements=here, bytes_per_element=size)
    residual = transformer.residual_bytes(elements=here, bytes_per_element=size)
    heads = s.tokens * (c.heads + c.kv_heads) * c.query_dim / c.tp
    return rows(
        transformer.rms_norm_bytes(elements=stream, bytes_per_element=size),
        2 * (norm + residual),
        transformer.rotary_bytes(elements=heads, bytes_per_element=size),
        transformer.gated_activation_bytes(elements=s.tokens * c.ffn / c.tp, bytes_per_element=size),
        _expert_bytes(c, s, w),
        transformer.rms_norm_bytes(elements=s.head_tokens * c.vocab / c.tp, bytes_per_element=_LOGIT_BYTES),
    )


def _expert_bytes(c: Columns, s: Shape, w: Widths) -> Array:
    """Activation of routed and shared experts, and sorting tokens to their experts and back (model.md 8.1)."""
    if not c.some("experts"):
        return np.zeros(1)
    size, busiest = c.stream_bytes_per_element, expert_rows(c, s)
    inner = busiest * w.expert_inner + s.tokens * w.shared_inner
    sorted_bytes = 2 * transformer.rms_norm_bytes(elements=busiest * c.hidden, bytes_per_element=size)
    return as_array(transformer.gated_activation_bytes(elements=inner, bytes_per_element=size) + sorted_bytes)
