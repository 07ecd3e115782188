"""A chart or table as a picture file: PNG, SVG or PDF, the same layout in each, the same bytes for the same chart."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal, get_args

from explorer.charts.model import Chart, Table
from explorer.charts.style import theme as known_theme
from explorer.errors import ExplorerError, unknown
from explorer.render.bars import draw_bars
from explorer.render.drawing import draw_drawing
from explorer.render.dress import dress, say
from explorer.render.grid import draw_table
from explorer.render.lines import draw_lines, has_values
from explorer.render.metadata import embed_study, writable
from explorer.render.sheet import Sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PictureKind = Literal["png", "svg", "pdf"]
_MOST_PIXELS = 100_000_000
_CREATOR = "Chip Architecture Explorer"
_SETTINGS: dict[Any, Any] = {  # matplotlib names every key in its type
    "pdf.fonttype": 42,  # whole letters, so that the text can be searched and edited
    "pdf.compression": 6,
    "svg.fonttype": "path",  # looks the same where DejaVu is not installed
    "svg.hashsalt": "chip-explorer",
    "path.simplify": False,
    "lines.scale_dashes": True,
    "text.hinting": "no_hinting",  # else letters of a coarse PNG stand on whole pixels, wider than they were measured
    "text.usetex": False,
}


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
}
"""Slide, and figures one or two columns wide."""


def render_chart(
    chart: Chart,
    kind: PictureKind,
    *,
    theme: str = "print",
    width_in: float = SIZES["slide"].width_in,
    height_in: float = SIZES["slide"].height_in,
    dpi: int = SIZES["slide"].dpi,
) -> bytes:
    """Draw ``chart`` on ``width_in`` x ``height_in`` inches (``dpi`` matters to PNG only) and return the file's bytes.

    ``chart.metadata["study"]`` is carried along (see `read_study_from`). Raises `ExplorerError` for an unknown kind or
    theme and for a size that makes no sense.
    """
    about = _About(chart.title, chart.summary, chart.metadata.get("study"))
    return _picture(partial(draw, chart), about, kind, theme, Size(width_in, height_in, dpi))


def render_table(table: Table, kind: PictureKind, *, theme: str = "print", size: Size = SIZES["slide"]) -> bytes:
    """Draw ``table`` on a sheet of ``size`` and return the file's bytes; otherwise as `render_chart`.

    Raises `ExplorerError` also where the rows do not fit.
    """
    quantities = ", ".join(c.label for c in table.columns)
    about = _About(table.title, f"{', '.join(table.row_labels)}: {quantities}", table.metadata.get("study"))
    return _picture(partial(draw_table, table), about, kind, theme, size)


@dataclass(frozen=True)
class _About:
    """What a file says of itself."""

    title: str
    summary: str
    study: str | None


def _picture(drawing: Callable[[Sheet], None], about: _About, kind: PictureKind, theme: str, size: Size) -> bytes:
    if kind not in get_args(PictureKind):
        raise unknown("kind of picture", kind, get_args(PictureKind))
    _check(size.width_in, size.height_in, size.dpi)
    colors = known_theme(theme)
    import matplotlib

    with matplotlib.rc_context(_SETTINGS):
        sheet = Sheet(colors, size.width_in, size.height_in)
        drawing(sheet)
        content = _saved(sheet.figure, kind, size.dpi, about)
    return embed_study(content, about.study) if about.study is not None and kind != "pdf" else content


def draw(chart: Chart, sheet: Sheet) -> None:
    """Draw all of a chart on a sheet."""
    area = dress(chart.title, chart.subtitle, chart.context, chart.note, sheet)
    if chart.bars:
        draw_bars(chart, sheet, area)
    elif chart.drawing and not chart.empty:
        draw_drawing(chart, sheet, area)
    elif has_values(chart):
        draw_lines(chart, sheet, area)
    else:
        say(chart.empty or "Nothing to draw", sheet, area)


def _check(width_in: float, height_in: float, dpi: int) -> None:
    sound = all(math.isfinite(v) for v in (width_in, height_in, dpi))
    if not (sound and 2 <= width_in <= 60 and 1.5 <= height_in <= 60):
        raise ExplorerError(f"a picture of {width_in:g} x {height_in:g} inches: give 2 x 1.5 to 60 x 60")
    if not 36 <= dpi <= 1200 or width_in * height_in * dpi * dpi > _MOST_PIXELS:
        raise ExplorerError(f"{dpi:g} dots per inch on {width_in:g} x {height_in:g} inches: give 36 to 1200, 100 megapixels at most")


def _saved(figure: Figure, kind: PictureKind, dpi: int, about: _About) -> bytes:
    """The figure as bytes, without a date."""
    title, summary = (" ".join(t.split()) for t in (about.title, about.summary))
    told: dict[PictureKind, dict[str, str | None]] = {
        "png": {"Title": title, "Software": _CREATOR},
        "svg": {"Title": title, "Description": summary, "Creator": _CREATOR, "Date": None},
        "pdf": {"Title": title, "Subject": summary, "Creator": _CREATOR, "Producer": None, "CreationDate": None},
    }
    if about.study is not None:
        told["pdf"]["Keywords"] = writable(about.study)
    buffer = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of letters and layouts: nothing a reader could act on
        figure.savefig(buffer, format=kind, dpi=dpi, metadata=told[kind])
    return buffer.getvalue()
