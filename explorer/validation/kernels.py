"""GEMM and attention rows: one operator of the model, alone on a chip.

The rows are laid onto the operators that every evaluation uses (a GEMM is the vocabulary head of a model without anything
else, attention that of a model with one layer), so what is checked here is what the window shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from explorer.evaluate import Columns, evaluate, lower
from explorer.evaluate.columns import DECODE, PREFILL
from explorer.evaluate.operators import ROW
from explorer.library import load_library
from explorer.specs import Plan, Scenario, SpecError, Workload, build
from explorer.validation.cases import Found, Prediction
from explorer.validation.kernel_constants import kernel_constants
from explorer.validation.kernel_rows import notes, quantises
from explorer.validation.rows import Row, RowError
from explorer.validation.scenes import Setting, job_of, precision_of, scenario_of

_ONE = {"layers": 1, "hidden": 1, "heads": 1, "kv_heads": 1, "head_dim": 1, "ffn": 1, "vocab": 1, "max_context": 1}
_EXPERTS = {"count": 2, "active": 1, "width": 1, "layers": 1}
_RATES = (
    "peak_flop_per_s", "array_flop_per_s", "attention_flop_per_s", "vector_flop_per_s", "hbm_bytes_per_s", "sram_bytes_per_s",
    "sram_bytes",
)  # fmt: skip


@dataclass(frozen=True)
class Kernel:
    """One row on one operator: the columns that differ from row to row, and what is measured of it."""

    kind: str
    row: Row
    chip: str
    base: int
    share: float
    quantity: str
    measured: float
    columns: dict[str, float]


class Bases:
    """A scenario for each chip and format, lowered once; rows widen its columns. ``experts``: its layer has some."""

    def __init__(self, setting: Setting, *, experts: bool = False) -> None:
        self._setting = setting
        self._layer: dict[str, object] = {"experts": _EXPERTS} if experts else {}
        self._places: dict[tuple[str, str, str, str], int] = {}
        self._scenarios: list[Scenario] = []

    def place(self, row: Row, phase: str, precision: str, kv_format: str) -> tuple[int, str, float]:
        """Index of the base for the row's chip, the chip's id, and the share of the chip that was measured."""
        name, chip = self._setting.chip(row)
        key = (chip.id, phase, precision, kv_format)
        if key not in self._places:
            job = job_of(phase, 1, 1, precision, kv_format)
            workload = build(Workload, {"id": "kernel", "name": "Kernel", "ffn_gated": False, "tied_embeddings": True} | _ONE | self._layer)
            self._places[key] = len(self._scenarios)
            self._scenarios.append(scenario_of(self._setting, row, chip, workload, job, Plan(chips=1)))
        return self._places[key], chip.id, name.share

    def columns(self, kernels: list[Kernel]) -> Columns:
        """All rows as one batch."""
        every = lower(self._scenarios).take(np.array([k.base for k in kernels], dtype=np.intp))
        share = np.array([k.share for k in kernels])
        changes = {name: getattr(every, name) * share for name in _RATES}
        names = kernels[0].columns
        return every.replace(**changes, **{name: np.array([k.columns[name] for k in kernels]) for name in names})


Maker = Callable[[Setting, Bases, Row], Kernel]


def predict_gemm(setting: Setting, found: Found, rows: tuple[Row, ...]) -> None:
    """Predict all rows of a matmul file in two batches: single ones, and those of experts."""
    grouped = tuple(row for row in rows if row.text("op") == "grouped_gemm")
    _predict(setting, found, "gemm", "head", tuple(row for row in rows if row not in grouped), _gemm)
    _predict(setting, found, "gemm", "expert_up", grouped, _grouped)


def predict_attention(setting: Setting, found: Found, rows: tuple[Row, ...]) -> None:
    """Predict all rows of an attention file in one batch."""
    _predict(setting, found, "attention", "attention", rows, _attention)


def _predict(setting: Setting, found: Found, kind: str, operator: str, rows: tuple[Row, ...], kernel_of: Maker) -> None:
    bases = Bases(setting, experts=kernel_of is _grouped)
    kernels: list[Kernel] = []
    for row in rows:
        try:
            kernels.append(kernel_of(setting, bases, row))
        except (RowError, SpecError) as problem:
            found.skip(kind, row, str(problem))
    if not kernels:
        return
    columns = bases.columns(kernels)
    table = evaluate(columns).operators
    time_s, flop = columns.full(table.time_s[ROW[operator]]), columns.full(table.flop[ROW[operator]])
    rate = columns.full(columns.hbm_bytes_per_s * columns.hbm_fraction)
    for i, kernel in enumerate(kernels):
        _file(found, kernel, float(time_s[i]), float(flop[i]), float(rate[i]))


def _file(found: Found, k: Kernel, time_s: float, flop: float, hbm_bytes_per_s: float) -> None:
    tflops = flop / time_s / 1e12 if time_s else 0.0
    predicted = {"time_us": time_s * 1e6, "tflops": tflops, "gbps": hbm_bytes_per_s / 1e9}[k.quantity]
    if not 0 < predicted < float("inf"):
        found.skip(k.kind, k.row, f"{k.quantity}: the model gives no number (no such format on {k.chip}?)")
        return
    found.rows.append(Prediction(k.row.id, k.kind, k.chip, k.row.text("source"), k.quantity, k.measured, predicted))


def _measured(row: Row, *names: str) -> tuple[str, float]:
    for name in names:
        value = row.positive(name)
        if value is not None:
            return name, value
    raise RowError("nothing is measured")


def _gemm(setting: Setting, bases: Bases, row: Row) -> Kernel:
    op = row.text("op")
    if op not in ("gemm", "mamf", "hbm_copy"):
        raise RowError(f"{op or 'a missing op'} is not modelled yet")
    if row.count("batch", 1) > 1 or row.text("groups"):
        raise RowError("batched matmuls are not modelled yet")
    _, chip = setting.chip(row)
    precision = precision_of(setting, row, chip, "dtype")
    base, chip_id, share = bases.place(row, "decode", precision, "bf16")
    if op == "hbm_copy":
        quantity, measured = _measured(row, "gbps")
        m = n = k = 1
    else:
        quantity, measured = _measured(row, "time_us", "tflops")
        m, n, k = row.count("m"), row.count("n"), row.count("k")
    columns = {
        "phase": float(DECODE), "batch": float(m), "vocab": float(n), "hidden": float(k),
        "quantised_apart": float(quantises(row.text("library"), row.text("dtype"))),
    } | _as_timed(setting, chip_id, precision)  # fmt: skip
    return Kernel("gemm", row, chip_id, base, share, quantity, measured, columns)


def _grouped(setting: Setting, bases: Bases, row: Row) -> Kernel:
    """As many experts as groups, each with m tokens of its own."""
    m, n, k, groups = (row.count(name) for name in ("m", "n", "k", "groups"))
    _, chip = setting.chip(row)
    precision = precision_of(setting, row, chip, "dtype")
    base, chip_id, share = bases.place(row, "decode", precision, "bf16")
    quantity, measured = _measured(row, "time_us", "tflops")
    timed = {f"expert_{name}": value for name, value in _as_timed(setting, chip_id, precision).items()}
    columns = {
        "batch": float(m * groups), "hidden": float(k), "experts": float(groups), "active_experts": 1.0, "expert_ffn": float(n),
        "expert_evenness": 1e9, "experts_quantised_apart": float(quantises(row.text("library"), row.text("dtype"))),
    } | timed  # fmt: skip
    return Kernel("gemm", row, chip_id, base, share, quantity, measured, columns)


def _attention(setting: Setting, bases: Bases, row: Row) -> Kernel:
    op = row.text("op")
    if op not in ("prefill", "decode"):
        raise RowError(f"{op or 'a missing op'} is not modelled yet")
    if row.number("window"):
        raise RowError("windowed attention is not modelled yet")
    new, keys = row.count("isl_new"), row.count("kv_len")
    if (op == "prefill" and new != keys) or (op == "decode" and new != 1):
        raise RowError(f"{new} new tokens against {keys} keys are not modelled yet")
    cache = setting.aliases.begins("precision", row.text("kv_dtype").replace("bfloat", "bf"))
    base, chip_id, share = bases.place(row, op, "bf16", cache or "bf16")
    quantity, measured = _measured(row, "time_us")
    columns = {
        "phase": float(PREFILL if op == "prefill" else DECODE), "batch": float(row.count("batch")), "context": float(keys),
        "heads": float(row.count("heads")), "kv_heads": float(row.count("kv_heads")), "head_dim": float(row.count("head_dim")),
    } | (_warm(chip_id, share, cache or "bf16") if op == "decode" else {"warm_bytes": 0.0, "warm_bytes_per_s": math.inf})  # fmt: skip
    return Kernel("attention", row, chip_id, base, share, quantity, measured, columns)


def _as_timed(setting: Setting, chip: str, precision: str) -> dict[str, float]:
    """What a timed matmul has and one inside a model has not: the way to the host and back, the steps of quantising along k."""
    kernel = setting.library.calibration(chip).gemm(precision)
    stored = {"gemm_launch_s": kernel.launch_s, "gemm_step_s": kernel.step_s, "gemm_prologue_k": kernel.prologue_k}
    if chip in notes()["host_visible"]:
        stored["gemm_launch_s"] = kernel_constants(chip, "gemm", "bf16")["launch_s"]
    if precision == "fp4" and kernel.quantise_launch_s > 0:
        timed = kernel_constants(chip, "gemm", "nvfp4")
        stored |= {"gemm_step_s": timed["step_s"], "gemm_prologue_k": timed["prologue_k"]}
    return stored


def _warm(chip: str, share: float, kv_format: str) -> dict[str, float]:
    """The part of the last repetition's KV cache that the SRAM still holds when it is timed again, and the rate it is read at."""
    if notes()["decode"].get(chip, {}).get("timings") != "warm":
        return {"warm_bytes": 0.0, "warm_bytes_per_s": math.inf}
    return {
        "warm_bytes": 0.5 * share * load_library().chip(chip).sram_bytes,
        "warm_bytes_per_s": kernel_constants(chip, "decode", kv_format)["cache_bytes_per_s"],
    }
