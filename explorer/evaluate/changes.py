"""A number against that of the baseline, in words: an arrow that says where it went, and by how much."""

from __future__ import annotations

import math

HIDDEN_CHANGE = 0.005
"""Part of a number below which a change is none."""
_LEAST_POINTS = 0.05  # of a percentage point
_FACTOR_FROM = 9.995  # gains from here on are factors: "▲ ×12" says more than "▲ 1,100%"


def change_text(now: float, then: float, unit: str = "1") -> str:
    """``▲ 12%``, ``▼ 30%``, ``▲ ×12.5``; empty where nothing changes. The arrow is the number's, not a judgement.

    A fraction is told in percentage points as well, ``▼ 50%, 0.2 pp``: half of nearly nothing is little. From zero on there are only those.
    """
    if not (math.isfinite(now) and math.isfinite(then)):
        return ""
    points = _points(now, then) if unit == "fraction" else ""
    arrow = "▲" if now > then else "▼"
    if then == 0 or now / then < 0:
        return f"{arrow} {points}" if points else ""
    gain = now / then - 1
    if abs(gain) < HIDDEN_CHANGE:
        return ""
    by = f"{abs(gain):.0%}" if abs(gain) < _FACTOR_FROM else f"×{now / then:,.1f}"
    return f"{arrow} {by}" + (f", {points}" if points else "")


def _points(now: float, then: float) -> str:
    points = 100 * abs(now - then)
    return f"{points:.1f} pp" if points >= _LEAST_POINTS else ""


def is_gain(now: float, then: float, better: str) -> bool | None:
    """Whether the change is for the better; None where neither way is, or nothing changes."""
    if better == "neither" or not change_text(now, then, "fraction"):
        return None
    return (now > then) == (better == "more")
