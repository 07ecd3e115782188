"""Pictures as somebody wants them, reports, and folders of studies, all without a display."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli_files import quiet

from explorer.library import default_study, load_library, parse_study, read_study, write_study


def size(path: Path) -> tuple[int, int]:
    content = path.read_bytes()
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def test_pixels_dots_and_words(cli, tmp_path: Path):
    quiet(cli("chart", "memory", "-o", "a.png", "--size", "1600x900", "--dpi", "300"))
    assert size(tmp_path / "a.png") == (1600, 900)
    quiet(cli("chart", "memory", "-o", "a.csv", "--x-label", "HBM of a chip", "--no-footer"))
    header = (tmp_path / "a.csv").read_text().splitlines()[0]
    assert "HBM of a chip" in header
    assert "source" not in header
    quiet(cli("chart", "memory", "-o", "mine.svg", "--title", "My own title", "--footer", "mine", "--transparent", "--theme", "grey"))
    assert "<title>My own title</title>" in (tmp_path / "mine.svg").read_text().replace("dc:", "")
    assert cli("table", "--title", "Mine").out.startswith("### Mine\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--dpi", "many"), "whole number"), (("--dpi", "9"), "36 to 1200"), (("--size", "postre"), "poster"), (("--theme", "gray"), "grey"),
        (("--title", "a", "--no-title"), "not both"), (("--footer", "a", "--no-footer"), "not both"), (("--format", "svg"), "folder of studies"),
    ],
)  # fmt: skip
def test_mistakes_are_told_in_one_line(cli, tmp_path: Path, words, said):
    answer = cli("chart", "memory", "-o", "a.png", *words)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err
    assert answer.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_report_as_pdf_opens_again_anywhere(cli, tmp_path: Path):
    words = ("--chip", "h100", "--chips", "8", "--batch", "7")
    quiet(cli("report", "-o", "a.pdf", *words))
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")
    assert cli("eval", "a.pdf", "--json").json == cli("eval", "--json", *words).json
    quiet(cli("chart", "time", "a.pdf", "-o", "a.svg"))
    quiet(cli("chart", "time", "-o", "b.svg", *words))
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    quiet(cli("table", "a.svg", "-o", "t.png"))
    assert cli("eval", "t.png", "--json").json == cli("eval", "--json", *words).json


def test_a_report_as_json_is_that_of_eval_and_more(cli, tmp_path: Path):
    quiet(cli("report", "-o", "a.json"))
    found, plain = json.loads((tmp_path / "a.json").read_text(encoding="utf-8")), cli("eval", "--json").json
    assert {key: found[key] for key in plain} == plain
    assert parse_study(json.dumps(found["study"])) == default_study(load_library())


def test_a_folder_takes_everything_and_progress_is_told(cli, tmp_path: Path):
    answer = cli("report", "-o", "all", "--format", "csv", "--chip", "h100", "--chips", "8")
    assert (answer.status, answer.out) == (0, "")
    told = answer.err.splitlines()
    assert told[0].startswith(f"1/{len(told)} ")
    names = {p.name for p in (tmp_path / "all").iterdir()}
    assert len(names) == len(told)
    assert {"roofline.csv", "comparison.xlsx", "comparison.tex", "report.pdf", "report.json", "study.json"} <= names
    assert read_study(tmp_path / "all" / "study.json").scenarios[0].chip.id == "h100"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "studies"
    made.mkdir()
    study = default_study(load_library())
    write_study(made / "one.json", study)
    write_study(made / "two.json", study.replace(scenarios=study.scenarios[:1]))
    return made


def test_each_study_of_a_folder_goes_into_its_own_file(cli, tmp_path: Path, folder: Path):
    answer = cli("chart", "memory", "studies", "-o", "out", "--format", "csv", "--batch", "3")
    assert (answer.status, answer.out) == (0, "")
    assert [line.split()[0] for line in answer.err.splitlines()] == ["1/2", "2/2"]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["one.csv", "two.csv"]
    quiet(cli("chart", "memory", "studies/two.json", "-o", "two.csv", "--batch", "3"))
    assert (tmp_path / "two.csv").read_bytes() == (tmp_path / "out" / "two.csv").read_bytes()
    assert cli("table", "studies", "-o", "out", "--format", "tex").status == 0
    assert cli("report", "studies", "-o", "out", "--format", "json").status == 0
    assert sorted(p.suffix for p in (tmp_path / "out").iterdir()) == [".csv", ".csv", ".json", ".json", ".tex", ".tex"]


def test_what_fails_is_told_and_the_others_are_written(cli, tmp_path: Path, folder: Path):
    (folder / "bad.json").write_text("{}")
    (folder / "one.png").write_bytes(b"\x89PNG no study")
    answer = cli("chart", "time", "studies", "-o", "out", "--format", "csv")
    assert (answer.status, answer.out) == (1, "")
    assert "bad.json FAILED: " in answer.err
    assert answer.err.splitlines()[-1].startswith("chip-explorer: 2 of 4 studies")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["one.json.csv", "two.csv"]


def test_folders_that_cannot_be_used_are_told(cli, tmp_path: Path, folder: Path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    for words, said in (
        (("chart", "time", "empty", "-o", "out"), "holds no studies"), (("chart", "time", "studies", "-o", "file"), "is no folder"),
        (("chart", "time", "studies", "-o", "out", "--format", "gif"), "png, svg, pdf, csv"), (("table", "studies"), "needs -o"),
        (("chart", "time", "studies", "--chip", "h100", "-o", "out"), "not both"), (("report", "studies", "-o", "out", "--format", "svg"), "pdf or json"),
        (("report", "-o", "a.png"), "a .pdf, a .json or a folder"), (("report", "-o", "a.pdf", "--format", "json"), "leave --format out"),
        (("report", "-o", "a.pdf", "--paper", "a5"), "a4"), (("report", "-o", "nowhere/at/all"), "cannot make the folder"),
    ):  # fmt: skip
        answer = cli(*words)
        assert (answer.status, answer.out) == (2, ""), words
        assert said in answer.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["empty", "file", "studies"]
