"""Which chips belong together: the group of chip 0 along an axis of the plan, as the model lays ranks on chips.

Tensor parallel is innermost, then context parallel, then the replicas; pipeline stages lie farthest apart. Experts are spread over
tensor, context and data-parallel ranks of a stage. `explorer.evaluate.network` and `explorer.evaluate.tiers` reckon in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.charts.common import Scene, at
from explorer.evaluate.network import COLLECTIVES

Side = Literal["tp", "cp", "ep", "dp", "pp"]
SIDES: dict[Side, str] = {
    "tp": "tensor parallel",
    "cp": "context parallel",
    "ep": "expert parallel",
    "dp": "data parallel",
    "pp": "pipeline parallel",
}
_ROWS = {side: tuple(i for i, row in enumerate(COLLECTIVES.values()) if row[0] == side.upper()) for side in SIDES}


@dataclass(frozen=True)
class Group:
    """The ranks of chip 0's group along one side of the plan: ``ranks`` of them, ``stride`` chips apart; the chips in use."""

    side: Side
    ranks: int
    stride: int
    chips: int

    def within(self, first: NDArray[np.float64], last: NDArray[np.float64]) -> NDArray[np.float64]:
        """How many members each range of chips holds, ``first`` to before ``last``."""
        low = np.ceil(np.maximum(first, 0.0) / self.stride)
        high = np.ceil(np.minimum(last, self.chips) / self.stride)
        held: NDArray[np.float64] = np.clip(np.minimum(high, self.ranks) - low, 0.0, None)
        return held if self.ranks > 1 else np.zeros_like(held)


@dataclass(frozen=True)
class Sent:
    """What a chip sends along one side of the plan in a step: bytes, seconds, part that nothing hides, 0 to 2 tiers crossed."""

    bytes: float
    seconds: float
    exposed_s: float
    tier: int
    words: str


def group_of(scene: Scene, i: int, side: Side) -> Group:
    """Chip 0's group in scenario ``i``; of one rank where the plan has no such side."""
    plan, shape = scene.study.scenarios[i].plan, scene.report.shape
    replicas = int(at(shape.dp, i))
    if side == "tp":
        ranks, stride = plan.tp, 1
    elif side == "cp":
        ranks, stride = plan.cp, plan.tp
    elif side == "ep":
        ranks, stride = _experts(scene, i)
    elif side == "dp":
        # Gradients are reduced over the ranks of a context too: they hold the same weights.
        trained = bool(at(shape.training, i))
        ranks, stride = (replicas * plan.cp, plan.tp) if trained else (replicas, plan.tp * plan.cp)
    else:
        ranks, stride = plan.pp, plan.tp * plan.cp * replicas
    return Group(side, ranks, stride, plan.chips)


def _experts(scene: Scene, i: int) -> tuple[int, int]:
    s = scene.study.scenarios[i]
    if s.workload.experts is None:
        return 1, 1
    sliced = int(at(scene.report.shape.expert_tp, i))
    slices = max(1, sliced // s.plan.tp)
    return s.plan.ep * slices, max(1, sliced // slices)


def sent_along(scene: Scene, i: int, side: Side) -> Sent:
    """The traffic of one side of the plan, all its messages together."""
    t, rows = scene.report.traffic, list(_ROWS[side])
    count = at(t.count, i)[rows]
    tier = int(np.max(np.where(count > 0, at(t.tier, i)[rows], 0.0)))
    said = dict.fromkeys(list(COLLECTIVES.values())[k][1] for k, n in zip(rows, count, strict=True) if n > 0)
    return Sent(
        float(np.sum(at(t.sent_bytes, i)[rows] * count)), float(np.sum(at(t.one_s, i)[rows] * count)),
        float(np.sum(at(scene.report.exposed_s, i)[rows])), tier, ", ".join(said),
    )  # fmt: skip


def main_side(scene: Scene, i: int) -> Side:
    """The side that sends most; where nothing is sent, the first that has more than one rank."""
    bytes_of = {side: sent_along(scene, i, side).bytes for side in SIDES}
    most = max(bytes_of, key=lambda side: bytes_of[side])
    if bytes_of[most] > 0:
        return most
    return next((side for side in SIDES if group_of(scene, i, side).ranks > 1), "tp")


def ranks_of(scene: Scene, i: int, chip: int) -> str:
    """``TP 3, DP 1``: where a chip stands in the plan, counted from 0."""
    plan, replicas = scene.study.scenarios[i].plan, int(at(scene.report.shape.dp, i))
    said = []
    for name, size in (("TP", plan.tp), ("CP", plan.cp), ("DP", replicas), ("PP", plan.pp)):
        if size > 1:
            said.append(f"{name} {chip % size}")
        chip //= size
    return ", ".join(said)


def order_of(scene: Scene, i: int) -> str:
    """``ranks: TP innermost, then DP``: how they lie on the chips."""
    plan, replicas = scene.study.scenarios[i].plan, int(at(scene.report.shape.dp, i))
    there = [n for n, size in (("TP", plan.tp), ("CP", plan.cp), ("DP", replicas), ("PP", plan.pp)) if size > 1]
    if not there:
        return "one chip a replica" if plan.chips > 1 else "one chip"
    return f"ranks: {there[0]} innermost" + (f", then {', '.join(there[1:])}" if there[1:] else "")
