"""Columns, tabs and which part stands where, for the window's present size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from explorer.app.window import Window

_TABS_BELOW = (1100, 650)  # effective pixels
_BESIDE, _BELOW = 900, 480  # room for a part beside the charts, and for the table below them


class Layout:
    """Lays out one window. Verdict, lesson and comparison have places of their own, or stand behind tabs where there is no room."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def fit(self) -> None:
        """Columns and tabs for the present size."""
        window, teaching = self._window, self._window.teaching
        if teaching.presenter.on:
            teaching.presenter.fit()
            return
        unit = window.look.px(100) / 100
        wide, tall = window.width() / unit, window.height() / unit
        side = window.look.px(max(236, min(300, round(wide * 0.19))))
        right = window.look.px(max(300, min(420, round(wide * 0.28)))) if teaching.page_shown else side
        window.panes.set_tabbed(wide < _TABS_BELOW[0] or tall < _TABS_BELOW[1])
        self._house(wide >= _BESIDE, tall >= _BELOW)
        window.side.setContentsMargins(0, *[window.look.px(8) if teaching.page_shown else 0] * 3)
        window.split.setSizes([side, max(1, window.width() - side - right), right])

    def _house(self, beside: bool, below: bool) -> None:
        window, teaching = self._window, self._window.teaching
        parts: list[tuple[str, QWidget, bool, bool]] = [
            ("Verdict", window.verdict, beside, teaching.sights.shows("verdict")),
            ("Comparison", window.table, below, teaching.sights.shows("table")),
        ]
        if teaching.page_shown is not None:
            parts.insert(0, ("Lesson", teaching.page_shown, beside, True))
        before = [part.parentWidget() for _, part, _, _ in parts]
        window.panes.set_guests({title: part for title, part, home, shown in parts if shown and not home})
        for title, part, home, shown in parts:
            if home or not shown:
                self.bring_home(title, part)
                part.setVisible(shown)
        window.side.setVisible(any(home and shown for title, _, home, shown in parts if title != "Comparison"))
        for (_, part, _, _), then in zip(parts, before, strict=True):
            if part.parentWidget() is not then:  # in a new place the style sheet forgets the colours of labels
                part.set_look(window.look)  # type: ignore[attr-defined]

    def bring_home(self, title: str, part: QWidget) -> None:
        """Put a part into its own place."""
        window = self._window
        if title == "Comparison":
            if window.column.indexOf(part) < 0:
                window.column.addWidget(part)
        elif window.side.indexOf(part) < 0:
            window.side.insertWidget(0 if title == "Lesson" else window.side.count(), part)
            window.side.setStretchFactor(window.side.indexOf(part), 3 if title == "Lesson" else 1)
