"""The flags that say how scenarios are compared: against which one, per what, at whose plan, and how the table is arranged."""

from __future__ import annotations

import argparse

from explorer.charts.model import Table
from explorer.charts.table_order import Order, best_first, ordered, without
from explorer.errors import ExplorerError, unknown
from explorer.library.plans import same_plans, suited_plans
from explorer.specs import UNITS, Study

_PLANS = {"same": same_plans, "suited": suited_plans}
_NONE = "none"


def add_comparison(parser: argparse.ArgumentParser) -> None:
    """Add the flags of a comparison."""
    group = parser.add_argument_group("the comparison")
    group.add_argument("--per", metavar="UNIT", help=f"unit of fairness: {', '.join(UNITS)} (default: the study's, which is chip)")
    group.add_argument("--baseline", metavar="SCENARIO", help="by number from 1, or chip; or none (default: the study's, which is the first)")
    group.add_argument("--plans", metavar="WHAT", help="same: the plan of the scenario in hand for all; suited: each that of its chip and fabric")


def add_arrangement(parser: argparse.ArgumentParser) -> None:
    """Add the flags that arrange a table."""
    group = parser.add_argument_group("the table")
    group.add_argument("--sort", metavar="KEY", help="rows by a column, best first; KEY:up or KEY:down for smallest or largest first")
    group.add_argument("--columns", metavar="KEYS", help="only these columns, keys with commas between them")


def asks_to_compare(arguments: argparse.Namespace) -> bool:
    """Whether any flag of a comparison was given."""
    return any(getattr(arguments, name, None) is not None for name in ("per", "baseline", "plans"))


def compared(study: Study, arguments: argparse.Namespace) -> Study:
    """The study as the flags of a comparison say. Raises `ExplorerError`."""
    per, baseline, plans = (getattr(arguments, name, None) for name in ("per", "baseline", "plans"))
    if per is not None:
        if per not in UNITS:
            raise unknown("unit of fairness", per, UNITS)
        study = study.replace(per=per)
    if plans is not None:
        if plans not in _PLANS:
            raise unknown("choice of plans", plans, _PLANS)
        study = _PLANS[plans](study)
    return study if baseline is None else study.replace(baseline=_baseline(study, baseline.strip()))


def _baseline(study: Study, text: str) -> int | None:
    if text.casefold() == _NONE:
        return None
    if text.isdecimal() and len(text) < 3 and 1 <= int(text) <= len(study.scenarios):
        return int(text) - 1
    chips = [s.chip.id for s in study.scenarios]
    if text not in chips:
        raise unknown("scenario", text, [_NONE, *chips])
    return chips.index(text)


def arranged(table: Table, arguments: argparse.Namespace) -> Table:
    """The table as the flags arrange it. Raises `ExplorerError` for a column that it does not have."""
    columns = {c.key: c for c in table.columns}
    if arguments.sort is not None:
        key, _, way = arguments.sort.partition(":")
        if key not in columns:
            raise unknown("column", key, columns)
        if way not in ("", "up", "down"):
            raise ExplorerError(f"--sort {arguments.sort[:60]!r}: write KEY, KEY:up or KEY:down")
        table = ordered(table, Order(key, way == "down") if way else best_first(columns[key]))
    if arguments.columns is not None:
        chosen = [k.strip() for k in arguments.columns.split(",") if k.strip()]
        for key in chosen:
            if key not in columns:
                raise unknown("column", key, columns)
        table = without(table, set(columns) - set(chosen))
    return table
