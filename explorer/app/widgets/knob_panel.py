"""All knobs, in sections that fold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from explorer.app.look import Look, plain_look
from explorer.app.widgets.knob_row import KnobRow, KnobState
from explorer.app.widgets.link_mark import LinkMark
from explorer.knobs import KNOBS, SECTIONS


class SectionHeader(QPushButton):
    """The name of a section; pressing it folds the section. Left folds, Right unfolds."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name.upper(), parent)
        self.setCheckable(True)
        self.setChecked(True)
        self.setAccessibleName(f"{name} section")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._describe)
        self._describe(True)
        self.link = LinkMark(name, self)
        self.link.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(self.link)
        self.set_look(plain_look())

    def _describe(self, is_open: bool) -> None:
        self.setAccessibleDescription("open" if is_open else "folded")

    def set_look(self, look: Look) -> None:
        """Font and size."""
        self.look = look
        font = look.font("small")
        font.setWeight(font.Weight.DemiBold)
        font.setLetterSpacing(font.SpacingType.PercentageSpacing, 104)
        self.setFont(font)
        self.link.set_look(look)
        row = self.layout()
        if row is not None:
            row.setContentsMargins(0, 0, look.px(16), 0)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self.look.px(120), self.look.px(21))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.setChecked(event.key() == Qt.Key.Key_Right)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.toggle()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = self.look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = look.colour("text" if self.underMouse() or self.hasFocus() else "muted")
        painter.setPen(colour)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.setPen(QPen(colour, look.px(1.4)))
        d, middle = look.px(3), QPointF(self.width() - look.px(6), self.height() / 2)
        shape = ((-1, -0.5), (0, 0.5), (1, -0.5)) if self.isChecked() else ((-0.5, -1), (0.5, 0), (-0.5, 1))
        painter.drawPolyline([middle + QPointF(x * d, y * d) for x, y in shape])
        if self.hasFocus():
            painter.setPen(QPen(look.colour("accent"), look.px(2)))
            foot = self.height() - look.px(2)
            painter.drawLine(QPointF(0, foot), QPointF(self.width(), foot))


class KnobPanel(QScrollArea):
    """Every knob of `KNOBS`; a row without a state is hidden. Signals are those of `KnobRow`."""

    edited = Signal(str, object, int)
    reset_asked = Signal(str)
    gesture_ended = Signal(str)
    pointed = Signal(str)
    link_toggled = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Parameters")
        self.setProperty("kind", "side")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside = QWidget()
        self._inside.setProperty("kind", "side")
        self._column = QVBoxLayout(self._inside)
        self._column.setSpacing(0)
        self.rows: dict[str, KnobRow] = {}
        self.headers: dict[str, SectionHeader] = {}
        self._present: frozenset[str] = frozenset()
        self._only: frozenset[str] | None = None
        for section in SECTIONS:
            self._add_section(section)
        self._column.addStretch(1)
        self.setWidget(self._inside)
        self.set_look(plain_look())
        self._arrange()

    def _add_section(self, section: str) -> None:
        header = SectionHeader(section, self._inside)
        header.toggled.connect(self._arrange)
        header.link.clicked.connect(partial(self.link_toggled.emit, section))
        self.headers[section] = header
        self._column.addWidget(header)
        for knob in KNOBS:
            if knob.section == section:
                row = KnobRow(knob, self._inside)
                for name in ("edited", "reset_asked", "gesture_ended", "pointed"):
                    getattr(row, name).connect(getattr(self, name))
                self.rows[knob.key] = row
                self._column.addWidget(row)

    def set_look(self, look: Look) -> None:
        """Fonts, colours and sizes."""
        self.look = look
        side = look.px(12)
        self._column.setContentsMargins(side, look.px(6), side, look.px(8))
        for header in self.headers.values():
            header.set_look(look)
        for row in self.rows.values():
            row.set_look(look)
        self.setMinimumWidth(look.px(250))
        self.verticalScrollBar().setSingleStep(look.px(34))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self.look.px(300), self.look.px(700))

    def show_states(self, states: Mapping[str, KnobState]) -> None:
        """Show these states, by knob key. Rows whose state is what it was are not touched."""
        for key, state in states.items():
            self.rows[key].show_state(state)
        present = frozenset(states)
        if present != self._present:
            self._present = present
            self._arrange()

    def limit(self, keys: Iterable[str] | None) -> None:
        """Show these knobs only, whether their sections are folded or not; None shows all again."""
        only = None if keys is None else frozenset(keys)
        if only != self._only:
            self._only = only
            self._arrange()
            self.verticalScrollBar().setValue(0)

    def show_links(self, states: Mapping[str, str]) -> None:
        """Show of each section whether its knobs are linked; nothing where there is nobody to link to. Emits nothing."""
        for section, header in self.headers.items():
            header.link.setVisible(section in states)
            if section in states:
                header.link.show_state(states[section])

    def hold_rows(self, on: bool) -> None:
        """Keep all rows where they are while a drag lasts."""
        for row in self.rows.values():
            row.hold(on)

    def refuse(self, key: str, message: str) -> None:
        """Show at its row why an edit was refused."""
        if key in self.rows:
            self.rows[key].refuse(message)

    def set_open(self, section: str, is_open: bool) -> None:
        """Fold or unfold a section."""
        self.headers[section].setChecked(is_open)

    def folded(self) -> tuple[str, ...]:
        """Names of the folded sections, to be kept in the settings."""
        return tuple(name for name, header in self.headers.items() if not header.isChecked())

    def _arrange(self) -> None:
        shown = self._present if self._only is None else self._present & self._only
        for section, header in self.headers.items():
            keys = [k for k, row in self.rows.items() if row.knob.section == section and k in shown]
            header.setVisible(bool(keys))
        for key, row in self.rows.items():
            row.setVisible(key in shown and (self._only is not None or self.headers[row.knob.section].isChecked()))
