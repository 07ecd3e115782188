"""Charts and tables into files: the suffix says what is written, and nothing is ever half-written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from explorer.charts.model import Chart, Table
from explorer.charts.wording import worded, worded_table
from explorer.errors import ExplorerError
from explorer.library import write_whole
from explorer.library.text_files import shown
from explorer.render import markup, tables
from explorer.render.figure import PictureKind, render_chart, render_table
from explorer.render.options import Options

_PICTURES: dict[str, PictureKind] = {".png": "png", ".svg": "svg", ".pdf": "pdf"}
CHART_SUFFIXES = (*_PICTURES, ".csv")
_TEXTS: Mapping[str, Callable[[Table], bytes]] = {
    ".csv": lambda t: tables.table_csv(t).encode(),
    ".md": lambda t: tables.table_markdown(t).encode(),
    ".xlsx": tables.table_xlsx,
    ".tex": lambda t: markup.table_latex(t).encode(),
    ".html": lambda t: markup.table_html(t).encode(),
}
TABLE_SUFFIXES = (*_TEXTS, *_PICTURES)


def export_chart(
    chart: Chart, path: Path | str, theme: str = "print", size: str = "slide", options: Options | None = None
) -> None:
    """Write ``chart`` to ``path`` (.png .svg .pdf .csv) in a theme and a size (see `size_of`), or as ``options`` say.

    Raises `ExplorerError` for an unknown suffix, theme or size, and for a path that cannot be written.
    """
    path, chosen = Path(path), options or Options(theme, size)
    suffix = checked(path, CHART_SUFFIXES, chosen)
    write_whole(path, chart_bytes(chart, suffix, chosen))


def chart_bytes(chart: Chart, suffix: str, options: Options, draft_dpi: int | None = None) -> bytes:
    """What a file of one of `CHART_SUFFIXES` holds; ``draft_dpi``: the same picture, only coarser.

    Raises `ExplorerError` for options that make no sense.
    """
    chart = worded(chart, options.wording)
    if suffix == ".csv":
        return tables.chart_csv(chart).encode()
    paper = options.paper()
    return render_chart(
        chart, _PICTURES[suffix], theme=options.theme, width_in=paper.width_in, height_in=paper.height_in,
        dpi=draft_dpi or paper.dpi, transparent=options.transparent,
    )  # fmt: skip


def export_table(
    table: Table, path: Path | str, theme: str = "print", size: str = "slide", options: Options | None = None
) -> None:
    """Write ``table`` to ``path`` (.csv .md .xlsx .tex .html .png .svg .pdf); the look matters to pictures.

    Raises `ExplorerError` for an unknown suffix, theme or size, and for a path that cannot be written.
    """
    path, chosen = Path(path), options or Options(theme, size)
    suffix = checked(path, TABLE_SUFFIXES, chosen)
    write_whole(path, table_bytes(table, suffix, chosen))


def table_bytes(table: Table, suffix: str, options: Options) -> bytes:
    """What a file of one of `TABLE_SUFFIXES` holds. Raises `ExplorerError` for options that make no sense."""
    table = worded_table(table, options.wording)
    if suffix in _TEXTS:
        return _TEXTS[suffix](table)
    return render_table(
        table, _PICTURES[suffix], theme=options.theme, size=options.paper(), transparent=options.transparent
    )


def checked(path: Path, known: tuple[str, ...], options: Options) -> str:
    """The suffix, with everything else that was asked for checked before anything is drawn. Raises `ExplorerError`."""
    suffix = _suffix(path, known)
    options.paper()
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
