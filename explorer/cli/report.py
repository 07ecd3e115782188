"""``chip-explorer report``: everything about a study in one PDF, as JSON, or as a folder of files."""

from __future__ import annotations

import argparse
from pathlib import Path

from explorer.charts.records import as_json
from explorer.charts.report import booklet, full_record
from explorer.cli import batch
from explorer.cli.look_args import options_of
from explorer.cli.study_args import study_of
from explorer.errors import ExplorerError
from explorer.library import write_whole
from explorer.library.text_files import shown
from explorer.render.options import Options
from explorer.specs import Study

FORMATS = ("pdf", "json", "png", "svg", "csv")


def run_report(arguments: argparse.Namespace) -> str:
    """Write a report: the ending of the output says which, and a folder takes every chart, the table and the numbers."""
    options, output = options_of(arguments), Path(arguments.output)
    form = arguments.format
    if form is not None and form not in FORMATS:
        raise ExplorerError(f"--format {form[:40]!r}: write one of {', '.join(FORMATS)}")
    if batch.is_folder(arguments):
        _every_study(arguments, form or "pdf", options)
    elif output.suffix.lower() in (".pdf", ".json"):
        if form is not None and form != output.suffix.lower()[1:]:
            raise ExplorerError(f"--format {form} and a file that ends in {output.suffix}: leave --format out, or give a folder")
        _write(study_of(arguments), output, output.suffix.lower()[1:], arguments.paper, options)
    elif output.suffix and not output.is_dir():
        raise ExplorerError(f"cannot write {shown(output.name)}: a report is a .pdf, a .json or a folder")
    else:
        batch.ready(output)
        _folder(study_of(arguments), output, form or "png", arguments.paper, options)
    return ""


def _every_study(arguments: argparse.Namespace, form: str, options: Options) -> None:
    if form not in ("pdf", "json"):
        raise ExplorerError(f"--format {form}: the reports of a folder of studies are pdf or json")
    batch.each_study(arguments, f".{form}", lambda study, path: _write(study, path, form, arguments.paper, options))


def _write(study: Study, path: Path, form: str, paper: str, options: Options) -> None:
    if form == "json":
        write_whole(path, (as_json(full_record(study)) + "\n").encode())
        return
    from explorer.render.pages import render_booklet  # matplotlib takes its time

    write_whole(path, render_booklet(booklet(study, options.wording), options, paper))


def _folder(study: Study, folder: Path, form: str, paper: str, options: Options) -> None:
    from explorer.render.bundle import bundle  # as above

    tasks = bundle(study, folder, form, options, paper)
    failed = 0
    for i, task in enumerate(tasks, start=1):
        try:
            task.write()
            batch.progress(i, len(tasks), shown(task.path))
        except ExplorerError as error:
            failed += 1
            batch.progress(i, len(tasks), f"{shown(task.path)} FAILED: {error}")
    if failed:
        raise batch.UnfinishedError(f"{failed} of {len(tasks)} files could not be written; the others are in {shown(folder)}")
