"""Measured rows into a file: predicted against measured as a picture, or row by row as a table, as the suffix says."""

from __future__ import annotations

from pathlib import Path

from explorer.charts.measured import Choice
from explorer.charts.validation import validation, validation_table
from explorer.render.files import CHART_SUFFIXES, TABLE_SUFFIXES, export_chart, export_table
from explorer.render.options import Options
from explorer.validation import Found

_TABLES = tuple(suffix for suffix in TABLE_SUFFIXES if suffix not in CHART_SUFFIXES or suffix == ".csv")


def export_rows(
    found: Found, choice: Choice, path: Path, *, name: str = "", options: Options | None = None
) -> None:
    """Write the chosen rows to ``path`` (.png .svg .pdf, or .csv .xlsx .md .tex .html); ``name``: of the file that they were read from.

    Raises `ExplorerError` for an unknown suffix, theme or size, and for a path that cannot be written.
    """
    if path.suffix.lower() in _TABLES:
        export_table(validation_table(found, choice, name), path, options=options)
    else:
        export_chart(validation(found, choice, name).chart, path, options=options)
