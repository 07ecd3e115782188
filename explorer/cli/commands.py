"""What each command does: a study in, text or a file out."""

from __future__ import annotations

import argparse
import os
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from explorer import charts
from explorer.charts.records import as_json
from explorer.charts.report import exported_scene, report_record
from explorer.charts.wording import worded_table
from explorer.cli import batch, imports
from explorer.cli.compare_args import arranged
from explorer.cli.drawn import drawn_chart
from explorer.cli.look_args import options_of
from explorer.cli.report_text import report_text
from explorer.cli.study_args import describes_a_study, study_of
from explorer.errors import ExplorerError, unknown
from explorer.library import load_library
from explorer.render import files, tables  # matplotlib comes with the first picture, not here
from explorer.render.options import Options
from explorer.specs import Study

if TYPE_CHECKING:
    from explorer.validation import Found

_OF_ROWS = tuple(name for name, _ in charts.VARIANTS["validation"])
_SIZE = re.compile(r"(\d{2,5})\s*[x×]\s*(\d{2,5})", re.IGNORECASE)


def chart_names() -> tuple[str, ...]:
    """Charts that ``chart`` can draw: those of a study, and those of measured rows."""
    return (*charts.CHARTS, *_OF_ROWS)


def data_version() -> str:
    """Version of the shipped presets."""
    return load_library().data_version


def run_eval(arguments: argparse.Namespace) -> str:
    """Results of every scenario, as text or JSON."""
    study = study_of(arguments)
    if not arguments.json:
        return report_text(study)
    return as_json(report_record(study))


def run_chart(arguments: argparse.Namespace) -> str:
    """Draw one chart into a file."""
    if arguments.name == "comparison":
        raise ExplorerError("the comparison is a table: chip-explorer table -o comparison.png (svg, pdf, csv, xlsx, md, tex, html)")
    if arguments.name in _OF_ROWS:
        return _chart_of_rows(arguments)
    if arguments.name not in charts.CHARTS:
        raise unknown("chart", arguments.name, chart_names())
    options = options_of(arguments)
    if batch.is_folder(arguments):
        suffix = batch.suffix_of(arguments, files.CHART_SUFFIXES)
        batch.each_study(arguments, suffix, partial(_draw, arguments, options))
        return ""
    batch.no_format(arguments)
    return _draw(arguments, options, study_of(arguments), Path(arguments.output))


def _draw(arguments: argparse.Namespace, options: Options, study: Study, path: Path) -> str:
    files.checked(path, files.CHART_SUFFIXES, options)
    study, said = imports.with_measured(study, arguments.name, arguments.measured)
    files.export_chart(drawn_chart(arguments, exported_scene(study)), path, options=options)
    return said


def _chart_of_rows(arguments: argparse.Namespace) -> str:
    """Draw measured rows, where a study would stand the file that holds them."""
    if describes_a_study(arguments):
        raise ExplorerError(f"chart {arguments.name} draws measured rows: give a CSV file of them, or nothing, and no flags of a study")
    from explorer.validation import validate  # takes its time

    path = None if arguments.study is None else _file(arguments.study)
    _draw_rows(validate(path), path, arguments)
    return ""


def _draw_rows(found: Found, path: Path | None, arguments: argparse.Namespace) -> None:
    """Predicted against measured as a picture, or the rows as a table, as the suffix says."""
    from explorer.charts.measured import Choice
    from explorer.render.rows import export_rows
    from explorer.validation.rows import plain

    choice, name = Choice(ratio=getattr(arguments, "name", "") == _OF_ROWS[1]), plain(path.name) if path else ""
    export_rows(found, choice, Path(arguments.output), name=name, options=options_of(arguments))


def run_table(arguments: argparse.Namespace) -> str:
    """Write the comparison into a file, or print it."""
    options = options_of(arguments)
    if batch.is_folder(arguments):
        if arguments.output is None:
            raise ExplorerError("a folder of studies needs -o FOLDER")
        batch.each_study(arguments, batch.suffix_of(arguments, files.TABLE_SUFFIXES), partial(_tabulate, arguments, options))
        return ""
    batch.no_format(arguments)
    if arguments.output is not None:
        _tabulate(arguments, options, study_of(arguments), Path(arguments.output))
        return ""
    table = arranged(charts.comparison(exported_scene(study_of(arguments))), arguments)
    return tables.table_markdown(worded_table(table, options.wording))


def _tabulate(arguments: argparse.Namespace, options: Options, study: Study, path: Path) -> None:
    files.checked(path, files.TABLE_SUFFIXES, options)
    files.export_table(arranged(charts.comparison(exported_scene(study)), arguments), path, options=options)


def run_shot(arguments: argparse.Namespace) -> str:
    """Paint the window into a file."""
    size = _SIZE.fullmatch(arguments.size.strip())
    if not size:
        raise ExplorerError(f"--size {arguments.size[:40]!r}: write WIDTHxHEIGHT, such as 1920x1080")
    try:
        scale = float(arguments.scale)
    except ValueError:
        raise ExplorerError(f"--scale {arguments.scale[:40]!r} is not a number") from None
    if Path(arguments.output).suffix.lower() != ".png":
        raise ExplorerError(f"{arguments.output[-80:]}: shot writes .png files")
    study = study_of(arguments)
    # Qt reads both once, when it starts. The offscreen platform warns of every window that it has no manager to size.
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.setdefault("QT_LOGGING_RULES", "default.warning=false")
    from explorer.app.probe import problem

    reason = problem(offscreen=True)
    if reason:
        raise ExplorerError(reason)
    from explorer.app.shot import save_shot

    save_shot(study, Path(arguments.output), int(size[1]), int(size[2]), arguments.theme, scale)
    return ""


def run_validate(arguments: argparse.Namespace) -> str:
    """Predicted against measured, row by row, and the errors in sum."""
    from explorer.validation import printed, validate  # reads CSV files; no other command needs it

    path = None if arguments.file is None else _file(arguments.file)
    found = validate(path)
    if arguments.output is not None:
        _draw_rows(found, path, arguments)
    return printed(found, arguments.json)


def _file(name: str) -> Path:
    if not name.strip():
        raise ExplorerError("FILE is empty: give the name of a CSV file of measurements, or leave it out")
    return Path(name)
