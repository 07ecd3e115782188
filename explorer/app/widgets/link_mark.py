"""A chain beside the name of a section: whether its knobs move in one scenario or in all."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolButton, QWidget

from explorer.app.look import Look, plain_look, tip

_SAID = {
    "all": "moves in all scenarios", "some": "some of its knobs move in all scenarios", "none": "moves in the scenario in hand only",
}  # fmt: skip


def draw_chain(painter: QPainter, look: Look, middle: QPointF, closed: bool) -> None:
    """Two links of a chain, apart where it is open; in the colour of the painter's pen."""
    pen = QPen(painter.pen().color(), look.px(1.4))
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    wide, high, apart = look.px(6), look.px(5), look.px(1) if closed else look.px(7)
    for side in (-1, 1):
        box = QRectF(0, 0, wide, high)
        box.moveCenter(QPointF(middle.x() + side * (wide / 2 + apart / 2 - (look.px(2) if closed else 0)), middle.y()))
        painter.drawRoundedRect(box, high / 2, high / 2)


class LinkMark(QToolButton):
    """Checked: linked. A section of which only some knobs are linked looks so too, and paler."""

    def __init__(self, section: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.section, self.state, self.look = section, "none", plain_look()
        self.setAccessibleName(f"Link {section}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.show_state("none")

    def show_state(self, state: str) -> None:
        """Show ``all``, ``some`` or ``none``; emits nothing."""
        self.state = state
        self.setAccessibleDescription(_SAID[state])
        self.setToolTip(tip(f"{self.section}: {_SAID[state]}.\nPress to {'unlink' if state == 'all' else 'link all its knobs'}."))
        self.update()

    def set_look(self, look: Look) -> None:
        """Sizes and colours."""
        self.look = look
        self.setFixedSize(QSize(look.px(24), look.px(18)))

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = self.look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = look.colour("accent" if self.state == "all" else "text" if self.underMouse() else "muted")
        if self.state == "none" and not self.underMouse() and not self.hasFocus():
            colour.setAlpha(130)
        painter.setPen(colour)
        draw_chain(painter, look, QRectF(self.rect()).center(), self.state != "none")
        if self.hasFocus():
            painter.setPen(QPen(look.colour("accent"), look.px(1.4)))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), look.px(3), look.px(3))
