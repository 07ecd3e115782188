"""The roofline from the baseline to another scenario: an arrow for each operator."""

from __future__ import annotations

from dataclasses import replace

from explorer.charts.common import Scene, names
from explorer.charts.model import Chart
from explorer.charts.moves import between
from explorer.charts.roofline import Level, roofline


def roofline_change(scene: Scene, level: Level = "hbm") -> Chart:
    """Arrows from the baseline's operators to those of the scenario in hand; to all others' where the baseline is in hand."""
    whole, base, labels = roofline(scene, level), scene.study.baseline, names(scene.study)
    key = "roofline-change" if level == "hbm" else f"roofline-{level}-change"
    if base is None or len(labels) == 1:
        why = "No baseline: pin one (B)" if base is None else "One scenario alone: add another to compare with"
        return replace(whole, key=key, series=(), empty=why)
    others = [i for i, _ in scene if i != base]
    to = [scene.study.active] if scene.study.active != base else others
    points = {s.slot: s for s in whole.series if s.key.startswith("points-")}
    arrows = tuple(between(points[base], points[i], f"arrows-{i}") for i in to)
    kept = tuple(s for s in whole.series if s.slot in (base, *to) and s.key.startswith(("points-", "roof-")))
    which = labels[to[0]] if len(to) == 1 else "the others"
    return replace(
        whole, key=key, subtitle=f"arrows: from {labels[base]} to {which}", series=(*kept, *(a for a in arrows if len(a.x))),
        summary=f"From {labels[base]} to {which}. {whole.summary}",
    )  # fmt: skip
