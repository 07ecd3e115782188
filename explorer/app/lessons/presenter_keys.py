"""Keys of a presentation, as clickers send them. They go to the widget with the focus first, so they are caught there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QApplication, QLineEdit, QPlainTextEdit, QWidget
from shiboken6 import isValid

if TYPE_CHECKING:
    from explorer.app.lessons.presenter import Presenter
    from explorer.app.window import Window

SHEET = (
    "F5   presenter mode, Esc ends it",
    "Page down, Page up   next and previous step, or chart",
    "B or .   black-out",
    "H   ring around the pointer",
    "Space   play or pause the knob in the hand; + and - set the pace",
)
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier, Qt.KeyboardModifier.ShiftModifier)


class PresenterKeys(QObject):
    """Watches the window and whoever has the focus, for as long as a presentation lasts."""

    def __init__(self, window: Window, presenter: Presenter) -> None:
        super().__init__(presenter)
        self._window, self._presenter = window, presenter
        self._watched: QWidget | None = None
        key = Qt.Key
        self._acts = {
            key.Key_PageDown: lambda: presenter.turn(1), key.Key_PageUp: lambda: presenter.turn(-1),
            key.Key_Escape: presenter.end, key.Key_B: presenter.black_out, key.Key_Period: presenter.black_out,
            key.Key_H: presenter.toggle_halo, key.Key_Space: presenter.play,
            key.Key_Plus: lambda: presenter.player.faster(1), key.Key_Equal: lambda: presenter.player.faster(1),
            key.Key_Down: lambda: presenter.scroll(1), key.Key_Up: lambda: presenter.scroll(-1),
            key.Key_Minus: lambda: presenter.player.faster(-1),
        }  # fmt: skip

    def watch(self) -> None:
        """Begin."""
        self._window.installEventFilter(self)
        QApplication.instance().focusChanged.connect(self._focus)  # type: ignore[union-attr]
        self._focus(None, QApplication.focusWidget())

    def stop(self) -> None:
        """End."""
        self._window.removeEventFilter(self)
        QApplication.instance().focusChanged.disconnect(self._focus)  # type: ignore[union-attr]
        self._focus(None, None)

    def _focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        if self._watched is not None and isValid(self._watched):  # who dies loses the focus before it says that it is gone
            self._watched.removeEventFilter(self)
            self._watched.destroyed.disconnect(self._forget)
        self._watched = now if now is not None and now is not self._window and self._window.isAncestorOf(now) else None
        if self._watched is not None:
            self._watched.installEventFilter(self)
            self._watched.destroyed.connect(self._forget)

    def _forget(self) -> None:
        self._watched = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys of a presentation; leave those that somebody types."""
        kind = event.type()
        if kind not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride) or not isinstance(event, QKeyEvent):
            return False
        black = self._presenter.black is not None and not self._presenter.black.isHidden()
        act = self._presenter.black_out if black else self._act(watched, event)
        if act is None:
            return False
        event.accept()
        if kind == QEvent.Type.KeyPress:
            act()
        return True

    def _act(self, watched: QObject, event: QKeyEvent):  # type: ignore[no-untyped-def]
        key = Qt.Key(event.key())
        if event.modifiers() not in _PLAIN or (self._typing(watched) and key not in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_Escape)):
            return None
        if key == Qt.Key.Key_Space and isinstance(watched, QAbstractButton):
            return None  # it presses the button
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and (isinstance(watched, QAbstractSlider | QAbstractButton) or watched.property("arrows")):
            return None  # it moves what has the focus
        return self._acts.get(key)

    def _typing(self, watched: QObject) -> bool:
        return isinstance(watched, QLineEdit | QPlainTextEdit)
