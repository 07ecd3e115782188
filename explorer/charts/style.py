"""The look, read from ``resources/themes``: hues of scenarios and parts, text and line sizes. Window and files share it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from explorer import paths
from explorer.errors import unknown

DASHES: tuple[tuple[float, ...], ...] = ((), (5, 2.5), (1.2, 1.8), (7, 2, 1.2, 2), (9, 3), (3, 1.5))
MARKERS: tuple[str, ...] = ("o", "s", "t", "d", "p", "x")  # circle, square, triangle, diamond, pentagon, cross

READABLE = 4.5  # contrast of words on their ground, WCAG 2.2 AA
NEUTRAL = -1  # the slot of what belongs to no scenario


@dataclass(frozen=True)
class Theme:
    """Colours as ``#rrggbb``, sizes in points at scale 1."""

    name: str
    dark: bool
    window: str
    card: str
    field: str
    border: str
    text: str
    muted: str
    grid: str
    accent: str
    good: str
    bad: str
    warn: str
    tooltip: str
    tooltip_text: str
    track: str
    slots: tuple[str, ...]
    parts: dict[str, str]
    font_pt: float
    line_px: float

    def part(self, key: str) -> str:
        """Colour of a part of a stacked bar; unknown parts are muted."""
        return self.parts.get(key, self.muted)

    def slot(self, index: int | None) -> str:
        """Hue of a scenario; that of text for none."""
        return self.text if index is None or index == NEUTRAL else self.slots[index % len(self.slots)]

    def ink(self, index: int | None) -> str:
        """Hue of a scenario for words, which need more contrast than lines: as near to it as can still be read on the card."""
        return _readable(self.slot(index), self.card, self.text)


@cache
def _readable(color: str, ground: str, text: str) -> str:
    """The colour, mixed with that of text as little as gives it a contrast of `READABLE` on the ground."""
    steps = (_mixed(color, text, i / 20) for i in range(21))
    return next((c for c in steps if contrast(c, ground) >= READABLE), text)


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21, as WCAG 2.2 has it."""
    dark, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    parts = ((c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) for c in (v / 255 for v in _rgb(color)))
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def _rgb(color: str) -> tuple[int, ...]:
    return tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))


def _mixed(one: str, other: str, share: float) -> str:
    return "#" + "".join(f"{round(p + (q - p) * share):02X}" for p, q in zip(_rgb(one), _rgb(other), strict=True))


def theme_names() -> tuple[str, ...]:
    """The themes on disk."""
    return tuple(sorted(p.stem for p in (paths.resources() / "themes").glob("*.json")))


@cache
def theme(name: str) -> Theme:
    """A theme by name. Raises `ExplorerError` for one that does not exist."""
    path = paths.resources() / "themes" / f"{name}.json"
    if name not in theme_names():
        raise unknown("theme", name, theme_names())
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Theme(name=name, slots=tuple(data.pop("slots")), **data)
