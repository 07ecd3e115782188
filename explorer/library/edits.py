"""Which hardware numbers of a scenario are not those of the shipped preset, so that no edited chip passes for the vendor's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from threading import Lock

from explorer.knobs import KNOBS, Knob, Value, knob
from explorer.library.presets import Library, capacity_block
from explorer.specs import Offer, Scenario
from explorer.units import exact_text

# Plain attributes are read several times faster than `Knob.get` walks them, and a drag asks in every frame.
_CHIP, _FABRIC = (
    tuple((k, attrgetter(k.key)) for k in KNOBS if k.key.startswith(f"{part}.")) for part in ("chip", "fabric")
)
_PRICE = knob("offer.usd_per_chip_h")
_MOST_KEPT = 64
_ONE_AT_A_TIME = Lock()  # exports ask from threads of their own
_Row = tuple[Knob, Callable[[Scenario], Value | None]]
_Parts = tuple[Library, Scenario]  # kept, so that the ids in the key stay theirs
_kept: dict[tuple[int, ...], tuple[_Parts, tuple[Edit, ...]]] = {}


@dataclass(frozen=True)
class Edit:
    """One number that differs: the knob's key and label, the preset's value (None: not published) and the present one."""

    key: str
    label: str
    was: Value | None
    now: Value | None

    def text(self) -> str:
        """``HBM capacity 500 GiB, was 179 GiB``; with all digits where fewer would say the same twice."""
        row = knob(self.key)
        now, was = row.text(self.now), row.text(self.was)
        if now == was and not isinstance(self.now, str | None) and not isinstance(self.was, str | None):
            now, was = exact_text(self.now, row.unit), exact_text(self.was, row.unit)
        acronym = self.label[:2].isupper()
        label = self.label if acronym else f"{self.label[:1].lower()}{self.label[1:]}"
        return f"{label} {now}, was {was}"


def edits(library: Library, scenario: Scenario) -> tuple[Edit, ...]:
    """The chip's, fabric's and offer's knobs that differ from the presets with the same ids, in the order of the knobs.

    A user's chip or fabric is compared with the shipped
    one that it is based on, one whose id no preset has with nothing. What was found is kept: a chip that did not change
    since the last call costs a look-up.
    """
    key = (id(library), id(scenario.chip), id(scenario.fabric), id(scenario.offer))
    found = _kept.get(key)
    if found is None:
        found = (library, scenario), tuple(_differences(library, scenario))
        with _ONE_AT_A_TIME:
            while len(_kept) >= _MOST_KEPT:
                del _kept[next(iter(_kept))]
            _kept[key] = found
    return found[1]


def _differences(library: Library, now: Scenario) -> Iterator[Edit]:
    chip = library.chips.get(now.chip.based_on or now.chip.id, now.chip)
    fabric = library.fabrics.get(now.fabric.based_on or now.fabric.id, now.fabric)
    if chip is not now.chip or fabric is not now.fabric:
        before = now.model_copy(update={"chip": chip, "fabric": fabric})
        yield from _of(_CHIP if chip is not now.chip else (), before, now)
    if now.offer is not None and not _published(now.offer, chip.offers):
        usual = capacity_block(chip) or next(iter(chip.offers), None)
        was = usual.usd_per_chip_h if usual else None
        if was != now.offer.usd_per_chip_h:
            yield Edit(_PRICE.key, _PRICE.label, was, now.offer.usd_per_chip_h)
    if fabric is not now.fabric:
        yield from _of(_FABRIC, before, now)


def _of(rows: tuple[_Row, ...], before: Scenario, now: Scenario) -> Iterator[Edit]:
    for row, read in rows:
        was, value = read(before), read(now)
        if was != value:
            yield Edit(row.key, row.label, was, value)


def _published(offer: Offer, published: tuple[Offer, ...]) -> bool:
    return any(offer.kind == o.kind and offer.usd_per_chip_h == o.usd_per_chip_h for o in published)
