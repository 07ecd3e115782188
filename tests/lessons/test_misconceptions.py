"""Notes at the knobs: each fires where one thing is taken for another, and not otherwise."""

from __future__ import annotations

import pytest

from explorer.evaluate import evaluate_study
from explorer.knobs import knob
from explorer.lessons.misconceptions import misconceptions, notes
from explorer.lessons.openings import changed
from explorer.lessons.results import Results
from explorer.library import Library, default_study, make_scenario
from explorer.specs import Study

_LINK, _OUT = "fabric.scale_up.link_bytes_per_s_per_direction", "fabric.scale_out.bytes_per_s_per_direction"
# id, chip, what a hand does, and nearly the same that is no mistake
CASES = (
    ("sparse-peak", "b200", ["chip.peak_fp8_flop_per_s=9000 TFLOP/s"], ["chip.peak_fp8_flop_per_s=8000 TFLOP/s"]),
    ("sparse-peak", "trainium2", ["chip.peak_bf16_flop_per_s=2563 TFLOP/s"], ["chip.peak_bf16_flop_per_s=1334 TFLOP/s"]),
    ("sparse-peak", "h100", ["chip.peak_bf16_flop_per_s=1979 TFLOP/s"], ["chip.peak_fp8_flop_per_s=2000 TFLOP/s"]),
    ("boost-peak", "h100", ["chip.peak_bf16_flop_per_s=1070 TFLOP/s"], ["chip.peak_bf16_flop_per_s=1000 TFLOP/s"]),
    ("boost-ideal", "b200", ["efficiency=ideal"], []),
    ("gb-gib", "b200", ["chip.hbm_bytes=192 GiB"], ["chip.hbm_bytes=192 GB"]),
    ("gb-gib", "b200", ["chip.hbm_bytes=180 GB"], ["chip.hbm_bytes=160 GiB"]),
    ("gb-gib", "trainium2", ["chip.hbm_bytes=96 GB"], ["chip.hbm_bytes=128 GiB"]),
    ("gb-gib", "h200", ["chip.hbm_bytes=141 GB"], ["chip.hbm_bytes=144 GiB"]),
    ("both-directions", "b200", [f"{_LINK}=1.8 TB/s"], [f"{_LINK}=1.5 TB/s"]),
    ("both-directions", "trainium2", [f"{_LINK}=1.024 TB/s"], [f"{_LINK}=704 GB/s"]),
    ("both-directions-z", "trainium2", [f"{_LINK}=1.28 TB/s"], [f"{_LINK}=704 GB/s"]),
    ("bits-bytes", "trainium2", [f"{_OUT}=200 GB/s"], [f"{_OUT}=200 Gb/s"]),
    ("bits-bytes", "b200", [f"{_OUT}=400 GB/s"], [f"{_OUT}=100 GB/s"]),
    ("mfu-recompute", "h100", ["job.phase=training", "plan.recompute=full"], ["plan.recompute=full"]),
    ("mfu-format", "h100", ["job.phase=training", "job.weight_format=fp8"], ["job.weight_format=fp8"]),
    ("fits-weights-only", "h100", ["job.batch=4096"], ["job.batch=16"]),
    ("tp-slow-tier", "b200", ["plan.tp=16"], ["plan.tp=8"]),
)  # fmt: skip


@pytest.fixture(scope="module")
def studies(library: Library) -> dict[str, Study]:
    made = {chip: make_scenario(library, chip=chip, workload="llama3-8b", phase="decode", batch=8, context=4096, chips=16, tp=8) for chip in ("b200", "h100", "h200", "trainium2")}
    return {chip: default_study(library).replace(scenarios=(s,), active=0, baseline=0) for chip, s in made.items()}


def fired(study: Study, settings: list[str]) -> set[str]:
    return {note.id for note in notes(study.scenarios[0], changed(study, settings))}


@pytest.mark.parametrize(("name", "chip", "mistake", "other"), CASES, ids=lambda v: "+".join(v) if isinstance(v, list) else v)
def test_fires_where_it_happens_and_not_otherwise(studies: dict[str, Study], name: str, chip: str, mistake: list[str], other: list[str]) -> None:
    assert fired(studies[chip], []) == set()
    assert name in fired(studies[chip], mistake)
    assert name not in fired(studies[chip], other)


def test_every_misconception_is_tried() -> None:
    assert {m.id for m in misconceptions()} == {case[0] for case in CASES}


def test_notes_are_short_and_sourced() -> None:
    for one in misconceptions():
        assert len(one.note) <= 125, one.id
        assert len(one.source) > 20
        for key in one.knobs:
            knob(key)


def test_numbers_in_a_note_are_live(studies: dict[str, Study]) -> None:
    study = studies["b200"]
    after = changed(study, [f"{_LINK}=1.8 TB/s", "plan.tp=16"])
    said = {note.knob: note.text for note in notes(study.scenarios[0], after)}
    assert said[_LINK] == "Twice 900 GB/s: both directions together? This knob is one way."
    assert said["plan.tp"].startswith("TP 16 leaves the fast domain of 8:")
    assert notes(study.scenarios[0], after, Results(after, evaluate_study(after))) == notes(study.scenarios[0], after)


def test_what_was_opened_so_is_no_mistake(studies: dict[str, Study]) -> None:
    opened = changed(studies["b200"], ["efficiency=ideal"])
    assert fired(opened, []) == set()
    assert fired(opened, ["job.batch=16"]) == set()


def test_nothing_is_said_of_the_default_study(library: Library) -> None:
    study = default_study(library)
    for i, scenario in enumerate(study.scenarios):
        assert notes(scenario, study.replace(active=i)) == ()
