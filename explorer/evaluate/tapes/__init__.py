"""Evaluating the same formulas again and again: recorded once as a list of numpy calls, then replayed into kept buffers."""

from explorer.evaluate.tapes.program import Program
from explorer.evaluate.tapes.tape import Node, Tape
from explorer.evaluate.tapes.traced import NotTraceable, Traced, mapped, stack

__all__ = ["Node", "NotTraceable", "Program", "Tape", "Traced", "mapped", "stack"]
