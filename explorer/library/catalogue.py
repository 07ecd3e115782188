"""What there is: every preset with its vendor, year and sources, for lists, filters and counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from explorer.library.presets import Library
from explorer.specs import Calibration, Chip, Fabric, Instance, Run, Spec, Workload

Confidence = Literal["high", "medium", "low"]
CONFIDENCES: tuple[Confidence, ...] = ("high", "medium", "low")
VENDOR_KINDS = ("datasheet", "vendor doc", "vendor blog")
# Folder by folder: what one file is, and what a person calls it.
KINDS: Mapping[str, type[Spec]] = MappingProxyType({
    "chips": Chip, "fabrics": Fabric, "workloads": Workload, "instances": Instance, "runs": Run, "calibration": Calibration,
})  # fmt: skip
SINGULAR: Mapping[str, str] = MappingProxyType({
    "chip": "chips", "fabric": "fabrics", "workload": "workloads", "instance": "instances", "run": "runs",
})  # fmt: skip
_HIGH, _MEDIUM = 2 / 3, 1 / 3
_YEAR = re.compile(r"\b20\d\d\b")


@dataclass(frozen=True)
class Entry:
    """One preset of a list. ``vendors``: who makes or rents it out; ``counts``: its numbers by kind of source."""

    part: str
    spec: Chip | Fabric | Workload | Instance | Run
    vendors: tuple[str, ...] = ()
    year: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def vendor_fraction(self) -> float:
        """Share of its numbers that a datasheet or another page of the vendor gives."""
        return vendor_fraction(self.counts)

    @property
    def confidence(self) -> Confidence:
        """high: two numbers in three are the vendor's own; medium: one in three; low: fewer."""
        share = self.vendor_fraction
        return "high" if share >= _HIGH else "medium" if share >= _MEDIUM else "low"


def counts_of(spec: Spec) -> Counter[str]:
    """How many numbers of a preset have a source of each kind; offers bring their own."""
    kinds = Counter(source.kind for source in getattr(spec, "sources", {}).values())
    return Counter({str(k): n for k, n in kinds.items()}) + Counter(offer.source.kind for offer in getattr(spec, "offers", ()))


def vendor_fraction(counts: Mapping[str, int]) -> float:
    """Share of numbers with a datasheet or another page of the vendor behind them; 0 where there are none."""
    total = sum(counts.values())
    return sum(counts.get(kind, 0) for kind in VENDOR_KINDS) / total if total else 0.0


def catalogue(library: Library) -> tuple[Entry, ...]:
    """Every chip, fabric, workload, rented machine and run of ``library``, in this order."""
    found = [_of_chips("chips", chip, [chip]) for chip in library.chips.values()]
    for fabric in library.fabrics.values():
        found.append(_of_chips("fabrics", fabric, _chips_on(library, fabric.id)))
    found += [Entry("workloads", work, counts=counts_of(work)) for work in library.workloads.values()]
    for machine in library.instances.values():
        year = _year([library.chip(machine.chip)])
        found.append(Entry("instances", machine, (machine.provider,), year, counts_of(machine)))
    return (*found, *(Entry("runs", run, counts=counts_of(run)) for run in library.runs.values()))


def _of_chips(part: str, spec: Chip | Fabric, chips: Iterable[Chip]) -> Entry:
    chips = list(chips)
    return Entry(part, spec, tuple(dict.fromkeys(c.vendor for c in chips)), _year(chips), counts_of(spec))


def _chips_on(library: Library, fabric: str) -> list[Chip]:
    rented = {m.chip for m in library.instances.values() if m.fabric == fabric}
    return [c for c in library.chips.values() if fabric in c.fabrics or c.id in rented]


def _year(chips: Iterable[Chip]) -> int | None:
    """The first year that any of ``chips`` names as its release."""
    years = [int(y) for c in chips for y in _YEAR.findall(c.released)]
    return min(years, default=None)
