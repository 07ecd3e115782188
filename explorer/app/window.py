"""The window: lays the widgets out and connects hands to the document. It evaluates nothing and decides nothing."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QSplitter, QToolTip, QVBoxLayout, QWidget

from explorer.app.actions import Actions
from explorer.app.dialogs import Dialogs, Quiet
from explorer.app.document import Document
from explorer.app.files import Files
from explorer.app.imports import Imports
from explorer.app.layout import Layout
from explorer.app.lessons import Teaching
from explorer.app.library import Librarian
from explorer.app.linking import Links
from explorer.app.look import Look, palette, stylesheet
from explorer.app.panes import PaneGrid
from explorer.app.refresh import Refresher
from explorer.app.scenarios import Scenarios
from explorer.app.settings import Settings
from explorer.app.sharing import Sharing
from explorer.app.validator import Validator
from explorer.app.widgets import CompareTable, KnobPanel, NoticeBar, ScenarioBar, VerdictPanel
from explorer.charts.style import theme
from explorer.library import Library
from explorer.specs import Study

TITLE = "Chip Architecture Explorer"
_SMALLEST = (320, 240)


class Window(QMainWindow):
    """One study in one window. Needs an application; `explorer.app.create` makes both."""

    closed = Signal()

    def __init__(self, study: Study, library: Library, settings: Settings, dialogs: Dialogs | None = None) -> None:
        super().__init__()
        self.settings = settings
        self.dialogs: Dialogs = dialogs or Quiet()
        self.document = Document(study, library, self)
        self.document.links = Links(settings.linked)
        self.look = Look(theme(settings.theme), settings.scale)
        _dress_application(self.look)  # before there are hundreds of parts to tell
        self._build()
        self.refresher = Refresher(self)
        self.scenarios = Scenarios(self)
        self.files, self.sharing = Files(self), Sharing(self)
        self.imports = Imports(self)
        self.validator = Validator(self)
        self.librarian = Librarian(self)
        self.teaching, self.layout_ = Teaching(self), Layout(self)
        self.actions_ = Actions(self)
        self._connect()
        self.set_look(self.look)
        self._retitle()
        self.teaching.begin()

    def _build(self) -> None:
        self.setAcceptDrops(True)
        self.bar, self.knobs, self.panes = ScenarioBar("Chip Explorer"), KnobPanel(), PaneGrid(self.look)
        self.table, self.verdict = CompareTable(), VerdictPanel()
        middle = QWidget()
        self.column = QVBoxLayout(middle)
        self.column.addWidget(self.panes, 1)
        self.column.addWidget(self.table)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.side = QSplitter(Qt.Orientation.Vertical)
        self.side.setChildrenCollapsible(False)
        self.side.addWidget(self.verdict)
        for i, part in enumerate((self.knobs, middle, self.side)):
            self.split.addWidget(part)
            self.split.setStretchFactor(i, int(i == 1))
        whole = QWidget()
        self.rows = rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        self.notices = NoticeBar()
        for part, share in ((self.bar, 0), (self.notices, 0), (self.split, 1)):
            rows.addWidget(part, share)
        self.setCentralWidget(whole)
        self.setMinimumSize(*_SMALLEST)  # else Qt makes the window as large as all parts wish
        for name, part in (("Knobs", self.knobs), ("Verdict", self.verdict), ("Comparison", self.table)):
            part.setAccessibleName(part.accessibleName() or name)

    def _connect(self) -> None:
        self.document.changed.connect(self.refresher.request)
        self.document.saved.connect(self._retitle)
        self.document.undo_stack.cleanChanged.connect(self._retitle)
        self.knobs.edited.connect(self._edit)
        self.knobs.reset_asked.connect(self._reset)
        self.knobs.gesture_ended.connect(lambda _key: self.refresher.end_gesture())
        self.knobs.pointed.connect(self.refresher.point)
        self.panes.layout_changed.connect(self.refresher.request)
        self.panes.hovered.connect(self.refresher.point_mark)
        self.panes.export_asked.connect(self.files.export)
        self.panes.taken.connect(self.sharing.take)
        self.table.picture_asked.connect(self.sharing.copy_table_picture)
        self.table.row_activated.connect(self.document.activate)
        self.bar.activated.connect(self.document.activate)
        for signal, act in (
            (self.bar.add_asked, self.scenarios.ask_add),
            (self.bar.remove_asked, self.scenarios.remove),
            (self.bar.duplicate_asked, self.scenarios.duplicate),
            (self.bar.rename_asked, self.scenarios.ask_rename),
            (self.bar.baseline_asked, self.scenarios.pin),
            (self.bar.specify_asked, self.librarian.specify_scenario),
            (self.bar.moved, self.scenarios.move),
        ):
            signal.connect(act)

    def _edit(self, key: str, value: object, gesture: int) -> None:
        self.refresher.begin_gesture(gesture)
        refused = self.document.edit(key, value, gesture)  # type: ignore[arg-type]
        if refused:
            self.knobs.refuse(key, refused)

    def _reset(self, key: str) -> None:
        refused = self.document.reset(key)
        if refused:
            self.knobs.refuse(key, refused)

    def _retitle(self, _clean: bool = True) -> None:
        name = self.document.path.name if self.document.path else self.document.study.title or "Untitled study"
        self.setWindowTitle(f"{name}[*] – {TITLE}")
        self.setWindowModified(not self.document.undo_stack.isClean())

    def set_look(self, look: Look) -> None:
        """Wear another theme or scale."""
        self.look = look
        _dress_application(look)
        self.setStyleSheet(stylesheet(look))
        self.column.setContentsMargins(*[look.px(8)] * 4)
        self.column.setSpacing(look.px(8))
        for part in (self.bar, self.knobs, self.panes, self.table, self.verdict, self.librarian, self.teaching):
            part.set_look(look)
        for menu in (self.menuBar(), *self.findChildren(QMenu)):  # the application's font reaches them one look late
            menu.setFont(look.font("base"))
        if self.isVisible():
            self.fit()
        self.refresher.request()

    def wear(self, theme_name: str | None = None, scale: float | None = None) -> None:
        """Change theme or scale and remember it."""
        self.settings.theme = theme_name or self.look.theme.name
        self.settings.scale = scale or self.look.scale
        self.set_look(Look(theme(self.settings.theme), self.settings.scale))

    def fit(self) -> None:
        """Columns and tabs for the present size."""
        self.layout_.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        self.fit()

    def showEvent(self, event: QShowEvent) -> None:
        """The first picture is complete when the window appears."""
        super().showEvent(event)
        self.fit()
        if self.refresher.scene is None:
            self.refresher.draw()
        QTimer.singleShot(0, partial(self.knobs.setFocus, Qt.FocusReason.OtherFocusReason))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Studies, pictures that carry one, models, measured points and share strings may be dropped; not this window's own charts."""
        if event.source() is None and self.imports.takes(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped."""
        self.imports.drop(event.mimeData())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved changes, remember size and place."""
        if not self.files.may_leave():
            event.ignore()
            return
        self.teaching.presenter.end()
        self.files.exporter.finish()
        self.files.drawing.clear()
        self.settings.geometry = self.saveGeometry()
        super().closeEvent(event)
        self.closed.emit()


def _dress_application(look: Look) -> None:
    application = QApplication.instance()
    if isinstance(application, QApplication) and application.palette() != palette(look):
        application.setPalette(palette(look))
    if isinstance(application, QApplication) and application.font() != look.font("base"):
        application.setFont(look.font("base"))
        QToolTip.setFont(look.font("small"))
