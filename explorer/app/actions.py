"""Menus, shortcuts and the buttons of the bar: one table of actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, SignalInstance
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from explorer import __version__
from explorer.app import recent
from explorer.app.comparing import Comparing
from explorer.app.lessons.menu import LessonsMenu
from explorer.app.lessons.presenter_keys import SHEET
from explorer.app.library import stock
from explorer.app.library.menu import LibraryMenu
from explorer.app.look import tip
from explorer.app.panes import FURTHER, PANES
from explorer.app.settings import SCALES
from explorer.charts.style import theme_names

if TYPE_CHECKING:
    from explorer.app.window import Window

_HANDS = (
    "Arrows, Page, Home, End   move a focused slider",
    "Shift+drag   move finely",
    "Double click, Backspace   reset a knob",
)
_Act = Callable[[], object]
_Key = QKeySequence.StandardKey


class Actions(QObject):
    """Builds the menu bar of a window and keeps its actions by name, for tests and for the shortcut sheet."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.all: dict[str, QAction] = {}
        self.copies: list[tuple[QMenu, QMenu]] = []
        self._kept: list[QAction] = []
        self._undo()
        self._file_menu()
        self._edit_menu()
        self._scenario_menu()
        self.comparing = Comparing(window, self._add)
        self.library = LibraryMenu(window, self._add)
        self._view_menu()
        self.lessons = LessonsMenu(window, self._add)
        self._help_menu()
        self._bar_buttons()
        window.document.library_changed.connect(partial(stock.restock, window, self))

    def _add(self, menu: QMenu, text: str, act: _Act, *keys: _Key | str) -> QAction:
        action = QAction(text, self._window)
        action.setShortcuts(_keys(*keys))
        action.triggered.connect(lambda _checked=False: act())
        menu.addAction(action)
        self.all[text.replace("&", "").rstrip("…")] = action
        return action

    def _undo(self) -> None:
        stack = self._window.document.undo_stack
        self.undo, self.redo = QAction("Undo", self._window), QAction("Redo", self._window)
        _follow(self.undo, stack.undo, stack.canUndoChanged, stack.undoTextChanged)
        _follow(self.redo, stack.redo, stack.canRedoChanged, stack.redoTextChanged)
        self.undo.setShortcut(QKeySequence(_Key.Undo))
        self.redo.setShortcuts(_keys(_Key.Redo, "Ctrl+Y"))
        self.all |= {"Undo": self.undo, "Redo": self.redo}

    def _file_menu(self) -> None:
        files, menu = self._window.files, self._window.menuBar().addMenu("&File")
        self._add(menu, "&New", files.new, _Key.New)
        self._add(menu, "&Open…", files.ask_open, _Key.Open)
        self.recent = recent.add_to(menu, self._window)
        menu.addSeparator()
        self._add(menu, "&Save", files.save, _Key.Save)
        self._add(menu, "Save &as…", files.save_as, "Ctrl+Shift+S")
        menu.addSeparator()
        self.export = menu.addMenu("&Export")
        for name, title in (*PANES, *FURTHER):
            self._add(self.export, f"{title}…", partial(files.export, name))
        for text, act, *keys in (("Comparison table…", files.export_table, "Ctrl+E"), ("Report…", files.export_report), ("Export all…", files.export_all)):
            self._add(self.export, text, act, *keys)
        self._window.imports.offer_files(menu, self._add)
        self._add(menu, "Copy verdict", files.copy_verdict, "Ctrl+Shift+C")
        menu.addSeparator()
        self._add(menu, "&Quit", self._window.close, _Key.Quit)

    def _edit_menu(self) -> None:
        menu = self._window.menuBar().addMenu("&Edit")
        menu.addActions([self.undo, self.redo])
        menu.addSeparator()
        self._window.imports.offer_texts(menu, self._add)
        self._add(menu, "Reset this scenario", self._window.scenarios.reset_all, "Ctrl+Shift+R")

    def _scenario_menu(self) -> None:
        window, scenarios = self._window, self._window.scenarios
        menu = window.menuBar().addMenu("&Scenario")
        self.add = scenarios.chip_menu("&Add a chip")
        menu.addMenu(self.add)
        for text, act, keys in (
            ("&Duplicate", scenarios.duplicate, "Ctrl+D"),
            ("Re&name…", scenarios.ask_rename, "F2"),
            ("R&emove", scenarios.remove, "Ctrl+W"),
            ("Pin as &baseline", scenarios.pin, "B"),
        ):
            self._add(menu, text, partial(self._on_active, act), keys)
        self._add(menu, "Next scenario", lambda: self._step(1), "Ctrl+Tab")
        self._add(menu, "Previous scenario", lambda: self._step(-1), "Ctrl+Shift+Tab")
        menu.addSeparator()
        self.workload = menu.addMenu("&Workload")
        stock.fill_workloads(window, self.workload)
        self.fabric = menu.addMenu("&Fabric")
        self.fabric.aboutToShow.connect(partial(stock.fill_fabrics, window, self.fabric))

    def _on_active(self, act: Callable[[int], object]) -> None:
        act(self._window.document.study.active)

    def _step(self, by: int) -> None:
        study = self._window.document.study
        self._window.document.activate((study.active + by) % len(study.scenarios))

    def _view_menu(self) -> None:
        window = self._window
        menu = window.menuBar().addMenu("&View")
        self.themes = menu.addMenu("&Theme")
        for name in theme_names():
            self._add(self.themes, name.capitalize(), partial(window.wear, name))
        self._add(menu, "Light or dark", self._flip, "Ctrl+T")
        menu.addSeparator()
        self._add(menu, "Larger", partial(self._zoom, 1), _Key.ZoomIn, "Ctrl+=")
        self._add(menu, "Smaller", partial(self._zoom, -1), _Key.ZoomOut)
        self._add(menu, "Normal size", partial(window.wear, None, 1.0), "Ctrl+0")
        menu.addSeparator()
        for i, (key, title) in enumerate((*PANES, *FURTHER), start=1):
            self._add(menu, f"Fill with {title.lower()}", partial(self._fill, key), f"Ctrl+{i}")
        self._add(menu, "All panes", partial(window.panes.fill, None), "Ctrl+9")
        menu.addSeparator()
        only = window.table.toggle.isChecked
        self.differences = self._add(menu, "Differences only", lambda: window.table.set_differences_only(not only()), "Ctrl+Shift+D")
        self.learner_notes = self._add(menu, "Notes for learners", self._learner_notes)
        self.learner_notes.setCheckable(True)
        self.learner_notes.setChecked(window.settings.learner_notes)

    def _flip(self) -> None:
        self._window.wear("light" if self._window.look.theme.dark else "dark")

    def _zoom(self, by: int) -> None:
        now = min(range(len(SCALES)), key=lambda i: abs(SCALES[i] - self._window.look.scale))
        self._window.wear(None, SCALES[min(max(now + by, 0), len(SCALES) - 1)])

    def _fill(self, key: str) -> None:
        panes = self._window.panes
        panes.fill(None if panes.filled == key else key)

    def _learner_notes(self) -> None:
        self._window.settings.learner_notes = self.learner_notes.isChecked()
        self._window.refresher.settle()

    def _help_menu(self) -> None:
        window = self._window
        menu = window.menuBar().addMenu("&Help")
        self._add(menu, "Keyboard shortcuts", lambda: window.dialogs.tell("Keyboard shortcuts", shortcut_sheet(self.all)), "F1")
        self._add(menu, "About", lambda: window.dialogs.tell("About", about(window.document.library.data_version)))

    def _bar_buttons(self) -> None:
        lessons = QAction("Lessons", self._window)
        lessons.setMenu(self.lessons.lessons_copy())
        buttons = [self._button("Workload", self.workload), self._button("Export", self.export), lessons]
        self._window.bar.set_actions([self.undo, self.redo, *buttons])

    def _button(self, text: str, menu: QMenu) -> QAction:
        """A button that opens the same entries as ``menu``. Qt takes a menu from its old place when two actions share it."""
        copy = QMenu(text, self._window)
        copy.addActions(menu.actions())
        action = QAction(text, self._window)
        action.setMenu(copy)
        self._kept.append(action)
        self.copies.append((menu, copy))
        return action


def _follow(action: QAction, act: _Act, possible: SignalInstance, named: SignalInstance) -> None:
    """Tie an action to one direction of the undo stack."""
    action.setEnabled(False)
    action.triggered.connect(act)
    possible.connect(action.setEnabled)
    named.connect(partial(_name_step, action))


def _name_step(action: QAction, step: str) -> None:
    """What would be undone, under the pointer: a text that grew with it would push the bar about."""
    action.setToolTip(tip(f"{action.text()} {step}".strip()))


def _keys(*wanted: _Key | str) -> list[QKeySequence]:
    """Each once: a shortcut that stands twice is ambiguous to Qt, and Redo is Ctrl+Y already on some systems."""
    return [QKeySequence(text) for text in dict.fromkeys(QKeySequence(w).toString() for w in wanted) if text]


def shortcut_sheet(actions: Mapping[str, QAction]) -> str:
    """Every shortcut, a line each."""
    keys = [f"{a.shortcut().toString():<16}{name}" for name, a in actions.items() if not a.shortcut().isEmpty()]
    return "\n".join([*keys, "", *_HANDS, *SHEET[1:]])


def about(data_version: str) -> str:
    """Program, data and licence."""
    return f"Chip Architecture Explorer {__version__}\nChip data {data_version}\nApache License 2.0"
