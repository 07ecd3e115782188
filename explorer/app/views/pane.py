"""A card with a title that holds one chart."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QRectF, Signal
from PySide6.QtGui import QContextMenuEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QStackedLayout, QVBoxLayout, QWidget

from explorer.app.look import Look, plain_look
from explorer.app.views.bar_view import BarView
from explorer.app.views.chart_view import ChartView
from explorer.app.views.drawing_view import DrawingView
from explorer.app.views.ink import Ink
from explorer.app.views.parts import Icon, Words
from explorer.app.views.picture import EMPTY
from explorer.app.views.pull import Pull
from explorer.app.widgets.choice import ChoiceBox
from explorer.charts.model import Chart

View = ChartView | BarView | DrawingView
_GROW, _SHRINK = "Fill the centre with this chart", "Back to all charts"


class Pane(QFrame):
    """A chart in its card. ``fill_toggled`` asks to fill the centre or to step back, ``export_asked`` names the chart.

    ``taken`` says how it shall leave otherwise (``picture`` or ``numbers`` on the clipboard, ``drag``), and names it.
    """

    fill_toggled, export_asked, taken = Signal(bool), Signal(str), Signal(str, str)
    hovered, variant_chosen = Signal(str), Signal(str)

    def __init__(
        self, look: Look | None = None, parent: QWidget | None = None, variants: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(parent)
        self._labels = dict(variants)
        self.variants = ChoiceBox(tuple(self._labels), lambda key: self._labels[str(key)], self) if variants else None
        self.ink = Ink(look or plain_look())
        self.chart = EMPTY
        self.view: View | None = None
        self.filled = False
        self._held = False
        self._ghost: Chart | None = None
        self._head, self._empty = Words(self), Words(self, centred=True)
        self._more = Icon("more", "Export or copy this chart", self)
        self._grow = Icon("grow", _GROW, self)
        self._menu = QMenu(self)
        self._menu.addAction("Export this chart…").triggered.connect(lambda: self.export_asked.emit(self.chart.key))
        for text, how in (("Copy as picture", "picture"), ("Copy as table", "numbers")):
            self._menu.addAction(text).triggered.connect(partial(self._take, how))
        self._head.setToolTip("Drag the title to take the chart out of the window")
        Pull(self._head).pulled.connect(partial(self._take, "drag"))
        self._grow.clicked.connect(self._toggle)
        self._more.clicked.connect(self._open_menu)
        self._build()
        self._dress()

    def _build(self) -> None:
        self._top = QHBoxLayout()
        self._top.addWidget(self._head, 1)
        if self.variants is not None:
            self.variants.chosen.connect(lambda key: self.variant_chosen.emit(str(key)))
            self._top.addWidget(self.variants)
        self._top.addWidget(self._more)
        self._top.addWidget(self._grow)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        self._box = QVBoxLayout(self)
        self._box.setSpacing(0)
        self._box.addLayout(self._top)
        self._box.addLayout(self._stack, 1)

    def _dress(self) -> None:
        em = self.ink.em
        self._top.setSpacing(round(0.2 * em))
        self._top.setContentsMargins(round(0.9 * em), round(0.45 * em), round(0.5 * em), 0)
        self._head.setMinimumHeight(round(1.9 * em))
        self._box.setContentsMargins(2, 2, 2, round(0.4 * em))
        for icon in (self._more, self._grow):
            icon.set_ink(self.ink)
        if self.variants is not None:
            self.variants.set_look(self.ink.look)
        self._say()

    def _say(self) -> None:
        self._head.say(self.ink, self.chart.title, self.chart.subtitle)
        self._empty.say(self.ink, "", self.chart.empty)

    def show_chart(self, chart: Chart) -> None:
        """Show ``chart`` in the view that suits it, or the words for why there is none; emits nothing."""
        if (chart.title, chart.summary, chart.empty) != (self.chart.title, self.chart.summary, self.chart.empty):
            self.setAccessibleName(chart.title)
            self.setAccessibleDescription(chart.empty or chart.summary)
            self._menu.setTitle(chart.title)
        self.chart = chart
        if self.variants is not None and chart.key in self._labels:
            self.variants.show_value(chart.key)
        self._say()
        if chart.empty:
            self._stack.setCurrentWidget(self._empty)
            return
        view = self._suited(chart)
        view.show_chart(chart)
        self._stack.setCurrentWidget(view)

    def _suited(self, chart: Chart) -> View:
        kind = BarView if chart.bars else DrawingView if chart.drawing else ChartView
        if not isinstance(self.view, kind):
            if self.view is not None:
                self._stack.removeWidget(self.view)
                self.view.deleteLater()
            self.view = kind(self.ink.look, self)
            self.view.hovered.connect(self.hovered)
            self.view.show_ghost(self._ghost)
            self.view.hold_axes(self._held)
            self._stack.addWidget(self.view)
        return self.view

    def hold_axes(self, on: bool) -> None:
        """Keep the axes while a drag lasts."""
        self._held = on
        if self.view is not None:
            self.view.hold_axes(on)

    def show_ghost(self, chart: Chart | None) -> None:
        """The faint state behind the chart, or none."""
        self._ghost = chart
        if self.view is not None:
            self.view.show_ghost(chart)

    def set_look(self, look: Look) -> None:
        """Other colours and sizes."""
        self.ink = Ink(look)
        self._dress()
        if self.view is not None:
            self.view.set_look(look)
        self.update()

    def set_filled(self, on: bool) -> None:
        """Show whether this pane fills the centre; emits nothing."""
        self.filled = on
        self._grow.sign = "shrink" if on else "grow"
        self._grow.setAccessibleName(_SHRINK if on else _GROW)
        self._grow.setToolTip(_SHRINK if on else _GROW)
        self._grow.update()

    def grab_image(self) -> QImage:
        """The card as it is on the screen."""
        return self.grab().toImage()

    def _toggle(self) -> None:
        self.set_filled(not self.filled)
        self.fill_toggled.emit(self.filled)

    def _take(self, how: str, _checked: bool = False) -> None:
        self.taken.emit(how, self.chart.key)

    def _open_menu(self) -> None:
        self._menu.popup(self._more.mapToGlobal(QPoint(0, self._more.height())))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The same menu under the right mouse button and the menu key."""
        self._menu.popup(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The card: a fine border and round corners."""
        painter, radius = QPainter(self), self.ink.look.px(8)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.ink.pen(self.ink.theme.border, 1.0))
        painter.setBrush(self.ink.color(self.ink.theme.card))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.end()
