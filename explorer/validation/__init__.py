"""Measured rows against the model: how far to trust it."""

from explorer.validation.cases import Call, Found, Prediction, Skip
from explorer.validation.summary import Line, summarise
from explorer.validation.validate import as_data, command, shipped_files, validate

__all__ = [
    "Call",
    "Found",
    "Line",
    "Prediction",
    "Skip",
    "as_data",
    "command",
    "shipped_files",
    "summarise",
    "validate",
]
