"""Charts and tables into files: the suffix says what is written, and nothing is ever half-written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from explorer.charts.model import Chart, Table
from explorer.charts.style import theme as known_theme
from explorer.errors import ExplorerError, unknown
from explorer.library import write_whole
from explorer.render import tables
from explorer.render.figure import SIZES, PictureKind, render_chart

_PICTURES: dict[str, PictureKind] = {".png": "png", ".svg": "svg", ".pdf": "pdf"}
CHART_SUFFIXES = (*_PICTURES, ".csv")
TABLE_SUFFIXES = (".csv", ".md", ".xlsx")


def export_chart(chart: Chart, path: Path | str, theme: str = "print", size: str = "slide") -> None:
    """Write ``chart`` to ``path`` (.png .svg .pdf .csv) in a theme and one of `SIZES`.

    Raises `ExplorerError` for an unknown suffix, theme or size, and for a path that cannot be written.
    """
    path = Path(path)
    suffix = _suffix(path, CHART_SUFFIXES)
    if size not in SIZES:
        raise unknown("size", size, SIZES)
    known_theme(theme)
    _check_folder(path)
    if suffix == ".csv":
        write_whole(path, tables.chart_csv(chart).encode())
        return
    paper = SIZES[size]
    content = render_chart(
        chart, _PICTURES[suffix], theme=theme, width_in=paper.width_in, height_in=paper.height_in, dpi=paper.dpi
    )
    write_whole(path, content)


def export_table(table: Table, path: Path | str) -> None:
    """Write ``table`` to ``path`` (.csv .md .xlsx).

    Raises `ExplorerError` for an unknown suffix and for a path that cannot be written.
    """
    path = Path(path)
    suffix = _suffix(path, TABLE_SUFFIXES)
    _check_folder(path)
    makers: Mapping[str, Callable[[Table], bytes]] = {
        ".csv": lambda t: tables.table_csv(t).encode(),
        ".md": lambda t: tables.table_markdown(t).encode(),
        ".xlsx": tables.table_xlsx,
    }
    write_whole(path, makers[suffix](table))


def _suffix(path: Path, known: tuple[str, ...]) -> str:
    suffix = path.suffix.lower()
    if suffix not in known:
        told = f"the suffix {suffix!r}" if suffix else "no suffix"
        raise ExplorerError(f"cannot write {path.name!r}: {told} says no known kind of file (known: {', '.join(known)})")
    return suffix


def _check_folder(path: Path) -> None:
    """Say so before the drawing, not after it, where the folder is not there."""
    try:
        there = path.parent.is_dir()
    except (OSError, ValueError):
        there = True  # writing will tell what is wrong
    if not there:
        raise ExplorerError(f"cannot write {path.name!r}: there is no folder {str(path.parent)[:200]!r}")
