"""A chart of horizontal stacked bars, one per scenario."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from explorer.app.look import Look, plain_look
from explorer.app.views import bar_layout, bar_paint, bar_tip, legend
from explorer.app.views.ink import KEYBOARD, Ink
from explorer.app.views.picture import EMPTY
from explorer.app.views.tip import TipBox
from explorer.charts.model import Bar, Chart

_SIDE: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_BARS: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class BarView(QWidget):
    """Shows a `Chart` that has bars. ``hovered`` carries the read-out under the hand, or nothing."""

    hovered = Signal(str)

    def __init__(self, look: Look | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ink = Ink(look or plain_look())
        self.chart = EMPTY
        self._ghost: dict[tuple[int, int], float] = {}
        self._held = self._keyed = False
        self._top_value = 1.0
        self._picked: bar_tip.Picked | None = None
        self._layout: bar_layout.Layout | None = None
        self.tip = TipBox(self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(60, 60)

    def sizeHint(self) -> QSize:
        return QSize(480, 300)

    def show_chart(self, chart: Chart) -> None:
        """Bring the view in line with ``chart``; emits nothing."""
        fresh = chart.key != self.chart.key or not self.chart.bars
        self.chart = chart
        if chart.title != self.accessibleName():
            self.setAccessibleName(chart.title)
        if chart.summary != self.accessibleDescription():
            self.setAccessibleDescription(chart.summary)
        if fresh or not self._held:
            self._top_value = bar_layout.reach(chart)
        self._touch()

    def show_ghost(self, chart: Chart | None) -> None:
        """A tick where each bar ended in another state, where it ends elsewhere now."""
        self._ghost = {k: b.total for k, b in _keyed(chart.bars)} if chart else {}
        self.update()

    def hold_axes(self, on: bool) -> None:
        """Keep the scale while a drag lasts; fit again at its end."""
        self._held = on
        top_value = self._top_value if on else bar_layout.reach(self.chart)
        if top_value != self._top_value:
            self._top_value = top_value
            self._touch()

    def set_look(self, look: Look) -> None:
        """Other colours and sizes."""
        self.ink = Ink(look)
        self._touch()

    def _touch(self) -> None:
        self._layout = None
        self._show_tip()
        self.update()

    def bars_layout(self) -> bar_layout.Layout:
        """Where everything stands, measured when asked for."""
        if self._layout is None:
            self._layout = bar_layout.lay_out(self.chart, self.size(), self._top_value, self.ink)
        return self._layout

    def paintEvent(self, event: QPaintEvent) -> None:
        ink, on = self.ink, self.bars_layout()
        painter = QPainter(self)
        painter.fillRect(event.rect(), ink.color(ink.theme.card))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for (key, _), row in zip(_keyed(tuple(r.bar for r in on.rows)), on.rows, strict=True):
            before = self._ghost.get(key)
            bar_paint.paint_row(painter, row, on, before if before != row.bar.total else None, ink)
        start = legend.left_edge(on.legend, on.left, self.width() - ink.em, ink)
        legend.paint(painter, on.legend, QPointF(start, on.legend_top), ink)
        piece = bar_tip.piece_of(on, self._picked)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if piece is not None:
            painter.setPen(ink.pen(ink.theme.text, 1.8 * ink.hair))
            painter.drawRect(piece.box)
        if self._keyed:
            painter.setPen(ink.pen(ink.theme.accent, 1.5 * ink.hair))
            painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 4, 4)
        painter.end()

    def _pick(self, picked: bar_tip.Picked | None) -> None:
        if picked == self._picked:
            return
        self._picked = picked
        self._show_tip()
        self.update()
        self.hovered.emit(self.tip.text)

    def _show_tip(self) -> None:
        found = bar_tip.read_out(self.bars_layout(), self._picked)
        if found is None:
            self.tip.clear()
        else:
            self.tip.show_tip(self.ink, found[1], found[0], 0.3 * self.ink.em)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pick what is under the pointer."""
        self._pick(bar_tip.under(self.bars_layout(), event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._pick(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right step through the pieces, Up and Down through the bars, Escape lets go."""
        key = event.key()
        order = [(p.bar, p.segment) for row in self.bars_layout().rows for p in row.pieces]
        if key in _SIDE and order:
            at = order.index(self._picked) + _SIDE[key] if self._picked in order else 0
            self._pick(order[max(0, min(len(order) - 1, at))])
        elif key in _BARS and order:
            bar, segment = self._picked or (-1, 0)
            ahead = [p for p in order if (p[0] - bar) * _BARS[key] > 0]
            if ahead:
                beside = ahead[0][0] if _BARS[key] > 0 else ahead[-1][0]
                self._pick(min((p for p in ahead if p[0] == beside), key=lambda p: abs(p[1] - segment)))
        elif key == Qt.Key.Key_Escape and self._picked is not None:
            self._pick(None)
        else:
            super().keyPressEvent(event)
            return
        self.setAccessibleDescription(self.tip.text or self.chart.summary)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._keyed = event.reason() in KEYBOARD
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._keyed = False
        self.setAccessibleDescription(self.chart.summary)
        self._pick(None)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._touch()


def _keyed(bars: tuple[Bar, ...]) -> list[tuple[tuple[int, int], Bar]]:
    """Each bar by its scenario and its place among that one's: a label changes when somebody edits what it names."""
    seen: dict[int, int] = {}
    found = []
    for bar in bars:
        seen[bar.slot] = seen.get(bar.slot, -1) + 1
        found.append(((bar.slot, seen[bar.slot]), bar))
    return found
