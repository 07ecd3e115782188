"""Presets of one's own: copied, saved, renamed, removed and taken back, with one line where that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QUrl

from explorer.app.dialogs import Dialogs
from explorer.errors import ExplorerError
from explorer.library import make_scenario, save_preset, user_folder
from explorer.library.own import copy_name, is_own, own_copy, put_aside, put_in, renamed, root_of, take_back
from explorer.library.user import Preset
from explorer.specs import Chip, Scenario, taken

if TYPE_CHECKING:
    from explorer.app.library.librarian import Librarian
    from explorer.app.window import Window

TITLE = "Library"
T = TypeVar("T")


def guarded(dialogs: Dialogs, act: Callable[[], T]) -> T | None:
    """What ``act`` gives; None, and one line, where it cannot be."""
    try:
        return act()
    except ExplorerError as error:
        dialogs.tell(TITLE, str(error))
        return None


class Keeper(QObject):
    """Writes into the user's folder. The librarian reads it again after each change."""

    def __init__(self, window: Window, librarian: Librarian) -> None:
        super().__init__(librarian)
        self._window, self._librarian = window, librarian

    def duplicate(self, spec: Preset) -> None:
        """A copy of a preset with a name of its own, in the study, and the editor open on it."""
        document = self._window.document
        copy = guarded(self._window.dialogs, lambda: own_copy(spec, copy_name(spec, document.library), document.library))
        if copy is None:
            return
        if isinstance(copy, Chip) and isinstance(spec, Chip):
            made = guarded(self._window.dialogs, lambda: self._scenario_of(spec))
            if made is None or not self._window.scenarios.take(put_in(made, copy), "Duplicate to edit"):
                return
        else:
            self._librarian.exchange(put_in(self._librarian.scenario, copy), f"Duplicate {spec.name}")
        self._librarian.specify(root_of(copy))

    def _scenario_of(self, chip: Chip) -> Scenario:
        like, library = self._librarian.scenario, self._window.document.library
        made = make_scenario(
            library, chip=chip.id, workload=next(iter(library.workloads)), phase=like.job.phase, batch=like.job.batch,
            context=like.job.context, chips=like.plan.chips, tp=like.plan.tp, efficiency=like.efficiency,
        )  # fmt: skip
        return taken(made, workload=like.workload)

    def duplicate_in_hand(self) -> None:
        """The chip of the scenario in hand becomes a copy of its own, and the editor opens on it."""
        library, chip = self._window.document.library, self._librarian.scenario.chip
        copy = guarded(self._window.dialogs, lambda: own_copy(chip, copy_name(chip, library), library))
        if copy is not None:
            self._librarian.exchange(put_in(self._librarian.scenario, copy), f"Duplicate {chip.name}")
            self._librarian.specify("chip")

    def keep(self, root: str) -> None:
        """Save the chip, fabric or model in hand as a preset; the scenario takes the preset."""
        spec: Preset = getattr(self._librarian.scenario, root)
        library = self._window.document.library
        own = is_own(spec, self._librarian.folder)
        fresh = copy_name(spec, library) if not own and any(spec.name == s.name for s in getattr(library, f"{root}s").values()) else spec.name
        name = self._window.dialogs.text("Save as my preset", f"Name of your {root}", fresh)
        if not name:
            return
        again = own and name == spec.name
        if again and not self._window.dialogs.confirm("Save as my preset", f"Replace your preset {name}?", "Replace"):
            return
        kept = guarded(self._window.dialogs, lambda: self._kept(spec, name, again=again))
        if kept is not None:
            self._librarian.reload()
            self._librarian.exchange(put_in(self._librarian.scenario, kept), f"Save {name} as a preset")
            self._librarian.say(f"{name} is saved in your library.", (("Browse", lambda: self._librarian.browse(root)),))

    def _kept(self, spec: Preset, name: str, *, again: bool) -> Preset:
        kept = spec if again else own_copy(spec, name, self._window.document.library)
        save_preset(kept, self._librarian.folder, overwrite=again)
        return kept

    def rename(self, spec: Preset) -> None:
        """Ask for another name of one's own preset."""
        name = self._window.dialogs.text("Rename", f"Name of your {root_of(spec)}", spec.name)
        if name and guarded(self._window.dialogs, lambda: renamed(spec, name, self._librarian.folder)) is not None:
            self._librarian.reload()

    def remove(self, spec: Preset) -> None:
        """Put one's own preset aside, once that is confirmed; it can be taken back."""
        question = f"Remove {spec.name} from your library? Studies that use it keep its values."
        if not self._window.dialogs.confirm("Remove", question, "Remove"):
            return
        aside = guarded(self._window.dialogs, lambda: put_aside(spec, self._librarian.folder))
        if aside is not None:
            self._librarian.reload()
            self._librarian.say(f"{spec.name} is removed from your library.", (("Take back", lambda: self.take_back(aside, spec)),))

    def take_back(self, aside: Path, spec: Preset) -> None:
        """A removed preset again."""
        guarded(self._window.dialogs, lambda: take_back(aside, spec, self._librarian.folder))
        self._librarian.reload()

    def reveal(self) -> None:
        """Show the folder of the user's presets in the system's file manager."""
        folder = user_folder() if self._librarian.folder is None else self._librarian.folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._window.dialogs.tell(TITLE, f"cannot make {folder}: {(error.strerror or '').lower()}")
            return
        self._window.dialogs.open_outside(QUrl.fromLocalFile(str(folder)))


__all__ = ["TITLE", "Keeper", "guarded"]
