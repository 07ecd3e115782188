"""The pyqtgraph part: a plot that shows curves only. Axes, ticks, words and points are painted around it in pixels."""

from __future__ import annotations

from typing import Protocol

import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseDragEvent
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from explorer.app.views.frame import Frame

_STILL = 4.0  # pixels that a hand may slip in a click
_FAR, _DEEP = 4.0, 1e-3  # how far out and in the hand may zoom, in widths of what fits


class Painted(Protocol):
    """Who paints under and over the curves."""

    def paint_under(self, painter: QPainter) -> None:
        """Paint the background, in pixels of the widget."""

    def paint_over(self, painter: QPainter) -> None:
        """Paint the foreground, in pixels of the widget."""


class Port(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph has no types
    """A view box that pans with the left button only and leaves the right one to the context menu."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0.0)
        self.disableAutoRange()

    def show_views(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Show these ranges, and let the hand go only so far from them."""
        wide, high = x[1] - x[0], y[1] - y[0]
        self.setLimits(
            xMin=x[0] - _FAR * wide, xMax=x[1] + _FAR * wide, yMin=y[0] - _FAR * high, yMax=y[1] + _FAR * high,
            minXRange=wide * _DEEP, minYRange=high * _DEEP, maxXRange=2 * _FAR * wide, maxYRange=2 * _FAR * high,
        )  # fmt: skip
        self.setRange(xRange=x, yRange=y, padding=0)

    def mouseDragEvent(self, ev: MouseDragEvent, axis: int | None = None) -> None:
        """Pan; other buttons do nothing."""
        if ev.button() == Qt.MouseButton.LeftButton:
            super().mouseDragEvent(ev, axis)
        else:
            ev.ignore()


class Canvas(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """Curves in a bare view box; reports the pointer to its owner."""

    pointed = Signal(QPointF)
    left = Signal()
    pressed = Signal()
    clicked = Signal(QPointF)
    fit_asked = Signal()

    def __init__(self, owner: QWidget, painted: Painted) -> None:
        self._painted: Painted | None = None  # the base class may paint while it is being made
        self.port = Port()
        self._margins = (0.0, 0.0, 0.0, 0.0)
        self._down: QPointF | None = None
        super().__init__(parent=owner, viewBox=self.port, background=None)
        self._owner, self._painted = owner, painted
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheNone)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setMinimumSize(60, 60)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.scene().contextMenu.clear()
        plot = self.getPlotItem()
        plot.setMenuEnabled(False)
        plot.hideButtons()
        for side in ("left", "bottom", "right", "top"):
            plot.hideAxis(side)

    def put(self, frame: Frame, size: QSize) -> None:
        """Lay the curves' rectangle at ``frame`` in a widget of ``size``."""
        right = size.width() - frame.left - frame.width
        below = size.height() - frame.top - frame.height
        margins = (frame.left, frame.top, right, below)
        if margins != self._margins:
            self._margins = margins
            layout = self.getPlotItem().layout
            layout.setContentsMargins(*margins)
            layout.activate()

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        """Paint what lies under the curves."""
        if self._painted is not None:
            self._painted.paint_under(painter)

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """Paint what lies over the curves."""
        if self._painted is not None:
            self._painted.paint_over(painter)

    def wheelEvent(self, ev: QWheelEvent) -> None:
        """Zoom when the view has the focus or Ctrl is held; otherwise the wheel belongs to whoever scrolls."""
        if self._owner.hasFocus() or ev.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(ev)
            ev.accept()
        else:
            ev.ignore()

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        """Give the owner the focus, then pan."""
        self.pressed.emit()
        self._down = ev.position() if ev.button() == Qt.MouseButton.LeftButton else None
        super().mousePressEvent(ev)

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        """Report a click: a press that went nowhere."""
        super().mouseReleaseEvent(ev)
        down, self._down = self._down, None
        if down is not None and (ev.position() - down).manhattanLength() <= _STILL:
            self.clicked.emit(ev.position())

    def mouseDoubleClickEvent(self, ev: QMouseEvent) -> None:
        """Fit."""
        if ev.button() == Qt.MouseButton.LeftButton:
            self.fit_asked.emit()
        ev.accept()

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        """Report where the pointer is; while a button is down it pans."""
        super().mouseMoveEvent(ev)
        if ev.buttons() == Qt.MouseButton.NoButton:
            self.pointed.emit(ev.position())

    def leaveEvent(self, ev: QEvent) -> None:
        """Report that the pointer has gone."""
        super().leaveEvent(ev)
        self.left.emit()
