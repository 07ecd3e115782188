"""Pages as data: words, charts and tables one below the other, for reports and for worksheets. `explorer.render.pages` draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from explorer.charts.model import Cell, Chart, Severity, Table


@dataclass(frozen=True)
class Heading:
    """A line above what follows, kept together with it. ``slot`` puts a scenario's marker before it; ``beside`` is said after it."""

    text: str
    slot: int | None = None
    beside: str = ""
    severity: Severity = "normal"


@dataclass(frozen=True)
class Words:
    """A paragraph of plain text; ``lead`` stands before it in bold."""

    text: str
    lead: str = ""
    severity: Severity = "normal"
    small: bool = False


@dataclass(frozen=True)
class Listing:
    """Rows of plain text in columns, each cell in as many lines as it needs; it may run over several sheets.

    ``shares`` are the widths of the columns against each other (equal where empty); ``slots`` the scenarios of the columns.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...] = ()
    slots: tuple[int | None, ...] = ()


RunKind = Literal["plain", "bold", "slanted", "formula", "blank"]


@dataclass(frozen=True)
class Run:
    """A stretch of a paragraph: words, a formula in TeX's notation, or a gap to write in (``text`` says in what unit)."""

    text: str
    kind: RunKind = "plain"


@dataclass(frozen=True)
class Rich:
    """A paragraph of runs. ``box``: a box to tick stands before it; ``centred``: a formula on a line of its own."""

    runs: tuple[Run, ...]
    lead: str = ""
    box: Literal["", "empty", "ticked"] = ""
    small: bool = False
    centred: bool = False


@dataclass(frozen=True)
class Lines:
    """Lines to write on; ``lead`` stands before the first."""

    lead: str = ""
    count: int = 1


@dataclass(frozen=True)
class Scale:
    """A scale from left to right on which a guess is marked: ticks at 0 to 1 with their text, and what is marked already."""

    ticks: tuple[tuple[float, str], ...]
    marks: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Figure:
    """A chart as high as ``share`` of its width."""

    chart: Chart
    share: float = 0.5


@dataclass(frozen=True, eq=False)
class Together:
    """Blocks that stay on one sheet where they fit on one."""

    blocks: tuple[Block, ...]


Block = Heading | Words | Listing | Rich | Lines | Scale | Figure | Together | Chart | Table


@dataclass(frozen=True, eq=False)
class Page:
    """A titled run of blocks that begins on a new sheet and goes on over as many as it needs."""

    title: str
    blocks: tuple[Block, ...]
    subtitle: str = ""


@dataclass(frozen=True, eq=False)
class Booklet:
    """Pages that belong together. ``note`` stands at the foot of every sheet; ``metadata`` goes into the file."""

    title: str
    summary: str
    pages: tuple[Page, ...]
    note: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


def listing_of(table: Table) -> Listing:
    """A table turned on its side: a row for each quantity, a column for each scenario. It fits a sheet however many there are."""
    names = [f"{n} (baseline)" if i == table.baseline and len(table.rows) > 1 else n for i, n in enumerate(table.row_labels)]
    rows = tuple((c.label, *(_shown(row[i]) for row in table.rows)) for i, c in enumerate(table.columns))
    return Listing(("", *names), rows, (1.3, *[1.0] * len(names)), (None, *table.row_slots))


def _shown(cell: Cell) -> str:
    return f"{cell.text} ({cell.change})" if cell.change else cell.text
