"""A strip under the bar that says one thing, with what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from explorer.app.look import Look, plain_look
from explorer.app.widgets.text import ElidedLabel

_MOST_ACTS = 2
Act = tuple[str, Callable[[], object]]


@dataclass(frozen=True)
class Notice:
    """What is said, and up to two buttons. A later notice with the same ``key`` takes its place."""

    key: str
    text: str
    acts: tuple[Act, ...] = ()


class NoticeBar(QFrame):
    """Shows the latest notice; dismissing it shows the one before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.setAccessibleName("Notice")
        self._notices: list[Notice] = []
        self.label = ElidedLabel("", self)
        self.buttons = tuple(QPushButton(self) for _ in range(_MOST_ACTS))
        self.dismissal = QPushButton("Dismiss", self)
        self.dismissal.setAccessibleName("Dismiss the notice")
        self.dismissal.clicked.connect(lambda: self.dismiss())
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.label, 1)
        for i, button in enumerate(self.buttons):
            button.clicked.connect(lambda _checked=False, at=i: self._act(at))
            self._row.addWidget(button)
        self._row.addWidget(self.dismissal)
        self.set_look(plain_look())
        self.hide()

    @property
    def text(self) -> str:
        """What is said at present, or nothing."""
        return self._notices[-1].text if self._notices else ""

    def set_look(self, look: Look) -> None:
        """Fonts and distances."""
        self._row.setContentsMargins(look.px(12), look.px(3), look.px(8), look.px(3))
        self._row.setSpacing(look.px(6))
        self.label.dress(look, "base")
        for button in (*self.buttons, self.dismissal):
            button.setFont(look.font("small"))

    def say(self, key: str, text: str, acts: Sequence[Act] = ()) -> None:
        """Say something; an empty text takes back what was said under ``key``."""
        self._notices = [n for n in self._notices if n.key != key]
        if text:
            self._notices.append(Notice(key, text, tuple(acts)[:_MOST_ACTS]))
        self._show()

    def dismiss(self) -> None:
        """Done with the present notice."""
        self._notices = self._notices[:-1]
        self._show()

    def _act(self, index: int) -> None:
        notice = self._notices[-1] if self._notices else None
        if notice is not None and index < len(notice.acts):
            self.say(notice.key, "")
            notice.acts[index][1]()

    def _show(self) -> None:
        notice = self._notices[-1] if self._notices else Notice("", "")
        self.label.show_text(notice.text)
        self.setAccessibleDescription(notice.text)
        for i, button in enumerate(self.buttons):
            button.setVisible(i < len(notice.acts))
            button.setText(notice.acts[i][0].replace("&", "&&") if i < len(notice.acts) else "")
        self.setVisible(bool(notice.text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)


__all__ = ["Notice", "NoticeBar"]
