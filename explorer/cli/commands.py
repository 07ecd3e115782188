"""What each command does: a study in, text or a file out."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from explorer import __version__, charts
from explorer.cli import imports
from explorer.cli.drawn import drawn_chart
from explorer.cli.output import as_json
from explorer.cli.report_text import report_text
from explorer.cli.study_args import describes_a_study, study_of
from explorer.errors import ExplorerError, unknown
from explorer.evaluate import evaluate_study, record
from explorer.explore import announced, serving_splits
from explorer.knobs import Value
from explorer.library import load_library, study_text
from explorer.library.edits import hand_edits
from explorer.specs import Study

if TYPE_CHECKING:
    from explorer.validation import Found

_STUDY_KEY = "study"  # under which pictures carry it, so that they open again
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
    report = evaluate_study(study, search=True)
    splits = serving_splits(study.scenarios)
    found = {
        "version": __version__,
        "data_version": study.data_version,
        "scenarios": [
            record(report, s, i, _edited(study, i)) | {"serving": split and split.record(), "announced": known and known.record()}
            for i, (s, split, known) in enumerate(zip(study.scenarios, splits, map(announced, study.scenarios), strict=True))
        ],
    }
    return as_json(found)


def _edited(study: Study, index: int) -> dict[str, tuple[Value | None, Value | None]]:
    return {e.key: (e.was, e.now) for e in hand_edits(load_library(), study, index)}


def _scene(study: Study) -> charts.Scene:
    return charts.scene(study, {_STUDY_KEY: study_text(study)})


def run_chart(arguments: argparse.Namespace) -> str:
    """Draw one chart into a file."""
    if arguments.name == "comparison":
        raise ExplorerError("the comparison is a table: chip-explorer table -o comparison.png (svg, pdf, csv, xlsx, md)")
    if arguments.name in _OF_ROWS:
        return _chart_of_rows(arguments)
    if arguments.name not in charts.CHARTS:
        raise unknown("chart", arguments.name, chart_names())
    from explorer.render import files  # matplotlib takes its time

    study, said = imports.with_measured(study_of(arguments), arguments.name, arguments.measured)
    drawn = drawn_chart(arguments, _scene(study))
    files.export_chart(drawn, Path(arguments.output), theme=arguments.theme, size=arguments.size)
    return said


def _chart_of_rows(arguments: argparse.Namespace) -> str:
    """Draw measured rows, where a study would stand the file that holds them."""
    if describes_a_study(arguments):
        raise ExplorerError(f"chart {arguments.name} draws measured rows: give a CSV file of them, or nothing, and no flags of a study")
    from explorer.validation import validate  # as above

    path = None if arguments.study is None else _file(arguments.study)
    _draw_rows(validate(path), path, arguments)
    return ""


def _draw_rows(found: Found, path: Path | None, arguments: argparse.Namespace) -> None:
    """Predicted against measured as a picture, or the rows as a table, as the suffix says."""
    from explorer.charts.measured import Choice
    from explorer.render.rows import export_rows
    from explorer.validation.rows import plain

    choice, name = Choice(ratio=getattr(arguments, "name", "") == _OF_ROWS[1]), plain(path.name) if path else ""
    export_rows(found, choice, Path(arguments.output), name=name, theme=arguments.theme, size=arguments.size)


def run_table(arguments: argparse.Namespace) -> str:
    """Write the comparison into a file, or print it."""
    from explorer.render import files, tables  # as above

    table = charts.comparison(_scene(study_of(arguments)))
    if arguments.output is None:
        return tables.table_markdown(table)
    files.export_table(table, Path(arguments.output), theme=arguments.theme, size=arguments.size)
    return ""


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
