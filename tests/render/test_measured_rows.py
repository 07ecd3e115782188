"""Measured rows in files: hundreds of dots in every kind of picture, and row by row as a table."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from explorer.charts.measured import Choice
from explorer.errors import ExplorerError
from explorer.render.options import Options
from explorer.render.rows import export_rows
from explorer.validation import Found, Prediction, Skip, validate


@pytest.fixture(scope="module")
def found() -> Found:
    return validate()


@pytest.mark.parametrize(("suffix", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_pictures_and_the_same_bytes_twice(found: Found, tmp_path: Path, suffix: str, start: bytes) -> None:
    paths = [tmp_path / f"{i}.{suffix}" for i in range(2)]
    for path in paths:
        export_rows(found, Choice("inference tpot_ms"), path, options=Options("dark", "single"))
    assert paths[0].read_bytes().startswith(start)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_every_dot_is_in_the_drawing(found: Found, tmp_path: Path) -> None:
    export_rows(found, Choice("attention time_us"), tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    part = text[text.index('id="rows ') :]
    n = sum(r.kind == "attention" for r in found.rows)
    assert part.count("<path") >= n


def test_a_table_of_rows_as_csv(found: Found, tmp_path: Path) -> None:
    export_rows(found, Choice("inference tpot_ms", chip="b200"), tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    wanted = [r for r in found.rows if r.quantity == "tpot_ms" and r.chip == "b200"]
    assert [(r["row"], float(r["measured"]), float(r["predicted"])) for r in read] == [(r.id, r.measured, r.predicted) for r in wanted]


def test_texts_of_a_file_are_no_formulas_and_no_markup(tmp_path: Path) -> None:
    odd = Found(rows=[Prediction("=1+1", "gemm", "h100", "$x_1$ <b>", "time_us", 1.0, 2.0)], skipped=[Skip("a", "why")])
    export_rows(odd, Choice(), tmp_path / "odd.csv", name="@file.csv")
    assert "'=1+1" in (tmp_path / "odd.csv").read_text(encoding="utf-8")
    export_rows(odd, Choice("gemm time_us"), tmp_path / "odd.svg", name="$f$.csv")
    export_rows(odd, Choice("gemm time_us"), tmp_path / "odd.md")


def test_nothing_predicted_is_a_picture_that_says_so(tmp_path: Path) -> None:
    export_rows(Found(), Choice(), tmp_path / "none.png")
    assert (tmp_path / "none.png").stat().st_size > 1000


def test_a_wrong_ending_is_one_line(found: Found, tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="cannot write"):
        export_rows(found, Choice(), tmp_path / "x.doc")
