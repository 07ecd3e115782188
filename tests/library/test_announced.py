"""A chip that is only announced: multiples of another one with their bands, stand-ins, and nothing made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.errors import ExplorerError
from explorer.evaluate import evaluate_study, not_modelled
from explorer.explore import announced, announced_paragraph, next_best
from explorer.knobs import knob
from explorer.library import Library, make_scenario
from explorer.library.listing import listed
from explorer.library.preset_text import preset_text
from explorer.library.sheet import sheet
from explorer.library.toml_presets import read_preset
from explorer.specs import Chip, Scenario, SpecError, set_by_hand

MULTIPLES = {"peak_mxfp8_flop_per_s": 3.0, "peak_fp4_flop_per_s": 6.0, "hbm_bytes": 2.0, "hbm_bytes_per_s": 4.0}
UNKNOWN = ("peak_bf16_flop_per_s", "peak_fp8_flop_per_s", "peak_fp32_flop_per_s", "vector_flop_per_s", "sram_bytes_per_s", "host_bytes_per_s", "tdp_w")


def test_side_by_side_it_shows_bands_and_stand_ins_and_is_never_the_best(library: Library) -> None:
    chips = [library.chip("trainium3"), library.chip("trainium4")]
    found = sheet("chip", chips)
    assert found.columns == ("Trainium3", "Trainium4 (announced)")
    cells = {row.key: row.cells[1] for row in found.rows}
    assert cells["chip.hbm_bytes"].text == "216 GiB to 360 GiB"
    assert cells["chip.peak_fp4_flop_per_s"].text == "at least 15.1 PFLOP/s"
    assert cells["chip.sram_parts.SBUF.bytes"].text == "256 MiB, stands in"
    unsure = {key for key, cell in cells.items() if not cell.firm}
    assert unsure == {f"chip.{field}" for field in (*MULTIPLES, *chips[1].stand_ins) if field != "fabrics"}
    assert not any(cells[key].best for key in unsure)
    mine = sheet("chip", [chips[0], set_by_hand(decode(library), {"chip.hbm_bytes": 2.0**38}).chip])
    (row,) = [row for row in mine.rows if row.key == "chip.hbm_bytes"]
    assert (row.cells[1].text, row.cells[1].best) == ("256 GiB", True)
    assert [row.cells[0] for row in listed(library, "chip") if row.spec.id == "trainium4"] == ["Trainium4 (announced)"]


def decode(library: Library, precision: str = "mxfp8", phase: str = "decode") -> Scenario:
    return make_scenario(
        library, chip="trainium4", workload="llama3-70b", phase=phase, batch=32, context=4096, chips=16, precision=precision
    )


def test_only_multiples_are_known(library: Library) -> None:
    chip, before = library.chip("trainium4"), library.chip("trainium3")
    assert chip.announced
    assert decode(library).name == "Trainium4 (announced)"
    for field, times in MULTIPLES.items():
        assert getattr(chip, field) == pytest.approx(times * getattr(before, field), rel=1e-12)
        assert chip.sources[field].kind == ("recalled" if field == "hbm_bytes" else "derived")  # that one nobody could check
        assert chip.at_least[field] <= getattr(chip, field) <= chip.at_most.get(field, float("inf"))
    assert set(chip.at_least) == set(MULTIPLES)
    assert set(chip.at_most) == set(MULTIPLES) - {"peak_fp4_flop_per_s"}  # "at least 6x"
    assert chip.at_most["hbm_bytes_per_s"] == pytest.approx(4.5 * before.hbm_bytes_per_s)
    assert all(getattr(chip, field) is None for field in UNKNOWN)
    assert chip.offers == ()
    assert not library.chip("trainium3").announced


def test_nothing_is_made_up(library: Library) -> None:
    """Every number is a multiple, another chip's in its place, or one of the two reserves, and says so."""
    chip, before = library.chip("trainium4"), library.chip("trainium3")
    for key, source in chip.sources.items():
        field = key.removeprefix("at_least.").removeprefix("at_most.")
        if field in MULTIPLES:
            assert "Announced as" in source.note
        elif key in chip.stand_ins:
            assert (source.kind, "Trainium3" in source.note) == ("guess", True)
        else:
            assert key in ("reserve_bytes", "reserve_fraction")
            assert source.kind == "guess"
    assert (chip.cores, chip.matmul_tile, chip.sram_bytes, chip.fabrics) == (before.cores, before.matmul_tile, before.sram_bytes, before.fabrics)
    known = {key for key, s in library.calibration("trainium4").sources.items() if s.kind not in ("guess", "transferred")}
    assert known <= {"expert_evenness", "expert_layer_s"}, "of models and their software, not of this chip"


def test_a_format_of_which_nothing_is_known_is_a_clear_reason(library: Library) -> None:
    bf16 = decode(library, "bf16")
    report = evaluate_study([bf16])
    assert not report.valid_plan.any()
    told = next_best(bf16)
    assert told
    assert "MXFP8" in told[0].text
    row = knob("chip.peak_bf16_flop_per_s")
    assert row.get(bf16) is None
    assert "assume" in row.assumable(bf16)
    assumed = row.set(bf16, 2e15)
    assert evaluate_study([assumed]).value("step_s", 0) is not None
    source = row.source(assumed)
    assert source is not None
    assert source.kind == "user"
    assert row.assumable(make_scenario(library, chip="h100", workload="llama3-8b", phase="decode", batch=1, context=4096, chips=1)) == ""


@pytest.mark.parametrize("phase", ["decode", "prefill", "training"])
@pytest.mark.parametrize("precision", ["mxfp8", "fp4"])
def test_the_step_lies_between_the_ends(library: Library, phase: str, precision: str) -> None:
    scenario = decode(library, precision, phase)
    step, found = evaluate_study([scenario]).value("step_s", 0), announced(scenario)
    assert found is not None
    assert step is not None
    assert found.slow_s is not None
    assert found.fast_s is not None
    assert found.fast_s <= step <= found.slow_s
    assert found.slow_s > found.fast_s
    words = announced_paragraph(found).text
    assert "15.1 PFLOP/s at least" in words
    assert "17.1 TB/s to 22.1 TB/s" in words
    assert "SRAM" in words
    assert "attention's own rate (BF16 is not published)" in not_modelled(scenario)


def test_an_edited_number_has_no_band(library: Library) -> None:
    scenario = knob("chip.hbm_bytes_per_s").set(decode(library), 2e13)
    found = announced(scenario)
    assert found is not None
    assert "hbm_bytes_per_s" not in found.bands
    assert "hbm_bytes" in found.bands
    assert announced(make_scenario(library, chip="trainium3", workload="llama3-8b", phase="decode", batch=1, context=4096, chips=1)) is None


def test_it_is_no_landmark(library: Library) -> None:
    assert not any("Trainium4" in label for _, label in library.landmarks("chip.hbm_bytes_per_s"))


def test_it_is_written_as_what_it_is(library: Library, tmp_path: Path) -> None:
    chip = library.chip("trainium4")
    (tmp_path / "trainium4.toml").write_text(preset_text(chip), encoding="utf-8")
    assert read_preset(tmp_path / "trainium4.toml", Chip) == chip


@pytest.mark.parametrize(("old", "new", "told"), [
    ("times = 2,", "times = 0,", "hbm_bytes: times is a number above 0"),
    ("times = 2,", 'times = "2",', "times is a number above 0"),
    ('times = 2, of = "trainium3"', "times = 2", "of names the chip"),
    ('times = 2, of = "trainium3"', 'times = 2, of = "trainium33"', "no preset 'trainium33' to refer to"),
    ('times = 2, of = "trainium3"', 'times = 2, of = "../chips/trainium3"', "no preset '../chips/trainium3'"),
    ('times = 2, of = "trainium3"', 'times = 2, of = "trainium4"', "no preset 'trainium4' to refer to"),
    ('times = 2, of = "trainium3"', 'times = 2, of = "trainium3", value = "3 GiB"', "write a value, or times and of, or as"),
    ('times = 2, of = "trainium3"', 'times = 2, of = "trainium3", at_least = 3', "at_least is true or false"),
    ("fabrics = { as", "fabrics = { times = 2, of", "only numbers can be multiplied"),
    ("peak_mxfp8_flop_per_s = { times = 3", "host_bytes_per_s = { times = 3", "trainium3 has no such number"),
    ('of = "trainium3", source = "KEYNOTE"', 'of = "announced-too", source = "KEYNOTE"', "a preset to which others refer gives its own numbers"),
    ("announced = true", "announced = false", "peak_bf16_flop_per_s: Field required"),
])  # fmt: skip
def test_mistakes_are_told_with_their_place(library: Library, tmp_path: Path, old: str, new: str, told: str) -> None:
    from explorer import paths

    text = (paths.presets() / "chips" / "trainium4.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "announced-too.toml").write_text(text.replace('id = "trainium4"', 'id = "announced-too"'), encoding="utf-8")
    file = tmp_path / "trainium4.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ExplorerError) as caught:
        read_preset(file, Chip)
    assert told in str(caught.value)
    assert "trainium4.toml:" in str(caught.value)


def test_bands_are_in_order(library: Library) -> None:
    chip = library.chip("trainium4")
    with pytest.raises(SpecError, match="is below at_least"):
        chip.replace(at_most={"hbm_bytes": 1.0})
    with pytest.raises(SpecError, match="name fields of a chip"):
        chip.replace(at_least={"hbm_byte": 1.0})
