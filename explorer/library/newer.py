"""A study that is older than the presets: what they say now, and the study brought up to them, edits kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from explorer.errors import ExplorerError
from explorer.library.changes import numbered
from explorer.library.edits import Edit, differences, same_data, value_text
from explorer.library.presets import Library
from explorer.specs import Calibration, Offer, Scenario, Spec, SpecError, Study, as_it_was, set_by_hand, taken, value_at
from explorer.specs.edited import PARTS, PRICE

_MOST_NAMED = 2


@dataclass(frozen=True)
class Newer:
    """One scenario whose presets say other values than it embeds. An edit's ``now`` is the study's value, ``was`` the presets'."""

    name: str
    values: tuple[Edit, ...]
    losses: bool


def newer_presets(library: Library, study: Study) -> tuple[Newer, ...]:
    """Scenarios that differ from the present presets without any hand. None where the study was made with these."""
    if same_data(library, study):
        return ()
    found = []
    for name, scenario in zip(numbered(study), study.scenarios, strict=True):
        plain = as_it_was(scenario)
        values = tuple(_values(library, plain))
        losses = _calibration(library, scenario) != scenario.calibration
        if values or losses:
            found.append(Newer(name, values, losses))
    return tuple(found)


def newer_line(library: Library, study: Study) -> str:
    """One line for the window; nothing where there is nothing to say."""
    found = newer_presets(library, study)
    said = [f"{each.name} {edit.text('now')}" for each in found for edit in each.values]
    losses = [each.name for each in found if each.losses]
    said += [f"losses of {', '.join(dict.fromkeys(losses))}"] if losses else []
    if not said:
        return ""
    more = f"; {len(said) - _MOST_NAMED} more" if len(said) > _MOST_NAMED else ""
    return f"The presets have changed since this study was made: {'; '.join(said[:_MOST_NAMED])}{more}."


def updated(library: Library, study: Study) -> Study:
    """``study`` with what the presets say now. What its user entered stays entered, over the presets' values."""
    scenarios = tuple(_updated(library, s) for s in study.scenarios)
    return study.replace(scenarios=scenarios, data_version=library.data_version)


def _updated(library: Library, scenario: Scenario) -> Scenario:
    parts: dict[str, Any] = {}
    for root in PARTS:
        preset = _preset(library, root, getattr(scenario, root))
        if preset is not None:
            parts[root] = preset
    plain = as_it_was(scenario)
    parts["offer"] = _offer(parts.get("chip", scenario.chip), plain.offer)
    made = taken(scenario, **parts).replace(calibration=_calibration(library, scenario))
    for path in scenario.was:
        if path == PRICE or not path.startswith("offer."):
            made = _again(made, path, value_at(scenario, path))
    return made


def _again(scenario: Scenario, path: str, value: Any) -> Scenario:
    """An edit made again; one that the new presets have no place for is dropped."""
    try:
        return set_by_hand(scenario, {path: value}, value_text)
    except SpecError:
        return scenario


def _preset(library: Library, root: str, spec: Spec) -> Spec | None:
    found: Spec | None = getattr(library, f"{root}s").get(getattr(spec, "id", ""))
    return found


def _values(library: Library, plain: Scenario) -> Iterator[Edit]:
    for root in PARTS:
        spec = getattr(plain, root)
        preset = _preset(library, root, spec)
        if preset is not None and preset is not spec:
            yield from differences(root, preset, spec)
    offer = _offer(_preset(library, "chip", plain.chip) or plain.chip, plain.offer)
    if plain.offer is not None and offer is not None and offer.usd_per_chip_h != plain.offer.usd_per_chip_h:
        yield Edit(PRICE, "Price", offer.usd_per_chip_h, plain.offer.usd_per_chip_h, by_hand=False)


def _offer(chip: Spec, offer: Offer | None) -> Offer | None:
    """The chip's present offer of the same kind and instance; the offer itself where there is none."""
    if offer is None:
        return None
    offers: tuple[Offer, ...] = getattr(chip, "offers", ())
    return next((o for o in offers if (o.kind, o.instance) == (offer.kind, offer.instance)), offer)


def _calibration(library: Library, scenario: Scenario) -> Calibration:
    """The present losses of the chip, under the same training stack and serving engine."""
    was = scenario.calibration
    try:
        return library.calibration(scenario.chip.id, was.stack, was.server)
    except ExplorerError:
        return was


__all__ = ["Newer", "newer_line", "newer_presets", "updated"]
