"""Predicted against measured: a point a published row, the diagonal, and how far from it nine in ten lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from explorer import __version__
from explorer.charts import VARIANTS
from explorer.charts.common import Array
from explorer.charts.measured import ALL, Choice, Measure, by_hue, chip_name, key_of, measure, said
from explorer.charts.model import Axis, Cell, Chart, Column, Each, Series, Table
from explorer.charts.style import NEUTRAL
from explorer.library import load_library
from explorer.validation import Found, Prediction, total
from explorer.validation.summary import reasons_of

KEY, RATIO_KEY = (name for name, _ in VARIANTS["validation"])
TITLE = "Validation"
BANDS = (0.1, 0.25)
_FARTHEST = 600.0  # of a logarithm: a float ends at 709
_LOADS = "Click or Enter: load it as a scenario"
_KERNEL = "A kernel or collective alone: no scenario"


@dataclass(frozen=True, eq=False)
class Checked:
    """A chart of rows, and which row each point of a series is."""

    chart: Chart
    rows: Mapping[str, tuple[Prediction, ...]]


def chosen(found: Found, choice: Choice) -> list[Prediction]:
    """The rows that a choice shows."""
    return [row for row in found.rows if choice.takes(row)]


def validation(found: Found, choice: Choice | None = None, name: str = "") -> Checked:
    """Draw the chosen rows, of a file called ``name`` where they are not the shipped ones.

    One kind stands in its unit; all kinds together as parts of each quantity's median.
    """
    choice = choice or Choice()
    rows = chosen(found, choice)
    scales = _scales(found, choice)
    series: list[Series] = []
    behind: dict[str, tuple[Prediction, ...]] = {}
    for label, slot, members in by_hue(rows, choice):
        key = f"rows {slot} {label}"
        behind[key] = tuple(members)
        series.append(_dots(key, label, slot, members, scales, choice))
    whole = total(rows)
    drawn = Chart(
        key=RATIO_KEY if choice.ratio else KEY,
        title=_title(name),
        subtitle=summary_line(rows),
        x=Axis("Measured"),
        series=tuple(series),
        legend=tuple((s.key, s.label) for s in series),
        note=_note(found, rows),
        context=_context(choice),
        summary=f"Predicted against measured. {summary_line(rows)}",
        empty="" if rows else "No row is predicted: see what was skipped, and why.",
    )
    return Checked(_framed(drawn, choice, whole.n) if rows else drawn, behind)


def _title(name: str) -> str:
    return f"{TITLE}: {name}" if name else TITLE


def _scales(found: Found, choice: Choice) -> dict[str, float]:
    """What a value of each quantity is multiplied by: to its base unit, or to parts of its median over all rows."""
    if choice.kind != ALL:
        return {choice.kind: measure(choice.kind).factor}
    values: dict[str, list[float]] = {}
    for row in found.rows:
        values.setdefault(key_of(row), []).append(row.measured)
    return {key: 1.0 / float(np.median(each)) for key, each in values.items()}


def _dots(key: str, label: str, slot: int, members: list[Prediction], scales: Mapping[str, float], choice: Choice) -> Series:
    factor = np.array([scales[key_of(row)] for row in members])
    measured, predicted = (np.array([getattr(row, name) for row in members]) for name in ("measured", "predicted"))
    y = predicted / measured if choice.ratio else predicted * factor
    return Series(key, label, slot, "dots", measured * factor, y, Each(len(members), lambda i: _tip(members[i])))


def _tip(row: Prediction) -> str:
    key = key_of(row)
    return (
        f"{row.id}\n{chip_name(row.chip)} · {measure(key).label}\nmeasured {said(row.measured, key)}, predicted {said(row.predicted, key)}, "
        f"error {_signed(row.error_fraction)}\n{row.source}\n{_LOADS if row.scenario is not None else _KERNEL}"
    )


def _framed(chart: Chart, choice: Choice, n: int) -> Chart:
    """The chart with axes, diagonal and bands."""
    what = measure(choice.kind) if choice.kind != ALL else None
    unit = what.unit if what else "1"
    across = _span([s.x for s in chart.series] + ([] if choice.ratio else [s.y for s in chart.series]))
    if choice.ratio:
        apart = max(float(np.max(np.abs(np.log(s.y)))) for s in chart.series)
        wide = float(np.exp(min(max(apart, np.log(1.5)) * 1.08, _FARTHEST)))
        y = Axis("Predicted / measured", "1", "log", (1 / wide, wide))
    else:
        y = Axis("Predicted", unit, "log", across)
    ends = np.array(across)
    middle = np.ones(2) if choice.ratio else ends
    found = [Series(f"band {b:g}", f"±{b:.0%}", NEUTRAL, "band", ends, middle, low=middle * (1 - b), high=middle * (1 + b)) for b in BANDS]
    found.append(Series("equal", "as measured", NEUTRAL, "roof_faint", ends, middle))
    legend = (*chart.legend, ("band", ", ".join(f"±{b:.0%}" for b in BANDS)))
    if n > 1:
        factor = _nine_in_ten(chart, choice)
        found += [Series(f"nine {k}", "nine in ten rows", NEUTRAL, "ghost", ends, middle * f) for k, f in enumerate((1 / factor, factor))]
        legend = (*legend, ("nine 0", f"9 in 10: ÷ × {factor:.2f}"))
    return replace(chart, x=Axis(_measured(what), unit, "log", across), y=y, series=(*found, *chart.series), legend=legend)


def _nine_in_ten(chart: Chart, choice: Choice) -> float:
    """The factor within which nine in ten predictions are."""
    ratios = np.concatenate([s.y if choice.ratio else s.y / s.x for s in chart.series])
    return float(np.exp(min(float(np.quantile(np.abs(np.log(ratios)), 0.9)), _FARTHEST)))


def _measured(what: Measure | None) -> str:
    """The title of the axis below."""
    if what is None:
        return "Measured / median of the quantity"
    head, _, tail = what.label.partition(" (")
    short = head.partition(": ")[2] or head
    return f"Measured: {short[:1].lower()}{short[1:]}{f' ({tail}' if tail else ''}"


def _span(columns: Sequence[Array]) -> tuple[float, float]:
    """A little beyond all values, and never less than a factor of two."""
    values = np.log(np.concatenate(columns))
    low, high = float(values.min()), float(values.max())
    room = max(0.04 * (high - low), (np.log(2.0) - (high - low)) / 2, 0.05)
    return float(np.exp(max(low - room, -_FARTHEST))), float(np.exp(min(high + room, _FARTHEST)))


def summary_line(rows: Sequence[Prediction]) -> str:
    """``412 rows · median 8.1%, mean 15%, p90 35%, worst −87% (inference-01234)``."""
    line = total(rows)
    if line.mean is None or line.median is None or line.p90 is None or line.worst is None:
        return "no rows"
    figures = f"median {_percent(line.median)}, mean {_percent(line.mean)}, p90 {_percent(line.p90)}"
    return f"{line.n:,} row{'s' if line.n > 1 else ''} · {figures}, worst {_signed(line.worst)} ({line.worst_id})"


def _percent(fraction: float) -> str:
    return f"{fraction:.1%}" if abs(fraction) < 0.0995 else f"{fraction:.0%}"


def _signed(fraction: float) -> str:
    return f"{'−' if fraction < 0 else '+'}{_percent(abs(fraction))}"


def _context(choice: Choice) -> str:
    parts = [measure(choice.kind).label if choice.kind else "all kinds", chip_name(choice.chip) if choice.chip else "all chips"]
    return " · ".join([*parts, choice.source or "all sources"])


def _note(found: Found, rows: Sequence[Prediction]) -> str:
    """Where the rows come from, and what is not shown."""
    sources = list(dict.fromkeys(row.source for row in rows if row.source))
    named = "; ".join(sources[:3]) + (f"; {len(sources) - 3} more" if len(sources) > 3 else "")
    left = f"{len(found.skipped):,} rows skipped, {found.below_quality:,} below quality A-"
    return f"Measured: {named or 'none'}. {left}. Chip Architecture Explorer {__version__}, data {load_library().data_version}."


def skipped_line(found: Found, choice: Choice) -> str:
    """``374 skipped, 12 below quality A-``: what the chosen filters leave out."""
    n = sum(map(choice.concerns, found.skipped))
    return f"{n:,} skipped" + (f", {found.below_quality:,} below quality A-" if found.below_quality else "")


def skipped_text(found: Found, choice: Choice) -> str:
    """The reasons with their numbers of rows, the most frequent first, then whether configurations fit as measured."""
    skipped = [skip for skip in found.skipped if choice.concerns(skip)]
    lines = [f"{n:>6,}  {kind or 'row'}: {why}" for kind, why, n in reasons_of(Found(skipped=skipped))]
    if not lines:
        lines = ["Nothing was skipped."]
    if found.below_quality:
        lines.append(f"{found.below_quality:>6,}  rows of a quality below A- are not predicted")
    if found.calls and choice.kind in (ALL, "memory measured_gb"):
        right = sum(call.measured_fits == call.predicted_fits for call in found.calls)
        lines.append(f"\nFits or out of memory: {right:,} of {len(found.calls):,} as measured.")
    return "\n".join(lines)


_COLUMNS = (
    Column("kind", "kind", "1", "Kind of the measurement."),
    Column("chip", "chip", "1", "Chip, as it is called here."),
    Column("quantity", "quantity", "1", "The measured column."),
    Column("measured", "measured", "1", "The published value, in the column's unit."),
    Column("predicted", "predicted", "1", "What the model says."),
    Column("error_fraction", "error", "fraction", "Predicted / measured - 1."),
    Column("source", "published in", "1", "The publication."),
)


def validation_table(found: Found, choice: Choice | None = None, name: str = "") -> Table:
    """The chosen rows as a table."""
    rows = chosen(found, choice or Choice())
    return Table(
        title=_title(name), columns=_COLUMNS, rows=tuple(map(_cells, rows)), row_labels=tuple(row.id for row in rows),
        row_slots=(0,) * len(rows), note=_note(found, rows), context=_context(choice or Choice()), head="row",
    )  # fmt: skip


def _cells(row: Prediction) -> tuple[Cell, ...]:
    key = key_of(row)
    return (
        Cell(row.kind, row.kind), Cell(chip_name(row.chip), row.chip), Cell(row.quantity, row.quantity),
        Cell(said(row.measured, key), row.measured), Cell(said(row.predicted, key), row.predicted),
        Cell(_signed(row.error_fraction), row.error_fraction), Cell(row.source or "-", row.source),
    )  # fmt: skip
