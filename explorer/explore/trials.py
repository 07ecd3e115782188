"""Neighbours of a scenario: what a person could change next, as sets of knobs that are turned together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from explorer.errors import ExplorerError
from explorer.knobs import Value, knob
from explorer.specs import FORMATS, RECOMPUTES, Scenario

Changes = dict[str, Value]
Trial = tuple[Changes, Scenario]

_LARGEST_GROUP = 4096
_CUTS = ((2.0, 1.0), (0.5, 1.0), (1.0, 2.0), (1.0, 0.5), (2.0, 0.5), (0.5, 2.0))  # factors of TP and of PP


def trial(s: Scenario, changes: Changes) -> Trial | None:
    """``s`` with all of ``changes`` that are changes; None where there are none, or where a knob refuses its value."""
    changes = {key: value for key, value in changes.items() if knob(key).get(s) != value}
    made = s
    for key, value in changes.items():
        try:
            made = knob(key).set(made, value)
        except ExplorerError:
            return None  # outside what this scenario takes: no neighbour on that side
    return (changes, made) if changes else None


def neighbours(s: Scenario) -> list[Trial]:
    """One step away on the same chips: other cuts at the same work, a larger batch, recomputation, narrower formats."""
    found: list[Changes] = [*_cuts(s), {"job.batch": s.job.batch * 2}]
    if s.job.phase == "training":
        found += [{"plan.microbatch": m} for m in (s.plan.microbatch // 2, s.plan.microbatch * 2)]
        found += [{"plan.recompute": choice} for choice in RECOMPUTES]
        found.append({"plan.zero": 3})
        if s.plan.pp > 1:
            found += [{"plan.virtual_stages": v} for v in (s.plan.virtual_stages // 2, s.plan.virtual_stages * 2)]
    else:
        found += narrower(s)
    return [t for changes in found if (t := trial(s, changes))]


def narrower(s: Scenario) -> list[Changes]:
    """Weights or KV cache in fewer bits, by the smallest step there is."""
    found: list[Changes] = []
    for key in ("job.kv_format", "job.weight_format"):
        held = FORMATS[str(knob(key).get(s))].width
        width = max((form.width for form in FORMATS.values() if form.width < held), default=0)
        found += [{key: name} for name, form in FORMATS.items() if form.width == width]
    return found


def _cuts(s: Scenario) -> Iterator[Changes]:
    """Half and twice the TP and PP. In inference the batch of a replica follows, so that all replicas hold the same work."""
    for by_tp, by_pp in _CUTS:
        tp, pp = s.plan.tp * by_tp, s.plan.pp * by_pp
        if tp != int(tp) or pp != int(pp):
            continue
        cut: Changes = {"plan.tp": int(tp), "plan.pp": int(pp)}
        batch = s.job.batch * by_tp * by_pp
        if s.job.phase == "training":
            yield cut
        elif batch == int(batch):
            yield cut | {"job.batch": int(batch)}
        else:
            yield cut  # fewer sequences than replicas: nothing to share out


def regroupings(s: Scenario, most_chips: int) -> list[Changes]:
    """Every power-of-two TP x PP on the present chips or on the smallest cluster above them that holds it."""
    heads, layers = s.workload.heads, s.workload.layers
    tps = [t for t in _powers(heads & -heads) if t <= max(s.fabric.scale_up.domain, s.plan.tp)]
    found: list[Changes] = []
    for tp, pp in product(tps, _powers(layers)):
        group = tp * pp
        if group > _LARGEST_GROUP:
            continue
        if s.plan.chips % group == 0:
            found.append({"plan.chips": s.plan.chips, "plan.tp": tp, "plan.pp": pp})
        elif group <= most_chips:
            found.append({"plan.chips": -(-s.plan.chips // group) * group, "plan.tp": tp, "plan.pp": pp})
    return found


def _powers(most: int) -> list[int]:
    return [2**k for k in range(most.bit_length()) if 2**k <= most]


def words(changes: Changes) -> str:
    """The knobs and their new values as one phrase: ``Tensor parallel 8, batch 16``."""
    parts = [f"{knob(key).label} {knob(key).text(value)}" for key, value in changes.items()]
    rest = [part if part[:2].isupper() else part[0].lower() + part[1:] for part in parts[1:]]
    return ", ".join([*parts[:1], *rest])
