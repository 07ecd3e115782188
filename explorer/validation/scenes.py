"""From a measured row to a scenario: the model, the formats, the plan. What cannot be said raises `RowError`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from explorer.library import Library, formats_of
from explorer.specs import Calibration, Chip, Fabric, Job, Plan, Scenario, Spec, SpecError, Workload, build
from explorer.units import parse_quantity
from explorer.validation.aliases import Aliases, ChipName
from explorer.validation.rows import Row, RowError

T = TypeVar("T", bound=Spec)
_USUAL_HEAD_DIM = 128
_WIDEST = 10_000_000  # no workload is wider


@dataclass(frozen=True, eq=False)
class Setting:
    """What all rows of a run share: presets, names, and the workloads made so far."""

    library: Library
    aliases: Aliases
    change: Callable[[Calibration], Calibration] | None = None
    workloads: dict[tuple[object, ...], Workload] = field(default_factory=dict)
    calibrations: dict[tuple[str, str, str], Calibration] = field(default_factory=dict)

    def chip(self, row: Row) -> tuple[ChipName, Chip]:
        """The row's chip."""
        return self.aliases.chip(self.library, row.text("chip"))

    def calibration(self, chip: str, stack: str = "default", server: str = "default") -> Calibration:
        """What the chip loses under a stack or an engine; one without a constant of its own takes the default."""
        stack = stack if stack in self.library.stacks else "default"
        server = server if server in self.library.servers else "default"
        if (chip, stack, server) not in self.calibrations:
            found = self.library.calibration(chip, stack, server)
            self.calibrations[chip, stack, server] = found if self.change is None else self.change(found)
        return self.calibrations[chip, stack, server]

    def fabric(self, chip: Chip, system: str = "") -> Fabric:
        """The chip's first fabric, between whose domains there is what the source says of its ``system``."""
        if not chip.fabrics:
            raise RowError(f"{chip.id} names no fabric")
        fabric, rate = self.library.fabric(chip.fabrics[0]), self.aliases.within("networks", system)
        if rate is None or fabric.scale_out is None:
            return fabric
        said = parse_quantity(rate, "B/s", low=0, high=1e15)
        return fabric.replace(scale_out=fabric.scale_out.replace(bytes_per_s_per_direction=said))


def precision_of(setting: Setting, row: Row, chip: Chip, column: str = "precision") -> str:
    """The row's precision as `formats_of` takes it. A block format that the chip lacks runs as plain 8-bit."""
    cell = row.text(column)
    found = setting.aliases.begins("precision", cell)
    if found is None or "not resolved" in cell:
        raise RowError(f"{column} {cell!r} is not one that the model knows")
    return "fp8" if found == "mxfp8" and chip.peak_mxfp8_flop_per_s is None else found


def job_of(
    phase: str,
    batch: int,
    context: int,
    precision: str,
    kv_format: str | None = None,
    experts: str | None = None,
    **state: Any,
) -> Job:
    """A job; in training the cache is none and takes the activations' format. ``experts``: precision of routed experts."""
    weights, activations, cache = formats_of(precision)
    values = {
        "phase": phase,
        "batch": batch,
        "context": context,
        "weight_format": weights,
        "activation_format": activations,
    }
    if experts is not None and experts != precision:
        expert_weights, expert_activations, _ = formats_of(experts)
        values |= {"expert_weight_format": expert_weights, "expert_activation_format": expert_activations}
    return made(Job, values | {"kv_format": kv_format or cache} | state)


def state_of(setting: Setting, row: Row) -> dict[str, str]:
    """What a training row says of gradients and of the optimizer's state, and what its framework does."""
    words = " | ".join(row.text(c) for c in ("framework", "precision", "optimizer_note", "source", "precision"))
    return {
        "gradient_format": setting.aliases.within("gradients", words) or "fp32",
        "optimizer_state": setting.aliases.within("optimizer", words) or "fp32-master",
    }


def plan_of(setting: Setting, row: Row, ranks_per_chip: int, default_zero: str = "") -> Plan:
    """The row's plan in chips. ``default_zero`` speaks for a file without the column."""
    aliases = setting.aliases
    tp = max(1, row.count("tp", 1) // ranks_per_chip)
    # The same word means different things in different frameworks, which some files name in the source alone.
    again = f"{row.text('recompute')} by {row.text('source')}" if row.text("recompute") else ""
    recompute = aliases.begins("recompute", again)
    zero = aliases.begins("zero", row.text("zero") or default_zero)
    if recompute is None:
        raise RowError(f"recomputation {row.text('recompute')!r} is not modelled yet")
    if zero is None:
        raise RowError(f"sharding {row.text('zero')!r} is not one that the model knows")
    parallel = row.text("seq_par")
    return made(Plan, {
        "chips": row.count("chips"), "tp": tp, "pp": row.count("pp", 1), "cp": row.count("cp", 1), "ep": row.count("ep", 1),
        "expert_tp": int(aliases.begins("expert_tp", row.text("framework")) or 0), "virtual_stages": row.count("vpp", int(aliases.begins("virtual_stages", row.text("source")) or aliases.begins("virtual_stages", row.text("framework")) or 1)),
        "microbatch": _microbatch(aliases, row), "recompute": recompute, "zero": int(zero), "offload": _offload(setting, row),
        "sequence_parallel": row.number("seq_par") != 0 if parallel else True,
        "fused_attention": not aliases.begins("unfused_attention", row.text("source")),
        "attention_kernel": aliases.begins("attention_kernel", row.text("framework")) or "newest",
        "recompute_fraction": float(aliases.begins("recompute_fraction", again) or 1),
        "loss": aliases.within("loss", f"{row.text('notes')} | {row.text('source')}") or "plain",
    })  # fmt: skip


def _microbatch(aliases: Aliases, row: Row) -> int:
    """Sequences that pass a stage together: the column; one part for each stage of a rank's whole batch; or all of that."""
    whole, pp = row.count("mbs", 1), row.count("pp", 1)
    if aliases.begins("microbatches", row.text("source")) == "stages":
        return max(1, whole // pp)
    if not row.text("mbs") and aliases.begins("microbatches", row.text("framework")) == "whole":
        return max(1, row.count("gbs", 1) * row.count("tp", 1) * pp * row.count("cp", 1) // row.count("chips"))
    return whole


def _offload(setting: Setting, row: Row) -> str:
    """What lies in the host's memory: the column says it, or the words of recomputation."""
    said = row.text("offload")
    found = setting.aliases.begins("offload", said)
    if found is None:
        raise RowError(f"offload {said!r} is not one that the model knows")
    return (setting.aliases.begins("offload", row.text("recompute")) or "none") if found == "none" else found


def workload_of(setting: Setting, row: Row, ranks: int) -> Workload:
    """The row's model: a preset by its name, the row's own columns before it; heads padded to what the ranks of TP divide."""
    known = setting.aliases.model(setting.library, row.text("model"))
    given = tuple(
        row.count(c) if row.text(c) else None for c in ("layers", "hidden", "heads", "kv_heads", "ffn", "vocab", "seq")
    )
    key = (row.text("model"), given, ranks)
    if key not in setting.workloads:
        if known is None and (given[0] is None or given[1] is None):
            raise setting.aliases.unknown_model(setting.library, row.text("model"))
        setting.workloads[key] = _workload(row, known, given, ranks)
    return setting.workloads[key]


def _workload(row: Row, known: Workload | None, given: tuple[int | None, ...], tp: int) -> Workload:
    layers, hidden, heads, kv_heads, ffn, vocab, context = given
    name = {"id": "measured", "name": (row.text("model") or "measured")[:80]}
    if known is not None:
        return _changed(known, {
            "layers": layers or known.layers, "hidden": hidden or known.hidden, "heads": heads or known.heads,
            "kv_heads": kv_heads or (known.kv_heads if heads in (None, known.heads) else heads), "ffn": ffn or known.ffn,
            "vocab": vocab or known.vocab, "positions": (context or known.positions) if known.positions else 0,
        }, name, tp)  # fmt: skip
    if vocab is None:
        raise RowError("vocab is missing, and no preset says it")
    assert layers is not None
    assert hidden is not None
    heads, ffn = heads or _likely_heads(hidden, tp), ffn or 4 * hidden
    plain = ffn == 4 * hidden
    padded, kv_heads = _padded(heads, kv_heads or heads, tp)
    return made(Workload, name | {
        "layers": layers, "hidden": hidden, "heads": padded, "kv_heads": kv_heads, "head_dim": max(1, hidden // heads), "ffn": ffn,
        "ffn_gated": not plain, "vocab": vocab, "max_context": 1_000_000, "tied_embeddings": plain, "biases": plain,
    })  # fmt: skip


def _changed(known: Workload, sizes: dict[str, int], name: dict[str, str], tp: int) -> Workload:
    """A preset with a row's own sizes; of fewer layers, the leading dense ones stay and the others keep their shares."""
    same_heads = sizes["hidden"] == known.hidden and sizes["heads"] == known.heads
    head_dim = known.head_dim if same_heads else max(1, sizes["hidden"] // sizes["heads"])
    heads, kv_heads = _padded(sizes["heads"], sizes["kv_heads"], tp)
    values: dict[str, Any] = {key: getattr(known, key) for key in Workload.model_fields}
    layers, experts, window = sizes["layers"], known.experts, known.window
    if experts is not None:
        dense = (
            known.layers - experts.layers
            if experts.leading_dense
            else round(layers * (1 - experts.layers / known.layers))
        )
        experts = experts.replace(layers=layers - dense) if layers > dense else None
    if window is not None:
        within = round(layers * window.layers / known.layers)
        window = window.replace(layers=within) if within else None
    parts: dict[str, Any] = {"experts": experts, "window": window, "published_params": None, "sources": {}}
    return made(Workload, values | name | sizes | parts | {"heads": heads, "kv_heads": kv_heads, "head_dim": head_dim})


def _likely_heads(hidden: int, tp: int) -> int:
    """Heads of about 128, as many as divide the width and divide among the ranks."""
    low = [n for n in range(1, math.isqrt(min(hidden, _WIDEST)) + 1) if hidden % n == 0]
    fitting = [n for n in (*low, *(hidden // n for n in reversed(low))) if n % tp == 0]
    return min(fitting or [1], key=lambda n: abs(math.log(hidden / n / _USUAL_HEAD_DIM)))


def _padded(heads: int, kv_heads: int, tp: int) -> tuple[int, int]:
    """Heads rounded up to what ``tp`` divides, as Neuron's libraries do."""
    if heads % tp == 0:
        return heads, kv_heads
    heads, kv_heads = math.ceil(heads / tp) * tp, math.ceil(kv_heads / tp) * tp
    return heads, kv_heads if heads % kv_heads == 0 else heads


def scenario_of(setting: Setting, row: Row, chip: Chip, workload: Workload, job: Job, plan: Plan) -> Scenario:
    """The scenario, calibrated, under the row's training stack where its constant is known."""
    training = job.phase == "training"
    said = row.text("framework") or row.text("source")
    stack = setting.aliases.stack(chip.id, said, row.text("notes")) if training else None
    server = None if training else setting.aliases.begins("stacks", row.text("backend"))
    return made(Scenario, {
        "name": row.id[:80], "chip": chip, "fabric": setting.fabric(chip, row.text("system")), "workload": workload, "job": job, "plan": plan,
        "efficiency": "calibrated", "calibration": setting.calibration(chip.id, stack or "default", server or "default"),
    })  # fmt: skip


def made(kind: type[T], values: dict[str, Any]) -> T:
    """A spec of a row's values; what it refuses is the row's problem."""
    try:
        return build(kind, values)
    except SpecError as error:
        raise RowError(str(error)) from None
