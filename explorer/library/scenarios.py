"""From a few names and numbers to a whole scenario, with a plan that suits the chip, and the study one starts with."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from explorer.errors import ExplorerError, unknown
from explorer.evaluate import evaluate, lower
from explorer.library.presets import Library, capacity_block
from explorer.specs import (
    EFFICIENCIES,
    FORMATS,
    PHASES,
    RECOMPUTES,
    Chip,
    Fabric,
    Instance,
    Job,
    Offer,
    Plan,
    Scenario,
    Study,
    Workload,
    build,
    set_path,
)  # fmt: skip

# Attention kernels keep the cache in plain FP8 where weights and activations are block-scaled.
_PRECISIONS: dict[str, tuple[str, str, str]] = {
    "fp32": ("fp32", "fp32", "fp32"),
    "bf16": ("bf16", "bf16", "bf16"),
    "fp8": ("fp8", "fp8", "fp8"),
    "mxfp8": ("mxfp8", "mxfp8", "fp8"),
    "fp4": ("fp4", "fp4", "fp8"),
}
_PARTS = ("w", "a", "kv")


def formats_of(precision: str) -> tuple[str, str, str]:
    """Formats of weights, activations and KV cache: ``fp8``, or ``w=fp8,a=bf16,kv=fp8`` (parts left out are BF16).

    Raises `ExplorerError` for an unknown format or part.
    """
    text = precision.strip().casefold()
    if "=" not in text:
        if text not in _PRECISIONS:
            raise unknown("precision", precision, _PRECISIONS)
        return _PRECISIONS[text]
    chosen = dict.fromkeys(_PARTS, "bf16")
    for item in text.split(","):
        part, _, name = (piece.strip() for piece in item.partition("="))
        _require("part of the precision", part, _PARTS)
        _require("format", name, FORMATS)
        chosen[part] = name
    return chosen["w"], chosen["a"], chosen["kv"]


def suited_tp(chip: Chip, fabric: Fabric, workload: Workload, chips: int) -> int:
    """Largest power of two that divides ``chips`` and the query heads and stays inside the fast domain.

    ``chip`` does not matter yet; it is asked for so that a chip with a limit of its own can have one.
    """
    _ = chip
    tp = 1
    while chips % (tp * 2) == 0 and workload.heads % (tp * 2) == 0 and tp * 2 <= fabric.scale_up.domain:
        tp *= 2
    return tp


def suited_plan(scenario: Scenario) -> Plan:
    """The plan of ``scenario`` with TP and PP that suit it.

    Decode: `suited_tp`. Prefill and training: of all TP x PP, powers of two, with TP inside the domain, the one that fits
    with the most tokens/s, the smallest group among equals. A PP above 1 stays. Where nothing fits, what is least too large.
    """
    s, plan = scenario, scenario.plan
    widest = plan.replace(tp=suited_tp(s.chip, s.fabric, s.workload, max(1, plan.chips // (plan.pp * plan.cp))))
    if s.job.phase == "decode":
        return widest
    heads, domain = s.workload.heads & -s.workload.heads, min(s.fabric.scale_up.domain, plan.chips)
    splits = [(tp, pp) for tp in _powers(min(heads, domain)) for pp in ([plan.pp] if plan.pp > 1 else _powers(s.workload.layers))]
    splits = sorted((split for split in splits if plan.chips % math.prod(split) == 0), key=lambda split: (math.prod(split), split[1]))
    tp, pp = np.array(splits or [(widest.tp, widest.pp)], dtype=np.float64).T
    report = evaluate(lower([s]).replace(tp=tp, pp=pp))
    full, rate = report.columns.full, np.nan_to_num(report.values["tokens_per_s"])
    fits, possible = full(report.fits) > 0, full(report.valid_plan) > 0
    if not possible.any():
        return widest
    overfull = np.where(possible, full(report.memory.total), np.inf)
    best = int(np.argmax(np.where(fits & possible, full(rate), 0.0)) if np.any(fits & possible) else np.argmin(overfull))
    return plan.replace(tp=int(tp[best]), pp=int(pp[best]))


def _powers(most: int) -> list[int]:
    return [2**k for k in range(most.bit_length())]


def make_scenario(
    library: Library, *, chip: str, workload: str, phase: str, batch: int, context: int, chips: int,
    tp: int | None = None, pp: int = 1, cp: int = 1, virtual_stages: int = 1, microbatch: int = 1, recompute: str = "none",
    zero: int = 1, precision: str = "bf16", expert_precision: str | None = None, fabric: str | None = None,
    efficiency: str = "calibrated", name: str | None = None, further: Mapping[str, object] | None = None,
) -> Scenario:  # fmt: skip
    """One scenario from preset ids; ``chip`` may be the name of a rented machine, which brings its chip, fabric and price. ``tp`` None: what suits, and PP with it where ``pp`` is 1; ``fabric`` None: the chip's first.

    ``batch`` counts sequences, of one replica in inference, of all in training; ``context`` counts tokens. The price is
    the chip's capacity block where it has one. ``further`` sets what else a job or plan has: ``{"plan.ep": 8}``. Plans that
    cannot be (24 chips, TP 7) are made: that is for the evaluation to say. Raises `ExplorerError` for an unknown name or a
    number out of range.
    """
    _require("phase", phase, PHASES)
    _require("recompute", recompute, RECOMPUTES)
    _require("efficiency set", efficiency, EFFICIENCIES)
    machine = library.instances.get(chip)
    the_chip, the_workload = _chip_of(library, chip, machine), library.workload(workload)
    usual = machine.fabric if machine else None
    the_fabric = library.fabric(fabric or usual or _first_fabric(the_chip))
    plan = build(Plan, {
        "chips": chips, "pp": pp, "cp": cp, "virtual_stages": virtual_stages, "microbatch": microbatch, "recompute": recompute,
        "zero": zero,
    } | ({"tp": tp} if tp is not None else {}))  # fmt: skip
    made = build(Scenario, {
        "name": name if name is not None else _name(the_chip), "chip": the_chip, "fabric": the_fabric, "workload": the_workload,
        "job": _job(phase, batch, context, precision, expert_precision), "plan": plan, "efficiency": efficiency,
        "calibration": library.calibration(the_chip.id), "offer": _price(library, the_chip, machine), "run": library.usual_run,
    })  # fmt: skip
    for path, value in (further or {}).items():
        made = set_path(made, path, value)
    return made if tp is not None else made.replace(plan=suited_plan(made))


def _chip_of(library: Library, name: str, machine: Instance | None) -> Chip:
    if machine is None and name not in library.chips:
        raise unknown("chip", name, [*library.chips, *library.instances])
    return library.chip(machine.chip if machine else name)


def _name(chip: Chip) -> str:
    """What is only announced says so wherever its name stands: in legends, tables and files."""
    return f"{chip.name} (announced)" if chip.announced else chip.name


def _price(library: Library, chip: Chip, machine: Instance | None) -> Offer | None:
    """The machine's capacity block, else the chip's."""
    offers = library.offers_of(machine) if machine else ()
    return next((o for o in offers if o.kind == "capacity block"), None) or capacity_block(chip)


def _job(phase: str, batch: int, context: int, precision: str, expert_precision: str | None) -> Job:
    weights, activations, cache = formats_of(precision)
    experts = formats_of(expert_precision)[:2] if expert_precision is not None else (None, None)
    return build(Job, {
        "phase": phase, "batch": batch, "context": context, "weight_format": weights, "activation_format": activations,
        "kv_format": cache, "expert_weight_format": experts[0], "expert_activation_format": experts[1],
    })  # fmt: skip


def default_study(library: Library) -> Study:
    """Llama 3 70B decode on 16 chips each of Trainium2, Trainium3 and B200, each as wide as its domain allows."""
    scenarios = tuple(
        make_scenario(library, chip=chip, workload="llama3-70b", phase="decode", batch=32, context=4096, chips=16)
        for chip in ("trainium2", "trainium3", "b200")
    )
    return Study(data_version=library.data_version, title="Llama 3 70B decode on 16 chips", scenarios=scenarios)


def _require(kind: str, given: str, names: Iterable[str]) -> None:
    names = tuple(names)
    if given not in names:
        raise unknown(kind, given, names)


def _first_fabric(chip: Chip) -> str:
    if not chip.fabrics:
        raise ExplorerError(f"{chip.id} names no fabric: choose one")
    return chip.fabrics[0]
