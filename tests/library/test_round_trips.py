"""What is written is read again as the same thing, to the last bit; comments of a preset stay."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import random_studies

from explorer import paths
from explorer.errors import ExplorerError
from explorer.library import Library, parse_study, save_preset, study_text
from explorer.library.journal import Entry, read_entry
from explorer.library.toml_edit import merged_text, with_value
from explorer.library.toml_presets import read_preset
from explorer.library.whole_files import write_whole
from explorer.specs import Chip, Source


def same(library: Library, seed: int) -> None:
    study = random_studies.study(seed, library)
    text = study_text(study)
    again = parse_study(text)
    assert again == study, f"seed {seed}"
    assert random_studies.bits(again.model_dump()) == random_studies.bits(study.model_dump()), f"seed {seed}"
    assert study_text(again) == text, f"seed {seed}"


BLOCKS = [block if block < 4 else pytest.param(block, marks=pytest.mark.slow) for block in range(20)]


@pytest.mark.parametrize("block", BLOCKS)
def test_random_studies(library: Library, block: int) -> None:
    for seed in range(100 * block, 100 * block + 100):
        same(library, seed)


def test_random_studies_through_a_journal(library: Library, tmp_path: Path) -> None:
    for seed in range(50):
        study = random_studies.study(seed, library)
        write_whole(tmp_path / "j.json", Entry(study, tmp_path / "ä \udcff.json").content())
        entry = read_entry(tmp_path / "j.json")
        assert random_studies.bits(entry.study.model_dump()) == random_studies.bits(study.model_dump()), f"seed {seed}"
        assert entry.path == tmp_path / "ä \udcff.json"


def test_the_comparison_itself() -> None:
    assert random_studies.bits([0.0]) != random_studies.bits([-0.0])
    assert random_studies.bits({"a": (1.5, "x")}) == random_studies.bits({"a": [1.5, "x"]})


PRESETS = sorted(p for folder in ("chips", "fabrics", "workloads", "lessons") for p in (paths.presets() / folder).glob("*.toml"))


def comments(text: str) -> list[str]:
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


@pytest.mark.parametrize("path", PRESETS, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_one_value_of_a_preset_changes_and_nothing_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert merged_text(text, text) == text
    key = next(iter(tomllib.loads(text)))
    changed = with_value(text, key, "another # value")
    assert tomllib.loads(changed) == tomllib.loads(text) | {key: _with(tomllib.loads(text)[key])}
    before, after = text.splitlines(), changed.splitlines()
    assert len(before) == len(after)
    assert sum(b != a for b, a in zip(before, after, strict=True)) == 1


def _with(old: object) -> object:
    return old | {"value": "another # value"} if isinstance(old, dict) and "value" in old else "another # value"


TOML = """# at the top
id = "mine"  # never change
[part]  # a table
# above the number
hbm_bytes = { value = "96 GiB", source = "S" }   # measured twice
width = 1.5 # plain
[sources.S]  # who says so
ref = "a book" # page 3
"""


def test_comments_stay_and_the_source_of_a_value_too() -> None:
    changed = with_value(TOML, "part.hbm_bytes", "128 GiB")
    assert changed == TOML.replace("96 GiB", "128 GiB")
    changed = with_value(changed, "part.width", 2.5)
    assert changed == TOML.replace("96 GiB", "128 GiB").replace("1.5", "2.5")
    assert with_value(TOML.replace("\n", "\r\n"), "part.width", 2.5) == TOML.replace("1.5", "2.5").replace("\n", "\r\n")


@pytest.mark.parametrize(("key", "told"), [
    ("part.hbm_byte", "unknown key 'part.hbm_byte' (did you mean hbm_bytes?)"), ("other", "unknown key 'other'"),
    ("id.x", "unknown key 'id.x'"), ("", "unknown key ''"), ("part", "'part' is a table"),
])  # fmt: skip
def test_a_key_that_is_not_there_is_named(key: str, told: str) -> None:
    with pytest.raises(ExplorerError, match=re.escape(told)):
        with_value(TOML, key, 1)


@pytest.mark.parametrize("text", ["a = [" * 3000, "a = " + "9" * 5000, "a" * 5000 + " = 1", "a = 1\na = 2", "\x00"])
def test_a_broken_text_is_refused_before_it_is_edited(text: str) -> None:
    with pytest.raises(ExplorerError, match="preset"):
        with_value(text, "a", 1)


def test_an_own_preset_keeps_its_comments_when_it_is_saved_again(library: Library, tmp_path: Path) -> None:
    chip = library.chip("b200").replace(id="b200-mine", based_on="b200")
    path = save_preset(chip, tmp_path)
    noted = "# bought in May\n" + path.read_text(encoding="utf-8").replace("[sources", "# where from\n[sources", 1)
    noted = "\n".join(f"{line}  # the label" if line.startswith("hbm_bytes =") else line for line in noted.split("\n"))
    path.write_text(noted, encoding="utf-8")
    assert comments(noted) == [" bought in May", " the label", " where from"]
    changed = chip.replace(hbm_bytes=2.0**37, sources=chip.sources | {"hbm_bytes": Source(kind="user", ref="the label says so")})
    save_preset(changed, tmp_path, overwrite=True)
    assert comments(path.read_text(encoding="utf-8")) == comments(noted)
    assert read_preset(path, Chip) == changed
    path.write_text("broken = [", encoding="utf-8")
    save_preset(changed, tmp_path, overwrite=True)
    assert read_preset(path, Chip) == changed
