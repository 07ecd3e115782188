"""Formulas in TeX's notation as pictures, set beside the window: matplotlib loads with the first one, not at launch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QImage

from explorer.app.worker import Worker

_MOST = 200  # pictures kept
_SHARP = 2.0  # pixels of a picture for one of the window: sharp on dense screens too
_Ink = NDArray[np.uint8]


@dataclass(frozen=True)
class Setting:
    """What makes a picture: the formula and the height of its letters [px]."""

    tex: str
    pixels: int


def typeset(setting: Setting) -> _Ink | None:
    """How dark each pixel is; None where the formula cannot be read."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser

    try:
        found = MathTextParser("agg").parse(f"${setting.tex}$", 72, FontProperties(size=setting.pixels * _SHARP))
    except (ValueError, RuntimeError):
        return None
    return np.array(found.image, dtype=np.uint8)


class Formulas(QObject):
    """Pictures by formula, size and colour. ``ready``: some that were asked for are there now."""

    ready = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ink: dict[Setting, _Ink | None] = {}
        self._wanted: list[Setting] = []
        self._worker = Worker()
        self._worker.done.connect(self._take)

    def image(self, tex: str, pixels: int, colour: QColor) -> QImage | None:
        """The picture, or None as long as there is none; it is on its way then, unless the formula cannot be read."""
        setting = Setting(tex, pixels)
        if setting not in self._ink:
            if setting not in self._wanted:
                self._wanted.append(setting)
                self._work()
            return None
        ink = self._ink[setting]
        return None if ink is None else coloured(ink, colour)

    def _work(self) -> None:
        if self._wanted and not self._worker.busy:
            asked = tuple(self._wanted)
            self._worker.start(lambda: {setting: typeset(setting) for setting in asked})

    def _take(self, found: object, _said: str) -> None:
        made = found if isinstance(found, dict) else dict.fromkeys(self._wanted)
        self._ink = dict(list((self._ink | made).items())[-_MOST:])
        self._wanted = [setting for setting in self._wanted if setting not in made]
        self._work()
        self.ready.emit()


def coloured(ink: _Ink, colour: QColor) -> QImage:
    """Ink of one colour on nothing."""
    high, wide = ink.shape
    parts = np.array([colour.blue(), colour.green(), colour.red(), 255], dtype=np.uint16)
    pixels = np.ascontiguousarray((ink[:, :, None].astype(np.uint16) * parts // 255).astype(np.uint8))
    picture = QImage(pixels.data, wide, high, wide * 4, QImage.Format.Format_ARGB32_Premultiplied).copy()
    picture.setDevicePixelRatio(_SHARP)
    return picture
