"""Errors in sum: by kind, by measured quantity, by source and by chip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.library import load_library
from explorer.validation.aliases import load_aliases
from explorer.validation.cases import Found, Prediction, Skip

BY = ("kind", "quantity", "source", "chip")
_PREDICTED: dict[str, Callable[[Prediction], str]] = {
    "kind": lambda p: p.kind,
    "quantity": lambda p: p.quantity,
    "source": lambda p: p.source,
    "chip": lambda p: p.chip,
}


@dataclass(frozen=True)
class Line:
    """Errors of one group of rows. ``by`` says what they share and ``name`` its value.

    ``mean``, ``median`` and ``p90`` are of the absolute error, as fractions of the measured value; ``worst`` (of the row
    ``worst_id``) and ``bias`` (the median) are signed. All are None where everything was ``skipped``.
    """

    kind: str
    by: str
    name: str
    n: int
    mean: float | None
    median: float | None
    p90: float | None
    worst: float | None
    worst_id: str
    bias: float | None
    skipped: int


Key = tuple[str, str, str]


def summarise(found: Found) -> list[Line]:
    """One line a group, kinds apart; the largest group first."""
    groups: dict[Key, list[Prediction]] = {}
    for row in found.rows:
        for by, value in _PREDICTED.items():
            groups.setdefault((row.kind, by, value(row)), []).append(row)
    skipped = Counter(key for skip in found.skipped for key in _keys(skip))
    lines = [_line(key, groups.get(key, []), skipped[key]) for key in dict.fromkeys([*groups, *skipped])]
    return sorted(lines, key=lambda line: (line.kind, BY.index(line.by), -line.n, -line.skipped, line.name))


def total(members: Sequence[Prediction]) -> Line:
    """The errors of any rows together."""
    return _line(("all", "all", "all"), members, 0)


def chip_of(skip: Skip) -> str:
    """The preset that a skipped row's chip is, or what the source calls it."""
    known = load_aliases().chip_name(skip.chip).id
    return known if known in load_library().chips else skip.chip


def _keys(skip: Skip) -> list[Key]:
    """The groups that a skipped row belongs to; a row that is not even read has its kind alone."""
    named = {"kind": skip.kind, "source": skip.source, "chip": chip_of(skip)}
    return [(skip.kind, by, name) for by, name in named.items() if name]


def _line(key: Key, members: Sequence[Prediction], skipped: int) -> Line:
    if not members:
        return Line(*key, n=0, mean=None, median=None, p90=None, worst=None, worst_id="", bias=None, skipped=skipped)
    errors = np.array([m.error_fraction for m in members])
    size = np.abs(errors)
    worst = int(np.argmax(size))
    return Line(
        *key, n=len(members), mean=float(size.mean()), median=float(np.median(size)), p90=float(np.percentile(size, 90)),
        worst=float(errors[worst]), worst_id=members[worst].id, bias=float(np.median(errors)), skipped=skipped,
    )  # fmt: skip


def reasons_of(found: Found) -> list[tuple[str, str, int]]:
    """Kind, reason and number of the skipped, the most frequent first."""
    counted = Counter((skip.kind, skip.reason) for skip in found.skipped)
    return [(kind, reason, n) for (kind, reason), n in sorted(counted.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))]
