"""The source footer: short, honest about what it leaves out, three lines of a narrow figure at most."""

from __future__ import annotations

import random

import pytest

from explorer.charts.common import footer
from explorer.charts.style import theme
from explorer.library import Library, capacity_block
from explorer.render.figure import SIZES
from explorer.render.sheet import Sheet
from explorer.specs import Chip, Source, Study


def with_chips(study: Study, *chips: Chip) -> Study:
    scenarios = tuple(study.scenarios[0].model_copy(update={"chip": c, "offer": capacity_block(c)}) for c in chips)
    return study.model_copy(update={"scenarios": scenarios, "data_version": "2026-11-23+69506626a384"})


def lines(text: str) -> int:
    paper = SIZES["single"]
    sheet = Sheet(theme("print"), paper.width_in, paper.height_in)
    return len(sheet.wrap(text, "note", sheet.wide - 2.2 * sheet.em, 99))


def test_chips_with_one_source_share_it_and_a_source_that_names_its_chip_stands_alone(library: Library, study: Study):
    said = footer(with_chips(study, *(library.chips[c] for c in ("trainium2", "trainium3", "b200"))))
    assert said.startswith("Sources: Trainium2, Trainium3: AWS Neuron docs (vendor doc); NVIDIA HGX B200 datasheet. ")
    assert "Efficiency: " in said
    assert said.endswith(", data 2026-11-23+69506626a384.")


def test_any_six_chips_take_three_narrow_lines(library: Library, study: Study):
    chance = random.Random(3)
    for count in (1, 2, 3, 4, 5, 6) * 8:
        said = footer(with_chips(study, *chance.sample(list(library.chips.values()), count)))
        assert lines(said) <= 3, said


def test_what_is_not_named_is_counted(library: Library, study: Study):
    chips = [library.chips["b200"].model_copy(update={"name": f"C{i}", "sources": _sources(i)}) for i in range(6)]
    said = footer(with_chips(study, *chips))
    assert "C0: Handbook of parts 0 (press); " in said
    named = said.count("(press)")
    assert 1 < named < 6
    assert f"; {6 - named} more in the study. " in said


def _sources(number: int) -> dict[str, Source]:
    return {"hbm_bytes_per_s": Source(kind="press", ref=f"Handbook of parts {number}, chapter 7; and another")}


@pytest.mark.parametrize(
    ("kind", "word"), [("user", "entered by you"), ("guess", "assumed"), ("recalled", "not re-checked"), ("measured", "measured")]
)
def test_a_source_says_how_far_it_goes(library: Library, study: Study, kind: str, word: str):
    source = Source(kind=kind, ref="long " * 60)
    chip = library.chips["b200"].model_copy(update={"sources": {"hbm_bytes_per_s": source}})
    said = footer(with_chips(study, chip))
    assert f"… ({word}). " in said
    assert lines(said) <= 3


def test_no_source_is_said_to_be_none(library: Library, study: Study):
    assert footer(with_chips(study, library.chips["b200"].model_copy(update={"sources": {}}))).startswith("Sources: none given. ")
