"""Knobs: finite stops, exact round trips, refusals in one line."""

from __future__ import annotations

import pytest

from explorer.errors import ExplorerError
from explorer.knobs import KNOBS, SECTIONS, knob, ladder, was
from explorer.library import default_study, load_library
from explorer.specs import Scenario

LIBRARY = load_library()
STUDY = default_study(LIBRARY)
NUMBERS = [k for k in KNOBS if k.kind != "choice"]


@pytest.fixture(params=STUDY.scenarios, ids=lambda s: s.name)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    found: Scenario = request.param
    return found


def test_every_knob_says_what_it_is() -> None:
    assert len({k.key for k in KNOBS}) == len(KNOBS)
    for k in KNOBS:
        assert k.section in SECTIONS
        assert k.label
        assert k.help.endswith(".")
        assert k.enters
        assert list(k.stops) == sorted(k.stops) if k.kind != "choice" else len(k.stops) > 1


@pytest.mark.parametrize("row", KNOBS, ids=lambda k: k.key)
def test_tick_to_value_to_tick_is_exact(row, scenario: Scenario) -> None:
    stops = ladder(row, () if row.kind == "choice" else LIBRARY.landmarks(row.key))
    for i, value in enumerate(stops.values):
        try:
            changed = row.set(scenario, value)
        except ExplorerError:
            continue  # a torus has no such domain, a chip no such format
        assert row.get(changed) == value
        assert stops.nearest(row.get(changed)) == i
        assert row.set(row.set(changed, row.get(scenario)), value) == changed if row.get(scenario) is not None else True


@pytest.mark.parametrize("row", NUMBERS, ids=lambda k: k.key)
def test_real_values_stand_among_the_stops(row, scenario: Scenario) -> None:
    if not row.key.startswith(("chip.", "fabric.", "offer.")):
        pytest.skip("not a number that a product has")
    value = row.get(scenario)
    if value is None:
        pytest.skip("not published, or not there")
    stops = ladder(row, LIBRARY.landmarks(row.key))
    assert value in stops.values
    assert stops.names[stops.values.index(value)]


@pytest.mark.parametrize("row", NUMBERS, ids=lambda k: k.key)
def test_what_is_shown_can_be_typed(row, scenario: Scenario) -> None:
    value = row.get(scenario)
    if value is None:
        pytest.skip("not published, or not there")
    shown = row.shown_unit(value)
    assert row.parse(row.text(value).replace(",", ""), shown) == pytest.approx(value, rel=0.01)


def test_refusals() -> None:
    scenario = STUDY.scenarios[0]
    for key, bad in (("plan.tp", 0), ("plan.tp", 2.5), ("chip.hbm_bytes", float("nan")), ("chip.hbm_bytes", -1.0)):
        with pytest.raises(ExplorerError):
            knob(key).set(scenario, bad)
    with pytest.raises(ExplorerError, match=r"chip\.hbm_bytes_per_s"):
        knob("chip.hbm_byte_per_s")
    with pytest.raises(ExplorerError, match="bf16"):
        knob("job.kv_format").set(scenario, "bf15")


def test_was_and_assumed_price() -> None:
    scenario = STUDY.scenarios[1]
    assert knob("offer.usd_per_chip_h").get(scenario) is None
    priced = knob("offer.usd_per_chip_h").set(scenario, 5.0)
    assert priced.offer is not None
    assert priced.offer.kind == "assumed"
    faster = knob("chip.hbm_bytes_per_s").set(scenario, 6e12)
    assert was("chip.hbm_bytes_per_s", faster, scenario) == scenario.chip.hbm_bytes_per_s
    assert was("chip.hbm_bytes_per_s", scenario, scenario) is None
