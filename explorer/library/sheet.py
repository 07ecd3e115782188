"""Specifications side by side: rows are fields, columns are products; the best of a row is marked where there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from explorer.library.edits import Edit, value_text
from explorer.library.field_text import field_text
from explorer.library.fields import GROUPS, Row, rows_of, source_of
from explorer.library.user import Preset
from explorer.specs import CONFIDENCE, FORMATS, Chip, Source, source_key, value_at

_ENDS = ("chip.at_least", "chip.at_most")  # said with the numbers whose ends they are
COMPARED = ("Shipped", "Now", "Difference")


@dataclass(frozen=True)
class SheetCell:
    """What one product says of a field, and where that comes from. ``text`` empty: the product has no such field.

    ``firm`` False: a number that is only announced, or that stands in for one, which is never the best of a row.
    """

    text: str
    value: Any = None
    path: str = ""
    best: bool = False
    source: Source | None = None
    elsewhere: tuple[str, ...] = ()
    firm: bool = True

    def about(self) -> str:
        """Source, confidence and alternatives, a line each."""
        source = self.source
        lines = []
        if source is not None:
            confidence = CONFIDENCE[source.kind] if CONFIDENCE[source.kind] != source.ref.casefold() else ""
            lines = [source.ref, ", ".join(part for part in (confidence, source.checked and f"checked {source.checked}") if part), source.note]
        elif isinstance(self.value, float | int) and not isinstance(self.value, bool):
            lines = ["No source is given."]
        lines += [f"Elsewhere: {'; '.join(self.elsewhere)}"] if self.elsewhere else []
        return "\n".join(line for line in lines if line)


@dataclass(frozen=True)
class SheetRow:
    """One field of all products."""

    key: str
    label: str
    group: str
    cells: tuple[SheetCell, ...]

    @property
    def differs(self) -> bool:
        """Whether the products do not agree."""
        return len({cell.text for cell in self.cells}) > 1


@dataclass(frozen=True)
class Sheet:
    """A table of specifications. ``root``: chip, fabric or workload; empty for a comparison of edits."""

    root: str
    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...]

    def only_differences(self) -> Sheet:
        """Without the rows in which all agree."""
        return Sheet(self.root, self.columns, tuple(row for row in self.rows if row.differs))

    def text(self) -> str:
        """Tab-separated, for a clipboard."""
        lines = [("", *self.columns), *((row.label, *(cell.text for cell in row.cells)) for row in self.rows)]
        return "\n".join("\t".join(_flat(part) for part in line) for line in lines) + "\n"


def sheet(root: str, specs: Sequence[Preset]) -> Sheet:
    """The specifications of some chips, fabrics or workloads. Rows in which none of them has anything are left out."""
    fields = [{row.key: row for row in rows_of(root, spec) if not row.path.startswith(_ENDS)} for spec in specs]
    first = {key: row for rows in fields for key, row in rows.items()}
    keys = sorted((k for k in first if k != f"{root}.name"), key=lambda k: _place(first[k], specs))
    rows = [_row(first[key], specs, [each.get(key) for each in fields]) for key in keys]
    return Sheet(root, tuple(called(spec) for spec in specs), tuple(row for row in rows if any(c.value is not None for c in row.cells)))


def _place(row: Row, specs: Sequence[Preset]) -> tuple[int, int, int]:
    """Where a row stands: by group, by the order of the fields, formats in their own order."""
    parts = row.path.split(".")
    group = GROUPS.index(row.group) if row.group in GROUPS else len(GROUPS)
    return group, list(type(specs[0]).model_fields).index(parts[1]), list(FORMATS).index(parts[-1]) if parts[-1] in FORMATS else 0


def _row(field: Row, specs: Sequence[Preset], rows: Sequence[Row | None]) -> SheetRow:
    cells = [_cell(row, spec) if row is not None else SheetCell("–") for row, spec in zip(rows, specs, strict=True)]
    known = [c.value for c in cells if c.firm and isinstance(c.value, float | int) and not isinstance(c.value, bool)]
    if field.better and len(known) > 1 and len(set(known)) > 1:
        best = max(known) if field.better > 0 else min(known)
        cells = [replace(c, best=c.firm and c.value == best) for c in cells]
    return SheetRow(field.key, field.label, field.group, tuple(cells))


def _cell(row: Row, spec: Preset) -> SheetCell:
    inside = row.path.partition(".")[2]
    value = value_at(spec, inside)
    others = getattr(spec, "alternatives", {}).get(inside, ())
    text, firm = _as_announced(row, spec, inside, field_text(row, value))
    return SheetCell(text, value, row.path, source=source_of(spec, inside) if value is not None else None, elsewhere=others, firm=firm)


def called(spec: Preset) -> str:
    """A preset's name; what is only announced says so."""
    return f"{spec.name} (announced)" if isinstance(spec, Chip) and spec.announced else spec.name


def _as_announced(row: Row, spec: Preset, inside: str, text: str) -> tuple[str, bool]:
    """A value as it is written, and whether it is firm: of a number that is only announced the band, of a stand-in that it is one."""
    if not isinstance(spec, Chip) or not spec.announced:
        return text, True
    key, source = source_key(spec, inside), source_of(spec, inside)
    if source is not None and source.kind == "user":
        return text, True
    if key in spec.stand_ins:
        return f"{text}, stands in", False
    if key not in spec.at_least:
        return text, True
    low, high = field_text(row, spec.at_least[key]), spec.at_most.get(key)
    return (f"at least {low}" if high is None else f"{low} to {field_text(row, high)}"), False


def comparison(changed: Iterable[Edit], sources: Callable[[str], tuple[Source | None, Source | None]]) -> Sheet:
    """What was shipped, what it is now, and by how much they differ. ``sources``: of both values, by an edit's path."""
    rows = []
    for edit in changed:
        before, after = sources(edit.key)
        cells = (
            SheetCell(value_text(edit.key, edit.was), edit.was, edit.key, source=before),
            SheetCell(value_text(edit.key, edit.now), edit.now, edit.key, source=after),
            SheetCell(difference(edit.was, edit.now)),
        )
        rows.append(SheetRow(edit.key, edit.label, "", cells))
    return Sheet("", COMPARED, tuple(rows))


def difference(was: Any, now: Any) -> str:
    """``+25 %``, ``x 3``, or that one of them is missing."""
    if was is None or now is None:
        return "added" if was is None else "removed"
    if isinstance(was, bool | str | tuple) or isinstance(now, bool | str | tuple) or not was:
        return "changed"
    ratio = now / was
    if ratio >= 3:
        return f"x {ratio:.3g}"
    return f"{(ratio - 1) * 100:+.3g} %"


def _flat(text: str) -> str:
    """Nothing that a spreadsheet would take for another cell, or for a formula."""
    plain = " ".join(text.split())
    return f"'{plain}" if plain[:1] in ("=", "+", "@") or (plain[:1] == "-" and not plain[1:2].isdigit()) else plain


__all__ = ["COMPARED", "Sheet", "SheetCell", "SheetRow", "called", "comparison", "difference", "sheet"]
