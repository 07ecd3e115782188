"""Measured rows against the model: how far to trust it."""

from explorer.validation.cases import Call, Found, Prediction, Skip
from explorer.validation.summary import Line, chip_of, summarise, total
from explorer.validation.validate import as_data, command, printed, shipped_files, validate

__all__ = [
    "Call", "Found", "Line", "Prediction", "Skip", "as_data", "chip_of", "command", "printed", "shipped_files", "summarise", "total",
    "validate",
]  # fmt: skip
