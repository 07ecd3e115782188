"""The centre: four cards in a grid, one of them filling it, or all as tabs when the window is small."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from explorer.app.look import Look
from explorer.app.pane_tabs import PaneTabs, place_panes
from explorer.app.views import Pane
from explorer.app.views.validation_pane import ValidationPane
from explorer.charts import VARIANTS, Chart

PANES: tuple[tuple[str, str], ...] = (
    ("roofline", "Roofline"),
    ("memory", "Memory fit"),
    ("interconnect", "Interconnect"),
    ("time", "Time of a step"),
)
FURTHER: tuple[tuple[str, str], ...] = (("validation", "Validation"),)
"""Panes without a place among the four: they fill the centre, or stand behind a tab."""
_ALL = (*PANES, *FURTHER)


class PaneGrid(QWidget):
    """Shows charts by name in their panes. Only panes that can be seen are given charts: ask `visible_charts`."""

    export_asked, taken = Signal(str), Signal(str, str)
    layout_changed, hovered = Signal(), Signal(str, str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panes")
        self.panes: dict[str, Pane] = {}
        self._shown = {key: key for key, _ in PANES}
        self._filled: str | None = None
        self._only: tuple[str, ...] = ()
        self._tabbed = False
        self._guests: dict[str, QWidget] = {}
        self._tabs = PaneTabs(self, _ALL)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        (outer := QVBoxLayout(self)).setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._tabs)
        outer.addLayout(self._grid, 1)
        for i, (key, title) in enumerate(PANES):
            self.panes[key] = self._make_pane(key, title, look)
            self._grid.addWidget(self.panes[key], i // 2, i % 2)
        self.validation = ValidationPane(look, self)
        self.further: dict[str, Pane] = {"validation": self.validation}
        for key, title in FURTHER:
            self._name_pane(self.further[key], key, title)
            self._grid.addWidget(self.further[key], 0, 0, 2, 2)
        self._tabs.currentChanged.connect(self._arrange)
        self.set_look(look)
        self._arrange()

    def _make_pane(self, key: str, title: str, look: Look) -> Pane:
        pane = Pane(look, self, VARIANTS.get(key, ()))
        self._name_pane(pane, key, title)
        pane.variant_chosen.connect(partial(self._choose, key))
        pane.hovered.connect(partial(self.hovered.emit, key))
        return pane

    def _name_pane(self, pane: Pane, key: str, title: str) -> None:
        pane.setAccessibleName(title)
        if pane.variants is not None:
            pane.variants.name(f"{title}: what is drawn")
        pane.fill_toggled.connect(lambda on: self.fill(key if on else None))
        pane.export_asked.connect(self.export_asked)
        pane.taken.connect(self.taken)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and distances."""
        self._grid.setSpacing(look.px(8))
        self._tabs.setFont(look.font("base"))
        for pane in (*self.panes.values(), *self.further.values()):
            pane.set_look(look)

    def set_tabbed(self, on: bool) -> None:
        """One pane at a time, behind tabs. What filled the centre stays in sight, and a further pane when tabs go."""
        if on == self._tabbed:
            return
        seen = self.visible_keys()
        self._tabbed = on
        if on and self._filled:
            with QSignalBlocker(self._tabs):
                self._tabs.bring(self._filled)
        elif not on and seen and seen[0] in self.further:
            self._filled = seen[0]
        self._arrange()

    def set_guests(self, guests: Mapping[str, QWidget]) -> None:
        """Parts of the window that have no room of their own, by title, stand behind tabs after the charts."""
        if list(guests) == list(self._guests):
            return
        self._guests = dict(guests)
        self._tabs.set_guests(list(guests), (self._only or tuple(self.panes))[0])
        for part in guests.values():
            self._grid.addWidget(part, 0, 0, 2, 2)
        self._arrange()

    def show_guest(self, title: str) -> None:
        """Bring a guest's tab to the front."""
        self._tabs.bring(title)

    def visible_charts(self) -> tuple[str, ...]:
        """Names of the charts that can be seen now, one a visible pane."""
        return tuple(self._shown[key] for key in self.visible_keys() if key in self._shown)

    def _choose(self, key: str, chart: str) -> None:
        self._shown[key] = chart
        self.layout_changed.emit()

    def visible_keys(self) -> tuple[str, ...]:
        """Keys of the panes that can be seen now."""
        if self._tabbed:
            return (self._tabs.key,) if self._tabs.key else ()
        return (self._filled,) if self._filled else self._only or tuple(self.panes)

    def limit(self, keys: Sequence[str] = ()) -> None:
        """Show these of the four only, one under the other; without any, all of them. Behind tabs the first comes to the front."""
        only = tuple(k for k in keys if k in self.panes)
        if only == self._only:
            return
        self._only = only
        self._tabs.show_only(only)
        with QSignalBlocker(self._tabs):
            self._tabs.bring(only[0] if only else "")
        self._arrange()

    def fill(self, key: str | None) -> None:
        """Let one pane fill the centre; None brings all back."""
        if self._tabbed and key:
            self._tabs.bring(key)
        self._filled = key
        self._arrange()

    @property
    def filled(self) -> str | None:
        """The pane that fills the centre, if one does."""
        return self._filled

    def _arrange(self, _index: int = 0) -> None:
        self._tabs.setVisible(self._tabbed and len(self._only) + len(self._guests) != 1)
        seen, chosen = self.visible_keys(), bool(self._only) and not self._tabbed and not self._filled
        for key, pane in (*self.panes.items(), *self.further.items()):
            pane.setVisible(key in seen)
            pane.set_filled(key == self._filled)
        for title, part in self._guests.items():
            part.setVisible(self._tabbed and title == self._tabs.guest)
        place_panes(self._grid, self.panes, [k for k in seen if k in self.panes], chosen=chosen)
        self.layout_changed.emit()

    def show_charts(self, charts: Mapping[str, Chart]) -> None:
        """Draw charts in the panes of their keys."""
        for key, name in self._shown.items():
            if name in charts:
                self.panes[key].show_chart(charts[name])

    def said(self, key: str) -> str:
        """The read-out under the hand in one pane, or nothing."""
        view = self.panes[key].view
        return view.tip.text if view else ""

    def show_ghost(self, charts: Mapping[str, Chart] | None) -> None:
        """Faint lines of an earlier state; None clears them."""
        for key, pane in self.panes.items():
            pane.show_ghost(charts.get(self._shown[key]) if charts else None)

    def hold_axes(self, on: bool) -> None:
        """Keep all axes where they are while a drag lasts."""
        for pane in self.panes.values():
            pane.hold_axes(on)


__all__ = ["FURTHER", "PANES", "PaneGrid"]
