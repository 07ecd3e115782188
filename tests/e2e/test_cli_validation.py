"""Measured rows on the command line: the chart, the rows as a table, the error band of a scenario, and wrong words."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

HEADER = "id,op,chip,dtype,m,n,k,time_us,source,quality\n"
ROW = "mine-1,gemm,H100-80GB-SXM,bf16,4096,4096,4096,250,My lab,A\n"


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(HEADER + ROW + "mine-2,gemm,H1000,bf16,1,1,1,1,My lab,A\n")
    return path


@pytest.mark.parametrize("name", ["validation", "validation-ratio"])
@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_chart_of_the_shipped_rows_and_of_a_file(cli, tmp_path: Path, rows: Path, name: str, kind: str) -> None:
    for words in ((), ("rows.csv",)):
        answer = cli("chart", name, *words, "-o", f"out.{kind}")
        assert (answer.status, answer.out, answer.err) == (0, "", "")
        assert (tmp_path / f"out.{kind}").stat().st_size > 1000


def test_a_file_may_stand_behind_the_output(cli, tmp_path: Path, rows: Path) -> None:
    assert cli("chart", "validation", "-o", "a.csv", "rows.csv").status == 0
    assert cli("validate", "-o", "b.csv", "rows.csv").status == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["row"], row["chip"], row["measured"], row["published in"]) == ("mine-1", "h100", "250", "My lab")


def test_validate_prints_as_before_and_draws_beside(cli, tmp_path: Path, rows: Path) -> None:
    plain, drawn = cli("validate", "rows.csv", "--json"), cli("validate", "rows.csv", "--json", "-o", "v.png", "--theme", "dark")
    assert plain.json == drawn.json
    assert (tmp_path / "v.png").stat().st_size > 1000
    assert [s["id"] for s in plain.json["skipped"]] == ["mine-2"]
    assert "did you mean h100?" in plain.json["skipped"][0]["reason"]


@pytest.mark.parametrize(("words", "said"), [
    (("chart", "validation", "none.csv", "-o", "a.png"), "cannot read none.csv: no such file or directory"),
    (("chart", "validation", "--chip", "h100", "-o", "a.png"), "draws measured rows"),
    (("chart", "validation", "--set", "job.batch=3", "-o", "a.png"), "draws measured rows"),
    (("chart", "validatoin", "-o", "a.png"), "did you mean validation?"),
    (("chart", "validation", "rows.csv", "-o", "a.doc"), "cannot write 'a.doc'"),
    (("validate", "rows.csv", "-o", "a.doc"), "cannot write 'a.doc'"),
    (("validate", "rows.csv", "-o", "a.png", "--theme", "drak"), "did you mean dark?"),
    (("validate", ""), "FILE is empty"),
    (("validate", "rows.csv", "rows.csv"), "unexpected argument"),
])  # fmt: skip
def test_wrong_words_are_one_line(cli, tmp_path: Path, rows: Path, words: tuple[str, ...], said: str) -> None:
    answer = cli(*words)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
    assert answer.err.count("\n") == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["rows.csv"]


def test_eval_shows_the_error_band_in_words_and_numbers(cli) -> None:
    words = ("eval", "--chip", "h100", "--chip", "trainium3")
    text, found = cli(*words).out, cli(*words, "--json").json["scenarios"]
    own, carried = (s["error_bands"]["step"] for s in found)
    assert (own["provenance"], carried["provenance"]) == ("measured", "transferred")
    assert carried["rows_of_chip"] == 0
    assert carried["chips"] > 1
    for scenario, band in zip(found, (own, carried), strict=True):
        assert scenario["step_high_s"] == pytest.approx(scenario["step_s"] * (1 + band["range_fraction"]))
    flat = " ".join(text.split())
    assert f"Decode on H100 SXM: {own['n']:,} published rows within {own['median']:.0%} (median)" in flat
    assert f"Decode: no published row on Trainium3; {carried['n']:,} on {carried['chips']} other chips" in flat
    ideal = cli(*words, "--efficiency", "ideal", "--json").json["scenarios"][0]["error_bands"]
    assert ideal == {"step": None, "memory": None, "collectives": None}
