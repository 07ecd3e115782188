"""A number against the baseline's: the arrow is the number's, points where percents mislead."""

from __future__ import annotations

import math

import pytest

from explorer.evaluate.changes import change_text, is_gain


@pytest.mark.parametrize(("now", "then", "unit", "expected"), [
    (112.0, 100.0, "s", "▲ 12%"), (70.0, 100.0, "s", "▼ 30%"), (100.3, 100.0, "s", ""), (1250.0, 100.0, "s", "▲ ×12.5"), (0.0, 5.0, "s", "▼ 100%"),
    (1.0, 0.0, "s", ""), (0.4, 0.5, "fraction", "▼ 20%, 10.0 pp"), (0.002, 0.004, "fraction", "▼ 50%, 0.2 pp"), (0.05, 0.0, "fraction", "▲ 5.0 pp"),
    (0.0002, 0.0001, "fraction", "▲ 100%"), (math.nan, 1.0, "s", ""), (1.0, math.inf, "s", ""),
])  # fmt: skip
def test_words(now: float, then: float, unit: str, expected: str) -> None:
    assert change_text(now, then, unit) == expected


@pytest.mark.parametrize(("now", "better", "expected"), [
    (2.0, "more", True), (2.0, "less", False), (0.5, "less", True), (0.5, "more", False), (2.0, "neither", None), (1.0, "more", None),
])  # fmt: skip
def test_gains(now: float, better: str, expected: bool | None) -> None:
    assert is_gain(now, 1.0, better) is expected
