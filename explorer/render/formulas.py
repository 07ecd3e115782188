"""Formulas in TeX's notation on a sheet, set by matplotlib's own typesetter: nothing is installed, nothing is run."""

from __future__ import annotations

from functools import cache

from explorer.render.box import Box
from explorer.render.sheet import Sheet

_CAP = 0.36  # half the height of a capital, in sizes of the font: on one line with the words around


@cache
def _measured(tex: str, size: float) -> tuple[float, float]:
    """Width and height in points. Raises `ValueError` for what is no formula."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    wide, high, _ = text_to_path.get_text_width_height_descent(f"${tex}$", FontProperties(family="DejaVu Sans", size=size), ismath=True)
    return float(wide), float(high)


def trouble(tex: str) -> str:
    """Why a formula cannot be set, in one line; empty where it can."""
    try:
        _measured(tex, 10.0)
    except (ValueError, RuntimeError) as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        return lines[-1] if lines else "no formula"
    return ""


def formula_size(tex: str, size: float) -> tuple[float, float]:
    """Width and height in points; a formula that cannot be set takes the room of its letters."""
    return (0.62 * size * len(tex), size) if trouble(tex) else _measured(tex, size)


def draw_formula(sheet: Sheet, x: float, middle: float, tex: str, size: float, color: str) -> None:
    """Set a formula at ``x``, its capitals centred on ``middle``; one that cannot be set is shown as it was written."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

    wide, high = formula_size(tex, size)
    known = not trouble(tex)
    artist = Text(
        x, middle + _CAP * size, f"${tex}$" if known else sheet.clean(tex), color=color, parse_math=known,
        fontproperties=FontProperties(family="DejaVu Sans", size=size), horizontalalignment="left",
        verticalalignment="baseline", rotation_mode="anchor", math_fontfamily="dejavusans",
    )  # fmt: skip
    sheet.add(artist)
    sheet.texts.append((tex, Box(x, middle - high / 2, x + wide, middle + high / 2)))
