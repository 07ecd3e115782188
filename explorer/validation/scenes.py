"""From a measured row to a scenario: the model, the formats, the plan. What cannot be said raises `RowError`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, TypeVar

from explorer.library import Library, formats_of
from explorer.specs import Calibration, Chip, Fabric, Job, Plan, Scenario, Spec, SpecError, Workload, build
from explorer.validation.aliases import Aliases, ChipName
from explorer.validation.rows import Row, RowError

T = TypeVar("T", bound=Spec)
_USUAL_HEAD_DIM = 128
_WIDEST = 10_000_000  # no workload is wider
# Columns of a plan that no scenario can say yet, and their name.
_NOT_YET = {"cp": "context parallelism", "ep": "expert parallelism"}


@dataclass(frozen=True, eq=False)
class Setting:
    """What all rows of a run share: presets, names, and the workloads made so far."""

    library: Library
    aliases: Aliases
    workloads: dict[tuple[object, ...], Workload] = field(default_factory=dict)
    calibrations: dict[tuple[str, str], Calibration] = field(default_factory=dict)

    def chip(self, row: Row) -> tuple[ChipName, Chip]:
        """The row's chip."""
        return self.aliases.chip(self.library, row.text("chip"))

    def calibration(self, chip: str, stack: str) -> Calibration:
        """What the chip loses under a stack; one without a constant of its own takes the default."""
        stack = stack if stack in self.library.stacks else "default"
        if (chip, stack) not in self.calibrations:
            self.calibrations[chip, stack] = self.library.calibration(chip, stack)
        return self.calibrations[chip, stack]

    def fabric(self, chip: Chip) -> Fabric:
        """The chip's first fabric."""
        if not chip.fabrics:
            raise RowError(f"{chip.id} names no fabric")
        return self.library.fabric(chip.fabrics[0])


def precision_of(setting: Setting, row: Row, chip: Chip, column: str = "precision") -> str:
    """The row's precision as `formats_of` takes it. A block format that the chip lacks runs as plain 8-bit."""
    cell = row.text(column)
    found = setting.aliases.begins("precision", cell)
    if found is None or "not resolved" in cell:
        raise RowError(f"{column} {cell!r} is not one that the model knows")
    return "fp8" if found == "mxfp8" and chip.peak_mxfp8_flop_per_s is None else found


def job_of(phase: str, batch: int, context: int, precision: str, kv_format: str | None = None) -> Job:
    """A job; in training the cache is none and takes the activations' format."""
    weights, activations, cache = formats_of(precision)
    values = {"phase": phase, "batch": batch, "context": context, "weight_format": weights, "activation_format": activations}
    return _made(Job, values | {"kv_format": kv_format or cache})


def plan_of(setting: Setting, row: Row, ranks_per_chip: int, default_zero: str = "") -> Plan:
    """The row's plan in chips. ``default_zero`` speaks for a file without the column."""
    for column, words in _NOT_YET.items():
        if row.count(column, 1) > 1:
            raise RowError(f"{words} ({column} {row.count(column, 1)}) is not modelled yet")
    if row.text("offload").casefold() not in ("", "false", "none", "0"):
        raise RowError(f"offload ({row.text('offload')}) is not modelled yet")
    tp = max(1, row.count("tp", 1) // ranks_per_chip)
    recompute = setting.aliases.begins("recompute", row.text("recompute"))
    zero = setting.aliases.begins("zero", row.text("zero") or default_zero)
    if recompute is None:
        raise RowError(f"recomputation {row.text('recompute')!r} is not modelled yet")
    if zero is None:
        raise RowError(f"sharding {row.text('zero')!r} is not one that the model knows")
    parallel = row.text("seq_par")
    return _made(Plan, {
        "chips": row.count("chips"), "tp": tp, "pp": row.count("pp", 1), "virtual_stages": row.count("vpp", 1), "microbatch": row.count("mbs", 1),
        "recompute": recompute, "zero": int(zero), "sequence_parallel": row.number("seq_par") != 0 if parallel else True,
    })  # fmt: skip


def workload_of(setting: Setting, row: Row, tp: int) -> Workload:
    """The row's model: a preset by its name, the row's own columns before it; heads padded to what TP divides."""
    known = setting.aliases.model(setting.library, row.text("model"))
    given = tuple(row.count(c) if row.text(c) else None for c in ("layers", "hidden", "heads", "kv_heads", "ffn", "vocab"))
    key = (row.text("model"), given, tp)
    if key not in setting.workloads:
        if known is None and (given[0] is None or given[1] is None):
            raise setting.aliases.unknown_model(setting.library, row.text("model"))
        setting.workloads[key] = _workload(row, known, given, tp)
    return setting.workloads[key]


def _workload(row: Row, known: Workload | None, given: tuple[int | None, ...], tp: int) -> Workload:
    layers, hidden, heads, kv_heads, ffn, vocab = given
    if known is not None:
        layers, hidden = layers or known.layers, hidden or known.hidden
        heads, kv_heads = heads or known.heads, kv_heads or (known.kv_heads if heads in (None, known.heads) else heads)
        ffn, vocab = ffn or known.ffn, vocab or known.vocab
    if vocab is None:
        raise RowError("vocab is missing, and no preset says it")
    assert layers is not None
    assert hidden is not None
    heads = heads or _likely_heads(hidden, tp)
    ffn = ffn or 4 * hidden
    plain = ffn == 4 * hidden if known is None else not known.ffn_gated
    head_dim = known.head_dim if known is not None and hidden == known.hidden and heads == known.heads else max(1, hidden // heads)
    heads, kv_heads = _padded(heads, kv_heads or heads, tp)
    return _made(Workload, {
        "id": "measured", "name": (row.text("model") or "measured")[:80], "layers": layers, "hidden": hidden, "heads": heads,
        "kv_heads": kv_heads, "head_dim": head_dim, "ffn": ffn, "ffn_gated": not plain, "vocab": vocab,
        "max_context": known.max_context if known else 1_000_000, "tied_embeddings": known.tied_embeddings if known else plain,
    })  # fmt: skip


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
    stack = setting.aliases.begins("stacks", row.text("framework")) if job.phase == "training" else None
    return _made(Scenario, {
        "name": row.id[:80], "chip": chip, "fabric": setting.fabric(chip), "workload": workload, "job": job, "plan": plan,
        "efficiency": "calibrated", "calibration": setting.calibration(chip.id, stack or "default"),
    })  # fmt: skip


def _made(kind: type[T], values: dict[str, Any]) -> T:
    """A spec of a row's values; what it refuses is the row's problem."""
    try:
        return build(kind, values)
    except SpecError as error:
        raise RowError(str(error)) from None
