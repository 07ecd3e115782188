"""Collective rows: one operation over one group of chips, on the chip's own fabric, by the kernel that the row timed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.evaluate import Columns, lower
from explorer.evaluate.columns import Array
from explorer.evaluate.link_columns import values_of
from explorer.evaluate.tiers import Tier, all_to_all_s, gather_and_reduce_s, group, reduce_scatter_s, send_s
from explorer.physics.collective_times import staged_s
from explorer.specs import Chip, Links, Plan, Scenario, SpecError, Workload, build
from explorer.validation.cases import Found, Prediction
from explorer.validation.collective_rows import Message, Sweep, message_of, sweep_of
from explorer.validation.rows import Row, RowError
from explorer.validation.scenes import Setting, job_of, scenario_of

KIND = "collectives"
_WORKLOAD = {
    "id": "collective", "name": "Collective", "layers": 1, "hidden": 1, "heads": 1, "kv_heads": 1, "head_dim": 1, "ffn": 1,
    "ffn_gated": False, "vocab": 1, "max_context": 1, "tied_embeddings": True,
}  # fmt: skip
_LIBRARY_ONLY = {"direct": 0.0}


def predict(setting: Setting, found: Found, rows: tuple[Row, ...]) -> None:
    """Predict all rows in one batch."""
    messages = []
    for row in rows:
        try:
            message = message_of(setting, row)
            _able(setting, message)
        except (RowError, SpecError) as problem:
            found.skip(KIND, row, str(problem))
        else:
            messages.append(message)
    if not messages:
        return
    for message, time_s in zip(messages, seconds(*_asked(setting, messages)), strict=True):
        _file(found, message, float(time_s))


def scene_of(setting: Setting, row: Row, chip: Chip) -> Scenario:
    """A scenario of which only chip and fabric matter."""
    return scenario_of(setting, row, chip, build(Workload, _WORKLOAD), job_of("prefill", 1, 1, "bf16"), Plan(chips=1))


def _links(setting: Setting, chip: Chip) -> Links:
    return setting.calibration(chip.id, "default").links or Links()


def _able(setting: Setting, m: Message) -> None:
    """Raise `RowError` for a row that the chip's constants say nothing of."""
    links = _links(setting, m.chip)
    if m.chips < 2 and links.cores is None:
        raise RowError("the ranks are one chip, whose cores' collectives are not known")
    if m.kernel != "library" and getattr(links, m.kernel) is None:
        raise RowError(f"no timings tell the {m.kernel} kernel on {m.chip.name}")


def _asked(setting: Setting, messages: list[Message]) -> tuple[Columns, Sweep, Array, Array]:
    """Columns of each message's chip with the kernel that was timed, the messages, and what launching from the host costs."""
    places: dict[str, int] = {}
    scenarios: list[Scenario] = []
    kernels: list[dict[str, float]] = []
    for m in messages:
        if m.chip.id not in places:
            places[m.chip.id] = len(scenarios)
            scenarios.append(scene_of(setting, m.row, m.chip))
        kernels.append(_kernel(_links(setting, m.chip), m.kernel, setting.fabric(m.chip).scale_up.link_latency_s))
    sweep = sweep_of(messages)
    columns = lower(scenarios).take(np.array([places[m.chip.id] for m in messages], dtype=np.intp))
    names = {name for kernel in kernels for name in kernel}
    chosen = {name: np.array([k.get(name, columns_at(columns, name, i)) for i, k in enumerate(kernels)]) for name in names}
    columns = columns.replace(**chosen, domain=sweep.domain, reducing=columns.reducing * sweep.reducible)
    eager = [_links(setting, m.chip).vllm_eager if m.kernel == "vllm_eager" else None for m in messages]
    return columns, sweep, np.array([e.host_s if e else 0.0 for e in eager]), np.array([e.copy_bytes_per_s if e else np.inf for e in eager])


def columns_at(columns: Columns, name: str, point: int) -> float:
    """A column's value at a point."""
    column: Array = getattr(columns, name)
    return float(column[point if len(column) > 1 else 0])


def _kernel(links: Links, kernel: str, hop_s: float) -> dict[str, float]:
    part = None if kernel == "library" else links.vllm_graph if kernel == "vllm_eager" else getattr(links, kernel)
    return _LIBRARY_ONLY if part is None else {"direct": 1.0} | values_of(part, hop_s)


def tier_of(c: Columns, sweep: Sweep) -> Tier:
    """The group of each message, its cores as the source counts them where it counts cores."""
    tier = group(c, sweep.chips, np.ones(1))
    return replace(tier, cores=sweep.ranks / tier.outside)


def seconds(c: Columns, sweep: Sweep, host_s: Array | float = 0.0, copy_bytes_per_s: Array | float = np.inf) -> Array:
    """Time of each message [s]. An operation that some message asks for is computed for all, and each takes its own."""
    tier, size = tier_of(c, sweep), sweep.buffer_bytes
    time = np.zeros(len(size))
    here = {name: sweep.operation == name for name in set(sweep.operation)}
    if "all_gather" in here or "all_reduce" in here:
        gather, reduce = gather_and_reduce_s(c, tier, size)
        time = np.where(sweep.operation == "all_reduce", reduce, gather)
    if "reduce_scatter" in here:
        time = np.where(here["reduce_scatter"], reduce_scatter_s(c, tier, size), time)
    if "alltoall" in here:
        time = np.where(here["alltoall"], all_to_all_s(c, tier, size), time)
    if "p2p_send_recv" in here:
        time = np.where(here["p2p_send_recv"], send_s(c, np.ones(1), size), time)
    return staged_s(buffer_bytes=size, collective_s=time, host_s=host_s, copy_bytes_per_s=copy_bytes_per_s)


def _file(found: Found, m: Message, time_s: float) -> None:
    if not 0 < time_s < float("inf"):
        found.skip(KIND, m.row, f"{m.quantity}: the model gives no number")
        return
    predicted = time_s * 1e6 if m.quantity == "time_us" else m.size / time_s / 1e9
    found.rows.append(Prediction(m.row.id, KIND, m.chip.id, m.row.text("source"), m.quantity, m.measured, predicted))
