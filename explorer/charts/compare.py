"""The comparison table: one row a scenario, changes against the baseline, the best of each column marked."""

from __future__ import annotations

from explorer.charts import fairness
from explorer.charts.common import Scene, at, context_line, footer, names
from explorer.charts.compare_fields import COST, WHERE_KNOWN, Field, fields
from explorer.charts.model import Cell, Column, Severity, Table
from explorer.evaluate.changes import change_text, is_gain
from explorer.library import capacity_block
from explorer.specs import Scenario
from explorer.units import format_number, format_quantity

_PRICED = (COST, "train_usd")
_Row = list[float | str | None]


def comparison(scene: Scene) -> Table:
    """All scenarios side by side, with the change against the baseline where one is pinned."""
    count, baseline = len(scene.study.scenarios), scene.study.baseline
    read = [(f, [f.read(scene, i) for i in range(count)]) for f in fields(scene.study.per)]
    shown = [(f, row, _best(scene, f, row)) for f, row in read if f.key not in WHERE_KNOWN or any(value is not None for value in row)]
    columns = tuple(
        Column(
            f.key, f.label, f.written_unit, _help(scene, f), better=f.better,
            same=count > 1 and len(set(row)) == 1 and not (f.key == "fits" and "no" in row),
        )
        for f, row, _ in shown
    )  # fmt: skip
    rows = tuple(
        tuple(_cell(scene, f, row, i, baseline, i in best) for f, row, best in shown) for i in range(count)
    )
    return Table(
        "Comparison", columns, rows, names(scene.study), tuple(range(count)), baseline, footer(scene.study),
        dict(scene.metadata), context_line(scene.study),
    )  # fmt: skip


def _help(scene: Scene, f: Field) -> str:
    """The field's help; below the cost, what is published for chips that nobody rents in capacity blocks."""
    shown = zip(names(scene.study), scene.study.scenarios, strict=True)
    if f.per is not None or f.key == "per":
        more = [f"{n}: {' '.join(filter(None, (fairness.unit_text(s, scene.study.per) + '.', fairness.source_text(s, scene.study.per))))}" for n, s in shown]
    else:
        more = [f"{n}: {other_offers(s)}" for n, s in shown if s.offer is None and _elsewhere(s)] if f.key == COST else []
    which = {"more": "More is better.", "less": "Less is better."}.get(f.better, "")
    return "\n".join(filter(None, [f.help, which, *more]))


def _elsewhere(s: Scenario) -> bool:
    """Whether the chip has a published price, but no capacity block."""
    return bool(s.chip.offers) and capacity_block(s.chip) is None


def other_offers(s: Scenario) -> str:
    """``no capacity block; on demand $3.43/h (p4d.24xlarge, 2026-11)``; empty for a chip that has one, or no price at all."""
    if not _elsewhere(s):
        return ""
    said = (", ".join(x for x in (o.instance, o.date) if x) for o in s.chip.offers)
    each = (
        f"{o.kind} {format_quantity(o.usd_per_chip_h, 'USD/h')}" + (f" ({more})" if more else "")
        for o, more in zip(s.chip.offers, said, strict=True)
    )
    return "; ".join(["no capacity block", *each])


def _best(scene: Scene, f: Field, row: _Row) -> frozenset[int]:
    """The rows with the best value; none where neither way is better, all agree, or prices are of different kinds."""
    sound = {i: v for i, v in enumerate(row) if isinstance(v, float) and not (f.planned and not _holds(scene, i))}
    if f.better == "neither" or len(sound) < 2 or (_priced(f) and not all(_same_kind(scene, i, j) for i in sound for j in sound)):
        return frozenset()
    best, worst = (max, min)[f.better == "less"](sound.values()), (min, max)[f.better == "less"](sound.values())
    return frozenset(i for i, v in sound.items() if v == best) if best != worst else frozenset()


def _cell(scene: Scene, f: Field, row: _Row, i: int, baseline: int | None, best: bool) -> Cell:
    value = row[i]
    if value is None:
        return Cell(_missing(scene, f, i), None, severity="faint")
    if isinstance(value, str):
        bad = f.key == "fits" and value == "no"
        return Cell(value, value, severity="bad" if bad else "normal")
    change, severity = _change(scene, f, row, i, baseline)
    kind = _kind(scene, i) if _priced(f) else ""
    return Cell(f"{_text(f, value)} {kind}".strip(), value, change, severity, best)


def _priced(f: Field) -> bool:
    return f.key in _PRICED or f.per == "dollar"


def _kind(scene: Scene, i: int) -> str:
    """The kind of an offer that is not the usual one: nobody shall take an assumed price for a published one."""
    offer = scene.study.scenarios[i].offer
    return "" if offer is None or offer.kind == "capacity block" else offer.kind


def _text(f: Field, value: float) -> str:
    if f.unit == "1":
        return f"{value:,.0f}"
    if f.unit == "tokens/s":
        return format_number(value, 4)
    return format_quantity(value, f.unit)


def _missing(scene: Scene, f: Field, i: int) -> str:
    scenario = scene.study.scenarios[i]
    if f.per is not None or f.key == "per":
        why = fairness.why_none(scenario, scene.study.per)
        return ("no capacity block" if why == "no price" and _elsewhere(scenario) else why) or "-"
    if f.key in WHERE_KNOWN and scenario.job.phase != "training":
        return "-"
    if f.key in _PRICED and scenario.offer is None:
        return "no capacity block" if _elsewhere(scenario) else "no price"
    if f.key in ("joules_per_token", "train_energy_j", "site_power_w") and scenario.chip.tdp_w is None:
        return "no power"
    return "-"


def _holds(scene: Scene, i: int) -> bool:
    return bool(at(scene.report.fits, i))


def _change(scene: Scene, f: Field, row: _Row, i: int, baseline: int | None) -> tuple[str, Severity]:
    if baseline is None or baseline == i:
        return "", "normal"
    if f.planned and not (_holds(scene, i) and _holds(scene, baseline)):
        return "", "normal"  # what does not fit has gained nothing
    now, then = row[i], row[baseline]
    if not isinstance(now, float) or not isinstance(then, float):
        return "", "normal"
    if _priced(f) and not _same_kind(scene, i, baseline):
        return "other offer", "warn"
    gain = is_gain(now, then, f.better)
    return change_text(now, then, f.unit), "normal" if gain is None else "good" if gain else "bad"


def _same_kind(scene: Scene, i: int, j: int) -> bool:
    """Prices are compared only between the same kind of offer."""
    mine, theirs = scene.study.scenarios[i].offer, scene.study.scenarios[j].offer
    return mine is not None and theirs is not None and mine.kind == theirs.kind
