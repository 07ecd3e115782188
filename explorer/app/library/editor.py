"""The window in which every field of the chip, fabric and workload in hand is edited, with its unit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut

from explorer.app.library.editor_face import TABS, EditorFace
from explorer.app.library.field_states import PRESENT, editor_rows, field_state, step_text
from explorer.app.references import reference
from explorer.errors import ExplorerError
from explorer.library.companions import PARTS, part_changes, with_companions
from explorer.library.field_text import parse_field, shown_unit
from explorer.library.own import is_shipped
from explorer.specs import Scenario, value_at
from explorer.specs.edited import without

if TYPE_CHECKING:
    from explorer.app.window import Window

_SOON_MS = 40  # while a slider is dragged the rows follow at this pace


class SpecEditor(EditorFace):
    """Follows the document; each entry is one step to undo, each refusal is said at its row."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.root = "chip"
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self.refresh)
        self._connect()
        self.set_look(window.look)

    def _connect(self) -> None:
        document = self._window.document
        document.changed.connect(self._follow)
        document.library_changed.connect(self.refresh)
        self.tabs.chosen.connect(lambda root: self.show_root(str(root)))
        self.entered.connect(self._enter)
        self.reset_asked.connect(self._reset)
        self.reset.clicked.connect(self._reset_all)
        self.keep.clicked.connect(lambda: self._window.librarian.keeper.keep(self.root))
        for keys, act in (
            (QKeySequence.StandardKey.Undo, document.undo_stack.undo),
            (QKeySequence.StandardKey.Redo, document.undo_stack.redo),
            (QKeySequence.StandardKey.Find, self.search.setFocus),
        ):
            QShortcut(keys, self, act)

    def _follow(self, _study: object) -> None:
        """Soon, however often the study changes until then. A method, so that Qt forgets it with the window."""
        if not self._soon.isActive():
            self._soon.start()

    # ---- what is shown

    @property
    def _scenario(self) -> Scenario:
        study = self._window.document.study
        return study.scenarios[study.active]

    def show_root(self, root: str) -> None:
        """Edit the chip, the fabric or the workload."""
        self.root = root
        self.tabs.show_value(root)
        self.refresh()

    def refresh(self) -> None:
        """Bring every row up to the present study."""
        self._soon.stop()
        document, now = self._window.document, self._scenario
        rows = editor_rows(self.root, now)
        if rows != self.listed:
            self.rebuild(rows)
        before = reference(document.library, document.opened, document.study, document.study.active)
        edited = 0
        for row in self.rows.values():
            state = field_state(row.row, now, before)
            row.show_state(state)
            edited += state.edited
        spec = getattr(now, self.root)
        based = "" if is_shipped(spec) or spec.based_on is None else f", yours, based on {spec.based_on}"
        self.setWindowTitle(f"Specification of {spec.name}")
        self.title.show_text(f"{spec.name}{based}")
        self.hint.show_text(f"{edited} edited" if edited else "As published; click a number to write over it")
        self.reset.setEnabled(bool(edited))

    # ---- what a hand enters

    def _enter(self, path: str, text: str) -> None:
        row, scenario = self.rows[path], self._scenario
        try:
            if path in PARTS:
                changes = part_changes(scenario, path, present=text == PRESENT)
            else:
                changes = with_companions(scenario, path, parse_field(row.row, text, shown_unit(row.row, value_at(scenario, path))))
        except ExplorerError as error:
            row.refuse(str(error))
            return
        refused = self._window.document.enter(changes, step_text(changes, row.row) if path not in PARTS else f"{row.row.label}: {text}")
        if refused:
            row.refuse(refused)
        else:
            self.refresh()

    def _reset(self, path: str) -> None:
        document = self._window.document
        if path in PARTS:
            leaves = tuple(p for p in self._scenario.was if p.startswith(f"{path}."))
            self._exchange(without(self._scenario, leaves), f"{self.rows[path].row.label} as published")
            return
        refused = document.reset(path)
        if refused and path in self.rows:
            self.rows[path].refuse(refused)
        else:
            QTimer.singleShot(0, self, partial(self.refresh))

    def _reset_all(self) -> None:
        roots = (f"{self.root}.", "offer.") if self.root == "chip" else (f"{self.root}.",)
        paths = tuple(p for p in self._scenario.was if p.startswith(roots))
        self._exchange(without(self._scenario, paths), f"{TABS[self.root]} as published")

    def _exchange(self, scenario: Scenario, text: str) -> None:
        self._window.librarian.exchange(scenario, text)
        self.refresh()


__all__ = ["SpecEditor"]
