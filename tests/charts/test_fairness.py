"""Units of fairness, reckoned by hand for three chips from the numbers in their preset files."""

from __future__ import annotations

import tomllib

import pytest

from explorer import paths
from explorer.charts import Chart, Scene, chart, comparison, scene
from explorer.charts.fairness import chips_in, of_chip, per, source_text, unit_text, why_none
from explorer.library import Library
from explorer.specs import UNITS, Per, Study

# As the preset files have them: dollars an hour and watts of a chip, chips of a domain and of a rack.
BY_HAND: dict[str, dict[Per, float | None]] = {
    "trainium2": {"chip": 1.0, "dollar": 16 / 35.7608, "watt": 1 / 500, "domain": 16.0, "rack": 32.0},
    "trainium3": {"chip": 1.0, "dollar": None, "watt": 1 / 1000, "domain": 144.0, "rack": 72.0},
    "b200": {"chip": 1.0, "dollar": 8 / 98.84, "watt": 1 / 1000, "domain": 8.0, "rack": 16.0},
}
HARDWARE = {"trainium2": (2.9e12, 96 * 2**30, 667e12), "trainium3": (4.9e12, 144 * 2**30, 671e12), "b200": (7.7e12, None, 2250e12)}


@pytest.fixture(scope="module")
def drawn(study: Study) -> Scene:
    return scene(study)


def _raw(kind: str, name: str) -> dict[str, object]:
    return tomllib.loads((paths.presets() / kind / f"{name}.toml").read_text(encoding="utf-8"))


def test_the_numbers_by_hand_are_those_of_the_files() -> None:
    """Else a later price would make the sums below look wrong."""
    for chip, fabric, price, power, domain, rack in (
        ("trainium2", "neuronlink-torus-4x4", "35.7608/16 USD/h", "500 W", 16, 32),
        ("trainium3", "neuronswitch-144", None, "1000 W", 144, 72),
        ("b200", "nvswitch-8-b200", "98.84/8 USD/h", "1000 W", 8, 16),
    ):
        raw, links = _raw("chips", chip), _raw("fabrics", fabric)
        blocks = [o["usd_per_chip_h"]["value"] for o in raw.get("offers", []) if o["kind"] == "capacity block"]  # type: ignore[attr-defined,index]
        assert (blocks[0] if blocks else None) == price
        assert raw["tdp_w"]["value"] == power  # type: ignore[index]
        assert links["scale_up"]["domain"]["value"] == domain  # type: ignore[index]
        assert links["rack_chips"]["value"] == rack  # type: ignore[index]


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_holds_what_it_holds_by_hand(study: Study, unit: Per) -> None:
    for s in study.scenarios:
        expected = BY_HAND[s.chip.id][unit]
        assert chips_in(s, unit) == (None if expected is None else pytest.approx(expected, rel=1e-12))


@pytest.mark.parametrize("unit", UNITS)
def test_rates_are_the_clusters_over_its_units(drawn: Scene, unit: Per) -> None:
    """16 chips cost 16 prices, draw 16 powers and fill 16 / 144 of a domain: tokens/s over that."""
    for i, s in drawn:
        held, found = BY_HAND[s.chip.id][unit], per(drawn.report, s, i, unit)
        if held is None:
            assert set(found.values()) == {None}
            assert why_none(s, unit) == "no price"
            continue
        whole = float(drawn.report.values["tokens_per_s"][i])
        assert s.plan.chips == 16
        assert found["tokens_per_s"] == pytest.approx(whole / (16 / held), rel=1e-12)
        rate, capacity, peak = HARDWARE[s.chip.id]
        assert found["hbm_bytes_per_s"] == pytest.approx(rate * held, rel=1e-12)
        assert found["peak"] == pytest.approx(peak * held, rel=1e-12)
        if capacity is not None:
            assert found["hbm_bytes"] == pytest.approx(capacity * held, rel=1e-12)


def test_a_dollar_and_a_watt_agree_with_price_and_energy_of_a_token(drawn: Scene) -> None:
    """tokens/s of a dollar an hour = 1e6 / ($ / M tokens) / 3600: two ways to the same figure."""
    for i in (0, 2):
        rate = per(drawn.report, drawn.study.scenarios[i], i, "dollar")["tokens_per_s"]
        dear = drawn.report.value("usd_per_million_tokens", i)
        assert rate is not None
        assert dear is not None
        assert rate * 3600 * dear == pytest.approx(1e6, rel=1e-9)


def test_what_nobody_has_published_is_said(library: Library, study: Study) -> None:
    first = study.scenarios[0]
    dark = first.replace(chip=first.chip.replace(tdp_w=None), fabric=first.fabric.replace(rack_chips=None), offer=None)
    assert [why_none(dark, unit) for unit in UNITS] == ["", "no price", "no power", "", "rack not published"]
    gen1 = library.fabrics["neuronswitch-64"]
    assert chips_in(study.scenarios[1].replace(fabric=gen1), "rack") is None


def test_the_kind_of_an_estimate_stands_beside_it(study: Study) -> None:
    assert unit_text(study.scenarios[0], "watt") == "500 W (press)"
    assert unit_text(study.scenarios[2], "watt") == "1 kW"
    assert unit_text(study.scenarios[0], "rack") == "32 chips (transferred)"
    assert "UltraServer" in source_text(study.scenarios[0], "rack")


def test_a_free_chip_has_no_figure_a_dollar(study: Study) -> None:
    first = study.scenarios[0]
    assert first.offer is not None
    assert chips_in(first.replace(offer=first.offer.replace(usd_per_chip_h=0.0)), "dollar") is None


@pytest.mark.parametrize("unit", [u for u in UNITS if u != "chip"])
def test_the_table_counts_in_the_unit_of_the_study(study: Study, unit: Per) -> None:
    drawn = scene(study.replace(per=unit))
    table = comparison(drawn)
    keys = [c.key for c in table.columns]
    for i, s in drawn:
        wanted = per(drawn.report, s, i, unit)
        assert table.rows[i][keys.index("tokens_per_s_per_chip")].value == wanted["tokens_per_s"]
        assert table.rows[i][keys.index("peak")].value == wanted["peak"]
        assert table.rows[i][keys.index("per")].text in (unit_text(s, unit), "no price", "no capacity block")
    assert table.columns[keys.index("peak")].unit.endswith({"dollar": "/ $/h", "watt": "/ W"}.get(unit, f"/ {unit}"))


def test_sweeps_and_the_time_of_a_step_count_in_it_too(study: Study) -> None:
    def at_now(name: str, unit: Per) -> dict[int, float]:
        drawn: Chart = chart(name, scene(study.replace(per=unit)))
        return {s.slot: float(s.y[0]) for s in drawn.series if s.key.startswith("here")}

    chip, watt, dollar = (at_now("sweep", u) for u in ("chip", "watt", "dollar"))
    assert watt[0] == pytest.approx(chip[0] / 500, rel=1e-12)
    assert watt[2] == pytest.approx(chip[2] / 1000, rel=1e-12)
    assert set(dollar) == {0, 2}
    bars = chart("time", scene(study.replace(per="dollar"))).bars
    assert "per $/h" in bars[0].note
    assert "no price" in bars[1].note


def test_a_swept_power_makes_its_own_watts(study: Study) -> None:
    from explorer.charts.sweeps import swept

    drawn = swept(scene(study.replace(per="watt")), key="chip.tdp_w")
    line = next(s for s in drawn.series if s.slot == 0 and s.role == "line")
    chip = of_chip(scene(study).report, study.scenarios[0], 0)["tokens_per_s"]
    assert chip is not None
    assert line.y * line.x == pytest.approx([chip] * len(line.x), rel=1e-9)
