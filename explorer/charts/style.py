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
