"""What the rows of the editor show for the scenario in hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from explorer.app.library.field_row import FieldState
from explorer.library.companions import PARTS
from explorer.library.edits import value_text
from explorer.library.field_text import field_text
from explorer.library.fields import Row, label_of, rows_of, source_of
from explorer.specs import CONFIDENCE, Scenario, Source, Spec, value_at
from explorer.specs.edited import PRICE

NONE, PRESENT = "none", "present"
_LONGEST = 12
_PRICE = Row(PRICE, PRICE, "Price in this scenario", "Prices", "USD/h", "number", optional=True)
_TITLES = {"workload.experts": "Mixture of experts", "workload.latent": "Latent attention", "workload.window": "Sliding window"}


def editor_rows(root: str, scenario: Scenario) -> tuple[Row, ...]:
    """Every field of the chip, fabric or workload in hand. A part that the model lacks is one row that says so."""
    spec: Spec = getattr(scenario, root)
    rows: list[Row] = []
    for row in rows_of(root, spec):
        if row.path.startswith(("chip.at_least", "chip.at_most")):
            continue
        if row.part_of in PARTS and not any(r.path == row.part_of for r in rows):
            rows.append(Row(row.part_of, row.part_of, _TITLES[row.part_of], row.group, "1", "choice", words=(NONE, PRESENT)))
        if not row.part_of or value_at(scenario, row.part_of) is not None:
            rows.append(row)
    if root == "chip":
        at = next((i for i, row in enumerate(rows) if row.group == "Prices"), len(rows))
        rows.insert(at, _PRICE)
    return tuple(rows)


def words_of(row: Row) -> tuple[str, ...]:
    """The words of a choice or a switch; none for what is typed."""
    return ("yes", "no") if row.kind == "switch" else row.words


def field_state(row: Row, scenario: Scenario, before: Scenario) -> FieldState:
    """The value of one row, whose number it is, and what it was. ``before``: the scenario without its edits."""
    if row.path in PARTS:
        return _part_state(row, scenario, before)
    value, then = _value(row, scenario), _value(row, before)
    edited = value != then
    text = _text(row, value)
    remembered = scenario.was.get(row.path)
    source = remembered.source if remembered else _source(row, scenario)
    was = value_text(row.path, then) if row.path == PRICE else field_text(row, then)
    said = f"Edited, was {was}" if edited else _short(source)
    tip = "\n".join(part for part in (f"{row.label} {field_text(row, value)}", said if edited else "", _whole(source, edited)) if part)
    return FieldState(text, said, tip, edited)


def _part_state(row: Row, scenario: Scenario, before: Scenario) -> FieldState:
    now, then = (PRESENT if value_at(s, row.path) is not None else NONE for s in (scenario, before))
    said = f"Edited, was {then}" if now != then else ""
    return FieldState(now, said, f"{row.label}: {now}", now != then)


def _value(row: Row, scenario: Scenario) -> Any:
    return value_at(scenario, row.path)


def _text(row: Row, value: Any) -> str:
    """Exact where that is short, so that what is shown reads back as the same."""
    if words_of(row):
        return "yes" if value is True else "no" if value is False else str(value)
    exact = field_text(row, value, exact=True)
    whole = row.kind not in ("number", "numbers") or (row.unit == "1" and row.kind == "number")
    return exact if len(exact) <= _LONGEST or whole else field_text(row, value)


def _source(row: Row, scenario: Scenario) -> Source | None:
    root, _, inside = row.path.partition(".")
    found: Source | None = None
    if row.path == PRICE:
        found = scenario.offer.source if scenario.offer else None
    elif value_at(scenario, row.path) is not None:
        found = source_of(getattr(scenario, root), inside)
    return found


def _short(source: Source | None) -> str:
    return f"{source.kind}: {source.ref}" if source is not None else ""


def _whole(source: Source | None, edited: bool) -> str:
    if source is None:
        return ""
    lines = [f"{'Before: ' if edited else ''}{source.ref}", CONFIDENCE[source.kind], f"checked {source.checked}" if source.checked else "", source.note]
    return "\n".join(line for line in lines if line)


def step_text(changes: Mapping[str, Any], row: Row) -> str:
    """What undo calls an entry."""
    value = changes.get(row.path)
    return f"{row.label} {field_text(replace(row, kind='text') if isinstance(value, str) else row, value)}" if row.path in changes else label_of(row.path)


__all__ = ["NONE", "PRESENT", "editor_rows", "field_state", "step_text", "words_of"]
