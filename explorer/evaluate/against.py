"""One scenario against the baseline, in words: where its numbers have gone, and by how much."""

from __future__ import annotations

from explorer.evaluate.changes import change_text
from explorer.evaluate.findings import Paragraph, Severity
from explorer.evaluate.report import Report
from explorer.quantities import QUANTITIES
from explorer.specs import Scenario

_TOLD = (
    "step_s", "tokens_per_s", "tokens_per_s_per_chip", "mfu", "memory_total_bytes", "network_exposed_fraction", "usd_per_million_tokens", "joules_per_token",
    "time_to_train_s",
)  # fmt: skip
_NAMES = {"step_s": "step", "memory_total_bytes": "memory", "network_exposed_fraction": "network"}
_MONEY = "usd_per_million_tokens"


def gain(report: Report, scenarios: tuple[Scenario, ...], point: int, baseline: int | None) -> tuple[str, Severity]:
    """Tokens a second of a chip against the baseline's, and whether that is good."""
    if baseline is None or baseline == point:
        return ("the baseline", "normal") if baseline == point else ("", "normal")
    mine, theirs = report.value("tokens_per_s_per_chip", point), report.value("tokens_per_s_per_chip", baseline)
    if not mine or not theirs:
        return "", "normal"
    if not _fits(report, point):
        return "", "normal"  # what cannot run gains nothing
    if not _fits(report, baseline):
        return f"nothing to compare with: {scenarios[baseline].name} does not fit", "normal"
    change = mine / theirs - 1
    sign = "▲" if change >= 0 else "▼"
    return f"{sign} {abs(change):.0%} tokens/s per chip against {scenarios[baseline].name}", "good" if change >= 0 else "bad"


def against(report: Report, scenarios: tuple[Scenario, ...], point: int, baseline: int | None) -> list[Paragraph]:
    """``step ▼ 28%, MFU ▲ 39%, 1.1 pp``; nothing where there is no other scenario to compare with, or one of them does not fit."""
    if baseline is None or baseline == point or not (_fits(report, point) and _fits(report, baseline)):
        return []
    said = []
    for key in _TOLD:
        now, then, row = report.value(key, point), report.value(key, baseline), QUANTITIES[key]
        comparable = key != _MONEY or _same_offer(scenarios[point], scenarios[baseline])
        if now is not None and then is not None and comparable and (change := change_text(now, then, row.unit)):
            said.append(f"{_NAMES.get(key, row.label)} {change}")
    return [Paragraph(f"Against {scenarios[baseline].name}", "; ".join(said) + "." if said else "Nothing changes.")]


def _same_offer(one: Scenario, other: Scenario) -> bool:
    return one.offer is not None and other.offer is not None and one.offer.kind == other.offer.kind


def _fits(report: Report, point: int) -> bool:
    fits = report.fits
    return bool(fits[point if fits.shape[-1] > 1 else 0]) and report.value("step_s", point) is not None
