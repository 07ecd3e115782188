"""The pages of a report behind its charts: what was assumed, where the chips' numbers come from, equations, error bands."""

from __future__ import annotations

from explorer.charts.common import Scene, at, names
from explorer.charts.equations import equations_used
from explorer.charts.page import Block, Heading, Listing, Page, Words
from explorer.evaluate import not_modelled
from explorer.evaluate.bands import band_text
from explorer.knobs import KNOBS, SECTIONS, Knob
from explorer.library import edits, load_library
from explorer.library.sourced import unit_of
from explorer.quantities import QUANTITIES
from explorer.specs import Scenario, Source, Study
from explorer.specs.source import CONFIDENCE
from explorer.units import format_quantity

_HARDWARE = ("Chip", "Memory", "SRAM", "Links")


def assumptions(scene: Scene) -> Page:
    """Every knob of every scenario: plan, job and run, and then the hardware, with what is not as the vendor has it."""
    blocks: list[Block] = []
    load = [s for s in SECTIONS if s not in _HARDWARE]
    for title, sections in (("Job, plan and run", load), ("Chip and links", _HARDWARE)):
        blocks += [Heading(title), _knobs(scene.study, [k for k in KNOBS if k.section in sections])]
    blocks += [Heading("Changed by hand"), *_edited(scene.study)]
    return Page("Assumptions", tuple(blocks), "what was set, for each scenario")


def _knobs(study: Study, rows: list[Knob]) -> Listing:
    said = [(k.label, *(_value(k, s) for s in study.scenarios)) for k in rows if any(k.get(s) is not None for s in study.scenarios)]
    parts = [("Workload", *(s.workload.name for s in study.scenarios)), ("Fabric", *(s.fabric.name for s in study.scenarios))]
    first = [parts[0]] if any(k.key == "job.batch" for k in rows) else [parts[1]]
    count = len(study.scenarios)
    return Listing(("", *names(study)), (*first, *said), (1.1, *[1.0] * count), (None, *range(count)))


def _value(row: Knob, scenario: Scenario) -> str:
    return row.text(row.get(scenario))


def _edited(study: Study) -> list[Block]:
    library = load_library()
    found = [(n, e.text()) for n, s in zip(names(study), study.scenarios, strict=True) for e in edits(library, s)]
    return [Words(f"{text}.", name) for name, text in found] or [Words("Nothing: all hardware is as shipped.")]


def sources(scene: Scene) -> Page:
    """Where each number of each chip, fabric and price comes from, with the works that are cited in a list of their own."""
    blocks: list[Block] = []
    works: dict[str, int] = {}
    seen: set[str] = set()
    for name, s in zip(names(scene.study), scene.study.scenarios, strict=True):
        rows = (*_sourced("chip", s, works), *_sourced("fabric", s, works), *_price(s, works))
        key = f"{s.chip.id} {s.fabric.id} {rows}"
        if key not in seen:
            shown = rows or (("", "", "no sources are given"),)
            blocks += [Heading(name, beside=f"{s.chip.vendor} · {s.fabric.name}"), Listing(("number", "value", "source"), shown, (1.1, 0.8, 3.0))]
        seen.add(key)
    listed = tuple((f"[{number}]", work) for work, number in works.items())
    blocks += [Heading("Works cited"), Listing(("", "work"), listed, (0.1, 2.0))] if listed else []
    return Page("Sources", tuple(blocks), "where the chips' numbers come from")


def _sourced(part: str, s: Scenario, works: dict[str, int]) -> list[tuple[str, str, str]]:
    """Number, value and source of each field that has one; what somebody changed has its source no longer."""
    holder = s.chip if part == "chip" else s.fabric
    changed = {e.key for e in edits(load_library(), s)}
    labels = {k.key: k.label for k in KNOBS}
    rows = []
    for field, source in holder.sources.items():
        key = f"{part}.{field}"
        label = labels.get(key) or field.replace("_per_s", " rate").replace("_", " ").replace(".", ", ")
        rows.append((label, _field(holder, field), "set by hand" if key in changed else _cited(source, works)))
    return rows


def _field(holder: object, path: str) -> str:
    value: object = holder
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else getattr(value, part, None)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value if isinstance(value, str) else ""
    unit = next((u for u in map(unit_of, reversed(path.split("."))) if u != "1"), "1")
    return format_quantity(float(value), unit)


def _cited(source: Source, works: dict[str, int]) -> str:
    """``[3] published by the vendor · checked 2026-08-21 · note``; the work stands once, in the list of works."""
    work = " · ".join(filter(None, (source.ref, source.url)))
    number = works.setdefault(work, len(works) + 1)
    return " · ".join(filter(None, (f"[{number}] {CONFIDENCE[source.kind]}", f"checked {source.checked}" if source.checked else "", source.note)))


def _price(s: Scenario, works: dict[str, int]) -> list[tuple[str, str, str]]:
    if s.offer is None:
        return []
    return [("price", f"{format_quantity(s.offer.usd_per_chip_h, 'USD/h')} ({s.offer.kind})", _cited(s.offer.source, works))]


def equations(scene: Scene) -> Page:
    """How each result is reckoned, and the formulas below it."""
    shown = [q for q in QUANTITIES.values() if any(scene.report.value(q.key, i) is not None for i, _ in scene)]
    results = Listing(("result", "equation", "what it is"), tuple((q.label, q.equation, q.help) for q in shown), (1.0, 2.0, 2.0))
    physics = tuple((e.what, e.equation, e.reference) for e in equations_used())
    below = Listing(("formula", "equation", "reference"), physics, (1.5, 2.2, 1.6))
    return Page("Equations", (Heading("Results"), results, Heading("Formulas that an evaluation uses"), below))


def bands(scene: Scene) -> Page:
    """How far to trust the numbers, scenario by scenario."""
    blocks: list[Block] = []
    for (i, s), name in zip(scene, names(scene.study), strict=True):
        networked = bool(at(scene.report.traffic.count, i).any())
        said = "Ideal: a bound without losses, and no estimate." if s.efficiency == "ideal" else band_text(s, networked=networked)
        blocks += [Heading(name, slot=i, beside=s.efficiency), *(Words(line) for line in said.splitlines())]
        blocks += [Words(s.calibration.band_note)] if s.efficiency == "calibrated" and s.calibration.band_note else []
        blocks.append(Words(f"{', '.join(not_modelled(s))}.", "Not modelled"))
    return Page("Error bands", tuple(blocks), "how far published measurements were from predictions")
