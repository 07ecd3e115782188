"""A Report in words: what limits each scenario, whether it fits, and what the model leaves out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from explorer.evaluate import operators
from explorer.evaluate.against import against, gain
from explorer.evaluate.bands import band_text
from explorer.evaluate.findings import Findings, Paragraph
from explorer.evaluate.network import COLLECTIVES, ROW, TIERS
from explorer.evaluate.report import TIME_PARTS, Report
from explorer.evaluate.run_words import run_paragraphs
from explorer.evaluate.validity import memory_reason, reasons
from explorer.specs import Scenario, matmul_format
from explorer.units import format_quantity

WORDS = {
    "compute": "compute-bound",
    "SRAM": "SRAM-bound",
    "HBM": "HBM-bound",
    "latency": "latency-bound",
    "network": "network-bound",
    "pipeline": "pipeline-bound",
    "host": "host-bound",
}
_STEP_NAMES = {"decode": "a token", "prefill": "a batch of prompts", "training": "a step"}
_NOT_MODELLED = {
    "decode": ("queueing", "sampling", "prefix caching", "uneven requests"),
    "prefill": ("queueing", "chunked prefill", "prefix caching", "uneven requests"),
    "training": ("data loading",),
}
_NEVER_MODELLED = ("other tenants on the network", "host and cooling power in J / token")

# What goes uncounted where a chip's number is None.
_UNPUBLISHED = {
    "peak_bf16_flop_per_s": "attention's own rate (BF16 is not published)",
    "sram_bytes_per_s": "the SRAM's bandwidth (not published)",
    "vector_flop_per_s": "the vector units' rate (not published)",
    "tdp_w": "energy (the power is not published)",
}


@dataclass(frozen=True)
class Bound:
    """The largest share of a step: its kind, that share, and how close the work comes to the ceiling of that kind."""

    kind: str
    share: float
    roof_fraction: float | None


def _at(array: np.ndarray, point: int) -> np.ndarray:
    return array[..., point if array.shape[-1] > 1 else 0]


def shares(report: Report, point: int) -> dict[str, float]:
    """Seconds of a step by what limits them."""
    table = report.operators
    bound, time = _at(table.bound, point), _at(table.time_s, point)
    found = dict.fromkeys(WORDS, 0.0)
    for b, t in zip(bound, time, strict=True):
        found[operators.BOUNDS[int(b)]] += float(t)
    parts = _at(report.time_parts, point)
    for kind in ("network", "pipeline", "host"):
        found[kind] = float(parts[list(TIME_PARTS).index(kind)])
    return found


def bound_of(report: Report, point: int) -> Bound:
    """What limits one point."""
    found = shares(report, point)
    kind = max(found, key=lambda k: found[k])
    total = sum(found.values())
    c, table = report.columns, report.operators
    work = {"compute": (table.flop, c.array_flop_per_s), "HBM": (table.hbm_bytes, c.hbm_bytes_per_s), "SRAM": (table.sram_bytes, c.sram_bytes_per_s)}
    fraction = None
    if kind in work and found[kind] > 0:
        amount, rate = work[kind]
        limited = _at(table.bound, point) == operators.BOUNDS.index(kind)
        fraction = float(np.sum(_at(amount, point)[limited]) / _at(rate, point)) / found[kind]
    return Bound(kind, found[kind] / total if total else 0.0, fraction)


def not_modelled(scenario: Scenario) -> tuple[str, ...]:
    """What the numbers of this scenario leave out, what nobody has published about its chip first."""
    unpublished = (words for field, words in _UNPUBLISHED.items() if getattr(scenario.chip, field) is None)
    return (*_beyond(scenario), *unpublished, *_NOT_MODELLED[scenario.job.phase], *_NEVER_MODELLED)


def _beyond(scenario: Scenario) -> list[str]:
    """A context that the model was not made for: its numbers are reckoned all the same."""
    work, context = scenario.workload, scenario.job.context
    if context <= work.max_context:
        return []
    return [f"whether {work.name} works beyond its {work.max_context:,} tokens (the context is {context:,})"]


def why_not(report: Report, scenario: Scenario, point: int) -> list[str]:
    """Reasons why the plan cannot be or does not fit; empty when all is well."""
    found = reasons(scenario)
    if not _at(report.fits, point):
        total, capacity = report.value("memory_total_bytes", point), report.value("memory_capacity_bytes", point)
        found.append(memory_reason(total or 0.0, capacity or 0.0, report.value("fewest_chips", point)))
    return found


def explain(report: Report, scenarios: tuple[Scenario, ...], point: int, baseline: int | None) -> Findings:
    """The verdict on one scenario of a report, against the baseline scenario where there is another one."""
    scenario = scenarios[point]
    step = report.value("step_s", point)
    bound = bound_of(report, point)
    change, severity = gain(report, scenarios, point, baseline)
    possible, fits = step is not None, bool(_at(report.fits, point))
    roof = f" · {bound.roof_fraction:.0%} of its roof" if bound.roof_fraction else f" · {bound.share:.0%} of the time"
    return Findings(
        name=scenario.name,
        slot=point,
        tagline=WORDS[bound.kind] + roof if possible else "this plan cannot be",
        headline="no result" if not possible else format_quantity(step, "s") if fits else "does not fit",
        headline_note=_note(report, scenario, point) if possible else "",
        change=change,
        change_severity=severity,
        paragraphs=tuple(_paragraphs(report, scenario, point, against(report, scenarios, point, baseline) if possible else [])),
        not_modelled=not_modelled(scenario),
    )


def _note(report: Report, scenario: Scenario, point: int) -> str:
    low, high = report.value("step_low_s", point), report.value("step_high_s", point)
    rate = format_quantity(report.value("tokens_per_s", point), "tokens/s")
    name = _STEP_NAMES[scenario.job.phase]
    if not _at(report.fits, point):
        return f"{format_quantity(report.value('step_s', point), 's')} {name} if it fitted · {rate}"
    spread = f", {format_quantity(low, 's')} to {format_quantity(high, 's')}" if high and low and high > low else ""
    return f"{name}{spread} · {rate}"


def _paragraphs(report: Report, scenario: Scenario, point: int, compared: list[Paragraph]) -> list[Paragraph]:
    problems = reasons(scenario)
    found = [Paragraph("Cannot be", "; ".join(problems) + ".", "bad")] if problems else []
    if not problems:
        found.append(_fit(report, scenario, point))
        found.append(Paragraph("What limits it", _limits(report, scenario, point)))
        found += compared
        run = run_paragraphs(report, scenario, point)
        found += run if _at(report.fits, point) else [replace(p, title=f"{p.title}, if it fitted") for p in run]
    if scenario.efficiency == "calibrated" and not problems:
        networked = bool(_at(report.traffic.count, point).any())
        found.append(Paragraph("Error band", band_text(scenario, networked=networked)))
    found.append(Paragraph("How far to trust it", _trust(scenario)))
    return found


def _fit(report: Report, scenario: Scenario, point: int) -> Paragraph:
    total, capacity = report.value("memory_total_bytes", point), report.value("memory_capacity_bytes", point)
    used = f"{format_quantity(total, 'B')} of {format_quantity(capacity, 'B')} a chip."
    if not _at(report.fits, point):
        words = memory_reason(total or 0, capacity or 0, report.value("fewest_chips", point))
        return Paragraph("Does not fit", f"{words[0].upper()}{words[1:]}.", "bad")
    batch, context = report.value("largest_batch", point) or 0, report.value("longest_context", point) or 0
    name = "Micro-batch" if scenario.job.phase == "training" else "Batch"
    return Paragraph("Fits", f"{used} {name} could be {batch:,.0f}, context {context:,.0f}.", "good")


def _limits(report: Report, scenario: Scenario, point: int) -> str:
    found = shares(report, point)
    total = sum(found.values())
    words = {
        "compute": "computing",
        "SRAM": "moving operands from SRAM",
        "HBM": "reading weights and KV cache from HBM" if scenario.job.phase == "decode" else "moving data to and from HBM",
        "latency": "starting kernels",
        "network": f"waiting for the network{_largest_message(report, point)}",
        "pipeline": "waiting for other pipeline stages",
        "host": "the host",
    }
    listed = sorted(((found[k] / total, words[k]) for k in found if total and found[k] / total >= 0.02), reverse=True)
    return ", ".join(f"{share:.0%} {what}" for share, what in listed) + "."


def _largest_message(report: Report, point: int) -> str:
    exposed = _at(report.exposed_s, point)
    row = int(np.argmax(exposed))
    if not exposed[row]:
        return ""
    key = next(k for k, i in ROW.items() if i == row)
    axis, operation, _ = COLLECTIVES[key]
    count, size = _at(report.traffic.count, point)[row], _at(report.traffic.message_bytes, point)[row]
    tier = TIERS[int(_at(report.traffic.tier, point)[row])]
    return f" ({count:,.0f} × {axis} {operation} of {format_quantity(float(size), 'B')}, {tier})"


def _trust(scenario: Scenario) -> str:
    if scenario.efficiency == "ideal":
        return "Ideal: no losses at all. A bound that real machines stay behind, often by 1.3 to 2 times; compare, do not plan."
    return f"{_losses(scenario)} {scenario.calibration.band_note}".strip()


# What a person knows the constants of the calibration by; a part counts as no better known than its weakest constant.
_LOSSES = {
    "matmul": ("matmul_fraction.{format}", "kernels.gemm.{format}"),
    "attention": ("attention_fraction",),
    "HBM": ("hbm_fraction",),
    "kernel starts": ("kernel_latency_s",),
    "host": ("host_s_per_step",),
    "scale-up network": ("links.ring", "links.exchange", "links.cores", "links.plain", "scale_up_fraction", "scale_up_launch_s"),
    "scale-out network": ("links.outside", "scale_out_fraction", "scale_out_launch_s"),
    "overlap": ("tp_overlap_fraction", "dp_overlap_fraction", "pp_overlap_fraction"),
}
_KINDS = {"measured": "measured", "derived": "derived", "transferred": "carried over from similar chips", "guess": "assumed"}


def _losses(s: Scenario) -> str:
    """Which losses of the chip are measured, derived, carried over or assumed, by name."""
    form = matmul_format(s.job.weight_format, s.job.activation_format)
    sources = s.calibration.sources
    known: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    for part, fields in _LOSSES.items():
        kinds = {sources[f].kind for field in fields if (f := field.format(format=form)) in sources} or {"guess"}
        known[next((k for k in reversed(_KINDS) if k in kinds), "guess")].append(part)
    told = [f"{_listed(parts)} {_KINDS[kind]}" for kind, parts in known.items() if parts]
    return f"Losses of {s.chip.name}: {'; '.join(told)}."


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
