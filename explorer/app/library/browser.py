"""The library's window: all presets, searched and filtered; the chosen ones side by side; the source of every number."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence, QShortcut

from explorer.app.library.browser_face import KINDS, BrowserFace
from explorer.library.listing import LEVELS, NO_YEAR, Wanted, choices, listed
from explorer.library.machines import listed_machines, machine_sheet
from explorer.library.own import is_own
from explorer.library.sheet import Sheet, sheet
from explorer.library.user import Preset
from explorer.specs import Instance

if TYPE_CHECKING:
    from explorer.app.window import Window

_USE = {"chip": "Add as scenario", "fabric": "Use as fabric", "workload": "Use as workload", "instance": "Add as scenario"}


class Browser(BrowserFace):
    """Shows and asks; what is done with a preset is the librarian's."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._librarian = window, window.librarian
        self.root = "chip"
        self.wanted = Wanted()
        self._compared: Sheet | None = None
        self._connect()
        self.set_look(window.look)

    def _connect(self) -> None:
        document = self._window.document
        document.library_changed.connect(self.refresh)
        self.kinds.chosen.connect(lambda root: self.show_root(str(root)))
        self.search.textChanged.connect(lambda text: self._narrow("text", text))
        for key, box in self.filters.items():
            box.chosen.connect(partial(self._narrow, key))
            box.reset_asked.connect(partial(self._narrow, key, ""))
        self.list.chosen.connect(self._show_chosen)
        self.list.used.connect(self._use)
        self.table.pointed.connect(self._show_source)
        self.source.open_asked.connect(self._window.dialogs.open_outside)
        self.differences.toggled.connect(self._tick)
        self.copy.clicked.connect(lambda: self.table.copy())
        self.use.clicked.connect(self._use)
        self.duplicate.clicked.connect(lambda: self._on_first(self._librarian.keeper.duplicate))
        self._menu.aboutToShow.connect(self._fill_menu)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)

    # ---- what is listed

    def show_root(self, root: str) -> None:
        """List chips, fabrics, workloads or rented machines; those of the scenarios side by side are chosen."""
        if root != self.root:
            self.wanted = Wanted(text=self.wanted.text, owner=self.wanted.owner)
        self.root = root
        self.kinds.show_value(root)
        self.use.setText(_USE[root])
        scenarios = self._window.document.study.scenarios
        self._list(tuple(s.offer.instance if s.offer else "" for s in scenarios) if root == "instance" else tuple(getattr(s, root).id for s in scenarios))

    def refresh(self) -> None:
        """The presets have changed."""
        self._list(tuple(spec.id for spec in self.list.picked()))

    def _narrow(self, name: str, value: object) -> None:
        self.wanted = Wanted(**{**vars(self.wanted), name: str(value)})
        self.refresh()

    def _list(self, chosen: tuple[str, ...]) -> None:
        library = self._window.document.library
        every = listed_machines(library) if self.root == "instance" else listed(library, self.root)
        rows = tuple(row for row in every if self.wanted.matches(row))
        any_vendor = {"workload": "Any family", "instance": "Any provider"}.get(self.root, "Any vendor")
        for key, entries in (
            ("vendor", choices(every, lambda row: row.vendors, any_vendor)),
            ("year", choices(every, lambda row: [str(row.year or NO_YEAR)], "Any year")),
            ("confidence", choices(every, lambda row: [row.confidence], "Any confidence", list(LEVELS).index)),
            ("owner", choices(every, lambda row: ["own" if row.own else "shipped"], "All")),
        ):
            self.filters[key].offer(entries, getattr(self.wanted, key))
        self.filters["year"].setVisible(self.root == "chip")
        told = self._librarian.told
        left_out = f"; {len(told)} of your files left out: {told[0]}" if told else ""
        self.count.show_text(f"{len(rows)} of {len(every)} {KINDS[self.root].lower()}{left_out}")
        self.count.set_tip("\n".join(told))
        self.list.show_rows(self.root, rows, chosen)

    # ---- what is shown of it

    def _show_chosen(self) -> None:
        self._compared = None
        self._show_sheet()
        self.use.setEnabled(bool(self.list.picked()))
        self.duplicate.setEnabled(bool(self._presets()))

    def show_comparison(self, name: str, compared: Sheet) -> None:
        """Shipped, now and the difference, until another preset is chosen."""
        self._compared = compared
        self.title.show_text(f"{name} against the shipped original")
        self.table.show_sheet(compared)

    def _show_sheet(self) -> None:
        specs = self.list.picked()
        if self._compared is not None:
            self.table.show_sheet(self._compared)
            return
        found = self._sheet() if specs else Sheet(self.root, (), ())
        several = len(specs) > 1
        self.differences.setEnabled(several)
        self.title.show_text(f"{len(specs)} side by side" if several else specs[0].name if specs else "Nothing matches")
        self.table.show_sheet(found.only_differences() if several and self.differences.isChecked() else found)

    def _presets(self) -> tuple[Preset, ...]:
        """What is chosen, where one can have it of one's own: machines are rented as they are."""
        return tuple(spec for spec in self.list.picked() if not isinstance(spec, Instance))

    def _sheet(self) -> Sheet:
        machines = [spec for spec in self.list.picked() if isinstance(spec, Instance)]
        return machine_sheet(self._window.document.library, machines) if machines else sheet(self.root, self._presets())

    def _tick(self, on: bool) -> None:
        self.differences.setText(f"{'✓ ' if on else ''}Differences only")
        self._show_sheet()

    def _show_source(self) -> None:
        found = self.table.current()
        if found is None:
            self.source.show_source("", "", None)
            return
        row, cell = found
        column = self.table.model_.sheet.columns[self.table.currentIndex().column()]
        self.source.show_source(f"{row.label}: {cell.text} · {column}", cell.about(), cell.source)

    # ---- what is done with it

    def _use(self) -> None:
        for spec in self.list.picked() if self.root in ("chip", "instance") else self.list.picked()[:1]:
            self._librarian.use(spec)

    def _on_first(self, act: object) -> None:
        picked = self._presets()
        if picked and callable(act):
            act(picked[0])

    def _compare(self, spec: Preset) -> None:
        found = self._librarian.compared(spec)
        if found is not None:
            self.show_comparison(spec.name, found)

    def _fill_menu(self) -> None:
        """What is possible with the preset that is chosen."""
        self._menu.clear()
        picked, keeper = self._presets(), self._librarian.keeper
        own = bool(picked) and is_own(picked[0], self._librarian.folder)
        for text, act, possible in (
            ("Compare with the shipped original", self._compare, bool(picked) and self._librarian.compared(picked[0]) is not None),
            ("Rename…", keeper.rename, own),
            ("Remove…", keeper.remove, own),
        ):
            self._menu.addAction(text, partial(self._on_first, act)).setEnabled(possible)
        self._menu.addSeparator()
        self._menu.addAction("Show the folder of my presets", keeper.reveal)
        self._menu.addAction("Read my presets again", self._librarian.reload)


__all__ = ["Browser"]
