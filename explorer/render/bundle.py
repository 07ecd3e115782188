"""Everything about a study as files in a folder: each chart, the comparison, the report as PDF and JSON, and the study itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from explorer import charts
from explorer.charts.records import as_json
from explorer.charts.report import booklet, drawn_charts, exported_scene, full_record
from explorer.charts.wording import Wording
from explorer.library import study_text, write_whole
from explorer.render.files import chart_bytes, table_bytes
from explorer.render.options import Options
from explorer.render.pages import render_booklet
from explorer.specs import Study

TABLES = (".csv", ".xlsx", ".md", ".tex", ".html")


@dataclass(frozen=True)
class Task:
    """One file and what makes its content; nothing is drawn before `write`."""

    path: Path
    make: Callable[[], bytes]

    def write(self) -> None:
        """Make it and put it in its place, whole. Raises `ExplorerError`."""
        write_whole(self.path, self.make())


def bundle(study: Study, folder: Path, form: str = "png", options: Options | None = None, paper: str = "a4") -> list[Task]:
    """The files of a folder, to be written one after the other.

    ``form``: how charts are drawn (png, svg, pdf or csv; json draws none). Each keeps its own title; the footer may be another.
    """
    chosen = options or Options()
    look = replace(chosen, wording=Wording(footer=chosen.wording.footer))
    scene = exported_scene(study)
    table = charts.comparison(scene)
    drawn = [] if form == "json" else drawn_charts(scene)
    tasks = [Task(folder / f"{c.key}.{form}", partial(chart_bytes, c, f".{form}", look)) for c in drawn]
    pictures = [f".{form}"] if form in ("png", "svg", "pdf") else []
    tasks += [Task(folder / f"comparison{s}", partial(table_bytes, table, s, look)) for s in (*pictures, *TABLES)]
    tasks.append(Task(folder / "report.json", lambda: (as_json(full_record(study)) + "\n").encode()))
    tasks.append(Task(folder / "study.json", lambda: study_text(study).encode()))
    tasks.append(Task(folder / "report.pdf", lambda: render_booklet(booklet(study, chosen.wording), chosen, paper)))
    return tasks
