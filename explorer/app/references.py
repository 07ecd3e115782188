"""What a scenario was before hands changed it: the presets, and the study as opened."""

from __future__ import annotations

from explorer.library import Library, capacity_block
from explorer.library.edits import edits
from explorer.specs import Scenario, Study

# Scenarios stand side by side to be compared under the same load, so the load moves for all of them together.
LINKED = frozenset({"job.phase", "job.batch", "job.context", "efficiency"})


def reference(library: Library, opened: Study, study: Study, index: int) -> Scenario:
    """The unedited counterpart of one scenario: shipped chip and fabric; job and plan as the study was opened."""
    now = study.scenarios[index]
    chip = library.chips.get(now.chip.id, now.chip)
    fabric = library.fabrics.get(now.fabric.id, now.fabric)
    kept = now.offer and next((o for o in chip.offers if o.kind == now.offer.kind), None)
    offer = kept or capacity_block(chip)  # what a new scenario has, which may be none
    changes: dict[str, object] = {"chip": chip, "fabric": fabric, "offer": offer}
    if index < len(opened.scenarios) and opened.scenarios[index].chip.id == now.chip.id:
        then = opened.scenarios[index]
        changes |= {"job": then.job, "plan": then.plan, "efficiency": then.efficiency}
    return now.replace(**changes)


def edited(library: Library, study: Study, index: int) -> bool:
    """Whether hardware numbers of a scenario differ from the shipped presets."""
    return bool(edits(library, study.scenarios[index]))
