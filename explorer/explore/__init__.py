"""Evaluate, with wider columns: sweeps, what has an effect, what to change next."""

from explorer.explore.advice import Advice, next_best
from explorer.explore.effects import knobs_without_effect
from explorer.explore.sweep import sweep

__all__ = ["Advice", "knobs_without_effect", "next_best", "sweep"]
