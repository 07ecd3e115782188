"""What a token, or a whole training run, costs, and the energy of a token: stacked bars, one a scenario."""

from __future__ import annotations

import numpy as np

from explorer.charts.common import Scene, at, context_line, footer, names
from explorer.charts.model import Axis, Bar, Chart, Segment
from explorer.evaluate import TIME_PARTS
from explorer.evaluate.outcomes import ENERGY_PARTS, energy_parts_j
from explorer.units import format_quantity

_ROOM = 1.18
_LOST = "lost"
_HUES = {_LOST: "reserve", "idle": "reserve", "compute": "matmul", "hbm": "kv_cache", "links": "network"}
_LOST_LABEL = "stragglers and failures"
_Parts = tuple[tuple[str, str, float], ...]


def cost(scene: Scene) -> Chart:
    """$ per million tokens by what the chips do meanwhile; of training scenarios alone, $ of the whole run."""
    runs = all(s.job.phase == "training" for _, s in scene)
    bars = tuple(_cost_bar(scene, i, name, runs) for i, name in enumerate(names(scene.study)))
    label = "Cost of the run" if runs else "Cost of a million tokens"
    subtitle = f"{label[8:]}: the chips' rent, by what they do"
    return _chart(scene, "cost", "Cost", subtitle, Axis(label, "USD", "linear"), bars)


def _cost_bar(scene: Scene, i: int, name: str, runs: bool) -> Bar:
    report, offer = scene.report, scene.study.scenarios[i].offer
    total = report.value("train_usd" if runs else "usd_per_million_tokens", i)
    if total is None:
        why = "no price" if offer is None else "cannot be"
        return Bar(name, i, (), end_label=why, note="assume a price" if offer is None else "see the verdict", severity="warn")
    step = report.value("step_s", i) or 1.0
    kept = 1.0
    if runs:
        kept = (report.value("run_tokens_per_s", i) or 0.0) / (report.value("tokens_per_s", i) or 1.0)
    parts = tuple((key, TIME_PARTS[key], total * kept * float(v) / step) for key, v in zip(TIME_PARTS, at(report.time_parts, i), strict=True))
    rent = f"{format_quantity(offer.usd_per_chip_h, 'USD/h')} a chip, {offer.kind}" if offer else ""
    return _bar(scene, i, name, (*parts, (_LOST, _LOST_LABEL, total * (1.0 - kept))), "USD", rent)


def energy(scene: Scene) -> Chart:
    """Joules per token by what draws them: the chips alone, without hosts and cooling."""
    parts = energy_parts_j(scene.report)
    bars = tuple(_energy_bar(scene, i, name, at(parts, i)) for i, name in enumerate(names(scene.study)))
    return _chart(scene, "energy", "Energy", "of a token: chips only, no hosts or cooling", Axis("Energy of a token", "J", "linear"), bars)


def _energy_bar(scene: Scene, i: int, name: str, parts: np.ndarray) -> Bar:
    total = scene.report.value("joules_per_token", i)
    if total is None:
        known = scene.study.scenarios[i].chip.tdp_w is not None
        return Bar(name, i, (), end_label="cannot be" if known else "no power", note="see the verdict" if known else "assume a power", severity="warn")
    listed = tuple((key, label, float(v)) for (key, label), v in zip(ENERGY_PARTS.items(), parts, strict=True))
    power = total * (scene.report.value("tokens_per_s", i) or 0.0) / scene.study.scenarios[i].plan.chips
    return _bar(scene, i, name, listed, "J", f"{format_quantity(power, 'W')} a chip of {format_quantity(scene.study.scenarios[i].chip.tdp_w, 'W')}")


def _bar(scene: Scene, i: int, name: str, parts: _Parts, unit: str, note: str) -> Bar:
    total = sum(v for _, _, v in parts)
    segments = tuple(
        Segment(_HUES.get(key, key), label, v, f"{label} · {name}\n{format_quantity(v, unit)}, {v / total:.1%} of it")
        for key, label, v in parts
        if v > 1e-12 * total
    )
    fits = bool(at(scene.report.fits, i))
    return Bar(
        name, i, segments, end_label=format_quantity(total, unit), note=note if fits else f"does not fit · {note}",
        severity="normal" if fits else "warn",
    )  # fmt: skip


def _chart(scene: Scene, key: str, title: str, subtitle: str, axis: Axis, bars: tuple[Bar, ...]) -> Chart:
    farthest = max([b.total for b in bars] + [1e-12])
    legend = dict.fromkeys((s.part, s.label) for b in bars for s in b.segments)
    return Chart(
        key=key,
        title=title,
        subtitle=subtitle,
        x=Axis(axis.label, axis.unit, "linear", (0.0, farthest * _ROOM)),
        bars=bars,
        legend=tuple(legend),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary=f"{title}. " + "; ".join(f"{b.label}: {b.end_label}" for b in bars),
        metadata=dict(scene.metadata),
    )
