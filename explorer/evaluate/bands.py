"""The error band of a scenario: how far published measurements of its kind were from predictions, in numbers and in words."""

from __future__ import annotations

from typing import Any

from explorer.specs import BandKind, ErrorBand, Scenario

FEWEST = 8  # rows of a chip from which its own band counts
_NAMES: dict[BandKind, str] = {
    "decode": "Decode",
    "prefill": "Prefill",
    "training": "Dense training",
    "experts": "Training with experts",
    "memory": "Memory",
    "collectives": "Collectives",
}


def kind_of(scenario: Scenario) -> BandKind:
    """The kind of question that a scenario's step is."""
    if scenario.job.phase == "training":
        return "experts" if scenario.workload.experts is not None else "training"
    return scenario.job.phase


def _counted(scenario: Scenario, kind: BandKind) -> tuple[ErrorBand | None, str]:
    """The errors that speak for a scenario, and their provenance: the chip's own rows, those of all chips, or none."""
    known = scenario.calibration.bands.get(kind)
    if known is None:
        return None, "guess"
    if known.own is not None and known.own.n >= FEWEST:
        return known.own, "measured"
    return known.every, "transferred"


def range_fraction(scenario: Scenario, kind: BandKind | None = None) -> float:
    """How wide the range of a result is: it reaches from value / (1 + this) to value x (1 + this).

    The rule: where the chip has `FEWEST` published rows of the kind or more, the range that held nine in ten of them; else
    the one that held nine in ten of the rows of all chips, but nothing narrower than the calibration's ``band_fraction``;
    that alone where the kind has no row at all. 0 in the ideal set, which is a bound and no estimate.
    """
    if scenario.efficiency == "ideal":
        return 0.0
    errors, provenance = _counted(scenario, kind or kind_of(scenario))
    assumed = scenario.calibration.band_fraction
    if errors is None:
        return assumed
    return errors.range_fraction if provenance == "measured" else max(errors.range_fraction, assumed)


def band_record(scenario: Scenario, kind: BandKind) -> dict[str, Any] | None:
    """A band as plain data, for ``--json``; None in the ideal set."""
    if scenario.efficiency == "ideal":
        return None
    errors, provenance = _counted(scenario, kind)
    found: dict[str, Any] = {"kind": kind, "provenance": provenance, "range_fraction": range_fraction(scenario, kind)}
    known = scenario.calibration.bands.get(kind)
    found["rows_of_chip"] = known.own.n if known is not None and known.own is not None else 0
    for name in ("n", "mean", "median", "p90", "worst", "worst_id"):
        found[name] = None if errors is None else getattr(errors, name)
    return found | {"chips": 0 if known is None else 1 if provenance == "measured" else known.chips}


def band_records(scenario: Scenario) -> dict[str, Any]:
    """The bands of the step, the memory and the collectives."""
    kinds: dict[str, BandKind] = {"step": kind_of(scenario), "memory": "memory", "collectives": "collectives"}
    return {name: band_record(scenario, kind) for name, kind in kinds.items()}


def band_text(scenario: Scenario, *, networked: bool) -> str:
    """The bands in words, a line each; those of collectives where the step has any."""
    step = kind_of(scenario)
    known, factor = step in scenario.calibration.bands, 1 + range_fraction(scenario)
    said = f"{_sentence(scenario, step, named=True)} {'Range' if known else 'Assumed range'} of the step: ÷ and × {factor:.2f}."
    more: tuple[BandKind, ...] = ("memory", "collectives") if networked else ("memory",)
    return "\n".join([said, *(_sentence(scenario, kind, named=not known) for kind in more)])


def _sentence(s: Scenario, kind: BandKind, *, named: bool) -> str:
    """``Decode on H100: 412 published rows within 10% (median), 15% (mean), 32% (p90).`` ``named``: what the figures are."""
    known, name, chip = s.calibration.bands.get(kind), _NAMES[kind], s.chip.name
    if known is None:
        return f"{name}: no published row is predicted yet."
    own = known.own
    rows = "no published row" if own is None else f"{own.n:,} published row{'s' if own.n > 1 else ''}"
    if own is not None and (own.n >= FEWEST or known.chips == 1):
        return f"{name} on {chip}: {rows} {_errors(own, named)}."
    few = rows if own is None else f"only {rows}"
    where = f"{known.chips} {'chips' if own is not None else 'other chips'}" if known.chips > 1 else "another chip"
    return f"{name}: {few} on {chip}; {known.every.n:,} on {where} {_errors(known.every, named)}."


def _errors(e: ErrorBand, named: bool) -> str:
    figures = ((e.median, "median"), (e.mean, "mean"), (e.p90, "p90"))
    return "within " + ", ".join(f"{value:.0%} ({word})" if named else f"{value:.0%}" for value, word in figures)
