"""Rented machines as a list and side by side: which chips, how many, on which fabric, and what an hour costs by kind of offer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from explorer.library.listing import UNKNOWN, VENDOR_KINDS, Listed
from explorer.library.presets import Library
from explorer.library.sheet import Sheet, SheetCell, SheetRow
from explorer.specs import CONFIDENCE, Instance, Offer
from explorer.units import format_quantity

ROOT = "instance"
_KINDS = ("capacity block", "on demand", "list", "assumed")
_RANK = {kind: i for i, kind in enumerate(CONFIDENCE)}
_YEAR = re.compile(r"\b20\d\d\b")
_NONE = "no price published"


def listed_machines(library: Library) -> tuple[Listed, ...]:
    """All rented machines, by who rents them out."""
    rows = [_listed(library, machine) for machine in library.instances.values()]
    return tuple(sorted(rows, key=lambda row: (row.vendors, row.spec.name.casefold())))


def _listed(library: Library, machine: Instance) -> Listed:
    chip, fabric, offers = library.chip(machine.chip), library.fabric(machine.fabric), library.offers_of(machine)
    offer = offer_of(library, machine)
    kinds = [source.kind for source in (*machine.sources.values(), *(o.source for o in offers))]
    share = sum(kind in VENDOR_KINDS for kind in kinds) / len(kinds) if kinds else 0.0
    weakest = max(kinds, key=lambda kind: _RANK[kind], default="guess")
    price = offer.usd_per_chip_h if offer else UNKNOWN
    about = (machine.provider, chip.name, f"{machine.chips:,}", _hourly(offer, machine.chips), _hourly(offer, 1), offer.kind if offer else "–", fabric.name)
    return Listed(
        ROOT, machine, (machine.provider,), min((int(y) for y in _YEAR.findall(chip.released)), default=None), False, share, weakest,
        (machine.name, *about, f"{share:.0%}", weakest),
        (machine.name.casefold(), *about[:2], machine.chips, price * machine.chips, price, *about[5:], share, _RANK[weakest]),
    )  # fmt: skip


def offer_of(library: Library, machine: Instance) -> Offer | None:
    """The offer under which a machine is evaluated, else the first that it has: only the same kind is compared."""
    return min(library.offers_of(machine), key=lambda offer: _KINDS.index(offer.kind), default=None)


def _hourly(offer: Offer | None, chips: int) -> str:
    return format_quantity(offer.usd_per_chip_h * chips, "USD/h", digits=6 if chips > 1 else 4) if offer else "–"


def machine_sheet(library: Library, machines: Sequence[Instance]) -> Sheet:
    """Rented machines side by side. The cheapest chip of a row is marked: one kind of offer a row."""
    rows = [
        _row("provider", "Rented out by", "About", [SheetCell(m.provider, m.provider) for m in machines]),
        _row("chip", "Chip", "About", [SheetCell(library.chip(m.chip).name, m.chip) for m in machines]),
        _row("chips", "Chips", "About", [SheetCell(f"{m.chips:,}", m.chips, source=m.sources.get("chips")) for m in machines]),
        _row("fabric", "Fabric", "About", [SheetCell(library.fabric(m.fabric).name, m.fabric) for m in machines]),
    ]
    if any(m.note for m in machines):
        rows.append(_row("note", "Note", "About", [SheetCell(m.note or "–", m.note or None) for m in machines]))
    for kind in _KINDS:
        offers = [next((o for o in library.offers_of(m) if o.kind == kind), None) for m in machines]
        if any(offers):
            rows += _prices(kind, machines, offers)
    if all(row.group == "About" for row in rows):
        rows.append(_row("price", "Price", "Prices", [SheetCell(_NONE) for _ in machines]))
    return Sheet(ROOT, tuple(m.name for m in machines), tuple(rows))


def _prices(kind: str, machines: Sequence[Instance], offers: Sequence[Offer | None]) -> list[SheetRow]:
    known = [o.usd_per_chip_h for o in offers if o]
    least = min(known) if len(set(known)) > 1 else None
    cells: list[list[SheetCell]] = [[], [], []]
    for machine, offer in zip(machines, offers, strict=True):
        if offer is None:
            for column, text in zip(cells, (_NONE, _NONE, "–"), strict=True):
                column.append(SheetCell(text))
            continue
        each = offer.usd_per_chip_h
        cells[0].append(SheetCell(_hourly(offer, machine.chips), each * machine.chips, source=offer.source))
        cells[1].append(SheetCell(_hourly(offer, 1), each, best=each == least, source=offer.source))
        cells[2].append(SheetCell(offer.date or "–", offer.date or None, source=offer.source))
    labels = (f"Machine, {kind}", f"A chip, {kind}", f"Day, {kind}")
    return [_row(f"{name}.{kind}", label, "Prices", row) for name, label, row in zip(("machine", "chip price", "date"), labels, cells, strict=True)]


def _row(key: str, label: str, group: str, cells: Sequence[SheetCell]) -> SheetRow:
    return SheetRow(f"{ROOT}.{key}", label, group, tuple(cells))


__all__ = ["ROOT", "listed_machines", "machine_sheet", "offer_of"]
