"""Bad input: one line that says what and where, exit status 2, nothing printed, nothing left behind."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from explorer.library import default_study, load_library, study_text

BAD = [
    (("evall",), "unknown command 'evall' (did you mean eval?)"),
    (("--versoin",), "unknown option '--versoin' (did you mean --version?)"),
    (("eval", "--chip", "b20"), "unknown chip 'b20' (did you mean b200?)"),
    (("eval", "--chip", "b200", "--chip", "trainium5"), "unknown chip 'trainium5' (did you mean trainium"),
    (("eval", "--workload", "llama3-7b"), "unknown workload 'llama3-7b' (did you mean llama3-"),
    (("eval", "--fabric", "nvswitch-b200"), "unknown fabric 'nvswitch-b200' (did you mean nvswitch-8-b200?)"),
    (("eval", "--phase", "decod"), "unknown phase 'decod' (did you mean decode?)"),
    (("eval", "--precision", "fp9"), "unknown precision 'fp9' (did you mean fp8?)"),
    (("eval", "--precision", "w=fp8,b=fp8"), "unknown part of the precision 'b'"),
    (("eval", "--recompute", "al"), "unknown recompute 'al'"),
    (("eval", "--efficiency", "ideel"), "unknown efficiency set 'ideel' (did you mean ideal?)"),
    (("eval", "--bacth", "3"), "unknown option '--bacth' (did you mean --batch?)"),
    (("eval", "--batch"), "--batch: expected one argument"),
    (("eval", "--batch", "many"), "--batch: 'many' is not a number"),
    (("eval", "--batch", "1.5"), "--batch: 1.5 is not a whole number"),
    (("eval", "--batch", "-3"), "is outside 1 to 10,000,000"),
    (("eval", "--batch", "0"), "is outside 1 to 10,000,000"),
    (("eval", "--context", "nan"), "--context: 'nan' is not a number"),
    (("eval", "--context", "inf"), "--context: 'inf' is not a number"),
    (("eval", "--chips", "1e400"), "--chips: '1e400' is not a finite number"),
    (("eval", "--chips", "4 GB"), "--chips: 'GB' is not a unit"),
    (("eval", "--zero", "4"), "is outside 0 to 3"),
    (("eval", "--cp", "0"), "--cp: 0 is outside 1 to 1,000,000"),
    (("eval", "--ep", "many"), "--ep: 'many' is not a number"),
    (("eval", "--schedule", "zerobubble"), "--schedule: unknown schedule 'zerobubble' (did you mean zero-bubble?)"),
    (("eval", "--offload", "optimiser"), "--offload: unknown offload 'optimiser' (did you mean optimizer?)"),
    (("eval", "--acceptance", "2"), "--acceptance: 200% is outside 0% to 100%"),
    (("eval", "--imbalance", "0.5"), "--imbalance: 0.5 is outside 1 to 1,000"),
    (("eval", "--gradients", "fp8"), "--gradients: unknown gradients 'fp8'"),
    (("eval", "--expert-precision", "fp5"), "unknown precision 'fp5'"),
    (("eval", "--schedule", "zero-bubble", "--vpp", "2"), "virtual_stages must be 1"),
    (("eval", "--no-flash=yes"), "--no-flash: ignored explicit argument 'yes'"),
    (("eval", "--dp", "2"), "--dp needs --tp or --chips"),
    (("eval", "--tp", "4", "--dp", "3", "--chips", "16"), "TP 4 x PP 1 x DP 3 = 12 chips, not 16"),
    (("eval", *["--chip", "b200"] * 7), "7 scenarios: a study holds 6 at most"),
    (("eval", "--set", "chip.hbm_byte=3GiB"), "unknown knob 'chip.hbm_byte' (did you mean chip.hbm_bytes?)"),
    (("eval", "--set", "chip.hbm_bytes"), "--set chip.hbm_bytes: write KEY=VALUE"),
    (("eval", "--set", "chip.hbm_bytes="), "--set chip.hbm_bytes: a number is missing"),
    (("eval", "--set", "chip.hbm_bytes=much"), "--set chip.hbm_bytes: 'much' is not a number"),
    (("eval", "--set", "chip.hbm_bytes=4 s"), "--set chip.hbm_bytes: 's' is not a unit of B"),
    (("eval", "--set", "chip.hbm_bytes_per_s=4 TBs"), "(did you mean TB/s?)"),
    (("eval", "--set", "chip.hbm_bytes=nan"), "--set chip.hbm_bytes: 'nan' is not a number"),
    (("eval", "--set", "chip.hbm_bytes=-96GiB"), "--set chip.hbm_bytes: -96 GiB is outside"),
    (("eval", "--set", "chip.tdp_w=1e999"), "is not a finite number"),
    (("eval", "--set", "job.kv_format=fp6"), "unknown kv cache 'fp6' (did you mean fp8?)"),
    (("eval", "--set", "h200:chip.tdp_w=500"), "unknown scenario 'h200'"),
    (("eval", "missing.json"), "cannot read missing.json: no such file"),
    (("eval", "."), "is a folder, not a study"),
    (("eval", "one.json", "two.json"), "unexpected argument 'two.json'"),
    (("chart",), "missing: NAME, -o/--output"),
    (("chart", "roofline"), "missing: -o/--output"),
    (("chart", "rooflin", "-o", "x.svg"), "unknown chart 'rooflin' (did you mean roofline?)"),
    (("chart", "comparison", "-o", "x.svg"), "the comparison is a table"),
    (("chart", "roofline", "-o", "x.bmp"), "'.bmp'"),
    (("chart", "roofline", "-o", "x"), "'x'"),
    (("chart", "roofline", "-o", "no/such/x.svg"), "x.svg"),
    (("chart", "roofline", "-o", "x.svg", "--theme", "drak"), "unknown theme 'drak' (did you mean dark?)"),
    (("chart", "roofline", "-o", "x.svg", "--size", "slid"), "unknown size 'slid' (did you mean slide?)"),
    (("table", "-o", "x.doc"), "'.doc'"),
    (("table", "-o", "no/such/x.csv"), "x.csv"),
    (("shot",), "missing: -o/--output"),
    (("shot", "-o", "x.jpg"), "shot writes .png files"),
    (("shot", "-o", "x.png", "--size", "big"), "--size 'big': write WIDTHxHEIGHT"),
    (("shot", "-o", "x.png", "--scale", "big"), "--scale 'big' is not a number"),
    (("presets",), "missing: list|show|check"),
    (("presets", "lst"), "write list, show, check, new, import or schema (did you mean list?)"),
    (("presets", "list", "--kind", "chps"), "unknown kind 'chps' (did you mean chips?)"),
    (("presets", "list", "--vendor", "NVIDA"), "unknown vendor 'NVIDA' (did you mean NVIDIA?)"),
    (("presets", "list", "--year", "new"), "--year 'new': write a year or a range"),
    (("presets", "list", "--confidence", "hi"), "unknown confidence 'hi' (did you mean high?)"),
    (("presets", "show", "chip/b20"), "unknown preset 'b20' (did you mean b200?)"),
    (("presets", "new", "chip", "B 200"), "'B 200' cannot be an id"),
    (("presets", "new", "chp", "b400"), "unknown kind 'chp' (did you mean chip?)"),
    (("presets", "new", "chip", "b400", "-o", "x.toml"), "a preset's file is called after its id, b400.toml"),
    (("presets", "new", "chip", "b400", "--like", "b20"), "unknown chip 'b20' (did you mean b200?)"),
    (("presets", "schema", "study"), "unknown kind 'study'"),
    (("eval", "--chip", "p5.48xlarg"), "unknown chip 'p5.48xlarg' (did you mean p5.48xlarge?)"),
    (("presets", "list", "b200"), "unexpected argument 'b200'"),
    (("presets", "show"), "which one?"),
    (("presets", "show", "b20"), "unknown preset 'b20' (did you mean b200?)"),
    (("presets", "check", "nowhere"), "nowhere"),
    (("missing.json",), "cannot read missing.json: no such file"),
    (("missing.png",), "cannot read missing.png: no such file"),
    (("missing.csv",), "cannot read missing.csv: no such file"),
    (("chipx1:AAOc",), "the share string cannot be read: it is cut off"),
    (("missing.json", "--batch"), "unexpected argument '--batch'"),
]


def refused(answer, text: str) -> None:
    """One line on stderr with ``text`` in it, and nothing on stdout."""
    assert answer.status == 2
    assert answer.out == ""
    assert answer.err.startswith("chip-explorer: ")
    assert answer.err.count("\n") == 1
    assert answer.err.endswith("\n")
    assert text in answer.err
    assert len(answer.err) < 400


@pytest.mark.parametrize(("words", "text"), BAD, ids=[" ".join(words)[:60] for words, _ in BAD])
def test_one_line_and_no_file(cli, tmp_path: Path, words, text):
    refused(cli(*words), text)
    assert os.listdir(tmp_path) == []


def _nested() -> str:
    return '{"format": 1, "scenarios": ' + "[" * 100_000


def _foreign_study() -> str:
    return json.dumps({"cells": [], "nbformat": 4})


def _changed(**changes: object) -> str:
    data = json.loads(study_text(default_study(load_library())))
    data["scenarios"][0]["chip"] |= changes
    return json.dumps(data)


FILES = {
    "truncated": (lambda: study_text(default_study(load_library()))[:5000], "is not a study: line"),
    "empty": (lambda: "", "is not a study"),
    "foreign": (_foreign_study, "it has no format and no scenarios"),
    "nested": (_nested, "is not a study"),
    "newer": (lambda: '{"format": 99, "scenarios": []}', "comes from a newer version"),
    "nan": (lambda: _changed(hbm_bytes=float("nan")), "NaN is not a number"),
    "negative": (lambda: _changed(hbm_bytes=-1.0), "scenarios.0.chip.hbm_bytes"),
    "text for a number": (lambda: _changed(hbm_bytes="96 GiB"), "scenarios.0.chip.hbm_bytes"),
    "unknown field": (lambda: _changed(colour="red"), "scenarios.0.chip.colour"),
    "too large": (lambda: " " * 2_000_000, "larger than 1 MiB"),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("words", [("eval", "bad.json"), ("chart", "memory", "bad.json", "-o", "x.png"), ("bad.json",)])
def test_a_bad_study_file_is_told_and_left_alone(cli, tmp_path: Path, name, words):
    content, text = FILES[name]
    (tmp_path / "bad.json").write_text(content(), encoding="utf-8")
    before = (tmp_path / "bad.json").read_bytes()
    answer = cli(*words)
    refused(answer, text)
    assert "bad.json" in answer.err
    assert (tmp_path / "bad.json").read_bytes() == before
    assert os.listdir(tmp_path) == ["bad.json"]


def test_bytes_that_are_no_text(cli, tmp_path: Path):
    (tmp_path / "bad.json").write_bytes(b"\xff\xfe\x00study")
    refused(cli("eval", "bad.json"), "is not UTF-8 text")


def test_a_picture_without_a_study(cli, tmp_path: Path):
    (tmp_path / "plain.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    refused(cli("eval", "plain.svg"), "plain.svg carries no study")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(cli, tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.png")
    refused(cli("eval", "pipe.png"), "pipe.png is not a regular file")


@pytest.mark.parametrize("words", [("chart", "time", "-o", "kept.csv"), ("table", "-o", "kept.csv")])
def test_an_unwritable_file_stays_as_it_was(cli, tmp_path: Path, words):
    (tmp_path / "kept.csv").mkdir()
    refused(cli(*words), "kept.csv: it is a folder")
    assert os.listdir(tmp_path) == ["kept.csv"]


def test_a_study_and_chips_contradict_each_other(cli, tmp_path: Path):
    (tmp_path / "mine.json").write_text(study_text(default_study(load_library())), encoding="utf-8")
    refused(cli("eval", "mine.json", "--chip", "b200"), "give a study file or --chip, not both")
