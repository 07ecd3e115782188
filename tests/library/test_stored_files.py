"""Files that earlier versions wrote, kept as they were: they open for ever, with every value that they had."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from explorer.evaluate import evaluate_study
from explorer.library import read_study, study_text
from explorer.library.disk_state import stamp
from explorer.library.saving import save_study
from explorer.library.studies import FORMAT, format_in

STORED = sorted((Path(__file__).parent / "stored").glob("*.json"))


def test_there_is_one_of_every_older_format() -> None:
    assert {format_in(path.read_bytes()) for path in STORED} == set(range(1, FORMAT))


def leaves(data: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(value, (*place, key))
    else:
        yield place, data


@pytest.mark.parametrize("path", STORED, ids=lambda p: p.name)
def test_a_stored_study_opens_with_all_its_values(path: Path) -> None:
    study = read_study(path)
    now = dict(leaves(study.model_dump(mode="json")))
    before = dict(leaves(json.loads(path.read_text(encoding="utf-8"))))
    assert len(before) > 500
    assert {k: v for k, v in before.items() if now.get(k, "missing") != v} == {("format",): before[("format",)]}
    assert all(value > 0 for value in evaluate_study(study).values["step_s"].ravel())


@pytest.mark.parametrize("path", STORED, ids=lambda p: p.name)
def test_a_stored_study_that_is_saved_over_is_kept(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    file = tmp_path / "mine.json"
    file.write_bytes(path.read_bytes())
    study = read_study(file)
    saved = save_study(file, study, stamp(file))
    assert saved.kept is not None
    assert saved.kept.read_bytes() == path.read_bytes()
    assert file.read_text(encoding="utf-8") == study_text(study)
    assert read_study(file) == read_study(saved.kept) == study
