"""Collective rows: one operation over one group of chips, on the chip's own fabric."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.evaluate import Columns, lower
from explorer.evaluate.columns import Array
from explorer.evaluate.network import all_gather_s, all_reduce_s, all_to_all_s, group, send_s
from explorer.specs import Chip, Plan, Scenario, Workload, build
from explorer.validation.cases import Found, Prediction
from explorer.validation.rows import Row, RowError
from explorer.validation.scenes import Setting, job_of, scenario_of

KIND = "collectives"
_OPERATIONS = ("all_reduce", "all_gather", "reduce_scatter", "alltoall", "p2p_send_recv")
_NODE = 16  # a domain of up to so many chips is one server, which a row may have filled in part only
_WORKLOAD = {
    "id": "collective", "name": "Collective", "layers": 1, "hidden": 1, "heads": 1, "kv_heads": 1, "head_dim": 1, "ffn": 1,
    "ffn_gated": False, "vocab": 1, "max_context": 1, "tied_embeddings": True,
}  # fmt: skip


@dataclass(frozen=True)
class _Message:
    """One row: ranks in chips, bytes of the full buffer, chips of a domain."""

    row: Row
    chip: Chip
    ranks: float
    size: float
    domain: float
    quantity: str
    measured: float


def predict(setting: Setting, found: Found, rows: tuple[Row, ...]) -> None:
    """Predict all rows in one batch."""
    messages = []
    for row in rows:
        try:
            messages.append(_message(setting, row))
        except RowError as problem:
            found.skip(KIND, row, str(problem))
    if not messages:
        return
    times = _times(_columns(setting, messages), messages)
    for message, time_s in zip(messages, times, strict=True):
        _file(found, message, float(time_s))


def _message(setting: Setting, row: Row) -> _Message:
    op = row.text("op")
    if op not in _OPERATIONS:
        raise RowError(f"{op or 'a missing op'} is not modelled yet")
    name, chip = setting.chip(row)
    ranks, size = row.count("ranks"), row.positive("size_bytes")
    if size is None:
        raise RowError("size_bytes is missing")
    if ranks % name.ranks_per_chip:
        raise RowError(f"{ranks} ranks are no whole number of chips ({name.ranks_per_chip} a chip)")
    chips = ranks // name.ranks_per_chip
    if chips < 2:
        raise RowError("a collective inside one chip is not modelled yet" if ranks > 1 else "one rank has no collective")
    quantity, measured = next(
        ((q, v) for q in ("time_us", "algbw_gbps") for v in [row.positive(q)] if v is not None), ("", None)
    )
    if measured is None:
        raise RowError("nothing is measured")
    return _Message(row, chip, chips, size, _domain(setting, row, chip, name.ranks_per_chip), quantity, measured)


def _domain(setting: Setting, row: Row, chip: Chip, ranks_per_chip: int) -> float:
    domain = setting.fabric(chip).scale_up.domain
    if row.count("nodes", 1) > 1 and row.text("ranks_per_node") and domain <= _NODE:
        return float(min(domain, max(1, row.count("ranks_per_node") // ranks_per_chip)))
    return float(domain)


def _columns(setting: Setting, messages: list[_Message]) -> Columns:
    places: dict[str, int] = {}
    scenarios: list[Scenario] = []
    workload, job = build(Workload, _WORKLOAD), job_of("decode", 1, 1, "bf16")
    for message in messages:
        if message.chip.id not in places:
            places[message.chip.id] = len(scenarios)
            scenarios.append(scenario_of(setting, message.row, message.chip, workload, job, Plan(chips=1)))
    columns = lower(scenarios).take(np.array([places[m.chip.id] for m in messages], dtype=np.intp))
    return columns.replace(domain=np.array([m.domain for m in messages]))


def _times(c: Columns, messages: list[_Message]) -> Array:
    """Seconds of each message; every operation is computed for all of them, and each takes its own."""
    ranks, size = np.array([m.ranks for m in messages]), np.array([m.size for m in messages])
    tier = group(c, ranks, np.ones(1))
    gather = all_gather_s(c, tier, size)
    by_operation = {
        "all_reduce": all_reduce_s(c, tier, size), "all_gather": gather, "reduce_scatter": gather,
        "alltoall": all_to_all_s(c, tier, size), "p2p_send_recv": send_s(c, np.ones(1), size),
    }  # fmt: skip
    return np.array([np.broadcast_to(by_operation[m.row.text("op")], ranks.shape)[i] for i, m in enumerate(messages)])


def _file(found: Found, m: _Message, time_s: float) -> None:
    if not 0 < time_s < float("inf"):
        found.skip(KIND, m.row, f"{m.quantity}: the model gives no number")
        return
    predicted = time_s * 1e6 if m.quantity == "time_us" else m.size / time_s / 1e9
    found.rows.append(Prediction(m.row.id, KIND, m.chip.id, m.row.text("source"), m.quantity, m.measured, predicted))
