"""Tables as LaTeX and as HTML: what is shown, with its units, and nothing in a text that LaTeX or a browser would act on."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from explorer.charts.model import Cell, Table
from explorer.render.tables import Grid, Value, cell_text

_MOST_ACROSS = 6  # columns of a paper's table; one with more is turned, a row for each quantity
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    "×": r"$\times$", "÷": r"$\div$", "−": "$-$", "·": r"$\cdot$", "µ": r"\textmu{}", "…": r"\dots{}", "–": "--", "²": "$^2$",
    "▲": r"$\blacktriangle$", "▼": r"$\blacktriangledown$", "≤": r"$\leq$", "≥": r"$\geq$", "`": r"\textasciigrave{}",
}  # fmt: skip
_TEX_ACTS = re.compile("[" + re.escape("".join(_TEX)) + "]")
_STYLE = """\
body { font: 15px/1.45 system-ui, sans-serif; color: #14181f; background: #fff; margin: 2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; font-size: 1.2em; padding-bottom: .5em; }
th, td { padding: .3em .7em; text-align: right; border-bottom: 1px solid #dadde3; white-space: nowrap; }
th:first-child { text-align: left; }
thead th { color: #5b6472; font-weight: 500; }
.change { font-size: .86em; } .good { color: #0b7a4b; } .bad { color: #b3261e; } .warn { color: #8a5a00; } .faint { color: #5b6472; }
p { color: #5b6472; font-size: .86em; max-width: 60em; }"""


def table_latex(table: Table) -> str:
    """A table for a paper, in the manner of booktabs; a wide one has a row for each quantity and a column for each scenario."""
    turned = len(table.columns) > _MOST_ACROSS and len(table.rows) <= _MOST_ACROSS
    lines = _turned(table) if turned else _upright(table)
    head, body = lines[0], lines[1:]
    notes = [_tex(text) for text in (table.context, table.note) if text]
    return "\n".join([
        r"% needs \usepackage{booktabs}", r"\begin{table}", r"  \centering", *_caption(table),
        rf"  \begin{{tabular}}{{l{'r' * (len(head) - 1)}}}", r"    \toprule", _tex_row(head), r"    \midrule",
        *map(_tex_row, body), r"    \bottomrule", r"  \end{tabular}",
        *(rf"  \par\smallskip{{\footnotesize {note}\par}}" for note in notes), r"\end{table}", "",
    ])  # fmt: skip


def _caption(table: Table) -> list[str]:
    return [rf"  \caption{{{_tex(table.title)}}}"] if table.title else []


def _names(table: Table) -> list[str]:
    return [f"{n} (baseline)" if i == table.baseline else n for i, n in enumerate(table.row_labels)]


def _upright(table: Table) -> list[list[str | Cell]]:
    names = _names(table)
    lines: list[list[str | Cell]] = [["", *(c.label for c in table.columns)]]
    return lines + [[n, *row] for n, row in zip(names, table.rows, strict=True)]


def _turned(table: Table) -> list[list[str | Cell]]:
    lines: list[list[str | Cell]] = [["", *_names(table)]]
    return lines + [[c.label, *(row[i] for row in table.rows)] for i, c in enumerate(table.columns)]


def _shown(cell: Cell) -> str:
    return f"{cell.text} ({cell.change})" if cell.change else cell.text


def _tex(text: str) -> str:
    plain = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return _TEX_ACTS.sub(lambda found: _TEX[found[0]], plain)


def _tex_cell(cell: str | Cell) -> str:
    """As shown; the best of a column is bold."""
    if isinstance(cell, str):
        return _tex(cell)
    return rf"\textbf{{{_tex(_shown(cell))}}}" if cell.best else _tex(_shown(cell))


def _tex_row(cells: Sequence[str | Cell]) -> str:
    r"""One row; a bracket or a star at its start would belong to the ``\\`` before it."""
    line = " & ".join(map(_tex_cell, cells))
    return rf"    {'{}' if line[:1] in ('[', '*') else ''}{line} \\"


def table_html(table: Table) -> str:
    """A page of its own that needs nothing else: no script, no link, no font from elsewhere. Bare numbers stand in ``data-value``."""
    columns = "".join(f'<th scope="col" title="{_html(c.help)}">{_html(c.label)}</th>' for c in table.columns)
    body = "".join(
        f'<tr><th scope="row">{_html(name)}</th>{"".join(map(_html_cell, row))}</tr>\n'
        for name, row in zip(_names(table), table.rows, strict=True)
    )
    notes = "".join(f"<p>{_html(text)}</p>\n" for text in (table.context, table.note) if text)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{_html(table.title) or 'Table'}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n<table>\n"
        f"<caption>{_html(table.title)}</caption>\n<thead><tr><th></th>{columns}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"
        f"{notes}</body>\n</html>\n"
    )


def _html(text: str) -> str:
    return html.escape("".join(c for c in " ".join(text.split()) if c.isprintable()))


def _html_cell(cell: Cell) -> str:
    kind = f' class="{cell.severity}"' if cell.severity != "normal" and not cell.change else ""
    bare = f' data-value="{_html(cell_text(cell.value).removeprefix(chr(39)))}"' if cell.value is not None else ""
    text = f"<b>{_html(cell.text)}</b>" if cell.best else _html(cell.text)
    change = f' <span class="change {cell.severity}">{_html(cell.change)}</span>' if cell.change else ""
    return f"<td{kind}{bare}>{text}{change}</td>"


def grid_html(grid: Grid) -> str:
    """A grid of bare values for the clipboard: what word processors take as a table."""
    header, rows = grid
    head = "".join(f"<th>{_html(h)}</th>" for h in header)
    body = "".join(f"<tr>{''.join(map(_grid_cell, row))}</tr>" for row in rows)
    return f'<meta charset="utf-8"><table><tr>{head}</tr>{body}</table>'


def _grid_cell(value: Value) -> str:
    return f"<td>{_html(cell_text(value))}</td>"
