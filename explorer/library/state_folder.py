"""Where the program keeps what belongs to it and not to the user's own files: journals and locks."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_state_path

APP = "chip-architecture-explorer"


def state_folder() -> Path:
    """The platform's folder for such things; it need not exist yet."""
    return user_state_path(APP, appauthor=False)
