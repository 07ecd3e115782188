"""A sheet of paper measured in points, y downwards: the only place that draws with matplotlib.

Everything is placed by hand in points, so that a PNG, an SVG and a PDF of one chart have the same layout, and nothing that
a text holds is taken for a formula.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from explorer.charts.style import DASHES, MARKERS, Theme
from explorer.render.box import Box

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.font_manager import FontProperties
    from matplotlib.path import Path as Outline

FloatArray = NDArray[np.float64]
_Path = FloatArray | Sequence[tuple[float, float]]
Kind = Literal["title", "bold", "slanted", "base", "small", "note"]
Align = Literal["left", "center", "right"]
_SIZES: dict[Kind, float] = {"title": 1.32, "bold": 1.0, "slanted": 1.0, "base": 1.0, "small": 0.86, "note": 0.7}
SMALLEST_PT = 4.8
_FACES: dict[Kind, str] = {"title": "-Bold", "bold": "-Bold", "slanted": "-Oblique"}
_CAP = 0.36  # half the height of a capital, in sizes of the font
_PALE = {"ghost": 0.62, "roof_faint": 0.35}  # share of the card's colour
_PX_PER_PT = 4 / 3
_DOT_ALPHA = 0.55


def mixed(one: str, other: str, share: float) -> str:
    """The colour ``share`` of the way from ``one`` to ``other``."""
    a, b = ([int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (one, other))
    return "#" + "".join(f"{round(p + (q - p) * share):02x}" for p, q in zip(a, b, strict=True))


@cache
def _font_file(face: str) -> Path:
    """DejaVu Sans, which comes with matplotlib: the same letters on every computer."""
    import matplotlib

    return Path(matplotlib.get_data_path(), "fonts", "ttf", f"DejaVuSans{face}.ttf")


@cache
def _known_letters(face: str) -> frozenset[int]:
    from matplotlib.font_manager import get_font

    return frozenset(get_font(str(_font_file(face))).get_charmap())


@cache
def _font(face: str, size: float) -> FontProperties:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(_font_file(face)), size=size)


@cache
def _width(text: str, face: str, size: float) -> float:
    from matplotlib.textpath import text_to_path

    return float(text_to_path.get_text_width_height_descent(text, _font(face, size), ismath=False)[0]) if text else 0.0


class Sheet:
    """A figure of ``width_in`` x ``height_in`` inches, with or without a ground. ``em``: its text in points; later calls draw on top."""

    def __init__(self, theme: Theme, width_in: float, height_in: float, transparent: bool = False) -> None:
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        self.theme = theme
        self.wide, self.high = 72.0 * width_in, 72.0 * height_in
        larger = min(max(theme.font_pt / 10.0, 1.0), 1.25)
        base = min(1.3 * width_in, 2.4 * height_in)
        self.em = larger * min(max(base, 6.5), 17.0 * max(1.0, base / 18.0))  # 17 points on a slide, more on a poster
        self.line_pt = self.em * theme.line_px / (theme.font_pt * _PX_PER_PT)
        self.hair = 0.055 * self.em
        self.transparent = transparent
        self.figure = Figure(figsize=(width_in, height_in), facecolor="none" if transparent else theme.card, edgecolor="none")
        self._points = Affine2D().scale(1 / self.wide, -1 / self.high).translate(0, 1) + self.figure.transFigure
        self.texts: list[tuple[str, Box]] = []
        self._height = 1.0

    def size(self, kind: Kind) -> float:
        """Points of a kind of text."""
        return max(SMALLEST_PT, _SIZES[kind] * self.em)

    def clean(self, text: str, kind: Kind = "base") -> str:
        """One line of letters that the font has; others become the replacement character."""
        known = _known_letters(_FACES.get(kind, ""))
        return "".join(c if ord(c) in known else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))

    def width(self, text: str, kind: Kind) -> float:
        """Points that a text takes in one line."""
        return _width(self.clean(text, kind), _FACES.get(kind, ""), self.size(kind))

    def fit(self, text: str, kind: Kind, room: float) -> str:
        """The text, cut with an ellipsis where it is wider than ``room``."""
        text = " ".join(text.split())
        if self.width(text, kind) <= room:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            wide = self.width(text[:middle].rstrip() + "…", kind)
            low, high = (middle, high) if wide <= room else (low, middle - 1)
        return text[:low].rstrip() + "…" if low else ""

    def wrap(self, text: str, kind: Kind, room: float, most: int) -> list[str]:
        """The text in at most ``most`` lines no wider than ``room``; the last one is cut where more would follow."""
        words, lines = text.split(), list[str]()
        while words and len(lines) < most:
            if len(lines) == most - 1:
                return [*lines, self.fit(" ".join(words), kind, room)]
            taken = 1
            while taken < len(words) and self.width(" ".join(words[: taken + 1]), kind) <= room:
                taken += 1
            lines.append(self.fit(" ".join(words[:taken]), kind, room))
            words = words[taken:]
        return lines

    def text(
        self, x: float, middle: float, text: str, kind: Kind, color: str, align: Align = "left", upright: bool = False
    ) -> None:
        """One line of plain text, its capitals centred on ``middle``; ``upright`` turns it to read from below."""
        from matplotlib.text import Text

        text = self.clean(text, kind)
        if not text:
            return
        size, wide = self.size(kind), self.width(text, kind)
        down = 0.0 if upright else _CAP * size
        artist = Text(
            x + (_CAP * size if upright else 0.0), middle + down, text, color=color, parse_math=False,
            fontproperties=_font(_FACES.get(kind, ""), size), horizontalalignment=align,
            verticalalignment="baseline", rotation=90 if upright else 0, rotation_mode="anchor",
        )  # fmt: skip
        self.add(artist)
        left = x - {"left": 0.0, "center": wide / 2, "right": wide}[align]
        box = Box(left, middle - size / 2, left + wide, middle + size / 2)
        if upright:
            box = Box(x - size / 2, middle - wide / 2, x + size / 2, middle + wide / 2)
        self.texts.append((text, box))

    def add(self, artist: Artist, clip: Box | None = None, name: str = "") -> None:
        """Put an artist, placed in points, on top of what is there; ``name`` is its id in an SVG."""
        from matplotlib.patches import Rectangle

        self._height += 1.0
        artist.set_zorder(self._height)
        artist.set_transform(self._points)
        if name:
            artist.set_gid(name)
        self.figure.add_artist(artist)
        if clip is not None:
            artist.set_clip_path(Rectangle((clip.left, clip.top), clip.wide, clip.high, transform=self._points))

    def line(
        self, points: _Path, color: str, width: float, *,
        dash: tuple[float, ...] = (), alpha: float = 1.0, clip: Box | None = None, name: str = "",
    ) -> None:  # fmt: skip
        """A line through points (n, 2); NaN interrupts it. Dashes are in widths of the line."""
        from matplotlib.lines import Line2D

        path = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        artist = Line2D(
            path[:, 0], path[:, 1], color=color, linewidth=width, alpha=alpha, linestyle=(0, dash) if dash else "-",
            solid_capstyle="butt", dash_capstyle="butt", solid_joinstyle="miter", dash_joinstyle="miter",
        )  # fmt: skip
        self.add(artist, clip, name)

    def series_line(self, points: _Path, slot: int, role: str, clip: Box | None, name: str = "") -> None:
        """A scenario's line in its hue and dash; ghosts and further roofs are thin and pale."""
        hue = self.theme.slot(slot)
        if role in _PALE:
            self.line(points, mixed(hue, self.theme.card, _PALE[role]), 0.6 * self.line_pt, clip=clip, name=name)
        else:
            self.line(points, hue, self.line_pt, dash=() if role == "traffic" else DASHES[slot % len(DASHES)], clip=clip, name=name)

    def area(self, outline: FloatArray, color: str, alpha: float, clip: Box | None = None, name: str = "") -> None:
        """A filled polygon (n, 2)."""
        from matplotlib.patches import Polygon

        self.add(Polygon(outline, closed=True, facecolor=color, edgecolor="none", alpha=alpha), clip, name)

    def box(
        self, box: Box, fill: str = "none", *, edge: str = "none", width: float = 0.0, alpha: float = 1.0, name: str = ""
    ) -> None:
        """A rectangle."""
        from matplotlib.patches import Rectangle

        shape = Rectangle(
            (box.left, box.top), box.wide, box.high, facecolor=fill, edgecolor=edge, linewidth=width, alpha=alpha
        )
        self.add(shape, None, name)

    def marker(self, x: float, y: float, slot: int, across: float, rim: bool = True, name: str = "") -> None:
        """A scenario's marker in its hue, set off by a rim of the card's colour."""
        from matplotlib.patches import PathPatch

        edge = self.theme.card if rim else "none"
        shape = _marker_at(x, y, slot, across)
        self.add(PathPatch(shape, facecolor=self.theme.slot(slot), edgecolor=edge, linewidth=self.hair), None, name)

    def markers(self, places: FloatArray, slot: int, across: float, name: str = "") -> None:
        """Markers by the hundred at places (n, 2): without rims, and seen through."""
        from matplotlib.collections import PathCollection

        shapes = [_marker_at(x, y, slot, across) for x, y in places.tolist()]
        if shapes:
            self.add(PathCollection(shapes, facecolors=self.theme.slot(slot), edgecolors="none", alpha=_DOT_ALPHA), None, name)


def _marker_at(x: float, y: float, slot: int, across: float) -> Outline:
    from matplotlib.path import Path as Outline

    outline = _marker(MARKERS[slot % len(MARKERS)])
    return Outline(np.asarray(outline.vertices, dtype=np.float64) * (across / 2) + np.array((x, y)), outline.codes)


@cache
def _marker(shape: str) -> Outline:
    """A marker of ``style.MARKERS`` with radius 1, y downwards."""
    from matplotlib.path import Path as Outline

    if shape == "o":
        return Outline.unit_circle()
    if shape == "s":
        return Outline(0.88 * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]), closed=True)
    if shape == "x":
        turned = np.array([(0.36, -1), (0.36, -0.36), (1, -0.36), (1, 0.36), (0.36, 0.36), (0.36, 1)])
        cross = np.concatenate((turned, -turned, turned[:1]))
        return Outline(math.sqrt(0.5) * (cross @ np.array([(1, 1), (-1, 1)])), closed=True)
    corners = {"t": 3, "d": 4, "p": 5}[shape]
    angles = 2 * math.pi * np.arange(corners + 1) / corners
    return Outline(1.15 * np.column_stack((np.sin(angles), -np.cos(angles))), closed=True)
