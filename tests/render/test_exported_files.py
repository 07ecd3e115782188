"""Tables and charts into files of every kind, and paths that cannot be written."""

from __future__ import annotations

import csv
import os
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from io import BytesIO, StringIO
from zipfile import ZipFile

import numpy as np
import pytest
import render_samples as samples

from explorer.charts.model import Cell, Column, Table
from explorer.errors import ExplorerError
from explorer.render import figure, tables
from explorer.render.files import CHART_SUFFIXES, TABLE_SUFFIXES, export_chart, export_table
from explorer.render.metadata import read_study_from

HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1", " =1", "＝1", '=HYPERLINK("http://x","y")')


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text)))


def hostile_table(value: str) -> Table:
    return Table(value, (Column("a", value, "1", ""),), ((Cell(value, value),),), (value,), (0,), note=value)


def test_csv_has_bare_numbers_under_headers_with_units():
    assert rows(tables.table_csv(samples.table())) == [
        ["scenario", "plan", "bandwidth (B/s)", "tokens/s", "price (USD)", "source"],
        ["Trainium2", "TP 16", "2900000000000", "3232.25", "", "'-source: a page"],
        ["'@cmd|x", "'=1+1", "4900000000000", "", "3.07", ""],
    ]


@pytest.mark.parametrize("value", HOSTILE)
def test_no_text_in_a_csv_is_a_formula(value):
    for row in rows(tables.table_csv(hostile_table(value))):
        assert not [c for c in row if c.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]


def test_negative_numbers_stay_numbers():
    table = Table("t", (Column("a", "a", "s", ""),), ((Cell("-1", -1.5),), (Cell("x", -1e-30),)), ("a", "b"), (0, 1))
    assert [r[1] for r in rows(tables.table_csv(table))[1:]] == ["-1.5", "-1e-30"]


def test_numbers_of_a_chart_read_back_exactly():
    chart = samples.roofline()
    header, *body = rows(tables.chart_csv(chart))
    assert header == ["series", "role", "label", "Arithmetic intensity at HBM (FLOP/B)", "Attainable (FLOP/s)", "source"]
    assert len(body) == sum(len(s.x) for s in chart.series)
    points = [r for r in body if r[:2] == ["B200", "points"]]
    assert [r[2] for r in points] == list(samples.OPERATORS)
    assert np.array([float(r[4]) for r in points]).tolist() == chart.series[-1].y.tolist()
    assert body[0][-1] == chart.note
    assert {r[-1] for r in body[1:]} == {""}


def test_a_chart_with_ranges_gives_them():
    header, *body = rows(tables.chart_csv(samples.interconnect()))
    assert header[5:7] == ["low (s)", "high (s)"]
    assert float(body[0][5]) == pytest.approx(0.8 * float(body[0][4]))


def test_segments_of_bars_stand_one_a_row():
    header, *body = rows(tables.chart_csv(samples.memory()))
    assert header == ["bar", "part", "HBM (B)", "limit (B)", "source"]
    assert len(body) == 9
    assert body[6][:4] == ["B200", "weights", str(120 * 2**30), str(179 * 2**30)]
    _, *body = rows(tables.chart_csv(samples.step_time()))
    assert body[-1][:5] == ["B200", "", "", "", ""]


def test_markdown_shows_what_the_window_shows_and_no_markup():
    lines = tables.table_markdown(samples.table()).splitlines()
    assert lines[2] == "|  | plan | bandwidth | tokens/s | price |"
    assert lines[4] == "| Trainium2 (baseline) | TP 16 | 2.9 TB/s | 3,232 | no price |"
    assert lines[5] == r"| @cmd\|x | =1+1 | 4.9 TB/s (+69%) | - | $3.07 |"
    odd = tables.table_markdown(hostile_table("a|b\n<img src=x> [l](u) `c` &amp; *b*"))
    assert r"a\|b \<img src=x\> \[l\](u) \`c\` &amp;amp; \*b\*" in odd
    assert all(line.count("|") - line.count(r"\|") == 3 for line in odd.splitlines()[2:5])


def sheet_of(content: bytes) -> tuple[str, list[str]]:
    with ZipFile(BytesIO(content)) as book:
        texts = ["".join(t.itertext()) for t in ET.fromstring(book.read("xl/sharedStrings.xml"))]
        return book.read("xl/worksheets/sheet1.xml").decode(), texts


def test_a_workbook_has_numbers_and_texts_and_nothing_that_acts():
    table = samples.table()
    sheet, texts = sheet_of(tables.table_xlsx(table))
    assert "<v>2900000000000</v>" in sheet
    assert "=1+1" in texts
    for value in (*HOSTILE, "http://example.org", "file://x", "12"):
        sheet, texts = sheet_of(tables.table_xlsx(hostile_table(value)))
        assert "<f>" not in sheet
        assert "hyperlink" not in sheet.lower()
        assert sheet.count('t="s"') == 5
    assert tables.table_xlsx(table) == tables.table_xlsx(table)


@pytest.mark.parametrize("suffix", CHART_SUFFIXES)
def test_a_chart_is_written_by_its_suffix(tmp_path, suffix):
    path = tmp_path / f"chart{suffix.upper()}"
    export_chart(samples.roofline(), path, "dark", "single")
    starts = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF", ".csv": b"series,role"}
    assert path.read_bytes().startswith(starts[suffix])
    if suffix != ".csv":
        assert read_study_from(path.read_bytes()) == samples.STUDY
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("suffix", TABLE_SUFFIXES)
def test_a_table_is_written_by_its_suffix(tmp_path, suffix):
    path = tmp_path / f"table{suffix}"
    export_table(replace(samples.wide_table(), metadata={"study": samples.STUDY}), str(path), "dark", "single")
    starts = {
        ".csv": b"scenario,plan", ".md": b"### Comparison", ".xlsx": b"PK", ".tex": b"% needs", ".html": b"<!doctype", ".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"
    }  # fmt: skip
    assert path.read_bytes().startswith(starts[suffix])
    if suffix in (".png", ".svg", ".pdf"):
        assert read_study_from(path.read_bytes()) == samples.STUDY
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("name", ["chart", "chart.gif", ".png", "chart.png.exe", "chart.xlsx"])
def test_an_unknown_suffix_names_the_known_ones(tmp_path, name):
    with pytest.raises(ExplorerError, match=r"\.png, \.svg, \.pdf, \.csv"):
        export_chart(samples.memory(), tmp_path / name)
    with pytest.raises(ExplorerError, match=r"\.csv, \.md, \.xlsx, \.tex, \.html, \.png, \.svg, \.pdf"):
        export_table(samples.table(), tmp_path / name.replace("xlsx", "json"))
    assert os.listdir(tmp_path) == []


def test_unknown_sizes_and_themes_name_the_nearest(tmp_path):
    with pytest.raises(ExplorerError, match="single"):
        export_chart(samples.memory(), tmp_path / "a.png", size="singel")
    with pytest.raises(ExplorerError, match="projector"):
        export_chart(samples.memory(), tmp_path / "a.csv", theme="projectr")
    with pytest.raises(ExplorerError, match="double"):
        export_table(samples.table(), tmp_path / "a.csv", size="duble")
    with pytest.raises(ExplorerError, match="dark"):
        export_table(samples.table(), tmp_path / "a.png", theme="drak")
    assert os.listdir(tmp_path) == []


def refused(tmp_path, path) -> str:
    found = []
    before = sorted(tmp_path.rglob("*"))
    for act in (lambda: export_chart(samples.memory(), path), lambda: export_table(samples.table(), path)):
        with pytest.raises(ExplorerError) as told:
            act()
        found.append(str(told.value))
    assert sorted(tmp_path.rglob("*")) == before
    assert "\n" not in "".join(found)
    return found[0]


def test_paths_that_cannot_be_written_leave_nothing_behind(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "file").write_text("x")
    assert "folder" in refused(tmp_path, tmp_path / "folder.csv")
    assert "no folder" in refused(tmp_path, tmp_path / "missing" / "a.csv")
    assert "no folder" in refused(tmp_path, tmp_path / "file" / "a.csv")
    assert "cannot write" in refused(tmp_path, tmp_path / ("x" * 300 + ".csv"))
    assert "cannot write" in refused(tmp_path, tmp_path / "nul\0.csv")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_a_folder_without_permission(tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    assert "permission" in refused(tmp_path, locked / "a.csv")


def test_a_drawing_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def fail(*_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(figure, "_saved", fail)
    with pytest.raises(MemoryError):
        export_chart(samples.memory(), path)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.png"]
