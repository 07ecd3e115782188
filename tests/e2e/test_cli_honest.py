"""What the command line writes of edited hardware, of its load, and of what no number can be."""

from __future__ import annotations

import csv
import io
import json

import pytest

from explorer.charts.records import as_json
from explorer.library import default_study, load_library, study_text

EDIT = ("--set", "b200:chip.hbm_bytes=500GiB")
LOAD = "Llama 3 70B · decode · batch 32 · context 4,096 · 16 chips"


def test_json_names_each_edit(cli):
    found = cli("eval", "--json", *EDIT).json["scenarios"]
    assert [s["edited"] for s in found] == [{}, {}, {"chip.hbm_bytes": [load_library().chips["b200"].hbm_bytes, 500 * 2.0**30]}]
    assert found[2]["name"] == "B200"


def test_text_names_each_edit(cli):
    out = cli("eval", *EDIT).out
    assert "== B200 (edited) =" in out
    assert "Edited, not as shipped: HBM capacity 500 GiB, was 179 GiB." in out
    assert "dited" not in cli("eval").out
    assert "Price: an assumed $1/h a chip." in cli("eval", "--set", "offer.usd_per_chip_h=1").out
    assert "Price: no capacity block; on demand $2.7" in cli("eval", "--chip", "a100-40gb").out


@pytest.mark.parametrize("words", [("chart", "memory"), ("chart", "roofline"), ("table",)])
def test_files_name_edit_and_load(cli, tmp_path, words):
    assert cli(*words, *EDIT, "-o", "out.csv").status == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text(encoding="utf-8"))))
    assert rows[0]["load"].startswith(LOAD)
    assert rows[0]["source"].startswith("Set by you: B200 HBM capacity 500 GiB, was 179 GiB. ")
    assert any("B200 (edited)" in row.values() for row in rows)


def test_markdown_names_the_load(cli):
    assert f"\n{LOAD} · TP 16 / TP 16 / TP 8 × 2 · BF16\n" in cli("table").out


def test_a_setting_finds_its_scenario_after_an_edit(cli):
    answer = cli("eval", "--json", "--chip", "b200", "--chip", "b200", *EDIT, "--set", "B200 (2):job.batch=4")
    assert [s["batch"] for s in answer.json["scenarios"]] == [32, 4]


def test_json_of_what_is_no_number():
    assert json.loads(as_json({"a": [float("inf"), (float("nan"), 1)], "b": "x"})) == {"a": [None, [None, 1]], "b": "x"}


def test_a_tile_of_nothing_is_refused(cli, tmp_path):
    data = json.loads(study_text(default_study(load_library())))
    data["scenarios"][0]["chip"]["matmul_tile"] = [0, 128]
    (tmp_path / "a.json").write_text(json.dumps(data), encoding="utf-8")
    answer = cli("eval", "a.json", "--json")
    assert (answer.status, answer.out) == (2, "")
    assert "scenarios.0.chip.matmul_tile.0" in answer.err


def test_a_context_beyond_the_model_is_told(cli):
    beyond = cli("eval", "--json", "--context", "10000").json["scenarios"][0]["not_modelled"]
    assert beyond[0] == "whether Llama 3 70B works beyond its 8,192 tokens (the context is 10,000)"
    assert not any("beyond" in words for words in cli("eval", "--json", "--context", "8192").json["scenarios"][0]["not_modelled"])


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("eval", ""), "STUDY is empty"),
        (("chart", "time", "-o", "x"), "cannot write 'x': its name has no ending that says what to write (known: .png, "),
        (("chart", "time", "-o", "."), "cannot write .: it is a folder"),
        (("table", "-o", "x.doc"), "'.doc' is no kind of file that can be written"),
        (("presets", "check", "nowhere"), "there is no folder or file 'nowhere'"),
        (("presets", "check", "."), ". has no presets in chips/"),
        (("presets", "check", ""), "there is no folder or file ''"),
    ],
)  # fmt: skip
def test_words_of_mistakes(cli, words, text):
    answer = cli(*words)
    assert answer.status == 2
    assert text in answer.err
    assert "installation" not in answer.err


@pytest.mark.parametrize(
    ("content", "text"),
    [('{"format":1}', "it has no scenarios"), ('{"format":1,"scenarios":[]}', "it has no scenarios"),
     ('{"format":1,"scenarios":[0,0,0,0,0,0,0]}', "it has 7 scenarios: 6 at most"), ('{"scenarios":[]}', "it has no format"),
     ('{"format":1,"scenarios":3}', "its scenarios are no list")],
)  # fmt: skip
def test_words_of_broken_studies(cli, tmp_path, content, text):
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    assert cli("eval", "a.json").err == f"chip-explorer: a.json is not a study: {text}\n"
