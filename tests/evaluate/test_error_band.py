"""The error band of a verdict: whose rows speak, how wide the range is, and what is said where nobody measured."""

from __future__ import annotations

import pytest

from explorer.evaluate import evaluate_study, explain, record
from explorer.evaluate.bands import FEWEST, band_record, kind_of, range_fraction
from explorer.library import Library, make_scenario, parse_study, study_text
from explorer.specs import BandKind, ErrorBand, Experts, KindBand, Scenario, Study


def errors(n: int, fraction: float) -> ErrorBand:
    """Errors whose figures differ from each other."""
    return ErrorBand(n=n, mean=fraction / 2, median=fraction / 4, p90=0.9 * fraction, range_fraction=fraction, worst=-fraction, worst_id="w")


def told(library: Library, bands: dict[BandKind, KindBand], **more: object) -> Scenario:
    """An H100 scenario whose calibration says this, and assumes 10 % where nothing is known."""
    given = {"workload": "llama3-70b", "phase": "decode", "batch": 32, "context": 4096, "chips": 8} | more
    made = make_scenario(library, chip="h100", **given)  # type: ignore[arg-type]
    return made.replace(calibration=made.calibration.replace(bands=bands, band_fraction=0.1))


def said(scenario: Scenario) -> str:
    found = explain(evaluate_study([scenario], search=True), (scenario,), 0, None)
    return next(p.text for p in found.paragraphs if p.title == "Error band")


def test_enough_rows_of_the_chip_speak_for_it(library: Library) -> None:
    band = KindBand(chips=9, every=errors(900, 0.6), own=errors(FEWEST, 0.4))
    scenario = told(library, {"decode": band})
    assert range_fraction(scenario) == 0.4
    assert f"Decode on H100 SXM: {FEWEST} published rows within 10% (median), 20% (mean), 36% (p90)." in said(scenario)
    report = evaluate_study([scenario])
    assert report.value("step_high_s", 0) == pytest.approx(1.4 * (report.value("step_s", 0) or 0))


@pytest.mark.parametrize(("own", "words"), [
    (None, "Decode: no published row on H100 SXM; 900 on 9 other chips within"),
    (FEWEST - 1, f"Decode: only {FEWEST - 1} published rows on H100 SXM; 900 on 9 chips within"),
    (1, "Decode: only 1 published row on H100 SXM; 900 on 9 chips within"),
])  # fmt: skip
def test_few_rows_or_none_take_the_band_of_all_chips(library: Library, own: int | None, words: str) -> None:
    band = KindBand(chips=9, every=errors(900, 0.6), own=None if own is None else errors(own, 0.01))
    scenario = told(library, {"decode": band})
    assert range_fraction(scenario) == 0.6
    assert words in said(scenario)
    assert "Range of the step: ÷ and × 1.60." in said(scenario)


def test_a_carried_band_is_never_narrower_than_what_is_assumed(library: Library) -> None:
    scenario = told(library, {"decode": KindBand(chips=9, every=errors(900, 0.05))})
    assert range_fraction(scenario) == 0.1


def test_without_any_row_the_range_is_assumed(library: Library) -> None:
    scenario = told(library, {})
    assert range_fraction(scenario) == 0.1
    assert said(scenario).startswith("Decode: no published row is predicted yet. Assumed range of the step: ÷ and × 1.10.")
    found = band_record(scenario, "decode")
    assert found is not None
    assert (found["provenance"], found["n"], found["mean"], found["chips"]) == ("guess", None, None, 0)


def test_the_kind_is_that_of_the_step(library: Library) -> None:
    bands: dict[BandKind, KindBand] = {
        "training": KindBand(chips=2, every=errors(50, 0.2)), "experts": KindBand(chips=2, every=errors(50, 0.3)),
        "prefill": KindBand(chips=2, every=errors(50, 0.5)),
    }  # fmt: skip
    dense = told(library, bands, phase="training", batch=64)
    mixed = dense.replace(workload=dense.workload.replace(experts=Experts(count=8, active=2, width=1024, layers=80)))
    prompt = told(library, bands, phase="prefill", batch=4)
    assert [kind_of(s) for s in (dense, mixed, prompt)] == ["training", "experts", "prefill"]
    assert [range_fraction(s) for s in (dense, mixed, prompt)] == [0.2, 0.3, 0.5]


def test_collectives_are_told_where_there_are_any(library: Library) -> None:
    bands: dict[BandKind, KindBand] = {"collectives": KindBand(chips=2, every=errors(50, 0.2))}
    assert "Collectives" in said(told(library, bands))
    assert "Collectives" not in said(told(library, bands, workload="llama3-8b", chips=1))


def test_the_ideal_set_is_a_bound_and_has_no_band(library: Library) -> None:
    scenario = told(library, {"decode": KindBand(chips=1, every=errors(900, 0.6))}).replace(efficiency="ideal")
    assert range_fraction(scenario) == 0.0
    report = evaluate_study([scenario], search=True)
    assert record(report, scenario, 0)["error_bands"] == {"step": None, "memory": None, "collectives": None}
    assert not any(p.title == "Error band" for p in explain(report, (scenario,), 0, None).paragraphs)


@pytest.mark.parametrize("phase", ["decode", "prefill", "training"])
@pytest.mark.parametrize("chip", ["h100", "trainium3"])
def test_every_shipped_verdict_shows_its_band(library: Library, chip: str, phase: str) -> None:
    scenario = make_scenario(library, chip=chip, workload="llama3-70b", phase=phase, batch=64, context=4096, chips=64)
    assert any(char.isdigit() for char in said(scenario).partition("Memory")[0])
    found = record(evaluate_study([scenario], search=True), scenario, 0)["error_bands"]
    assert found["step"]["kind"] == phase
    assert found["step"]["range_fraction"] > 0
    assert found["memory"]["kind"] == "memory"


def test_a_study_keeps_the_bands_it_was_made_with(library: Library) -> None:
    study = Study(scenarios=(told(library, {"decode": KindBand(chips=2, every=errors(50, 0.2), own=errors(9, 0.3))}),))
    assert parse_study(study_text(study), "s") == study
