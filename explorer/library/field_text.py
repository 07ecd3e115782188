"""Values of fields as people write them, and back."""

from __future__ import annotations

import re
from typing import Any

from explorer.errors import ExplorerError, unknown
from explorer.library.fields import Row
from explorer.specs import FORMATS
from explorer.units import best_prefix, exact_text, format_quantity, parse_quantity

_SWITCH = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
_NOTHING = ("", "-", "none")


def field_text(row: Row, value: Any, *, exact: bool = False) -> str:
    """``96 GiB``, ``128 x 512``, ``yes``; what nobody has published is said to be so. ``exact``: it reads back as the same."""
    if value is None:
        return row.missing
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " x ".join(_number(v, row.unit, exact) for v in value) or "none"
    if isinstance(value, str):
        return FORMATS[value].label if value in FORMATS else value
    return _number(value, row.unit, exact)


def _number(value: float, unit: str, exact: bool) -> str:
    if isinstance(value, int) and unit == "1":
        return f"{value}" if exact else f"{value:,}"
    return exact_text(float(value), unit) if exact else format_quantity(value, unit, digits=4)


def shown_unit(row: Row, value: Any) -> str:
    """The prefix under which a number is shown: a bare number typed into the field is read in it."""
    return best_prefix(float(value), row.unit).text if isinstance(value, float | int) and not isinstance(value, bool) else ""


def parse_field(row: Row, text: str, shown: str | None = None) -> Any:
    """Read what somebody typed into the field of ``row``. Raises `ExplorerError` in one line."""
    plain = text.strip()
    if row.optional and plain.casefold() in (*_NOTHING, row.missing.casefold()):
        return None
    if row.kind == "text":
        return plain
    if row.kind == "choice":
        found = next((w for w in row.words if w.casefold() == plain.casefold()), None)
        if found is None:
            raise unknown(row.label.lower(), plain, row.words)
        return found
    if row.kind == "switch":
        if plain.casefold() not in _SWITCH:
            raise ExplorerError(f"{row.label}: write yes or no")
        return _SWITCH[plain.casefold()]
    if row.kind == "numbers":
        parts = [p for p in re.split(r"[x×;]|,\s", plain) if p.strip() and p.strip() != "none"]
        return tuple(_read(row, p, None) for p in parts)
    return _read(row, plain, shown)


def _read(row: Row, text: str, shown: str | None) -> float | int:
    value = parse_quantity(text, row.unit, shown=shown)
    if row.unit != "1" or (row.kind == "number"):
        return value
    if value != round(value):
        raise ExplorerError(f"{row.label}: {value:g} is not a whole number")
    return int(value)


__all__ = ["field_text", "parse_field", "shown_unit"]
