"""``presets show``: what a preset says, where each number comes from, and what others publish."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from explorer.errors import ExplorerError, unknown
from explorer.library import Library, user_library
from explorer.library.catalogue import SINGULAR
from explorer.library.sourced import unit_of
from explorer.specs import Chip, Instance, Offer, Source, Spec
from explorer.units import format_quantity

_HIDDEN = ("sources", "alternatives", "id", "name", "at_least", "at_most", "stand_ins", "source", "announced")
_ANNOUNCED = "announced, not published: multiples of another chip, and that chip's values where nothing is announced"


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Which one."""
    parser.add_argument("id", metavar="ID", nargs="?", help="a preset; with its kind where two share a name: calibration/b200")


def run(arguments: argparse.Namespace) -> str:
    """One preset, line by line."""
    library = user_library()[0]
    spec = _found(library, arguments.id)
    words = [f"{spec.name} ({spec.id}), {_kind(spec)}" if hasattr(spec, "name") else f"{spec.id}, {_kind(spec)}"]  # type: ignore[attr-defined]
    if getattr(spec, "announced", False):
        words.append(f"  {_ANNOUNCED}")
    said = _Said(spec)
    words += said.fields(spec, "")
    words += _rented(library, spec)
    return "\n".join([*words, *said.links()])


def _kind(spec: Spec) -> str:
    return type(spec).__name__.lower()


def _found(library: Library, name: str | None) -> Spec:
    if name is None:
        raise ExplorerError("presets show: which one? presets list names them")
    kind, slash, rest = name.rpartition("/")
    groups: dict[str, Mapping[str, Any]] = {
        "chips": library.chips, "fabrics": library.fabrics, "workloads": library.workloads, "instances": library.instances,
        "runs": library.runs, "calibration": library.calibrations,
    }  # fmt: skip
    if slash and SINGULAR.get(kind, kind) not in groups:
        raise unknown("kind", kind, groups)
    chosen = [groups[SINGULAR.get(kind, kind)]] if slash else list(groups.values())
    found: Spec | None = next((group[rest] for group in chosen if rest in group), None)
    if found is None:
        raise unknown("preset", rest, dict.fromkeys(key for group in chosen for key in group))
    return found


class _Said:
    """A spec as lines. Links of its sources are collected and stand at the end, once each."""

    def __init__(self, spec: Spec) -> None:
        self._sources: Mapping[str, Source] = getattr(spec, "sources", {})
        self._others: Mapping[str, tuple[str, ...]] = getattr(spec, "alternatives", {})
        self._spec = spec
        self._links: dict[str, str] = {}

    def fields(self, spec: Spec, prefix: str) -> list[str]:
        """All fields of ``spec`` that hold something."""
        lines = []
        for name in type(spec).model_fields:
            value = getattr(spec, name)
            if name not in _HIDDEN and value not in (None, (), {}, ""):
                lines += self._field(name, value, f"{prefix}{name}")
        return lines

    def _field(self, name: str, value: Any, key: str) -> list[str]:
        if isinstance(value, Spec):
            return self.fields(value, f"{key}.")
        if isinstance(value, dict):
            return [line for k, v in value.items() for line in self._one(name, v, f"{key}.{k}")]
        if isinstance(value, tuple) and value and isinstance(value[0], Spec):
            return [line for row in value for line in self._row(row, key)]
        return self._one(name, value, key)

    def _row(self, row: Spec, key: str) -> list[str]:
        if isinstance(row, Offer):
            self._keep(row.source)
            price = format_quantity(row.usd_per_chip_h, "USD/h", digits=4)
            return [f"  {key} = {row.kind}, {price} a chip, {row.instance}, {row.date}", f"      {row.source.line()}"]
        return self.fields(row, f"{key}.{getattr(row, 'name', '')}.")

    def _one(self, name: str, value: Any, key: str) -> list[str]:
        shown = f"{value:.5g}" if isinstance(value, dict) else plain(name, value)
        lines = [f"  {key} = {shown}{self._band(name, key)}"]
        if key in self._sources:
            self._keep(self._sources[key])
            lines.append(f"      {self._sources[key].line()}")
        return lines + [f"      also published: {other}" for other in self._others.get(key, ())]

    def _band(self, name: str, key: str) -> str:
        """Between what an announced number lies."""
        spec = self._spec
        if not isinstance(spec, Chip):
            return ""
        if key in spec.stand_ins:
            return "  (not announced: stands in)"
        if key not in spec.at_least:
            return ""
        low, high = plain(name, spec.at_least[key]), spec.at_most.get(key)
        return f"  ({low} at least)" if high is None else f"  ({low} to {plain(name, high)})"

    def _keep(self, source: Source) -> None:
        if source.url:
            self._links.setdefault(source.ref, source.url)

    def links(self) -> list[str]:
        """Where to read on."""
        return ["  sources", *(f"      {ref}: {url}" for ref, url in self._links.items())] if self._links else []


def plain(field: str, value: Any) -> str:
    """A value as people write it, with the unit that its field implies."""
    if isinstance(value, tuple):
        return ", ".join(plain(field, v) for v in value)
    return format_quantity(value, unit_of(field), digits=5) if isinstance(value, float) else str(value)


def _rented(library: Library, spec: Spec) -> list[str]:
    """The machines in which a chip, or on a fabric, can be rented, with their prices; of a machine, its own prices."""
    if isinstance(spec, Instance):
        return [*(f"  price = {line}" for line in prices(library, spec))] or ["  price: none is published"]
    machines = [m for m in library.instances.values() if spec.id in (m.chip, m.fabric)] if hasattr(spec, "id") else []
    lines = [line for m in machines for line in _machine(library, m)]
    return ["  instances", *lines] if lines else []


def _machine(library: Library, machine: Instance) -> Iterator[str]:
    chips = f"{machine.chips:,} chip{'s' if machine.chips > 1 else ''}"
    known = "; ".join(prices(library, machine)) or "no price is published"
    yield f"      {machine.id}: {machine.provider}, {chips}, {machine.fabric}; {known}"


def prices(library: Library, machine: Instance) -> list[str]:
    """Every price of a rented machine: for all of it, for one chip, what kind of offer, of which day."""
    return [
        f"{o.kind} {format_quantity(o.usd_per_chip_h * machine.chips, 'USD/h', digits=6)} "
        f"({format_quantity(o.usd_per_chip_h, 'USD/h', digits=4)} a chip), {o.date}"
        for o in library.offers_of(machine)
    ]
