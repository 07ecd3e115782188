"""A study's results as text for a terminal: 100 columns, one block a scenario."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from explorer.charts import names, other_offers
from explorer.charts.choices import choices
from explorer.evaluate import TIME_PARTS, Findings, Report, evaluate_study, explain, record
from explorer.evaluate.memory import PARTS
from explorer.evaluate.operators import OPERATORS
from explorer.explore import announced, announced_paragraph, next_best, serving_paragraph, serving_splits
from explorer.library import Edit, edits, load_library
from explorer.library.edits import hand_edits
from explorer.quantities import QUANTITIES
from explorer.specs import FORMATS, Scenario, Study, matmul_format
from explorer.units import format_number, format_quantity

WIDTH = 100
_SHOWN = (
    "tokens_per_s", "tokens_per_s_per_chip", "tokens_per_s_per_user", "mfu", "network_exposed_fraction",
    "joules_per_token", "usd_per_million_tokens", "largest_batch", "longest_context", "fewest_chips", "site_power_w",
    "served_usd_per_million_tokens", "time_to_train_s", "goodput_fraction", "straggler_fraction", "job_mtbf_s", "checkpoint_every_s",
    "train_chip_h", "train_usd", "train_energy_j",
)  # fmt: skip


def report_text(study: Study) -> str:
    """Every scenario of ``study``: what cannot be first, then the verdict, then the numbers behind it."""
    report = evaluate_study(study, search=True)
    blocks = [_block(study, report, i, name) for i, name in enumerate(names(study))]
    return "\n\n".join(blocks)


def _block(study: Study, report: Report, i: int, name: str) -> str:
    scenario = study.scenarios[i]
    found = record(report, scenario, i)
    changed, hand = edits(load_library(), scenario), hand_edits(load_library(), study, i)
    said = explain(report, study.scenarios, i, study.baseline)
    lines = [*_head(name, scenario), *_edited(hand), *_older(changed, hand), *_reasons(found), *_verdict(said), *_announced(scenario), *_serving(scenario), *_advice(scenario), ""]
    if found["valid_plan"]:
        lines += [*_results(found), *_wrapped(_price(scenario)), "", *_time(found), ""]
    lines += [*_memory(found), ""]
    if found["roofline"]:
        lines += [*_operators(found), ""]
    if found["interconnect"]:
        lines += [*_network(found), ""]
    return "\n".join([*lines, *_wrapped("Not modelled: " + ", ".join(found["not_modelled"]) + ".")])


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")


def _head(name: str, s: Scenario) -> list[str]:
    replicas, left = divmod(s.plan.chips, s.plan.tp * s.plan.pp * s.plan.cp)
    chunks = f" ({s.plan.virtual_stages} virtual stages each)" if s.plan.virtual_stages > 1 and s.job.phase == "training" else ""
    plan = f"TP {s.plan.tp}" + (f" x PP {s.plan.pp}{chunks}" if s.plan.pp > 1 else "") + (f" x CP {s.plan.cp}" if s.plan.cp > 1 else "")
    plan += f" x {replicas:,} replicas" if replicas > 1 and not left else ""
    plan += f", EP {s.plan.ep}" if s.plan.ep > 1 and s.workload.experts is not None else ""
    precision = FORMATS[matmul_format(s.job.weight_format, s.job.activation_format)].label
    load = f"{s.workload.name} {s.job.phase}, batch {s.job.batch:,}, context {s.job.context:,}, {precision}, {s.efficiency}"
    title = f"== {name} "
    cluster = f"{s.plan.chips:,} chip{'s' if s.plan.chips > 1 else ''}, {plan}; {'; '.join([s.fabric.name, *choices(s)])}"
    return [title + "=" * max(0, WIDTH - len(title)), *_wrapped(f"{load}; {cluster}")]


def _edited(changed: tuple[Edit, ...]) -> list[str]:
    """What is not as the vendor has it."""
    return _wrapped(f"Edited, not as shipped: {'; '.join(e.text() for e in changed)}.") if changed else []


def _older(changed: tuple[Edit, ...], by_hand: tuple[Edit, ...]) -> list[str]:
    """What nobody has edited and the present presets have otherwise. Their value stands as the former one."""
    rest = [edit.text("now") for edit in changed if edit not in by_hand]
    return _wrapped(f"Unlike the presets of this version: {'; '.join(rest)}.") if rest else []


def _price(scenario: Scenario) -> str:
    """The kind of the price, or what else is published where there is none."""
    offer = scenario.offer
    if offer is not None:
        words = "Price: an assumed" if offer.kind == "assumed" else f"Price, {offer.kind}:"
        return f"{words} {format_quantity(offer.usd_per_chip_h, 'USD/h', digits=4)} a chip."
    other = other_offers(scenario)
    return f"Price: {other}; another kind of offer is not compared." if other else ""


def _reasons(found: dict[str, Any]) -> list[str]:
    title = "Cannot be: " if not found["valid_plan"] else "Does not fit: "
    return [line for reason in found["reasons"] for line in _wrapped(title + reason)]


def _verdict(said: Findings) -> list[str]:
    head = f"{said.headline} {said.headline_note}".strip()
    lines = _wrapped(f"{said.tagline}; {head}" + (f"; {said.change}" if said.change else ""))
    shown = [p for p in said.paragraphs if p.title not in ("Cannot be", "Does not fit")]
    return lines + [line for p in shown for line in _wrapped(f"{p.title}: {p.text}" if p.title else p.text)]


def _announced(scenario: Scenario) -> list[str]:
    found = announced(scenario)
    said = announced_paragraph(found) if found else None
    return _wrapped(f"{said.title}: {said.text}") if said else []


def _serving(scenario: Scenario) -> list[str]:
    split = serving_splits([scenario])[0]
    said = serving_paragraph(split) if split else None
    return _wrapped(f"{said.title}: {said.text}") if said else []


def _advice(scenario: Scenario) -> list[str]:
    said = " ".join(f"{advice.text}." for advice in next_best(scenario))
    return list(_wrapped(f"Next best change: {said}")) if said else []


def _columns(title: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Aligned columns, the first one to the left and the others to the right."""
    widths = [max(len(row[k]) for row in (title, *rows)) for k in range(len(title))]
    lines = []
    for row in (title, *rows):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return lines


def _results(found: dict[str, Any]) -> list[str]:
    cells = []
    for key in _SHOWN:
        q, value = QUANTITIES[key], found[key]
        if value is not None:
            text = format_number(value, 4) if q.unit in ("1", "tokens", "tokens/s") else format_quantity(value, q.unit)
            cells.append((q.label, text))
    half = (len(cells) + 1) // 2
    pairs = [(*left, *right) for left, right in zip(cells[:half], [*cells[half:], ("", "")], strict=False)]
    widths = [max(len(pair[k]) for pair in pairs) for k in range(4)]
    return [
        f"{a.ljust(widths[0])}  {b.rjust(widths[1])}    {c.ljust(widths[2])}  {d.rjust(widths[3])}".rstrip()
        for a, b, c, d in pairs
    ]


def _share(value: float, whole: float) -> str:
    return f"{value / whole:.1%}" if whole else "-"


def _time(found: dict[str, Any]) -> list[str]:
    step = found["step_s"]
    rows = [
        (label, format_quantity(found["time"][f"{key}_s"], "s"), _share(found["time"][f"{key}_s"], step))
        for key, label in TIME_PARTS.items()
        if found["time"][f"{key}_s"] > 0
    ]
    return _columns(("Time of a step", format_quantity(step, "s"), "share"), rows)


def _memory(found: dict[str, Any]) -> list[str]:
    held = found["memory"]
    capacity = held["capacity_bytes"]
    rows = [
        (label, format_quantity(held[f"{key}_bytes"], "B"), _share(held[f"{key}_bytes"], capacity))
        for key, label in PARTS.items()
        if held[f"{key}_bytes"] > 0
    ]
    rows.append(("total", format_quantity(held["total_bytes"], "B"), _share(held["total_bytes"], capacity)))
    return _columns(("Memory of the fullest chip", format_quantity(capacity, "B"), "of HBM"), rows)


def _operators(found: dict[str, Any]) -> list[str]:
    rows = [
        (
            OPERATORS[o["operator"]], format_quantity(o["flop"], "FLOP"), format_quantity(o["hbm_bytes"], "B"),
            format_number(o["intensity"]) if o["intensity"] is not None else "-", format_quantity(o["time_s"], "s"),
            _share(o["time_s"], found["step_s"]), o["bound"],
        )
        for o in found["roofline"]
    ]  # fmt: skip
    return _columns(("Operator, one chip, one step", "work", "HBM", "FLOP/B", "time", "share", "bound"), rows)


def _network(found: dict[str, Any]) -> list[str]:
    rows = [
        (
            f"{c['axis'].upper()} {c['operation']}: {c['what']}", f"{format_number(c['count'])} x",
            format_quantity(c["bytes"], "B"), c["tier"], format_quantity(c["time_s"], "s"), format_quantity(c["exposed_s"], "s"),
        )
        for c in found["interconnect"]
    ]  # fmt: skip
    return _columns(("Interconnect", "count", "size", "tier", "time", "exposed"), rows)
