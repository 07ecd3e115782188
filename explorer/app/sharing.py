"""Charts and tables on their way out without a file name: on the clipboard, or under the hand that drags them elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QImage, QPixmap

from explorer import charts
from explorer.app.worker import Worker
from explorer.charts.model import Chart
from explorer.charts.report import exported_scene

if TYPE_CHECKING:
    from explorer.app.window import Window

_THUMB = 240


class Sharing(QObject):
    """Copies and drags for one window. Pictures are drawn beside it, like those in files, and carry their study."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.drags = Worker()
        self.drags.done.connect(self._begin_drag)

    def take(self, how: str, name: str) -> None:
        """Let a chart leave as a hand has asked: ``picture``, ``numbers`` or ``drag``."""
        {"picture": self.copy_picture, "numbers": self.copy_numbers, "drag": self.drag}[how](name)

    def copy_picture(self, name: str) -> None:
        """A chart on the clipboard as PNG and SVG."""
        files = self._window.files
        make, options = files.drawing.maker(name), files.options
        paths = [files.drawing.path(f"copied-{name}", suffix) for suffix in (".png", ".svg")]
        files.exporter.submit(lambda: [make(path, options, None) for path in paths], _put_pictures)

    def copy_table_picture(self) -> None:
        """The comparison on the clipboard as PNG and SVG."""
        files = self._window.files
        make, options = files.drawing.table_maker(), files.options
        paths = [files.drawing.path("copied-comparison", suffix) for suffix in (".png", ".svg")]
        files.exporter.submit(lambda: [make(path, options) for path in paths], _put_pictures)

    def copy_numbers(self, name: str) -> None:
        """A chart's numbers on the clipboard, as a table for spreadsheets and word processors."""
        from explorer.render import markup, tables

        grid = tables.chart_grid(self._chart(name))
        data = QMimeData()
        data.setText(tables.tab_separated(grid))
        data.setHtml(markup.grid_html(grid))
        QGuiApplication.clipboard().setMimeData(data)

    def _chart(self, name: str) -> Chart:
        if name not in charts.CHARTS:
            return self._window.validator.chart_maker(name)()
        return charts.chart(name, exported_scene(self._window.document.study))

    def drag(self, name: str) -> None:
        """Draw a chart for the hand that has begun to pull it; the drag begins when it is drawn, if the hand still holds it."""
        if not self.drags.busy:
            files = self._window.files
            make, options, path = files.drawing.maker(name), files.options, files.drawing.path(name, ".png")
            self.drags.start(lambda: (path, make(path, options, None)))

    def _begin_drag(self, drawn: tuple[Path, bytes] | None, problem: str) -> None:
        if drawn is None:
            self._window.dialogs.tell("Not drawn", problem)
        elif QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            self.pull(drag_data(*drawn))

    def pull(self, data: QMimeData) -> None:
        """Hand what is dragged to the system until the hand lets go."""
        drag = QDrag(self._window)
        drag.setMimeData(data)
        drag.setPixmap(QPixmap.fromImage(data.imageData()).scaledToWidth(_THUMB, Qt.TransformationMode.SmoothTransformation))
        drag.exec(Qt.DropAction.CopyAction)


def drag_data(path: Path, content: bytes) -> QMimeData:
    """A PNG as a file for folders and mail, and as a picture for documents."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    data.setImageData(QImage.fromData(content))
    data.setData("image/png", content)
    return data


def _put_pictures(pictures: Any) -> None:
    png, svg = pictures
    data = QMimeData()
    data.setImageData(QImage.fromData(png))
    data.setData("image/png", png)
    data.setData("image/svg+xml", svg)
    QGuiApplication.clipboard().setMimeData(data)
