"""The precision ladder: what a chip could do in each format, what this load attains there, and the memory that it takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.charts.common import Array, Scene, context_line, footer, names
from explorer.charts.model import Axis, Chart, Each, Series
from explorer.evaluate import evaluate, lower
from explorer.specs import FORMATS, Scenario
from explorer.units import format_quantity

_NAMES = tuple(f.label for f in FORMATS.values())


@dataclass(frozen=True, eq=False)
class Ladder:
    """One scenario in every format, NaN where its chip has no such matmul."""

    peak: Array
    attained: Array
    memory: Array
    fits: Array


def ladder(s: Scenario) -> Ladder:
    """Weights and activations in each format; the KV cache stays as it is."""
    report = evaluate(lower([_in(s, name) for name in FORMATS]))
    full = report.columns.full
    possible = full(report.valid_plan) > 0
    peak = np.array([s.chip.peak_flop_per_s(name) or np.nan for name in FORMATS])
    attained = full(report.values["mfu"]) * full(report.columns.peak_flop_per_s)
    memory = np.where(possible, full(report.values["memory_total_bytes"]), np.nan)
    return Ladder(peak, np.where(possible, attained, np.nan), memory, full(report.fits))


def _in(s: Scenario, name: str) -> Scenario:
    changed = {"weight_format": name, "activation_format": name, "expert_weight_format": None, "expert_activation_format": None}
    return s.replace(job=s.job.replace(**changed))


def precision(scene: Scene) -> Chart:
    """Peak (pale) and attained FLOP/s of a chip by format."""
    series: list[Series] = []
    said: list[str] = []
    for i, name in enumerate(names(scene.study)):
        found = ladder(scene.study.scenarios[i])
        series += _steps(f"peak-{i}", name, i, found, found.peak, "ghost") + _steps(f"attained-{i}", name, i, found, found.attained, "line")
        best = np.nan_to_num(found.attained)
        if best.max() > 0:
            k = int(best.argmax())
            said.append(f"{name}: most in {_NAMES[k]}, {format_quantity(float(best[k]), 'FLOP/s')} of {format_quantity(float(found.peak[k]), 'FLOP/s')}")
    values = np.concatenate([s.y for s in series]) if series else np.array([1e12, 1e15])
    return _chart(
        scene, "precision", "Precision ladder", "attained by a chip; pale: peak. KV cache as it is",
        Axis("FLOP/s of a chip", "FLOP/s", "log", (float(values.min()) / 2, float(values.max()) * 2)), series, said,
    )  # fmt: skip


def precision_memory(scene: Scene) -> Chart:
    """Memory of the fullest chip by format, against its capacity (pale)."""
    series: list[Series] = []
    said: list[str] = []
    for i, name in enumerate(names(scene.study)):
        s = scene.study.scenarios[i]
        found = ladder(s)
        there = np.where(np.isfinite(found.memory), s.chip.hbm_bytes, np.nan)
        series += _steps(f"capacity-{i}", name, i, found, there, "ghost") + _steps(f"memory-{i}", name, i, found, found.memory, "line")
        k = np.flatnonzero(np.isfinite(found.memory))
        if len(k):
            said.append(f"{name}: " + ", ".join(f"{_NAMES[j]} {format_quantity(float(found.memory[j]), 'B')}" for j in k))
    top = max([float(s.y.max()) for s in series], default=1.0)
    return _chart(
        scene, "precision-memory", "By precision", "memory of the fullest chip; pale: its capacity. KV cache as it is",
        Axis("Memory of one chip", "B", "linear", (0.0, top * 1.08)), series, said,
    )  # fmt: skip


def _steps(key: str, name: str, slot: int, found: Ladder, y: Array, role: str) -> list[Series]:
    k = np.flatnonzero(np.isfinite(y) & (y > 0))
    if not len(k):
        return []
    x = k.astype(np.float64)
    if role == "ghost":
        return [Series(key, name, slot, "ghost", x, y[k])]
    tips = Each(len(k), lambda n: _tip(name, found, int(k[n])))
    return [Series(key, name, slot, "line", x, y[k]), Series(f"points-{key}", name, slot, "points", x, y[k], tips)]


def _tip(name: str, found: Ladder, k: int) -> str:
    peak, attained, memory = float(found.peak[k]), float(found.attained[k]), float(found.memory[k])
    lines = [f"{name} · {_NAMES[k]}", f"{format_quantity(attained, 'FLOP/s')} attained of {format_quantity(peak, 'FLOP/s')}, {attained / peak:.1%}"]
    return "\n".join([*lines, f"memory {format_quantity(memory, 'B')}" + ("" if found.fits[k] > 0 else ", does not fit")])


def _chart(scene: Scene, key: str, title: str, subtitle: str, y: Axis, series: list[Series], said: list[str]) -> Chart:
    drawn = any(s.role == "points" for s in series)
    return Chart(
        key=key,
        title=title,
        subtitle=subtitle,
        x=Axis("Weights and activations", range=(-0.4, len(_NAMES) - 0.6), names=_NAMES),
        y=y,
        series=tuple(series) if drawn else (),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary=f"{title}. " + "; ".join(said),
        empty="" if drawn else "This plan cannot be in any format: see the verdict.",
        metadata=dict(scene.metadata),
    )
