"""What a scenario was before hands changed it: the presets, and the study as opened."""

from __future__ import annotations

from explorer.library import Library, capacity_block
from explorer.library.edits import hand_edits, same_data
from explorer.specs import Chip, Scenario, Study, as_it_was, source_key, value_at
from explorer.specs.edited import PRICE, exchanged, without

_MOST_KEPT = 32
_kept: dict[tuple[object, ...], tuple[tuple[Library, Study, Scenario], Scenario]] = {}  # with what the ids in the key are of


def reference(library: Library, opened: Study, study: Study, index: int) -> Scenario:
    """The unedited counterpart of one scenario: hardware and model as they were; job and plan as the study was opened.

    What the scenario remembers of its edits comes first. Numbers that merely differ from the presets are edits too, unless the study
    was made with other presets than these. The last answers are kept: one redraw asks several times.
    """
    key = (id(library), id(opened), id(study.scenarios[index]), same_data(library, study))
    found = _kept.get(key)
    if found is None:
        while len(_kept) >= _MOST_KEPT:
            del _kept[next(iter(_kept))]
        found = _kept[key] = (library, opened, study.scenarios[index]), _reference(library, opened, study, index)
    return found[1]


def _reference(library: Library, opened: Study, study: Study, index: int) -> Scenario:
    now = as_it_was(study.scenarios[index])
    changes: dict[str, object] = {}
    if same_data(library, study):
        changes = _as_published(library, study.scenarios[index], now)
    then = next((s for s in opened.scenarios if s.id == now.id), None)
    if then is not None and then.chip.id == now.chip.id:
        changes |= {"job": then.job, "plan": then.plan, "efficiency": then.efficiency}
    return now.replace(**changes) if changes else now


def _as_published(library: Library, edited: Scenario, was: Scenario) -> dict[str, object]:
    """Parts in which ``was`` is not a preset though one has its id, as that preset has them; what the scenario remembers stays."""
    found: dict[str, object] = {}
    for root, known in (("chip", library.chips), ("fabric", library.fabrics), ("workload", library.workloads)):
        spec = getattr(was, root)
        preset = known.get(spec.id)
        if preset is not None and preset is not spec and preset != spec:
            kept = {p.partition(".")[2]: w.value for p, w in edited.was.items() if p.startswith(f"{root}.")}
            found[root] = exchanged(preset, kept) if kept else preset
    chip = found.get("chip", was.chip)
    offers = chip.offers if isinstance(chip, Chip) else ()
    if PRICE not in edited.was and (was.offer is None or was.offer not in offers):
        same = was.offer and next((o for o in offers if o.kind == was.offer.kind), None)
        found["offer"] = same or (capacity_block(chip) if isinstance(chip, Chip) else None)  # what a new scenario has, which may be none
    return found


def put_back(now: Scenario, before: Scenario, path: str) -> Scenario:
    """``now`` with the value at ``path``, and its source, as ``before`` has them."""
    if path in now.was:
        return without(now, (path,))
    root, _, rest = path.partition(".")
    if root == "offer":
        return now.replace(offer=before.offer)
    part, then = getattr(now, root), getattr(before, root)
    key = source_key(then, rest)
    sources = {name: s for name, s in part.sources.items() if name != key} | {name: s for name, s in then.sources.items() if name == key}
    return now.replace(**{root: exchanged(part, {rest: value_at(then, rest), "sources": sources})})


def edited(library: Library, study: Study, index: int) -> bool:
    """Whether somebody has changed numbers of a scenario's chip, fabric, workload or price."""
    return bool(hand_edits(library, study, index))
