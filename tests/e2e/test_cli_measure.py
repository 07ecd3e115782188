"""``chip-explorer measure`` from the outside: a preset that the other commands then know."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from explorer.cli import main
from explorer.library import user_library


@pytest.fixture(autouse=True)
def _own_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.library.user.user_data_path", lambda *_, **__: tmp_path / "own")


def test_measured_and_evaluated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "--name", "My laptop", "--seconds", "1", "--device", "cpu", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["devices"][0]
    assert found["preset"] == "my-laptop"
    assert max(r["flop_per_s"] for r in found["rates"]) > 0
    chip = user_library()[0].chip("my-laptop")
    assert chip.hbm_bytes_per_s == found["memory_bytes_per_s"]
    assert main(["measure", "--name", "My laptop", "--seconds", "1", "--device", "cpu"]) == 0  # again: measured anew
    assert "saved as my-laptop" in capsys.readouterr().out
    assert main(["eval", "--chip", "my-laptop", "--chip", "b200", "--workload", "llama3-8b", "--batch", "1", "--chips", "1", "--json"]) == 0
    mine, b200 = json.loads(capsys.readouterr().out)["scenarios"]
    assert mine["chip"] == "my-laptop"
    assert mine["step_s"] > b200["step_s"]


@pytest.mark.parametrize(("words", "told"), [
    (["--seconds", "x"], "--seconds 'x' is not a number"), (["--seconds", "0"], "--seconds 0: 1 to 600"),
    (["--device", "cuda:9"], "there is no device 'cuda:9' here"),
])  # fmt: skip
def test_mistakes_are_one_line(words: list[str], told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["measure", *words]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "own").exists()


def test_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "--seconds", "1", "--device", "cpu", "-o", str(tmp_path / "desk.toml")]) == 0
    assert 'id = "desk"' in (tmp_path / "desk.toml").read_text(encoding="utf-8")
    assert not (tmp_path / "own").exists()
