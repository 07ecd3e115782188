"""Numbers that nobody has published: no zero, no guess, and said."""

from __future__ import annotations

import json

import numpy as np
import pytest

from explorer.evaluate import evaluate_study, not_modelled, record
from explorer.explore import knobs_without_effect
from explorer.knobs import knob
from explorer.library import Library, make_scenario
from explorer.specs import Scenario

RATES = ("sram_bytes_per_s", "vector_flop_per_s")


def _scenario(library: Library, chip: str, phase: str = "decode") -> Scenario:
    return make_scenario(library, chip=chip, workload="llama3-8b", phase=phase, batch=16, context=2048, chips=4)


def _without(s: Scenario, *fields: str) -> Scenario:
    return s.replace(chip=s.chip.replace(**dict.fromkeys(fields)))


@pytest.mark.parametrize("phase", ["decode", "prefill", "training"])
def test_a_rate_that_is_not_published_is_no_ceiling(library: Library, phase: str) -> None:
    known = _scenario(library, "b200", phase)
    endless = known.replace(chip=known.chip.replace(**dict.fromkeys(RATES, 1e24)))
    report = evaluate_study([known, endless, _without(known, *RATES)])
    step = report.values["step_s"]
    assert step[2] == pytest.approx(step[1], rel=1e-9)
    assert step[2] <= step[0]
    assert not np.any(report.operators.sram_s[:, 2])
    assert np.all(np.isfinite(report.operators.time_s))


def test_without_a_power_there_is_no_energy_and_everything_else(library: Library) -> None:
    known = _scenario(library, "b200")
    report = evaluate_study([known, _without(known, "tdp_w")])
    assert report.value("joules_per_token", 0) is not None
    assert report.value("joules_per_token", 1) is None
    assert report.values["step_s"][0] == report.values["step_s"][1]
    assumed = knob("chip.tdp_w").set(_without(known, "tdp_w"), 1000.0)
    assert evaluate_study([assumed]).value("joules_per_token", 0) == report.value("joules_per_token", 0)


def test_what_is_not_counted_is_said(library: Library) -> None:
    maia, trainium = _scenario(library, "maia100"), _scenario(library, "trainium1")
    assert not_modelled(maia)[:2] == ("the SRAM's bandwidth (not published)", "the vector units' rate (not published)")
    assert not_modelled(trainium)[0] == "energy (the power is not published)"
    assert not any("not published" in words for words in not_modelled(_scenario(library, "b200")))
    told = record(evaluate_study([maia, trainium]), trainium, 1)
    assert told["joules_per_token"] is None
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_an_assumed_number_is_the_users(library: Library) -> None:
    row, trainium = knob("chip.tdp_w"), _scenario(library, "trainium1")
    assert row.get(trainium) is None
    assert row.text(None) == "not published"
    assert row.source(trainium) is None
    source = row.source(row.set(trainium, 200.0))
    assert source is not None
    assert source.kind == "user"
    assert "chip.tdp_w" not in knobs_without_effect(trainium)
