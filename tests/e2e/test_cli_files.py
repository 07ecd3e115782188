"""Charts, tables and presets from the command line, and pictures that open again."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from explorer.charts import CHARTS

SIGNATURES = {"png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-", "svg": b"<?xml", "csv": b""}


def quiet(answer) -> None:
    assert (answer.status, answer.out, answer.err) == (0, "", "")


@pytest.mark.parametrize("kind", SIGNATURES)
@pytest.mark.parametrize("name", ["roofline", "memory", "interconnect", "time"])
def test_the_four_charts_in_four_kinds(cli, tmp_path: Path, name, kind):
    quiet(cli("chart", name, "-o", f"out.{kind}"))
    content = (tmp_path / f"out.{kind}").read_bytes()
    assert content.startswith(SIGNATURES[kind])
    assert len(content) > 300
    if kind in ("svg", "csv"):
        text = content.decode()
        assert "Trainium3" in text
        assert "Sources: " in text  # where the numbers come from


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_has_numbers(cli, tmp_path: Path, name):
    quiet(cli("chart", name, "-o", "out.csv"))
    rows = list(csv.reader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    assert len(rows) > 3
    assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_picture_opens_again_as_the_study_it_shows(cli, kind):
    words = ("--chip", "h100", "--batch", "7", "--set", "chip.hbm_bytes_per_s=3.21TB/s")
    quiet(cli("chart", "memory", "-o", f"out.{kind}", *words))
    assert cli("eval", f"out.{kind}", "--json").json == cli("eval", "--json", *words).json


def test_a_study_may_stand_behind_the_output(cli, tmp_path: Path):
    quiet(cli("chart", "memory", "-o", "first.svg", "--chip", "h100"))
    quiet(cli("chart", "memory", "-o", "second.svg", "first.svg"))
    assert (tmp_path / "second.svg").read_bytes() == (tmp_path / "first.svg").read_bytes()


def test_the_same_study_gives_the_same_bytes(cli, tmp_path: Path):
    for kind in ("png", "svg", "pdf"):
        quiet(cli("chart", "time", "-o", f"a.{kind}"))
        quiet(cli("chart", "time", "-o", f"b.{kind}"))
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


def test_theme_and_size(cli, tmp_path: Path):
    quiet(cli("chart", "roofline", "-o", "slide.png"))
    quiet(cli("chart", "roofline", "-o", "dark.png", "--theme", "dark"))
    quiet(cli("chart", "roofline", "-o", "single.png", "--size", "single"))
    sizes = [(tmp_path / f"{n}.png").read_bytes()[16:24] for n in ("slide", "dark", "single")]
    assert sizes[0] == sizes[1] != sizes[2]
    assert (tmp_path / "slide.png").read_bytes() != (tmp_path / "dark.png").read_bytes()


def test_a_chart_of_what_does_not_fit_and_of_what_cannot_be(cli, tmp_path: Path):
    for words in (("--workload", "llama3.1-405b", "--chips", "1"), ("--chips", "24", "--tp", "7")):
        for name in ("roofline", "memory", "interconnect", "time"):
            quiet(cli("chart", name, "-o", "out.svg", *words))
            assert (tmp_path / "out.svg").stat().st_size > 1000


def test_the_table_as_csv_xlsx_and_markdown(cli, tmp_path: Path):
    for kind in ("csv", "xlsx", "md"):
        quiet(cli("table", "-o", f"out.{kind}"))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    found = cli("eval", "--json").json["scenarios"]
    assert [r["scenario"] for r in rows] == [s["name"] for s in found]
    column = next(key for key in rows[0] if key.startswith("tokens/s"))
    assert [float(r[column]) for r in rows] == [s["tokens_per_s"] for s in found]
    assert zipfile.ZipFile(tmp_path / "out.xlsx").testzip() is None
    assert cli("table").out == (tmp_path / "out.md").read_text(encoding="utf-8")


def test_presets(cli):
    listed = cli("presets", "list")
    for known in ("trainium3", "nvswitch-8-b200", "llama3.1-405b"):
        assert known in listed.out
        shown = cli("presets", "show", known)
        assert (shown.status, shown.err) == (0, "")
        assert f"({known})" in shown.out
        assert "published by the vendor" in shown.out
    assert "hbm_bytes_per_s = 4.9 TB/s" in cli("presets", "show", "trainium3").out
    assert "all right" in cli("presets", "check").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sweep", "--knob", "plan.tpp"), "unknown knob 'plan.tpp' (did you mean plan.tp?)"),
        (("sweep", "--result", "step"), "unknown result 'step'"),
        (("roofline", "--knob", "plan.tp"), "chart roofline takes no --knob: it is for sweep and heat-map"),
        (("sweep", "--knob-y", "plan.tp"), "chart sweep takes no --knob-y: it is for heat-map"),
        (("heat-map", "--knob", "job.context"), "give two"),
    ],
)
def test_a_wrong_knob_is_told_in_one_line(cli, tmp_path: Path, words, said):
    done = cli("chart", *words, "-o", "out.csv")
    assert done.status == 2
    assert said in done.err
    assert not (tmp_path / "out.csv").exists()


def test_any_knob_can_be_swept(cli, tmp_path: Path):
    quiet(cli("chart", "sweep", "--knob", "chip.sram_bytes", "--result", "step_s", "-o", "out.csv"))
    header = next(csv.reader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    assert header[3:5] == ["SRAM capacity (B)", "Time of a step (s)"]
    quiet(cli("chart", "heat-map", "--knob", "plan.tp", "--knob-y", "job.weight_format", "-o", "map.svg"))
    quiet(cli("chart", "heat-map", "--knob", "plan.tp", "--knob-y", "job.weight_format", "-o", "map.csv"))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "map.csv").read_text(encoding="utf-8"))))
    cell = next(r for r in rows if (r["role"], r["Tensor parallel"], r["Weights"]) == ("cells", "16", "BF16"))
    answer = cli("eval", "--json").json["scenarios"][0]
    assert float(cell["tokens/s per chip (tokens/s)"]) == pytest.approx(answer["tokens_per_s_per_chip"])
