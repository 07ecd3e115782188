"""Pages as a PDF of as many sheets as they need: words, charts and listings one below the other, a foot on each sheet."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from io import BytesIO

from explorer.charts.model import Chart, Table
from explorer.charts.page import (
    Block,
    Booklet,
    Figure,
    Heading,
    Lines,
    Listing,
    Page,
    Rich,
    Scale,
    Together,
    Words,
    listing_of,
)
from explorer.charts.style import theme as known_theme
from explorer.errors import unknown
from explorer.render import listing, writing
from explorer.render.box import Box
from explorer.render.dress import head
from explorer.render.figure import About, draw_in, settings, told
from explorer.render.flow import flowed
from explorer.render.options import Options
from explorer.render.sheet import Kind, Sheet

PAPERS: dict[str, tuple[float, float]] = {"a4": (210 / 25.4, 297 / 25.4), "letter": (8.5, 11.0), "slide": (40 / 3, 7.5)}
"""Papers of a report, width and height in inches."""
Progress = Callable[[int, int], None]
_LINE = 1.36  # from line to line, in sizes of the text
_CHART = 0.64  # height of a chart against its width, at most


def render_booklet(
    booklet: Booklet, options: Options | None = None, paper: str = "a4", progress: Progress | None = None
) -> bytes:
    """All pages as one PDF that carries ``booklet.metadata["study"]``; the same booklet, the same bytes.

    ``progress`` is told how many sheets of how many are written; what it raises ends the work. Raises `ExplorerError` for
    an unknown paper or theme.
    """
    about = About(booklet.title, booklet.summary, booklet.metadata.get("study"))
    with settings():
        from matplotlib.backends.backend_pdf import PdfPages

        sheets = laid_out(booklet, options or Options(), paper)
        buffer = BytesIO()
        with warnings.catch_warnings(), PdfPages(buffer, metadata=told("pdf", about)) as pdf:
            warnings.simplefilter("ignore", UserWarning)  # of letters and layouts, as for a single picture
            for i, sheet in enumerate(sheets):
                if progress is not None:
                    progress(i, len(sheets))
                sheet.figure.savefig(pdf, format="pdf")
        return buffer.getvalue()


def laid_out(booklet: Booklet, options: Options, paper: str = "a4") -> list[Sheet]:
    """Every sheet of a booklet, drawn. Call it under `explorer.render.figure.settings`."""
    if paper not in PAPERS:
        raise unknown("paper", paper, PAPERS)
    press = Press(options, PAPERS[paper])
    for page in booklet.pages:
        press.page(page)
    for i, sheet in enumerate(press.sheets):
        _foot(sheet, press.margin, booklet.note if i else "", f"{i + 1} / {len(press.sheets)}")
    return press.sheets


def _foot(sheet: Sheet, margin: float, note: str, number: str) -> None:
    y, theme = sheet.high - 0.62 * margin, sheet.theme
    room = sheet.wide - 2 * margin - sheet.width(number, "note") - sheet.em
    sheet.text(margin, y, sheet.fit(note, "note", room), "note", theme.muted)
    sheet.text(sheet.wide - margin, y, number, "note", theme.muted, "right")


class Press:
    """Sets blocks below each other and takes a new sheet where one is full."""

    def __init__(self, options: Options, paper: tuple[float, float]) -> None:
        self._theme, self._paper, self._options = known_theme(options.theme), paper, options
        self.sheets: list[Sheet] = []
        self.y = 0.0
        self._title = ""
        self.sheet = self._blank()
        self.margin = 3.2 * self.sheet.em

    def _blank(self) -> Sheet:
        return Sheet(self._theme, *self._paper)

    @property
    def column(self) -> Box:
        """What is left of the sheet."""
        return Box(self.margin, self.y, self.sheet.wide - self.margin, self.sheet.high - 1.2 * self.margin)

    def turn(self) -> None:
        """Go on on a new sheet, whose first line says what goes on."""
        self.sheet = self._blank()
        self.sheets.append(self.sheet)
        self.y = 0.8 * self.margin
        if self._title:
            self.sheet.text(self.margin, self.y, self.sheet.fit(f"{self._title}, continued", "small", self.column.wide), "small", self.sheet.theme.muted)
            self.y += 1.6 * self.sheet.em

    def need(self, high: float) -> None:
        """Turn to a new sheet unless so much room is left, or all of a sheet would not do either."""
        if self.column.high < high:
            self.turn()

    def page(self, page: Page) -> None:
        """Begin a sheet and set all blocks of a page."""
        self._title = ""
        self.turn()
        self.y = head(page.title, page.subtitle, self.sheet, self.column) + 0.6 * self.sheet.em
        self._title = page.title
        for block in page.blocks:
            self.block(block)

    def block(self, block: Block) -> None:
        """Set one block."""
        if isinstance(block, Heading):
            self._heading(block)
        elif isinstance(block, Words):
            self._words(block)
        elif isinstance(block, Rich):
            writing.draw_rich(self, block)
        elif isinstance(block, Lines):
            writing.draw_lines_to_write_on(self, block)
        elif isinstance(block, Scale):
            writing.draw_scale(self, block)
        elif isinstance(block, Together):
            self._together(block)
        elif isinstance(block, Chart | Figure):
            self._chart(block.chart, block.share) if isinstance(block, Figure) else self._chart(block)
        else:
            self._listing(listing_of(block) if isinstance(block, Table) else block)

    def _heading(self, block: Heading) -> None:
        em = self.sheet.em
        self.need(6.5 * em)
        sheet, box, theme = self.sheet, self.column, self.sheet.theme
        self.y += 0.9 * em
        left = box.left
        if block.slot is not None:
            sheet.marker(left + 0.36 * em, self.y, block.slot, 0.68 * em, rim=False)
            left += 1.05 * em
        name = sheet.fit(block.text, "bold", box.right - left)
        sheet.text(left, self.y, name, "bold", theme.text)
        left += sheet.width(name, "bold") + 0.7 * em
        color = theme.bad if block.severity == "bad" else theme.muted
        beside = sheet.fit(block.beside, "base", box.right - left)
        sheet.text(left, self.y, beside, "base", color)
        self.y += 0.95 * em

    def _words(self, block: Words) -> None:
        sheet, kind = self.sheet, _kind(block)
        step = _LINE * sheet.size(kind)
        lead_kind: Kind = "bold"
        lead = f"{block.lead.rstrip(':')}:" if block.lead else ""
        first = sheet.width(lead, lead_kind) + 0.4 * sheet.em if lead else 0.0
        color = {"bad": sheet.theme.bad, "warn": sheet.theme.warn}.get(block.severity, sheet.theme.muted if block.small else sheet.theme.text)
        for i, line in enumerate(flowed(sheet, block.text, kind, self.column.wide, first)):
            self.need(step)
            box, middle = self.column, self.y + step / 2
            if i == 0 and lead:
                self.sheet.text(box.left, middle, lead, lead_kind, color)
            self.sheet.text(box.left + (first if i == 0 else 0.0), middle, line, kind, color)
            self.y += step
        self.y += 0.35 * sheet.em

    def _together(self, block: Together) -> None:
        """Set a group where it has room: how much it takes is tried out on a sheet that nobody sees."""
        trial = Press(self._options, self._paper)
        trial.turn()
        top = trial.y
        for part in block.blocks:
            trial.block(part)
        if len(trial.sheets) == 1:
            self.need(trial.y - top)
        for part in block.blocks:
            self.block(part)

    def _chart(self, chart: Chart, share: float = _CHART) -> None:
        whole = self.sheet.high - 2.2 * self.margin
        high = min(share * self.column.wide, whole / 2 - 1.2 * self.sheet.em if self._upright else whole)
        self.need(high)
        box = self.column
        top = head(chart.title, chart.subtitle, self.sheet, box, "bold")
        draw_in(chart, self.sheet, Box(box.left, top, box.right, box.top + high))
        self.y += high + 1.2 * self.sheet.em

    @property
    def _upright(self) -> bool:
        return self._paper[1] > self._paper[0]

    def _listing(self, block: Listing) -> None:
        listing.draw_listing(self, block)
        self.y += 0.6 * self.sheet.em


def _kind(block: Words) -> Kind:
    return "small" if block.small else "base"
