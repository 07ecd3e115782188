"""A lesson's text: Markdown with formulas, numbers that follow the study, and numbers that can be dragged. Nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QPalette,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextImageFormat,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from explorer.app.lessons.formulas import Formulas
from explorer.app.look import Look, plain_look
from explorer.lessons.prose import Piece, pieces

_OPEN, _SHUT = "\ue000", "\ue001"  # of the private use area: no text of a lesson needs them
_MARK = re.compile(f"{_OPEN}(\\d+){_SHUT}")
_FEATURES = QTextDocument.MarkdownFeature.MarkdownNoHTML | QTextDocument.MarkdownFeature.MarkdownDialectGitHub
Speak = Callable[[Piece], str]


@dataclass
class Live:
    """A stretch of the shown text that is not the lesson's own: where it stands, and what it says."""

    piece: Piece
    at: int
    text: str


class Prose(QTextBrowser):
    """As tall as its text at the present width; whoever holds it scrolls."""

    grown = Signal()

    def __init__(self, formulas: Formulas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = plain_look()
        self.live: list[Live] = []
        self._formulas, self._text = formulas, ""
        self._speak: Speak = _silence
        self._colour = "text"
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        formulas.ready.connect(self._formulas_came)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Nothing: no file and no address that a text names is opened."""
        return None

    def set_look(self, look: Look, colour: str = "text") -> None:
        """Font and colours."""
        self.look, self._colour = look, colour
        shades = QPalette()
        shades.setColor(QPalette.ColorRole.Text, look.colour(colour))
        shades.setColor(QPalette.ColorRole.Base, QColor(0, 0, 0, 0))
        self.setPalette(shades)
        self.setFont(look.font("base"))
        self.document().setDefaultFont(look.font("base"))
        self._build()

    def show_prose(self, text: str, speak: Speak) -> None:
        """Show ``text``; ``speak`` says its live parts."""
        self._speak = speak
        if text != self._text:
            self._text = text
            self._build()
        else:
            self.refresh()

    def refresh(self, only: tuple[str, ...] = ("result", "drag")) -> None:
        """Say the live numbers of these kinds anew; where none differs, nothing is touched."""
        shift, touched = 0, False
        for live in self.live:
            live.at += shift
            said = self._speak(live.piece) if live.piece.kind in only else live.text
            if said != live.text:
                cursor = self._span(live)
                cursor.insertText(said, self._format(live.piece, cursor.charFormat()))
                shift += units(said) - units(live.text)
                live.text, touched = said, True
        if touched:
            self._name_all()

    def spoken(self) -> str:
        """The whole text as it stands, formulas left out."""
        return self.toPlainText().replace("\ufffc", "")

    # ---- building

    def _build(self) -> None:
        listed = pieces(self._text)
        marked = "".join(
            re.sub(f"[{_OPEN}{_SHUT}]", "", p.what) if p.kind == "text" else f"{_OPEN}{i}{_SHUT}" for i, p in enumerate(listed)
        )
        document = self.document()
        document.setMarkdown(marked.strip(), _FEATURES)
        self.live = []
        cursor, plain = QTextCursor(document), document.toPlainText()
        for found in list(_MARK.finditer(plain))[::-1]:
            at = units(plain[: found.start()])
            cursor.setPosition(at)
            cursor.setPosition(at + len(found[0]), QTextCursor.MoveMode.KeepAnchor)
            grown = self._put(cursor, listed[int(found[1])], at) - len(found[0])
            for live in self.live:
                live.at += grown if live.at > at else 0
        space_out(document, self.look.px(7))
        self._name_all()
        self._fit()

    def _put(self, cursor: QTextCursor, piece: Piece, at: int) -> int:
        """Put a live part where the cursor's mark is, and say how long it is."""
        if piece.kind == "formula":
            return self._put_formula(cursor, piece.what)
        said = self._speak(piece)
        cursor.insertText(said, self._format(piece, cursor.charFormat()))
        self.live.insert(0, Live(piece, at, said))
        return units(said)

    def _put_formula(self, cursor: QTextCursor, tex: str) -> int:
        pixels, colour = self.fontInfo().pixelSize(), self.look.colour(self._colour)
        picture = self._formulas.image(tex, pixels, colour)
        if picture is None:
            slanted = QTextCharFormat()
            slanted.setFontItalic(True)
            cursor.insertText(tex, slanted)
            return units(tex)
        name = f"formula:{hash((tex, pixels, colour.name()))}"
        self.document().addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), picture)
        cursor.insertImage(_image_format(name, picture, self.viewport().width()))
        return 1

    def _span(self, live: Live) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(live.at)
        cursor.setPosition(live.at + units(live.text), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _format(self, piece: Piece, around: QTextCharFormat) -> QTextCharFormat:
        made = QTextCharFormat(around)
        made.setFontWeight(QFont.Weight.DemiBold)
        if piece.kind == "drag":
            made.setForeground(self.look.colour("accent"))
            made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DashUnderline)
        return made

    def _name_all(self) -> None:
        self.setAccessibleDescription(self.spoken())

    def _formulas_came(self) -> None:
        if "$" in self._text:
            self._build()

    # ---- size

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        high = self.sizeHint().height()
        if high != self.height():
            self.setFixedHeight(high)
            self.grown.emit()

    def sizeHint(self) -> QSize:
        return QSize(self.look.px(240), round(self.document().size().height()) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.look.px(120), self.sizeHint().height())


def space_out(document: QTextDocument, gap: int) -> None:
    """Room between paragraphs; none after the last."""
    block = document.begin()
    while block.isValid():
        shape = block.blockFormat()
        shape.setTopMargin(0)
        shape.setBottomMargin(gap if block.next().isValid() else 0)
        QTextCursor(block).setBlockFormat(shape)
        block = block.next()


def _image_format(name: str, picture: QImage, room: int) -> QTextImageFormat:
    """A picture as wide as the text at most."""
    made = QTextImageFormat()
    made.setName(name)
    wide, high = picture.deviceIndependentSize().width(), picture.deviceIndependentSize().height()
    share = min(1.0, room / wide) if room > 60 else 1.0
    made.setWidth(wide * share)
    made.setHeight(high * share)
    made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
    return made


def units(text: str) -> int:
    """Positions that ``text`` takes in a document: Qt counts in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def _silence(_piece: Piece) -> str:
    return ""
