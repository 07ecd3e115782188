"""Where nouns meet verbs: a study is lowered to columns, evaluated to a report, and explained in words."""

from explorer.evaluate.columns import COLUMN_NAMES, Columns, lower
from explorer.evaluate.evaluate import evaluate, evaluate_in_chunks, evaluate_study
from explorer.evaluate.explain import bound_of, explain, not_modelled, why_not
from explorer.evaluate.findings import Findings, Paragraph
from explorer.evaluate.knob_columns import KNOB_COLUMNS
from explorer.evaluate.record import record
from explorer.evaluate.report import TIME_PARTS, Report

__all__ = [
    "COLUMN_NAMES", "KNOB_COLUMNS", "TIME_PARTS", "Columns", "Findings", "Paragraph", "Report", "bound_of", "evaluate",
    "evaluate_in_chunks", "evaluate_study", "explain", "lower", "not_modelled", "record", "why_not",
]  # fmt: skip
