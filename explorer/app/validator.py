"""Predicting measured rows for the validation pane, beside the window, and loading one of them as a scenario."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from explorer.app.worker import Worker

if TYPE_CHECKING:
    from explorer.app.window import Window
    from explorer.charts.measured import Choice
    from explorer.charts.model import Chart
    from explorer.render.options import Options
    from explorer.validation import Found, Prediction

KEY = "validation"
_MEASUREMENTS = "Measurements (*.csv);;All files (*)"


class Validator(QObject):
    """Fills the validation pane of one window, the first time that it is seen and when a file is opened."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self.pane = window, window.panes.validation
        self._path: Path | None = None
        self._begun = False
        self.worker = Worker()
        self.worker.done.connect(self._done)
        window.panes.layout_changed.connect(self.look)
        self.pane.open_asked.connect(self.ask_open)
        self.pane.back_asked.connect(self.begin)
        self.pane.row_chosen.connect(self.load)

    def look(self) -> None:
        """Predict the shipped rows when the pane is seen for the first time."""
        if not self._begun and KEY in self._window.panes.visible_keys():
            self.begin()

    def ask_open(self) -> None:
        """Choose a file of measurements and predict it."""
        path = self._window.dialogs.open_file("Open measurements", _MEASUREMENTS)
        if path:
            self.begin(path)

    def begin(self, path: Path | None = None) -> None:
        """Predict a file of measurements, or the shipped ones."""
        self._begun, self._path = True, path
        self.pane.show_words("Predicting the published rows…" if path is None else "Predicting the rows of the file…")
        self.worker.start(lambda: _predict(path))

    def _done(self, found: Found | None, problem: str) -> None:
        if found is not None:
            self.pane.show_found(found, _name(self._path))
        elif self.pane.found is None:
            self.pane.show_words(f"Nothing is predicted: {problem}.")
        else:
            self.pane.show_again()
            self._window.dialogs.tell("Not opened", problem)

    def load(self, row: Prediction) -> None:
        """A row's scenario beside the others, in hand."""
        if row.scenario is None:
            self.pane.say(f"{row.id} is a {row.kind} row: a kernel or collective alone, so there is no scenario to load.")
        elif self._window.scenarios.take(row.scenario, "Load a row"):
            self.pane.say(f"{row.id} is loaded as a scenario.")

    def chart_maker(self, name: str) -> Callable[[], Chart]:
        """What draws the rows that the pane shows, or else all shipped ones; it may run in a thread."""
        found, choice, file = self._shown(name)

        def make() -> Chart:
            from explorer.charts.validation import validation

            return validation(found if found is not None else _predict(None), choice, file).chart

        return make

    def writer(self, name: str, path: Path, options: Options) -> Callable[[], None]:
        """What writes these rows into a file: a picture, or the rows as a table. It raises `ExplorerError`."""
        found, choice, file = self._shown(name)

        def write() -> None:
            from explorer.render.rows import export_rows  # matplotlib loads on the first export, not at launch

            export_rows(found if found is not None else _predict(None), choice, path, name=file, options=options)

        return write

    def _shown(self, name: str) -> tuple[Found | None, Choice, str]:
        from explorer.charts.measured import Choice
        from explorer.charts.validation import RATIO_KEY

        return self.pane.found, replace(self.pane.choice or Choice(), ratio=name == RATIO_KEY), self.pane.name


def _predict(path: Path | None) -> Found:
    """In the thread. The imports take their time too."""
    from explorer.charts import validation as _drawing  # noqa: F401 - loaded here, so that drawing need not wait for it
    from explorer.validation import validate

    return validate(path)


def _name(path: Path | None) -> str:
    from explorer.validation.rows import plain

    return plain(path.name) if path is not None else ""

