"""The presets as a list: what a browser shows of each, and which of them a search and its filters leave."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from explorer.library.field_text import field_text
from explorer.library.fields import Row, label_of
from explorer.library.own import is_shipped
from explorer.library.presets import Library
from explorer.library.sheet import called
from explorer.library.sourced import unit_of
from explorer.library.user import Preset
from explorer.specs import CONFIDENCE, Chip, Instance, Source, Workload, value_at

Shown = Preset | Instance
ROOTS = ("chip", "fabric", "workload")
VENDOR_KINDS = ("datasheet", "vendor doc", "vendor blog")
# Levels as `presets list` has them: two numbers in three are the vendor's own, one in three, fewer.
LEVELS: Mapping[str, float] = MappingProxyType({"high": 2 / 3, "medium": 1 / 3, "low": 0.0})
_RANK = {kind: i for i, kind in enumerate(CONFIDENCE)}
_YEAR = re.compile(r"\b20\d\d\b")
NO_YEAR = "not known"  # a filter that left these out in silence would seem to be about all
UNKNOWN = -1.0  # sorts before every number
_COLUMNS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType({
    "chip": (("BF16", "peak_bf16_flop_per_s"), ("HBM", "hbm_bytes"), ("HBM rate", "hbm_bytes_per_s"), ("SRAM", "sram_bytes"), ("Power", "tdp_w")),
    "fabric": (
        ("Kind", "scale_up.kind"), ("Domain", "scale_up.domain"), ("Scale-up", "scale_up.link_bytes_per_s_per_direction"),
        ("Scale-out", "scale_out.bytes_per_s_per_direction"),
    ),
    "workload": (("Parameters", "published_params"), ("Layers", "layers"), ("Hidden", "hidden"), ("Experts", "experts.count"), ("Context", "max_context")),
})  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """One preset in the list. ``vendors``: who makes it or rents it out; for a model, the family that its name begins with."""

    root: str
    spec: Shown
    vendors: tuple[str, ...]
    year: int | None
    own: bool
    vendor_fraction: float
    weakest: str
    cells: tuple[str, ...]
    ranks: tuple[Any, ...]

    @property
    def confidence(self) -> str:
        """high, medium or low."""
        return next(level for level, least in LEVELS.items() if self.vendor_fraction >= least)


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; empty: anything. ``owner``: shipped or own."""

    text: str = ""
    vendor: str = ""
    year: str = ""
    confidence: str = ""
    owner: str = ""

    def matches(self, row: Listed) -> bool:
        """Whether a preset is wanted: all words of the search occur in its names, and each filter agrees."""
        named = " ".join((row.spec.name, row.spec.id, *row.vendors, *_also(row.spec))).casefold()
        return (
            all(word in named for word in self.text.casefold().split())
            and self.vendor in ("", *row.vendors)
            and self.year in ("", str(row.year or NO_YEAR))
            and self.confidence in ("", row.confidence)
            and self.owner in ("", "own" if row.own else "shipped")
        )


def _also(spec: Shown) -> tuple[str, ...]:
    """Further words under which a preset is found: what it is based on; of a rented machine, its chip."""
    return (spec.chip,) if isinstance(spec, Instance) else (spec.based_on or "",)


def headers(root: str) -> tuple[str, ...]:
    """Titles of a list's columns."""
    if root == "instance":
        return ("Name", "Provider", "Chip", "Chips", "Price", "A chip", "Offer", "Fabric", "Vendor's own", "Weakest source")
    whose = {"workload": ("Family",), "fabric": ("Of",)}.get(root, ("Vendor", "Year"))
    return ("Name", *whose, *(title for title, _ in _COLUMNS[root]), "Vendor's own", "Weakest source")


def listed(library: Library, root: str) -> tuple[Listed, ...]:
    """All presets of one kind, the user's first."""
    specs: Mapping[str, Preset] = getattr(library, f"{root}s")
    found = [_listed(library, root, spec) for spec in specs.values()]
    return tuple(sorted(found, key=lambda row: (not row.own, row.vendors, row.spec.name.casefold())))


def _listed(library: Library, root: str, spec: Preset) -> Listed:
    chips = [spec] if isinstance(spec, Chip) else [c for c in library.chips.values() if {spec.id, spec.based_on} & set(c.fabrics)]
    vendors = (family(spec.name),) if isinstance(spec, Workload) else tuple(dict.fromkeys(c.vendor for c in chips))
    year = min((int(y) for c in chips for y in _YEAR.findall(c.released)), default=None) if isinstance(spec, Chip) else None
    kinds = [source.kind for source in all_sources(spec)]
    share = sum(kind in VENDOR_KINDS for kind in kinds) / len(kinds) if kinds else 0.0
    weakest = max(kinds, key=lambda kind: _RANK[kind], default="guess")
    numbers = [(field, value_at(spec, field)) for _, field in _COLUMNS[root]]
    said = [_said(root, field, value) for field, value in numbers]
    about = (", ".join(vendors), *((str(year or ""),) if isinstance(spec, Chip) else ()))
    return Listed(
        root, spec, vendors, year, not is_shipped(spec), share, weakest, (called(spec), *about, *said, f"{share:.0%}", weakest),
        (spec.name.casefold(), *about, *(UNKNOWN if value is None else value for _, value in numbers), share, _RANK[weakest]),
    )  # fmt: skip


def _said(root: str, field: str, value: Any) -> str:
    if value is None:
        return "–"
    if field == "published_params":
        return f"{value / 1e9:,.4g} B"
    return field_text(Row(f"{root}.{field}", field, label_of(field), "", unit_of(field), "number"), value)


def all_sources(spec: Preset) -> tuple[Source, ...]:
    """The source of every number of a preset; offers bring their own."""
    return (*spec.sources.values(), *(offer.source for offer in getattr(spec, "offers", ())))


def choices(rows: Iterable[Listed], value: Callable[[Listed], Iterable[str]], any_of: str, sort: Callable[[str], Any] = str.casefold) -> tuple[tuple[str, str], ...]:
    """Entries of one filter, (key, label), with how many presets each leaves."""
    counts: dict[str, int] = {}
    for row in rows:
        for word in value(row):
            counts[word] = counts.get(word, 0) + 1
    return (("", any_of), *((word, f"{word} ({counts[word]})") for word in sorted(counts, key=sort) if word))


def family(name: str) -> str:
    """``Llama`` for Llama 3 70B, ``Qwen`` for Qwen3 32B: the letters that a model's name begins with."""
    return next(iter(re.findall(r"[A-Za-z]+", name)), name)


__all__ = ["LEVELS", "NO_YEAR", "ROOTS", "UNKNOWN", "VENDOR_KINDS", "Listed", "Shown", "Wanted", "all_sources", "choices", "family", "headers", "listed"]
