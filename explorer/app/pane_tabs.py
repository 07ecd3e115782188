"""The tabs of the centre in a small window, and where panes stand side by side in a large one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QGridLayout, QTabBar, QWidget

_SHORT = {"Memory fit": "Memory", "Interconnect": "Network", "Time of a step": "Time", "Comparison": "Table"}


class PaneTabs(QTabBar):
    """A tab a pane, by key, and behind them one for each guest, by title."""

    def __init__(self, parent: QWidget, panes: Sequence[tuple[str, str]]) -> None:
        super().__init__(parent)
        self.setAccessibleName("Panes")
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setUsesScrollButtons(False)  # all in sight, if need be with their names cut
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self._keys = [key for key, _ in panes]
        self._guests: tuple[str, ...] = ()
        for _, title in panes:
            self._add(title)

    def _add(self, title: str) -> None:
        self.setTabToolTip(self.addTab(_SHORT.get(title, title)), title)

    @property
    def key(self) -> str:
        """The pane in front; empty for a guest."""
        return dict(enumerate(self._keys)).get(self.currentIndex(), "")

    @property
    def guest(self) -> str:
        """The guest in front; empty for a pane."""
        return dict(enumerate(self._guests, start=len(self._keys))).get(self.currentIndex(), "")

    def bring(self, name: str) -> None:
        """Put a pane, by key, or a guest, by title, in front."""
        names = [*self._keys, *self._guests]
        if name in names:
            self.setCurrentIndex(names.index(name))

    def set_guests(self, titles: Sequence[str], first: str) -> None:
        """Others behind the panes. Where one of those that go is in front, ``first`` comes in its place."""
        with QSignalBlocker(self):
            if self.currentIndex() >= len(self._keys):  # else the tab beside it would come
                self.bring(first)
            while self.count() > len(self._keys):
                self.removeTab(len(self._keys))
            self._guests = tuple(titles)
            for title in titles:
                self._add(title)

    def show_only(self, keys: Sequence[str]) -> None:
        """Tabs of these panes; without any, of all."""
        with QSignalBlocker(self):
            for i, key in enumerate(self._keys):
                wanted = not keys or key in keys
                if wanted != self.isTabVisible(i):  # Qt forgets a change when one that is none follows it
                    self.setTabVisible(i, wanted)


def place_panes(grid: QGridLayout, panes: Mapping[str, QWidget], seen: Sequence[str], *, chosen: bool) -> None:
    """Each pane in its own corner; those of a ``chosen`` few in their order, two of them one under the other."""
    listed = list(panes)
    across = 1 if len(seen) < 3 else 2
    places = {k: divmod(seen.index(k), across) if chosen and k in seen else divmod(listed.index(k), 2) for k in listed}
    for key, (row, column) in places.items():
        if grid.getItemPosition(grid.indexOf(panes[key]))[:2] != (row, column):  # type: ignore[index]
            grid.addWidget(panes[key], row, column)
    rows, columns = {places[k][0] for k in seen}, {places[k][1] for k in seen}
    for line in range(len(listed)):
        grid.setRowStretch(line, int(line in rows))
        grid.setColumnStretch(line, int(line in columns))
