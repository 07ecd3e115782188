"""Opening, saving and exporting. What goes wrong is told in one line and loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from explorer import charts
from explorer.app.saver import Saver
from explorer.errors import ExplorerError
from explorer.library import default_study, parse_study, read_study, study_text
from explorer.library.disk_state import Stamp, stamp
from explorer.library.text_files import read_bytes, shown
from explorer.specs import Study

if TYPE_CHECKING:
    from explorer.app.window import Window

_STUDIES = "Studies (*.json);;Pictures with a study (*.png *.svg *.pdf);;All files (*)"
_PICTURES = (".png", ".svg", ".pdf")
STUDY_KEY = "study"


class Files(QObject):
    """Reads and writes for one window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.saver = Saver(window)

    def new(self) -> None:
        """Back to the default study."""
        if self.may_leave():
            self._window.document.open(default_study(self._window.document.library))

    def ask_open(self) -> None:
        """Choose a study and open it."""
        path = self._window.dialogs.open_file("Open a study", _STUDIES)
        if path:
            self.open_path(path)

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
        """Ask for a file and draw one chart into it."""
        kinds = "PNG picture (*.png);;SVG drawing (*.svg);;PDF document (*.pdf);;CSV table (*.csv)"
        path = self._window.dialogs.save_file("Export", f"{name}.png", kinds)
        return path is not None and self.export_to(name, path)

    def export_to(self, name: str, path: Path) -> bool:
        """Draw one chart into ``path``; its suffix says how."""
        if name not in charts.CHARTS:
            return self._told(lambda: self._window.validator.export_to(name, path))
        from explorer.render import files as render  # matplotlib loads on the first export, not at launch

        study = self._window.document.study
        scene = charts.scene(study, {STUDY_KEY: study_text(study)})
        return self._told(lambda: render.export_chart(charts.chart(name, scene), path))

    def export_table(self) -> bool:
        """Ask for a file and write the comparison into it."""
        kinds = "CSV table (*.csv);;Excel workbook (*.xlsx);;Markdown (*.md);;PNG picture (*.png);;SVG drawing (*.svg);;PDF document (*.pdf)"
        path = self._window.dialogs.save_file("Export the comparison", "comparison.csv", kinds)
        return path is not None and self.export_table_to(path)

    def export_table_to(self, path: Path) -> bool:
        """Write the comparison into ``path``; its suffix says how."""
        from explorer.render import files as render  # as above

        study = self._window.document.study
        scene = charts.scene(study, {STUDY_KEY: study_text(study)})
        return self._told(lambda: render.export_table(charts.comparison(scene), path))

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
