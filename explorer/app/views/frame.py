"""Where the data rectangle lies and how view coordinates become pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QRectF

from explorer.charts.axes import FloatArray

Number = TypeVar("Number", float, FloatArray)


@dataclass(frozen=True)
class Frame:
    """The plot rectangle in pixels and the view range that it shows."""

    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float] = (0.0, 1.0)
    y: tuple[float, float] = (0.0, 1.0)

    @property
    def rect(self) -> QRectF:
        """The plot rectangle in pixels."""
        return QRectF(self.left, self.top, self.width, self.height)

    def px_x(self, x: Number) -> Number:
        """Pixels from the left edge of the widget."""
        return self.left + (x - self.x[0]) * (self.width / (self.x[1] - self.x[0]))

    def px_y(self, y: Number) -> Number:
        """Pixels from the top edge of the widget."""
        return self.top + (self.y[1] - y) * (self.height / (self.y[1] - self.y[0]))

    def px(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Pixel positions, shape (points, 2)."""
        return np.column_stack((self.px_x(x), self.px_y(y)))

    def holds(self, x: float, y: float, slack: float = 1.0) -> bool:
        """Whether a pixel lies inside the plot rectangle."""
        return (
            self.left - slack <= x <= self.left + self.width + slack
            and self.top - slack <= y <= self.top + self.height + slack
        )
