"""The state, with one door in and one signal out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from explorer.app.linking import Links
from explorer.app.references import put_back, reference
from explorer.errors import ExplorerError
from explorer.knobs import Value, knob
from explorer.library import Library
from explorer.library.edits import value_text
from explorer.library.fields import label_of
from explorer.specs import Study, set_by_hand, value_at
from explorer.specs.edited import PARTS

_NO_MERGE = -1


class ReplaceStudy(QUndoCommand):
    """Every change of the study."""

    def __init__(self, document: Document, after: Study, text: str, gesture: int = _NO_MERGE) -> None:
        super().__init__(text)
        self._document, self._before, self._after, self._gesture = document, document.study, after, gesture

    def belongs_to(self, gesture: int, active: int) -> bool:
        """Whether a later change of the same gesture, on the same scenario in hand, is part of this one."""
        return gesture != _NO_MERGE and gesture == self._gesture and active == self._after.active

    def extend(self, after: Study, text: str) -> None:
        """Reach further. A change that leads back to where it began is none: it becomes obsolete."""
        self._after = after
        self.setText(text)
        self.setObsolete(after == self._before)

    def redo(self) -> None:
        """Show the state after the change."""
        self._document.show(self._after)

    def undo(self) -> None:
        """Show the state before the change."""
        self._document.show(self._before)


class Document(QObject):
    """One study, its undo history and its file.

    Edits return None, or one line that says why they were refused; a refused edit changes nothing.
    """

    changed = Signal(object)
    saved = Signal()
    library_changed = Signal()

    def __init__(self, study: Study, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.library = library
        self.study = study
        self.opened = study
        self.path: Path | None = None
        self.links = Links()
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(1000)
        self._last: ReplaceStudy | None = None

    def show(self, study: Study) -> None:
        """Make ``study`` the state. Only commands and `open` call this."""
        if study is not self.study:
            self.study = study
            self.changed.emit(study)

    def set_library(self, library: Library) -> None:
        """Other presets from now on; the study embeds its own values."""
        self.library = library
        self.library_changed.emit()

    def open(self, study: Study, path: Path | None = None) -> None:
        """Start afresh with another study."""
        self._last = None
        self.undo_stack.clear()
        self.links.alone = frozenset()
        self.opened, self.path = study, path
        self.show(study)
        self.saved.emit()

    def mark_saved(self, path: Path) -> None:
        """The present state lies in ``path``."""
        self.path = path
        self.undo_stack.setClean()
        self.saved.emit()

    def replace(self, study: Study, text: str, gesture: int = _NO_MERGE) -> None:
        """Exchange the whole study, as one undoable step (merged within a gesture)."""
        if study == self.study:
            return
        if not self._extend(study, text, gesture):
            self._last = ReplaceStudy(self, study, text, gesture)
            self.undo_stack.push(self._last)

    def _extend(self, study: Study, text: str, gesture: int) -> bool:
        """Let the last step of the same gesture reach further. Qt could merge, but PySide keeps each merged command for ever."""
        last, stack = self._last, self.undo_stack
        if last is None or not last.belongs_to(gesture, study.active) or stack.canRedo() or stack.isClean():
            return False
        self.show(study)
        last.extend(study, text)
        if last.isObsolete():
            self._last = None
            stack.undo()  # takes it off the stack
        else:
            stack.undoTextChanged.emit(stack.undoText())
        return True

    def edit(self, key: str, value: Value, gesture: int = _NO_MERGE) -> str | None:
        """Set knob ``key`` of the active scenario, and of those that are linked to it, to ``value``."""
        row, study = knob(key), self.study
        targets = (i for i in self.links.targets(study, key) if i == study.active or row.get(study.scenarios[i]) is not None)
        try:
            after = study
            for i in targets:
                after = after.with_scenario(i, row.set(after.scenarios[i], value))
        except ExplorerError as error:
            return str(error)
        self.replace(after, f"{row.label} {row.text(value)}", gesture)
        return None

    def enter(self, changes: Mapping[str, Any], text: str) -> str | None:
        """Set fields of the scenario in hand, by their paths, in one step."""
        i = self.study.active
        try:
            after = set_by_hand(self.study.scenarios[i], changes, value_text)
        except ExplorerError as error:
            return str(error)
        self.replace(self.study.with_scenario(i, after), text)
        return None

    def reset(self, key: str) -> str | None:
        """Set the value at ``key`` back to what it was: as the preset, or the opened study, has it."""
        i = self.study.active
        now, before = self.study.scenarios[i], reference(self.library, self.opened, self.study, i)
        value = value_at(before, key)
        if key.partition(".")[0] not in (*PARTS, "offer"):
            return None if value is None else self.edit(key, value)
        try:
            after = put_back(now, before, key)
        except ExplorerError as error:
            return str(error)
        self.replace(self.study.with_scenario(i, after), f"{label_of(key)} {'not assumed' if value is None else 'as published'}")
        return None

    def activate(self, index: int) -> None:
        """Take another scenario in hand. Not a step of its own to undo."""
        if 0 <= index < len(self.study.scenarios) and index != self.study.active:
            self.show(self.study.replace(active=index))
