"""What a number was, and whose it is now: kept at the first change, gone when it is set back, and saved with the study."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.errors import ExplorerError
from explorer.evaluate import evaluate_study
from explorer.knobs import KNOBS, knob
from explorer.library import Library, default_study, edits, parse_study, save_preset, study_text, user_library
from explorer.library.edits import hand_edits
from explorer.library.field_text import field_text, parse_field
from explorer.library.fields import Row, rows_of
from explorer.specs import OWN, Scenario, Spec, SpecError, Study, Was, as_it_was, set_by_hand, taken, value_at

HARDWARE = [k.key for k in KNOBS if k.key.startswith(("chip.", "fabric.", "offer."))]


@pytest.fixture
def b200(library: Library) -> Scenario:
    return default_study(library).scenarios[2]


def spec_of(scenario: Scenario, path: str) -> Spec:
    spec: Spec = getattr(scenario, path.partition(".")[0])
    return spec


@pytest.mark.parametrize("key", HARDWARE)
def test_a_drag_back_to_its_start_leaves_no_trace(b200: Scenario, key: str) -> None:
    row = knob(key)
    start = row.get(b200)
    moved = b200
    for value in (row.stops[3], row.stops[-4], row.stops[len(row.stops) // 2]):
        moved = row.set(moved, value)
        assert (moved.was[key].value if value != start else row.get(moved)) == start
    assert moved != b200
    source = row.source(moved)
    assert source is not None
    assert source.kind == "user"
    if start is not None:
        assert row.set(moved, start) == b200
    assert as_it_was(moved) == b200


def test_the_first_value_is_kept_with_its_source(b200: Scenario) -> None:
    row = knob("chip.hbm_bytes")
    moved = row.set(row.set(b200, 5e11), 6e11)
    assert moved.was == {row.key: Was(value=b200.chip.hbm_bytes, source=b200.chip.sources["hbm_bytes"])}
    source = moved.chip.sources["hbm_bytes"]
    assert (source.kind, source.ref) == (OWN.kind, OWN.ref)
    assert source.note.startswith("Was 179 GiB: ")
    assert row.set(b200, row.get(b200) or 0).was == {}


def test_load_and_plan_are_not_remembered(b200: Scenario) -> None:
    assert knob("job.batch").set(b200, 8).was == {}
    assert knob("run.pue").set(b200, 1.5).was == {}


def test_an_offer_comes_back_whole(b200: Scenario) -> None:
    priced = knob("offer.usd_per_chip_h").set(b200, 1.0)
    assert priced.offer is not None
    assert (priced.offer.kind, priced.offer.source.kind) == ("assumed", "user")
    assert b200.offer is not None
    assert knob("offer.usd_per_chip_h").set(priced, b200.offer.usd_per_chip_h) == b200
    free = taken(b200, offer=None)
    assert as_it_was(knob("offer.usd_per_chip_h").set(free, 3.0)) == free


def test_marks_survive_saving_and_other_presets(library: Library, b200: Scenario) -> None:
    study = Study(data_version="2020-01-01+0", scenarios=(knob("chip.hbm_bytes").set(b200, 5e11),))
    again = parse_study(study_text(study))
    assert again == study
    (edit,) = hand_edits(library, again, 0)
    assert (edit.was, edit.now) == (b200.chip.hbm_bytes, 5e11)
    merely_older = b200.replace(chip=b200.chip.replace(hbm_bytes=5e11))
    assert hand_edits(library, study.replace(scenarios=(merely_older,)), 0) == ()
    assert [e.by_hand for e in edits(library, merely_older)] == [False]


def test_marks_survive_as_a_preset_of_ones_own(library: Library, b200: Scenario, tmp_path: Path) -> None:
    chip = knob("chip.hbm_bytes").set(b200, 5e11).chip.replace(id="mine", name="Mine", based_on="b200")
    save_preset(chip, tmp_path)
    own = user_library(tmp_path)[0]
    assert own.chip("mine") == chip
    for known in (library, own):
        (edit,) = edits(known, taken(b200, chip=own.chip("mine")))
        assert (edit.key, edit.was, edit.now, edit.by_hand) == ("chip.hbm_bytes", b200.chip.hbm_bytes, 5e11, True)


def test_another_part_forgets_what_was_changed_in_the_old_one(library: Library, b200: Scenario) -> None:
    moved = knob("fabric.scale_up.domain").set(knob("chip.hbm_bytes").set(b200, 5e11), 4)
    assert list(taken(moved, fabric=library.fabric("nvl72-gb200")).was) == ["chip.hbm_bytes"]


def changed(row: Row, value: object) -> object:
    """Another value that the field takes."""
    if row.kind == "switch":
        return not value
    if row.kind == "choice":
        return next(w for w in row.words if w != value)
    if row.kind == "numbers":
        assert isinstance(value, tuple)
        return tuple(v / 2 if isinstance(v, float) else v + 1 for v in value)
    if row.kind == "text":
        return "Another"
    assert isinstance(value, float | int)
    return value / 2 or 0.5 if isinstance(value, float) else value * 2 or 1


@pytest.mark.parametrize(("root", "name"), [("chip", "trainium2"), ("chip", "b200"), ("fabric", "neuronlink-torus-4x4"), ("workload", "deepseek-v3")])
def test_every_field_can_be_changed_and_set_back(library: Library, b200: Scenario, root: str, name: str) -> None:
    base = taken(b200, **{root: getattr(library, root)(name)})
    seen = 0
    for row in rows_of(root, spec_of(base, row_path := f"{root}.id")):
        value = value_at(spec_of(base, row_path), row.path.partition(".")[2])
        if value is None or value == ():
            continue
        try:
            moved = set_by_hand(base, {row.path: changed(row, value)})
        except SpecError:  # two fields that go together
            continue
        seen += 1
        assert value_at(moved, row.path) != value
        assert list(moved.was) == [row.path]
        assert set_by_hand(moved, {row.path: value}) == base
        assert parse_study(study_text(Study(scenarios=(moved,)))).scenarios[0] == moved
    assert seen > 8


def test_an_offer_of_a_chip_holds_its_source_itself(b200: Scenario) -> None:
    moved = set_by_hand(b200, {"chip.offers.0.usd_per_chip_h": 1.0})
    assert moved.chip.offers[0].source.kind == "user"
    assert moved.chip.sources == b200.chip.sources
    assert as_it_was(moved) == b200


def test_a_part_comes_and_goes(library: Library, b200: Scenario) -> None:
    dense = b200.workload
    experts = {"count": 8, "active": 2, "width": dense.ffn, "shared_width": 0, "layers": dense.layers, "leading_dense": True}
    mixed = set_by_hand(b200, {f"workload.experts.{k}": v for k, v in experts.items()})
    assert mixed.workload.experts is not None
    assert evaluate_study(Study(scenarios=(mixed,))).values["step_s"].item() > 0
    assert as_it_was(mixed) == b200
    whole = taken(b200, workload=library.workload("deepseek-v3"))
    bare = set_by_hand(whole, {row.path: None for row in rows_of("workload", whole.workload) if row.part_of == "workload.latent"})
    assert bare.workload.latent is None
    assert as_it_was(bare) == whole


def test_a_refused_value_changes_nothing(b200: Scenario) -> None:
    for path, value in (("chip.hbm_bytes", -1.0), ("chip.nothing", 1.0), ("workload.kv_heads", 7), ("fabric.scale_up.axes", (4, 4)), ("offer.usd_per_chip_h", -1.0)):
        with pytest.raises(SpecError):
            set_by_hand(b200, {path: value})


@pytest.mark.parametrize("root", ["chip", "fabric", "workload"])
def test_what_a_field_says_reads_back_as_the_same(library: Library, root: str) -> None:
    for spec in getattr(library, f"{root}s").values():
        for row in rows_of(root, spec):
            value = value_at(spec, row.path.partition(".")[2])
            if value is not None:
                assert parse_field(row, field_text(row, value, exact=True)) == value
                assert row.group
                assert row.label


def test_wrong_words_are_one_line(library: Library) -> None:
    rows = {r.path: r for r in rows_of("fabric", library.fabric("neuronlink-torus-4x4"))}
    for path, text in (("scale_up.kind", "tourus"), ("scale_up.domain", "2.5"), ("scale_up.link_latency_s", "3 GB"), ("scale_up.in_network_reduction", "perhaps")):
        with pytest.raises(ExplorerError) as told:
            parse_field(rows[f"fabric.{path}"], text)
        assert "\n" not in str(told.value)
    assert parse_field(rows["fabric.scale_up.axes"], "4x4 × 8") == (4, 4, 8)
