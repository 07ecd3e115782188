"""A study as a report: verdicts in words, every chart, the comparison, and what stands behind the numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from explorer import __version__, charts
from explorer.charts.common import Scene, context_line, footer, names
from explorer.charts.page import Block, Booklet, Heading, Page, Words, listing_of
from explorer.charts.report_parts import assumptions, bands, equations, sources
from explorer.charts.wording import Wording
from explorer.evaluate import explain, record
from explorer.explore import announced, next_best, serving_paragraph, serving_splits
from explorer.library import load_library, study_text
from explorer.library.edits import hand_edits
from explorer.quantities import QUANTITIES
from explorer.specs import Scenario, Study

STUDY_KEY = "study"
"""Under which charts and tables carry their study, so that pictures of them open again."""
_ELSEWHERE = ("Error band", "How far to trust it")  # on a page of their own


def exported_scene(study: Study) -> Scene:
    """A study evaluated for files, which carry it along."""
    return charts.scene(study, {STUDY_KEY: study_text(study)})


def drawn_charts(scene: Scene, chosen: Iterable[str] | None = None) -> list[charts.Chart]:
    """Charts by name, or all that have anything to show."""
    made = [charts.chart(name, scene) for name in (charts.CHARTS if chosen is None else chosen)]
    return [c for c in made if chosen is not None or not c.empty]


def booklet(study: Study, wording: Wording | None = None, chosen: Iterable[str] | None = None) -> Booklet:
    """The report of a study. ``wording``: another title or footer; ``chosen``: names of charts (default: all).

    Raises `ExplorerError` for an unknown chart.
    """
    words = wording or Wording()
    scene = exported_scene(study)
    title = words.title if words.title is not None else study.title or charts.workload_line(study) or "Report"
    note = words.footer if words.footer is not None else dated(study)
    table = charts.comparison(scene)
    drawn = drawn_charts(scene, chosen)
    pages = (
        _summary(scene, title, words.subtitle), Page("Charts", tuple(drawn)),
        Page("Comparison", (listing_of(table), *_words(table.note))), assumptions(scene), bands(scene), sources(scene), equations(scene),
    )  # fmt: skip
    names_ = ", ".join(names(study))
    return Booklet(title, f"{names_}: {context_line(study)}", pages, note, {STUDY_KEY: study_text(study)})


def dated(study: Study) -> str:
    """The program and the day of its data, which is the data's and never the clock's."""
    return f"Chip Architecture Explorer {__version__}" + (f" · data {study.data_version}" if study.data_version else "")


def _words(text: str) -> list[Block]:
    return [Words(text, small=True)] if text else []


def _summary(scene: Scene, title: str, subtitle: str | None) -> Page:
    study = scene.study
    blocks: list[Block] = [Words(context_line(study)), Words(footer(study), small=True)]
    splits = serving_splits(study.scenarios)
    for (i, s), name, split in zip(scene, names(study), splits, strict=True):
        said = explain(scene.report, study.scenarios, i, study.baseline)
        blocks.append(Heading(name, i, f"{said.headline} {said.headline_note}".strip(), "bad" if not scene.report.fits[i if len(scene.report.fits) > 1 else 0] else "normal"))
        blocks.append(Words("; ".join(filter(None, (said.tagline, said.change))) + "."))
        blocks += [Words(p.text, p.title, p.severity) for p in said.paragraphs if p.title not in _ELSEWHERE]
        served = serving_paragraph(split) if split else None
        blocks += [Words(served.text, served.title)] if served else []
        blocks += _advice(s)
    return Page(title, tuple(blocks), subtitle if subtitle is not None else dated(study))


def _advice(scenario: Scenario) -> list[Block]:
    said = " ".join(f"{advice.text}." for advice in next_best(scenario))
    return [Words(said, "Next best change")] if said else []


def report_record(study: Study, scene: Scene | None = None) -> dict[str, Any]:
    """A study's results as plain data: what ``eval --json`` prints."""
    found = scene or charts.scene(study)
    library, splits, known = load_library(), serving_splits(study.scenarios), map(announced, study.scenarios)
    return {
        "version": __version__,
        "data_version": study.data_version,
        "scenarios": [
            record(found.report, s, i, {e.key: (e.was, e.now) for e in hand_edits(library, study, i)})
            | {"serving": split and split.record(), "announced": other and other.record()}
            for i, (s, split, other) in enumerate(zip(study.scenarios, splits, known, strict=True))
        ],
    }


def full_record(study: Study) -> dict[str, Any]:
    """The JSON report: `report_record` with verdicts, the equations of its results, and the study itself."""
    scene = charts.scene(study)
    said = [explain(scene.report, study.scenarios, i, study.baseline).text().splitlines() for i, _ in scene]
    return report_record(study, scene) | {
        "title": study.title or charts.workload_line(study),
        "load": context_line(study),
        "sources": footer(study),
        "verdicts": dict(zip(charts.numbered(study), said, strict=True)),
        "equations": {q.key: q.equation for q in QUANTITIES.values()},
        "study": study.model_dump(mode="json"),
    }

