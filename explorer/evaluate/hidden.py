"""What of the messages nothing hides: which computing stands beside them, and how much of it is still free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate.columns import Array, Columns
from explorer.evaluate.matmuls import rows
from explorer.evaluate.network import ROW, Traffic, again
from explorer.evaluate.shape import Shape
from explorer.evaluate.tapes import as_array

_NOTHING = np.zeros(1)


@dataclass(frozen=True, eq=False)
class Busy:
    """Seconds in which a chip computes layers, each (n,): in a step, and in one micro-batch's forward and backward pass.

    ``attention`` and ``wgrad``, which makes the gradients of weights: their parts of ``layers``. ``attention_forward`` and
    ``attention_backward``: those of the passes.
    """

    layers: Array
    forward: Array
    backward: Array
    attention: Array
    attention_forward: Array
    attention_backward: Array
    wgrad: Array


@dataclass(frozen=True, eq=False)
class Used:
    """Seconds of the layers behind which messages hide, a step's worth: keys behind attention, others behind all."""

    by_keys: Array
    by_others: Array


def inside(c: Columns, s: Shape, t: Traffic, busy: Busy) -> tuple[Array, Used]:
    """Time of each row of a micro-batch's messages that nothing hides, (rows, n), and what the others use.

    Tensor-parallel messages hide behind the matmuls beside them, those of the backward pass behind weight gradients, keys
    behind attention, sends behind the next micro-batch. In the ideal set all hide behind everything. Rows share the time of the
    layers, so they are hidden in turn, and no second is used twice: a faster machine would lose more than it gains. Embedding and
    head stand on one stage each and hide nothing of the others'. What hides takes its share of the cores from the computing
    beside it, which lasts that much longer.
    """
    # Decode has one token in flight a sequence: nothing to send behind.
    in_turn = np.where((s.decode > 0) & (c.ideal == 0), 0.0, 1.0) if s.decoded else np.ones(1)
    shares = {
        "tp_layer": c.tp_overlap, "tp_embedding": c.tp_overlap, "tp_logits": c.tp_overlap, "cp_keys": c.cp_overlap,
        "ep_tokens": c.ep_overlap, "pp_boundary": c.pp_overlap * in_turn,
    }  # fmt: skip
    left, result, keys = busy.layers, [], _NOTHING
    for key, share in shares.items():
        hidden = _hidden(t, key, _room(c, busy, key, left), share)
        if key == "tp_layer" and s.trained:
            hidden = np.maximum(hidden, _backward_hidden(c, s, t, np.minimum(busy.wgrad, left)))
        left, keys = left - hidden, hidden if key == "cp_keys" else keys
        result.append(_open(c, t, key, hidden))
    return rows(*result), Used(keys, busy.layers - left - keys)


def outside(c: Columns, s: Shape, t: Traffic, busy: Busy, used: Used, saved: Array) -> Array:
    """As `inside`, of the messages that come once a step, where so much of the layers' time is ``used``.

    Gradients hide behind the backward pass that makes them (ZeRO-2, 3: every one; else the last), weights behind the next forward
    pass (ZeRO-3: behind everything). Weight gradients that fill what a zero-bubble schedule has ``saved`` come too late for that.
    """
    keys = ("dp_gradients", "dp_weights", "ep_gradients", "ep_weights")
    if not any(_sent(t, key) for key in keys):
        return np.zeros((len(keys), 1))
    left, *windows = _windows(c, s, busy, used, saved)
    result = []
    for i, key in enumerate(keys):
        if not _sent(t, key):
            result.append(_NOTHING)
            continue
        hidden = _hidden(t, key, np.minimum(windows[i % 2], left), c.dp_overlap)
        left, windows[i % 2] = left - hidden, windows[i % 2] - hidden
        if c.some("zero", 2.0):  # one holds the other
            windows[1 - i % 2] = np.maximum(0.0, windows[1 - i % 2] - hidden * (c.zero == 3))
        result.append(_open(c, t, key, hidden))
    return rows(*result)


def _sent(t: Traffic, key: str) -> bool:
    return bool(t.count[ROW[key]].any())


def _hidden(t: Traffic, key: str, room: Array, share: Array) -> Array:
    return np.minimum(t.time_s[ROW[key]], room) * share if _sent(t, key) else _NOTHING


def _open(c: Columns, t: Traffic, key: str, hidden: Array) -> Array:
    """What is seen of a row: its time without what is hidden, and what the hidden part takes from the cores."""
    if not _sent(t, key):
        return _NOTHING
    row = ROW[key]
    taken = np.where(t.tier[row] == 2, c.taken_out, c.taken_up)
    return np.where(t.count[row] > 0, t.time_s[row] - hidden * (1.0 - taken), 0.0)


def _room(c: Columns, busy: Busy, key: str, left: Array) -> Array:
    """Free time of the layers, or of attention: as much of it as of all."""
    if key != "cp_keys":
        return left
    return np.where(c.ideal > 0, left, busy.attention * (left / busy.layers))


def _windows(c: Columns, s: Shape, busy: Busy, used: Used, saved: Array) -> tuple[Array, Array, Array]:
    """Free time in which gradients and weights travel: in all, behind backward passes, behind forward passes.

    The stage with the fewest layers has the least. Of each pass as much is used as of all, of its attention as of all attention.
    """
    part, open_share = s.fewest_layers * c.pp / c.layers, 1.0 - used.by_others / busy.layers
    all_of = np.maximum(0.0, (busy.layers - used.by_others - used.by_keys) * part - saved)
    if (c.ideal > 0).all():
        return all_of, all_of, all_of
    behind, ahead = busy.backward * open_share, busy.forward * open_share
    if c.some("cp", 1.0):
        keys = used.by_keys / busy.attention
        behind, ahead = behind - busy.attention_backward * keys, ahead - busy.attention_forward * keys
    behind, ahead = np.maximum(0.0, behind) * part, np.maximum(0.0, ahead) * part
    if c.some("zero", 1.0):
        behind = np.where(c.zero >= 2, np.maximum(0.0, behind * s.microbatches - saved), behind)
        ahead = np.where(c.zero == 3, all_of, ahead)
    return all_of, np.where(c.ideal > 0, all_of, behind), np.where(c.ideal > 0, all_of, ahead)


def _backward_hidden(c: Columns, s: Shape, t: Traffic, room: Array) -> Array:
    """Tensor-parallel messages of the backward pass that travel while weight gradients are computed.

    Under sequence parallelism one of the two in a half layer: what comes into the second matmul's backward pass must be gathered first.
    """
    backward = t.time_s[ROW["tp_layer"]] * s.training / (2.0 + again(c)) * np.where(c.sequence_parallel > 0, 0.5, 1.0)
    return as_array(np.minimum(backward, room) * c.tp_backward_overlap)
