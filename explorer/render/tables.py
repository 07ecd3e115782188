"""Tables as CSV, Markdown and XLSX, and the numbers of a chart as CSV.

CSV is one header row and plain rows, so that every reader takes it without options: ``.`` is the decimal point, units stand
in the header, numbers are bare and in base units with all their digits, what is missing is empty, and a text that a
spreadsheet would run as a formula begins with an apostrophe. The load that is shown and the sources stand in last columns
``load`` and ``source``, in the first row only.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable
from io import BytesIO, StringIO

from explorer.charts.model import MARKS, PAIRS, Axis, Bar, Cell, Chart, Series, Table

Value = float | str | None
Grid = tuple[list[str], list[list[Value]]]
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~#])")
_LONGEST_CELL = 32_767  # of a spreadsheet
_LARGEST_WHOLE = 2.0**53


def table_csv(table: Table) -> str:
    """A table as CSV: one row a scenario."""
    return _csv(table_grid(table), table)


def chart_csv(chart: Chart) -> str:
    """The numbers of a chart as CSV: one row a point of a series, or one a segment of a bar.

    Series: ``series, role, label, <x>, <y>`` and ``low, high`` where there are ranges. Bars: ``bar, part, <value>`` and,
    where any bar has them, ``limit, low, high`` of its bar in each row.
    """
    return _csv(chart_grid(chart), chart)


def table_grid(table: Table) -> Grid:
    """Header and bare rows of a table."""
    header = [table.head, *(_with_unit(c.label, c.unit) for c in table.columns)]
    return header, [[label, *(_bare(c) for c in row)] for label, row in zip(table.row_labels, table.rows, strict=True)]


def chart_grid(chart: Chart) -> Grid:
    """Header and bare rows of a chart's numbers, as `chart_csv` has them."""
    return _bars_grid(chart) if chart.bars else _series_grid(chart)


def tab_separated(grid: Grid) -> str:
    """A grid for the clipboard: what spreadsheets take as cells, and never as formulas."""
    header, rows = grid
    lines: list[list[Value]] = [[*header], *rows]
    return "".join("\t".join(map(cell_text, line)) + "\n" for line in lines)


def _series_grid(chart: Chart) -> Grid:
    y = chart.y or Axis("y")
    ranged = any(s.low is not None and s.high is not None for s in chart.series)
    header = ["series", "role", "label", _with_unit(chart.x.label, chart.x.unit), _with_unit(y.label, y.unit)]
    header += [_with_unit("low", y.unit), _with_unit("high", y.unit)] if ranged else []
    header += [chart.of] if chart.of else []
    rows: list[list[Value]] = []
    for s in chart.series:
        for i, (a, b) in enumerate(zip(s.x.tolist(), s.y.tolist(), strict=True)):
            label = s.labels[i] if i < len(s.labels) else _operator(s, i)
            place = _named(chart.x, a), _named(y, b)
            value = (None if s.value is None else float(s.value[i]),) if chart.of else ()
            rows.append([s.label, s.role, label, *place, *(_range_at(s, i) if ranged else ()), *value])
    return header, rows


def _named(axis: Axis, at: float) -> Value:
    """The name that stands there in the place of a number, if one does."""
    return axis.names[int(at)] if axis.names and at == int(at) and 0 <= at < len(axis.names) else at


def _operator(series: Series, i: int) -> str:
    """The name of a point that has no label of its own: its id, or the first words of its read-out."""
    if series.role in PAIRS and i < len(series.ids):
        return series.ids[i]
    if series.role not in ("points", *MARKS) or i >= len(series.tips):
        return ""
    return series.tips[i].split("\n", 1)[0].removesuffix(f" · {series.label}")


def _range_at(series: Series, i: int) -> tuple[Value, Value]:
    if series.low is None or series.high is None:
        return None, None
    return float(series.low[i]), float(series.high[i])


def _bars_grid(chart: Chart) -> Grid:
    around = [k for k in ("limit", "low", "high") if any(getattr(b, k) is not None for b in chart.bars)]
    unit = chart.x.unit
    header = ["bar", "part", _with_unit(chart.x.label, unit), *(_with_unit(k, unit) for k in around)]
    rows: list[list[Value]] = []
    for bar in chart.bars:
        more: list[Value] = [getattr(bar, k) for k in around]
        rows += [[bar.label, part, value, *more] for part, value in _parts(bar)]
    return header, rows


def _parts(bar: Bar) -> list[tuple[str, Value]]:
    """Its segments; a bar without any still gets a row, with what is known around it."""
    return [(s.label, s.value) for s in bar.segments] or [("", None)]


def table_markdown(table: Table) -> str:
    """A table as Markdown, as shown: texts with units, and the change against the baseline in brackets."""
    header = ["", *(c.label for c in table.columns)]
    lines = [f"### {_marked(table.title)}", "", _markdown_row(header), "|---|" + "---:|" * len(table.columns)]
    for i, (label, row) in enumerate(zip(table.row_labels, table.rows, strict=True)):
        name = f"{label} (baseline)" if i == table.baseline else label
        lines.append(_markdown_row([name]) + "".join(f" {_markdown_cell(c)} |" for c in row))
    for text in (table.context, table.note):
        lines += ["", _marked(text)] if text else []
    return "\n".join(lines) + "\n"


def _markdown_row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(map(_marked, cells)) + " |"


def _markdown_cell(cell: Cell) -> str:
    """As shown; the best of a column is bold."""
    shown = _marked(_shown(cell))
    return f"**{shown}**" if cell.best else shown


def _marked(text: str) -> str:
    """One line of plain text: nothing in it is markup."""
    return _MARKDOWN.sub(r"\\\1", _line(text)).replace("&", "&amp;")


def _shown(cell: Cell) -> str:
    return f"{cell.text} ({cell.change})" if cell.change else cell.text


def table_xlsx(table: Table) -> bytes:
    """A table as an Excel workbook: bare numbers, units in the header, the sources below. No formula, no link."""
    from datetime import UTC, datetime

    from xlsxwriter import Workbook

    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(buffer, options)
    book.set_properties({"title": _line(table.title), "created": datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)})
    sheet = book.add_worksheet("Comparison")
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    titles = [table.head, *(_with_unit(c.label, c.unit) for c in table.columns)]
    for column, title in enumerate(titles):
        sheet.write_string(0, column, _line(title)[:_LONGEST_CELL], bold)
    for i, (label, row) in enumerate(zip(table.row_labels, table.rows, strict=True), start=1):
        sheet.write_string(i, 0, _line(label)[:_LONGEST_CELL])
        for column, value in enumerate(map(_bare, row), start=1):
            if isinstance(value, str):
                sheet.write_string(i, column, _line(value)[:_LONGEST_CELL])
            elif value is not None:
                sheet.write_number(i, column, value)
    for at, text in enumerate(filter(None, (table.context, table.note)), start=len(table.rows) + 2):
        sheet.write_string(at, 0, _line(text)[:_LONGEST_CELL])
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, max(1, len(table.columns)), 16)
    book.close()
    return buffer.getvalue()


def _bare(cell: Cell) -> Value:
    value = cell.value
    return None if value is None or (isinstance(value, float) and not math.isfinite(value)) else value


def _with_unit(label: str, unit: str) -> str:
    return label if unit == "1" or label.endswith(unit) else f"{label} ({unit})"


def _line(text: str) -> str:
    """One line without control characters."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def _safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    plain = _line(text)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    whole = float(value).is_integer() and abs(value) < _LARGEST_WHOLE
    return f"{value:.0f}" if whole else repr(float(value))


def cell_text(value: Value) -> str:
    """A bare value as a cell of plain text: all digits of a number, nothing for what is missing, no formula."""
    return "" if value is None else _safe(value) if isinstance(value, str) else _number(value)


def _csv(grid: Grid, shown: Chart | Table) -> str:
    header, rows = grid
    more = {title: text for title, text in (("load", shown.context), ("source", shown.note)) if text}
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_safe(h) for h in (*header, *more)])
    for i, row in enumerate(rows):
        writer.writerow([*map(cell_text, row), *(_safe(text) if i == 0 else "" for text in more.values())])
    return out.getvalue()
