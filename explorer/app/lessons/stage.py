"""What of the window a step leaves in sight: its knobs, its charts, the page; and what is covered before a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from explorer.app.lessons.cover import Cover
from explorer.app.lessons.visit import Visit
from explorer.specs import Study

if TYPE_CHECKING:
    from explorer.app.window import Window


class Stage:
    """Arranges one window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._covers: dict[QWidget, Cover] = {}
        self._filled: str | None = None
        self.on = False

    def set_step(self, knobs: tuple[str, ...] | None, look: tuple[str, ...]) -> None:
        """Show these knobs and charts; None and nothing mean all."""
        window = self._window
        entering, self.on = knobs is not None and not self.on, knobs is not None
        if entering:
            self._filled = window.panes.filled
            window.panes.fill(None)
        elif knobs is None and self._filled is not None:
            window.panes.fill(self._filled)
            self._filled = None
        window.knobs.limit(knobs)
        window.panes.limit(look)

    def cover(self, visit: Visit | None, study: Study, extra: tuple[QWidget, ...] = ()) -> None:
        """Cover what would give the answer away: words and table before any guess, charts where they show the outcome."""
        window = self._window
        unanswered = visit is not None and visit.unanswered
        charts = visit is not None and visit.covers(study)
        window.refresher.silent = unanswered
        for part in (window.verdict, window.table, *extra):
            self._put(part, unanswered)
        for pane in (*window.panes.panes.values(), *window.panes.further.values()):
            self._put(pane, charts)

    def _put(self, part: QWidget, on: bool) -> None:
        cover = self._covers.get(part)
        if cover is None and on:
            cover = self._covers[part] = Cover(part, self._window.look)
        if cover is not None and (on != (not cover.isHidden()) or cover.look != self._window.look):
            cover.set_on(on, self._window.look)

    def covered(self, part: QWidget) -> bool:
        """Whether ``part`` is covered."""
        return part in self._covers and not self._covers[part].isHidden()
