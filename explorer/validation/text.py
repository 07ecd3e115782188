"""A validation as text for a terminal: every row, then the errors in sum, then what was skipped and why."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from explorer.validation.cases import Call, Found, Prediction
from explorer.validation.summary import Line, reasons_of, summarise

_TITLES = {"kind": "all", "quantity": "by measured quantity", "source": "by source", "chip": "by chip"}
_WIDEST = 60


def report(found: Found) -> str:
    """All of it; sections without content are left out."""
    sections = [_rows(found.rows), _summary(summarise(found)), _calls(found.calls), _skipped(found), [_last(found)]]
    return "\n\n".join("\n".join(section) for section in sections if section)


def _columns(title: tuple[str, ...], rows: Sequence[tuple[str, ...]], left: int) -> list[str]:
    """Aligned columns, the first ``left`` of them to the left."""
    widths = [max(len(row[k]) for row in (title, *rows)) for k in range(len(title))]
    lines = []
    for row in (title, *rows):
        cells = [cell.ljust(w) if k < left else cell.rjust(w) for k, (cell, w) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return lines


def _percent(fraction: float | None, *, signed: bool = False) -> str:
    if fraction is None:
        return "-"
    return f"{fraction:+.1%}" if signed else f"{fraction:.1%}"


def _rows(rows: list[Prediction]) -> list[str]:
    if not rows:
        return []
    title = ("row", "chip", "quantity", "measured", "predicted", "error")
    cells = [
        (r.id[:_WIDEST], r.chip, r.quantity, f"{r.measured:.4g}", f"{r.predicted:.4g}", _percent(r.error_fraction, signed=True))
        for r in rows
    ]
    return _columns(title, cells, 3)


def _summary(lines: list[Line]) -> list[str]:
    found: list[str] = []
    for (kind, by), group in groupby(lines, key=lambda line: (line.kind, line.by)):
        title = (f"{kind}, {_TITLES[by]}", "n", "mean", "median", "p90", "worst", "worst row", "bias", "skipped")
        cells = [
            (
                line.name[:_WIDEST], str(line.n), _percent(line.mean), _percent(line.median), _percent(line.p90),
                _percent(line.worst, signed=True), line.worst_id[:_WIDEST], _percent(line.bias, signed=True), str(line.skipped),
            )
            for line in group
        ]  # fmt: skip
        found += ([""] if found else []) + _columns(title, cells, 1)
    return found


def _calls(calls: list[Call]) -> list[str]:
    if not calls:
        return []
    wrong = [c for c in calls if c.measured_fits != c.predicted_fits]
    words = {True: "fits", False: "out of memory"}
    lines = [f"Fits or out of memory: {len(calls) - len(wrong)} of {len(calls)} as measured"]
    return lines + [f"  {c.id[:_WIDEST]}: measured {words[c.measured_fits]}, predicted {words[c.predicted_fits]}" for c in wrong]


def _skipped(found: Found) -> list[str]:
    if not found.skipped:
        return []
    counted = _columns(("skipped", "rows", "why"), [(kind, str(n), why) for kind, why, n in reasons_of(found)], 1)
    return [*counted, "", *(f"  {skip.id[:_WIDEST]}: {skip.reason}" for skip in found.skipped)]


def _last(found: Found) -> str:
    return (
        f"{len(found.rows):,} predictions, {len(found.calls):,} calls, {len(found.skipped):,} skipped, "
        f"{found.below_quality:,} rows below quality A-"
    )
