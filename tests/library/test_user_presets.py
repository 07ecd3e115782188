"""The user's own presets: written so that they read as the same spec, beside the shipped ones and never in their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.errors import ExplorerError
from explorer.evaluate import evaluate_study
from explorer.library import Library, edits, free_id, make_scenario, save_preset, user_library
from explorer.library.preset_text import OWN, preset_text
from explorer.library.toml_presets import read_preset
from explorer.specs import Chip, Fabric, Source, Spec, Study, Workload


@pytest.mark.parametrize("part", ["chips", "fabrics", "workloads"])
def test_every_shipped_preset_reads_back_the_same(library: Library, part: str, tmp_path: Path) -> None:
    kinds: dict[str, type[Spec]] = {"chips": Chip, "fabrics": Fabric, "workloads": Workload}
    for name, spec in getattr(library, part).items():
        (tmp_path / f"{name}.toml").write_text(preset_text(spec), encoding="utf-8")
        assert read_preset(tmp_path / f"{name}.toml", kinds[part]) == spec


def mine(library: Library, **changes: object) -> Chip:
    chip = library.chip("b200")
    return chip.replace(id="b200-mine", name='B200 "ours" <b>', based_on="b200", hbm_bytes=2.0**38 * (1 + 2**-52), **changes)


def test_a_saved_chip_stands_beside_the_shipped_ones(library: Library, tmp_path: Path) -> None:
    path = save_preset(mine(library), tmp_path)
    assert path == tmp_path / "chips" / "b200-mine.toml"
    found, told = user_library(tmp_path)
    assert told == ()
    assert found.chip("b200-mine") == mine(library)
    assert found.chip("b200") == library.chip("b200")
    scenario = make_scenario(found, chip="b200-mine", workload="llama3-8b", phase="decode", batch=1, context=4096, chips=8)
    assert evaluate_study(Study(scenarios=(scenario,))).values["step_s"].item() > 0
    assert [e.key for e in edits(library, scenario)] == ["chip.hbm_bytes"]
    kinds = {s.kind for s in scenario.calibration.sources.values()}
    assert kinds <= {"transferred", "guess"}


def test_numbers_without_a_source_are_the_users(library: Library, tmp_path: Path) -> None:
    bare = mine(library, sources={}, offers=())
    save_preset(bare, tmp_path)
    found = user_library(tmp_path)[0].chip("b200-mine")
    assert found.sources["hbm_bytes"] == OWN
    assert found.replace(sources={}) == bare


def test_what_is_there_is_not_written_over(library: Library, tmp_path: Path) -> None:
    save_preset(mine(library), tmp_path)
    with pytest.raises(ExplorerError, match="there is a preset 'b200-mine' already"):
        save_preset(mine(library), tmp_path)
    source = Source(kind="user", ref="a test", note="two words")
    changed = mine(library, tdp_w=1.0).replace(sources=mine(library).sources | {"tdp_w": source})
    save_preset(changed, tmp_path, overwrite=True)
    assert user_library(tmp_path)[0].chip("b200-mine").sources["tdp_w"] == source
    with pytest.raises(ExplorerError, match="'b200' is the id of a shipped preset"):
        save_preset(library.chip("b200"), tmp_path)
    assert sorted(p.name for p in tmp_path.rglob("*.toml")) == ["b200-mine.toml"]


def test_wrong_files_are_left_out_with_a_line(library: Library, tmp_path: Path) -> None:
    save_preset(mine(library), tmp_path)
    text = (tmp_path / "chips" / "b200-mine.toml").read_text(encoding="utf-8")
    for name, old, new in (
        ("b200", "b200-mine", "b200"), ("lone", 'based_on = "b200"\n', ""), ("torn", "hbm_bytes", "hbm_byte"),
        ("lost", "nvswitch-8-b200", "nvswitch-9"),
    ):  # fmt: skip
        changed = text.replace('id = "b200-mine"', f'id = "{name}"').replace(old, new)
        (tmp_path / "chips" / f"{name}.toml").write_text(changed, encoding="utf-8")
    found, told = user_library(tmp_path)
    assert set(found.chips) - set(library.chips) == {"b200-mine"}
    assert len(told) == 4
    assert all("\n" not in line for line in told)
    for name, word in (("b200", "shipped"), ("lone", "based_on is missing"), ("torn", "hbm_bytes"), ("lost", "unknown fabric")):
        assert any(line.startswith(f"chips/{name}.toml") and word in line for line in told), (name, told)


def test_no_folder_is_no_trouble(library: Library, tmp_path: Path) -> None:
    found, told = user_library(tmp_path / "none")
    assert (found.chips, told) == (library.chips, ())
    assert not (tmp_path / "none").exists()


def test_ids_are_made_from_names(library: Library) -> None:
    assert free_id("B200 (ours)", library) == "b200--ours"
    assert free_id("b200", library) == "b200-2"
    assert free_id("«»", library) == "mine"
