"""Which numbers of a scenario are not those of its presets, so that no edited chip passes for the vendor's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from explorer.knobs import KNOBS, knob
from explorer.library.field_text import field_text
from explorer.library.fields import APART, Row, label_of
from explorer.library.presets import Library, capacity_block
from explorer.library.sourced import unit_of
from explorer.specs import Chip, Fabric, Offer, Scenario, Spec, Study, Workload, source_key, value_at
from explorer.specs.edited import PARTS, PRICE
from explorer.units import exact_text

_NOT_COMPARED = (*APART, "name", "vendor", "released", "offers", "at_least", "at_most")
_ORDER = {k.key: i for i, k in enumerate(KNOBS)}
_KNOBS = {k.key: k for k in KNOBS}
_MOST_KEPT = 64
_ONE_AT_A_TIME = Lock()  # exports ask from threads of their own
_Parts = tuple[Library, Scenario]  # kept, so that the ids in the key stay theirs
_parts: dict[tuple[int, int, tuple[str, ...]], tuple[tuple[Spec, Spec], tuple[Edit, ...]]] = {}
_kept: dict[tuple[int, ...], tuple[_Parts, tuple[Edit, ...]]] = {}


@dataclass(frozen=True)
class Edit:
    """One value that differs: its path and label, what it was (None: not published) and what it is.

    ``by_hand``: somebody is known to have entered it; else it merely differs from the present preset.
    """

    key: str
    label: str
    was: Any
    now: Any
    by_hand: bool = True

    def text(self, before: str = "was") -> str:
        """``HBM capacity 500 GiB, was 179 GiB``; with all digits where fewer would say the same twice."""
        now, was = value_text(self.key, self.now), value_text(self.key, self.was)
        if now == was and isinstance(self.now, float | int) and isinstance(self.was, float | int):
            unit = _row(self.key).unit
            now, was = exact_text(self.now, unit), exact_text(self.was, unit)
        acronym = self.label[:2].isupper()
        label = self.label if acronym else f"{self.label[:1].lower()}{self.label[1:]}"
        return f"{label} {now}, {before} {was}"


def value_text(path: str, value: Any) -> str:
    """A value at ``path`` as its knob writes it, or as its row does where there is no knob."""
    return knob(path).text(value) if path in _KNOBS else field_text(_row(path), value)


def _row(path: str) -> Row:
    return Row(path, path, label_of(path), "", unit_of_path(path), "number")


def unit_of_path(path: str) -> str:
    """The base unit of the field at ``path``."""
    name, _, entry = path.rpartition(".")
    inside = name.rpartition(".")[2]
    return unit_of(inside) if inside in ("array_fraction", "sparse_flop_per_s") else unit_of(entry)


def edits(library: Library, scenario: Scenario) -> tuple[Edit, ...]:
    """What differs in chip, fabric, workload and price from what it was before its user changed it, in the order of the knobs.

    What the scenario remembers (``was``) comes first; where it remembers nothing, a preset with the same id is asked, and for a
    user's preset the shipped one that it is based on. What was found is kept: a chip that did not change since the last call costs
    a look-up.
    """
    s = scenario
    key = (id(library), id(s.chip), id(s.fabric), id(s.workload), id(s.offer), id(s.was))
    found = _kept.get(key)
    if found is None:
        listed = sorted(_differences(library, s), key=lambda e: _ORDER.get(e.key, len(_ORDER)))
        found = (library, s), tuple(listed)
        with _ONE_AT_A_TIME:
            while len(_kept) >= _MOST_KEPT:
                del _kept[next(iter(_kept))]
            _kept[key] = found
    return found[1]


def hand_edits(library: Library, study: Study, index: int) -> tuple[Edit, ...]:
    """What somebody has changed in one scenario. A study that is older than the presets may differ from them without any hand."""
    found = edits(library, study.scenarios[index])
    return found if same_data(library, study) else tuple(e for e in found if e.by_hand)


def same_data(library: Library, study: Study) -> bool:
    """Whether a study was made with the presets that ``library`` holds; one that says nothing was."""
    return study.data_version in ("", library.data_version)


def preset_of(library: Library, root: str, spec: Spec) -> Spec | None:
    """The preset to which a chip, fabric or workload is compared: the shipped one that it is based on, or that with its id."""
    known: Mapping[str, Chip] | Mapping[str, Fabric] | Mapping[str, Workload] = getattr(library, f"{root}s")
    return known.get(str(getattr(spec, "based_on", None) or getattr(spec, "id", "")))


def _differences(library: Library, now: Scenario) -> Iterator[Edit]:
    for root in PARTS:
        spec = getattr(now, root)
        remembered = [path for path in now.was if path.startswith(f"{root}.")]
        for path in remembered:
            value = value_at(spec, path.partition(".")[2])
            if value != now.was[path].value:
                yield Edit(path, label_of(path), now.was[path].value, value)
        preset = preset_of(library, root, spec)
        if preset is not None and preset is not spec:
            yield from _kept_differences(root, preset, spec, tuple(remembered))
    if now.offer is not None and not _published(now.offer, now.chip.offers):
        yield from _price(library, now)


def _kept_differences(root: str, preset: Spec, spec: Spec, known: tuple[str, ...]) -> tuple[Edit, ...]:
    """As `differences`. While one part is dragged the others are not looked through again."""
    key = (id(preset), id(spec), known)
    found = _parts.get(key)
    if found is None:
        found = (preset, spec), tuple(differences(root, preset, spec, known))
        with _ONE_AT_A_TIME:
            while len(_parts) >= _MOST_KEPT:
                del _parts[next(iter(_parts))]
            _parts[key] = found
    return found[1]


def differences(root: str, was: Spec, now: Spec, known: Collection[str] = ()) -> Iterator[Edit]:
    """Every field but names, prices and sources in which two chips, fabrics or workloads differ; not those at ``known`` paths."""
    for name in type(now).model_fields:
        if name in _NOT_COMPARED or f"{root}.{name}" in known:
            continue
        for inside, old, new in _unlike(name, getattr(was, name), getattr(now, name)):
            if f"{root}.{inside}" not in known:
                key = source_key(now, inside)
                source = getattr(now, "sources", {}).get(key)
                yield Edit(f"{root}.{inside}", label_of(f"{root}.{key}"), old, new, source is not None and source.kind == "user")


def _unlike(path: str, was: Any, now: Any) -> Iterator[tuple[str, Any, Any]]:
    """Paths of plain values, inside one field, that are not the same."""
    if was is now or was == now:
        return
    one = now if was is None else was
    keys: Iterable[str] = ()
    if isinstance(one, Spec):
        keys = type(one).model_fields
    elif isinstance(one, Mapping):
        keys = dict.fromkeys((*(was or {}), *(now or {})))
    elif isinstance(one, tuple) and one and isinstance(one[0], Spec):
        keys = [str(i) for i in range(max(len(was or ()), len(now or ())))]
    else:
        yield path, was, now
    for key in keys:
        yield from _unlike(f"{path}.{key}", _inside(was, key), _inside(now, key))


def _inside(part: Any, key: str) -> Any:
    return None if part is None else getattr(part, key) if isinstance(part, Spec) else value_at(part, key)


def _price(library: Library, now: Scenario) -> Iterator[Edit]:
    if PRICE in now.was:
        was, by_hand = now.was[PRICE].value, True
    else:
        chip = preset_of(library, "chip", now.chip) or now.chip
        offers = getattr(chip, "offers", ())
        if _published(now.offer, offers):
            return
        usual = capacity_block(chip) or next(iter(offers), None) if isinstance(chip, Chip) else None
        was, by_hand = usual.usd_per_chip_h if usual else None, now.offer is not None and now.offer.source.kind == "user"
    if now.offer is not None and was != now.offer.usd_per_chip_h:
        yield Edit(PRICE, label_of(PRICE), was, now.offer.usd_per_chip_h, by_hand)


def _published(offer: Offer | None, published: tuple[Offer, ...]) -> bool:
    return offer is not None and any(offer.kind == o.kind and offer.usd_per_chip_h == o.usd_per_chip_h for o in published)
