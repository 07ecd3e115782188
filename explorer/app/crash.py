"""When something unexpected happens: a log, a dialog whose details can be copied, and the study kept."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import sys
import threading
import traceback
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from platformdirs import user_log_path
from PySide6.QtCore import QObject, Qt, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from explorer import __version__
from explorer.library import write_study

if TYPE_CHECKING:
    from explorer.app.window import Window

_LOG = logging.getLogger("explorer")
_LOG_BYTES, _LOGS, _KEPT = 1_000_000, 3, 5


class CrashGuard(QObject):
    """Catches what nobody caught. The window goes on; the study is written beside the log."""

    _happened = Signal(str)

    def __init__(self, window: Window, folder: Path | None = None, *, show: bool = True) -> None:
        super().__init__(window)
        self._window, self._show = window, show
        self.folder = folder or user_log_path("chip-architecture-explorer", appauthor=False)
        self.last: CrashDialog | None = None
        self._happened.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self._seen = False

    def install(self) -> None:
        """Take over the hooks of the interpreter and of Qt."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            self.folder / "explorer.log", maxBytes=_LOG_BYTES, backupCount=_LOGS, encoding="utf-8"
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        _LOG.addHandler(handler)
        _LOG.setLevel(logging.INFO)
        if sys.stderr is not None:
            faulthandler.enable()
        sys.excepthook = self.handle
        threading.excepthook = lambda args: self.handle(args.exc_type, args.exc_value, args.exc_traceback)
        qInstallMessageHandler(_log_qt)

    def handle(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        """Log it, keep the study, and tell. Safe from any thread."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        _LOG.error("unexpected error\n%s", details)
        kept = self._keep()
        where = f"The study was kept in {kept}." if kept else "The study could not be kept."
        self._happened.emit(f"{where}\nLog: {self.folder / 'explorer.log'}\n\nVersion {__version__}\n{details}")

    def _keep(self) -> Path | None:
        path = self.folder / f"kept-{datetime.now():%Y%m%d-%H%M%S}.json"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_study(path, self._window.document.study)
            for old in sorted(self.folder.glob("kept-*.json"))[:-_KEPT]:
                old.unlink()
        except Exception as error:  # noqa: BLE001 - the last resort must not raise
            _LOG.error("the study could not be kept: %s", error)
            return None
        return path

    def _tell(self, details: str) -> None:
        if self._show and (self.last is None or not self.last.isVisible()):
            self.last = CrashDialog(details, self._window)
            self.last.open()


class CrashDialog(QDialog):
    """What happened, in plain words, with details to copy."""

    def __init__(self, details: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Something went wrong")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        label = QLabel("An unexpected error occurred. You can go on working; your study has not been lost.")
        label.setWordWrap(True)
        self.details = QPlainTextEdit(details)
        self.details.setReadOnly(True)
        self.details.setAccessibleName("Details of the error")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy details", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QApplication.clipboard().setText(details))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for part in (label, self.details, buttons):
            layout.addWidget(part)
        self.resize(680, 420)


def _log_qt(kind: QtMsgType, _context: object, message: str | None) -> None:
    level = logging.INFO if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) else logging.WARNING
    _LOG.log(level, "Qt: %s", message)
