"""What a presentation puts away, and brings back as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRect, Qt

from explorer.app.look import Look
from explorer.app.views.parts import Icon
from explorer.app.widgets.choice import ChoiceBox

if TYPE_CHECKING:
    from explorer.app.window import Window

_ANY_HEIGHT = 16_777_215  # Qt's own largest


@dataclass(frozen=True)
class Before:
    """A window before the room came."""

    look: Look
    theme: str
    scale: float
    filled: str | None
    state: Qt.WindowState
    geometry: QRect
    sizes: QByteArray


def kept(window: Window) -> Before:
    """How ``window`` is."""
    return Before(
        window.look, window.settings.theme, window.settings.scale, window.panes.filled, window.windowState(), window.geometry(),
        window.split.saveState(),
    )  # fmt: skip


def bring_back(window: Window, before: Before) -> None:
    """Theme, scale, panes, place and size as they were."""
    window.settings.theme, window.settings.scale = before.theme, before.scale
    if window.windowState() != before.state:
        window.setWindowState(before.state)
    window.setGeometry(before.geometry)
    window.set_look(before.look)
    window.panes.fill(before.filled)
    window.fit()
    window.split.restoreState(before.sizes)


def show_chrome(window: Window, on: bool) -> None:
    """What a room need not see: menus (whose shortcuts stay), bar, panel and the buttons of charts."""
    window.menuBar().setMinimumHeight(0)
    window.menuBar().setMaximumHeight(_ANY_HEIGHT if on else 0)  # hidden, its shortcuts would be deaf
    for part in (window.bar, window.knobs):
        part.setVisible(on)
    for pane in (*window.panes.panes.values(), *window.panes.further.values()):
        for button in (*pane.findChildren(Icon), *([pane.variants] if isinstance(pane.variants, ChoiceBox) else [])):
            button.setVisible(on)
    if window.teaching.panel is not None:
        window.teaching.panel.set_bare(not on)
