"""Application and window, put together for a person, for tests and for pictures."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QLocale, QTimer
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from explorer.app.crash import CrashGuard
from explorer.app.dialogs import Modal, Quiet
from explorer.app.session import Session
from explorer.app.settings import Settings
from explorer.app.window import TITLE, Window
from explorer.library import default_study, load_library, user_library
from explorer.specs import Study

_HELD: list[QApplication] = []  # Python must keep the application, or Qt loses it under the window


def make_application() -> QApplication:
    """The one QApplication: Fusion everywhere, numbers written the C way, fonts even where none are installed."""
    application = QApplication.instance()
    if isinstance(application, QApplication):
        return application
    QLocale.setDefault(QLocale.c())
    application = QApplication(sys.argv[:1])
    _HELD.append(application)
    application.setApplicationName(TITLE)
    application.setStyle("Fusion")
    if not QFontDatabase.families():
        _bring_fonts(application)
    return application


def _bring_fonts(application: QApplication) -> None:
    """A bare Linux has no fonts at all; matplotlib's data has DejaVu."""
    from importlib.util import find_spec

    found = find_spec("matplotlib")
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" if found and found.origin else None
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf"):
        if folder and (folder / name).is_file():
            QFontDatabase.addApplicationFont(str(folder / name))
    application.setFont(QFont("DejaVu Sans"))


def make_window(study: Study | None, *, theme: str = "light", scale: float = 1.0) -> Window:
    """A window that reads no user state and asks nothing."""
    library = load_library()
    settings = Settings(None)
    settings.theme, settings.scale = theme, scale
    return Window(study or default_study(library), library, settings, Quiet())


def run(asked: str | None) -> int:
    """The window for a person: with their settings, real dialogs and a guard against crashes."""
    application = make_application()
    (library, left_out), settings = user_library(), Settings.of_user()
    window = Window(default_study(library), library, settings)
    window.dialogs = Modal(window)
    window.librarian.tell_left_out(left_out)
    CrashGuard(window).install()
    window.resize(1600, 900)
    if settings.geometry is not None:
        window.restoreGeometry(settings.geometry)
    session = Session(window)
    session.take_up(asked)
    window.show()
    QTimer.singleShot(0, session.offer)
    return application.exec()
