"""What may be chosen for a picture: its size and fineness, its theme, its words, and whether it is seen through."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from explorer.charts.style import theme as known_theme
from explorer.charts.wording import AS_IT_IS, Wording
from explorer.errors import ExplorerError, nearest

MOST_PIXELS = 100_000_000
_PIXELS = re.compile(r"(\d{2,5})\s*[x×]\s*(\d{2,5})\s*(?:px)?", re.IGNORECASE)
_INCHES = {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4}
_LENGTHS = re.compile(r"(\d{1,4}(?:\.\d+)?)\s*[x×]\s*(\d{1,4}(?:\.\d+)?)\s*(in|cm|mm)", re.IGNORECASE)
_SCREEN_DPI, _PAPER_DPI = 144, 300
_UP = 1 + 1e-9  # a width of 1600 pixels must not come back from inches as 1599.99


@dataclass(frozen=True)
class Size:
    """A size of paper, and the fineness of a PNG of it."""

    width_in: float
    height_in: float
    dpi: int


SIZES: dict[str, Size] = {
    "slide": Size(40 / 3, 7.5, 144),  # 16:9, 1920 x 1080 pixels
    "single": Size(3.4, 2.9, 600),
    "double": Size(7.0, 4.2, 600),
    "poster": Size(594 / 25.4, 420 / 25.4, 200),  # A2
}
"""Slide, figures one or two columns wide, and a poster."""


def size_of(text: str, dpi: int | None = None) -> Size:
    """A size by name, in pixels (``1600x900``) or as lengths (``89x60mm``, ``7x4.2in``), at ``dpi`` dots per inch.

    Without ``dpi`` a name has its own fineness, pixels are those of a screen (144 per inch, fewer for small pictures) and lengths those of paper
    (300 per inch). Raises `ExplorerError` for a size that is none.
    """
    if dpi is not None and not 36 <= dpi <= 1200:
        raise ExplorerError(f"{dpi:g} dots per inch: give 36 to 1200")
    named = SIZES.get(text.strip().lower())
    if named is not None:
        return sound(Size(named.width_in, named.height_in, dpi or named.dpi))
    pixels, lengths = _PIXELS.fullmatch(text.strip()), _LENGTHS.fullmatch(text.strip())
    if pixels:
        wide, high = int(pixels[1]), int(pixels[2])
        fine = dpi or _fineness(wide, high)
        return sound(Size(wide / fine * _UP, high / fine * _UP, fine))
    if lengths:
        inch = _INCHES[lengths[3].lower()]
        return sound(Size(float(lengths[1]) * inch, float(lengths[2]) * inch, dpi or _PAPER_DPI))
    hint = nearest(text, SIZES) or f" (known: {', '.join(SIZES)}; or pixels as 1600x900, or lengths as 89x60mm)"
    raise ExplorerError(f"unknown size {text[:80]!r}{hint}")


def _fineness(wide: int, high: int) -> int:
    """Dots per inch of so many pixels: a screen's, unless words would be unreadable on so few or lost on so many."""
    return max(36, math.ceil(max(wide, high) / 60), min(_SCREEN_DPI, wide // 4, int(high / 2.5)))


def sound(size: Size) -> Size:
    """The same size, unless it makes no sense. Raises `ExplorerError`."""
    wide, high, dpi = size.width_in, size.height_in, size.dpi
    if not (all(map(math.isfinite, (wide, high, dpi))) and 2 <= wide <= 60 and 1.5 <= high <= 60):
        raise ExplorerError(f"a picture of {wide:.4g} x {high:.4g} inches: give 2 x 1.5 to 60 x 60")
    if not 36 <= dpi <= 1200 or wide * high * dpi * dpi > MOST_PIXELS:
        raise ExplorerError(f"{dpi:g} dots per inch on {wide:.4g} x {high:.4g} inches: give 36 to 1200, 100 megapixels at most")
    return size


@dataclass(frozen=True)
class Options:
    """How charts and tables are written. ``size`` and ``dpi`` as in `size_of`; what is no picture has words only."""

    theme: str = "print"
    size: str = "slide"
    dpi: int | None = None
    transparent: bool = False
    wording: Wording = AS_IT_IS

    def paper(self) -> Size:
        """The size, with everything that was chosen checked. Raises `ExplorerError`."""
        known_theme(self.theme)
        return size_of(self.size, self.dpi)


Draft = Callable[[Options, int], bytes]
"""Draws a PNG with these options at so many dots per inch; it may run in a thread."""
