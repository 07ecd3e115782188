"""What a window has drawn by the other process: charts of its study by name, as files or as bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from explorer import charts
from explorer.errors import ExplorerError
from explorer.library import study_text
from explorer.render.apart import draughtsman, job
from explorer.render.options import Options

if TYPE_CHECKING:
    from explorer.app.window import Window

_NO_NAME = re.compile(r"[^\w.-]+")


class Drawing:
    """Files in a folder of the window's own, for pictures on their way elsewhere. Its functions may run in threads."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._folder: Path | None = None

    def path(self, name: str, suffix: str) -> Path:
        """Where a picture that has no name of its own lies."""
        if self._folder is None:
            self._folder = Path(mkdtemp(prefix="chip-explorer-"))
        return self._folder / f"{_NO_NAME.sub('-', name)}{suffix}"

    def maker(self, name: str) -> Callable[[Path, Options, int | None], bytes]:
        """What draws one chart of the present state into a file and gives its content; the measured rows are drawn in the thread."""
        if name not in charts.CHARTS:
            return _in_the_thread(self._window.validator.chart_maker(name))
        study = study_text(self._window.document.study)

        def make(path: Path, options: Options, draft_dpi: int | None = None) -> bytes:
            draughtsman().ask(job("chart", study, options, path, name=name, draft_dpi=draft_dpi))
            return _read(path)

        return make

    def table_maker(self) -> Callable[[Path, Options], bytes]:
        """What draws the comparison of the present state into a file and gives its content."""
        study = study_text(self._window.document.study)

        def make(path: Path, options: Options) -> bytes:
            draughtsman().ask(job("table", study, options, path))
            return _read(path)

        return make

    def clear(self) -> None:
        """Remove what was drawn."""
        folder, self._folder = self._folder, None
        if folder is not None:
            for path in folder.iterdir():
                path.unlink(missing_ok=True)
            folder.rmdir()


def _in_the_thread(make: Callable[[], Any]) -> Callable[[Path, Options, int | None], bytes]:
    def write(path: Path, options: Options, draft_dpi: int | None = None) -> bytes:
        from explorer.library import write_whole
        from explorer.render.files import chart_bytes

        content = chart_bytes(make(), path.suffix, options, draft_dpi)
        write_whole(path, content)
        return content

    return write


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ExplorerError(f"the picture is gone: {(error.strerror or str(error)).lower()}") from None
