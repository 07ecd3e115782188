"""What the window remembers between runs: theme, scale, size, recent files. Lost or damaged settings mean defaults."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_config_path
from PySide6.QtCore import QByteArray

from explorer.charts.style import theme_names
from explorer.library.settings_file import SettingsFile
from explorer.library.state_folder import APP

_MOST_RECENT = 10
SCALES = (0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5)


class Settings:
    """Reads and writes a file; with no file it remembers for this run only. (QSettings would unpickle what its file says.)"""

    def __init__(self, path: Path | None) -> None:
        self._store = SettingsFile(path) if path else None
        self._memory: dict[str, object] = {}

    @classmethod
    def of_user(cls) -> Settings:
        """Settings in the platform's configuration folder."""
        return cls(user_config_path(APP, appauthor=False) / "settings.json")

    @property
    def said(self) -> str:
        """One line about a file that could not be read or written, or nothing."""
        return self._store.said if self._store else ""

    def _get(self, key: str) -> object:
        return self._store.get(key) if self._store else self._memory.get(key)

    def _set(self, key: str, value: object) -> None:
        if self._store:
            self._store.set(key, value)
        self._memory[key] = value

    @property
    def theme(self) -> str:
        """Name of a theme that exists."""
        name = self._get("theme")
        return name if isinstance(name, str) and name in theme_names() else "light"

    @theme.setter
    def theme(self, name: str) -> None:
        self._set("theme", name)

    @property
    def scale(self) -> float:
        """UI scale, within 0.75 and 2.5."""
        try:
            value = float(str(self._get("scale") or 1.0))
        except ValueError:
            return 1.0
        return value if SCALES[0] <= value <= SCALES[-1] else 1.0

    @scale.setter
    def scale(self, value: float) -> None:
        self._set("scale", value)

    @property
    def learner_notes(self) -> bool:
        """Whether knobs say what is easily mistaken; experts switch it off."""
        return str(self._get("learner_notes") or "on") != "off"

    @learner_notes.setter
    def learner_notes(self, on: bool) -> None:
        self._set("learner_notes", "on" if on else "off")

    @property
    def geometry(self) -> QByteArray | None:
        """Size and place of the window, as Qt saved it."""
        value = self._get("geometry")
        return QByteArray.fromBase64(value.encode("ascii", "replace")) if isinstance(value, str) else None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._set("geometry", bytes(value.toBase64().data()).decode("ascii"))

    @property
    def recent(self) -> list[str]:
        """Recently used files, newest first."""
        value = self._get("recent")
        listed = value if isinstance(value, list) else []
        return [v for v in listed if isinstance(v, str) and v and "\0" not in v][:_MOST_RECENT]

    @property
    def progress(self) -> dict[str, int]:
        """The furthest step of each lesson, from 1; the lesson that was open last stands last."""
        listed = (word.rpartition(":") for word in str(self._get("lessons") or "").split())
        return {lesson: int(step) for lesson, _, step in listed if lesson and step.isascii() and step.isdigit()}

    def keep_progress(self, lesson: str, step: int) -> None:
        """A step of ``lesson`` was reached; an earlier one than before changes nothing but which was open last."""
        known = self.progress
        furthest = max(step, known.pop(lesson, 0))
        self._set("lessons", " ".join(f"{name}:{at}" for name, at in (*known.items(), (lesson, furthest))))

    def remember(self, path: Path) -> None:
        """Put ``path`` first among the recent files."""
        name = str(path.absolute())
        self._set("recent", [name, *(r for r in self.recent if r != name)][:_MOST_RECENT])

    def forget(self, names: list[str]) -> None:
        """Take files off the list of recent ones."""
        self._set("recent", [r for r in self.recent if r not in names])

    def _words(self, key: str) -> list[str] | None:
        value = self._get(key)
        return [v for v in value if isinstance(v, str) and v] if isinstance(value, list) else None

    @property
    def hidden_columns(self) -> list[str]:
        """Columns that the table does not show."""
        return self._words("hidden_columns") or []

    @hidden_columns.setter
    def hidden_columns(self, keys: list[str]) -> None:
        self._set("hidden_columns", keys)

    @property
    def linked(self) -> list[str] | None:
        """Knobs that move in all scenarios; None where nobody has chosen."""
        return self._words("linked")

    @linked.setter
    def linked(self, keys: list[str]) -> None:
        self._set("linked", keys)

    @property
    def reopen(self) -> bool:
        """Whether the last study opens again at the next start."""
        return self._get("reopen") is not False

    @reopen.setter
    def reopen(self, value: bool) -> None:
        self._set("reopen", value)

    @property
    def last(self) -> str:
        """The file of the study that was open last, or nothing."""
        value = self._get("last")
        return value if isinstance(value, str) and "\0" not in value else ""

    @last.setter
    def last(self, value: str) -> None:
        self._set("last", value)
