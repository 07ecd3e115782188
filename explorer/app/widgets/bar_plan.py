"""Who gets how much of a bar that is too narrow for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class BarPlan:
    """Widths [px] of the pills and of the summary; whether the title is shown; how many actions stay outside the menu."""

    pills: tuple[int, ...]
    summary: int
    title: bool
    actions: int


def plan_bar(
    room: int, *, title: int, pills: Sequence[tuple[int, int]], fixed: int, summary: int, actions: Sequence[int], more: int, least: int = 0
) -> BarPlan:
    """Share ``room`` pixels.

    ``pills`` are (natural, least) widths; ``fixed`` is what nobody can take away; ``actions`` are dropped from the left into
    a menu ``more`` wide, so the last one stays longest. First the summary gives way down to ``least``, then names, then the
    rest of the summary, then the title where that saves ``least``, then actions, and at last the pills become narrower than
    their least width.
    """
    natural, narrowest = sum(n for n, _ in pills), sum(m for _, m in pills)
    kept = len(actions)
    cost = sum(actions)
    while kept and fixed + title + narrowest + cost > room:
        kept -= 1
        cost = sum(actions[len(actions) - kept :]) + more
    shown = fixed + title + narrowest + cost <= room
    left = room - fixed - cost - (title if shown else 0)
    if shown and left - least < narrowest <= left + title - least:
        shown, left = False, left + title  # the window's frame has the title too
    names = left - least if left - least >= narrowest else left
    widths = tuple(n for n, _ in pills) if natural <= names else _squeeze(pills, names)
    rest = left - sum(widths)
    return BarPlan(widths, max(0, min(summary, rest)), shown, kept)


def _squeeze(pills: Sequence[tuple[int, int]], room: int) -> tuple[int, ...]:
    """Take from the widest first: one common width that nobody exceeds."""
    least = [m for _, m in pills]
    if sum(least) >= room:
        return tuple(max(0, room * m // max(1, sum(least))) for m in least)
    low, high = 0, max(n for n, _ in pills)
    while high - low > 1:
        middle = (low + high) // 2
        if sum(max(m, min(n, middle)) for n, m in pills) <= room:
            low = middle
        else:
            high = middle
    return tuple(max(m, min(n, low)) for n, m in pills)
