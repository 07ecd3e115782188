"""Palettes are read by every eye: contrast (WCAG 2.2), colour blindness (Machado et al. 2009), and grey prints."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from color_tools import CONES, ciede2000, contrast, lab, lightness

from explorer.charts import style
from explorer.charts.style import theme, theme_names
from explorer.evaluate import TIME_PARTS
from explorer.evaluate.memory import PARTS

TEXT, LINE = 4.5, 2.99  # WCAG 2.2: 1.4.3 AA for words, 1.4.11 for what must be seen (3, less rounding of colours)
FLOOR = 8.0  # CIEDE2000; about 2.3 is just noticed
STACKS = {"memory": tuple(PARTS), "time": tuple(TIME_PARTS)}


def test_the_ruler_itself():
    """Pairs published with CIEDE2000 (Sharma, Wu and Dalal 2005), and WCAG's extremes."""
    assert ciede2000(np.array((50, 2.6772, -79.7751)), np.array((50, 0, -82.7485))) == pytest.approx(2.0425, abs=1e-4)
    assert ciede2000(np.array((2.0776, 0.0795, -1.1350)), np.array((0.9033, -0.0636, -0.5514))) == pytest.approx(0.9082, abs=1e-4)
    assert ciede2000(np.array((60.2574, -34.0099, 36.2677)), np.array((60.4626, -34.1751, 39.4387))) == pytest.approx(1.2644, abs=1e-4)
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert style.contrast("#0072B2", "#FFFFFF") == pytest.approx(contrast("#0072B2", "#FFFFFF"), rel=1e-3)
    assert lab("#FFFFFF") == pytest.approx(np.array((100, 0, 0)), abs=0.02)


@pytest.mark.parametrize("name", theme_names())
def test_words_and_lines_have_contrast(name):
    t = theme(name)
    for color in (t.text, t.muted, t.good, t.bad, t.warn):
        assert contrast(color, t.card) >= TEXT, color
    for slot, color in enumerate(t.slots):
        assert contrast(color, t.card) >= LINE, (slot, color)
        assert contrast(t.ink(slot), t.card) >= TEXT, (slot, t.ink(slot))


@pytest.mark.parametrize("name", theme_names())
def test_words_in_a_hue_keep_it_where_it_can_be_read_already(name):
    t = theme(name)
    for slot, color in enumerate(t.slots):
        assert (t.ink(slot) == color.upper()) is (contrast(color, t.card) >= TEXT)


def smallest(colors: list[tuple[str, str]], cones: str) -> tuple[float, str, str]:
    seen = [(key, lab(color, cones)) for key, color in colors]
    return min((ciede2000(a, b), one, other) for (one, a), (other, b) in combinations(seen, 2))


@pytest.mark.parametrize("cones", CONES)
@pytest.mark.parametrize("name", theme_names())
def test_scenarios_and_parts_are_told_apart_by_every_eye(name, cones, record_property):
    t = theme(name)
    groups = {"scenarios": [(str(i), c) for i, c in enumerate(t.slots)]}
    groups |= {stack: [(p, t.parts[p]) for p in parts] for stack, parts in STACKS.items()}
    for group, colors in groups.items():
        least, one, other = smallest(colors, cones)
        record_property(f"{name} {cones} {group}", round(least, 1))
        assert least >= FLOOR, f"{group}: {one} and {other} are {least:.1f} apart"


def test_the_grey_palette_survives_a_grey_print():
    t = theme("grey")
    slots = sorted(map(lightness, t.slots))
    assert min(b - a for a, b in pairwise(slots)) >= 7
    assert len(set(style.DASHES)) == len(set(style.MARKERS)) == len(t.slots)
    for parts in STACKS.values():
        grey = [lightness(t.parts[p]) for p in parts]
        assert min(abs(a - b) for a, b in combinations(grey, 2)) >= 6.5
        assert min(abs(a - b) for a, b in pairwise(grey)) >= 8, "neighbours in a bar"
