"""Weak and strong scaling: loads as they should be, the wall where replicas outnumber sequences, failures on top."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.evaluate import evaluate_study
from explorer.explore import scaling
from explorer.library import Library, make_scenario
from explorer.specs import Scenario


@pytest.fixture(scope="module")
def llama(library: Library) -> Scenario:
    return make_scenario(
        library, chip="h100", workload="llama3.1-405b", phase="training", batch=2048, context=8192, chips=16384, tp=8, pp=16,
    )  # fmt: skip


def test_sizes_and_loads(llama: Scenario) -> None:
    found = scaling(llama)
    for kind in found.values():
        assert kind.chips.tolist() == [128.0 * 2**i for i in range(11)]
    weak, strong = found["weak"], found["strong"]
    assert np.all(weak.batch == weak.chips / 8)
    assert np.all(strong.batch == 2048)
    odd = scaling(llama.replace(plan=llama.plan.replace(chips=24 * 128), job=llama.job.replace(batch=24 * 16)))
    assert 24 * 128 in odd["weak"].chips
    assert odd["weak"].batch[odd["weak"].chips == 24 * 128] == 24 * 16


def test_each_point_is_that_scenario_evaluated(llama: Scenario) -> None:
    found = scaling(llama)
    for kind, at in (("weak", 3), ("weak", 10), ("strong", 0), ("strong", 5)):
        f = found[kind]  # type: ignore[index]
        made = llama.replace(plan=llama.plan.replace(chips=int(f.chips[at])), job=llama.job.replace(batch=int(f.batch[at])))
        report = evaluate_study([made])
        assert f.tokens_per_s_per_chip[at] == report.value("tokens_per_s_per_chip", 0)
        run = report.value("run_tokens_per_s", 0)
        assert run is not None
        assert f.run_tokens_per_s_per_chip[at] == run / f.chips[at]
        assert f.fits[at] == report.fits[0]


def test_failures_bend_what_weak_scaling_keeps_straight(llama: Scenario) -> None:
    weak = scaling(llama)["weak"]
    step = weak.tokens_per_s_per_chip / weak.tokens_per_s_per_chip[0]
    assert np.all(step[-3:] > 0.9)
    assert weak.kept_fraction[-1] < 0.7
    assert np.all(np.diff(weak.goodput_fraction) < 0)
    safe = scaling(llama.replace(efficiency="ideal"))["weak"]
    np.testing.assert_array_equal(safe.run_tokens_per_s_per_chip, safe.tokens_per_s_per_chip)


def test_strong_scaling_ends_where_replicas_outnumber_sequences(llama: Scenario) -> None:
    strong = scaling(llama.replace(job=llama.job.replace(batch=256)))["strong"]
    able = np.isfinite(strong.tokens_per_s_per_chip)
    assert able.tolist() == [n / 128 <= 256 for n in strong.chips]
    assert np.all(np.diff(strong.run_tokens_per_s_per_chip[able]) < 0)


def test_inference_scales_by_replicas(library: Library) -> None:
    s = make_scenario(library, chip="b200", workload="llama3-70b", phase="decode", batch=32, context=8192, chips=64, tp=8)
    found = scaling(s)
    assert np.all(found["weak"].kept_fraction == 1.0)
    assert found["strong"].batch.tolist() == [32 * 64 / n for n in found["strong"].chips]
    able = np.isfinite(found["strong"].tokens_per_s_per_chip)
    assert able.tolist() == [n <= 2048 for n in found["strong"].chips]
    assert np.isnan(found["weak"].goodput_fraction).all()
    three = scaling(s.replace(job=s.job.replace(batch=3)))["strong"]  # 24 sequences: no replica gets half of one
    assert np.isfinite(three.tokens_per_s_per_chip).tolist() == [n <= 64 for n in three.chips]


def test_a_plan_that_cannot_be_scales_to_nothing(library: Library) -> None:
    s = make_scenario(library, chip="trainium2", workload="llama3-70b", phase="decode", batch=32, context=4096, chips=16, tp=16, precision="fp4")
    assert not any(found.any for found in scaling(s).values())
