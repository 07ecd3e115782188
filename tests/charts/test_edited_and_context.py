"""No edited chip passes for the vendor's, and every chart says what load it shows."""

from __future__ import annotations

import re

import pytest

from explorer.charts import CHARTS, comparison, names, numbered, other_offers, scene
from explorer.charts.common import context_line, footer
from explorer.knobs import knob
from explorer.library import Library, load_library, make_scenario
from explorer.specs import Study

CACHE = 500 * 2.0**30


@pytest.fixture
def edited(study: Study) -> Study:
    return study.with_scenario(2, knob("chip.hbm_bytes").set(study.scenarios[2], CACHE))


def _cost(study: Study, row: int):
    table = comparison(scene(study))
    at = [c.key for c in table.columns].index("usd_per_million_tokens")
    return table.rows[row][at], table.columns[at]


ONE = tuple(n for n in CHARTS if n.startswith(("topology", "heat-map", "sensitivity", "algorithms")))
OTHERS = {"shares of a quarter"}  # the web of a radar


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_marks_the_edited_chip(edited: Study, study: Study, name: str) -> None:
    chart = CHARTS[name](scene(edited))
    if name not in ONE:
        named = {b.label for b in chart.bars} | {s.label for s in chart.series} - OTHERS
        base = {"Trainium2"} if name == "normalised" and chart.subtitle.startswith("Trainium2 = 1") else set()  # it is the line at 1
        assert named | base == {"Trainium2", "Trainium3", "B200 (edited)"}
    else:  # the active scenario alone
        assert "B200 (edited)" in CHARTS[name](scene(edited.replace(active=2))).subtitle
    assert chart.note.startswith("Set by you: B200 HBM capacity 500 GiB, was 179 GiB. Sources: ")
    assert "edited" not in "".join(s.label for s in CHARTS[name](scene(study)).series)


def test_the_table_marks_it_too(edited: Study) -> None:
    table = comparison(scene(edited))
    assert table.row_labels == ("Trainium2", "Trainium3", "B200 (edited)")
    assert table.note.startswith("Set by you: ")
    assert numbered(edited) == ("Trainium2", "Trainium3", "B200")


def test_a_changed_number_is_not_cited(study: Study) -> None:
    chip = study.scenarios[2].chip.replace(hbm_bytes_per_s=1e12, peak_bf16_flop_per_s=1e15)
    said = footer(study.with_scenario(2, study.scenarios[2].replace(chip=chip)))
    assert "B200 datasheet" not in said
    assert "B200 HBM bandwidth 1 TB/s, was " in said


def test_many_edits_are_counted_and_older_data_is_no_hand(edited: Study) -> None:
    s = edited.scenarios[2]
    for key in ("chip.hbm_bytes_per_s", "chip.sram_bytes", "chip.tdp_w", "chip.peak_bf16_flop_per_s", "fabric.scale_up.domain"):
        s = knob(key).set(s, knob(key).get(s) * 2)
    said = footer(edited.with_scenario(2, s))
    assert re.search(r"; \d more in the study\. Sources: ", said)
    assert footer(edited.replace(data_version="2020-01-01+0")).startswith("Set by you: B200 HBM capacity 500 GiB, was 179")
    b200 = edited.scenarios[2].replace(was={})
    chip = b200.chip.replace(sources=load_library().chip("b200").sources)
    older = edited.with_scenario(2, b200.replace(chip=chip)).replace(data_version="2020-01-01+0")
    assert footer(older).startswith("Unlike the presets: B200 HBM capacity 500 GiB, now 179")
    assert names(older)[2] == "B200"


def test_two_of_one_name(study: Study) -> None:
    one = study.scenarios[2]
    pair = study.replace(scenarios=(one, knob("chip.hbm_bytes").set(one, CACHE)), active=0)
    assert names(pair) == ("B200 (1)", "B200 (2) (edited)")


def test_an_assumed_price_says_so(study: Study) -> None:
    cell, _ = _cost(study.with_scenario(2, knob("offer.usd_per_chip_h").set(study.scenarios[2], 1.0)), 2)
    assert re.fullmatch(r"\$[\d.]+ assumed", cell.text)
    assert cell.change == "other offer"
    assert "assumed" not in _cost(study, 2)[0].text


def test_another_published_offer_is_told_not_compared(library: Library) -> None:
    load = {"workload": "llama3-8b", "phase": "decode", "batch": 8, "context": 2048, "chips": 8}
    pair = tuple(make_scenario(library, chip=c, **load) for c in ("a100-40gb", "b200"))  # type: ignore[arg-type]
    study = Study(scenarios=pair)
    cell, column = _cost(study, 0)
    assert (cell.text, cell.value, cell.change) == ("no capacity block", None, "")
    assert "A100 SXM 40 GB: no capacity block; on demand $2.7" in column.help
    assert _cost(study, 1)[0].change == ""  # nothing stands beside it
    assert other_offers(pair[1]) == ""


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_says_what_it_shows(study: Study, name: str) -> None:
    said = CHARTS[name](scene(study)).context
    assert said == "Llama 3 70B · decode · batch 32 · context 4,096 · 16 chips · TP 16 / TP 16 / TP 8 × 2 · BF16"
    assert comparison(scene(study)).context == said


def test_what_differs_is_given_for_each(library: Library, study: Study) -> None:
    other = study.scenarios[1].replace(job=study.scenarios[1].job.replace(batch=8, kv_format="fp8"))
    said = context_line(study.with_scenario(1, other))
    assert "batch 32 / batch 8 / batch 32" in said
    assert said.endswith("BF16 / BF16, KV FP8 / BF16")


@pytest.mark.parametrize(("name", "field"), [("roofline", "hbm"), ("roofline-sram", "sram"), ("roofline-link", "link")])
def test_the_subtitle_names_the_ridge_of_its_own_level(study: Study, name: str, field: str) -> None:
    drawn = scene(study)
    chart = CHARTS[name](drawn)
    roof = next(s for s in chart.series if s.key == f"roof-{study.active}")
    said = float(re.search(r"at ([\d.,]+) FLOP/B", chart.subtitle)[1].replace(",", ""))  # type: ignore[index]
    assert said == pytest.approx(roof.x[1], rel=5e-3)


def test_a_level_without_a_slope_names_no_ridge(library: Library) -> None:
    maia = make_scenario(library, chip="maia100", workload="llama3-8b", phase="decode", batch=8, context=2048, chips=4)
    assert CHARTS["roofline-sram"](scene(Study(scenarios=(maia,)))).subtitle.startswith("Llama 3 8B · decode")
