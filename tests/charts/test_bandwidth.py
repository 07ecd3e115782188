"""Bus bandwidth as nccl-tests reckons it, and algorithms of which the model charges one."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.charts import CHARTS, scene
from explorer.charts.bandwidth import bus_factor
from explorer.charts.interconnect import OPERATIONS, SIZES
from explorer.evaluate.algorithms import all_reduce_algorithms_s
from explorer.evaluate.network import all_reduce_s, group
from explorer.library import Library, make_scenario
from explorer.specs import Scenario, Study


def test_factors() -> None:
    assert bus_factor("all-reduce", 8) == 1.75
    assert bus_factor("all-gather", 8) == bus_factor("reduce-scatter", 8) == bus_factor("all-to-all", 8) == 0.875
    assert bus_factor("send", 8) == 1.0


@pytest.mark.parametrize("operation", OPERATIONS)
def test_bandwidth_is_bytes_over_the_time_of_the_other_chart(study: Study, operation: str) -> None:
    drawn = scene(study)
    rates, times = CHARTS[f"bandwidth-{operation}"](drawn), CHARTS[f"interconnect-{operation}"](drawn)
    for i, s in enumerate(study.scenarios):
        rate, time = (next(x for x in c.series if x.key == f"{key}-{i}") for c, key in ((rates, "bus"), (times, "curve")))
        assert rate.y == pytest.approx(bus_factor(operation, s.plan.tp) * time.x / time.y)


def _charged(s: Scenario, ranks: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    c = scene(Study(scenarios=(s,))).report.columns
    tier = group(c, np.full(1, float(ranks)), np.ones(1))
    return all_reduce_algorithms_s(c, tier, SIZES), all_reduce_s(c, tier, SIZES)


@pytest.mark.parametrize("chip", ["trainium2", "trainium3", "b200", "h100", "tpu-v5p", "mi300x", "gaudi3", "gb200", "a100-80gb"])
@pytest.mark.parametrize("efficiency", ["ideal", "calibrated"])
def test_one_of_the_algorithms_is_charged(library: Library, chip: str, efficiency: str) -> None:
    made = make_scenario(library, chip=chip, workload="llama3-70b", phase="decode", batch=32, context=4096, chips=8, tp=8)
    found, charged = _charged(made.replace(efficiency=efficiency), 8)
    every = np.stack(list(found.values()))
    nearest = np.min(np.abs(every - charged) / charged, axis=0)
    # Between two protocols a library's charge goes level at the limit of the quicker one, and a reduction is
    # never quicker than its gather.
    assert np.mean(nearest < 1e-9) > 0.5
    assert np.all(charged >= every.min(axis=0) * (1 - 1e-9))


def test_names_of_the_chosen_ones(library: Library) -> None:
    made = make_scenario(library, chip="trainium2", workload="llama3-70b", phase="decode", batch=32, context=4096, chips=16, tp=16)
    chart = CHARTS["algorithms"](scene(Study(scenarios=(made,))))
    tips = next(s for s in chart.series if s.key == "charged").tips
    assert tips[0].startswith("charged: mesh\n")
    assert tips[len(tips) - 1].startswith("charged: ring\n")
    assert next(s for s in chart.series if s.key == "here").tips[0].startswith("Trainium2 · this step\ncharged: ")
