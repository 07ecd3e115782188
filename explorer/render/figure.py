"""A chart or table as a picture file: PNG, SVG or PDF, the same layout in each, the same bytes for the same chart."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal, get_args

from explorer.charts.model import Chart, Table
from explorer.charts.style import theme as known_theme
from explorer.errors import unknown
from explorer.render.bars import draw_bars
from explorer.render.box import Box
from explorer.render.drawing import draw_drawing
from explorer.render.dress import dress, say
from explorer.render.grid import draw_table
from explorer.render.lines import draw_lines, has_values
from explorer.render.metadata import embed_study, writable
from explorer.render.options import SIZES, Size, sound
from explorer.render.sheet import Sheet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PictureKind = Literal["png", "svg", "pdf"]
_ONE_AT_A_TIME = RLock()
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


def render_chart(
    chart: Chart,
    kind: PictureKind,
    *,
    theme: str = "print",
    width_in: float = SIZES["slide"].width_in,
    height_in: float = SIZES["slide"].height_in,
    dpi: int = SIZES["slide"].dpi,
    transparent: bool = False,
) -> bytes:
    """Draw ``chart`` on ``width_in`` x ``height_in`` inches (``dpi`` matters to PNG only) and return the file's bytes.

    ``chart.metadata["study"]`` is carried along (see `read_study_from`). Raises `ExplorerError` for an unknown kind or
    theme and for a size that makes no sense.
    """
    about = About(chart.title, chart.summary, chart.metadata.get("study"))
    return _picture(partial(draw, chart), about, kind, theme, Size(width_in, height_in, dpi), transparent)


def render_table(
    table: Table, kind: PictureKind, *, theme: str = "print", size: Size = SIZES["slide"], transparent: bool = False
) -> bytes:
    """Draw ``table`` on a sheet of ``size`` and return the file's bytes; otherwise as `render_chart`.

    Raises `ExplorerError` also where the rows do not fit.
    """
    quantities = ", ".join(c.label for c in table.columns)
    about = About(table.title, f"{', '.join(table.row_labels)}: {quantities}", table.metadata.get("study"))
    return _picture(partial(draw_table, table), about, kind, theme, size, transparent)


@contextmanager
def settings() -> Iterator[None]:
    """Draw with settings of our own, one thread at a time: matplotlib keeps them, and much else, for the whole process."""
    with _ONE_AT_A_TIME:
        import matplotlib

        with matplotlib.rc_context(_SETTINGS):
            yield


@dataclass(frozen=True)
class About:
    """What a file says of itself."""

    title: str
    summary: str
    study: str | None


def _picture(
    drawing: Callable[[Sheet], None], about: About, kind: PictureKind, theme: str, size: Size, transparent: bool
) -> bytes:
    if kind not in get_args(PictureKind):
        raise unknown("kind of picture", kind, get_args(PictureKind))
    sound(size)
    colors = known_theme(theme)
    with settings():
        sheet = Sheet(colors, size.width_in, size.height_in, transparent)
        drawing(sheet)
        content = _saved(sheet.figure, kind, size.dpi, about)
    return embed_study(content, about.study) if about.study is not None and kind != "pdf" else content


def draw(chart: Chart, sheet: Sheet) -> None:
    """Draw all of a chart on a sheet."""
    draw_in(chart, sheet, dress(chart.title, chart.subtitle, chart.context, chart.note, sheet))


def draw_in(chart: Chart, sheet: Sheet, area: Box) -> None:
    """Draw what a chart shows into a part of a sheet, or say why it shows nothing."""
    if chart.bars:
        draw_bars(chart, sheet, area)
    elif chart.drawing and not chart.empty:
        draw_drawing(chart, sheet, area)
    elif has_values(chart):
        draw_lines(chart, sheet, area)
    else:
        say(chart.empty or "Nothing to draw", sheet, area)


def told(kind: PictureKind, about: About) -> dict[str, str | None]:
    """What a file says of itself, without a date; a PDF carries its study here."""
    title, summary = (" ".join(t.split()) for t in (about.title, about.summary))
    if kind == "png":
        return {"Title": title, "Software": _CREATOR}
    if kind == "svg":
        return {"Title": title, "Description": summary, "Creator": _CREATOR, "Date": None}
    words = {"Title": title, "Subject": summary, "Creator": _CREATOR, "Producer": None, "CreationDate": None}
    return words if about.study is None else words | {"Keywords": writable(about.study)}


def _saved(figure: Figure, kind: PictureKind, dpi: int, about: About) -> bytes:
    """The figure as bytes."""
    buffer = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of letters and layouts: nothing a reader could act on
        figure.savefig(buffer, format=kind, dpi=dpi, metadata=told(kind, about))
    return buffer.getvalue()
