"""Studies older than the presets, and what a user does with presets of their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from explorer.errors import ExplorerError
from explorer.evaluate import evaluate_study
from explorer.knobs import knob
from explorer.library import Library, edits, user_library
from explorer.library.newer import newer_line, newer_presets, updated
from explorer.library.own import copy_name, is_own, own_copy, put_aside, put_in, renamed, take_back
from explorer.library.user import save_preset
from explorer.specs import Study

BANDWIDTH = "chip.hbm_bytes_per_s"


def moved_on(library: Library) -> Library:
    """The same presets a while later: B200 is said to have another bandwidth and price."""
    chip = library.chip("b200")
    offers = tuple(o.replace(usd_per_chip_h=99.0) for o in chip.offers)
    return replace(library, chips={**library.chips, "b200": chip.replace(hbm_bytes_per_s=9e12, offers=offers)}, data_version="2099-01-01+1")


def test_presets_that_changed_are_told_and_taken(library: Library, study: Study) -> None:
    later = moved_on(library)
    assert newer_line(library, study) == ""
    assert [each.name for each in newer_presets(later, study)] == ["B200"]
    line = newer_line(later, study)
    assert line.startswith("The presets have changed since this study was made: B200 HBM bandwidth 7.7 TB/s, now 9 TB/s; B200 price")
    fresh = updated(later, study)
    assert fresh.scenarios[:2] == study.scenarios[:2]
    assert fresh.scenarios[2].chip == later.chips["b200"]
    assert fresh.scenarios[2].offer == later.chips["b200"].offers[0]
    assert newer_line(later, fresh) == ""


def test_what_was_entered_is_no_change_of_the_presets_and_stays(library: Library, study: Study) -> None:
    later = moved_on(library)
    changed = study.with_scenario(2, knob("offer.usd_per_chip_h").set(knob(BANDWIDTH).set(study.scenarios[2], 5e12), 3.0))
    assert "HBM bandwidth 7.7 TB/s, now 9 TB/s" in newer_line(later, changed)
    fresh = updated(later, changed).scenarios[2]
    assert knob(BANDWIDTH).get(fresh) == 5e12
    assert (fresh.was[BANDWIDTH].value, fresh.was["offer.usd_per_chip_h"].value) == (9e12, 99.0)
    assert [e.now for e in edits(later, fresh)] == [3.0, 5e12] or [e.now for e in edits(later, fresh)] == [5e12, 3.0]


def test_losses_that_changed_are_told(library: Library, study: Study) -> None:
    calibrations = {**library.calibrations, "b200": library.calibration("b200").replace(hbm_fraction=0.5)}
    later = replace(library, calibrations=calibrations, data_version="2099-01-01+1")
    assert newer_line(later, study).endswith("losses of B200.")
    assert updated(later, study).scenarios[2].calibration.hbm_fraction == 0.5


def test_a_copy_lends_its_losses_and_computes_the_same(library: Library, study: Study) -> None:
    scenario = study.scenarios[2]
    copy = own_copy(scenario.chip, copy_name(scenario.chip, library), library)
    assert (copy.id, copy.name, copy.based_on) == ("b200--mine", "B200 (mine)", "b200")
    mine = put_in(scenario, copy)
    assert mine.name == "B200 (mine)"
    assert edits(library, mine) == ()
    before, after = (evaluate_study(Study(scenarios=(s,))).values["step_s"].item() for s in (scenario, mine))
    assert before == after
    assert own_copy(copy, "Another", library).based_on == "b200"


def test_one_can_rename_remove_and_take_back_ones_own(library: Library, tmp_path: Path) -> None:
    chip = own_copy(library.chip("b200"), "Ours", library)
    save_preset(chip, tmp_path)
    assert is_own(chip, tmp_path)
    again = renamed(chip, "Yours", tmp_path)
    assert user_library(tmp_path)[0].chip(chip.id) == again
    aside = put_aside(again, tmp_path)
    assert chip.id not in user_library(tmp_path)[0].chips
    save_preset(again, tmp_path)
    with pytest.raises(ExplorerError, match="again"):
        take_back(aside, again, tmp_path)
    second = put_aside(again, tmp_path)
    assert second != aside
    take_back(aside, again, tmp_path)
    assert user_library(tmp_path)[0].chip(chip.id) == again


def test_the_shipped_ones_stay(library: Library, tmp_path: Path) -> None:
    for act in (lambda: renamed(library.chip("b200"), "Mine", tmp_path), lambda: put_aside(library.chip("b200"), tmp_path)):
        with pytest.raises(ExplorerError, match="shipped"):
            act()
    assert list(tmp_path.rglob("*")) == []
