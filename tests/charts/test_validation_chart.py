"""Predicted against measured as data: points, bands, filters, hues, the sums, the table."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.charts.axes import fitted
from explorer.charts.measured import ALL, MEASURES, Choice, by_hue, options
from explorer.charts.model import Series
from explorer.charts.style import NEUTRAL, theme
from explorer.charts.validation import chosen, skipped_line, skipped_text, summary_line, validation, validation_table
from explorer.validation import Call, Found, Prediction, Skip, total, validate


def row(i: int, kind: str = "inference", quantity: str = "tpot_ms", chip: str = "h100", source: str = "S", measured: float = 10.0, error: float = 0.0) -> Prediction:
    return Prediction(f"row-{i}", kind, chip, source, quantity, measured, measured * (1 + error))


@pytest.fixture(scope="module")
def shipped() -> Found:
    return validate()


def dots(found: Found, choice: Choice | None = None) -> list[Series]:
    return [s for s in validation(found, choice).chart.series if s.role == "dots"]


def test_every_row_is_a_point_and_every_point_a_row(shipped: Found) -> None:
    for choice in (Choice(), Choice(ratio=True), Choice("inference tpot_ms"), Choice("gemm time_us", "h100")):
        checked = validation(shipped, choice)
        behind = [r for s in checked.chart.series if s.role == "dots" for r in checked.rows[s.key]]
        assert sorted(r.id for r in behind) == sorted(r.id for r in chosen(shipped, choice))
        for s in (s for s in checked.chart.series if s.role == "dots"):
            members = checked.rows[s.key]
            assert len(s.x) == len(s.y) == len(s.tips) == len(members)
            assert s.tips[0].startswith(f"{members[0].id}\n")
            assert f"error {members[0].error_fraction:+.0%}"[:7].replace("-", "−") in s.tips[0]
            assert members[-1].source in s.tips[-1]
            assert ("load it as a scenario" in s.tips[0]) == (members[0].scenario is not None)


def test_one_kind_stands_in_base_units_and_all_kinds_as_parts_of_their_medians() -> None:
    found = Found(rows=[row(0, measured=10, error=0.5), row(1, measured=40), row(2, "gemm", "time_us", measured=7)])
    one = dots(found, Choice("inference tpot_ms"))[0]
    assert one.x == pytest.approx([0.010, 0.040])
    assert one.y == pytest.approx([0.015, 0.040])
    chart = validation(found, Choice("inference tpot_ms")).chart
    assert (chart.x.unit, chart.x.scale, chart.y.unit, chart.y.scale) == ("s", "log", "s", "log")  # type: ignore[union-attr]
    every = {s.label: s for s in dots(found)}
    assert every["inference"].x == pytest.approx([10 / 25, 40 / 25])
    assert every["matmul"].x == pytest.approx([1.0])
    ratio = dots(found, Choice("inference tpot_ms", ratio=True))[0]
    assert ratio.x == pytest.approx([0.010, 0.040])
    assert ratio.y == pytest.approx([1.5, 1.0])


def test_the_diagonal_the_bands_and_where_nine_in_ten_lie() -> None:
    found = Found(rows=[row(i, measured=10.0 * (i + 1), error=e) for i, e in enumerate([0.0] * 8 + [0.6, -0.5])])
    series = {s.key: s for s in validation(found).chart.series}
    assert series["equal"].y == pytest.approx(series["equal"].x)
    for share in (0.1, 0.25):
        band = series[f"band {share:g}"]
        assert band.low == pytest.approx((1 - share) * band.x)
        assert band.high == pytest.approx((1 + share) * band.x)
    factor = np.quantile([1.0] * 8 + [1.6, 2.0], 0.9)  # half as much is as far away as twice as much
    assert series["nine 1"].y / series["nine 1"].x == pytest.approx([1.64, 1.64], rel=0.02)
    assert series["nine 0"].y * series["nine 1"].y == pytest.approx(series["equal"].y ** 2)
    assert factor == pytest.approx(1.64)
    flat = {s.key: s for s in validation(found, Choice(ratio=True)).chart.series}
    assert flat["equal"].y == pytest.approx([1, 1])
    assert flat["band 0.25"].high == pytest.approx([1.25, 1.25])


@pytest.mark.parametrize("choice", [Choice(), Choice(ratio=True), Choice("memory measured_gb"), Choice("collectives time_us", "b200", ratio=True)])
def test_every_point_lies_inside_the_axes(shipped: Found, choice: Choice) -> None:
    chart = validation(shipped, choice).chart
    for which, axis in (("x", chart.x), ("y", chart.y)):
        assert axis is not None
        low, high = fitted(axis, [])
        for s in (s for s in chart.series if s.role == "dots"):
            values = np.log10(getattr(s, which))
            assert np.all((low < values) & (values < high))
    if not choice.ratio:
        assert chart.x.range == chart.y.range  # type: ignore[union-attr]


def test_filters_offer_what_leads_somewhere(shipped: Found) -> None:
    choice = Choice("inference tpot_ms", chip="h100")
    offered = options(shipped, choice)
    for name in ("kind", "chip", "source"):
        entries = getattr(offered, name)
        assert entries[0][0] == ALL
        assert name == "source" or len(entries) > 3, "a filter does not narrow itself"
        assert getattr(choice, name) in [key for key, _ in entries]
        for key, label in entries[1:]:
            n = len(chosen(shipped, choice.narrowed(name, key)))
            assert n > 0
            assert label.endswith(f" ({n:,})")


def test_every_shipped_quantity_has_words(shipped: Found) -> None:
    assert {f"{r.kind} {r.quantity}" for r in shipped.rows} <= set(MEASURES)


def test_hues_are_kinds_then_chips_then_sources() -> None:
    many = [row(i, chip=chip, source=f"S{i % 2}") for i, chip in enumerate(["a"] * 9 + list("bcdefgh") + ["b"] * 3)]
    rows = [*many, row(90, "gemm", "time_us")]
    assert [(name, slot) for name, slot, _ in by_hue(rows, Choice())] == [("inference", 1), ("matmul", 4)]
    chips = by_hue(many, Choice("inference tpot_ms"))
    assert [(name, len(members)) for name, _, members in chips] == [("a", 9), ("b", 4), ("c", 1), ("d", 1), ("e", 1), ("3 others", 3)]
    assert [slot for _, slot, _ in chips] == list(range(6))
    sources = by_hue([r for r in many if r.chip == "a"], Choice("inference tpot_ms", chip="a"))
    assert [name for name, _, _ in sources] == ["S0", "S1"]


def test_sums_are_those_of_validate(shipped: Found) -> None:
    rows = chosen(shipped, Choice("inference tpot_ms"))
    line = total(rows)
    assert line.mean == pytest.approx(np.mean([abs(r.error_fraction) for r in rows]))
    assert validation(shipped, Choice("inference tpot_ms")).chart.subtitle == summary_line(rows)
    assert summary_line([row(3, error=-0.876)]) == "1 row · median 88%, mean 88%, p90 88%, worst −88% (row-3)"
    assert summary_line([row(3, error=0.012)]).endswith("worst +1.2% (row-3)")


def test_what_is_skipped_follows_the_filters() -> None:
    skips = [
        Skip("a", "no cache", "inference", "S", "H100-80GB-SXM"), Skip("b", "no cache", "inference", "T", "x"), Skip("c", "odd", "gemm", "S", "x"),
    ]  # fmt: skip
    found = Found(rows=[row(0)], skipped=skips, below_quality=4, calls=[Call("a", True, True), Call("b", True, False)])
    assert skipped_line(found, Choice()) == "3 skipped, 4 below quality A-"
    text = skipped_text(found, Choice())
    assert "2  inference: no cache" in text
    assert "1  gemm: odd" in text
    assert "Fits or out of memory: 1 of 2 as measured." in text
    assert skipped_line(found, Choice("inference tpot_ms")).startswith("2 skipped")
    assert skipped_line(found, Choice(chip="h100")).startswith("1 skipped")
    assert skipped_line(found, Choice(source="T")).startswith("1 skipped")


def test_nothing_predicted_says_so() -> None:
    chart = validation(Found(skipped=[Skip("a", "why", "gemm")])).chart
    assert chart.empty
    assert chart.series == ()


@pytest.mark.parametrize("measured", [1e-30, 1e30])
def test_numbers_at_the_bounds_stay_finite(measured: float) -> None:
    found = Found(rows=[row(0, measured=measured), Prediction("p", "inference", "h100", "S", "tpot_ms", 1.0, measured), row(1)])
    for ratio in (False, True):
        chart = validation(found, Choice(ratio=ratio)).chart
        for axis in (chart.x, chart.y):
            assert axis is not None
            assert axis.range is not None
            assert np.isfinite(axis.range).all()
            assert axis.range[0] > 0


def test_the_table_has_bare_numbers_and_its_own_head(shipped: Found) -> None:
    table = validation_table(shipped, Choice("attention time_us"))
    rows = chosen(shipped, Choice("attention time_us"))
    assert table.head == "row"
    assert table.row_labels == tuple(r.id for r in rows)
    keys = [c.key for c in table.columns]
    assert table.rows[0][keys.index("measured")].value == rows[0].measured
    assert table.rows[0][keys.index("error_fraction")].value == rows[0].error_fraction


def test_the_neutral_slot_is_the_colour_of_text() -> None:
    for name in ("light", "dark"):
        assert theme(name).slot(NEUTRAL) == theme(name).text
