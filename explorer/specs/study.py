"""The state: scenarios side by side, which one is in hand, which one is the baseline."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from explorer.specs.base import Spec, SpecError, Text
from explorer.specs.calibration import Calibration
from explorer.specs.chip import Chip, Name, Offer
from explorer.specs.fabric import Fabric
from explorer.specs.job import Job, Plan
from explorer.specs.run import Run
from explorer.specs.workload import Workload

EfficiencyName = Literal["ideal", "calibrated"]
EFFICIENCIES: tuple[EfficiencyName, ...] = ("ideal", "calibrated")
MOST_SCENARIOS = 6


class Scenario(Spec):
    """Chip + fabric + workload + job + plan + efficiency set + offer + run. Values are embedded, so a study keeps its meaning."""

    name: Name
    chip: Chip
    fabric: Fabric
    workload: Workload
    job: Job
    plan: Plan
    efficiency: EfficiencyName = "calibrated"
    calibration: Calibration
    offer: Offer | None = None
    run: Run = Run()


class Study(Spec):
    """One to six scenarios. Everything that the window shows follows from this."""

    format: Literal[1] = 1
    data_version: Text = ""
    title: Text = ""
    scenarios: Annotated[tuple[Scenario, ...], Field(min_length=1, max_length=MOST_SCENARIOS)]
    active: Annotated[int, Field(ge=0)] = 0
    baseline: Annotated[int, Field(ge=0)] | None = 0

    @model_validator(mode="after")
    def _indices_exist(self) -> Study:
        if self.active >= len(self.scenarios) or (self.baseline or 0) >= len(self.scenarios):
            raise ValueError(f"active and baseline name one of the {len(self.scenarios)} scenarios, counted from 0")
        return self

    def with_scenario(self, index: int, scenario: Scenario) -> Self:
        """The study with one scenario exchanged."""
        scenarios = (*self.scenarios[:index], scenario, *self.scenarios[index + 1 :])
        return self.replace(scenarios=scenarios)


@cache
def _fields(kind: Any) -> frozenset[str]:
    """Names of a spec's fields, none of anything else. Kept, because a drag reads every knob in every frame."""
    return frozenset(kind.model_fields) if issubclass(kind, Spec) else frozenset()


def get_path(spec: Spec, path: str) -> Any:
    """The value at a dotted ``path``, such as ``chip.hbm_bytes_per_s``. Raises `SpecError` for no such field."""
    value: Any = spec
    for part in path.split("."):
        if part not in _fields(type(value)):
            raise SpecError(f"no field {path!r}")
        value = getattr(value, part)
    return value


def set_path(spec: Any, path: str, value: Any) -> Any:
    """A validated copy of ``spec`` with the value at a dotted ``path`` exchanged. Raises `SpecError` for no such field."""
    head, _, rest = path.partition(".")
    if not isinstance(spec, Spec) or head not in type(spec).model_fields:
        raise SpecError(f"no field {path!r}")
    if not rest:
        return spec.replace(**{head: value})
    return spec.replace(**{head: set_path(getattr(spec, head), rest, value)})
