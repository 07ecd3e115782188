"""A lesson's text: Markdown with live numbers, numbers to drag, and formulas.

``{b200:tokens_per_s}`` is a live result (see `results`), ``{drag job.batch}`` a knob that can be dragged in the text, ``$I = F / B$`` a
formula in TeX's notation. ``{{`` and ``$$`` are a brace and a dollar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from explorer.lessons.results import Results
from explorer.specs import Study

_PIECE = re.compile(r"\{\{|\$\$|\{drag ([^{}]+)\}|\{([^{}]+)\}|\$([^$\n]+)\$")
PieceKind = Literal["text", "result", "drag", "formula"]


@dataclass(frozen=True)
class Piece:
    """A stretch of text: ``what`` is Markdown, an expression, a knob's key or a formula."""

    kind: PieceKind
    what: str


def pieces(text: str) -> tuple[Piece, ...]:
    """``text`` cut where something live stands in it."""
    found: list[Piece] = []
    at = 0
    for match in _PIECE.finditer(text):
        found.append(Piece("text", text[at : match.start()]))
        at = match.end()
        if match[0] in ("{{", "$$"):
            found.append(Piece("text", match[0][0]))
        elif match[1]:
            found.append(Piece("drag", match[1].strip()))
        elif match[2]:
            found.append(Piece("result", match[2].strip()))
        else:
            found.append(Piece("formula", match[3].strip()))
    found.append(Piece("text", text[at:]))
    return _joined(found)


def _joined(found: list[Piece]) -> tuple[Piece, ...]:
    joined: list[Piece] = []
    for piece in found:
        if piece.kind == "text" and joined and joined[-1].kind == "text":
            joined[-1] = Piece("text", joined[-1].what + piece.what)
        elif piece.what:
            joined.append(piece)
    return tuple(joined)


def plain_text(text: str, study: Study) -> str:
    """``text`` with its live numbers as they are in ``study``, for where nothing can be dragged."""
    results = Results(study)
    return "".join(results.text(p.what) if p.kind in ("result", "drag") else p.what for p in pieces(text))
