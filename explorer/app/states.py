"""What each knob row shows for the scenario in hand."""

from __future__ import annotations

from explorer.app.linking import LINKED
from explorer.app.references import reference
from explorer.app.widgets import KnobState
from explorer.knobs import KNOBS, Knob, Ladder, Value, ladder, was
from explorer.library import Library
from explorer.specs import CONFIDENCE, Scenario, Study


def ladders(library: Library) -> dict[str, Ladder]:
    """The stops of every knob, with the products of ``library`` named among them."""
    return {k.key: ladder(k, () if k.kind == "choice" else library.landmarks(k.key)) for k in KNOBS}


def knob_states(
    library: Library, opened: Study, study: Study, stops: dict[str, Ladder], notes: dict[str, str],
    linked: frozenset[str] = LINKED,
) -> dict[str, KnobState]:
    """States of the rows; knobs of what the chip in hand does not have are absent. ``notes``: what is to be said of a knob."""
    scenario = study.scenarios[study.active]
    before = reference(library, opened, study, study.active)
    found = {}
    for knob in KNOBS:
        value = knob.get(scenario)
        if value is None and not knob.assumable(scenario):
            continue
        note = notes.get(knob.key, "")
        if value is None:
            note = knob.assumable(scenario)
        earlier = was(knob.key, scenario, before)
        found[knob.key] = KnobState(
            value=value, ladder=stops[knob.key], was=earlier, note=note,
            tip="\n".join((knob.label, *source_lines(knob, scenario, earlier, linked))), slot=study.active,
        )  # fmt: skip
    return found


def source_lines(knob: Knob, scenario: Scenario, earlier: Value | None = None, linked: frozenset[str] = LINKED) -> tuple[str, ...]:
    """Help, scope, source and confidence of a knob's value. ``earlier``: what the preset says, where a hand changed it."""
    remembered = scenario.was.get(knob.key)
    source = remembered.source if remembered else knob.source(scenario)
    lines = [knob.help, f"Enters: {knob.enters}"]
    if knob.key in linked:
        lines.append("Moves for all scenarios together.")
    if earlier is not None or remembered or (source and source.kind == "user"):
        says = f"; it was {knob.text(earlier)}" if earlier is not None else ""
        lines.append(f"Set by you{says}")
    if source and source.kind != "user":
        of = f" of {knob.text(earlier)}" if earlier is not None else ""
        lines.append(f"Source{of}: {source.ref}{f', checked {source.checked}' if source.checked else ''}")
        lines.append(f"Confidence: {CONFIDENCE[source.kind]}")
        lines += [text for text in (source.note, source.url) if text]
    field = knob.key.removeprefix("chip.")
    if knob.key.startswith("chip.") and field in scenario.chip.alternatives:
        lines.append(f"Elsewhere: {'; '.join(scenario.chip.alternatives[field])}")
    return tuple(lines)
