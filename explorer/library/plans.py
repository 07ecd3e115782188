"""Plans and load of scenarios that stand side by side: each its own, or one for all."""

from __future__ import annotations

from explorer.library.scenarios import suited_plan
from explorer.specs import Scenario, Study, Was, taken


def same_plans(study: Study) -> Study:
    """The study with the plan of the scenario in hand in all of them."""
    plan = study.scenarios[study.active].plan
    return study.replace(scenarios=tuple(s.replace(plan=plan) for s in study.scenarios))


def suited_plans(study: Study) -> Study:
    """The study with each scenario at the plan that suits its chip and fabric, on as many chips as it has."""
    # Where a suited PP is looked for, the present one must not stand in the way.
    free = [s.replace(plan=s.plan.replace(pp=1)) if s.plan.chips % (s.plan.tp * s.plan.cp) == 0 else s for s in study.scenarios]
    return study.replace(scenarios=tuple(s.replace(plan=suited_plan(f)) for s, f in zip(study.scenarios, free, strict=True)))


def same_workload(study: Study) -> Study:
    """The study with the model, phase, batch and context of the scenario in hand in all of them."""
    hand = study.scenarios[study.active]
    was = {path: w for path, w in hand.was.items() if path.startswith("workload.")}
    load = {"phase": hand.job.phase, "batch": hand.job.batch, "context": hand.job.context}
    return study.replace(scenarios=tuple(_loaded(taken(s, workload=hand.workload), was).replace(job=s.job.replace(**load)) for s in study.scenarios))


def _loaded(s: Scenario, was: dict[str, Was]) -> Scenario:
    return s.replace(was={p: w for p, w in s.was.items() if not p.startswith("workload.")} | was)
