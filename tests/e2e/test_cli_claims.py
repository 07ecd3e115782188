"""``chip-explorer claims`` from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from explorer.cli import main
from explorer.library import read_study


def test_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 52
    assert sum(" live " in line for line in lines) >= 12
    assert main(["claims", "--verdict", "contradicted"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 6


def test_one_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "sram-3x"]) == 0
    told = capsys.readouterr().out
    for words in ("contradicted", "1.14", "Not true: Trainium3 has three times the SRAM", "It would be true with trainium3:chip.sram_bytes=672 MiB"):
        assert words in told
    assert main(["claims", "sram-3x", "--json"]) == 0
    live = json.loads(capsys.readouterr().out)["claims"][0]["live"]
    assert live["holds"] is False
    assert live["numbers"][2]["value"] == pytest.approx(256 / 224)


def test_its_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "claim.json"
    assert main(["claims", "13b-70b", "-o", str(file)]) == 0
    assert [s.workload.id for s in read_study(file).scenarios] == ["llama2-13b", "llama2-70b"]
    assert main(["claims", "ceo", "-o", str(file)]) == 2
    assert "cannot be computed" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "told"), [
    (["sram3x"], "did you mean sram-3x"), (["--verdict", "true"], "unknown verdict 'true'"), (["-o", "x.json"], "name it"),
])  # fmt: skip
def test_mistakes_are_one_line(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", *words]) == 2
    assert told in capsys.readouterr().err
