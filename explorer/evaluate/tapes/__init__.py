"""Evaluating the same formulas again and again: recorded once as a list of numpy calls, then replayed into kept buffers."""

from explorer.evaluate.tapes.calls import needed
from explorer.evaluate.tapes.flow import Flow
from explorer.evaluate.tapes.program import Program, Span
from explorer.evaluate.tapes.tape import Node, Tape
from explorer.evaluate.tapes.traced import NotTraceableError, Traced, as_array, mapped, stack

__all__ = ["Flow", "Node", "NotTraceableError", "Program", "Span", "Tape", "Traced", "as_array", "mapped", "needed", "stack"]
