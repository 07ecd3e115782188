"""What stands still behind the curves: card, grid, axes, ticks, legend. Painted once into a pixmap and reused."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from explorer.app.views import legend
from explorer.app.views.frame import Frame
from explorer.app.views.ink import Ink
from explorer.charts.axes import Tick, axis_title, ticks
from explorer.charts.model import Axis

_NO_AXIS = Axis("")
_WIDEST_USUAL = "1,000 M"
_NAMES_APART = 1.02  # lines of text from name to name
_MOST_ROWS = 2
_TALL = 16  # lines of text in height from which the legend may take a second row


@dataclass(frozen=True)
class Setting:
    """All that the plate depends on; equal settings give equal plates."""

    size: QSize
    x: Axis
    y: Axis
    x_view: tuple[float, float]
    y_view: tuple[float, float]
    entries: tuple[legend.Entry, ...]


class Plate:
    """The background of a chart for one `Ink`."""

    def __init__(self, ink: Ink) -> None:
        self.ink = ink
        self._drawn: tuple[Setting, float] | None = None
        self._pixmap = QPixmap()
        self._framed: tuple[Setting, Frame] | None = None

    def frame(self, setting: Setting) -> Frame:
        """The plot rectangle that leaves room for everything around it."""
        if self._framed is None or self._framed[0] != setting:
            self._framed = setting, self._measure(setting)
        return self._framed[1]

    def _measure(self, setting: Setting) -> Frame:
        em = self.ink.em
        wide, high = setting.size.width(), setting.size.height()
        setting = self._thinned(setting)
        rows = self._legend(setting, wide)[1]
        top = 0.55 * em + (rows * legend.row_height(self.ink) + 0.35 * em if rows else 0)
        bottom = 1.75 * em + (1.3 * em if setting.x.label else 0)
        said = [t.text for t in self._y_ticks(setting, max(1.0, high - top - bottom))]
        widest = max(self.ink.width("small", t) for t in (*said, _WIDEST_USUAL))
        left = math.ceil(widest / em * 2) / 2 * em + 0.7 * em + (1.35 * em if setting.y.label else 0)
        return Frame(
            round(left), round(top), max(10, round(wide - left - 1.1 * em)), max(10, round(high - top - bottom)),
            setting.x_view, setting.y_view,
        )

    def _thinned(self, setting: Setting) -> Setting:
        """Without axis titles where there is hardly room for the data."""
        if setting.size.height() > 9 * self.ink.em:
            return setting
        return replace(setting, x=replace(setting.x, label=""), y=replace(setting.y, label=""))

    def _legend(self, setting: Setting, wide: float) -> tuple[tuple[legend.Placed, ...], int]:
        most = 1 if setting.size.height() < _TALL * self.ink.em else _MOST_ROWS
        return legend.arrange(setting.entries, wide - 2 * self.ink.em, self.ink, most)

    def _y_ticks(self, setting: Setting, high: float) -> tuple[Tick, ...]:
        apart = _NAMES_APART if setting.y.names else 2.1  # a name that is missing is missed, a number is not
        return ticks(setting.y, *setting.y_view, room=int(high / (apart * self.ink.em)))

    def draw(self, painter: QPainter, setting: Setting, ratio: float) -> None:
        """Paint the background, from the pixmap where nothing has changed."""
        if self._drawn != (setting, ratio):
            self._drawn = setting, ratio
            self._pixmap = QPixmap(setting.size * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(self.ink.color(self.ink.theme.card))
            inner = QPainter(self._pixmap)
            self._paint(inner, self._thinned(setting), self.frame(setting))
            inner.end()
        painter.drawPixmap(0, 0, self._pixmap)

    def _paint(self, painter: QPainter, setting: Setting, frame: Frame) -> None:
        ink = self.ink
        across = self._x_ticks(setting, frame)
        up = self._y_ticks(setting, frame.height)
        painter.setPen(ink.pen(ink.theme.grid, ink.hair))
        xs = [round(frame.px_x(t.at)) + 0.5 for t in across]
        ys = [round(frame.px_y(t.at)) + 0.5 for t in up]
        right, bottom = frame.left + frame.width, frame.top + frame.height
        painter.drawLines([QLineF(x, frame.top, x, bottom) for x in xs] + [QLineF(frame.left, y, right, y) for y in ys])
        painter.setPen(ink.pen(ink.frame, ink.hair))
        painter.drawLines([
            QLineF(frame.left + 0.5, frame.top, frame.left + 0.5, bottom + 0.5),
            QLineF(frame.left, bottom + 0.5, right, bottom + 0.5),
        ])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._tick_words(painter, frame, list(zip(xs, across, strict=True)), list(zip(ys, up, strict=True)))
        self._titles(painter, setting, frame)
        placed, rows = self._legend(setting, setting.size.width())
        start = legend.left_edge(placed, frame.left, right, ink) if rows == 1 else ink.em
        legend.paint(painter, placed, QPointF(start, 0.3 * ink.em), ink)

    def _x_ticks(self, setting: Setting, frame: Frame) -> tuple[Tick, ...]:
        """As many ticks as stand side by side without touching."""
        room = max(2, int(frame.width / (3.2 * self.ink.em)))
        while True:
            found = ticks(setting.x, *setting.x_view, room=room)
            ends = [(frame.px_x(t.at), self.ink.width("small", t.text) / 2 + 0.35 * self.ink.em) for t in found]
            fits = all(a[0] + a[1] <= b[0] - b[1] for a, b in pairwise(ends))
            if fits or room <= 2:
                return found
            room -= 1

    def _tick_words(
        self, painter: QPainter, frame: Frame, across: list[tuple[float, Tick]], up: list[tuple[float, Tick]]
    ) -> None:
        ink, em = self.ink, self.ink.em
        below = frame.top + frame.height + 0.3 * em
        last = painter.device().width() / painter.device().devicePixelRatio()
        for x, tick in across:
            wide = ink.width("small", tick.text)
            left = min(x - wide / 2, last - wide - 2)
            ink.write(painter, "small", ink.theme.muted, QRectF(left, below, wide + 1, em), tick.text)
        for y, tick in up:
            box = QRectF(0, y - em / 2, frame.left - 0.5 * em, em)
            ink.write(painter, "small", ink.theme.muted, box, tick.text, Qt.AlignmentFlag.AlignRight)

    def _title(self, axis: Axis, room: float) -> str:
        """Label and unit, else the label, else the unit (unless the ticks carry it): a whole one rather than a cut one."""
        bare = axis.label.partition(" (")[0]
        forms = (axis_title(axis), bare, axis.unit if axis_title(axis) != axis.label else "")
        return next((f for f in forms if self.ink.width("small", f) <= room), "")

    def _titles(self, painter: QPainter, setting: Setting, frame: Frame) -> None:
        ink, em = self.ink, self.ink.em
        middle = Qt.AlignmentFlag.AlignHCenter
        if setting.x.label:
            box = QRectF(frame.left, frame.top + frame.height + 1.5 * em, frame.width, 1.2 * em)
            ink.write(painter, "small", ink.theme.text, box, self._title(setting.x, frame.width), middle)
        if setting.y.label:
            painter.save()
            painter.translate(0.2 * em, frame.top + frame.height)
            painter.rotate(-90)
            box = QRectF(0, 0, frame.height, 1.2 * em)
            ink.write(painter, "small", ink.theme.text, box, self._title(setting.y, frame.height), middle)
            painter.restore()
