"""The comparison table: one row a scenario, changes against the baseline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from explorer.charts.common import Scene, at, context_line, footer, names, plan_text
from explorer.charts.model import Cell, Column, Severity, Table
from explorer.evaluate import bound_of
from explorer.evaluate.explain import WORDS
from explorer.library import capacity_block
from explorer.quantities import QUANTITIES
from explorer.specs import FORMATS, Scenario, matmul_format
from explorer.units import format_number, format_quantity

_Read = Callable[[Scene, int], float | str | None]
_COST = "usd_per_million_tokens"
_PRICED = (_COST, "train_usd")
_HIDDEN_CHANGE = 0.005
# Columns of a training run: left out where no scenario has a value.
_WHERE_KNOWN = {"time_to_train_s", "goodput_fraction", "train_usd", "train_energy_j", "site_power_w"}


@dataclass(frozen=True)
class _Field:
    """A column: where its value is, how it is written, which way is better."""

    key: str
    label: str
    unit: str
    help: str
    read: _Read
    better: str = "neither"


def _of(key: str) -> _Read:
    return lambda scene, i: scene.report.value(key, i)


def _spec(read: Callable[[Scenario], float | str | None]) -> _Read:
    return lambda scene, i: read(scene.study.scenarios[i])


def _bound(scene: Scene, i: int) -> str | None:
    valid = scene.report.value("step_s", i) is not None
    return WORDS[bound_of(scene.report, i).kind].removesuffix("-bound") if valid else None


def _fits(scene: Scene, i: int) -> str:
    fits = bool(scene.report.fits[i if len(scene.report.fits) > 1 else 0])
    return "yes" if fits else "no"


def _formats(s: Scenario) -> str:
    return FORMATS[matmul_format(s.job.weight_format, s.job.activation_format)].label


def _peak(s: Scenario) -> float | None:
    return s.chip.peak_flop_per_s(matmul_format(s.job.weight_format, s.job.activation_format))


def _quantity(key: str, label: str = "") -> _Field:
    q = QUANTITIES[key]
    return _Field(key, label or q.label, q.unit, f"{q.help}\n{q.equation}", _of(key), q.better)


def _site_power() -> _Field:
    """Power of the site that trains; serving is told of it elsewhere, where there is room."""
    q = _quantity("site_power_w")
    return replace(q, read=lambda scene, i: q.read(scene, i) if scene.study.scenarios[i].job.phase == "training" else None)


_FIELDS: tuple[_Field, ...] = (
    _Field("plan", "plan", "1", "Tensor parallel, pipeline parallel × replicas.", _spec(plan_text)),
    _quantity("step_s", "step"),
    _quantity("tokens_per_s"),
    _quantity("tokens_per_s_per_chip", "tokens/s/chip"),
    _Field("bound", "bound by", "1", "The largest share of the step.", _bound),
    _quantity("usd_per_million_tokens"),
    _quantity("joules_per_token"),
    _quantity("memory_total_bytes", "memory"),
    _Field("fits", "fits", "1", "Whether the fullest chip holds it.", _fits),
    _quantity("mfu"),
    _quantity("network_exposed_fraction", "network"),
    _quantity("time_to_train_s"),
    _quantity("goodput_fraction"),
    _quantity("train_usd"),
    _quantity("train_energy_j"),
    _site_power(),
    _Field("hbm_bytes_per_s", "HBM rate", "B/s", "HBM bandwidth.", _spec(lambda s: s.chip.hbm_bytes_per_s), "more"),
    _Field("hbm_bytes", "HBM", "B", "Capacity as the driver reports it.", _spec(lambda s: s.chip.hbm_bytes), "more"),
    _Field("peak", "peak", "FLOP/s", "Headline dense peak in the matmul format.", _spec(_peak)),
    _Field("precision", "matmul", "1", "Format in which matmuls run.", _spec(_formats)),
    _Field("chips", "chips", "1", "Size of the cluster.", _spec(lambda s: float(s.plan.chips))),
)


def comparison(scene: Scene) -> Table:
    """All scenarios side by side, with the change against the baseline where one is pinned."""
    count, baseline = len(scene.study.scenarios), scene.study.baseline
    read = [(f, [f.read(scene, i) for i in range(count)]) for f in _FIELDS]
    shown = [(f, row) for f, row in read if f.key not in _WHERE_KNOWN or any(value is not None for value in row)]
    columns = tuple(
        Column(f.key, f.label, f.unit, _help(scene, f), same=count > 1 and len(set(row)) == 1 and not (f.key == "fits" and "no" in row))
        for f, row in shown
    )
    rows = tuple(
        tuple(_cell(scene, f, row, i, baseline) for f, row in shown) for i in range(count)
    )
    return Table(
        "Comparison", columns, rows, names(scene.study), tuple(range(count)), baseline, footer(scene.study),
        dict(scene.metadata), context_line(scene.study),
    )  # fmt: skip


def _help(scene: Scene, f: _Field) -> str:
    """The field's help; below the cost, what is published for chips that nobody rents in capacity blocks."""
    if f.key != _COST:
        return f.help
    shown = zip(names(scene.study), scene.study.scenarios, strict=True)
    return "\n".join([f.help, *(f"{n}: {other_offers(s)}" for n, s in shown if s.offer is None and _elsewhere(s))])


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


def _cell(scene: Scene, f: _Field, row: list[float | str | None], i: int, baseline: int | None) -> Cell:
    value = row[i]
    if value is None:
        return Cell(_missing(scene, f, i), None, severity="faint")
    if isinstance(value, str):
        bad = f.key == "fits" and value == "no"
        return Cell(value, value, severity="bad" if bad else "normal")
    change, severity = _change(scene, f, row, i, baseline)
    kind = _kind(scene, i) if f.key in _PRICED else ""
    return Cell(f"{_text(f, value)} {kind}".strip(), value, change, severity)


def _kind(scene: Scene, i: int) -> str:
    """The kind of an offer that is not the usual one: nobody shall take an assumed price for a published one."""
    offer = scene.study.scenarios[i].offer
    return "" if offer is None or offer.kind == "capacity block" else offer.kind


def _text(f: _Field, value: float) -> str:
    if f.unit == "1":
        return f"{value:,.0f}"
    if f.unit == "tokens/s":
        return format_number(value, 4)
    return format_quantity(value, f.unit)


def _missing(scene: Scene, f: _Field, i: int) -> str:
    scenario = scene.study.scenarios[i]
    if f.key in _WHERE_KNOWN and scenario.job.phase != "training":
        return "-"
    if f.key in _PRICED and scenario.offer is None:
        return "no capacity block" if _elsewhere(scenario) else "no price"
    if f.key in ("joules_per_token", "train_energy_j", "site_power_w") and scenario.chip.tdp_w is None:
        return "no power"
    return "-"


def _holds(scene: Scene, i: int) -> bool:
    return bool(at(scene.report.fits, i))


def _change(
    scene: Scene, f: _Field, row: list[float | str | None], i: int, baseline: int | None
) -> tuple[str, Severity]:
    if baseline is None or baseline == i or f.better == "neither":
        return "", "normal"
    if f.key in QUANTITIES and not f.key.startswith("memory") and not (_holds(scene, i) and _holds(scene, baseline)):
        return "", "normal"  # what does not fit has gained nothing
    now, then = row[i], row[baseline]
    if not isinstance(now, float) or not isinstance(then, float) or then == 0:
        return "", "normal"
    if f.key in _PRICED and not _same_kind(scene, i, baseline):
        return "other offer", "warn"
    gain = now / then - 1
    if abs(gain) < _HIDDEN_CHANGE:
        return "", "normal"
    good = (gain > 0) == (f.better == "more")
    text = f"{gain:+.0%}" if abs(gain) < 9.995 else f"×{now / then:,.1f}"
    return text.replace("-", "−"), "good" if good else "bad"


def _same_kind(scene: Scene, i: int, j: int) -> bool:
    """Prices are compared only between the same kind of offer."""
    mine, theirs = scene.study.scenarios[i].offer, scene.study.scenarios[j].offer
    return mine is not None and theirs is not None and mine.kind == theirs.kind
