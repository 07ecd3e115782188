"""Frontiers, ladders, sweeps, heat maps, tornados, bills and radars say what the Report says."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.charts import CHARTS, Chart, Series, scene
from explorer.charts.sweeps import heat, swept
from explorer.evaluate import evaluate_study
from explorer.evaluate.outcomes import energy_parts_j
from explorer.explore import HARDWARE, able, effects, grid, sweep
from explorer.knobs import knob
from explorer.library import Library, make_scenario
from explorer.specs import Scenario, Study

RATE = "tokens_per_s_per_chip"


def _series(chart: Chart, key: str) -> Series:
    return next(s for s in chart.series if s.key == key)


def _alone(s: Scenario, key: str) -> float:
    return evaluate_study([s]).value(key, 0) or float("nan")


def _trained(library: Library) -> Study:
    chips = ("trainium2", "h100")
    return Study(scenarios=tuple(make_scenario(library, chip=c, workload="llama3-70b", phase="training", batch=64, context=4096, chips=64, tp=8, pp=2) for c in chips))


def test_frontier_is_the_largest_batch_of_each_context(study: Study) -> None:
    chart = CHARTS["frontier"](scene(study))
    for i, s in enumerate(study.scenarios):
        line = _series(chart, f"frontier-{i}")
        for k in (0, 5, len(line.x) - 1):
            at = s.replace(job=s.job.replace(context=int(line.x[k])))
            assert line.y[k] == _alone(at, "largest_batch")
            most = at.replace(job=at.job.replace(batch=int(line.y[k])))
            assert evaluate_study([most]).fits[0] == 1
            assert evaluate_study([most.replace(job=most.job.replace(batch=most.job.batch + 1))]).fits[0] == 0


def test_latency_frontier_has_the_present_point(study: Study) -> None:
    chart = CHARTS["frontier-latency"](scene(study))
    for i, s in enumerate(study.scenarios):
        here = _series(chart, f"here-{i}")
        assert here.x[0] == pytest.approx(_alone(s, "step_s"))
        assert here.y[0] == pytest.approx(_alone(s, RATE))
        assert "now" in here.tips[0]
        assert np.all(np.diff(_series(chart, f"trade-{i}").x) > 0)


def test_ladder_has_only_formats_of_the_chip(study: Study) -> None:
    flop, memory = CHARTS["precision"](scene(study)), CHARTS["precision-memory"](scene(study))
    names = flop.x.names
    for i, s in enumerate(study.scenarios):
        offered = [n for n in names if s.chip.peak_flop_per_s(n.lower())]
        line = _series(flop, f"attained-{i}")
        assert [names[int(x)] for x in line.x] == offered
        assert np.all(line.y <= _series(flop, f"peak-{i}").y)
        bf16 = int(np.flatnonzero(line.x == names.index("BF16"))[0])
        assert line.y[bf16] == pytest.approx(_alone(s, "mfu") * s.chip.peak_bf16_flop_per_s)
        assert _series(memory, f"memory-{i}").y[bf16] == pytest.approx(_alone(s, "memory_total_bytes"))


@pytest.mark.parametrize("key", ["job.batch", "chip.hbm_bytes_per_s", "plan.tp", "job.weight_format", "plan.overlap", "fabric.scale_up.link_latency_s"])
@pytest.mark.parametrize("result", [RATE, "usd_per_million_tokens", "memory_total_bytes"])
def test_sweep_is_the_report_at_each_stop(study: Study, key: str, result: str) -> None:
    chart, row = swept(scene(study), key, result), knob(key)
    assert chart.summary
    for series in chart.series:
        s = study.scenarios[series.slot]
        for k in {0, len(series.x) // 2, len(series.x) - 1}:
            value = float(series.x[k])
            stop = row.stops[int(value)] if row.kind == "choice" else int(value) if row.kind == "count" else value
            assert series.y[k] == pytest.approx(_alone(row.set(s, stop), result))
            assert row.text(stop) in series.tips[k]


def test_sweep_draws_what_does_not_fit_pale(study: Study) -> None:
    chart = swept(scene(study), "job.batch", RATE)
    line, ghost = _series(chart, "line-0"), _series(chart, "ghost-0")
    assert line.x.max() <= _alone(study.scenarios[0], "largest_batch") < ghost.x.max()
    assert "does not fit" in ghost.tips[len(ghost.x) - 1]


@pytest.mark.parametrize("pair", [("job.batch", "job.context"), ("plan.tp", "plan.pp"), ("job.kv_format", "chip.hbm_bytes"), ("plan.tp", "job.weight_format")])
def test_heat_map_is_the_report_at_each_cell(study: Study, pair: tuple[str, str]) -> None:
    chart, s = heat(scene(study), *pair), study.scenarios[0]
    cells, rows = _series(chart, "cells"), [knob(k) for k in pair]
    assert cells.shade is not None
    shown = np.flatnonzero(np.isfinite(cells.shade))
    values = []
    for k in shown[:: max(1, len(shown) // 9)]:
        texts = chart.x.names[int(cells.x[k])], (chart.y.names if chart.y else ())[int(cells.y[k])]
        at = rows[1].set(rows[0].set(s, rows[0].parse(texts[0].replace(",", ""))), rows[1].parse(texts[1].replace(",", "")))
        report = evaluate_study([at])
        assert report.fits[0] == 1
        values.append((report.value(RATE, 0), cells.shade[k]))
    order = sorted(values)  # type: ignore[type-var]
    assert [shade for _, shade in order] == sorted(shade for _, shade in order)
    assert 0 <= np.nanmin(cells.shade) <= np.nanmax(cells.shade) <= 1


def test_grid_is_two_sweeps(study: Study) -> None:
    s, xs, ys = study.scenarios[0], (1, 8, 64), ("bf16", "fp8")
    report = grid(s, ("job.batch", xs), ("job.weight_format", ys))
    step = report.columns.full(report.values["step_s"]).reshape(3, 2)
    for j, name in enumerate(ys):
        one = sweep(knob("job.weight_format").set(s, name), "job.batch", xs).values["step_s"]
        assert np.array_equal(step[:, j], np.broadcast_to(one, (3,)))


def test_a_knob_takes_only_its_own_values(study: Study) -> None:
    s = study.scenarios[0]
    assert able(s, "plan.zero", (0, 3, 4)) == [0, 3]
    assert able(s.replace(chip=s.chip.replace(peak_fp4_flop_per_s=None)), "chip.peak_fp4_flop_per_s", (1e15,)) == []


def test_tornado_is_the_step_with_one_number_changed(study: Study) -> None:
    s = study.scenarios[0]
    found = effects(s, 1.1)
    assert found is not None
    assert [e.size for e in found] == sorted((e.size for e in found), reverse=True)
    for e in found:
        value = e.knob.get(s)
        assert isinstance(value, float)
        assert e.larger == pytest.approx(_alone(e.knob.set(s, value * 1.1), "step_s") / _alone(s, "step_s") - 1)
    chart = CHARTS["sensitivity"](scene(study))
    top = _series(chart, "more")
    assert chart.y is not None
    assert chart.y.names[-1] == found[0].knob.label
    assert top.x[1] == pytest.approx(found[0].larger)
    assert top.y[0] == len(chart.y.names) - 1
    assert {k.section for k in HARDWARE} == {"Chip", "Memory", "SRAM", "Links"}


def test_bills_add_up(study: Study, library: Library) -> None:
    for which in (study, _trained(library)):
        drawn = scene(which)
        for i, bar in enumerate(CHARTS["cost"](drawn).bars):
            runs = which.scenarios[0].job.phase == "training"
            total = drawn.report.value("train_usd" if runs else "usd_per_million_tokens", i)
            assert (total is None) == (not bar.segments)
            assert total is None or bar.total == pytest.approx(total)
            if runs and total is not None:
                lost = 1 - (drawn.report.value("run_tokens_per_s", i) or 0) / (drawn.report.value("tokens_per_s", i) or 1)
                assert sum(s.value for s in bar.segments if s.label == "stragglers and failures") == pytest.approx(total * lost)
        for i, bar in enumerate(CHARTS["energy"](drawn).bars):
            assert bar.total == pytest.approx(drawn.report.value("joules_per_token", i))


def test_energy_parts_are_the_terms_of_the_formula(study: Study) -> None:
    report = evaluate_study(study)
    idle, compute, hbm, links = energy_parts_j(report)
    c = report.columns
    assert idle + compute + hbm + links == pytest.approx(report.values["joules_per_token"])
    # No cap here: the idle share is the idle power over the time of a token.
    assert idle == pytest.approx(c.tdp_w * c.idle_power_fraction * c.chips / report.values["tokens_per_s"])
    assert np.all(compute > 0)
    assert np.all(hbm > 0)
    assert np.all(links > 0)


def test_exposed_bars_are_the_network_share(study: Study, library: Library) -> None:
    for which in (study, _trained(library)):
        drawn = scene(which)
        for i, bar in enumerate(CHARTS["exposed"](drawn).bars):
            share = sum(s.value for s in bar.segments if s.label != "hidden")
            assert share == pytest.approx(drawn.report.value("network_exposed_fraction", i))


def test_radar_rims_are_the_best(study: Study) -> None:
    drawn = scene(study)
    chart = CHARTS["radar"](drawn)
    middle, reach = np.array([12.0, 6.5]), 4.7
    spokes = [np.hypot(s.x - middle[0], s.y - middle[1]) / reach for s in chart.series if s.role == "group"]
    assert np.max(spokes, axis=0) == pytest.approx(np.ones(len(spokes[0])))
    rates = [drawn.report.value(RATE, i) or 0.0 for i in range(3)]
    assert [s[0] for s in spokes] == pytest.approx([r / max(rates) for r in rates])
    assert "areas mean nothing" in chart.subtitle
    assert "$ / M tokens" in chart.subtitle  # Trainium3 has no price


@pytest.mark.parametrize("kind", ["weak", "strong"])
def test_efficiency_begins_at_one(library: Library, kind: str) -> None:
    chart = CHARTS[f"efficiency-{kind}"](scene(_trained(library)))
    rate = CHARTS["scaling" if kind == "weak" else "scaling-strong"](scene(_trained(library)))
    for i in range(2):
        kept, run = _series(chart, f"kept-{i}"), _series(rate, f"run-{i}")
        assert 0.9 < kept.y[0] <= 1.0
        assert kept.y / kept.y[0] == pytest.approx(run.y / run.y[0])
