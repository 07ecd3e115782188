"""The knobs of a step in a strip below the charts, for a room: the rows of the panel, side by side."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from explorer.app.look import Look, plain_look
from explorer.app.widgets import KnobPanel
from explorer.app.widgets.choice import Segments
from explorer.app.widgets.knob_row import KnobRow
from explorer.app.widgets.text import PlainLabel
from explorer.knobs import knob


class KnobStrip(QWidget):
    """Rows in two columns. Signals are those of `KnobRow`. ``key`` is the knob that has, or had last, the focus."""

    edited = Signal(str, object, int)
    reset_asked = Signal(str)
    gesture_ended = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = plain_look()
        self.setAccessibleName("Knobs of this step")
        self.rows: dict[str, KnobRow] = {}
        self.key = ""
        self.playing = PlainLabel("", self)
        self._grid = QGridLayout(self)

    def set_knobs(self, keys: tuple[str, ...], look: Look) -> None:
        """Show these knobs."""
        self.look = look
        if tuple(self.rows) != keys:
            for row in self.rows.values():
                row.hide()
                row.deleteLater()
            self.rows = {key: self._row(key) for key in keys}
            self.key = keys[0] if keys else ""
        across, at = 1 if len(keys) < 3 else 2, 0
        for row in self.rows.values():
            row.set_look(look)
            wide = across if isinstance(row.editor.head, Segments) else 1
            at += at % across if wide > 1 else 0
            self._grid.addWidget(row, at // across, at % across, 1, wide)
            at += wide
        self.playing.dress(look, "base", "muted")
        self._grid.addWidget(self.playing, 9, 0, 1, 2)
        self._grid.setContentsMargins(look.px(10), 0, look.px(10), look.px(2))
        self._grid.setHorizontalSpacing(look.px(18))
        self._grid.setVerticalSpacing(look.px(2))
        for column in (0, 1):
            self._grid.setColumnStretch(column, int(column < across))

    def _row(self, key: str) -> KnobRow:
        row = KnobRow(knob(key), self)
        for name in ("edited", "reset_asked", "gesture_ended"):
            getattr(row, name).connect(getattr(self, name))
        row.pointed.connect(self._point)
        row.show()
        return row

    def _point(self, key: str) -> None:
        self.key = key

    def show_states(self, panel: KnobPanel) -> None:
        """The rows say what those of the panel say."""
        for key, row in self.rows.items():
            state = panel.rows[key].state
            if state is not None:
                row.show_state(state)
            row.note.hide()  # a room reads the chart, not what a preset said

    def refuse(self, key: str, message: str) -> None:
        """Why an edit was refused."""
        if key in self.rows:
            self.rows[key].refuse(message)

    def focused(self) -> str:
        """The knob in which the keyboard is, else the one looked at last."""
        held = QApplication.focusWidget()
        return next((k for k, row in self.rows.items() if held is not None and row.isAncestorOf(held)), self.key)
