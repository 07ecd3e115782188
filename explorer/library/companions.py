"""What must change along with a field, so that one edit does not stand in the way of itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from explorer.library.fields import rows_of
from explorer.specs import Scenario, Workload

_UP = "fabric.scale_up."
_AXES, _SHARE, _DOMAIN, _KIND, _REDUCES = (f"{_UP}{n}" for n in ("axes", "axis_share", "domain", "kind", "in_network_reduction"))
PARTS = ("workload.experts", "workload.latent", "workload.window")


def with_companions(scenario: Scenario, path: str, value: Any) -> Mapping[str, Any]:
    """The edit of ``path`` with what goes along: a torus keeps axes, shares and domain together."""
    up = scenario.fabric.scale_up
    if path == _AXES and isinstance(value, tuple) and value:
        shares = up.axis_share if len(value) == len(up.axis_share) else (1 / len(value),) * len(value)
        return {path: value, _SHARE: shares, _DOMAIN: math.prod(value)}
    if path == _DOMAIN and len(up.axes) == 1:
        return {path: value, _AXES: (value,)}
    if path == _KIND and value in ("switch", "mesh"):
        return {path: value, _AXES: (), _SHARE: ()} | ({_REDUCES: False} if value == "mesh" else {})
    if path == _KIND and value == "torus" and not up.axes:
        return {path: value, _AXES: (up.domain,), _SHARE: (1.0,)}
    return {path: value}


def part_changes(scenario: Scenario, part: str, *, present: bool) -> Mapping[str, Any]:
    """Every field of a part that a model may lack: as it was, else values to begin with; None where it is to go."""
    leaves = [row.path for row in rows_of("workload", scenario.workload) if row.part_of == part]
    if not present:
        return dict.fromkeys(leaves)
    first = _first(scenario.workload)[part.partition(".")[2]]
    found = {}
    for path in leaves:
        was = scenario.was.get(path)
        found[path] = was.value if was is not None and was.value is not None else first[path.rpartition(".")[2]]
    return found


def _first(model: Workload) -> Mapping[str, Mapping[str, Any]]:
    """Values to begin with, from the model itself; all of them are the user's to change."""
    return {
        "experts": {"count": 8, "active": 2, "width": model.ffn, "shared_width": 0, "layers": model.layers, "leading_dense": True},
        "latent": {
            "query_rank": 0, "kv_rank": 4 * model.head_dim, "plain_dim": model.head_dim, "rotary_dim": max(1, model.head_dim // 2),
            "value_dim": model.head_dim,
        },
        "window": {"tokens": max(1, model.max_context // 2), "layers": max(1, model.layers // 2)},
    }  # fmt: skip


__all__ = ["PARTS", "part_changes", "with_companions"]
