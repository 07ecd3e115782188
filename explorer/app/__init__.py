"""The window: the only package that knows Qt. Importing it does not import Qt; `create` and `start` do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.app.window import Window
    from explorer.specs import Study


def create(study: Study | None = None, *, size: tuple[int, int] = (1600, 900), theme: str = "light", scale: float = 1.0) -> Window:
    """The shown window, for tests and pictures: it reads no user state and opens no modal dialog.

    Makes the QApplication if there is none. The caller closes the window.
    """
    from explorer.app.start import make_application, make_window

    make_application()
    window = make_window(study, theme=theme, scale=scale)
    window.resize(*size)
    window.show()
    return window


def start(asked: str | None = None) -> int:
    """Open the window for a person and return the exit status once it is closed."""
    from explorer.app.start import run

    return run(asked)
