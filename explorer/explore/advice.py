"""The next best change: every neighbouring choice in one batch, the best one in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from explorer.errors import ExplorerError
from explorer.evaluate import Report, evaluate, lower
from explorer.knobs import Value, knob
from explorer.specs import FORMATS, Scenario

_WORTH_SAYING = 0.02


@dataclass(frozen=True)
class Advice:
    """One change: the knob and its new value, the words for it, and the gain as a share of the present value."""

    key: str
    value: Value
    text: str
    gain: float


def next_best(scenario: Scenario) -> tuple[Advice, ...]:
    """The best change of the plan for speed, and the best change of the load for throughput per chip; none if none helps.

    What does not fit yet is first made to fit.
    """
    trials = list(_trials(scenario))
    report = evaluate(lower([scenario, *(s for _, _, s in trials)]))
    fits_now = bool(report.fits[0]) and bool(report.valid_plan[0])
    if not fits_now:
        return _to_fit(report, trials)
    found = (_best(report, trials, "step_s", ("plan.",)), _best(report, trials, "tokens_per_s_per_chip", ("job.", "plan.")))
    kept = [a for a in found if a]
    return tuple(kept[:1] if len(kept) == 2 and kept[0].key == kept[1].key and kept[0].value == kept[1].value else kept)


def _trials(s: Scenario) -> Iterator[tuple[str, Value, Scenario]]:
    """Halved and doubled counts, narrower formats, other recomputation."""
    for key in ("plan.tp", "plan.pp", "plan.microbatch", "job.batch", "plan.chips"):
        value = knob(key).get(s)
        if isinstance(value, int):
            yield from _try(s, key, value // 2)
            yield from _try(s, key, value * 2)
    for key in ("job.kv_format", "job.weight_format"):
        held = FORMATS[str(knob(key).get(s))].width
        for name, form in FORMATS.items():
            if form.width < held and s.job.phase != "training":
                yield from _try(s, key, name)
    if s.job.phase == "training":
        for choice in ("none", "full"):
            yield from _try(s, "plan.recompute", choice)
        yield from _try(s, "plan.zero", 3)
        if s.plan.pp > 1:
            yield from _try(s, "plan.virtual_stages", s.plan.virtual_stages * 2)


def _try(s: Scenario, key: str, value: Value) -> Iterator[tuple[str, Value, Scenario]]:
    if value != knob(key).get(s):
        try:
            yield key, value, knob(key).set(s, value)
        except ExplorerError:
            return  # outside what this scenario takes: no neighbour on that side


def _best(
    report: Report, trials: list[tuple[str, Value, Scenario]], objective: str, heads: tuple[str, ...]
) -> Advice | None:
    now = report.value(objective, 0)
    best: Advice | None = None
    less = objective == "step_s"
    for i, (key, value, changed) in enumerate(trials, start=1):
        then = report.value(objective, i)
        usable = key.startswith(heads) and key != "plan.chips" and then and now and report.fits[i] and report.valid_plan[i]
        if not usable or not then or not now or (less and not _same_work(key)):
            continue
        gain = now / then - 1 if less else then / now - 1
        if gain > _WORTH_SAYING and (best is None or gain > best.gain):
            best = Advice(key, value, _words(key, value, objective, now, then, changed), gain)
    return best


def _same_work(key: str) -> bool:
    """A smaller batch is faster a step, but that is less work, not better work."""
    return key not in ("job.batch", "plan.microbatch")


def _words(key: str, value: Value, objective: str, now: float, then: float, changed: Scenario) -> str:
    k = knob(key)
    what = "time of a step" if objective == "step_s" else "tokens/s per chip"
    percent = f"{then / now - 1:+.0%}".replace("-", "−")
    return f"{k.label} {k.text(value)}: {percent} {what}"


def _to_fit(report: Report, trials: list[tuple[str, Value, Scenario]]) -> tuple[Advice, ...]:
    """The change that makes it fit with the most throughput a chip."""
    found = []
    for i, (key, value, _) in enumerate(trials, start=1):
        rate = report.value("tokens_per_s_per_chip", i)
        if report.fits[i] and report.valid_plan[i] and rate:
            found.append(Advice(key, value, f"{knob(key).label} {knob(key).text(value)}: then it fits", rate))
    return tuple(sorted(found, key=lambda a: -a.gain)[:1])
