"""A rectangle on the sheet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle in points; ``top`` is less than ``bottom``."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def wide(self) -> float:
        """Points across."""
        return self.right - self.left

    @property
    def high(self) -> float:
        """Points from top to bottom."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Half-way down."""
        return (self.top + self.bottom) / 2
