"""Reports on sheets: nothing lost, cut off or covered, the study inside, the same bytes, any paper."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
from real_studies import scene_of, studies

from explorer.charts import comparison, names
from explorer.charts.equations import equations_used
from explorer.charts.page import Booklet, Heading, Listing, Page, Words, listing_of
from explorer.charts.report import booklet, full_record
from explorer.charts.wording import Wording
from explorer.errors import ExplorerError
from explorer.evaluate import explain
from explorer.library import parse_study
from explorer.quantities import QUANTITIES
from explorer.render.figure import settings
from explorer.render.flow import flowed
from explorer.render.metadata import read_study_from
from explorer.render.options import Options
from explorer.render.pages import PAPERS, laid_out, render_booklet
from explorer.render.sheet import Sheet

HERE = Path(__file__).parent
SLACK = 0.5  # points


def sheets(made: Booklet, paper: str = "a4", look: str = "print") -> list[Sheet]:
    with settings():
        return laid_out(made, Options(look), paper)


def said(found: list[Sheet]) -> str:
    return " ".join(" ".join(t for t, _ in sheet.texts) for sheet in found)


@pytest.mark.parametrize(("study", "paper", "look"), [
    ("default", "a4", "print"), ("default", "slide", "dark"), ("training", "letter", "print"), ("hostile", "a4", "grey"), ("alone", "a4", "projector"),
])  # fmt: skip
def test_no_word_of_a_report_is_cut_off_or_covers_another(study, paper, look):
    found = sheets(booklet(studies()[study]), paper, look)
    for number, sheet in enumerate(found, start=1):
        assert sheet.texts
        for text, box in sheet.texts:
            assert box.left >= 0 and box.top >= 0 and box.right <= sheet.wide and box.bottom <= sheet.high, (number, text, box)  # noqa: PT018
        for (one, a), (other, b) in combinations(sheet.texts, 2):
            beside = a.right <= b.left + SLACK or b.right <= a.left + SLACK
            assert beside or a.bottom <= b.top + SLACK or b.bottom <= a.top + SLACK, (number, one, other)


def plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_a_report_holds_everything_that_it_should():
    scene = scene_of("default")
    study = scene.study
    text = plain(said(sheets(booklet(study))))
    for i, name in enumerate(names(study)):
        verdict = explain(scene.report, study.scenarios, i, study.baseline)
        for words in (name, verdict.headline, verdict.tagline, *(p.text for p in verdict.paragraphs if p.title in ("Fits", "What limits it"))):
            assert plain(words) in text
    table = comparison(scene)
    for cell in (c for row in table.rows for c in row):
        assert plain(cell.text) in text
    for source in study.scenarios[2].chip.sources.values():
        assert plain(source.url) in text
    for q in ("step_s", "mfu", "tokens_per_s"):
        assert plain(QUANTITIES[q].equation) in text
    assert plain("published rows") in text
    assert plain(f"data {study.data_version}") in text


def test_the_equations_are_those_that_an_evaluation_reaches():
    found = {e.name: e for e in equations_used()}
    assert 40 < len(found) < 200
    assert found["model_flop_utilization"].equation == "F / (n P T)"
    assert "PaLM" in found["model_flop_utilization"].reference
    assert "tensor_parallel_inference_bound" not in found  # a rule of thumb that only tests use
    assert all("``" not in e.equation for e in found.values())


def test_the_study_comes_back_from_a_report():
    study = studies()["training"]
    content = render_booklet(booklet(study, chosen=("memory",)))
    assert parse_study(read_study_from(content) or "") == study


def test_the_same_report_gives_the_same_bytes():
    code = (
        f"import sys, hashlib; sys.path.insert(0, {str(HERE)!r})\n"
        "from real_studies import studies; from explorer.charts.report import booklet; from explorer.render.pages import render_booklet\n"
        "print(hashlib.sha256(render_booklet(booklet(studies()['alone'], chosen=('memory', 'time')))).hexdigest())"
    )
    here = render_booklet(booklet(studies()["alone"], chosen=("memory", "time")))
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE.parents[1])
    assert there.stdout.strip() == hashlib.sha256(here).hexdigest()
    assert b"CreationDate" not in here
    assert b"/FontFile2" in here
    assert b"/Type3" not in here


def test_every_sheet_is_numbered_and_progress_is_told():
    told: list[tuple[int, int]] = []
    made = booklet(studies()["alone"], chosen=("memory",))
    content = render_booklet(made, progress=lambda i, n: told.append((i, n)))
    count = len(re.findall(rb"/Type /Page\b", content))
    assert told == [(i, count) for i in range(count)]
    for i, sheet in enumerate(sheets(made), start=1):
        assert sheet.texts[-1][0] == f"{i} / {count}"


@pytest.mark.parametrize("paper", PAPERS)
def test_a_sheet_is_as_large_as_its_paper(paper):
    content = render_booklet(Booklet("t", "s", (Page("p", (Words("w"),)),)), paper=paper)
    found = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", content)
    assert found is not None
    assert [float(v) / 72 for v in found.groups()] == pytest.approx(PAPERS[paper], abs=1e-3)


def test_unknown_papers_and_charts_are_told():
    with pytest.raises(ExplorerError, match="letter"):
        render_booklet(Booklet("t", "s", ()), paper="leter")
    with pytest.raises(ExplorerError, match="memory"):
        booklet(studies()["alone"], chosen=("memroy",))


def test_long_listings_go_on_with_their_header_and_lose_no_row():
    rows = tuple((f"row {i}", f"{'word ' * (i % 30)}end{i}") for i in range(300))
    found = sheets(Booklet("t", "s", (Page("Long", (Listing(("left", "right"), rows),)),)))
    assert len(found) > 3
    text = plain(said(found))
    assert all(f"row{i}" in text and f"end{i}" in text for i in range(300))
    for sheet in found[1:]:
        words = [t for t, _ in sheet.texts]
        assert words[0] == "Long, continued"
        assert {"left", "right"} <= set(words)


def test_a_heading_stays_with_what_follows():
    blocks = []
    for i in range(120):
        blocks += [Heading(f"head {i}"), Words("some words " * (1 + i % 7))]
    for sheet in sheets(Booklet("t", "s", (Page("p", tuple(blocks)),))):
        words = [t for t, _ in sheet.texts][:-1]  # without the number
        assert not words[-1].startswith("head"), words[-2:]


def test_running_text_keeps_every_letter():
    with settings():
        sheet = Sheet(studies_theme(), 5, 5)
        address = "https://example.org/" + "abcdefghij" * 30
        text = f"see {address} and so on $x$ {'w' * 200}"
        for first in (0.0, 60.0, 149.0):
            lines = flowed(sheet, text, "base", 150.0, first)
            assert plain("".join(lines)) == plain(text)
            assert all(sheet.width(line, "base") <= 150.5 for line in lines)
            assert sheet.width(lines[0], "base") <= 150.5 - first or not lines[0]
        assert flowed(sheet, "", "base", 100.0) == []


def studies_theme():
    from explorer.charts.style import theme

    return theme("print")


def test_another_title_and_footer():
    made = booklet(studies()["alone"], Wording(title="My title", subtitle="mine", footer="my footer"), ("memory",))
    text = said(sheets(made))
    assert "My title" in text
    assert "my footer" in text


def test_a_table_turned_on_its_side_has_all_its_cells():
    table = comparison(scene_of("training"))
    turned = listing_of(table)
    assert len(turned.rows) == len(table.columns)
    assert [len(row) for row in turned.rows] == [1 + len(table.rows)] * len(turned.rows)
    assert turned.head[1].endswith("(baseline)")


def test_the_json_report_has_results_verdicts_and_the_study():
    study = studies()["training"]
    found = full_record(study)
    assert [s["name"] for s in found["scenarios"]] == [s.name for s in study.scenarios]
    assert set(found["equations"]) == set(QUANTITIES)
    assert len(found["verdicts"]) == 6
    assert found["study"] == study.model_dump(mode="json")
