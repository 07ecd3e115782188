"""Units of fairness: what a chip, a dollar, a watt, a domain or a rack gets done.

An UltraServer of 144 Trainium3 is not a machine of 8 B200: a figure a chip, a scale-up domain or a rack answers another question each.
All of them follow from the figure a chip of the same plan, times the chips that the unit holds: replicas work side by side. Nothing is
made up where a price, a power or a rack is not published.
"""

from __future__ import annotations

from dataclasses import dataclass

from explorer.evaluate import Report
from explorer.specs import Per, Scenario, Source, matmul_format
from explorer.units import format_quantity

_PUBLISHED = ("datasheet", "vendor doc", "vendor blog", "derived")


@dataclass(frozen=True)
class _Unit:
    """How a unit is written: behind a quantity, on a button, and what it means."""

    suffix: str
    label: str
    help: str


WORDS: dict[Per, _Unit] = {
    "chip": _Unit("chip", "per chip", "Of one chip."),
    "dollar": _Unit("$/h", "per dollar", "Of one dollar of rent an hour: figure of a chip / its price an hour."),
    "watt": _Unit("W", "per watt", "Of one watt of rated power: figure of a chip / its rated power. Hosts and cooling not counted."),
    "domain": _Unit("domain", "per domain", "Of a whole scale-up domain: figure of a chip x chips of the domain."),
    "rack": _Unit("rack", "per rack", "Of a full rack: figure of a chip x chips of a rack."),
}


def chips_in(s: Scenario, unit: Per) -> float | None:
    """Chips that one unit holds, pays or feeds; None where that is not known.

    A dollar an hour rents 1 / price of a chip, and a watt feeds 1 / rated power of one.
    """
    if unit == "dollar":
        return 1.0 / s.offer.usd_per_chip_h if s.offer is not None and s.offer.usd_per_chip_h > 0 else None
    if unit == "watt":
        return 1.0 / s.chip.tdp_w if s.chip.tdp_w else None
    if unit == "domain":
        return float(s.fabric.scale_up.domain)
    if unit == "rack":
        return None if s.fabric.rack_chips is None else float(s.fabric.rack_chips)
    return 1.0


def why_none(s: Scenario, unit: Per) -> str:
    """Why a unit says nothing about a scenario; empty where it does."""
    if chips_in(s, unit) is not None:
        return ""
    return {"dollar": "no price", "watt": "no power", "rack": "rack not published"}.get(unit, "")


def unit_text(s: Scenario, unit: Per) -> str:
    """What the unit is for a scenario: ``16 chips``, ``$2.24/h``, ``500 W (press)``; the kind of a number that its vendor has not published."""
    held = chips_in(s, unit)
    if held is None:
        return why_none(s, unit)
    if unit == "dollar":
        return f"{format_quantity(1 / held, 'USD/h')} {_offered(s)}".strip()
    source = _source(s, unit)
    known = f" ({source.kind})" if source is not None and source.kind not in _PUBLISHED else ""
    if unit == "watt":
        return f"{format_quantity(s.chip.tdp_w, 'W')}{known}"
    return f"{held:,.0f} chip{'s' if held != 1 else ''}{known}"


def _offered(s: Scenario) -> str:
    return "" if s.offer is None or s.offer.kind == "capacity block" else s.offer.kind


def _source(s: Scenario, unit: Per) -> Source | None:
    known: dict[Per, Source | None] = {
        "dollar": s.offer.source if s.offer is not None else None, "watt": s.chip.sources.get("tdp_w"),
        "domain": s.fabric.sources.get("scale_up.domain"), "rack": s.fabric.sources.get("rack_chips"),
    }  # fmt: skip
    return known.get(unit)


def source_text(s: Scenario, unit: Per) -> str:
    """Where the number that makes the unit comes from, with its note; empty for a chip."""
    source = _source(s, unit)
    return "" if source is None else " ".join(filter(None, (f"{source.ref} ({source.kind}).", source.note)))


def of_chip(report: Report, s: Scenario, i: int) -> dict[str, float | None]:
    """What one chip of a scenario gets done or has: results of its plan, and the hardware's rates and capacity."""
    number = matmul_format(s.job.weight_format, s.job.activation_format)
    return {
        "tokens_per_s": report.value("tokens_per_s_per_chip", i),
        "peak": s.chip.peak_flop_per_s(number),
        "hbm_bytes": s.chip.hbm_bytes,
        "hbm_bytes_per_s": s.chip.hbm_bytes_per_s,
        "link_bytes_per_s": s.fabric.scale_up.link_bytes_per_s_per_direction if s.fabric.scale_up.domain > 1 else None,
    }


def per(report: Report, s: Scenario, i: int, unit: Per) -> dict[str, float | None]:
    """The same of one ``unit``: tokens/s, FLOP/s, B and B/s. None where the unit or the figure does not exist."""
    held = chips_in(s, unit)
    return {key: None if held is None or value is None else value * held for key, value in of_chip(report, s, i).items()}
