"""Where the number under the hand comes from: reference, confidence, date, note, what others say, and a way to the page."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from explorer.app.look import Look, tip
from explorer.app.widgets.text import ElidedLabel
from explorer.specs import Source

_SCHEMES = ("http", "https")


def web_address(source: Source | None) -> QUrl | None:
    """The page of a source, if it is one that a browser may be sent to."""
    url = QUrl(source.url.strip(), QUrl.ParsingMode.StrictMode) if source is not None else QUrl()
    return url if url.isValid() and url.scheme() in _SCHEMES and url.host() else None


class SourceBox(QFrame):
    """Plain text, to be read and copied. ``open_asked`` carries a web address, and only on a click."""

    open_asked = Signal(QUrl)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.setAccessibleName("Source of the number")
        self.title, self.text = ElidedLabel("", self), QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("Source")
        self.page = QPushButton("Open the page", self)
        self.page.clicked.connect(self._open)
        self._url: QUrl | None = None
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.page)
        self._rows = QVBoxLayout(self)
        self._rows.addLayout(head)
        self._rows.addWidget(self.text, 1)

    def set_look(self, look: Look) -> None:
        """Fonts and distances."""
        self._rows.setContentsMargins(*[look.px(8)] * 4)
        self._rows.setSpacing(look.px(4))
        self.title.dress(look, "bold")
        self.text.setFont(look.font("small"))
        self.page.setFont(look.font("small"))
        self.text.setMinimumHeight(look.px(64))

    def show_source(self, title: str, about: str, source: Source | None) -> None:
        """What is known of one number."""
        self.title.show_text(title)
        url = source.url.strip() if source is not None else ""
        self.text.setPlainText("\n".join(part for part in (about, url) if part))
        self._url = web_address(source)
        self.page.setEnabled(self._url is not None)
        self.page.setToolTip(tip(self._url.toString() if self._url else "No web page is given"))
        self.page.setAccessibleDescription(self._url.toString() if self._url else "No web page is given")

    def _open(self) -> None:
        if self._url is not None:
            self.open_asked.emit(self._url)


__all__ = ["SourceBox", "web_address"]
