"""What a person does with presets: look at them, use them, copy them, compare them. Acts on the document of one window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from explorer.app.library.keeper import TITLE, Keeper
from explorer.app.look import Look
from explorer.app.references import reference
from explorer.app.widgets.notice import Act
from explorer.errors import ExplorerError
from explorer.library import edits, user_library
from explorer.library.edits import differences, preset_of
from explorer.library.fields import source_of
from explorer.library.listing import Shown
from explorer.library.newer import newer_line, updated
from explorer.library.own import root_of
from explorer.library.sheet import Sheet, comparison
from explorer.library.user import Preset
from explorer.specs import Chip, Instance, Scenario, Source, Spec, value_at

if TYPE_CHECKING:
    from explorer.app.library.browser import Browser
    from explorer.app.library.editor import SpecEditor
    from explorer.app.window import Window

_NEWER, _LEFT_OUT, _DONE = "newer", "left out", "done"


class Librarian(QObject):
    """``folder``: where the user's presets lie; None is the platform's place."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.folder: Path | None = None
        self.browser: Browser | None = None
        self.editor: SpecEditor | None = None
        self.keeper = Keeper(window, self)
        self._told: tuple[str, ...] = ()
        window.document.saved.connect(self.look_for_newer)
        window.closed.connect(self.close_windows)

    @property
    def scenario(self) -> Scenario:
        """The one in hand."""
        study = self._window.document.study
        return study.scenarios[study.active]

    def set_look(self, look: Look) -> None:
        """Fonts and colours of the strip and of the windows that are open."""
        self._window.notices.set_look(look)
        for part in (self.browser, self.editor):
            if part is not None:
                part.set_look(look)

    # ---- windows

    def browse(self, root: str = "chip") -> Browser:
        """The library's window."""
        from explorer.app.library.browser import Browser  # with the first look, not at launch

        if self.browser is None:
            self.browser = Browser(self._window)
            self.browser.finished.connect(lambda _code: setattr(self, "browser", None))
        self.browser.show_root(root)
        self.browser.present()
        return self.browser

    def specify(self, root: str = "chip") -> SpecEditor:
        """The window in which every field of the scenario in hand is edited."""
        from explorer.app.library.editor import SpecEditor

        if self.editor is None:
            self.editor = SpecEditor(self._window)
            self.editor.finished.connect(lambda _code: setattr(self, "editor", None))
        self.editor.show_root(root)
        self.editor.present()
        return self.editor

    def specify_scenario(self, index: int) -> None:
        """Take a scenario in hand and edit its chip."""
        self._window.document.activate(index)
        self.specify()

    def close_windows(self) -> None:
        """Browser and editor go with the window."""
        for part in (self.browser, self.editor):
            if part is not None:
                part.close()

    # ---- the presets that there are

    def reload(self) -> None:
        """Read the user's folder again; files that are wrong are told."""
        try:
            library, told = user_library(self.folder)
        except ExplorerError as error:
            self._window.dialogs.tell(TITLE, str(error))
            return
        self.tell_left_out(told)
        self._window.document.set_library(library)

    def tell_left_out(self, told: Sequence[str]) -> None:
        """Say which files of the user's folder were left out."""
        self._told = tuple(told)
        several = f"{len(told)} files of your library were left out: " if len(told) > 1 else "Left out of your library: "
        acts = (("Show all", lambda: self._window.dialogs.tell("Left out of your library", "\n".join(told))),) if len(told) > 1 else ()
        self._window.notices.say(_LEFT_OUT, f"{several}{told[0]}" if told else "", acts)

    @property
    def told(self) -> tuple[str, ...]:
        """Files of the user's folder that were left out, and why."""
        return self._told

    def look_for_newer(self) -> None:
        """After a study was opened or saved: say where the presets have other values by now."""
        document = self._window.document
        line = newer_line(document.library, document.study)
        self._window.notices.say(_NEWER, line, (("Update to present values", self.update),))

    def update(self) -> None:
        """The study with the presets' present values; edits stay."""
        document = self._window.document
        self._window.notices.say(_NEWER, "")
        after = updated(document.library, document.study)
        if after == document.study:
            self.say("The study has the presets' present values.")
        document.replace(after, "Update to present values")

    def say(self, text: str, acts: Sequence[Act] = ()) -> None:
        """Tell in the strip what was done."""
        self._window.notices.say(_DONE, text, acts)

    # ---- using presets

    def use(self, spec: Shown) -> None:
        """A chip or a rented machine as a scenario beside the others, a fabric or a model in the scenario in hand."""
        if isinstance(spec, Chip | Instance):
            self._window.scenarios.add(spec.id)
        elif root_of(spec) == "fabric":
            self._window.scenarios.choose_fabric(spec.id)
        else:
            self._window.scenarios.choose_workload(spec.id)

    # ---- against the shipped ones

    def compare_in_hand(self) -> None:
        """What was changed in the scenario in hand, against what is shipped."""
        document, now = self._window.document, self.scenario
        before = reference(document.library, document.opened, document.study, document.study.active)
        found = comparison(edits(document.library, now), lambda path: (_source(before, path), _source(now, path)))
        self.browse().show_comparison(now.name, found)

    def compared(self, spec: Preset) -> Sheet | None:
        """One's own preset against the shipped one that it is based on; None where it names none."""
        shipped = preset_of(self._window.document.library, root_of(spec), spec)
        if shipped is None or shipped is spec:
            return None
        root = root_of(spec)
        return comparison(differences(root, shipped, spec), lambda path: (_source_in(shipped, path), _source_in(spec, path)))

    def exchange(self, scenario: Scenario, text: str) -> None:
        """Another scenario in the place of the one in hand, as one step."""
        study = self._window.document.study
        self._window.document.replace(study.with_scenario(study.active, scenario), text)


def _source(scenario: Scenario, path: str) -> Source | None:
    """Where the value at ``path`` of a scenario comes from."""
    part = getattr(scenario, path.partition(".")[0])
    return None if part is None else _source_in(part, path)


def _source_in(part: Spec, path: str) -> Source | None:
    inside = path.partition(".")[2]
    found: Source | None = source_of(part, inside) if value_at(part, inside) is not None else None
    return found


__all__ = ["Librarian"]
