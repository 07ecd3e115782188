"""Measurement files: their kind, their numbers, and files that are none."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from explorer.errors import ExplorerError
from explorer.validation.rows import KINDS, MOST_BYTES, REQUIRED, Row, RowError, kind_of, read_table

COMMON = ("id", "chip", "source", "quality")
MORE = {"training": ("framework", "step_time_s", "tflops_per_chip"), "collectives": ("algbw_gbps", "busbw_gbps")}
GEMM = "id,op,chip,dtype,m,n,k,time_us,source,quality\n"


def written(folder: Path, content: str | bytes, name: str = "m.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_follows_from_the_columns(kind: str) -> None:
    assert kind_of([*COMMON, *REQUIRED[kind], *MORE.get(kind, ())], "f") == kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_column_is_named(kind: str) -> None:
    header = [*COMMON, *REQUIRED[kind], *MORE.get(kind, ())]
    with pytest.raises(ExplorerError, match=rf"f: {kind} measurements need the column chip$"):
        kind_of([c for c in header if c != "chip"], "f")
    with pytest.raises(ExplorerError, match=rf"need the column quality, {REQUIRED[kind][0]}"):
        kind_of([c for c in header if c not in ("quality", REQUIRED[kind][0])], "f")


def test_rows_of_low_quality_are_counted_and_empty_lines_are_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, GEMM + "a,gemm,h100,bf16,1,2,3,4,s,A\n\nb,gemm,h100,bf16,1,2,3,4,s,B+\nc,gemm,h100,bf16,1,2,3,4,s,A-\n")
    table = read_table(path)
    assert table.kind == "gemm"
    assert [row.id for row in table.rows] == ["a", "c"]
    assert table.below_quality == 1
    assert table.rows[1].line == 5


def test_a_row_of_another_length_or_without_quality_is_listed(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, GEMM + "a,gemm,h100\nb,gemm,h100,bf16,1,2,3,4,s,\n,,,,,,,,,A,\n"))
    assert table.rows == ()
    assert table.broken[0] == ("a", "3 cells where the header has 10 columns")
    assert table.broken[1] == ("b", "quality is missing")
    assert table.broken[2][0] == "line 4"


@pytest.mark.parametrize("cell", ["eight", "nan", "inf", "-inf", "1_000", "0x10", "1,5", "1e999", "--3", "٣", "1e", "."])
def test_text_is_no_number(cell: str) -> None:
    with pytest.raises(RowError, match=r"n: .* is not a number"):
        Row(1, {"n": cell}).number("n")


def test_numbers_and_counts() -> None:
    row = Row(1, {"a": "1.5e3", "b": "-.5", "c": "8.0", "d": "2.5", "e": "0"})
    assert row.number("a") == 1500
    assert row.number("b") == -0.5
    assert row.count("c") == 8
    assert row.number("z") is None
    assert row.count("z", 1) == row.count("e", 1) == 1
    for name in ("b", "e"):
        with pytest.raises(RowError, match="out of range"):
            row.positive(name)
    for name, reason in (("d", "not a whole number"), ("e", "not a whole number"), ("b", "not a whole number"), ("z", "z is missing")):
        with pytest.raises(RowError, match=reason):
            row.count(name)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\n", "columns are those of no kind"),
        (b"name,age\nx,1\n", "columns are those of no kind"),
        (b"id,op,chip\0,dtype\n", ":1: a NUL character"),
        (GEMM.encode("utf-16"), "is not UTF-8 text|NUL"),
        (GEMM.encode() + b"\xff\xfe,gemm\n", "is not UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "is not UTF-8 text|NUL"),
        (GEMM.encode() + b'a,"gemm\n' + b"x" * 40 + b"\n", "unexpected end of data"),
        (GEMM.encode() + b'a,"' + b"x\n" * 80_000, "field larger"),
        (GEMM.encode() + b"a" * 70_000 + b"\n", ":2: a line of more than 65,536 characters"),
        (b"id,op,chip,dtype,m,n,k,time_us,source,quality,m\n", "the column m stands there twice"),
        (GEMM.encode() + b"\n" * 200_001, "more than 200,000 lines"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_one_line(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(ExplorerError, match=reason) as caught:
        read_table(written(tmp_path, content))
    assert "\n" not in str(caught.value)


def test_a_file_of_100_mb_is_never_read(tmp_path: Path) -> None:
    path = written(tmp_path, GEMM)
    os.truncate(path, 100_000_000)
    tracemalloc.start()
    with pytest.raises(ExplorerError, match="is larger than 64 MiB"):
        read_table(path)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
    assert MOST_BYTES == 64 * 2**20


def test_missing_files_folders_and_pipes_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="no such file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(ExplorerError, match="is a folder"):
        read_table(tmp_path)
    with pytest.raises(ExplorerError, match="not a possible file name"):
        read_table(Path("a\0b.csv"))
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")
        with pytest.raises(ExplorerError, match="not a regular file"):
            read_table(tmp_path / "pipe.csv")


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    text = "\ufeff" + GEMM.replace("\n", "\r\n") + "a,gemm,h100,bf16,1,2,3,4,s,A\r\n"
    assert [row.id for row in read_table(written(tmp_path, text)).rows] == ["a"]


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    row = read_table(written(tmp_path, GEMM + "\x1b[31ma\u202e,gemm,h100,bf16,1,2,3,4," + "s" * 500 + ",A\n")).rows[0]
    assert row.id == "?[31ma?"
    assert len(row.text("source")) == 203
