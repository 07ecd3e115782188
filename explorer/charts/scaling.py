"""Scaling: what a chip still does when there are many of them, up to 131,072, with failures and without."""

from __future__ import annotations

import numpy as np

from explorer.charts.common import Scene, context_line, footer, names
from explorer.charts.model import Axis, Chart, Later, Mark, Series
from explorer.explore.scaling import MOST_CHIPS, Kind, Scaling
from explorer.explore.scaling import scaling as scaled
from explorer.specs import Scenario
from explorer.units import format_number, format_quantity

_TITLES: dict[Kind, str] = {"weak": "Weak scaling", "strong": "Strong scaling"}
_LOADS: dict[Kind, str] = {"weak": "the batch grows with the chips", "strong": "the batch stays"}


def scaling(scene: Scene, kind: Kind = "weak") -> Chart:
    """Tokens/s per chip over the size of the cluster; pale lines count steps alone, the others stragglers and failures too."""
    found = [scaled(s)[kind] for _, s in scene]
    series: list[Series] = []
    for i, (name, curve) in enumerate(zip(names(scene.study), found, strict=True)):
        series += _curves(name, i, curve, scene.study.scenarios[i])
    least = min((float(f.chips[0]) for f in found), default=1.0)
    most = max((float(f.chips[-1]) for f in found), default=float(MOST_CHIPS))
    return Chart(
        key="scaling" if kind == "weak" else f"scaling-{kind}",
        title=_TITLES[kind],
        subtitle=f"{_LOADS[kind]} · pale: without stragglers and failures" if _trained(scene) else _LOADS[kind],
        x=Axis("Chips", "1", "log", (least / 1.3, most * 1.3)),
        y=Axis("Tokens/s per chip", "tokens/s", "linear", (0.0, _top(series))),
        series=tuple(series),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary=_summary(scene, kind, found),
        empty="" if series else "No size of cluster makes this plan possible.",
        metadata=dict(scene.metadata),
    )


def efficiency(scene: Scene, kind: Kind = "weak") -> Chart:
    """Scaling efficiency: what a chip still does of what it did in the smallest cluster that can be."""
    series: list[Series] = []
    found = [scaled(s)[kind] for _, s in scene]
    for i, (name, curve) in enumerate(zip(names(scene.study), found, strict=True)):
        series += _kept(name, i, curve, scene.study.scenarios[i])
    x = np.concatenate([s.x for s in series]) if series else np.array([1.0, float(MOST_CHIPS)])
    return Chart(
        key=f"efficiency-{kind}",
        title="Efficiency",
        subtitle=f"{_TITLES[kind].lower()}: {_LOADS[kind]}; against the smallest cluster",
        x=Axis("Chips", "1", "log", (float(x.min()) / 1.3, float(x.max()) * 1.3)),
        y=Axis("Efficiency", "fraction", "linear", (0.0, max([1.05, *(float(s.y.max()) * 1.05 for s in series)]))),
        series=tuple(series),
        marks=(Mark("y", 1.0),) if series else (),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary=_summary(scene, kind, found),
        empty="" if series else "No size of cluster makes this plan possible.",
        metadata=dict(scene.metadata),
    )


def _kept(name: str, slot: int, f: Scaling, s: Scenario) -> list[Series]:
    there = np.flatnonzero(np.isfinite(f.kept_fraction) & np.isfinite(f.tokens_per_s_per_chip))
    if not len(there):
        return []
    tips = Later(len(there), lambda: tuple(_tip(name, f, int(i)) for i in there))
    found = [Series(f"kept-{slot}", name, slot, "line", f.chips[there], f.kept_fraction[there], tips)]
    here = there[f.chips[there] == s.plan.chips]
    if len(here):
        tip = (_tip(f"{name} · this plan", f, int(here[0])),)
        found.append(Series(f"here-{slot}", name, slot, "points", f.chips[here], f.kept_fraction[here], tip))
    return found


def _trained(scene: Scene) -> bool:
    return any(s.job.phase == "training" for _, s in scene)


def _curves(name: str, slot: int, f: Scaling, s: Scenario) -> list[Series]:
    there = np.flatnonzero(np.isfinite(f.tokens_per_s_per_chip) & np.isfinite(f.run_tokens_per_s_per_chip))
    if not len(there):
        return []
    x, run, step = f.chips[there], f.run_tokens_per_s_per_chip[there], f.tokens_per_s_per_chip[there]
    tips = Later(len(there), lambda: tuple(_tip(name, f, int(i)) for i in there))
    found = [Series(f"run-{slot}", name, slot, "line", x, run, tips)]
    if np.any(run != step):
        found.insert(0, Series(f"step-{slot}", f"{name}, steps alone", slot, "ghost", x, step))
    here = there[f.chips[there] == s.plan.chips]
    if len(here):
        tip = (_tip(f"{name} · this plan", f, int(here[0])),)
        found.append(Series(f"here-{slot}", name, slot, "points", f.chips[here], f.run_tokens_per_s_per_chip[here], tip))
    return found


def _tip(name: str, f: Scaling, i: int) -> str:
    rate = format_quantity(float(f.run_tokens_per_s_per_chip[i]), "tokens/s")
    lines = [
        f"{name}\n{f.chips[i]:,.0f} chips, batch {f.batch[i]:,.0f}: {rate} per chip",
        f"{f.kept_fraction[i]:.0%} of what one has in the smallest cluster, network {f.network_exposed_fraction[i]:.0%} of the step",
    ]
    if np.isfinite(f.goodput_fraction[i]):
        lines.append(f"goodput {f.goodput_fraction[i]:.0%}")
    return "\n".join([*lines, *([] if f.fits[i] else ["does not fit"])])


def _top(series: list[Series]) -> float:
    values = [float(np.max(s.y)) for s in series]
    return max(values, default=1.0) * 1.08


def _summary(scene: Scene, kind: Kind, found: list[Scaling]) -> str:
    said = []
    for name, f in zip(names(scene.study), found, strict=True):
        there = np.flatnonzero(np.isfinite(f.kept_fraction))
        if len(there):
            last = int(there[-1])
            rate = format_number(float(f.run_tokens_per_s_per_chip[last]))
            said.append(f"{name}: {rate} tokens/s per chip on {f.chips[last]:,.0f} chips, {f.kept_fraction[last]:.0%} of the smallest cluster's")
    return f"{_TITLES[kind]}. " + "; ".join(said)
