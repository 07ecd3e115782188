"""What a scenario was before hands changed it: the presets, and the study as opened."""

from __future__ import annotations

from explorer.knobs import KNOBS, was
from explorer.library import Library
from explorer.specs import Scenario, Study

# Scenarios stand side by side to be compared under the same load, so the load moves for all of them together.
LINKED = frozenset({"job.phase", "job.batch", "job.context", "efficiency"})
_HARDWARE = ("chip.", "fabric.", "offer.")


def reference(library: Library, opened: Study, study: Study, index: int) -> Scenario:
    """The unedited counterpart of one scenario: shipped chip and fabric; job and plan as the study was opened."""
    now = study.scenarios[index]
    chip = library.chips.get(now.chip.id, now.chip)
    fabric = library.fabrics.get(now.fabric.id, now.fabric)
    kind = now.offer.kind if now.offer and now.offer.kind != "assumed" else "capacity block"
    offer = next((o for o in chip.offers if o.kind == kind), next(iter(chip.offers), None))
    changes: dict[str, object] = {"chip": chip, "fabric": fabric, "offer": offer}
    if index < len(opened.scenarios) and opened.scenarios[index].chip.id == now.chip.id:
        then = opened.scenarios[index]
        changes |= {"job": then.job, "plan": then.plan, "efficiency": then.efficiency}
    return now.replace(**changes)


def edited(library: Library, study: Study, index: int) -> bool:
    """Whether hardware numbers of a scenario differ from the shipped presets."""
    now, before = study.scenarios[index], reference(library, study, study, index)
    return any(k.key.startswith(_HARDWARE) and was(k.key, now, before) is not None for k in KNOBS)
