"""Every quantity against the baseline, which is 1: bars to the right where a scenario has more of it, to the left where it has less."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.charts.common import Scene, context_line, footer, names
from explorer.charts.compare import comparison
from explorer.charts.model import Axis, Chart, Each, Mark, Series, Table
from explorer.evaluate.changes import is_gain
from explorer.units import format_number

_SHOWN = (
    "tokens_per_s_per_chip", "step_s", "mfu", "usd_per_million_tokens", "joules_per_token", "memory_total_bytes", "network_exposed_fraction",
    "time_to_train_s", "train_usd", "train_energy_j", "peak", "hbm_bytes_per_s", "hbm_bytes",
)  # fmt: skip
_WIDE_RANGE = 4.0  # from which ratio on the axis is logarithmic
_BAND = 0.8  # of a row, for all its bars
_UNSAID = 0.35  # weight of a bar that is no gain


@dataclass(frozen=True)
class _Row:
    """A quantity: its column in the table, and each scenario's ratio to the baseline, or the words for why there is none."""

    column: int
    name: str
    ratios: tuple[float | str, ...]


def normalised(scene: Scene) -> Chart:
    """All scenarios against the baseline (the one in hand, where none is pinned), with the better direction of each quantity."""
    base = scene.study.baseline if scene.study.baseline is not None else scene.study.active
    table = comparison(scene)
    rows, left_out = _rows(scene, table, base)
    shown, labels = [i for i, _ in scene if i != base], names(scene.study)
    series = tuple(s for place, i in enumerate(shown) for s in _bars(table, rows, i, base, _offset(place, len(shown)), len(shown)))
    said = ["pale: worse"] if any(s.weight < 1 for s in series) else []
    said += _missing(rows, shown, labels) + ([f"without {', '.join(left_out)}"] if left_out else [])
    return Chart(
        key="normalised",
        title="Normalised",
        subtitle="; ".join([f"{labels[base]} = 1", *said]),
        x=_axis([r for row in rows for r in row.ratios if isinstance(r, float)]),
        y=Axis("", range=(-0.6, max(1, len(rows)) - 0.4), names=tuple(r.name for r in reversed(rows))),
        series=series,
        marks=(Mark("x", 1.0, slot=base),),
        legend=tuple({s.slot: (s.key, s.label) for s in reversed(series)}.values())[::-1],
        note=footer(scene.study),
        context=context_line(scene.study),
        summary=_summary(labels, rows, shown, base),
        empty="" if series else "One scenario alone: add another to compare with." if not shown else "Nothing to compare: see the verdict.",
        metadata=dict(scene.metadata),
    )


def _rows(scene: Scene, table: Table, base: int) -> tuple[list[_Row], list[str]]:
    """Quantities of which the baseline has a number, and those of which others alone have one, with the reason."""
    found, left_out = [], []
    for k, column in enumerate(table.columns):
        cells = [row[k] for row in table.rows]
        if column.key not in _SHOWN or not any(isinstance(c.value, float) for c in cells):
            continue
        then = cells[base].value
        if not isinstance(then, float) or then <= 0:
            left_out.append(f"{column.label} ({cells[base].text})" if then is None else column.label)
            continue
        better = {"more": " ▸ more is better", "less": " ◂ less is better"}.get(column.better, "")
        ratios = (_ratio(scene, table, k, i, base) for i in range(len(cells)))
        found.append(_Row(k, f"{column.label}{better}", tuple(ratios)))
    return found, left_out


def _ratio(scene: Scene, table: Table, k: int, i: int, base: int) -> float | str:
    cell, then = table.rows[i][k], table.rows[base][k].value
    if not isinstance(cell.value, float) or not isinstance(then, float):
        return cell.text
    if cell.change == "other offer":
        return cell.change
    fits = [bool(np.broadcast_to(scene.report.fits, len(table.rows))[n]) for n in (i, base)]
    if table.columns[k].key in _OF_THE_PLAN and not all(fits):
        return "does not fit"
    return cell.value / then if cell.value > 0 else "none"


_OF_THE_PLAN = frozenset(_SHOWN) - {"memory_total_bytes", "peak", "hbm_bytes_per_s", "hbm_bytes"}


def _offset(place: int, count: int) -> float:
    """Where a scenario's bar stands in its row, the first one on top."""
    return _BAND * (0.5 - (place + 0.5) / count)


def _bars(table: Table, rows: list[_Row], i: int, base: int, offset: float, count: int) -> list[Series]:
    """The bars of one scenario: the gains, and paler the rest."""
    sides: dict[bool, list[int]] = {True: [], False: []}
    for n, row in enumerate(rows):
        ratio, better = row.ratios[i], table.columns[row.column].better
        if isinstance(ratio, float):
            sides[is_gain(ratio, 1.0, better) is not False].append(n)
    made = []
    for good, places in sides.items():
        if places:
            x = np.array([(1.0, float(rows[n].ratios[i])) for n in places]).ravel()
            y = np.repeat([len(rows) - 1.0 - n + offset for n in places], 2)
            tips = Each(len(x), lambda p, places=tuple(places): _tip(table, rows[places[p // 2]], i, base))  # type: ignore[misc]
            key = f"{'better' if good else 'worse'}-{i}"
            made.append(Series(key, table.row_labels[i], i, "spread", x, y, tips, size=(0.0, 0.92 * _BAND / count), weight=1.0 if good else _UNSAID, ids=tuple(table.columns[rows[n].column].key for n in places for _ in (0, 1))))
    return made


def _tip(table: Table, row: _Row, i: int, base: int) -> str:
    column, now, then = table.columns[row.column], table.rows[i][row.column], table.rows[base][row.column]
    which = {"more": "\nmore is better", "less": "\nless is better"}.get(column.better, "")
    return (
        f"{column.label} · {table.row_labels[i]}\n{now.text}, {format_number(float(row.ratios[i]), 3)} times {table.row_labels[base]}'s {then.text}{which}"
    )


def _missing(rows: list[_Row], shown: list[int], labels: tuple[str, ...]) -> list[str]:
    """``Trainium3: no price``, where bars are missing."""
    return [f"{labels[i]}: {', '.join(why)}" for i in shown if (why := list(dict.fromkeys(r for row in rows if isinstance(r := row.ratios[i], str))))]


def _axis(ratios: list[float]) -> Axis:
    low, high = min([*ratios, 1.0]), max([*ratios, 1.0])
    if high / low > _WIDE_RANGE:
        return Axis("Times the baseline", "1", "log", (low / 1.25, high * 1.25))
    room = 0.08 * (high - low) or 0.1
    return Axis("Times the baseline", "1", "linear", (max(0.0, low - room), high + room))


def _summary(labels: tuple[str, ...], rows: list[_Row], shown: list[int], base: int) -> str:
    said = [
        f"{labels[i]}: " + ", ".join(f"{row.name.split(' ▸')[0].split(' ◂')[0]} {row.ratios[i]:.2f}" for row in rows[:3] if isinstance(row.ratios[i], float))
        for i in shown
    ]
    return f"Against {labels[base]}, which is 1. " + "; ".join(said)
