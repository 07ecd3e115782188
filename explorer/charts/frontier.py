"""How far batch and context go together, and what a larger batch costs in latency."""

from __future__ import annotations

import numpy as np

from explorer.charts.common import Array, Scene, context_line, footer, names
from explorer.charts.model import Axis, Chart, Each, Series
from explorer.explore import sweep
from explorer.knobs import knob
from explorer.specs import Scenario
from explorer.units import format_quantity

_CONTEXTS = tuple(float(2**k) for k in range(7, 21))
_BATCHES = tuple(int(b) for b in knob("job.batch").stops if isinstance(b, int) and b <= 65536)
_WAITS = {"decode": "Time a token", "prefill": "Time of the prompts", "training": "Time of a step"}


def frontier(scene: Scene) -> Chart:
    """For each context the largest batch (training: micro-batch) that fits on the chips of the plan."""
    series: list[Series] = []
    for i, name in enumerate(names(scene.study)):
        s = scene.study.scenarios[i]
        report = sweep(s, "job.context", _CONTEXTS)
        most = report.columns.full(report.values["largest_batch"])
        k = np.flatnonzero(np.isfinite(most) & (most >= 1))
        if len(k):
            x, y = np.array(_CONTEXTS)[k], most[k]
            series.append(Series(f"frontier-{i}", name, i, "line", x, y, _most_tips(name, s, x, y)))
            series.append(_here(s, i, name))
    training = all(s.job.phase == "training" for _, s in scene)
    top = max([float(s.y.max()) for s in series], default=1.0)
    return Chart(
        key="frontier",
        title="Frontier",
        subtitle="batch and context: below a line it fits",
        x=Axis("Context", "tokens", "log", (_CONTEXTS[0] / 1.2, max([_CONTEXTS[-1], *(float(s.x.max()) for s in series)]) * 1.2)),
        y=Axis("Largest micro-batch" if training else "Largest batch", "1", "log", (0.7, top * 1.6)),
        series=tuple(series),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary="Largest batch by context. " + "; ".join(_said(s) for s in series if s.role == "line"),
        empty="" if series else "Not one sequence fits at any context: see the verdict.",
        metadata=dict(scene.metadata),
    )


def _most_tips(name: str, s: Scenario, x: Array, y: Array) -> Each:
    return Each(len(x), lambda n: _most_tip(name, s, float(x[n]), float(y[n])))


def _most_tip(name: str, s: Scenario, context: float, most: float) -> str:
    what = "micro-batch" if s.job.phase == "training" else "batch"
    return f"{name}\ncontext {context:,.0f}: {what} of {most:,.0f} fits"


def _here(s: Scenario, slot: int, name: str) -> Series:
    batch = s.plan.microbatch if s.job.phase == "training" else s.job.batch
    tip = f"{name} · now\ncontext {s.job.context:,}, batch {batch:,}"
    return Series(f"here-{slot}", name, slot, "points", np.array([float(s.job.context)]), np.array([float(batch)]), (tip,))


def _said(series: Series) -> str:
    return f"{series.label}: {series.y[0]:,.0f} at {series.x[0]:,.0f} tokens, {series.y[-1]:,.0f} at {series.x[-1]:,.0f}"


def latency_frontier(scene: Scene) -> Chart:
    """Tokens/s per chip against the time that one waits, over all batches that fit."""
    series: list[Series] = []
    for i, name in enumerate(names(scene.study)):
        series += _trade(scene.study.scenarios[i], i, name)
    x = np.concatenate([s.x for s in series]) if series else np.array([1e-3, 1.0])
    y = np.concatenate([s.y for s in series]) if series else np.array([1.0, 1e3])
    phases = {s.job.phase for _, s in scene}
    return Chart(
        key="frontier-latency",
        title="Rate and latency",
        subtitle="a point a batch, larger to the right",
        x=Axis(_WAITS[phases.pop()] if len(phases) == 1 else "Time of a step", "s", "log", (float(x.min()) / 1.3, float(x.max()) * 1.3)),
        y=Axis("Tokens/s per chip", "tokens/s", "log", (float(y.min()) / 1.5, float(y.max()) * 1.5)),
        series=tuple(series),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary="Throughput and latency. " + "; ".join(_ends(s) for s in series if s.role == "line"),
        empty="" if series else "No batch fits: see the verdict.",
        metadata=dict(scene.metadata),
    )


def _trade(s: Scenario, slot: int, name: str) -> list[Series]:
    batches = sorted({*_BATCHES, s.job.batch})
    report = sweep(s, "job.batch", batches)
    step, rate = (report.columns.full(report.values[key]) for key in ("step_s", "tokens_per_s_per_chip"))
    fits = report.columns.full(report.fits) > 0
    k = np.flatnonzero(fits & np.isfinite(step) & np.isfinite(rate) & (step > 0))
    if not len(k):
        return []

    def tip(n: int) -> str:
        p = int(k[n])
        return f"{name}\nbatch {batches[p]:,}: {format_quantity(float(step[p]), 's')}, {format_quantity(float(rate[p]), 'tokens/s')} per chip"

    found = [Series(f"trade-{slot}", name, slot, "line", step[k], rate[k], Each(len(k), tip))]
    now = [n for n, p in enumerate(k) if batches[int(p)] == s.job.batch]
    if now:
        found.append(Series(f"here-{slot}", name, slot, "points", step[k][now], rate[k][now], (tip(now[0]).replace(name, f"{name} · now", 1),)))
    return found


def _ends(series: Series) -> str:
    quick, most = int(np.argmin(series.x)), int(np.argmax(series.y))
    return f"{series.label}: quickest {format_quantity(float(series.x[quick]), 's')}, most {format_quantity(float(series.y[most]), 'tokens/s')} per chip"
