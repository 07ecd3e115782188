"""Settings as JSON: what cannot be read is set aside and never stops anybody; what cannot be written lasts for this run."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.library.text_files import MIB, read_text, shown
from explorer.library.whole_files import write_whole

VERSION = 1
_VERSION_KEY = "version"


class SettingsFile:
    """A dictionary that outlives the program. ``said`` is one line about what went wrong, or empty."""

    def __init__(self, path: Path) -> None:
        self.path, self.said = path, ""
        self._writable = True
        self._values = self._read()

    def get(self, key: str) -> Any:
        """The value of ``key``: text, number, list, anything that JSON has; None where nobody set it."""
        return self._values.get(key)

    def set(self, key: str, value: Any) -> None:
        """Remember ``value``, on the disk if that can be. Other windows' settings stay theirs."""
        if key in self._values and self._values[key] == value:
            return
        if self._writable:
            self._values = self._values | self._read() | {key: value}
            self._write()
        self._values[key] = value

    def _read(self) -> dict[str, Any]:
        try:
            if not os.path.lexists(self.path):
                return {}
            return parse_settings(read_text(self.path, "a settings file"), shown(self.path))
        except (ExplorerError, OSError, ValueError) as error:
            self._set_aside(str(error))
            return {}

    def _set_aside(self, why: str) -> None:
        """Keep the file that cannot be used under another name; a folder, or what cannot be renamed, stays where it is."""
        aside = self.path.with_name(f"{self.path.stem}.unreadable{self.path.suffix}")
        try:
            if not self.path.is_file():
                raise OSError(why)
            os.replace(self.path, aside)
            self.said = f"{why}; it was kept as {aside.name}, and the usual settings are in force"
        except OSError:
            self._writable = False
            self.said = f"{why}; the usual settings are in force, and changes last until the program ends"

    def _write(self) -> None:
        text = json.dumps({_VERSION_KEY: VERSION} | self._values, indent=1, ensure_ascii=False)
        try:
            with contextlib.suppress(OSError):  # the write itself says what is wrong
                self.path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.path, text.encode("utf-8", "replace"))
        except ExplorerError as error:
            self._writable = False
            self.said = f"{error}; changed settings last until the program ends"


def parse_settings(text: str, where: str) -> dict[str, Any]:
    """Settings from JSON text. Raises `ExplorerError`."""
    try:
        found = json.loads(text) if len(text) <= MIB else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ExplorerError(f"{where} is not a settings file")
    version = found.pop(_VERSION_KEY, None)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ExplorerError(f"{where} is not a settings file: it has no version")
    if version > VERSION:
        raise ExplorerError(f"{where} comes from a newer version of the program")
    return found
