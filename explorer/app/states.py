"""What each knob row shows for the scenario in hand."""

from __future__ import annotations

from explorer.app.references import LINKED, reference
from explorer.app.widgets import KnobState
from explorer.knobs import KNOBS, Knob, Ladder, ladder, was
from explorer.library import Library
from explorer.specs import CONFIDENCE, Scenario, Study


def ladders(library: Library) -> dict[str, Ladder]:
    """The stops of every knob, with the products of ``library`` named among them."""
    return {k.key: ladder(k, () if k.kind == "choice" else library.landmarks(k.key)) for k in KNOBS}


def knob_states(
    library: Library, opened: Study, study: Study, stops: dict[str, Ladder], notes: dict[str, str]
) -> dict[str, KnobState]:
    """States of the rows; knobs that the chip in hand does not have are absent. ``notes``: why a knob has no effect."""
    scenario = study.scenarios[study.active]
    before = reference(library, opened, study, study.active)
    found = {}
    for knob in KNOBS:
        value = knob.get(scenario)
        if value is None and knob.key != "offer.usd_per_chip_h":
            continue
        note = f"no effect now: {notes[knob.key]}" if knob.key in notes else ""
        if value is None:
            note = "assume a price to see cost"
        found[knob.key] = KnobState(
            value=value, ladder=stops[knob.key], was=was(knob.key, scenario, before), note=note,
            tip="\n".join((knob.label, *source_lines(knob, scenario))), slot=study.active,
        )  # fmt: skip
    return found


def source_lines(knob: Knob, scenario: Scenario) -> tuple[str, ...]:
    """Help, scope, source and confidence of a knob's present value."""
    source = knob.source(scenario)
    lines = [knob.help, f"Enters: {knob.enters}"]
    if knob.key in LINKED:
        lines.append("Moves for all scenarios together.")
    if source:
        lines.append(f"Source: {source.ref}{f', checked {source.checked}' if source.checked else ''}")
        lines.append(f"Confidence: {CONFIDENCE[source.kind]}")
        lines += [text for text in (source.note, source.url) if text]
    field = knob.key.removeprefix("chip.")
    if knob.key.startswith("chip.") and field in scenario.chip.alternatives:
        lines.append(f"Elsewhere: {'; '.join(scenario.chip.alternatives[field])}")
    return tuple(lines)
