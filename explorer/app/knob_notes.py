"""What is said at the knobs once the hand rests: what has no effect, and, for learners, what is easily mistaken."""

from __future__ import annotations

from explorer.app.document import Document
from explorer.app.references import reference
from explorer.evaluate import Report
from explorer.explore import knobs_without_effect
from explorer.lessons import misconceptions
from explorer.lessons.results import Results
from explorer.specs import Study


def knob_notes(document: Document, study: Study, report: Report, *, learning: bool) -> tuple[tuple[str, str], ...]:
    """Knobs of the scenario in hand with their notes; ``learning``: those for learners too, before all others."""
    active = study.scenarios[study.active]
    said = {k: f"no effect now: {why}" for k, why in knobs_without_effect(active).items()} if report.valid_plan[study.active] else {}
    if learning:
        before = reference(document.library, document.opened, study, study.active)
        said |= {n.knob: n.text for n in misconceptions.notes(before, study, Results(study, report))}
    return tuple(said.items())
