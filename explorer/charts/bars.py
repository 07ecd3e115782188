"""Stacked bars, one a scenario: what fills the memory, and what fills the time of a step."""

from __future__ import annotations

from functools import partial

from explorer.charts import fairness
from explorer.charts.common import Array, Scene, against_base, at, context_line, footer, names, workload_line
from explorer.charts.model import Axis, Bar, Chart, Segment
from explorer.evaluate import TIME_PARTS
from explorer.evaluate.memory import PARTS
from explorer.units import format_number, format_quantity

_ROOM = 1.18  # air to the right of the longest bar, for its end label


def memory(scene: Scene) -> Chart:
    """Bytes of the fullest chip by part, against its capacity, and how far batch and context could go."""
    bars = tuple(_memory_bar(scene, i, name) for i, name in enumerate(names(scene.study)))
    farthest = max(max(b.total, b.limit or 0.0) for b in bars)
    used = [k for k, p in enumerate(PARTS) if any(at(scene.report.memory.parts, i)[k] > 0 for i, _ in scene)]
    legend = tuple((list(PARTS)[k], list(PARTS.values())[k]) for k in used)
    said = [f"{b.label}: {format_quantity(b.total, 'B')} of {format_quantity(b.limit, 'B')}" for b in bars]
    return Chart(
        key="memory",
        title="Memory fit",
        subtitle="per chip, fullest stage",
        x=Axis("Memory of one chip", "B", "linear", (0.0, farthest * 1.02)),
        bars=bars,
        legend=legend,
        note=footer(scene.study),
        context=context_line(scene.study),
        summary="Memory of one chip. " + "; ".join(said),
        metadata=dict(scene.metadata),
    )


def _memory_bar(scene: Scene, i: int, name: str) -> Bar:
    report, scenario = scene.report, scene.study.scenarios[i]
    parts = at(report.memory.parts, i)
    capacity, total = float(at(report.memory.capacity, i)), float(at(report.memory.total, i))
    segments = tuple(
        Segment(key, label, float(v), f"{label} · {name}\n{format_quantity(float(v), 'B')}, {v / capacity:.1%} of the HBM{against_base(scene, i, partial(_part, report.memory.parts, k), 'B')}")
        for k, ((key, label), v) in enumerate(zip(PARTS.items(), parts, strict=True))
        if v > 0
    )
    fits = total <= capacity
    batch, context = report.value("largest_batch", i) or 0, report.value("longest_context", i) or 0
    fewest = report.value("fewest_chips", i)
    what = "micro-batch" if scenario.job.phase == "training" else "batch"
    room = f"{what} ≤ {batch:,.0f} · context ≤ {_short(context)}"
    smallest = f" · from {fewest:,.0f} chip{'s' if fewest > 1 else ''}" if fewest else ""
    note = f"{format_quantity(total, 'B')} · {room}" if fits else f"short by {format_quantity(total - capacity, 'B')}"
    return Bar(
        name, i, segments, limit=capacity, limit_label=format_quantity(capacity, "B"), note=note + smallest,
        end_label="" if fits else format_quantity(total, "B"), severity="normal" if fits else "bad",
    )  # fmt: skip


def _part(parts: Array, k: int, i: int) -> float | None:
    """One part of one scenario; None where it has none."""
    value = float(at(parts, i)[k])
    return value if value > 0 else None


def _short(tokens: float) -> str:
    """69,243 tokens as 69k: the exact number stands in the verdict."""
    return f"{tokens:,.0f}" if tokens < 10_000 else f"{tokens // 1000:,.0f}k"


def time(scene: Scene) -> Chart:
    """Seconds of a step by what they go to, with the range that the calibration leaves."""
    bars = tuple(_time_bar(scene, i, name) for i, name in enumerate(names(scene.study)))
    farthest = max([b.high or b.total for b in bars] + [1e-12])
    used = [k for k in TIME_PARTS if any(s.part == k for b in bars for s in b.segments)]
    said = [f"{b.label}: {b.end_label}" for b in bars]
    sets = {s.efficiency for _, s in scene}
    return Chart(
        key="time",
        title="Time of a step",
        subtitle=" and ".join(sorted(sets)) + (", with range" if "calibrated" in sets else ""),
        x=Axis("Time", "s", "linear", (0.0, farthest * _ROOM)),
        bars=bars,
        legend=tuple((k, TIME_PARTS[k]) for k in used),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary=f"Time of a step, {workload_line(scene.study)}. " + "; ".join(said),
        metadata=dict(scene.metadata),
    )


def _fair_rate(scene: Scene, i: int) -> str:
    """The rate in the study's unit of fairness; nothing where that is a chip."""
    per, s = scene.study.per, scene.study.scenarios[i]
    if per == "chip":
        return ""
    rate = fairness.per(scene.report, s, i, per)["tokens_per_s"]
    return f" · {fairness.why_none(s, per) if rate is None else f'{format_number(rate, 4)} per {fairness.WORDS[per].suffix}'}"


def _time_bar(scene: Scene, i: int, name: str) -> Bar:
    report = scene.report
    step = report.value("step_s", i)
    if step is None:
        return Bar(name, i, (), end_label="cannot be", note="see the verdict", severity="bad")
    segments = tuple(
        Segment(key, label, float(v), f"{label} · {name}\n{format_quantity(float(v), 's')}, {v / step:.1%} of the step{against_base(scene, i, partial(_part, report.time_parts, k), 's')}")
        for k, ((key, label), v) in enumerate(zip(TIME_PARTS.items(), at(report.time_parts, i), strict=True))
        if v > 0
    )
    low, high = report.value("step_low_s", i), report.value("step_high_s", i)
    ranged = low is not None and high is not None and high > step
    rate = format_quantity(report.value("tokens_per_s", i), "tokens/s", digits=4) + _fair_rate(scene, i)
    note = rate + (f" · range {format_quantity(low, 's')} to {format_quantity(high, 's')}" if ranged else "")
    fits = bool(at(report.fits, i))
    return Bar(
        name, i, segments, end_label=format_quantity(step, "s"), note=note if fits else f"does not fit · {note}",
        severity="normal" if fits else "warn", low=low if ranged else None, high=high if ranged else None,
    )  # fmt: skip
