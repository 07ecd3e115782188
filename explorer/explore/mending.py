"""What a plan that does not fit or cannot be needs: another cut, a smaller load, or more chips."""

from __future__ import annotations

import math

import numpy as np

from explorer.evaluate import KNOB_COLUMNS, Report, evaluate, lower
from explorer.explore.trials import Changes, narrower, regroupings, trial, words
from explorer.knobs import knob
from explorer.specs import FORMATS, Scenario, matmul_format

_MOST_CHIPS = 1 << 17


def mend(s: Scenario) -> list[tuple[Changes, str]]:
    """The changes that make ``s`` fit and possible, with their words; two at most, none where nothing helps."""
    formats = _formats(s)
    able = trial(s, formats)[1] if formats and trial(s, formats) else s  # type: ignore[index]
    report = evaluate(lower([able]))
    if formats and report.fits[0] and report.valid_plan[0]:
        return [(formats, f"{words(formats)}: then the plan can be")]
    possible = bool(report.valid_plan[0]) and not formats
    candidates = _candidates(able, possible)
    found = _recut(able, candidates, possible)
    chosen = [found] if found else [c for c in (_lighter(able, report), _grown(able, candidates)) if c]
    if not chosen and not possible:
        chosen = [c for c in (_nearest(able, candidates),) if c]
    ending = "then it fits" if possible else "then the plan can be"
    made = [t[0] for c in chosen if (t := trial(s, formats | c))]
    return [(changes, f"{words(changes)}: {ending}") for changes in made]


def _formats(s: Scenario) -> Changes:
    """Weights and activations in the format nearest in width that the chip multiplies; nothing where it has theirs."""
    name = matmul_format(s.job.weight_format, s.job.activation_format)
    if s.chip.peak_flop_per_s(name) and (s.job.activation_format != "fp32" or s.chip.peak_flop_per_s("fp32")):
        return {}
    offered = [f for f in FORMATS if s.chip.peak_flop_per_s(f)]
    if not offered:
        return {}
    nearest = min(offered, key=lambda f: abs(FORMATS[f].width - FORMATS[name].width))
    return {"job.weight_format": nearest, "job.activation_format": nearest}


class _Candidates:
    """Other cuts of the same job, evaluated in one batch."""

    def __init__(self, s: Scenario, listed: list[Changes]) -> None:
        self.scenario, self.listed = s, listed
        keys = [key for key in KNOB_COLUMNS if any(key in c for c in listed)]
        now = {key: knob(key).get(s) for key in keys}
        values = {KNOB_COLUMNS[k]: np.array([float(c.get(k, now[k])) for c in listed]) for k in keys}  # type: ignore[arg-type]
        self.report: Report = evaluate(lower([s]).replace(**values))
        c = self.report.columns
        self.possible = c.full(self.report.valid_plan) > 0
        self.good = self.possible & (c.full(self.report.fits) > 0)

    def rate(self, i: int) -> float:
        """Tokens/s per chip."""
        return self.report.value("tokens_per_s_per_chip", i) or 0.0

    def distance(self, i: int) -> float:
        """How far a candidate is from what is there: doublings of every count, and a little for each knob turned."""
        turned = [(v, knob(k).get(self.scenario)) for k, v in self.listed[i].items()]
        ratios = [math.log2(float(v) / float(now)) for v, now in turned if v != now and now]
        return sum(abs(r) + 0.1 for r in ratios)

    def same_chips(self, i: int) -> bool:
        """Whether the cluster stays as it is."""
        return self.listed[i].get("plan.chips") == self.scenario.plan.chips


def _candidates(s: Scenario, possible: bool) -> _Candidates:
    listed = [_shared_out(s, changes) for changes in regroupings(s, _MOST_CHIPS)]
    if not possible and s.job.phase == "training":
        # The nearest remedy may be the batch, or doing without virtual stages.
        listed += [{**_shared_out(s, c), "plan.virtual_stages": 1} for c in regroupings(s, _MOST_CHIPS)]
    return _Candidates(s, listed)


def _shared_out(s: Scenario, changes: Changes) -> Changes:
    """With a training batch that divides among the replicas."""
    dp = int(changes["plan.chips"]) // (int(changes["plan.tp"]) * int(changes["plan.pp"]))
    each = dp * s.plan.microbatch
    if s.job.phase != "training" or s.job.batch % each == 0:
        return changes
    return {**changes, "job.batch": max(1, round(s.job.batch / each)) * each}


def _recut(s: Scenario, c: _Candidates, possible: bool) -> Changes | None:
    """The same chips cut otherwise; in training also what is kept for the backward pass."""
    mine = [i for i in range(len(c.listed)) if c.good[i] and c.same_chips(i)]
    if not possible:
        return c.listed[min(mine, key=c.distance)] if mine else None
    found = [(c.rate(i), c.listed[i]) for i in mine if "job.batch" not in c.listed[i]]
    if s.job.phase == "training":
        kept: list[Changes] = [{"plan.recompute": "selective"}, {"plan.recompute": "full"}, {"plan.zero": 3}, {"plan.microbatch": 1}]
        found += _fitting(s, [*kept, {"plan.recompute": "full", "plan.zero": 3}])
    return max(found, key=lambda f: f[0])[1] if found else None


def _fitting(s: Scenario, listed: list[Changes]) -> list[tuple[float, Changes]]:
    """Those of the changes that fit, with their tokens/s per chip."""
    trials = [t for changes in listed if (t := trial(s, changes))]
    if not trials:
        return []
    report = evaluate(lower([made for _, made in trials]))
    good = [i for i in range(len(trials)) if report.fits[i] and report.valid_plan[i]]
    return [(report.value("tokens_per_s_per_chip", i) or 0.0, trials[i][0]) for i in good]


def _grown(s: Scenario, c: _Candidates) -> Changes | None:
    """The smallest larger cluster."""
    mine = [i for i in range(len(c.listed)) if c.good[i] and not c.same_chips(i)]
    best = min(mine, key=lambda i: (int(c.listed[i]["plan.chips"]), -c.rate(i)), default=None)
    return None if best is None else c.listed[best]


def _lighter(s: Scenario, report: Report) -> Changes | None:
    """The largest batch of inference that fits, else the longest context, else a narrower format."""
    batch, context = report.value("largest_batch", 0) or 0.0, report.value("longest_context", 0) or 0.0
    loads: list[Changes] = []
    if s.job.phase != "training" and 1 <= batch < s.job.batch:
        loads.append({"job.batch": int(batch)})
    if 1 <= context < s.job.context:
        loads.append({"job.context": int(context)})
    for load in loads:
        if found := _fitting(s, [load]):
            return found[0][1]
    formats = _fitting(s, narrower(s)) if s.job.phase != "training" else []
    return max(formats, key=lambda f: f[0], default=(0.0, None))[1]


def _nearest(s: Scenario, c: _Candidates) -> Changes | None:
    """The nearest cut that can be, though it does not fit."""
    mine = [i for i in range(len(c.listed)) if c.possible[i]]
    return c.listed[min(mine, key=c.distance)] if mine else None
