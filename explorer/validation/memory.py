"""Memory rows: the peak, one component of it, or whether a configuration fits."""

from __future__ import annotations

from explorer.specs import Scenario
from explorer.validation.cases import Answers, CallCase, Case, Found, answer, listed
from explorer.validation.rows import Row, RowError
from explorer.validation.scenes import Setting, job_of, plan_of, precision_of, scenario_of, state_of, workload_of
from explorer.validation.training import peak_gb

KIND = "memory"
_GIB = 1024.0**3
_STATE = ("weights", "gradients", "optimizer")


def predict(setting: Setting, found: Found, rows: tuple[Row, ...]) -> None:
    """Predict all rows in one batch."""
    answer(found, listed(found, KIND, rows, lambda row: _cases(setting, row)))


def _scenario(setting: Setting, row: Row) -> Scenario:
    phase = row.text("phase").casefold()
    if phase not in ("training", "inference"):
        raise RowError(f"{row.text('phase') or 'a missing phase'} is not modelled yet")
    name, chip = setting.chip(row)
    plan = plan_of(setting, row, name.ranks_per_chip)
    workload = workload_of(setting, row, plan.tp * name.ranks_per_chip)
    precision = precision_of(setting, row, chip)
    mbs = row.count("mbs", 1)
    replicas = max(1, plan.chips // (plan.tp * plan.pp * plan.cp))
    batch = row.count("gbs", mbs * replicas) if phase == "training" else mbs
    state = state_of(setting, row) if phase == "training" else {}
    job = job_of(phase if phase == "training" else "decode", batch, row.count("seq"), precision, **state)
    return scenario_of(setting, row, chip, workload, job, plan)


def _cases(setting: Setting, row: Row) -> list[Case | CallCase]:
    measured, fits = row.positive("measured_gb"), row.number("fits")
    if measured is None and fits is None:
        raise RowError("nothing is measured")
    if fits not in (None, 0.0, 1.0):
        raise RowError(f"fits: {row.text('fits')} is neither 0 nor 1")
    scenario = _scenario(setting, row)
    cases: list[Case | CallCase] = []
    if measured is not None:
        cases.append(_size(row, measured, scenario))
    if fits is not None:
        cases.append(CallCase(KIND, row, fits == 1.0, scenario))
    return cases


def _size(row: Row, measured: float, scenario: Scenario) -> Case:
    component, unit = row.text("component").casefold(), row.text("unit").casefold()
    if component.startswith("peak"):
        return Case(KIND, row, "measured_gb", measured, (scenario,), lambda a: peak_gb(a, row))
    if "%" in component or unit == "percent":
        bare = scenario.replace(plan=scenario.plan.replace(recompute="none", sequence_parallel=False))
        return Case(KIND, row, "measured_gb", measured, (scenario, bare), _percent)
    parts = {"activations": ("activations",), "params+grads+optimizer": _STATE, "weights": ("weights",)}.get(component)
    if parts is None:
        raise RowError(f"component {row.text('component')!r} is not one that the model knows")
    size = _GIB if unit == "gib" else 1e9
    return Case(KIND, row, "measured_gb", measured, (scenario,), lambda a: a.memory(*parts) / size)


def _percent(a: Answers) -> float:
    return 100 * a.memory("activations") / a.memory("activations", k=1)
