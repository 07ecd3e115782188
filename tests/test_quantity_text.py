"""Numbers as people write them, in and out."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.units import BASE_UNITS, UnitError, convert, exact_text, format_quantity, parse_quantity

GOOD = [
    ("4.9 TB/s", "B/s", 4.9e12),
    ("96 GiB", "B", 96 * 2**30),
    ("96GiB", "B", 96 * 2**30),
    ("80 GB", "B", 80e9),
    ("1.2e15", "FLOP/s", 1.2e15),
    ("667 TFLOPS", "FLOP/s", 667e12),
    ("96*2", "B", 192),
    ("4*128 GB/s", "B/s", 512e9),
    ("(1+2)*3", "1", 9),
    ("-(3+4)*2", "1", -14),
    ("8/2 TB/s", "B/s", 4e12),
    ("400 Gbps", "B/s", 50e9),
    ("$14.24/h", "USD/h", 14.24),
    ("14.24 USD/h", "USD/h", 14.24),
    ("1.5us", "s", 1.5e-6),
    ("1.5 µs", "s", 1.5e-6),
    ("4k", "tokens", 4000),
    ("50%", "fraction", 0.5),
    ("3 M tokens/s", "tokens/s", 3e6),
]


@pytest.mark.parametrize(("text", "unit", "value"), GOOD)
def test_reads(text: str, unit: str, value: float) -> None:
    assert parse_quantity(text, unit) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("", "1", "missing"),
        ("abc", "1", "not a number"),
        ("nan", "1", "not a number"),
        ("inf", "1", "not a number"),
        ("1e999", "1", "not a finite number"),
        ("1/0", "1", "not a number"),
        ("4,9", "B/s", "decimal point"),
        ("96 GB/s", "B", "GiB"),
        ("3 mb", "B", "MiB"),
        ("2 3", "1", "plain number"),
        ("(" * 200 + "1", "1", "too long"),
        ("((((((((((((((((((((((1))))))))))))))))))))))", "1", "not a number"),
        ("1+", "1", "not a number"),
        ("__import__('os')", "1", "not a number"),
    ],
)
def test_refuses_in_one_line(text: str, unit: str, said: str) -> None:
    with pytest.raises(UnitError) as caught:
        parse_quantity(text, unit)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bare_number_is_in_the_shown_unit_where_that_makes_sense() -> None:
    assert parse_quantity("96*2", "B", shown="GiB", low=2**30, high=2**40) == 192 * 2**30
    assert parse_quantity("1.2e15", "FLOP/s", shown="TFLOP/s", low=1e12, high=1e17) == 1.2e15
    assert parse_quantity("4.9", "B/s", shown="TB/s", low=1e9, high=1e14) == 4.9e12


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (2.9e12, "B/s", "2.9 TB/s"),
        (96 * 2**30, "B", "96 GiB"),
        (2.25e15, "FLOP/s", "2,250 TFLOP/s"),
        (6.5e-3, "s", "6.5 ms"),
        (1.5e-6, "s", "1.5 µs"),
        (0.873, "fraction", "87.3%"),
        (131072, "1", "131,072"),
        (14.24, "USD/h", "$14.2/h"),
        (math.nan, "s", "-"),
        (None, "s", "-"),
    ],
)
def test_writes(value: float | None, unit: str, text: str) -> None:
    assert format_quantity(value, unit) == text


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.floats(min_value=1e-12, max_value=1e20), st.sampled_from(BASE_UNITS))
def test_exact_text_reads_back_exactly(value: float, unit: str) -> None:
    assert parse_quantity(exact_text(value, unit), unit) == value


def test_numbers_change_their_prefix() -> None:
    assert convert(80.0, "GB", "GiB", "B") == pytest.approx(80e9 / 2**30)
    assert convert(400.0, "Gb/s", "GB/s", "B/s") == pytest.approx(50.0)
    assert convert(2.0, "d", "h", "s") == 48.0
    with pytest.raises(UnitError):
        convert(1.0, "GB", "GiB/s", "B")
