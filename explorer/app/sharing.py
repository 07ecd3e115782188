"""Charts and tables on their way out without a file name: on the clipboard, or under the hand that drags them elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, QObject, Qt, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QImage, QPixmap

from explorer import charts
from explorer.app.worker import Worker
from explorer.charts.model import Chart
from explorer.charts.report import exported_scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from explorer.app.window import Window
    from explorer.charts import Table
    from explorer.render.options import Options

Pictures = tuple[bytes, bytes]
_NO_NAME = re.compile(r"[^\w.-]+")
_THUMB = 240


class Sharing(QObject):
    """Copies and drags for one window. Pictures are drawn beside it, like those in files, and carry their study."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._folder: Path | None = None
        self.drags = Worker()
        self.drags.done.connect(self._begin_drag)

    def copy_picture(self, name: str) -> None:
        """A chart on the clipboard as PNG and SVG."""
        make, options = self._window.files.chart_maker(name), self._window.files.options
        self._window.files.exporter.submit(lambda: _pictures(make(), options), _put_pictures)

    def copy_table_picture(self) -> None:
        """The comparison on the clipboard as PNG and SVG."""
        study, options = self._window.document.study, self._window.files.options
        self._window.files.exporter.submit(lambda: _table_pictures(charts.comparison(exported_scene(study)), options), _put_pictures)

    def copy_numbers(self, name: str) -> None:
        """A chart's numbers on the clipboard, as a table for spreadsheets and word processors."""
        from explorer.render import markup, tables

        grid = tables.chart_grid(self._window.files.chart_maker(name)())
        data = QMimeData()
        data.setText(tables.tab_separated(grid))
        data.setHtml(markup.grid_html(grid))
        QGuiApplication.clipboard().setMimeData(data)

    def drag(self, name: str) -> None:
        """Draw a chart for the hand that has begun to pull it; the drag begins when it is drawn, if the hand still holds it."""
        if not self.drags.busy:
            make, options = self._window.files.chart_maker(name), self._window.files.options
            self.drags.start(lambda: self._drawn(name, make, options))

    def _drawn(self, name: str, make: Callable[[], Chart], options: Options) -> tuple[Path, bytes]:
        """In the thread: the picture, and the file that carries it."""
        from explorer.render.files import chart_bytes

        if self._folder is None:
            self._folder = Path(mkdtemp(prefix="chip-explorer-"))
        path, content = self._folder / f"{_NO_NAME.sub('-', name)}.png", chart_bytes(make(), ".png", options)
        path.write_bytes(content)
        return path, content

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

    def clear(self) -> None:
        """Remove the files of former drags."""
        if self._folder is not None:
            for path in self._folder.glob("*.png"):
                path.unlink(missing_ok=True)
            self._folder.rmdir()
            self._folder = None


def drag_data(path: Path, content: bytes) -> QMimeData:
    """A PNG as a file for folders and mail, and as a picture for documents."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    data.setImageData(QImage.fromData(content))
    data.setData("image/png", content)
    return data


def _pictures(chart: Chart, options: Options) -> Pictures:
    from explorer.render.files import chart_bytes

    return chart_bytes(chart, ".png", options), chart_bytes(chart, ".svg", options)


def _table_pictures(table: Table, options: Options) -> Pictures:
    from explorer.render.files import table_bytes

    return table_bytes(table, ".png", options), table_bytes(table, ".svg", options)


def _put_pictures(pictures: Any) -> None:
    png, svg = pictures
    data = QMimeData()
    data.setImageData(QImage.fromData(png))
    data.setData("image/png", png)
    data.setData("image/svg+xml", svg)
    QGuiApplication.clipboard().setMimeData(data)
