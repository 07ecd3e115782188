"""The only home of prefixes: ``"3.35 TB/s"`` to ``3.35e12`` and back.

A quantity's unit is one of the base units below (``"B"``, ``"B/s"``, ``"FLOP/s"``, ``"s"``, ``"W"`` ...). Text may carry a
prefix of that unit, scientific notation and arithmetic (``96*2``, ``4*128 GB/s``). ``.`` is always the decimal point.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from explorer.errors import ExplorerError, nearest


class UnitError(ExplorerError):
    """A number that cannot be read, or one in another unit than the one asked for."""


@dataclass(frozen=True)
class Prefix:
    """One way of writing a base unit: ``TB/s`` is 1e12 ``B/s``."""

    text: str
    factor: float


def _scaled(unit: str, prefixes: str) -> tuple[Prefix, ...]:
    powers = {"n": 1e-9, "µ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
    return tuple(Prefix(p.strip() + unit, powers[p.strip()]) for p in prefixes.split("|"))


_BYTES = _scaled("B", "|k|M|G|T|P")
_BINARY = tuple(Prefix(f"{p}iB", 1024.0**i) for i, p in enumerate("KMGTP", start=1))
_TIME = (*_scaled("s", "n|µ|m|"), Prefix("min", 60.0), Prefix("h", 3600.0), Prefix("d", 86400.0))
_WRITTEN: dict[str, tuple[Prefix, ...]] = {
    "B": (Prefix("B", 1.0), *_BINARY),
    "B/s": tuple(Prefix(f"{p.text}/s", p.factor) for p in _BYTES),
    "FLOP/s": _scaled("FLOP/s", "|k|M|G|T|P|E"),
    "FLOP": _scaled("FLOP", "|k|M|G|T|P|E"),
    "FLOP/B": (Prefix("FLOP/B", 1.0),),
    "s": _TIME,
    # Seconds, joules and chip-hours of a whole run, read in days, MWh and millions.
    "time": tuple(Prefix(*p) for p in (("s", 1.0), ("min", 60.0), ("h", 3600.0), ("days", 86400.0), ("years", 365.25 * 86400.0))),
    "energy": (Prefix("J", 1.0), *(Prefix(f"{p}Wh", f * 3600.0) for p, f in (("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12)))),
    "chip-h": (Prefix("chip-h", 1.0), Prefix("k chip-h", 1e3), Prefix("M chip-h", 1e6)),
    "W": _scaled("W", "|k|M|G"),
    "J": _scaled("J", "m||k|M|G"),
    "USD/h": (Prefix("USD/h", 1.0),),
    "USD": (*_scaled("USD", "|k|M"), Prefix("BUSD", 1e9)),
    "tokens/s": (Prefix("tokens/s", 1.0), Prefix("M tokens/s", 1e6)),
    "tokens": (Prefix("tokens", 1.0), Prefix("B tokens", 1e9), Prefix("T tokens", 1e12)),
    "fraction": (Prefix("%", 0.01),),
    "1": (Prefix("", 1.0),),
}
_EXTRA_READ: dict[str, tuple[Prefix, ...]] = {
    "B": _BYTES,
    "B/s": (
        *(Prefix(f"{p.text}/s", p.factor) for p in _BINARY),
        *(Prefix(f"{s}b/s", f / 8) for s, f in (("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12))),
        *(Prefix(f"{s}bps", f / 8) for s, f in (("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12))),
    ),
    "FLOP/s": tuple(Prefix(f"{s}{u}", f) for s, f in (("G", 1e9), ("T", 1e12), ("P", 1e15)) for u in ("FLOPS", "FLOPs/s", "F/s")),
    "s": (Prefix("us", 1e-6), Prefix("μs", 1e-6)),
    "time": (Prefix("ms", 1e-3), Prefix("d", 86400.0), Prefix("day", 86400.0), Prefix("year", 365.25 * 86400.0)),
    "USD/h": (Prefix("$/h", 1.0),),
    "USD": (Prefix("$", 1.0),),
    "fraction": (Prefix("", 1.0),),
    "1": (Prefix("k", 1e3), Prefix("K", 1e3), Prefix("M", 1e6), Prefix("Ki", 1024.0), Prefix("Mi", 1024.0**2)),
    "tokens": tuple(Prefix(s, f) for s, f in (("", 1.0), ("k", 1e3), ("K", 1e3), ("Ki", 1024.0), ("M", 1e6), ("M tokens", 1e6), ("B", 1e9), ("T", 1e12))),
}
BASE_UNITS = tuple(_WRITTEN)

_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([-+*/()])|(\S+))")
_PER_UNIT = re.compile(r"\s*/\s*[A-Za-zµμ$]")
_LONGEST_TEXT = 120
_DEEPEST = 20


class _Sum:
    """Recursive descent over ``+ - * / ( )``; everything from the first other word on is the unit."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def peek(self) -> tuple[str, str, int]:
        found = _TOKEN.match(self.text, self.at)
        if not found:
            return "", "", len(self.text)
        number, sign, word = found.groups()
        return ("number", number, found.end()) if number else ("sign", sign, found.end()) if sign else ("word", word, self.at)

    def take(self) -> str:
        _, value, self.at = self.peek()
        return value

    def total(self) -> float:
        value = self.product()
        while self.peek()[1] in ("+", "-") and self.peek()[0] == "sign":
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self) -> float:
        value = self.factor()
        while self.peek()[1] in ("*", "/") and self.peek()[0] == "sign" and not _PER_UNIT.match(self.text, self.at):
            value = value * self.factor() if self.take() == "*" else value / self.factor()
        return value

    def factor(self) -> float:
        kind, value, _ = self.peek()
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ValueError("too deep")
        if kind == "number":
            result = float(self.take())
        elif value in ("+", "-"):
            result = self._signed()
        elif value == "(":
            self.take()
            result = self.total()
            if self.take() != ")":
                raise ValueError("missing )")
        else:
            raise ValueError("no number")
        self.depth -= 1
        return result

    def _signed(self) -> float:
        sign = self.take()
        return -self.factor() if sign == "-" else self.factor()


def _factor(word: str, unit: str, shown: str | None) -> float:
    readable = (*_WRITTEN[unit], *_EXTRA_READ.get(unit, ()))
    if not word:
        return next((p.factor for p in readable if p.text == shown), 1.0)
    compact = word.replace(" ", "").replace("flop", "FLOP").replace("Flop", "FLOP")
    for same in (str.__eq__, lambda a, b: a.casefold() == b.casefold() and a[:1] not in ("m", "M")):
        for p in readable:
            if same(p.text.replace(" ", ""), compact):
                return p.factor
    offered = [p.text for p in _WRITTEN[unit] if p.text]
    raise UnitError(f"{word[:40]!r} is not a unit of {unit}{nearest(word, offered) or _offer(offered)}")


def _offer(units: list[str]) -> str:
    return f": write {', '.join(units[:6])}" if units else ": write a plain number"


def parse_quantity(
    text: str, unit: str, *, shown: str | None = None, low: float = -math.inf, high: float = math.inf
) -> float:
    """Read a number with an optional unit and return it in the base ``unit``.

    A bare number is in ``shown`` (the prefix that the field displays) where that lies within ``low`` to ``high``, else in
    the base unit: in a field that shows ``96 GiB``, ``96*2`` is 192 GiB, and ``1.2e15`` in one that shows TFLOP/s is
    1.2 PFLOP/s. Raises `UnitError` for anything that is not a finite number in that unit.
    """
    text = text.strip().replace("−", "-").replace("×", "*").replace("\u00a0", " ").replace("\u202f", " ")
    if not text:
        raise UnitError("a number is missing")
    if len(text) > _LONGEST_TEXT:
        raise UnitError(f"a number of {len(text)} characters is too long")
    number, word = _read(text)
    if not word and shown is not None and low <= number * _factor("", unit, shown) <= high:
        value = number * _factor("", unit, shown)
    else:
        value = number * _factor(word, unit, None)
    if not math.isfinite(value):
        raise UnitError(f"{text!r} is not a finite number")
    return value


def _read(text: str) -> tuple[float, str]:
    money = text.startswith("$")
    reader = _Sum(text.removeprefix("$"))
    try:
        number = reader.total()
    except (ValueError, IndexError, ZeroDivisionError, OverflowError):
        raise UnitError(f"{text[:60]!r} is not a number{_comma_hint(text)}") from None
    word = reader.text[reader.at :].strip()
    if "," in word:
        raise UnitError(f"{text[:60]!r} is not a number{_comma_hint(text)}")
    return number, f"${word}" if money else word


def _comma_hint(text: str) -> str:
    return ": write . for the decimal point and no thousands separators" if "," in text else ""


def convert(value: float, written: str, wanted: str, base: str) -> float:
    """A number in one prefix of the ``base`` unit as one in another: ``convert(80, "GB", "GiB", "B")``."""
    return value * _factor(written, base, None) / _factor(wanted, base, None)


def best_prefix(value: float, unit: str) -> Prefix:
    """The prefix with which ``value`` reads as 1 to 999 (or the nearest one)."""
    written = [p for p in _WRITTEN[unit] if unit == "time" or p.text not in ("h", "d", "min")]
    # "1 days" reads badly, so a duration counts a unit only from two of it on: 36 h, 2 days.
    size, least = abs(value), 2.0 if unit == "time" else 1.0
    fitting = [p for p in written if p.factor * (least if p.factor > 1 else 1.0) <= size * (1 + 1e-12)]
    if value == 0 or not math.isfinite(size):
        return next((p for p in written if p.factor == 1.0), written[0])
    return max(fitting, key=lambda p: p.factor) if fitting else min(written, key=lambda p: p.factor)


def format_number(value: float, digits: int = 3) -> str:
    """``value`` with ``digits`` significant digits, thousands separated, no exponent between 1e-4 and 1e15."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "-"
    magnitude = math.floor(math.log10(abs(value)))
    if magnitude >= 15 or magnitude < -4:
        return f"{value:.{digits - 1}e}"
    decimals = max(0, digits - 1 - magnitude)
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@lru_cache(maxsize=4096)
def format_quantity(value: float | None, unit: str, *, digits: int = 3) -> str:
    """``4.9 TB/s``, ``96 GiB``, ``1,299 TFLOP/s``, ``6.5 ms``; a missing value is ``-``."""
    if value is None or not math.isfinite(value):
        return "-"
    prefix = best_prefix(value, unit)
    if unit == "FLOP/s" and 1e15 <= abs(value) < 1e16:
        prefix = Prefix("TFLOP/s", 1e12)  # chips are compared in TFLOP/s throughout
        digits = max(digits, 4)
    number = format_number(value / prefix.factor, digits)
    if unit == "USD/h":
        return f"${number}/h"
    if unit == "USD":
        return f"${number}{prefix.text.removesuffix('USD')}"
    space = "" if prefix.text == "%" or not prefix.text else " "
    return f"{number}{space}{prefix.text}"


def exact_text(value: float, unit: str) -> str:
    """Text that reads back as exactly ``value``: the short form where that is exact, every digit otherwise."""
    for digits in (3, 4, 6, 9, 12):
        text = format_quantity(value, unit, digits=digits).replace(",", "")
        try:
            if parse_quantity(text, unit) == value:
                return text
        except UnitError:
            break
    return f"{value!r} {next((p.text for p in _WRITTEN[unit] if p.factor == 1.0), '')}".rstrip()
