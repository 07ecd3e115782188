"""A chart at its place on the screen: geometry kept until something changes, and the painting around the curves."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from explorer.app.views import legend, overlay, pick
from explorer.app.views.frame import Frame
from explorer.app.views.ghosts import Ghosts
from explorer.app.views.ink import Ink
from explorer.app.views.plate import Plate, Setting
from explorer.charts.axes import FloatArray
from explorer.charts.model import Axis, Chart

EMPTY = Chart("", "", "", Axis(""))
View = tuple[float, float]


class Picture:
    """What stands around the curves. ``touch`` it after any change of chart, range or size."""

    def __init__(self, ink: Ink) -> None:
        self.chart = EMPTY
        self.ghost: Chart | None = None
        self._ghosts = Ghosts()
        self.views: tuple[View, View] = ((0.0, 1.0), (0.0, 1.0))
        self.size = QSize(60, 60)
        self.labels = overlay.Labels()
        self._positions: dict[str, FloatArray] | None = None
        self._dots: QPixmap | None = None
        self.set_ink(ink)

    def set_ink(self, ink: Ink) -> None:
        """Other colours and sizes."""
        self.ink = ink
        self._plate = Plate(ink)
        self.show(self.chart)

    def show(self, chart: Chart) -> None:
        """Take another chart."""
        self.chart = chart
        self._entries = legend.chart_entries(chart, self.ink)
        self.touch()

    def touch(self) -> None:
        """Forget what was measured."""
        self._positions = self._dots = None
        self.labels.stale = True

    def _setting(self) -> Setting:
        return Setting(self.size, self.chart.x, self.chart.y or Axis(""), *self.views, self._entries)

    def frame(self) -> Frame:
        """Where the data lie, in pixels."""
        return self._plate.frame(self._setting())

    def positions(self) -> dict[str, FloatArray]:
        """Pixel positions of every series."""
        if self._positions is None:
            frame = self.frame()
            self._positions = {s.key: overlay.pixels(s, self.chart, frame) for s in self.chart.series}
        return self._positions

    def _crowd(self, ratio: float) -> QPixmap:
        """All dots, painted once: there may be thousands, and a hand passes over them."""
        if self._dots is None or self._dots.devicePixelRatio() != ratio:
            self._dots = QPixmap(self.size * ratio)
            self._dots.setDevicePixelRatio(ratio)
            self._dots.fill(Qt.GlobalColor.transparent)
            inner = QPainter(self._dots)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            overlay.paint_dots(inner, self.chart, self.frame(), self.ink, self.positions())
            inner.end()
        return self._dots

    def point(self, picked: pick.Picked | None) -> tuple[QPointF, str] | None:
        """Pixel and read-out of a point, if it is still there and in sight."""
        series = pick.series_of(self.chart, picked)
        if series is None or picked is None:
            return None
        x, y = self.positions()[series.key][picked.index].tolist()
        return (QPointF(x, y), series.tips[picked.index]) if self.frame().holds(x, y) else None

    def paint_under(self, painter: QPainter, ratio: float) -> None:
        """Background, bands and marks."""
        self._plate.draw(painter, self._setting(), ratio)
        painter.save()
        painter.setClipRect(self.frame().rect)
        overlay.paint_under(painter, self.chart, self.frame(), self.ink)
        painter.restore()

    def paint_over(self, painter: QPainter, picked: pick.Picked | None, focused: bool) -> None:
        """Points, labels, a ring around the picked point and one around everything when the keyboard is here."""
        frame, positions, ink = self.frame(), self.positions(), self.ink
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if any(s.role == "dots" for s in self.chart.series):
            painter.drawPixmap(0, 0, self._crowd(painter.device().devicePixelRatioF()))
        self.labels.layout(self.chart, frame, ink, positions)
        self.labels.paint(painter, ink)
        self._ghosts.paint(painter, self.chart, self.ghost, frame, ink)
        overlay.paint_points(painter, self.chart, frame, ink, positions)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        found = self.point(picked)
        if found is not None:
            reach = 0.85 * overlay.marker_size(ink)
            painter.setPen(ink.pen(ink.theme.text, 1.5 * ink.hair))
            painter.drawEllipse(found[0], reach, reach)
        if focused:
            painter.setPen(ink.pen(ink.theme.accent, 1.5 * ink.hair))
            painter.drawRoundedRect(frame.rect.adjusted(-1, -1, 1, 1), 3, 3)
