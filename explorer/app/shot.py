"""A picture of the window, painted offscreen."""

from __future__ import annotations

import os
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.specs import Study

_TURNS = 20  # of the event loop: a layout that wraps text asks for several


def save_shot(study: Study | None, path: Path | str, width: int, height: int, theme: str = "light", scale: float = 1.0) -> None:
    """Paint the window with ``study`` at ``width`` x ``height`` pixels and save it as PNG.

    Raises `ExplorerError` for a theme that does not exist, a size that makes no sense, or a path that cannot be written.
    """
    if not (320 <= width <= 8000 and 240 <= height <= 8000):
        raise ExplorerError(f"a picture of {width}x{height} pixels: give 320x240 to 8000x8000")
    if not 0.75 <= scale <= 2.5:
        raise ExplorerError(f"scale {scale:g}: give 0.75 to 2.5")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QIODevice

    from explorer.app import create
    from explorer.app.start import make_application
    from explorer.charts.style import theme as known
    from explorer.library import write_whole

    known(theme)
    application = make_application()
    window = create(study, size=(width, height), theme=theme, scale=scale)
    for step in (window.refresher.draw, window.refresher.settle):
        step()
        for _ in range(_TURNS):
            application.processEvents()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    window.grab().save(buffer, "PNG")
    window.close()
    window.deleteLater()
    application.processEvents()
    write_whole(Path(path), bytes(buffer.data().data()))
