"""Evaluate, with wider columns: sweeps, what has an effect, what to change next."""

from explorer.explore.advice import Advice, next_best
from explorer.explore.announced import Announced, announced, announced_paragraph
from explorer.explore.effects import knobs_without_effect
from explorer.explore.scaling import Scaling, scaling
from explorer.explore.sensitivity import HARDWARE, Effect, effects
from explorer.explore.serving_split import ServingSplit, serving_paragraph, serving_splits
from explorer.explore.sweep import able, grid, sweep

__all__ = [
    "HARDWARE", "Advice", "Announced", "Effect", "Scaling", "ServingSplit", "able", "announced", "announced_paragraph", "effects", "grid",
    "knobs_without_effect", "next_best", "scaling", "serving_paragraph", "serving_splits", "sweep",
]  # fmt: skip
