"""Pages as data: words, charts and tables one below the other, for reports and for worksheets. `explorer.render.pages` draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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


Block = Heading | Words | Listing | Chart | Table


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
