"""The columns of the comparison: where each value is, how it is written, which way is better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from explorer.charts import fairness
from explorer.charts.common import Scene, plan_text
from explorer.charts.fairness import WORDS as UNIT_WORDS
from explorer.evaluate import bound_of
from explorer.evaluate.explain import WORDS
from explorer.quantities import QUANTITIES, Better
from explorer.specs import FORMATS, Per, Scenario, matmul_format

Read = Callable[[Scene, int], float | str | None]
COST = "usd_per_million_tokens"
# Columns of a training run: left out where no scenario has a value.
WHERE_KNOWN = {"time_to_train_s", "goodput_fraction", "train_usd", "train_energy_j", "site_power_w"}
# What depends on the plan: of a scenario that does not fit it has gained nothing.
_PLANNED = {key for key in QUANTITIES if not key.startswith("memory")}


@dataclass(frozen=True)
class Field:
    """A column. ``per``: the unit of fairness that its values are counted in, where they are."""

    key: str
    label: str
    unit: str
    help: str
    read: Read
    better: Better = "neither"
    per: Per | None = None

    @property
    def planned(self) -> bool:
        """Whether the value is a result of the plan, not a number of the hardware."""
        return self.key in _PLANNED

    @property
    def written_unit(self) -> str:
        """The unit as a file says it: ``tokens/s / rack``."""
        return self.unit if self.per in (None, "chip") else f"{self.unit} / {UNIT_WORDS[self.per].suffix}"


def _of(key: str) -> Read:
    return lambda scene, i: scene.report.value(key, i)


def _spec(read: Callable[[Scenario], float | str | None]) -> Read:
    return lambda scene, i: read(scene.study.scenarios[i])


def _bound(scene: Scene, i: int) -> str | None:
    valid = scene.report.value("step_s", i) is not None
    return WORDS[bound_of(scene.report, i).kind].removesuffix("-bound") if valid else None


def _fits(scene: Scene, i: int) -> str:
    fits = bool(scene.report.fits[i if len(scene.report.fits) > 1 else 0])
    return "yes" if fits else "no"


def _formats(s: Scenario) -> str:
    return FORMATS[matmul_format(s.job.weight_format, s.job.activation_format)].label


def _quantity(key: str, label: str = "") -> Field:
    q = QUANTITIES[key]
    return Field(key, label or q.label, q.unit, f"{q.help}\n{q.equation}", _of(key), q.better)


def _site_power() -> Field:
    """Power of the site that trains; serving is told of it elsewhere, where there is room."""
    q = _quantity("site_power_w")
    return replace(q, read=lambda scene, i: q.read(scene, i) if scene.study.scenarios[i].job.phase == "training" else None)


def _per(unit: Per, of: str, plain: Field) -> Field:
    """A figure of a chip, in another unit of fairness."""
    if unit == "chip":
        return plain
    word = UNIT_WORDS[unit]
    return replace(
        plain, label=f"{plain.label.removesuffix('/chip')} / {word.suffix}", help=f"{plain.help}\n{word.help}", per=unit,
        read=lambda scene, i: fairness.per(scene.report, scene.study.scenarios[i], i, unit)[of],
    )  # fmt: skip


def _of_chip(key: str, label: str, unit: str, words: str, better: Better) -> Field:
    return Field(key, label, unit, words, lambda scene, i: fairness.of_chip(scene.report, scene.study.scenarios[i], i)[key], better)


def _held(unit: Per) -> tuple[Field, ...]:
    """What the unit is for each scenario: nothing where it is a chip."""
    if unit == "chip":
        return ()
    word = UNIT_WORDS[unit]
    read = _spec(lambda s: fairness.unit_text(s, unit) if fairness.chips_in(s, unit) else None)
    label = {"dollar": "rent/chip", "watt": "power/chip", "domain": "chips/domain", "rack": "chips/rack"}[unit]
    return (Field("per", label, "1", word.help, read),)


@cache
def fields(unit: Per) -> tuple[Field, ...]:
    """All columns, with what a chip does and has counted in ``unit``."""
    return (
        Field("plan", "plan", "1", "Tensor parallel, pipeline parallel × replicas.", _spec(plan_text)),
        _quantity("step_s", "step"),
        _quantity("tokens_per_s"),
        *_held(unit),
        _per(unit, "tokens_per_s", _quantity("tokens_per_s_per_chip", "tokens/s/chip")),
        Field("bound", "bound by", "1", "The largest share of the step.", _bound),
        _quantity("usd_per_million_tokens"),
        _quantity("joules_per_token"),
        _quantity("memory_total_bytes", "memory"),
        Field("fits", "fits", "1", "Whether the fullest chip holds it.", _fits),
        _quantity("mfu"),
        _quantity("network_exposed_fraction", "network"),
        _quantity("time_to_train_s"),
        _quantity("goodput_fraction"),
        _quantity("train_usd"),
        _quantity("train_energy_j"),
        _site_power(),
        _per(unit, "hbm_bytes_per_s", _of_chip("hbm_bytes_per_s", "HBM rate", "B/s", "HBM bandwidth.", "more")),
        _per(unit, "hbm_bytes", _of_chip("hbm_bytes", "HBM", "B", "Capacity as the driver reports it.", "more")),
        _per(unit, "peak", _of_chip("peak", "peak", "FLOP/s", "Headline dense peak in the matmul format.", "more")),
        Field("precision", "matmul", "1", "Format in which matmuls run.", _spec(_formats)),
        Field("chips", "chips", "1", "Size of the cluster.", _spec(lambda s: float(s.plan.chips))),
    )
