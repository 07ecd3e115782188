"""One scenario of a Report as plain data, for ``--json``. What does not exist is None, never NaN."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from explorer.evaluate import memory, network, operators
from explorer.evaluate.bands import band_records
from explorer.evaluate.explain import bound_of, not_modelled, why_not
from explorer.evaluate.report import TIME_PARTS, Report
from explorer.quantities import QUANTITIES
from explorer.specs import Scenario

_WHOLE = {"largest_batch", "longest_context", "fewest_chips"}


Edited = Mapping[str, tuple[Any, Any]]


def record(report: Report, scenario: Scenario, point: int, edited: Edited = MappingProxyType({})) -> dict[str, Any]:
    """All results of one scenario, in base units.

    ``edited`` are hardware numbers that are not the preset's, by knob: what they were (None: not published) and are.
    """
    possible = bool(report.valid_plan[point if len(report.valid_plan) > 1 else 0])
    values = {key: _plain(key, report.value(key, point)) for key in QUANTITIES if not key.startswith("memory_")}
    return {
        **_asked(scenario, possible),
        "fits": bool(_column(report.fits, point)),
        "valid_plan": possible,
        "reasons": why_not(report, scenario, point),
        **values,
        "bound": bound_of(report, point).kind if possible else None,
        "memory": _memory(report, point),
        "time": _named(TIME_PARTS, report.time_parts, point, "_s") if possible else None,
        "roofline": _roofline(report, point) if possible else [],
        "interconnect": _interconnect(report, point) if possible else [],
        "offer": _offer(scenario),
        "edited": {key: list(pair) for key, pair in edited.items()},
        **_trust(scenario),
        "not_modelled": list(not_modelled(scenario)),
    }


def _trust(scenario: Scenario) -> dict[str, Any]:
    calibrated = scenario.efficiency == "calibrated"
    return {"error_bands": band_records(scenario), "calibration": scenario.calibration.provenance if calibrated else None}


def _asked(scenario: Scenario, possible: bool) -> dict[str, Any]:
    """What the scenario asks for."""
    job, plan = scenario.job, scenario.plan
    return {
        "name": scenario.name,
        "chip": scenario.chip.id,
        "fabric": scenario.fabric.id,
        "workload": scenario.workload.id,
        "phase": job.phase,
        "efficiency": scenario.efficiency,
        "batch": job.batch,
        "context": job.context,
        "chips": plan.chips,
        "tp": plan.tp,
        "pp": plan.pp,
        "cp": plan.cp,
        "ep": plan.ep,
        "expert_tp": plan.expert_tp,
        "vpp": plan.virtual_stages,
        "microbatch": plan.microbatch,
        "zero": plan.zero,
        "recompute": plan.recompute,
        "schedule": plan.schedule,
        "offload": plan.offload,
        "dp": plan.chips // (plan.tp * plan.pp * plan.cp) if possible else None,
    }


def _offer(scenario: Scenario) -> dict[str, Any] | None:
    offer = scenario.offer
    return None if offer is None else {"kind": offer.kind, "usd_per_chip_h": offer.usd_per_chip_h, "date": offer.date}


def _column(array: np.ndarray, point: int) -> Any:
    return array[..., point if array.shape[-1] > 1 else 0]


def _plain(key: str, value: float | None) -> float | int | None:
    if value is None or not np.isfinite(value):
        return None
    return int(value) if key in _WHOLE else value


def _named(keys: dict[str, str], table: np.ndarray, point: int, unit: str) -> dict[str, float]:
    return {f"{key}{unit}": float(v) for key, v in zip(keys, _column(table, point), strict=True)}


def _memory(report: Report, point: int) -> dict[str, float]:
    held = report.memory
    return {
        **_named(memory.PARTS, held.parts, point, "_bytes"),
        "total_bytes": float(_column(held.total, point)),
        "capacity_bytes": float(_column(held.capacity, point)),
    }


def _roofline(report: Report, point: int) -> list[dict[str, Any]]:
    table = report.operators
    found = []
    for i, name in enumerate(operators.OPERATORS):
        flop, sram, hbm, link, time = (
            float(_column(a[i], point))
            for a in (table.flop, table.sram_bytes, table.hbm_bytes, table.link_bytes, table.time_s)
        )
        if time <= 0:
            continue
        found.append({
            "operator": name, "flop": flop, "sram_bytes": sram, "hbm_bytes": hbm, "link_bytes": link,
            "intensity": flop / hbm if hbm else None, "time_s": time,
            "bound": operators.BOUNDS[int(_column(table.bound[i], point))],
        })  # fmt: skip
    return found


def _interconnect(report: Report, point: int) -> list[dict[str, Any]]:
    t = report.traffic
    found = []
    for i, (axis, operation, what) in enumerate(network.COLLECTIVES.values()):
        count = float(_column(t.count[i], point))
        if count <= 0:
            continue
        found.append({
            "axis": axis.lower(), "operation": operation, "what": what,
            "tier": network.TIERS[int(_column(t.tier[i], point))],
            "bytes": float(_column(t.message_bytes[i], point)), "count": count,
            "time_s": float(_column(t.time_s[i], point)), "exposed_s": float(_column(report.exposed_s[i], point)),
        })  # fmt: skip
    return found
