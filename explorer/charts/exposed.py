"""Communication in a step: how much of it nothing hides, by side of the plan, and how much hides behind computing."""

from __future__ import annotations

import numpy as np

from explorer.charts.common import Scene, at, context_line, footer, names
from explorer.charts.model import Axis, Bar, Chart, Segment
from explorer.charts.topology_ranks import SIDES, Side, sent_along
from explorer.evaluate import TIME_PARTS
from explorer.units import format_quantity

_HUES: dict[Side, str] = {"tp": "network", "cp": "attention", "ep": "matmul", "dp": "elementwise", "pp": "pipeline"}
_HIDDEN = "reserve"
_NETWORK = list(TIME_PARTS).index("network")


def exposed(scene: Scene) -> Chart:
    """Messages of a step against its time: exposed ones in colour, hidden ones pale."""
    bars = tuple(_bar(scene, i, name) for i, name in enumerate(names(scene.study)))
    used = dict.fromkeys((s.part, s.label) for b in bars for s in b.segments)
    order = [(_HUES[side], f"{side.upper()}, exposed") for side in SIDES]
    legend = [entry for entry in (*order, (_HIDDEN, "hidden")) if entry in used]
    return Chart(
        key="exposed",
        title="Exposed share",
        subtitle="messages in a step; pale: hidden behind computing",
        x=Axis("Time of messages / time of the step", "fraction", "linear", (0.0, max([b.total for b in bars] + [0.01]) * 1.25)),
        bars=bars,
        legend=tuple(legend),
        note=footer(scene.study),
        context=context_line(scene.study),
        summary="Exposed communication. " + "; ".join(f"{b.label}: {b.end_label}" for b in bars),
        metadata=dict(scene.metadata),
    )


def _bar(scene: Scene, i: int, name: str) -> Bar:
    step = scene.report.value("step_s", i)
    if step is None:
        return Bar(name, i, (), end_label="cannot be", note="see the verdict", severity="bad")
    found = {side: sent_along(scene, i, side) for side in SIDES}
    exposed_s = sum(f.exposed_s for f in found.values())
    network = float(at(scene.report.time_parts, i)[_NETWORK])
    # What a training stack loses stretches exposed messages like all else.
    stretch = network / exposed_s if exposed_s > 0 else 1.0
    hidden = max(0.0, sum(f.seconds for f in found.values()) - exposed_s)
    segments = [
        Segment(_HUES[side], f"{side.upper()}, exposed", f.exposed_s * stretch / step, _tip(side, name, f.exposed_s * stretch, f.seconds, step))
        for side, f in found.items()
        if f.exposed_s > 0
    ]
    if hidden > 0:
        said = f"hidden · {name}\n{format_quantity(hidden, 's')} of messages behind computing, {hidden / step:.1%} of the step"
        segments.append(Segment(_HIDDEN, "hidden", hidden / step, said))
    share = float(np.nan_to_num(network / step))
    note = f"{format_quantity(network, 's')} of {format_quantity(step, 's')}" if segments else "sends nothing"
    return Bar(name, i, tuple(segments), end_label=f"{share:.0%} exposed", note=note)


def _tip(side: Side, name: str, exposed_s: float, seconds: float, step: float) -> str:
    return (
        f"{side.upper()}, exposed · {name}\n{format_quantity(exposed_s, 's')} exposed, {exposed_s / step:.1%} of the step\n"
        f"all its messages one after the other: {format_quantity(seconds, 's')}"
    )
