"""A chip that is only announced: between what its numbers lie, what that does to a step, and what stands in for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from explorer.evaluate import evaluate_study
from explorer.evaluate.findings import Paragraph
from explorer.specs import FORMATS, Scenario
from explorer.units import format_quantity

_LABELS = {"hbm_bytes": ("HBM", "B"), "hbm_bytes_per_s": ("HBM bandwidth", "B/s")} | {
    f"peak_{name}_flop_per_s": (f"{form.label} peak", "FLOP/s") for name, form in FORMATS.items()
}
_WORDS = {
    "cores": "cores", "matmul_tile": "the matmul tile", "sram_bytes": "SRAM", "fabrics": "links", "array_fraction": "the array's share of the peak",
}  # fmt: skip


@dataclass(frozen=True)
class Announced:
    """What is known of an announced chip, and the step at the slow and at the fast end of it.

    ``bands`` are of numbers that stand as announced: (low, high or None for no known end) by field. ``slow_s`` and ``fast_s``
    are None where the plan cannot be; ``open_ended`` says that the fast end is not known.
    """

    bands: dict[str, tuple[float, float | None]]
    stand_ins: tuple[str, ...]
    slow_s: float | None
    fast_s: float | None
    open_ended: bool

    def record(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return {
            "bands": {name: list(ends) for name, ends in self.bands.items()}, "stand_ins": list(self.stand_ins),
            "step_slow_s": self.slow_s, "step_fast_s": self.fast_s, "open_ended": self.open_ended,
        }  # fmt: skip


def announced(scenario: Scenario) -> Announced | None:
    """What is known of the chip of ``scenario``; None for a chip that is published."""
    chip = scenario.chip
    if not chip.announced:
        return None
    bands = {name: (low, chip.at_most.get(name)) for name, low in chip.at_least.items() if _stands(scenario, name)}
    low = chip.replace(**{name: ends[0] for name, ends in bands.items()})
    high = chip.replace(**{name: ends[1] for name, ends in bands.items() if ends[1] is not None})
    report = evaluate_study([scenario.replace(chip=low), scenario.replace(chip=high)])
    open_ended = any(top is None for _, top in bands.values())
    return Announced(bands, _standing_in(scenario), report.value("step_s", 0), report.value("step_s", 1), open_ended)


def _standing_in(scenario: Scenario) -> tuple[str, ...]:
    """Fields that still hold another chip's value: nobody has assumed a better one."""
    sources = scenario.chip.sources
    return tuple(name for name in scenario.chip.stand_ins if name not in sources or sources[name].kind != "user")


def _stands(scenario: Scenario, field: str) -> bool:
    """Whether a number is still the one announced: in the middle of its band, or at its lower end where it has no other."""
    chip = scenario.chip
    value, low, high = getattr(chip, field, None), chip.at_least[field], chip.at_most.get(field)
    middle = low if high is None else (low + high) / 2
    return isinstance(value, float) and abs(value - middle) <= 1e-9 * middle


def announced_paragraph(found: Announced) -> Paragraph:
    """It in words, for the verdict."""
    known = "; ".join(_band(name, ends) for name, ends in found.bands.items())
    words = f"Known as multiples of the chip before it: {known}." if known else "Its announced numbers are replaced by yours."
    if found.slow_s is not None and found.fast_s is not None and found.slow_s > found.fast_s:
        end = " or less" if found.open_ended else ""
        words += f" A step takes {format_quantity(found.slow_s, 's')} at the low ends, {format_quantity(found.fast_s, 's')}{end} at the high ones."
    listed = list(dict.fromkeys(_WORDS.get(name.partition(".")[0], "") for name in found.stand_ins))
    stand = ", ".join(filter(None, listed))
    words += f" Nothing is announced of {stand}: the other chip's stand in until you assume better ones." if stand else ""
    return Paragraph("Announced, not published", words, "warn")


def _band(name: str, ends: tuple[float, float | None]) -> str:
    label, unit = _LABELS.get(name, (name.replace("_", " "), "1"))
    low, high = ends
    if high is None:
        return f"{label} {format_quantity(low, unit)} at least"
    return f"{label} {format_quantity(low, unit)} to {format_quantity(high, unit)}"
