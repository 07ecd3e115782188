"""LaTeX and HTML tables, and grids for the clipboard: what is shown, and nothing that acts."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
import render_samples as samples
from real_studies import scene_of

from explorer.charts import comparison
from explorer.charts.model import Cell, Column, Table
from explorer.render import tables
from explorer.render.markup import grid_html, table_html, table_latex

EVIL = ("\\input{/etc/passwd}", "$x$", "a & b", "50%", "#1", "a_b^c~d", "{}", "[x]", "*", "<script>alert(1)</script>", "\"'>", "=1+1", "a\nb", "\x07")


def evil_table(value: str) -> Table:
    return Table(value, (Column("a", value, "1", value),), ((Cell(value, value, value),),), (value,), (0,), note=value, context=value)


@pytest.mark.parametrize("value", EVIL)
def test_latex_holds_no_command_that_a_text_brought_along(value):
    for line in table_latex(evil_table(value)).splitlines():
        rest = re.sub(r"\\(textbackslash|textasciicircum|textasciitilde|textless|textgreater|textbar)\{\}", "", line)
        rest = re.sub(r"\\[{}$&#%_]", "", rest)
        commands = set(re.findall(r"\\([a-zA-Z]+)", rest))
        assert commands <= {
            "usepackage", "begin", "end", "centering", "caption", "toprule", "midrule", "bottomrule", "par", "smallskip", "footnotesize",
        }  # fmt: skip
        assert not re.search(r"(?<!\\)[$#^~_]", rest), line
        assert not re.match(r"\s*[\[*]", line)


def test_a_wide_comparison_stands_upright_on_paper():
    text = table_latex(comparison(scene_of("default")))
    assert r"\begin{tabular}{lrrr}" in text
    assert " & Trainium2 (baseline) & Trainium3 & B200 \\\\" in text
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert len({len(re.findall(r"(?<!\\)&", row)) for row in rows}) == 1
    assert r"\begin{tabular}{lrrrr}" in table_latex(samples.table())


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_accepts_it(tmp_path: Path):
    body = table_latex(comparison(scene_of("default")))
    (tmp_path / "a.tex").write_text("\\documentclass{article}\\usepackage{booktabs,textcomp,amssymb}\\begin{document}\n" + body + "\\end{document}\n")
    subprocess.run(["pdflatex", "-halt-on-error", "a.tex"], cwd=tmp_path, check=True, capture_output=True)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.values: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.values += [v for k, v in attrs if k == "data-value"]

    def handle_data(self, data):
        self.said.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    return reader


@pytest.mark.parametrize("value", EVIL)
def test_html_holds_no_tag_that_a_text_brought_along(value):
    plain, odd = read(table_html(evil_table("x"))), read(table_html(evil_table(value)))
    assert odd.tags == plain.tags
    assert set(odd.tags) <= {"html", "head", "meta", "title", "style", "body", "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "p"}
    assert read(grid_html((["h", value], [[value, 1.5]]))).tags == ["meta", "table", "tr", "th", "th", "tr", "td", "td"]


def test_html_needs_nothing_else_and_keeps_the_bare_numbers():
    table = comparison(scene_of("default"))
    text = table_html(table)
    assert "src=" not in text
    assert "href=" not in text
    assert "default-src 'none'" in text
    found = read(text)
    numbers = [v for row in table.rows for v in (c.value for c in row) if v is not None]
    assert len(found.values) == len(numbers)
    assert [float(v) for v, n in zip(found.values, numbers, strict=True) if isinstance(n, float)] == [n for n in numbers if isinstance(n, float)]
    assert table_html(table) == text


def test_grids_for_the_clipboard_are_even_and_hold_no_formula():
    for grid in (tables.chart_grid(samples.roofline()), tables.chart_grid(samples.memory()), tables.table_grid(evil_table("=1+1"))):
        lines = tables.tab_separated(grid).splitlines()
        assert len({line.count("\t") for line in lines}) == 1
        assert not [c for line in lines for c in line.split("\t") if c.startswith(("=", "+", "@"))]


def test_a_workbook_says_no_time():
    content = tables.table_xlsx(comparison(scene_of("default")))
    with zipfile.ZipFile(BytesIO(content)) as book:
        assert {i.date_time for i in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z" in book.read("docProps/core.xml")
        assert not re.search(rb"20[1-9]\d-", book.read("docProps/core.xml"))
