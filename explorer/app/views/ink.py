"""What a look means to a painter: fonts, metrics, pens and markers, made once and handed out many times."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from explorer.app.look import FontKind, Look
from explorer.charts.style import DASHES, MARKERS

_KINDS: tuple[FontKind, ...] = ("base", "small", "bold", "title")
KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
_PALE = {"ghost": 0.62, "roof_faint": 0.35}  # share of the card's colour

_MOST_WORDS = 4096


class Ink:
    """Fonts, colours and pens of one `Look`."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.theme = look.theme
        self.fonts: dict[str, QFont] = {kind: look.font(kind) for kind in _KINDS}
        self.metrics: dict[str, QFontMetricsF] = {kind: QFontMetricsF(font) for kind, font in self.fonts.items()}
        self.em = self.metrics["small"].height()
        self.line = self.theme.line_px * look.scale
        self.hair = max(1.0, look.scale)
        self._colors: dict[tuple[str, int], QColor] = {}
        self._pens: dict[tuple[str, float, tuple[float, ...], int], QPen] = {}
        self._markers: dict[tuple[int, float], QPainterPath] = {}
        self._widths: dict[tuple[str, str], float] = {}
        self.frame = self._mix(self.theme.border, self.theme.muted)
        self.pale = self._mix(self.theme.card, self.theme.window, 0.62)

    def color(self, name: str, alpha: int = 255) -> QColor:
        """A colour of the theme, see-through below 255."""
        key = (name, alpha)
        if key not in self._colors:
            made = QColor(name)
            made.setAlpha(alpha)
            self._colors[key] = made
        return self._colors[key]

    def _mix(self, one: str, other: str, share: float = 0.4) -> str:
        a, b = QColor(one), QColor(other)
        pairs = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
        return "#" + "".join(f"{round(p + (q - p) * share):02X}" for p, q in pairs)

    def pen(self, color: str, width: float, dash: tuple[float, ...] = (), alpha: int = 255) -> QPen:
        """A cosmetic pen: its width is in pixels whatever the zoom."""
        key = (color, width, dash, alpha)
        if key not in self._pens:
            pen = QPen(self.color(color, alpha), width)
            pen.setCosmetic(True)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            if dash:
                pen.setDashPattern(dash)
            self._pens[key] = pen
        return self._pens[key]

    def line_pen(self, slot: int, role: str) -> QPen:
        """The pen of a scenario's line: hue and dash; ghosts and further roofs are thin and pale.

        Pale is a mixture with the card, not a see-through pen: those take Qt four times as long.
        """
        hue = self.theme.slot(slot)
        if role in _PALE:
            return self.pen(self._mix(hue, self.theme.card, _PALE[role]), self.line * 0.6)
        return self.pen(hue, self.line, () if role == "traffic" else DASHES[slot % len(DASHES)])

    def width(self, kind: str, text: str) -> float:
        """Pixels that ``text`` takes in one line, remembered: a frame measures hundreds of words, of which few are new."""
        found = self._widths.get((kind, text))
        if found is None:
            if len(self._widths) >= _MOST_WORDS:
                self._widths.clear()
            found = self._widths[kind, text] = self.metrics[kind].horizontalAdvance(text)
        return found

    def elided(self, kind: str, text: str, room: float, *, middle: bool = False) -> str:
        """``text``, cut with an ellipsis at its end or in its ``middle`` where it is wider than ``room``."""
        where = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        return self.metrics[kind].elidedText(text, where, max(0.0, room))

    def write(
        self, painter: QPainter, kind: str, color: str, box: QRectF, text: str,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        """One line of plain text in ``box``, centred vertically."""
        painter.setFont(self.fonts[kind])
        painter.setPen(self.color(color))
        flags = int(align | Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine | Qt.TextFlag.TextDontClip)
        painter.drawText(box, flags, text)

    def marker(self, slot: int, size: float) -> QPainterPath:
        """The outline of a scenario's marker around the origin, ``size`` pixels across."""
        key = (slot % len(MARKERS), size)
        if key not in self._markers:
            self._markers[key] = marker_path(MARKERS[key[0]], size / 2)
        return self._markers[key]

    def draw_marker(self, painter: QPainter, slot: int, at: QPointF, size: float, rim: float = 1.0) -> None:
        """A scenario's marker in its hue, set off from the lines by a rim of the card's colour."""
        painter.setBrush(self.color(self.theme.slot(slot)))
        painter.setPen(self.pen(self.theme.card, rim) if rim else Qt.PenStyle.NoPen)
        painter.translate(at)
        painter.drawPath(self.marker(slot, size))
        painter.translate(-at)


def marker_path(shape: str, r: float) -> QPainterPath:
    """A marker of ``style.MARKERS`` with radius ``r`` around the origin."""
    path = QPainterPath()
    if shape == "o":
        path.addEllipse(QPointF(0, 0), r, r)
    elif shape == "s":
        path.addRect(QRectF(-0.88 * r, -0.88 * r, 1.76 * r, 1.76 * r))
    elif shape == "x":
        arm = 0.36 * r
        turned = [(arm, -r), (arm, -arm), (r, -arm), (r, arm), (arm, arm), (arm, r)]
        half = [*turned, *((-x, -y) for x, y in turned)]
        c = math.sqrt(0.5)
        path.addPolygon(QPolygonF([QPointF(c * (x - y), c * (x + y)) for x, y in half]))
        path.closeSubpath()
    else:
        corners, start = {"t": (3, 0.0), "d": (4, 0.0), "p": (5, 0.0)}[shape]
        reach = 1.15 * r
        angles = [start + 2 * math.pi * i / corners for i in range(corners)]
        path.addPolygon(QPolygonF([QPointF(reach * math.sin(a), -reach * math.cos(a)) for a in angles]))
        path.closeSubpath()
    return path
