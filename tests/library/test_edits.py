"""Which hardware numbers are not the preset's."""

from __future__ import annotations

import pytest

from explorer.knobs import KNOBS, knob
from explorer.library import Library, default_study, edits, load_library, parse_study, study_text
from explorer.library import edits as edits_of
from explorer.specs import Scenario

HARDWARE = [k.key for k in KNOBS if k.key.startswith(("chip.", "fabric."))]


@pytest.fixture
def b200(library: Library) -> Scenario:
    return default_study(library).scenarios[2]


def test_what_is_shipped_is_not_edited_by_hand_or_file(library: Library) -> None:
    study = default_study(library)
    for made in (study, parse_study(study_text(study))):
        assert all(edits_of(library, s) == () for s in made.scenarios)


@pytest.mark.parametrize("key", HARDWARE)
def test_every_hardware_knob_is_seen_and_its_return_too(library: Library, b200: Scenario, key: str) -> None:
    row = knob(key)
    before = row.get(b200)
    if before is None:
        assert row.assume or row.missing_text
        return
    changed = row.set(b200, before * 2)  # type: ignore[operator]
    (edit,) = edits_of(library, changed)
    assert (edit.key, edit.label, edit.was, edit.now) == (key, row.label, before, before * 2)  # type: ignore[operator]
    assert edits_of(library, row.set(changed, before)) == ()


@pytest.mark.parametrize(("key", "value"), [("job.batch", 8), ("job.context", 100), ("plan.tp", 4), ("efficiency", "ideal")])
def test_load_and_plan_are_no_edits(library: Library, b200: Scenario, key: str, value: object) -> None:
    assert edits_of(library, knob(key).set(b200, value)) == ()  # type: ignore[arg-type]


def test_an_assumed_price_is_an_edit_and_any_published_one_is_none(library: Library, b200: Scenario) -> None:
    published = library.chips["b200"].offers
    (edit,) = edits_of(library, knob("offer.usd_per_chip_h").set(b200, 1.0))
    assert (edit.key, edit.was, edit.now) == ("offer.usd_per_chip_h", published[0].usd_per_chip_h, 1.0)
    assert edit.text().startswith("price $1/h, was $12")
    assert all(edits_of(library, b200.replace(offer=o)) == () for o in (*published, None))
    (forged,) = edits_of(library, b200.replace(offer=published[0].replace(usd_per_chip_h=2.0)))
    assert forged.now == 2.0


def test_words_never_say_the_same_number_twice(library: Library, b200: Scenario) -> None:
    chip = b200.chip
    (edit,) = edits(library, b200.replace(chip=chip.replace(hbm_bytes=500 * 2.0**30)))
    assert edit.text() == "HBM capacity 500 GiB, was 179 GiB"
    (slight,) = edits(library, b200.replace(chip=chip.replace(hbm_bytes=chip.hbm_bytes * (1 + 1e-6))))
    now, was = slight.text().removeprefix("HBM capacity ").split(", was ")
    assert now != was


def test_a_number_that_nobody_published_and_a_chip_that_nobody_ships(library: Library, b200: Scenario) -> None:
    maia = b200.replace(chip=library.chips["maia100"], offer=None)
    (edit,) = edits(library, knob("chip.sram_bytes_per_s").set(maia, 1e13))
    assert (edit.was, edit.text()) == (None, "SRAM bandwidth 10 TB/s, was not published")
    own = b200.replace(chip=b200.chip.replace(id="my-own", hbm_bytes=1e12), offer=None)
    assert edits(library, own) == ()


def test_many_chips_in_a_row_are_each_told_right() -> None:
    library = load_library()
    base = default_study(library).scenarios[2]
    for i in range(1, 200):
        edited = base.replace(chip=base.chip.replace(hbm_bytes=i * 2.0**30))
        assert [e.now for e in edits(library, edited)] == [i * 2.0**30]
