"""What a bar says about the piece, or the words, under the hand."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from explorer.app.views.bar_layout import Layout, Piece

NOTE = -1  # picked instead of a piece: the words of a bar
Picked = tuple[int, int]


def piece_of(layout: Layout, picked: Picked | None) -> Piece | None:
    """The piece that is picked, if it is still there."""
    pieces = (p for row in layout.rows for p in row.pieces)
    return next((p for p in pieces if (p.bar, p.segment) == picked), None)


def under(layout: Layout, at: QPointF, slack: float = 3.0) -> Picked | None:
    """The piece at a pixel, else the bar whose words (which may be cut short) stand there."""
    for row in layout.rows:
        for piece in reversed(row.pieces):
            if piece.box.adjusted(0, -slack, 0, slack).contains(at):
                return piece.bar, piece.segment
    return next(((i, NOTE) for i, row in enumerate(layout.rows) if row.words().contains(at)), None)


def read_out(layout: Layout, picked: Picked | None) -> tuple[QPointF, str] | None:
    """Where the read-out stands and what it says."""
    piece = piece_of(layout, picked)
    if piece is not None:
        bar = layout.rows[piece.bar].bar
        segment = bar.segments[piece.segment]
        return QPointF(piece.box.center().x(), piece.box.top()), segment.tip or f"{segment.label} · {bar.label}"
    if picked is None or picked[1] != NOTE or picked[0] >= len(layout.rows):
        return None
    row = layout.rows[picked[0]]
    said = (row.bar.label, *row.bar.note.split(" · "), row.bar.limit_label)
    return row.band.bottomLeft(), "\n".join(s for s in said if s)
