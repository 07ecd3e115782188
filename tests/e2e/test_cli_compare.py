"""Comparing on the command line: the unit, the baseline, the plans, and a table that is sorted and cut."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from process_tools import Answer

from explorer.library import default_study, load_library, write_study

Cli = Callable[..., Answer]


def rows(text: str) -> list[list[str]]:
    """Cells of a Markdown table below its head."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[c.strip().strip("*").replace("\\", "") for c in line.strip("|").split("|")] for line in lines]


def test_a_table_is_sorted_and_cut(cli: Cli) -> None:
    answer = cli("table", "--per", "rack", "--baseline", "b200", "--sort", "tokens_per_s_per_chip", "--columns", "per,tokens_per_s_per_chip,fits")
    assert answer.status == 0
    head, *body = rows(answer.out)
    assert head == ["", "chips/rack", "tokens/s / rack", "fits"]
    assert [r[0] for r in body] == ["Trainium3", "B200 (baseline)", "Trainium2"]
    assert [r[1] for r in body] == ["72 chips", "16 chips", "32 chips (transferred)"]


def test_a_file_holds_bare_numbers_in_the_unit(cli: Cli) -> None:
    assert cli("table", "--per", "watt", "-o", "t.csv").status == 0
    assert cli("table", "-o", "chip.csv").status == 0
    per, chip = (list(csv.DictReader(io.StringIO(Path(name).read_text(encoding="utf-8")))) for name in ("t.csv", "chip.csv"))
    for row, plain, power in zip(per, chip, (500, 1000, 1000), strict=True):
        assert float(row["tokens/s / W"]) == pytest.approx(float(plain["tokens/s/chip (tokens/s)"]) / power)


def test_plans_are_made_the_same(cli: Cli) -> None:
    same = rows(cli("table", "--plans", "same", "--columns", "plan").out)
    assert {r[1] for r in same[1:]} == {"TP 16"}
    suited = rows(cli("table", "--tp", "2", "--plans", "suited", "--columns", "plan").out)
    assert [r[1] for r in suited[1:]] == ["TP 16", "TP 16", "TP 8 × 2"]


def test_a_study_keeps_its_unit_unless_told_otherwise(cli: Cli, tmp_path: Path) -> None:
    study = default_study(load_library()).replace(per="domain")
    write_study(tmp_path / "s.json", study)
    assert "tokens/s / domain" in cli("table", "s.json").out
    assert "tokens/s/chip" in cli("table", "s.json", "--per", "chip").out


@pytest.mark.parametrize("name", ["normalised", "roofline-change"])
def test_the_new_charts_are_written(cli: Cli, name: str) -> None:
    for suffix in ("svg", "csv"):
        assert cli("chart", name, "--per", "dollar", "-o", f"c.{suffix}").status == 0
        assert Path(f"c.{suffix}").stat().st_size > 500


@pytest.mark.parametrize(("words", "said"), [
    (("table", "--per", "rak"), "unknown unit of fairness 'rak' (did you mean rack?)"),
    (("table", "--baseline", "b20"), "unknown scenario 'b20' (did you mean b200?)"),
    (("table", "--baseline", "4"), "unknown scenario '4'"),
    (("table", "--plans", "sam"), "unknown choice of plans 'sam' (did you mean same?)"),
    (("table", "--sort", "step"), "unknown column 'step' (did you mean step_s?)"),
    (("table", "--sort", "step_s:left"), "write KEY, KEY:up or KEY:down"),
    (("table", "--columns", "plan,mfuu"), "unknown column 'mfuu' (did you mean mfu?)"),
    (("chart", "validation", "--per", "watt", "-o", "v.svg"), "draws measured rows"),
])  # fmt: skip
def test_what_is_not_there_is_told_in_one_line(cli: Cli, words: tuple[str, ...], said: str) -> None:
    answer = cli(*words)
    assert (answer.status, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert said in answer.err
