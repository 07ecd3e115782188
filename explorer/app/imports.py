"""What comes into the window from outside and leaves it as text: models, measured points, share strings. Nothing is taken unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtWidgets import QApplication, QMenu

from explorer.errors import ExplorerError
from explorer.library import free_id, parse_study, save_preset
from explorer.library.measured_points import Measured, read_measured
from explorer.library.model_config import ImportedModel, read_model_config
from explorer.library.readers import kind_of_file
from explorer.library.share import described, is_share, read_share, share_text
from explorer.library.text_files import shown
from explorer.specs import MOST_POINTS, Study, Workload

if TYPE_CHECKING:
    from explorer.app.window import Window

_MODELS = "Model configurations (*.json);;All files (*)"
_POINTS = "Measured points (*.csv *.json);;All files (*)"
_KEEP = "Use and save"
_MOST_LINES = 200  # of a preview


class Imports(QObject):
    """Brings things in for one window, each as one undoable step where it changes the study."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window

    def offer_files(self, menu: QMenu, add: Callable[..., object]) -> None:
        """Put what brings files in into the File menu. ``add`` takes menu, text, act and shortcut."""
        add(menu, "Import &model…", self.ask_model)
        add(menu, "Import measured &points…", self.ask_measured)
        add(menu, "&Clear measured points", self.clear_measured)
        menu.addSeparator()

    def offer_texts(self, menu: QMenu, add: Callable[..., object]) -> None:
        """Put what goes by the clipboard into the Edit menu."""
        add(menu, "Copy as &share string", self.copy_share, "Ctrl+Shift+K")
        add(menu, "Copy as share string, &whole", partial(self.copy_share, True))
        add(menu, "&Paste study", self.paste_study, "Ctrl+Shift+V")
        menu.addSeparator()

    def takes(self, data: QMimeData) -> bool:
        """Whether something that is dragged over the window may be dropped."""
        return data.hasUrls() or (data.hasText() and is_share(data.text()))

    def drop(self, data: QMimeData) -> None:
        """Take what was dropped: a file of any known kind, or a share string."""
        files = [u.toLocalFile() for u in data.urls() if u.isLocalFile()]
        if files:
            self.take_file(Path(files[0]))
        elif data.hasText() and is_share(data.text()):
            self.take_text(data.text())

    def take_file(self, path: Path) -> bool:
        """Take a file for what it is."""
        kind = kind_of_file(path)
        if kind == "model":
            return self.take_model(path)
        return self.take_measured(path) if kind == "measured" else self._window.files.open_path(path)

    def ask_model(self) -> None:
        """Choose a model's config.json and take it."""
        path = self._window.dialogs.open_file("Import a model", _MODELS)
        if path:
            self.take_model(path)

    def take_model(self, path: Path) -> bool:
        """Use a model hub's config.json as the workload of every scenario, once it has been looked at."""
        try:
            found = read_model_config(path)
        except ExplorerError as error:
            return self._refused("Not imported", error)
        answer = self._window.dialogs.preview(f"Import {found.workload.name}", model_text(found), "Use this model", _KEEP)
        if answer == "cancel":
            return False
        workload = found.workload.replace(id=free_id(found.workload.id, self._window.document.library))
        if answer == "keep" and not self._keep(workload):
            return False
        self._window.scenarios.use_workload(workload)
        return True

    def _keep(self, workload: Workload) -> bool:
        try:
            save_preset(workload)
        except ExplorerError as error:
            return self._refused("Not saved", error)
        self._window.librarian.reload()
        return True

    def ask_measured(self) -> None:
        """Choose a file of measured points and take it."""
        path = self._window.dialogs.open_file("Import measured points", _POINTS)
        if path:
            self.take_measured(path)

    def take_measured(self, path: Path) -> bool:
        """Lay a file's points over the roofline, beside those that are there, once they have been looked at."""
        document = self._window.document
        try:
            found = read_measured(path)
            if self._window.dialogs.preview("Import measured points", measured_text(found, path.name), "Lay over the roofline") == "cancel":
                return False
            points = (*document.study.measured, *found.points)
            if len(points) > MOST_POINTS:
                raise ExplorerError(f"a study holds {MOST_POINTS:,} measured points at most, and these would make {len(points):,}: clear some first")
            document.replace(document.study.replace(measured=points), f"Measured points of {shown(path.name)[:40]}")
        except ExplorerError as error:
            return self._refused("Not imported", error)
        return True

    def clear_measured(self) -> None:
        """Take all measured points away."""
        document = self._window.document
        document.replace(document.study.replace(measured=()), "Clear measured points")

    def copy_share(self, whole: bool = False) -> bool:
        """The study on the clipboard, as a string to paste into a mail or a chat."""
        try:
            QApplication.clipboard().setText(share_text(self._window.document.study, whole=whole))
        except ExplorerError as error:
            return self._refused("Not copied", error)
        return True

    def paste_study(self) -> bool:
        """Open the study that lies on the clipboard as a share string or as JSON."""
        return self.take_text(QApplication.clipboard().text())

    def take_text(self, text: str) -> bool:
        """Open the study that a text holds, once it has been looked at."""
        try:
            study = _study_of(text)
        except ExplorerError as error:
            return self._refused("Not opened", error)
        if self._window.dialogs.preview("Open this study?", "\n".join(described(study)), "Open") == "cancel":
            return False
        if not self._window.files.may_leave():
            return False
        self._window.document.open(study)
        return True

    def _refused(self, title: str, error: ExplorerError) -> bool:
        self._window.dialogs.tell(title, str(error))
        return False


def _study_of(text: str) -> Study:
    if not is_share(text) and text.lstrip()[:1] == "{":
        return parse_study(text, "the text on the clipboard")
    return read_share(text)


def model_text(found: ImportedModel) -> str:
    """What a model's configuration says, for the eye: its size, its numbers, and what was assumed."""
    parts = [[f"{found.architecture}, {found.params / 1e9:,.2f} billion parameters"]]
    for title, said in (("Not in the file", found.assumed), ("Left out", found.left_out), ("Read from the file", found.read)):
        parts += [[title, *(f"  {line}" for line in said)]] if said else []
    return "\n\n".join("\n".join(part) for part in parts)


def measured_text(found: Measured, name: str) -> str:
    """What a file of measured points holds, for the eye: the points, and each row that gave none with the reason."""
    lines = [f"{shown(name)} – {found.line()}", ""]
    if found.skipped:
        lines += ["Left out", *_some([f"  {where}: {why}" for where, why in found.skipped], found.more), ""]
    lines += ["Points", *_some([f"  {p.name}: {p.flop_per_byte:,.4g} FLOP/B, {p.flop_per_s / 1e12:,.4g} TFLOP/s" for p in found.points])]
    return "\n".join(lines)


def _some(lines: list[str], more: int = 0) -> Iterator[str]:
    yield from lines[:_MOST_LINES]
    rest = max(0, len(lines) - _MOST_LINES) + more
    if rest:
        yield f"  and {rest:,} more"
