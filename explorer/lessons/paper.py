"""A lesson's prose and guesses as blocks of a page: paragraphs with formulas, boxes to tick, scales to mark."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

from explorer.charts.page import Rich, Run, RunKind, Scale
from explorer.lessons.judge import Truth
from explorer.lessons.model import Prediction
from explorer.lessons.prose import Piece, pieces
from explorer.lessons.results import text_of, unit_in
from explorer.units import best_prefix, parse_quantity

Speak = Callable[[Piece], Run]
"""What stands for a live number on paper."""
_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=- )")
_MARK = re.compile(r"(\*\*|(?<!\s)\*|\*(?!\s)|`)")
_MOST_TICKS = 9


def paragraphs(text: str, say: Speak, lead: str = "") -> list[Rich]:
    """``text`` as paragraphs; a formula that stands alone gets a line of its own. ``lead`` stands before the first."""
    found: list[Rich] = []
    for paragraph in _PARAGRAPH.split(text.strip()):
        runs = tuple(_runs(f"• {paragraph[2:]}" if paragraph.startswith("- ") else paragraph, say))
        alone = len(runs) == 1 and runs[0].kind == "formula"
        found.append(Rich(runs, "" if found else lead, centred=alone))
    return found


def _runs(paragraph: str, say: Speak) -> Iterator[Run]:
    kind: RunKind = "plain"
    for piece in pieces(paragraph):
        if piece.kind == "formula":
            yield Run(piece.what, "formula")
        elif piece.kind != "text":
            yield say(piece)
        else:
            for part in _MARK.split(piece.what):
                if part in ("**", "*"):
                    wanted: RunKind = "bold" if part == "**" else "slanted"
                    kind = "plain" if kind == wanted else wanted
                elif part and part != "`":
                    yield Run(part, kind)


def choices(asked: Prediction, right: int | None) -> list[Rich]:
    """A box for each choice; ``right`` is ticked."""
    return [Rich((Run(c.text),), box="ticked" if i == right else "empty") for i, c in enumerate(asked.choices)]


def scale(asked: Prediction, answer: Truth | None) -> Scale:
    """The scale of a marker, with the truth on it where ``answer`` is given."""
    unit = unit_in(asked.result)
    low, high = parse_quantity(asked.low, unit), parse_quantity(asked.high, unit)
    ticks = tuple((_place(v, low, high), text_of(v, unit)) for v in _ticks(low, high, unit))
    if answer is None or not isinstance(answer.value, int | float):
        return Scale(ticks)
    value = min(max(float(answer.value), min(low, high)), max(low, high))
    return Scale(ticks, ((_place(value, low, high), answer.text),))


def _place(value: float, low: float, high: float) -> float:
    """From 0 to 1, on a logarithmic scale where both ends are above 0."""
    if low > 0 and high > 0:
        return math.log(value / low) / math.log(high / low)
    return (value - low) / (high - low)


def _ticks(low: float, high: float, unit: str) -> list[float]:
    """Both ends, and round values between them that keep apart."""
    if low <= 0 or high <= 0:
        return [low + (high - low) * i / 4 for i in range(5)]
    step = best_prefix(low, unit).factor
    least, most = math.floor(math.log10(low / step)), math.ceil(math.log10(high / step))
    inner = [m * 10.0**e * step for e in range(least, most + 1) for m in (1, 2, 5)]
    kept = [v for v in inner if 0.1 < _place(v, low, high) < 0.9]
    if len(kept) > _MOST_TICKS - 2:
        kept = [v for v in kept if math.isclose(math.log10(v / step) % 1, 0, abs_tol=1e-9)]
    return [low, *kept, high]


def span(asked: Prediction, answer: Truth) -> str:
    """Which guesses count as right, in words."""
    if asked.kind == "pick" or not isinstance(answer.value, int | float) or not answer.value:
        return ""
    low, high = sorted((float(answer.value) / asked.close, float(answer.value) * asked.close))
    return f" (counts as right from {text_of(low, answer.unit)} to {text_of(high, answer.unit)})"
