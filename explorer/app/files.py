"""Opening, saving and exporting. What goes wrong is told in one line and loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from explorer import charts
from explorer.app.drawing import Drawing
from explorer.app.exporter import Exporter
from explorer.app.saver import Saver
from explorer.charts.wording import AS_IT_IS
from explorer.errors import ExplorerError
from explorer.library import default_study, parse_study, read_study, study_text
from explorer.library.disk_state import Stamp, stamp
from explorer.library.text_files import read_bytes, shown
from explorer.render.apart import job
from explorer.render.files import CHART_SUFFIXES, TABLE_SUFFIXES, checked
from explorer.render.options import Options
from explorer.specs import Study

if TYPE_CHECKING:
    from explorer.app.window import Window

_STUDIES = "Studies (*.json);;Pictures with a study (*.png *.svg *.pdf);;All files (*)"
_PICTURES = (".png", ".svg", ".pdf")
_TABLE_KINDS = ";;".join((
    "CSV table (*.csv)", "Excel workbook (*.xlsx)", "Markdown (*.md)", "LaTeX (*.tex)", "HTML page (*.html)", "PNG picture (*.png)",
    "SVG drawing (*.svg)", "PDF document (*.pdf)",
))  # fmt: skip


class Files(QObject):
    """Reads and writes for one window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.exporter, self.drawing, self.options = Exporter(window), Drawing(window), Options()
        self.saver = Saver(window)

    def new(self) -> None:
        """Back to the default study."""
        if self.may_leave():
            self._window.document.open(default_study(self._window.document.library))

    def ask_open(self) -> None:
        """Choose a study and open it; a model's configuration or measured points are taken for what they are."""
        path = self._window.dialogs.open_file("Open a study", _STUDIES)
        if path:
            self._window.imports.take_file(path)

    def open_path(self, path: Path | str) -> bool:
        """Open a study, or a picture that carries one. On failure nothing changes."""
        path = Path(path)
        try:
            known, study = _study_in(path)
        except ExplorerError as error:
            self._window.dialogs.tell("Not opened", str(error))
            return False
        if not self.may_leave():
            return False
        picture = path.suffix.lower() in _PICTURES
        self._window.document.open(study, None if picture else path)
        if not picture:
            self.saver.take(path, known)
            self._window.settings.remember(path)
        return True

    def save(self) -> bool:
        """Save under the present name, or ask for one."""
        path = self._window.document.path
        return self.saver.write(path) if path else self.save_as()

    def save_as(self) -> bool:
        """Ask for a name and save."""
        path = self._window.dialogs.save_file("Save the study", "study.json", "Studies (*.json)")
        if path is None:
            return False
        return self.saver.write(path if path.suffix.lower() == ".json" else path.with_name(f"{path.name}.json"))

    def may_leave(self) -> bool:
        """Whether the present study may go: saved, unchanged, or given up by its owner."""
        document = self._window.document
        if document.undo_stack.isClean():
            return True
        answer = self._window.dialogs.confirm_close(document.path.name if document.path else "This study")
        return self.save() if answer == "save" else answer == "discard"

    def export(self, name: str) -> bool:
        """Show what a chart would look like, ask for a file and have the chart drawn into it, beside the window."""
        make, draft = self.drawing.maker(name), self.drawing.path("draft", ".png")
        options = self._window.dialogs.look_of("Export", lambda chosen, dpi: make(draft, chosen, dpi), self.options)
        if options is None:
            return False
        self.options = replace(options, wording=AS_IT_IS)  # words belong to one picture, the look to the next as well
        kinds = "PNG picture (*.png);;SVG drawing (*.svg);;PDF document (*.pdf);;CSV table (*.csv)"
        path = self._window.dialogs.save_file("Export", f"{name}.png", kinds)
        return path is not None and self.export_to(name, path, options)

    def export_to(self, name: str, path: Path, options: Options | None = None) -> bool:
        """Begin to draw one chart into ``path``, whose suffix says how; what cannot be is told at once."""
        chosen = options or self.options
        if name not in charts.CHARTS:
            self.exporter.submit(self._window.validator.writer(name, path, chosen))
            return True
        return self._told(lambda: checked(path, CHART_SUFFIXES, chosen)) and self._order("chart", path, chosen, name=name)

    def export_table(self) -> bool:
        """Ask for a file and write the comparison into it."""
        path = self._window.dialogs.save_file("Export the comparison", "comparison.csv", _TABLE_KINDS)
        return path is not None and self.export_table_to(path)

    def export_table_to(self, path: Path) -> bool:
        """Begin to write the comparison into ``path``; its suffix says how."""
        return self._told(lambda: checked(path, TABLE_SUFFIXES, self.options)) and self._order("table", path, self.options)

    def export_report(self) -> bool:
        """Ask for a file and write the report of the study into it."""
        path = self._window.dialogs.save_file("Export the report", "report.pdf", "PDF document (*.pdf)")
        if path is None:
            return False
        path = path if path.suffix.lower() == ".pdf" else path.with_name(f"{path.name}.pdf")
        return self._order("report", path, self.options, "The report of this study")

    def export_all(self) -> bool:
        """Ask for a folder and write every chart, the comparison, the report and the study into it."""
        folder = self._window.dialogs.folder("Export all into a folder")
        return folder is not None and self._order("all", folder, self.options, "Everything about this study")

    def _order(self, do: str, path: Path, options: Options, title: str = "", **more: str) -> bool:
        """Have the present study drawn. The other process may stand in another folder, so paths are whole."""
        text = study_text(self._window.document.study)
        self.exporter.order(job(do, text, options, path.absolute(), **more), title=title)
        return True

    def _told(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except (ExplorerError, OSError) as error:
            self._window.dialogs.tell("Not exported", str(error))
            return False
        return True

    def copy_verdict(self) -> None:
        """The verdict as text on the clipboard."""
        QApplication.clipboard().setText(self._window.verdict.shown_text())


def _study_in(path: Path) -> tuple[Stamp | None, Study]:
    """What lay there before it was read (a change in between is noticed later), and the study."""
    if path.suffix.lower() not in _PICTURES:
        return stamp(path), read_study(path)
    from explorer.render.metadata import MOST_BYTES, read_study_from

    text = read_study_from(read_bytes(path, "a picture", MOST_BYTES))
    if text is None:
        raise ExplorerError(f"{shown(path)} carries no study: only pictures exported from here do")
    return None, parse_study(text, shown(path))
