"""Charts and tables into files: the suffix says what is written, and nothing is ever half-written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from explorer.charts.model import Chart, Table
from explorer.charts.style import theme as known_theme
from explorer.errors import ExplorerError, unknown
from explorer.library import write_whole
from explorer.library.text_files import shown
from explorer.render import tables
from explorer.render.figure import SIZES, PictureKind, render_chart, render_table

_PICTURES: dict[str, PictureKind] = {".png": "png", ".svg": "svg", ".pdf": "pdf"}
CHART_SUFFIXES = (*_PICTURES, ".csv")
_TEXTS: Mapping[str, Callable[[Table], bytes]] = {
    ".csv": lambda t: tables.table_csv(t).encode(),
    ".md": lambda t: tables.table_markdown(t).encode(),
    ".xlsx": tables.table_xlsx,
}
TABLE_SUFFIXES = (*_TEXTS, *_PICTURES)


def export_chart(chart: Chart, path: Path | str, theme: str = "print", size: str = "slide") -> None:
    """Write ``chart`` to ``path`` (.png .svg .pdf .csv) in a theme and one of `SIZES`.

    Raises `ExplorerError` for an unknown suffix, theme or size, and for a path that cannot be written.
    """
    path = Path(path)
    suffix = _checked(path, CHART_SUFFIXES, theme, size)
    if suffix == ".csv":
        write_whole(path, tables.chart_csv(chart).encode())
        return
    paper = SIZES[size]
    content = render_chart(
        chart, _PICTURES[suffix], theme=theme, width_in=paper.width_in, height_in=paper.height_in, dpi=paper.dpi
    )
    write_whole(path, content)


def export_table(table: Table, path: Path | str, theme: str = "print", size: str = "slide") -> None:
    """Write ``table`` to ``path`` (.csv .md .xlsx .png .svg .pdf); theme and size matter to pictures.

    Raises `ExplorerError` for an unknown suffix, theme or size, and for a path that cannot be written.
    """
    path = Path(path)
    suffix = _checked(path, TABLE_SUFFIXES, theme, size)
    if suffix in _PICTURES:
        write_whole(path, render_table(table, _PICTURES[suffix], theme=theme, size=SIZES[size]))
    else:
        write_whole(path, _TEXTS[suffix](table))


def _checked(path: Path, known: tuple[str, ...], theme: str, size: str) -> str:
    """The suffix, with everything else that was asked for checked before anything is drawn."""
    suffix = _suffix(path, known)
    if size not in SIZES:
        raise unknown("size", size, SIZES)
    known_theme(theme)
    _check_folder(path)
    return suffix


def _suffix(path: Path, known: tuple[str, ...]) -> str:
    suffix = path.suffix.lower()
    if suffix in known:
        return suffix
    if path.name in ("", "..") or _is_folder(path):
        raise ExplorerError(f"cannot write {shown(path)}: it is a folder (write a file name that ends in {', '.join(known)})")
    wrong = f"{suffix!r} is no kind of file that can be written" if suffix else "its name has no ending that says what to write"
    raise ExplorerError(f"cannot write {path.name!r}: {wrong} (known: {', '.join(known)})")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _check_folder(path: Path) -> None:
    """Say so before the drawing, not after it, where the folder is not there."""
    try:
        there = path.parent.is_dir()
    except (OSError, ValueError):
        there = True  # writing will tell what is wrong
    if not there:
        raise ExplorerError(f"cannot write {path.name!r}: there is no folder {str(path.parent)[:200]!r}")
