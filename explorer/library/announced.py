"""Numbers of a chip that is announced as multiples of another one, and what stands in where nothing is announced.

``{ times = 4, of = "trainium3" }`` is four times what the file of ``trainium3`` says. The multiple is as exact as it is written: 3.5 to
4.5 round to 4. With ``at_least = true`` it is the lower end, and nobody has said how far up. ``{ as = "trainium3" }`` is no
announcement: that chip's value stands there until somebody assumes a better one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from explorer.specs import Spec
from explorer.units import format_quantity

KEYS = ("times", "of", "at_least", "as")
Relative = Callable[[str], Spec]


@dataclass(frozen=True)
class Derived:
    """A value with the ends of its band (None where there is none), and what the source's kind and note are to say."""

    value: Any
    low: float | None
    high: float | None
    kind: str
    note: str


def is_derived(entry: dict[str, Any]) -> bool:
    """Whether an entry refers to another chip instead of giving a value."""
    return "times" in entry or "as" in entry


def derived(entry: dict[str, Any], key: str, unit: str | None, relative: Relative) -> Derived:
    """The value at a dotted ``key`` from that of another chip. Raises `ValueError` in one line."""
    if "value" in entry or ("times" in entry) == ("as" in entry):
        raise ValueError("write a value, or times and of, or as: one of them")
    name = entry.get("of") if "times" in entry else entry["as"]
    if not isinstance(name, str):
        raise ValueError('of names the chip whose number is multiplied, such as of = "trainium3"')
    base = relative(name)
    value = _value_of(base, key)
    if value is None:
        raise ValueError(f"{name} has no such number")
    if "as" in entry:
        return Derived(value, None, None, "guess", f"Not announced: what {base_name(base)} has stands here until you assume another.")
    return _multiple(entry, value, unit or "1", base_name(base))


def base_name(spec: Spec) -> str:
    """What people call it."""
    return str(getattr(spec, "name", ""))


def _multiple(entry: dict[str, Any], value: Any, unit: str, name: str) -> Derived:
    times = entry["times"]
    if isinstance(times, bool) or not isinstance(times, int | float) or not 0 < times < 1e6:
        raise ValueError("times is a number above 0, such as times = 4")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("only numbers can be multiplied")
    open_ended = entry.get("at_least", False)
    if not isinstance(open_ended, bool):
        raise ValueError("at_least is true or false")
    exponent = Decimal(str(times)).as_tuple().exponent
    half = 0.5 * 10.0 ** (exponent if isinstance(exponent, int) else 0)
    words = f"{'at least ' if open_ended else ''}{times:g} x the {format_quantity(value, unit, digits=5)} of {name}"
    if open_ended:
        return Derived(times * value, float(times * value), None, "derived", f"Announced as {words}.")
    low, high = (times - half) * value, (times + half) * value
    band = f"{times - half:g} to {times + half:g} round to {times:g}"
    return Derived(times * value, low, high, "derived", f"Announced as {words}; {band}.")


def _value_of(spec: Any, key: str) -> Any:
    """The value at a dotted key: fields, entries of tables, rows of lists by their name."""
    for part in key.split("."):
        if isinstance(spec, tuple):
            spec = next((row for row in spec if getattr(row, "name", None) == part), None)
        elif isinstance(spec, dict):
            spec = spec.get(part)
        else:
            spec = getattr(spec, part, None)
        if spec is None:
            return None
    return spec
