"""A run in words: how long it takes, what fails, what it costs; and a chip that may not draw its rated power."""

from __future__ import annotations

from explorer.evaluate.findings import Paragraph
from explorer.evaluate.report import Report
from explorer.specs import Scenario
from explorer.units import format_quantity


def run_paragraphs(report: Report, scenario: Scenario, point: int) -> list[Paragraph]:
    """The training run that the step belongs to, and the power where it slows the chip."""
    found = [_power(report, scenario, point)]
    if scenario.job.phase == "training":
        found.append(_run(report, scenario, point))
    return [p for p in found if p is not None]


def _power(report: Report, s: Scenario, point: int) -> Paragraph | None:
    clocks = report.columns.clock
    clock = float(clocks[point if len(clocks) > 1 else 0])
    if clock == 1.0:
        return None
    words = f"{format_quantity(s.chip.tdp_w, 'W')} of {format_quantity(s.calibration.rated_w, 'W')}"
    return Paragraph("Power", f"{words}: the chip's clock falls to about {clock:.0%}; HBM and links keep theirs.", "warn")


def _run(report: Report, s: Scenario, point: int) -> Paragraph | None:
    def text(key: str, unit: str) -> str:
        return format_quantity(report.value(key, point), unit)

    tokens = format_quantity(s.run.tokens, "tokens")
    if report.value("time_to_train_s", point) is None:
        return Paragraph("The whole run", f"{tokens} are never reached: failures come before every checkpoint.", "bad")
    said = f"{tokens} take {text('time_to_train_s', 'time')}{_lost(report, s, point)}. {text('train_chip_h', 'chip-h')}"
    costs = [text(key, unit) for key, unit in (("train_usd", "USD"), ("train_energy_j", "energy")) if report.value(key, point) is not None]
    return Paragraph("The whole run", ", ".join([said, *costs]) + ".")


def _lost(report: Report, s: Scenario, point: int) -> str:
    if s.efficiency == "ideal":
        return ", without failures or stragglers"
    goodput, waiting = report.value("goodput_fraction", point) or 0.0, report.value("straggler_fraction", point) or 0.0
    mtbf, every = (format_quantity(report.value(k, point), "time") for k in ("job_mtbf_s", "checkpoint_every_s"))
    return f": goodput {goodput:.0%} (a failure every {mtbf}, a checkpoint every {every}), {waiting:.1%} lost to stragglers"
