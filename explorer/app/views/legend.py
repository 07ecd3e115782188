"""A row of samples with their names, wrapped to the room there is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from explorer.app.views.ink import Ink
from explorer.charts.drawings import sample_colors
from explorer.charts.model import MARKS, Chart, Series

_READABLE = 5.0  # lines of text in width below which a cut name says too little
_LONGEST, _SHORTEST, _GAP = 16, 6, 1.2  # lines of text in width: of an entry, and between two
_ROLES = ("roof", "line", "points", "dots")
_MARKED = ("points", "dots")


@dataclass(frozen=True)
class Entry:
    """One sample: a scenario's line (with its marker where it has points) or the colour of a part."""

    label: str
    slot: int | None = None
    color: str = ""
    role: str = "line"
    marked: bool = False
    edge: str = ""


@dataclass(frozen=True)
class Placed:
    """An entry at its place, its text cut to fit."""

    entry: Entry
    x: float
    row: int
    text: str


def chart_entries(chart: Chart, ink: Ink) -> tuple[Entry, ...]:
    """What the legend of a chart with lines names: its own list, else one entry per scenario and line."""
    by_key = {s.key: s for s in chart.series}
    pointed = {s.slot for s in chart.series if s.role in _MARKED}
    if chart.legend:
        return tuple(
            _box(label, by_key[key], ink)
            if key in by_key and by_key[key].role in (*MARKS, "spread")
            else Entry(label, by_key[key].slot, role=by_key[key].role, marked=by_key[key].slot in pointed)
            if key in by_key
            else Entry(label, int(key), marked=int(key) in pointed) if key.isdecimal()
            else Entry(label, color=ink.theme.part(key))
            for key, label in chart.legend
        )
    found: dict[tuple[int, str], Entry] = {}
    lined = {s.slot for s in chart.series if s.role in ("roof", "line")}
    for series in chart.series:
        if series.role not in _ROLES or (series.role in _MARKED and series.slot in lined):
            continue
        entry = Entry(series.label, series.slot, role=series.role, marked=series.slot in pointed)
        found.setdefault((series.slot, series.label), entry)
    return tuple(found.values())


def _box(label: str, series: Series, ink: Ink) -> Entry:
    fill, edge = sample_colors(ink.theme, series)
    return Entry(label, color=fill, edge=edge)


def bar_entries(chart: Chart, ink: Ink) -> tuple[Entry, ...]:
    """The parts of the bars, in the chart's order or in the order they are stacked."""
    pairs = chart.legend or tuple({(s.part, s.label): None for bar in chart.bars for s in bar.segments})
    return tuple(Entry(label, color=ink.theme.part(part)) for part, label in pairs)


def arrange(entries: tuple[Entry, ...], room: float, ink: Ink, most_rows: int) -> tuple[tuple[Placed, ...], int]:
    """Entries in rows no wider than ``room``, and the number of rows.

    In a single row they share the room, their names cut where need be, unless little would be left. What does not fit
    ``most_rows`` gets shorter names, then one more row; nobody is left out before that.
    """
    gap = _GAP * ink.em
    widths = [sample_width(e, ink) + ink.width("small", e.label) for e in entries]
    if most_rows == 1:
        crowded = sum(widths) + gap * (len(entries) - 1) > room
        share = _share(widths, room - gap * (len(entries) - 1)) if crowded else min(room, _LONGEST * ink.em)
        if share >= _READABLE * ink.em:
            return _in_rows(entries, room, ink, share)
        most_rows = 2
    for rows in (most_rows, most_rows + 1):
        for share in range(_LONGEST, _SHORTEST - 1, -1):
            placed, used = _in_rows(entries, room, ink, min(room, share * ink.em))
            if used <= rows:
                return placed, used
    return tuple(p for p in placed if p.row <= most_rows), most_rows + 1


def _in_rows(entries: tuple[Entry, ...], room: float, ink: Ink, share: float) -> tuple[tuple[Placed, ...], int]:
    """Entries no wider than ``share`` in as many rows as they take. Of a scenario's name the end is kept: it tells two apart."""
    placed: list[Placed] = []
    x, row = 0.0, 0
    for entry in entries:
        text = ink.elided("small", entry.label, share - sample_width(entry, ink), middle=entry.slot is not None)
        wide = sample_width(entry, ink) + ink.width("small", text)
        if x and x + wide > room:
            x, row = 0.0, row + 1
        placed.append(Placed(entry, x, row, text))
        x += wide + _GAP * ink.em
    return tuple(placed), row + 1 if placed else 0


def _share(widths: list[float], room: float) -> float:
    """The widest that an entry may be for all to fit: short ones give what they do not need to the long ones."""
    left = sorted(widths)
    while left and left[0] <= room / len(left):
        room -= left.pop(0)
    return room / len(left) - 1.0 if left else room


def left_edge(placed: tuple[Placed, ...], wanted: float, right: float, ink: Ink) -> float:
    """Where the rows start: at ``wanted``, or further left where they would reach beyond ``right``."""
    ends = (p.x + sample_width(p.entry, ink) + ink.width("small", p.text) for p in placed)
    return min(wanted, max(ink.em, right - max(ends, default=0.0)))


def sample_width(entry: Entry, ink: Ink) -> float:
    """Pixels of the sample and the gap behind it."""
    return (1.0 if entry.slot is None else 1.1 if entry.role == "dots" else 2.3) * ink.em


def row_height(ink: Ink) -> float:
    """Pixels of one row."""
    return 1.35 * ink.em


def paint(painter: QPainter, placed: tuple[Placed, ...], corner: QPointF, ink: Ink) -> None:
    """Draw the arranged entries with their top left at ``corner``."""
    high = row_height(ink)
    for one in placed:
        x, middle = corner.x() + one.x, corner.y() + (one.row + 0.5) * high
        entry = one.entry
        if entry.slot is None:
            side = 0.62 * ink.em
            painter.fillRect(QRectF(x, middle - side / 2, side, side), ink.color(entry.color))
            if entry.edge:
                painter.setPen(ink.pen(entry.edge, ink.hair))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRectF(x, middle - side / 2, side, side))
        else:
            long = (0.7 if entry.role == "dots" else 1.8) * ink.em
            if entry.role not in _MARKED:
                painter.setPen(ink.line_pen(entry.slot, entry.role))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawLine(QPointF(x, middle), QPointF(x + long, middle))
            if entry.marked:
                ink.draw_marker(painter, entry.slot, QPointF(x + long / 2, middle), 0.6 * ink.em)
        box = QRectF(x + sample_width(entry, ink), middle - high / 2, ink.width("small", one.text) + 2, high)
        ink.write(painter, "small", ink.theme.muted, box, one.text)
