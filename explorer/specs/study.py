"""The state: scenarios side by side, which one is in hand, which one is the baseline."""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from explorer.specs.base import Spec, SpecError, Text
from explorer.specs.calibration import Calibration
from explorer.specs.chip import Chip, Identifier, Name, Offer, Positive
from explorer.specs.fabric import Fabric
from explorer.specs.job import Job, Plan
from explorer.specs.run import Run
from explorer.specs.source import Source
from explorer.specs.workload import Workload

EfficiencyName = Literal["ideal", "calibrated"]
EFFICIENCIES: tuple[EfficiencyName, ...] = ("ideal", "calibrated")
Per = Literal["chip", "dollar", "watt", "domain", "rack"]
UNITS: tuple[Per, ...] = ("chip", "dollar", "watt", "domain", "rack")
"""Units of fairness, in which what scenarios do is counted."""
MOST_SCENARIOS = 6
MOST_POINTS = 1000
_HIGHEST = 999_999_000  # an id has nine digits at most
FieldPath = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,99}$")]


class Was(Spec):
    """What a number was before its user changed it, and where that came from. ``value`` None: nobody had published it."""

    value: Annotated[float, Field(ge=-1e24, le=1e24)] | int | bool | Text | tuple[float | int, ...] | None
    source: Source | None = None


class Scenario(Spec):
    """Chip + fabric + workload + job + plan + efficiency set + offer + run. Values are embedded, so a study keeps its meaning.

    ``was`` holds, by dotted path, what its user changed in chip, fabric, workload and offer (`set_by_hand` keeps it). ``id`` is its own in
    its study, whatever its name and its place: a study gives one to each scenario that has none.
    """

    id: Annotated[str, Field(pattern=r"^(s[1-9][0-9]{0,8})?$")] = ""
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
    was: dict[FieldPath, Was] = Field(default_factory=dict)


def identified(scenarios: tuple[Scenario, ...]) -> tuple[Scenario, ...]:
    """The scenarios, each with an id of its own. What has none, or that of one before it, gets the number after the highest."""
    ids = [s.id for s in scenarios]
    if "" not in ids and len(set(ids)) == len(ids):
        return scenarios
    highest = max((int(i[1:]) for i in ids if i), default=0)
    free = (f"s{n}" for n in count(highest + 1 if highest < _HIGHEST else 1) if f"s{n}" not in ids)
    found: list[Scenario] = []
    for i, s in enumerate(scenarios):
        # Nothing but the id changes, so nothing needs checking again.
        found.append(s if s.id and s.id not in ids[:i] else s.model_copy(update={"id": next(free)}))
    return tuple(found)


class MeasuredPoint(Spec):
    """A kernel that somebody timed: where it stands on a roofline. ``chip`` names what it ran on, as its file says."""

    name: Name
    flop_per_byte: Positive
    flop_per_s: Positive
    chip: Text = ""
    note: Text = ""


class LessonPlace(Spec):
    """Where a class is: a lesson's id and a step, counted from 1."""

    lesson: Identifier
    step: Annotated[int, Field(ge=1, le=100)] = 1


class Study(Spec):
    """One to six scenarios, and measured points to lay over their rooflines. Everything that the window shows follows from this.

    ``per``: the unit of fairness in which what scenarios do is counted. Format 2 added ``per``, ``measured``, ``lesson``, a scenario's
    ``id`` and ``was``, the ``based_on`` of chips, fabrics and workloads and the ``rack_chips`` of fabrics.
    """

    format: Literal[2] = 2
    data_version: Text = ""
    title: Text = ""
    scenarios: Annotated[tuple[Scenario, ...], Field(min_length=1, max_length=MOST_SCENARIOS)]
    active: Annotated[int, Field(ge=0)] = 0
    baseline: Annotated[int, Field(ge=0)] | None = 0
    per: Per = "chip"
    measured: Annotated[tuple[MeasuredPoint, ...], Field(max_length=MOST_POINTS)] = ()
    lesson: LessonPlace | None = None

    @field_validator("scenarios")
    @classmethod
    def _each_has_an_id(cls, scenarios: tuple[Scenario, ...]) -> tuple[Scenario, ...]:
        return identified(scenarios)

    @model_validator(mode="after")
    def _indices_exist(self) -> Study:
        if self.active >= len(self.scenarios) or (self.baseline or 0) >= len(self.scenarios):
            raise ValueError(f"active and baseline name one of the {len(self.scenarios)} scenarios, counted from 0")
        return self

    def with_scenario(self, index: int, scenario: Scenario) -> Self:
        """The study with one scenario exchanged; one without an id takes that of its place."""
        if not scenario.id:
            scenario = scenario.model_copy(update={"id": self.scenarios[index].id})
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
        kind: Any = type(value)
        if part not in _fields(kind):
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
