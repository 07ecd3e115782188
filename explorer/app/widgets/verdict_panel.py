"""The verdict in words, and under it the source of the number that is pointed at."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from explorer.app.look import FontKind, Look, plain_look
from explorer.app.widgets.text import PlainLabel
from explorer.evaluate.findings import Findings, Paragraph

_COLOURS = {"normal": "text", "good": "good", "bad": "bad", "warn": "warn"}


class Block(QWidget):
    """A hairline, a title, and what there is to say under it."""

    def __init__(self, look: Look, parent: QWidget | None = None, *, body_kind: FontKind = "base") -> None:
        super().__init__(parent)
        self._body_kind: FontKind = body_kind
        self._shown = Paragraph("", "")
        self._body_colour = "text"
        self.rule = QFrame(self)
        self.rule.setProperty("kind", "rule")
        self.title = PlainLabel("", self, wrap=True, select=True)
        self.body = PlainLabel("", self, wrap=True, select=True)
        self.column = QVBoxLayout(self)
        for part in (self.rule, self.title, self.body):
            self.column.addWidget(part)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self.look = look
        self.column.setContentsMargins(0, 0, 0, look.px(8))
        self.column.setSpacing(look.px(3))
        self.rule.setFixedHeight(look.px(10))
        self.rule.setStyleSheet(f"border: 0; border-top: 1px solid {look.theme.border}; background: transparent;")
        self._dress()

    def _dress(self) -> None:
        colour = _COLOURS[self._shown.severity]
        self.title.dress(self.look, "bold", colour)
        alone = not self._shown.title and colour != "text"
        self.body.dress(self.look, self._body_kind, colour if alone else self._body_colour)

    def show_paragraph(self, paragraph: Paragraph, body_colour: str = "text") -> None:
        """Show a paragraph; the colour of its title is its severity."""
        if (paragraph, body_colour) == (self._shown, self._body_colour):
            return
        self._shown, self._body_colour = paragraph, body_colour
        self.title.show_text(paragraph.title)
        self.title.setVisible(bool(paragraph.title))
        self.body.show_text(paragraph.text)
        self.body.setVisible(bool(paragraph.text))
        self._dress()


class VerdictPanel(QScrollArea):
    """Plain text that wraps and can be selected; Ctrl+C with the focus here copies all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Verdict")
        self.setProperty("kind", "side")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.look = plain_look()
        self._findings: Findings | None = None
        self._source: tuple[str, tuple[str, ...], str] = ("", (), "")
        inside = QWidget()
        inside.setProperty("kind", "side")
        self._column = QVBoxLayout(inside)
        self.name, self.tagline, self.headline, self.headline_note, self.change = (
            PlainLabel("", inside, wrap=True, select=True) for _ in range(5)
        )
        for label in (self.name, self.tagline, self.headline, self.headline_note, self.change):
            self._column.addWidget(label)
        self.blocks: list[Block] = []
        self.source = Block(self.look, inside, body_kind="small")
        self.formula = PlainLabel("", inside, wrap=True, select=True)
        self.formula.setProperty("kind", "mono")
        self.source.column.addWidget(self.formula)
        self.not_modelled = Block(self.look, inside, body_kind="small")
        for block in (self.source, self.not_modelled):
            block.hide()
            self._column.addWidget(block)
        self._column.addStretch(1)
        self.setWidget(inside)
        self.set_look(self.look)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self.look = look
        side = look.px(14)
        self._column.setContentsMargins(side, look.px(10), side, look.px(8))
        self._column.setSpacing(0)
        self.name.dress(look, "title")
        self.tagline.dress(look, "small", "muted")
        self.headline.dress(look, "headline")
        self.headline_note.dress(look, "small", "muted")
        self.tagline.setContentsMargins(0, look.px(2), 0, look.px(3))
        self.headline_note.setContentsMargins(0, look.px(2), 0, look.px(2))
        self.change.setContentsMargins(0, 0, 0, look.px(9))
        self.formula.dress(look, "mono")
        for block in (*self.blocks, self.source, self.not_modelled):
            block.set_look(look)
        self._dress_change()
        self.setMinimumWidth(look.px(230))
        self.updateGeometry()

    def _dress_change(self) -> None:
        severity = self._findings.change_severity if self._findings else "normal"
        self.change.dress(self.look, "small", "muted" if severity == "normal" else _COLOURS[severity])

    def sizeHint(self) -> QSize:
        return QSize(self.look.px(300), self.look.px(700))

    def show_findings(self, findings: Findings) -> None:
        """Show a verdict; only words that differ are touched."""
        if findings == self._findings:
            return
        self._findings = findings
        for label, text in (
            (self.name, findings.name), (self.tagline, findings.tagline), (self.headline, findings.headline),
            (self.headline_note, findings.headline_note), (self.change, findings.change),
        ):
            label.show_text(text)
            label.setVisible(bool(text))
        self._dress_change()
        while len(self.blocks) < len(findings.paragraphs):
            block = Block(self.look, self.widget())
            self._column.insertWidget(5 + len(self.blocks), block)
            self.blocks.append(block)
        for i, block in enumerate(self.blocks):
            block.setVisible(i < len(findings.paragraphs))
            if i < len(findings.paragraphs):
                block.show_paragraph(findings.paragraphs[i])
        self.not_modelled.show_paragraph(Paragraph("Not modelled", ", ".join(findings.not_modelled)), "muted")
        self.not_modelled.setVisible(bool(findings.not_modelled))
        self.setAccessibleDescription(findings.text())

    def show_source(self, title: str, lines: tuple[str, ...] = (), formula: str = "") -> None:
        """Show where a number comes from and where it enters; an empty title removes the box."""
        if (title, lines, formula) == self._source:
            return
        self._source = (title, lines, formula)
        self.source.show_paragraph(Paragraph(title, "\n".join(lines)), "muted")
        self.formula.show_text(formula)
        self.formula.setVisible(bool(formula))
        self.source.setVisible(bool(title))

    def shown_text(self) -> str:
        """Everything in the panel as plain text."""
        title, lines, formula = self._source
        source = "\n".join(t for t in (title, *lines, formula) if t)
        return "\n\n".join(t for t in (self._findings.text() if self._findings else "", source) if t)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.shown_text())
        else:
            super().keyPressEvent(event)
