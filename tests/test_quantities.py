"""What the results say of themselves is what is reckoned."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.evaluate import evaluate_study
from explorer.evaluate.bands import range_fraction
from explorer.library import default_study, load_library
from explorer.quantities import QUANTITIES


def test_the_range_is_the_step_and_the_band_around_it() -> None:
    study = default_study(load_library())
    report = evaluate_study(study)
    band = np.array([range_fraction(s) for s in study.scenarios])
    step, busiest = report.values["step_s"], report.operators.hbm_s.sum(axis=0)
    assert report.values["step_high_s"] == pytest.approx(step * (1 + band))
    assert np.all(report.values["step_low_s"] >= step / (1 + band) * (1 - 1e-12))
    assert np.all(report.values["step_low_s"] >= busiest * (1 - 1e-12))
    assert QUANTITIES["step_high_s"].equation == "step x (1 + band)"
    assert QUANTITIES["step_low_s"].equation == "max(step / (1 + band), busiest resource)"
    assert not any("overlapped" in QUANTITIES[k].label for k in ("step_low_s", "step_high_s"))


def test_energy_names_all_its_parts() -> None:
    row = QUANTITIES["joules_per_token"]
    for word in ("idle", "work", "HBM", "links", "at most the rated power"):
        assert word in row.help
    assert row.equation.startswith("chips x min(P T, ")
