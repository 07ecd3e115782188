"""A run that a step belongs to, by hand: failures, stragglers, time, money, energy; and power below the rated one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from explorer.evaluate import evaluate_study, explain, lower, record
from explorer.evaluate.outlook import RESULTS, outlook
from explorer.library import Library, make_scenario, parse_study, study_text
from explorer.quantities import QUANTITIES
from explorer.specs import Run, Scenario, Study

DAY, HOUR = 86400.0, 3600.0


@pytest.fixture(scope="module")
def llama(library: Library) -> Scenario:
    """Llama 3 405B on 16,384 H100."""
    return make_scenario(
        library, chip="h100", workload="llama3.1-405b", phase="training", batch=2048, context=8192, chips=16384, tp=8, pp=16,
        virtual_stages=8,
    )  # fmt: skip


def with_run(s: Scenario, **changes: float) -> Scenario:
    return s.replace(run=s.run.replace(**changes))


def test_by_hand(llama: Scenario) -> None:
    report = evaluate_study([llama])

    def value(key: str) -> float:
        found = report.value(key, 0)
        assert found is not None
        return found

    mtbf = 54 * DAY / 419
    part = 30.0 / (2 * mtbf)
    tau = math.sqrt(2 * 30.0 * mtbf) * (1 + math.sqrt(part) / 3 + part / 9) - 30.0
    goodput = tau / (mtbf * math.exp(300.0 / mtbf) * (math.exp((tau + 30.0) / mtbf) - 1))
    waiting = 1 + 0.01 * math.sqrt(2 * math.log(16384))
    seconds = 15e12 / value("tokens_per_s") * waiting / goodput
    assert value("job_mtbf_s") == pytest.approx(mtbf)
    assert value("checkpoint_every_s") == pytest.approx(tau)
    assert value("goodput_fraction") == pytest.approx(goodput)
    assert value("straggler_fraction") == pytest.approx(1 - 1 / waiting)
    assert value("time_to_train_s") == pytest.approx(seconds)
    assert value("run_tokens_per_s") == pytest.approx(15e12 / seconds)
    assert value("train_chip_h") == pytest.approx(16384 * seconds / HOUR)
    assert llama.offer is not None
    assert value("train_usd") == pytest.approx(16384 * seconds / HOUR * llama.offer.usd_per_chip_h)
    chips_w = value("joules_per_token") * value("tokens_per_s")
    assert value("train_energy_j") == pytest.approx((chips_w + 16384 * 575) * 1.15 * seconds)
    assert value("site_power_w") == pytest.approx(16384 * (700 + 575) * 1.15)
    assert report.value("served_usd_per_million_tokens", 0) is None


def test_llama_3_made_progress_nine_tenths_of_the_time(llama: Scenario) -> None:
    """Published: more than 90 % effective training time, with checkpoints that hardly stall the training."""
    goodput = evaluate_study([with_run(llama, checkpoint_s=d) for d in (1.0, 5.0, 30.0)]).values["goodput_fraction"]
    assert np.all(goodput[:2] > 0.9)
    assert np.all(np.diff(goodput) < 0)


def test_at_a_hundred_thousand_chips_restarts_dominate(llama: Scenario) -> None:
    """Model.md 10.5: about 70 %; without restarts 15 points more, without checkpoints' stalls hardly ten."""
    large = llama.replace(plan=llama.plan.replace(chips=98304), job=llama.job.replace(batch=12288))
    cases = [large, with_run(large, restart_s=0.0), with_run(large, checkpoint_s=3.0)]
    goodput = evaluate_study(cases).values["goodput_fraction"]
    assert goodput[0] == pytest.approx(0.70, abs=0.02)
    assert goodput[1] > goodput[2] - 0.06


def test_a_bound_counts_no_failures(llama: Scenario) -> None:
    report = evaluate_study([llama, llama.replace(efficiency="ideal")])
    assert report.value("goodput_fraction", 1) == 1.0
    assert report.value("straggler_fraction", 1) == 0.0
    assert report.value("job_mtbf_s", 1) is None
    assert report.value("checkpoint_every_s", 1) is None
    slow, bound = report.values["time_to_train_s"]
    assert bound < slow
    assert bound == pytest.approx(15e12 / report.values["tokens_per_s"][1])


def test_a_set_interval_is_taken_and_a_step_is_the_least(llama: Scenario) -> None:
    report = evaluate_study([with_run(llama, checkpoint_interval_s=3600.0), with_run(llama, checkpoint_interval_s=1e-3)])
    step = report.values["step_s"][1]
    assert report.value("checkpoint_every_s", 0) == 3600.0
    assert report.value("checkpoint_every_s", 1) == pytest.approx(step * (1 + 0.01 * math.sqrt(2 * math.log(16384))))
    best = evaluate_study([llama]).value("goodput_fraction", 0)
    assert best is not None
    assert np.all(report.values["goodput_fraction"] < best)


def test_a_run_that_never_ends_has_no_time(llama: Scenario) -> None:
    report = evaluate_study([with_run(llama, chip_mtbf_s=0.01)])
    for key in ("time_to_train_s", "train_chip_h", "train_usd", "train_energy_j"):
        assert report.value(key, 0) is None
    words = explain(report, (with_run(llama, chip_mtbf_s=0.01),), 0, None)
    assert "never reached" in words.text()


def test_inference_has_a_fleet_and_no_run(library: Library) -> None:
    s = make_scenario(library, chip="b200", workload="llama3-70b", phase="decode", batch=32, context=4096, chips=16)
    report = evaluate_study([s])
    full = report.value("usd_per_million_tokens", 0)
    assert full is not None
    assert report.value("served_usd_per_million_tokens", 0) == pytest.approx(full / 0.5)
    assert report.value("time_to_train_s", 0) is None
    assert record(report, s, 0)["train_usd"] is None


def test_results_of_a_run_are_reckoned_when_asked_for(llama: Scenario) -> None:
    report = evaluate_study([llama])
    assert report.value("step_s", 0) is not None
    assert "outlook" not in vars(report)
    found = outlook(report.columns, report.values)
    assert set(found) == set(RESULTS) <= set(QUANTITIES)
    for key, value in found.items():
        np.testing.assert_array_equal(report.values[key], value)
    with pytest.raises(KeyError):
        report.values["no such result"]


def test_the_verdict_tells_of_the_run(llama: Scenario) -> None:
    text = explain(evaluate_study([llama]), (llama,), 0, None).text()
    assert "15 T tokens take" in text
    assert "a failure every 3.09 h" in text
    assert "without failures" in explain(evaluate_study([llama.replace(efficiency="ideal")]), (llama.replace(efficiency="ideal"),), 0, None).text()


def test_less_power_slows_what_computes_and_nothing_else(library: Library) -> None:
    prefill = make_scenario(library, chip="h100", workload="llama3-70b", phase="prefill", batch=8, context=8192, chips=8, tp=8)
    capped = prefill.replace(chip=prefill.chip.replace(tdp_w=350.0))
    report = evaluate_study([prefill, capped, capped.replace(efficiency="ideal"), prefill.replace(efficiency="ideal")])
    assert report.columns.clock.tolist() == [1.0, pytest.approx(0.5 ** (1 / 3)), 1.0, 1.0]
    matmul = report.time_parts[0]
    assert matmul[1] / matmul[0] == pytest.approx(2 ** (1 / 3), rel=0.02)
    assert report.values["step_s"][2] == report.values["step_s"][3]
    np.testing.assert_array_equal(report.exposed_s[:, 0], report.exposed_s[:, 1])
    # Dynamic energy goes with the operations at the capped power and clock, the rest with time and bytes.
    c, energy = report.columns, report.values["joules_per_token"] * report.values["tokens_per_s"] / report.columns.chips
    busy = report.passes.total("flop") / (c.peak_flop_per_s * 0.5 ** (1 / 3)) / report.values["step_s"]
    moved = report.passes.total("hbm_bytes") * c.hbm_j_per_byte / report.values["step_s"]
    assert energy[1] == pytest.approx(350 * (0.3 + 0.7 * busy[1]) + moved[1], rel=0.03)
    assert energy[1] < energy[0]
    text = explain(report, (prefill, capped), 1, None).text()
    assert "350 W of 700 W" in text
    assert "Power:" not in explain(report, (prefill, capped), 0, None).text()


def test_decode_hardly_minds_a_power_cap(library: Library) -> None:
    s = make_scenario(library, chip="h100", workload="llama3-70b", phase="decode", batch=8, context=4096, chips=8, tp=8)
    capped = s.replace(chip=s.chip.replace(tdp_w=350.0))
    steps = evaluate_study([s, capped]).values["step_s"]
    assert 1.0 <= steps[1] / steps[0] < 1.05


def test_a_throttled_chip_is_not_throttled_twice(library: Library) -> None:
    from explorer.evaluate import evaluate

    s = make_scenario(library, chip="h100", workload="llama3-70b", phase="prefill", batch=8, context=8192, chips=8, tp=8)
    once = evaluate(lower([s.replace(chip=s.chip.replace(tdp_w=400.0))]))
    np.testing.assert_array_equal(evaluate(once.columns).values["step_s"], once.values["step_s"])


def test_more_power_than_rated_changes_no_time(library: Library) -> None:
    s = make_scenario(library, chip="gh200", workload="llama3-70b", phase="prefill", batch=8, context=8192, chips=4, tp=4)
    steps = evaluate_study([s.replace(chip=s.chip.replace(tdp_w=w)) for w in (900.0, 1000.0, 2000.0, 800.0)]).values["step_s"]
    assert steps[0] == steps[1] == steps[2] < steps[3]  # its matmuls were measured at 900 W, not at the rated 1,000


def test_old_studies_take_the_usual_run(study: Study) -> None:
    import json

    data = json.loads(study_text(study))
    for scenario in data["scenarios"]:
        del scenario["run"]
        scenario["calibration"].pop("rated_w")
    old = parse_study(json.dumps(data))
    assert [s.run for s in old.scenarios] == [Run()] * len(old.scenarios)
    now, then = evaluate_study(study), evaluate_study(old)
    for key in QUANTITIES:
        np.testing.assert_array_equal(now.values[key], then.values[key], err_msg=key)


def test_the_preset_and_the_spec_assume_the_same(library: Library) -> None:
    assert library.usual_run.replace(sources={}) == Run()
    assert set(library.usual_run.sources) == set(Run.model_fields) - {"id", "name", "sources"}
    for source in library.usual_run.sources.values():
        assert source.ref
        assert source.kind in ("guess", "recalled") or source.url.startswith("https://")
