"""Studies on disk: equal after a round trip, whole after a crash, one clear line for anything else."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from explorer.errors import ExplorerError
from explorer.library import parse_study, read_study, study_text, write_study, write_whole
from explorer.library.studies import migrate
from explorer.specs import Study, set_path


def one_line(caught: pytest.ExceptionInfo[ExplorerError]) -> str:
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 500
    return message


def changed(study: Study, path: list[Any], value: Any) -> str:
    data = json.loads(study_text(study))
    place = data
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return json.dumps(data)


def test_round_trip(study: Study, tmp_path: Path) -> None:
    odd = set_path(study.scenarios[0], "chip.hbm_bytes_per_s", 2.9e12 * (1 + 2**-52)).replace(name="<b>ä µ</b>")
    study = study.with_scenario(0, odd).replace(baseline=None, active=2, title="Größe & <script>")
    file = tmp_path / "a study.json"
    write_study(file, study)
    assert read_study(file) == study
    assert read_study(str(file)).scenarios[0].chip.hbm_bytes_per_s == odd.chip.hbm_bytes_per_s
    assert file.read_text(encoding="utf-8") == study_text(read_study(file))
    assert [p.name for p in tmp_path.iterdir()] == ["a study.json"]


@pytest.mark.parametrize(("text", "told"), [
    ("", "line 1, column 1"), ("{", "line 1, column 2"), ("[]", "no format and no scenarios"), ("3", "no format and no scenarios"),
    ("null", "no format"), ('{"nbformat": 4, "cells": []}', "no format and no scenarios"),
    ('{"format": 1, "scenarios": []}', "it has no scenarios"),
    ('{"format": 1, "scenarios": {}}', "its scenarios are no list"),
    ('{"format": "1", "scenarios": []}', "its format is '1'"), ('{"format": true, "scenarios": []}', "its format is 'True'"),
    ('{"format": 0, "scenarios": []}', "not a number from 1 to 2"),
    ('{"format": NaN, "scenarios": []}', "NaN is not a number"), ('{"format": 1, "scenarios": [-Infinity]}', "-Infinity is not a number"),
    ('{"format": 1, "scenarios": [1e400]}', "a number is too large"),
    ('{"format": 1, "scenarios": [' + "9" * 5000 + "]}", "too many digits"),
    ('{"format": 1, "scenarios": [' + "9" * 4000 + "]}", "scenarios.0"),
    ("[" * 200_000, "nested too deeply"), ('{"format": 1, "scenarios": ' + "[" * 5000 + "]" * 5000 + "}", "not a study"),
    ('{"format": 1, "scenarios": ["\\ud800"]}', "not a study"), ("\x00\x00", "line 1"), ("<html><b>x</b></html>", "line 1"),
], ids=lambda value: value[:24])  # fmt: skip
def test_foreign_text(text: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "odd.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ExplorerError) as caught:
        read_study(file)
    assert told in one_line(caught)
    assert "odd.json is not a study: " in str(caught.value)


def test_a_newer_format_is_named() -> None:
    with pytest.raises(ExplorerError, match=r"^x comes from a newer version: format 3, and this one reads up to 2$"):
        parse_study('{"format": 3, "scenarios": []}', "x")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_truncated(study: Study, share: float, tmp_path: Path) -> None:
    text = study_text(study)
    file = tmp_path / "cut.json"
    file.write_text(text[: int(len(text) * share)], encoding="utf-8")
    with pytest.raises(ExplorerError, match=r"cut\.json is not a study: line \d+, column \d+"):
        read_study(file)


@pytest.mark.parametrize(("path", "value", "told"), [
    (["scenarios", 0, "chip", "hbm_bytes"], -1, "scenarios.0.chip.hbm_bytes: Input should be greater than 0"),
    (["scenarios", 0, "chip", "hbm_bytes"], "96 GiB", "scenarios.0.chip.hbm_bytes: Input should be a valid number"),
    (["scenarios", 0, "chip", "hbm_bytes"], 1e300, "less than or equal to"),
    (["scenarios", 0, "chip", "colour"], "red", "scenarios.0.chip.colour: Extra inputs are not permitted"),
    (["scenarios", 1, "name"], "a\u0000b", "scenarios.1.name: plain text on one line"),
    (["scenarios", 1, "name"], "a\u202eb", "scenarios.1.name: plain text on one line"),
    (["scenarios", 1, "name"], "x" * 81, "at most 80 characters"),
    (["scenarios", 1, "job", "batch"], 2.5, "scenarios.1.job.batch: Input should be a valid integer"),
    (["scenarios", 1, "plan", "zero"], True, "scenarios.1.plan.zero: Input should be a valid integer"),
    (["scenarios", 2, "fabric", "scale_up", "kind"], "bus", "scenarios.2.fabric.scale_up.kind"),
    (["scenarios", 2, "chip", "sources", "tdp_w"], {"kind": "guess", "ref": "x\ny"}, "chip.sources.tdp_w.ref"),
    (["active"], 3, "name one of the 3 scenarios"),
    (["title"], "two\nlines", "title: plain text on one line"),
])  # fmt: skip
def test_one_wrong_value_is_named(study: Study, path: list[Any], value: Any, told: str) -> None:
    with pytest.raises(ExplorerError) as caught:
        parse_study(changed(study, path, value), "s.json")
    message = one_line(caught)
    assert message.startswith("s.json is not a study: ")
    assert told in message


def test_markup_stays_text(study: Study) -> None:
    text = changed(study, ["scenarios", 0, "name"], "<img src=file:///etc/passwd>")
    assert parse_study(text).scenarios[0].name == "<img src=file:///etc/passwd>"


def test_more_than_six_scenarios(study: Study) -> None:
    data = json.loads(study_text(study))
    data["scenarios"] = data["scenarios"] * 3
    with pytest.raises(ExplorerError, match="it has 9 scenarios: 6 at most"):
        parse_study(json.dumps(data))


def test_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match=r"cannot read .*gone\.json: no such file or directory"):
        read_study(tmp_path / "gone.json")
    with pytest.raises(ExplorerError, match="is a folder, not a study"):
        read_study(tmp_path)
    with pytest.raises(ExplorerError, match="not a possible file name"):
        read_study("a\x00b")
    with pytest.raises(ExplorerError, match="cannot read"):
        read_study("x" * 5000)
    (tmp_path / "big.json").write_bytes(b" " * (2**20 + 1))
    with pytest.raises(ExplorerError, match="larger than 1 MiB"):
        read_study(tmp_path / "big.json")
    (tmp_path / "wide.json").write_bytes("{}".encode("utf-16"))
    with pytest.raises(ExplorerError, match="not UTF-8"):
        read_study(tmp_path / "wide.json")
    with pytest.raises(ExplorerError, match="larger than 1 MiB"):
        parse_study(" " * (2**20 + 1))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_waited_for(study: Study, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    with pytest.raises(ExplorerError, match="not a regular file"):
        read_study(pipe)
    with pytest.raises(ExplorerError, match="not a regular file"):
        write_study(pipe, study)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_save_keeps_permissions_and_links(study: Study, tmp_path: Path) -> None:
    file, link = tmp_path / "real.json", tmp_path / "link.json"
    write_study(file, study)
    fresh = tmp_path / "fresh"
    fresh.touch()
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IMODE(fresh.stat().st_mode)
    file.chmod(0o640)
    link.symlink_to(file)
    write_study(link, study.replace(title="again"))
    assert link.is_symlink()
    assert read_study(file).title == "again"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_an_interrupted_save_leaves_the_old_file(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "kept.json"
    write_study(file, study)
    before = file.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, full)
            with pytest.raises(ExplorerError, match=r"cannot write .*kept\.json: no space left on device"):
                write_study(file, study.replace(title="lost"))
        assert file.read_bytes() == before
        assert [p.name for p in tmp_path.iterdir()] == ["kept.json"]


def test_paths_that_cannot_be_written(study: Study, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "x.json", tmp_path / ("x" * 300), Path("a\x00b")):
        with pytest.raises(ExplorerError, match="cannot write"):
            write_study(path, study)
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(ExplorerError, match="cannot write"):
        write_study(blocked / "below.json", study)
    write_whole(tmp_path / "plain.bin", b"\x00\xff")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "plain.bin"]


def test_the_chain_of_migrations_is_walked() -> None:
    def rename(data: dict[str, Any]) -> dict[str, Any]:
        return {("title" if key == "name" else key): value for key, value in data.items()}

    def add(data: dict[str, Any]) -> dict[str, Any]:
        return data | {"active": 0}

    old = {"format": 1, "name": "x", "scenarios": []}
    assert migrate(old, "t", {1: rename, 2: add}, 3) == {"format": 3, "title": "x", "scenarios": [], "active": 0}
    assert migrate(old | {"format": 2}, "t", {1: rename, 2: add}, 3) == {"format": 3, "name": "x", "scenarios": [], "active": 0}
    assert old["format"] == 1
